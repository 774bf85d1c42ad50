//! The names Spark gives to columns that the query does not name.

use datafusion::sql::sqlparser::ast::{Expr, FunctionArg, FunctionArgExpr, FunctionArguments, Value};

/// `count(1)` for `COUNT(*)`, `(a + 1)` for `a+1`, `x` for `'x'`.
pub(super) fn column_name(expr: &Expr) -> String {
    match expr {
        Expr::Identifier(name) => name.value.clone(),
        Expr::CompoundIdentifier(parts) => parts.last().map(|name| name.value.clone()).unwrap_or_default(),
        Expr::Nested(inner) => column_name(inner),
        Expr::BinaryOp { left, op, right } => format!("({} {op} {})", column_name(left), column_name(right)),
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) | Value::DoubleQuotedString(text) => text.clone(),
            Value::Number(digits, _) => {
                digits.trim_end_matches(|character: char| character.is_ascii_alphabetic()).to_owned()
            }
            other => other.to_string(),
        },
        Expr::Function(function) => {
            let name = function.name.to_string().to_lowercase();
            format!("{name}({})", arguments(&function.args))
        }
        other => other.to_string(),
    }
}

fn arguments(arguments: &FunctionArguments) -> String {
    let FunctionArguments::List(list) = arguments else { return String::new() };
    let distinct = if list.duplicate_treatment.is_some() { "DISTINCT " } else { "" };
    let texts: Vec<_> = list.args.iter().map(argument).collect();
    format!("{distinct}{}", texts.join(", "))
}

fn argument(argument: &FunctionArg) -> String {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => column_name(expr),
        FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => "1".into(),
        other => other.to_string(),
    }
}
