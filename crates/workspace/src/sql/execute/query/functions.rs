//! The functions a query may call, and how each Spark function is said to DataFusion.
//!
//! A function is here only when its result is Spark's: many of DataFusion's have the name of a Spark function
//! and another meaning (`design/embedded_sql.md` §3). Everything else is refused by name.

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, DataType, DateTimeField, Expr, ExtractSyntax, Function, FunctionArguments, Ident,
    ObjectName, UnaryOperator, Value, WindowFrameBound, WindowType,
};

use super::session_values::SessionValues;
use super::syntax::{arguments, call, case, cast, date, integer, literal, text, timestamp, without_int_cast};
use super::udf;
use crate::sql::SqlError;

/// Functions that mean the same under the same name.
const SAME: &[&str] = &[
    "avg",
    "coalesce",
    "concat_ws",
    "contains",
    "count",
    "greatest",
    "least",
    "lower",
    "ltrim",
    "max",
    "md5",
    "min",
    "named_struct",
    "nullif",
    "nvl",
    "reverse",
    "rtrim",
    "sum",
    "upper",
    "uuid",
];

/// Functions that mean the same under another name.
const RENAMED: &[(&str, &str)] = &[
    ("array", "make_array"),
    ("char_length", "character_length"),
    ("character_length", "character_length"),
    ("endswith", "ends_with"),
    ("ifnull", "nvl"),
    ("lcase", "lower"),
    ("len", "character_length"),
    ("length", "character_length"),
    ("mean", "avg"),
    ("startswith", "starts_with"),
    ("trim", "btrim"),
    ("ucase", "upper"),
];

/// Functions that number rows: Spark's are INT.
const ROW_NUMBERS: &[&str] = &["dense_rank", "rank", "row_number"];

/// Says a call as DataFusion understands it.
///
/// # Errors
/// `UNSUPPORTED_FEATURE` for a function or a form of a function that is not known to mean the same.
pub(super) fn rewrite(mut function: Function, values: &SessionValues) -> Result<Expr, SqlError> {
    let name = plain_name(&function)?;
    unwrap_window_frame(&mut function);
    if SAME.contains(&name.as_str()) {
        return Ok(renamed(function, &name));
    }
    if let Some((_, other)) = RENAMED.iter().find(|(spark, _)| *spark == name) {
        return Ok(renamed(function, other));
    }
    if ROW_NUMBERS.contains(&name.as_str()) {
        return Ok(cast(renamed(function, &name), DataType::Int(None)));
    }
    let plain = arguments(&function).filter(|_| function.over.is_none() && function.filter.is_none());
    let rewritten = plain.and_then(|arguments| {
        session_function(&name, &arguments, values).or_else(|| scalar_function(&name, arguments))
    });
    rewritten.ok_or_else(|| unsupported(&name))
}

/// A name that stands for a call when no brackets follow: `current_date`.
pub(super) fn without_brackets(name: Ident, values: &SessionValues) -> Expr {
    let plain = name.quote_style.is_none() && name.value.to_lowercase().starts_with("current_");
    let called = plain.then(|| session_function(&name.value.to_lowercase(), &[], values)).flatten();
    called.unwrap_or(Expr::Identifier(name))
}

fn unsupported(name: &str) -> SqlError {
    SqlError::unsupported_but(
        format!("the function `{name}`, called like this,"),
        "Use the functions listed in docs/sql.md, or run the statement on a Databricks workspace.",
    )
}

fn plain_name(function: &Function) -> Result<String, SqlError> {
    let parts: Vec<_> = function.name.0.iter().filter_map(|part| part.as_ident()).collect();
    match parts.as_slice() {
        [name] => Ok(name.value.to_lowercase()),
        _ => Err(unsupported(&function.name.to_string())),
    }
}

fn renamed(mut function: Function, name: &str) -> Expr {
    function.name = ObjectName::from(vec![Ident::new(name)]);
    if matches!(function.args, FunctionArguments::None)
        && let Expr::Function(empty) = call(name, Vec::new())
    {
        function.args = empty.args;
    }
    Expr::Function(function)
}

/// Bounds such as `1 PRECEDING` must stay plain numbers.
fn unwrap_window_frame(function: &mut Function) {
    let Some(WindowType::WindowSpec(spec)) = &mut function.over else { return };
    let Some(frame) = &mut spec.window_frame else { return };
    for bound in [Some(&mut frame.start_bound), frame.end_bound.as_mut()].into_iter().flatten() {
        if let WindowFrameBound::Preceding(Some(expr)) | WindowFrameBound::Following(Some(expr)) = bound {
            **expr = without_int_cast((**expr).clone());
        }
    }
}

/// Functions whose value is known before the query runs.
fn session_function(name: &str, arguments: &[Expr], values: &SessionValues) -> Option<Expr> {
    Some(match (name, arguments) {
        ("current_user" | "session_user" | "user", []) => text(&values.user),
        ("current_catalog", []) => text(&values.catalog),
        ("current_schema" | "current_database", []) => text(&values.schema),
        ("current_timestamp" | "now", []) => {
            timestamp(values.now.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string())
        }
        ("current_date" | "curdate", []) => date(values.now.format("%Y-%m-%d").to_string()),
        ("is_account_group_member" | "is_member", [Expr::Value(group)]) => {
            let Value::SingleQuotedString(group) = &group.value else { return None };
            literal(Value::Boolean(values.is_member_of(group)))
        }
        _ => return None,
    })
}

fn scalar_function(name: &str, mut arguments: Vec<Expr>) -> Option<Expr> {
    if name == "concat" {
        return arguments.into_iter().map(to_text).reduce(concatenated);
    }
    if name == "map" && arguments.len().is_multiple_of(2) {
        let (keys, entries): (Vec<_>, Vec<_>) =
            arguments.into_iter().enumerate().partition(|(index, _)| index % 2 == 0);
        let array =
            |items: Vec<(usize, Expr)>| call("make_array", items.into_iter().map(|(_, item)| item).collect());
        return Some(call("map", vec![array(keys), array(entries)]));
    }
    let first = (!arguments.is_empty()).then(|| arguments.remove(0))?;
    match (name, arguments.as_slice()) {
        ("abs", []) => Some(case(less_than_zero(first.clone()), negated(first.clone()), Some(first))),
        ("isnull", []) => Some(Expr::IsNull(Box::new(first))),
        ("isnotnull", []) => Some(Expr::IsNotNull(Box::new(first))),
        ("count_if", []) => Some(call("count", vec![case(first, literal(Value::Boolean(true)), None)])),
        ("if" | "iff", [then, otherwise]) => Some(case(first, then.clone(), Some(otherwise.clone()))),
        ("nvl2", [set, unset]) => {
            Some(case(Expr::IsNotNull(Box::new(first)), set.clone(), Some(unset.clone())))
        }
        // Positions below 1 count from the end in Spark and from before the start in DataFusion.
        ("substr" | "substring", [from, ..]) if integer(from).is_some_and(|from| from >= 1) => {
            arguments.insert(0, first);
            Some(call("substr", arguments))
        }
        (part, []) => date_part(part).map(|field| Expr::Extract {
            field,
            syntax: ExtractSyntax::From,
            expr: Box::new(first),
        }),
        _ => None,
    }
}

fn date_part(name: &str) -> Option<DateTimeField> {
    Some(match name {
        "year" => DateTimeField::Year,
        "quarter" => DateTimeField::Quarter,
        "month" => DateTimeField::Month,
        "day" | "dayofmonth" => DateTimeField::Day,
        "hour" => DateTimeField::Hour,
        "minute" => DateTimeField::Minute,
        _ => return None,
    })
}

/// The text of a value as Spark's `CAST(… AS STRING)` writes it.
pub(super) fn to_text(expr: Expr) -> Expr {
    match &expr {
        Expr::Value(value) if matches!(value.value, Value::SingleQuotedString(_)) => expr,
        _ => call(udf::TO_TEXT, vec![expr]),
    }
}

/// `left || right`, which is null when either is null; DataFusion's `concat` skips nulls instead.
pub(super) fn concatenated(left: Expr, right: Expr) -> Expr {
    Expr::BinaryOp { left: Box::new(left), op: BinaryOperator::StringConcat, right: Box::new(right) }
}

fn less_than_zero(expr: Expr) -> Expr {
    let zero = cast(literal(Value::Number("0".into(), false)), DataType::Int(None));
    Expr::Nested(Box::new(Expr::BinaryOp {
        left: Box::new(expr),
        op: BinaryOperator::Lt,
        right: Box::new(zero),
    }))
}

fn negated(expr: Expr) -> Expr {
    Expr::UnaryOp { op: UnaryOperator::Minus, expr: Box::new(Expr::Nested(Box::new(expr))) }
}
