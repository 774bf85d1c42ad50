//! Pieces of syntax trees, for the rewriting of queries.

use datafusion::sql::sqlparser::ast::helpers::attached_token::AttachedToken;
use datafusion::sql::sqlparser::ast::{
    CaseWhen, CastKind, DataType, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList,
    FunctionArguments, Ident, ObjectName, Query, SelectItem, SetExpr, TableFactor, TableWithJoins,
    TimezoneInfo, TypedString, UnaryOperator, Value,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::parser::Parser;

use crate::sql::SqlError;

/// `name(arguments)`
pub(super) fn call(name: &str, arguments: Vec<Expr>) -> Expr {
    let args = arguments.into_iter().map(|argument| FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)));
    Expr::Function(Function {
        name: ObjectName::from(vec![Ident::new(name)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args: args.collect(),
            clauses: Vec::new(),
        }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}

/// `CAST(expression AS type)`
pub(super) fn cast(expr: Expr, data_type: DataType) -> Expr {
    Expr::Cast { kind: CastKind::Cast, expr: Box::new(expr), data_type, array: false, format: None }
}

/// `TRY_CAST(expression AS type)`
pub(super) fn try_cast(expr: Expr, data_type: DataType) -> Expr {
    Expr::Cast { kind: CastKind::TryCast, expr: Box::new(expr), data_type, array: false, format: None }
}

/// `CASE WHEN condition THEN result ELSE otherwise END`
pub(super) fn case(condition: Expr, result: Expr, otherwise: Option<Expr>) -> Expr {
    Expr::Case {
        case_token: AttachedToken::empty(),
        end_token: AttachedToken::empty(),
        operand: None,
        conditions: vec![CaseWhen { condition, result }],
        else_result: otherwise.map(Box::new),
    }
}

/// A string literal.
pub(super) fn text(value: impl Into<String>) -> Expr {
    literal(Value::SingleQuotedString(value.into()))
}

/// A literal.
pub(in crate::sql::execute) fn literal(value: Value) -> Expr {
    Expr::Value(value.with_empty_span())
}

/// `DATE '…'`
pub(super) fn date(value: String) -> Expr {
    typed(DataType::Date, value)
}

/// `TIMESTAMP '…'`
pub(super) fn timestamp(value: String) -> Expr {
    typed(DataType::Timestamp(None, TimezoneInfo::None), value)
}

fn typed(data_type: DataType, value: String) -> Expr {
    let value = Value::SingleQuotedString(value).with_empty_span();
    Expr::TypedString(TypedString { data_type, value, uses_odbc_syntax: false })
}

/// The arguments of a call, when all of them are plain expressions.
pub(super) fn arguments(function: &Function) -> Option<Vec<Expr>> {
    match &function.args {
        FunctionArguments::None => Some(Vec::new()),
        FunctionArguments::Subquery(_) => None,
        FunctionArguments::List(list) => list.args.iter().map(argument).collect(),
    }
}

fn argument(argument: &FunctionArg) -> Option<Expr> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => Some(expr.clone()),
        _ => None,
    }
}

/// The expression without the `CAST(… AS INT)` that the rewriting puts around small integers.
pub(super) fn without_int_cast(expr: Expr) -> Expr {
    match expr {
        Expr::Cast { expr, data_type: DataType::Int(None) | DataType::BigInt(None), .. }
            if is_number(&expr) =>
        {
            *expr
        }
        other => other,
    }
}

/// Whether this is a number literal, with or without a sign.
pub(super) fn is_number(expr: &Expr) -> bool {
    match expr {
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => is_number(expr),
        _ => matches!(expr, Expr::Value(value) if matches!(value.value, Value::Number(..))),
    }
}

/// The value of an integer literal, as written or already typed as INT.
pub(super) fn integer(expr: &Expr) -> Option<i64> {
    match without_int_cast(expr.clone()) {
        Expr::Value(value) => match value.value {
            Value::Number(digits, _) => digits.parse().ok(),
            _ => None,
        },
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => integer(&expr)?.checked_neg(),
        _ => None,
    }
}

/// `SELECT items`
///
/// # Errors
/// Never for this text.
pub(super) fn select(items: Vec<SelectItem>) -> Result<Query, SqlError> {
    let mut query = parse_query("SELECT 1")?;
    if let SetExpr::Select(select) = query.body.as_mut() {
        select.projection = items;
    }
    Ok(query)
}

/// `query FROM table`
///
/// # Errors
/// Never for this text.
pub(super) fn from(mut query: Query, table: &str) -> Result<Query, SqlError> {
    let relation = self::table(table, table)?;
    if let SetExpr::Select(select) = query.body.as_mut() {
        select.from = vec![relation];
    }
    Ok(query)
}

/// `table AS alias`
///
/// # Errors
/// Never for this text.
pub(super) fn table(table: &str, alias: &str) -> Result<TableWithJoins, SqlError> {
    let quoted = |name: &str| Ident::with_quote('`', name).to_string();
    let mut query = parse_query(&format!("SELECT 1 FROM {} AS {}", quoted(table), quoted(alias)))?;
    match query.body.as_mut() {
        SetExpr::Select(select) => select.from.pop(),
        _ => None,
    }
    .ok_or_else(|| SqlError::internal("a table is no relation"))
}

/// `(SELECT *, true AS marker FROM relation) AS alias`
///
/// # Errors
/// Never for this text.
pub(in crate::sql::execute) fn marked(
    relation: TableFactor,
    marker: &str,
    alias: &str,
) -> Result<TableFactor, SqlError> {
    let quoted = |name: &str| Ident::with_quote('`', name).to_string();
    let text = format!("SELECT 1 FROM (SELECT *, true AS {} FROM t) AS {}", quoted(marker), quoted(alias));
    let mut query = parse_query(&text)?;
    let outer = match query.body.as_mut() {
        SetExpr::Select(select) => select.from.pop(),
        _ => None,
    };
    let mut outer = outer.ok_or_else(|| SqlError::internal("a subquery is no relation"))?.relation;
    if let TableFactor::Derived { subquery, .. } = &mut outer
        && let SetExpr::Select(select) = subquery.body.as_mut()
    {
        select.from = vec![TableWithJoins { relation, joins: Vec::new() }];
    }
    Ok(outer)
}

/// A query of ours.
///
/// # Errors
/// `INTERNAL_ERROR` when the text is no query.
pub(super) fn parse_query(text: &str) -> Result<Query, SqlError> {
    let parser = Parser::new(&GenericDialect {}).try_with_sql(text);
    let query = parser.and_then(|mut parser| parser.parse_query());
    query.map(|query| *query).map_err(|error| SqlError::internal(error.to_string()).with_source(error))
}
