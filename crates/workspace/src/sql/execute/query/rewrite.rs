//! A query in Spark's meaning, rewritten to one of the same meaning in DataFusion's.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, DataType, Expr, GroupByExpr, Ident, LimitClause, OrderByKind, Query, Select, SelectItem,
    TableFactor, Value, VisitMut, VisitorMut,
};

use super::session_values::SessionValues;
use super::syntax::{cast, integer, without_int_cast};
use super::{column_name, functions, range, refused, values};
use crate::sql::SqlError;

/// Rewrites literals, operators and functions, names the columns that have no name, and refuses what has
/// another meaning.
///
/// # Errors
/// `UNSUPPORTED_FEATURE` naming the clause, expression or function.
pub(super) fn rewrite<T: VisitMut>(query: &mut T, values: &SessionValues) -> Result<(), SqlError> {
    match query.visit(&mut Rewriter { values }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(error),
    }
}

struct Rewriter<'a> {
    values: &'a SessionValues,
}

fn flow(result: Result<(), SqlError>) -> ControlFlow<SqlError> {
    match result {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(error),
    }
}

impl VisitorMut for Rewriter<'_> {
    type Break = SqlError;

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<SqlError> {
        plain_numbers_around(query);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<SqlError> {
        select.projection.iter_mut().for_each(named);
        ControlFlow::Continue(())
    }

    fn post_visit_select(&mut self, select: &mut Select) -> ControlFlow<SqlError> {
        if let GroupByExpr::Expressions(keys, _) = &mut select.group_by {
            keys.iter_mut().for_each(plain_number);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<SqlError> {
        values::name_columns(factor);
        flow(refused::table_factor(factor))
    }

    fn post_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<SqlError> {
        flow(range::rewrite(factor))
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<SqlError> {
        flow(refused::expression(expr))
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<SqlError> {
        let written = std::mem::replace(expr, Expr::Tuple(Vec::new()));
        match rewritten(written, self.values) {
            Ok(rewritten) => {
                *expr = rewritten;
                ControlFlow::Continue(())
            }
            Err(error) => ControlFlow::Break(error),
        }
    }
}

fn rewritten(expr: Expr, values: &SessionValues) -> Result<Expr, SqlError> {
    Ok(match expr {
        Expr::Value(value) => match value.value {
            Value::Number(digits, long) => number(digits, long),
            Value::DoubleQuotedString(text) => super::syntax::text(text),
            _ => Expr::Value(value),
        },
        Expr::Function(function) => functions::rewrite(function, values)?,
        Expr::Identifier(name) => functions::without_brackets(name, values),
        Expr::Cast { expr, data_type: DataType::String(None), .. } => functions::to_text(*expr),
        Expr::BinaryOp { left, op: BinaryOperator::StringConcat, right } => {
            functions::concatenated(functions::to_text(*left), functions::to_text(*right))
        }
        Expr::Interval(mut interval) => {
            *interval.value = without_int_cast(*interval.value);
            Expr::Interval(interval)
        }
        Expr::Substring { expr, substring_from, substring_for, special, shorthand } => {
            let from = substring_from.as_deref().map_or(Some(1), integer);
            if from.is_none_or(|from| from < 1) {
                return Err(SqlError::unsupported(
                    "SUBSTRING from a position that is no literal of at least 1",
                ));
            }
            Expr::Substring { expr, substring_from, substring_for, special, shorthand }
        }
        other => other,
    })
}

/// Spark types a whole number as INT when it fits, and one with an exponent as DOUBLE.
fn number(digits: String, long: bool) -> Expr {
    let as_int = !long && digits.parse::<i32>().is_ok();
    let as_double = digits.contains(['e', 'E']);
    let literal = super::syntax::literal(Value::Number(digits, false));
    if as_int {
        cast(literal, DataType::Int(None))
    } else if as_double {
        cast(literal, DataType::Double(datafusion::sql::sqlparser::ast::ExactNumberInfo::None))
    } else {
        literal
    }
}

/// The column of an expression without alias gets the name Spark gives it.
fn named(item: &mut SelectItem) {
    if let SelectItem::UnnamedExpr(expr) = item
        && !matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_))
    {
        let alias = Ident::with_quote('`', column_name::column_name(expr));
        *item = SelectItem::ExprWithAlias { expr: expr.clone(), alias };
    }
}

/// `ORDER BY 1` and `LIMIT 1` need plain numbers.
fn plain_numbers_around(query: &mut Query) {
    if let Some(order_by) = &mut query.order_by
        && let OrderByKind::Expressions(keys) = &mut order_by.kind
    {
        for key in keys {
            plain_number(&mut key.expr);
        }
    }
    match &mut query.limit_clause {
        Some(LimitClause::LimitOffset { limit, offset, .. }) => {
            limit.iter_mut().for_each(plain_number);
            if let Some(offset) = offset {
                plain_number(&mut offset.value);
            }
        }
        Some(LimitClause::OffsetCommaLimit { offset, limit }) => {
            plain_number(offset);
            plain_number(limit);
        }
        None => {}
    }
}

fn plain_number(expr: &mut Expr) {
    let typed = std::mem::replace(expr, Expr::Tuple(Vec::new()));
    *expr = without_int_cast(typed);
}
