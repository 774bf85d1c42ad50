//! A query in Spark's meaning, rewritten to one of the same meaning in DataFusion's.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    CastKind, DataType, Expr, GroupByExpr, Ident, LambdaFunction, LimitClause, OneOrManyWithParens,
    OrderByKind, Query, Select, SelectItem, TableFactor, UnaryOperator, Value, VisitMut, VisitorMut,
};

use super::session_values::SessionValues;
use super::syntax::{call, without_int_cast};
use super::{column_name, functions, generators, literals, range, refused, special, values};
use crate::sql::SqlError;

/// Rewrites literals, operators and functions, names the columns that have no name, and refuses what has
/// another meaning.
///
/// # Errors
/// `UNSUPPORTED_FEATURE` naming the clause, expression or function.
pub(super) fn rewrite<T: VisitMut>(query: &mut T, values: &SessionValues) -> Result<(), SqlError> {
    match query.visit(&mut Rewriter { values, parameters: Vec::new() }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(error),
    }
}

struct Rewriter<'a> {
    values: &'a SessionValues,
    /// The names that lambdas around the place have for their parameters, in lower case.
    parameters: Vec<Vec<String>>,
}

impl Rewriter<'_> {
    /// `x.field` of a parameter `x`.
    fn field_of_parameter(&self, expr: &mut Expr) {
        if let Expr::CompoundIdentifier(parts) = expr
            && let [first, fields @ ..] = parts.as_slice()
            && self.parameters.iter().flatten().any(|name| *name == first.value.to_lowercase())
        {
            let value = Expr::Identifier(first.clone());
            *expr = fields.iter().fold(value, |value, field| {
                call("@field", vec![value, super::syntax::text(field.value.clone())])
            });
        }
    }
}

fn flow(result: Result<(), SqlError>) -> ControlFlow<SqlError> {
    match result {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(error),
    }
}

impl VisitorMut for Rewriter<'_> {
    type Break = SqlError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<SqlError> {
        flow(refused::body(&query.body))
    }

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<SqlError> {
        plain_numbers_around(query);
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<SqlError> {
        let refused = functions::windows::refuse_in("WHERE", select.selection.as_ref());
        if let Err(error) = refused.and_then(|()| generators::rewrite(select)) {
            return ControlFlow::Break(error);
        }
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
        sign_literal(expr);
        if let Expr::Lambda(lambda) = expr {
            self.parameters.push(quoted_parameters(lambda));
        }
        self.field_of_parameter(expr);
        flow(refused::expression(expr))
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<SqlError> {
        if matches!(expr, Expr::Lambda(_)) {
            self.parameters.pop();
        }
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
            Value::Number(digits, long) => literals::number(&digits, long)?,
            Value::DoubleQuotedString(text) => super::syntax::text(text),
            Value::HexStringLiteral(digits) => literals::binary(&digits)?,
            _ => Expr::Value(value),
        },
        Expr::TypedString(typed) => literals::typed(typed)?,
        Expr::Interval(interval) => literals::interval(&interval)?,
        Expr::Function(function) => functions::rewrite(function, values)?,
        Expr::Identifier(name) => functions::without_brackets(name, values),
        Expr::Struct { values, .. } => functions::structure(values),
        Expr::Tuple(values) if !values.is_empty() => functions::structure(values),
        Expr::Cast { expr, data_type: DataType::Interval { fields: Some(fields), .. }, .. } => {
            call("@to_interval", vec![*expr, super::syntax::text(fields.to_string().to_uppercase())])
        }
        Expr::Cast { kind, expr, data_type, array, format } => {
            Expr::Cast { kind, expr, data_type: plain_text(data_type), array, format }
        }
        Expr::BinaryOp { left, op, right } => match functions::operator(&op) {
            Some(function) => call(function, vec![*left, *right]),
            None => Expr::BinaryOp { left, op, right },
        },
        other => special::as_call(other)?,
    })
}

/// A CHAR or VARCHAR in an expression is a STRING.
fn plain_text(data_type: DataType) -> DataType {
    match data_type {
        DataType::Char(_) | DataType::Varchar(_) | DataType::Character(_) => DataType::String(None),
        other => other,
    }
}

/// A number with a sign is one literal: `-2147483648` is an INT, and `2147483648` is none. A cast behind it casts
/// the number with its sign.
fn sign_literal(expr: &mut Expr) {
    if let Expr::UnaryOp { op: UnaryOperator::Minus, expr: operand } = expr
        && let Some(digits) = number_below(operand)
        && !digits.starts_with('-')
    {
        digits.insert(0, '-');
        let signed = std::mem::replace(operand.as_mut(), Expr::Tuple(Vec::new()));
        *expr = signed;
    }
}

/// The number under casts that are written behind it.
fn number_below(expr: &mut Expr) -> Option<&mut String> {
    match expr {
        Expr::Cast { kind: CastKind::DoubleColon, expr, .. } => number_below(expr),
        Expr::Value(value) => match &mut value.value {
            Value::Number(digits, _) => Some(digits),
            _ => None,
        },
        _ => None,
    }
}

/// The names of the parameters of a lambda, which keep their case only in quotes.
fn quoted_parameters(lambda: &mut LambdaFunction) -> Vec<String> {
    let parameters = match &mut lambda.params {
        OneOrManyWithParens::One(parameter) => std::slice::from_mut(parameter),
        OneOrManyWithParens::Many(parameters) => parameters.as_mut_slice(),
    };
    let names = parameters.iter_mut().map(|parameter| {
        parameter.name.quote_style = Some('`');
        parameter.name.value.to_lowercase()
    });
    names.collect()
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
