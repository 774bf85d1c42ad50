//! Clauses that DataFusion would drop without a word or compute otherwise than Spark: refused by name.

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Query, Select, TableFactor, Value};

use crate::sql::SqlError;

fn refused(clause: &str) -> Result<(), SqlError> {
    let way_out = "Write the query without it, or run it on a Databricks workspace.";
    Err(SqlError::unsupported_but(clause, way_out))
}

fn refuse_if(present: bool, clause: &str) -> Result<(), SqlError> {
    if present { refused(clause) } else { Ok(()) }
}

/// Refuses clauses around a query.
pub(super) fn query(query: &Query) -> Result<(), SqlError> {
    refuse_if(!query.locks.is_empty() || query.for_clause.is_some(), "FOR")?;
    refuse_if(query.settings.is_some() || query.format_clause.is_some(), "SETTINGS")?;
    refuse_if(!query.pipe_operators.is_empty(), "the pipe syntax")?;
    refuse_if(query.fetch.is_some(), "FETCH")
}

/// Refuses clauses of a `SELECT`.
pub(super) fn select(select: &Select) -> Result<(), SqlError> {
    refuse_if(!select.lateral_views.is_empty(), "LATERAL VIEW")?;
    refuse_if(!select.cluster_by.is_empty(), "CLUSTER BY")?;
    refuse_if(!select.distribute_by.is_empty(), "DISTRIBUTE BY")?;
    refuse_if(!select.sort_by.is_empty(), "SORT BY")?;
    refuse_if(!select.connect_by.is_empty(), "CONNECT BY")?;
    refuse_if(select.top.is_some() || select.into.is_some() || select.prewhere.is_some(), "TOP, INTO or PREWHERE")?;
    refuse_if(select.value_table_mode.is_some() || select.exclude.is_some(), "SELECT AS STRUCT or EXCLUDE")
}

/// Refuses relations that are neither tables nor subqueries nor joins of those.
pub(super) fn table_factor(factor: &TableFactor) -> Result<(), SqlError> {
    match factor {
        TableFactor::Table { sample, with_hints, partitions, json_path, with_ordinality, .. } => {
            refuse_if(sample.is_some(), "TABLESAMPLE")?;
            let other = !with_hints.is_empty() || !partitions.is_empty() || json_path.is_some() || *with_ordinality;
            refuse_if(other, "a table with hints, partitions or a path")
        }
        TableFactor::Derived { sample, lateral, .. } => {
            refuse_if(sample.is_some(), "TABLESAMPLE")?;
            refuse_if(*lateral, "LATERAL")
        }
        TableFactor::NestedJoin { .. } => Ok(()),
        TableFactor::Pivot { .. } => refused("PIVOT"),
        TableFactor::Unpivot { .. } => refused("UNPIVOT"),
        TableFactor::UNNEST { .. } => refused("UNNEST"),
        _ => refused("this table function"),
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
        Expr::Like { any, .. } | Expr::ILike { any, .. } => refuse_if(*any, "LIKE ANY"),
        Expr::Function(_) | Expr::Case { .. } | Expr::UnaryOp { .. } | Expr::TypedString(_) => Ok(()),
        Expr::Interval(_) | Expr::Extract { .. } | Expr::Substring { .. } | Expr::Trim { .. } => Ok(()),
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

fn operator(op: &BinaryOperator) -> Result<(), SqlError> {
    match op {
        BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply | BinaryOperator::Divide => Ok(()),
        BinaryOperator::Modulo | BinaryOperator::StringConcat | BinaryOperator::And | BinaryOperator::Or => Ok(()),
        BinaryOperator::Eq | BinaryOperator::NotEq | BinaryOperator::Spaceship => Ok(()),
        BinaryOperator::Lt | BinaryOperator::LtEq | BinaryOperator::Gt | BinaryOperator::GtEq => Ok(()),
        other => refused(&format!("the operator {other}")),
    }
}
