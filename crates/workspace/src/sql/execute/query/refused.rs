//! Expressions that DataFusion would compute otherwise than Spark: refused by name. Clauses of queries are
//! refused by the parser.

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, SetExpr, SetOperator, SetQuantifier, TableFactor, Value,
};

use crate::sql::SqlError;

fn refused(clause: &str) -> Result<(), SqlError> {
    let way_out = "Write the query without it, or run it on a Databricks workspace.";
    Err(SqlError::unsupported_but(clause, way_out))
}

fn refuse_if(present: bool, clause: &str) -> Result<(), SqlError> {
    if present { refused(clause) } else { Ok(()) }
}

/// Refuses relations that the parser lets through and that are neither tables nor subqueries nor joins.
pub(super) fn table_factor(factor: &TableFactor) -> Result<(), SqlError> {
    match factor {
        TableFactor::Derived { lateral, .. } => refuse_if(*lateral, "LATERAL"),
        TableFactor::Table { .. } | TableFactor::NestedJoin { .. } | TableFactor::Function { .. } => Ok(()),
        _ => refused("this kind of table in FROM"),
    }
}

/// Refuses operations on rows that the engine computes as if equal rows were one.
pub(super) fn body(body: &SetExpr) -> Result<(), SqlError> {
    match body {
        SetExpr::SetOperation { op, set_quantifier: SetQuantifier::All, .. } if *op != SetOperator::Union => {
            refused(&format!("{op} ALL"))
        }
        SetExpr::SetOperation { left, right, .. } => self::body(left).and_then(|()| self::body(right)),
        _ => Ok(()),
    }
}

/// Refuses kinds of expressions that are not known to mean the same.
pub(super) fn expression(expr: &Expr) -> Result<(), SqlError> {
    match expr {
        Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Nested(_) | Expr::Tuple(_) => Ok(()),
        Expr::IsFalse(_) | Expr::IsNotFalse(_) | Expr::IsTrue(_) | Expr::IsNotTrue(_) => Ok(()),
        Expr::IsNull(_) | Expr::IsNotNull(_) | Expr::IsUnknown(_) | Expr::IsNotUnknown(_) => Ok(()),
        Expr::IsDistinctFrom(..) | Expr::IsNotDistinctFrom(..) | Expr::Between { .. } => Ok(()),
        Expr::InList { .. } | Expr::InSubquery { .. } | Expr::Exists { .. } | Expr::Subquery(_) => Ok(()),
        Expr::Like { any, pattern, .. } | Expr::ILike { any, pattern, .. } => {
            refuse_if(*any || is_quantified(pattern), "LIKE with ANY, SOME or ALL")
        }
        Expr::Function(_) | Expr::Case { .. } | Expr::UnaryOp { .. } | Expr::TypedString(_) => Ok(()),
        Expr::Interval(_) | Expr::Extract { .. } | Expr::Substring { .. } | Expr::Trim { .. } => Ok(()),
        Expr::Ceil { .. } | Expr::Floor { .. } | Expr::Position { .. } | Expr::Overlay { .. } => Ok(()),
        Expr::RLike { .. } | Expr::CompoundFieldAccess { .. } => Ok(()),
        Expr::Lambda(_) | Expr::Named { .. } => Ok(()),
        Expr::Struct { fields, .. } => refuse_if(!fields.is_empty(), "STRUCT with types"),
        Expr::GroupingSets(_) | Expr::Cube(_) | Expr::Rollup(_) | Expr::Wildcard(_) => Ok(()),
        Expr::Cast { format, array, .. } => refuse_if(format.is_some() || *array, "CAST with a format"),
        Expr::BinaryOp { op, .. } => operator(op),
        Expr::Value(value) => match &value.value {
            Value::Placeholder(name) => Err(SqlError::unbound_parameter(name.trim_start_matches(':'))),
            _ => Ok(()),
        },
        other => refused(&format!("the expression {other}")),
    }
}

/// Whether a pattern looks like the call of ANY, SOME or ALL.
fn is_quantified(pattern: &Expr) -> bool {
    let quantifiers = ["any", "some", "all"];
    matches!(pattern, Expr::Function(function)
        if quantifiers.iter().any(|name| function.name.to_string().eq_ignore_ascii_case(name)))
}

fn operator(op: &BinaryOperator) -> Result<(), SqlError> {
    match op {
        BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply | BinaryOperator::Divide => {
            Ok(())
        }
        BinaryOperator::Modulo | BinaryOperator::StringConcat | BinaryOperator::And | BinaryOperator::Or => {
            Ok(())
        }
        BinaryOperator::MyIntegerDivide | BinaryOperator::BitwiseAnd | BinaryOperator::BitwiseOr => Ok(()),
        BinaryOperator::BitwiseXor | BinaryOperator::PGBitwiseShiftLeft => Ok(()),
        BinaryOperator::PGBitwiseShiftRight => Ok(()),
        BinaryOperator::Eq | BinaryOperator::NotEq | BinaryOperator::Spaceship => Ok(()),
        BinaryOperator::Lt | BinaryOperator::LtEq | BinaryOperator::Gt | BinaryOperator::GtEq => Ok(()),
        other => refused(&format!("the operator {other}")),
    }
}
