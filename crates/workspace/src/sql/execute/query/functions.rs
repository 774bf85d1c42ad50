//! The functions a query may call, and how each Spark function is said to DataFusion.
//!
//! A function is here only when its result is Spark's: many of DataFusion's have the name of a Spark function
//! and another meaning. Everything else is refused by name. Each function is a row in the file of its family.

mod aggregates;
mod conditions;
mod containers;
mod conversions;
mod numbers;
mod others;
mod session;
mod text;
mod times;
pub(super) mod windows;

use datafusion::sql::sqlparser::ast::{
    BinaryOperator, DataType, Expr, Function, FunctionArguments, Ident, ObjectName, WindowFrameBound,
    WindowType,
};

use super::session_values::SessionValues;
use super::syntax::{arguments, call, cast, without_int_cast};
use super::udf;
use crate::sql::SqlError;

/// The function of ours that an operator is.
pub(super) fn operator(op: &BinaryOperator) -> Option<&'static str> {
    Some(match op {
        BinaryOperator::StringConcat => "concat",
        BinaryOperator::BitwiseAnd => "bit_and_of",
        BinaryOperator::BitwiseOr => "bit_or_of",
        BinaryOperator::BitwiseXor => "bit_xor_of",
        BinaryOperator::PGBitwiseShiftLeft => "shiftleft",
        BinaryOperator::PGBitwiseShiftRight => "shiftright",
        _ => return None,
    })
}

/// Whether Spark's function of this name, in lower case, computes one value of many rows.
pub(in crate::sql::execute) fn is_aggregate(name: &str) -> bool {
    udf::aggregate(name).is_some() || aggregates::FUNCTIONS.iter().any(|(known, _)| *known == name)
}

/// How a function of Spark is said to DataFusion.
enum Rule {
    /// By a function of the same meaning, DataFusion's or one of ours ([`super::udf::all`]), under this name; it may
    /// be an aggregate and have `OVER`.
    Engine(&'static str),
    /// Like `Engine`, as an INT.
    EngineInt(&'static str),
    /// By an expression made of the arguments; nothing for a form that is not known to mean the same.
    Expression(fn(Vec<Expr>) -> Option<Expr>),
    /// By a value that is known before the query runs; nothing for other arguments.
    Session(fn(&[Expr], &SessionValues) -> Option<Expr>),
}

/// A function by its name in Spark, in lower case.
type Row = (&'static str, Rule);

/// All functions, by family.
const FAMILIES: &[&[Row]] = &[
    aggregates::FUNCTIONS,
    conditions::FUNCTIONS,
    containers::FUNCTIONS,
    conversions::FUNCTIONS,
    numbers::FUNCTIONS,
    session::FUNCTIONS,
    text::FUNCTIONS,
    times::FUNCTIONS,
    windows::FUNCTIONS,
];

fn rule(name: &str) -> Option<&'static Rule> {
    FAMILIES.iter().copied().flatten().find(|(spark, _)| *spark == name).map(|(_, rule)| rule)
}

/// Whether the platform has a function of this name, in lower case, computed here or not.
pub(in crate::sql::execute) fn is_known(name: &str) -> bool {
    rule(name).is_some() || udf::named(name).is_some() || udf::aggregate(name).is_some() || others::has(name)
}

/// The functions that are computed here, by their names in Spark.
pub(in crate::sql::execute) fn computed() -> Vec<&'static str> {
    let rows = FAMILIES.iter().copied().flatten().map(|(name, _)| *name);
    rows.chain(udf::names()).collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

/// Says a call as DataFusion understands it.
///
/// # Errors
/// `UNSUPPORTED_FEATURE` for a function or a form of a function that is not known to mean the same.
pub(super) fn rewrite(mut function: Function, values: &SessionValues) -> Result<Expr, SqlError> {
    // Only routines have names of several parts, and those are resolved already.
    if function.name.0.len() > 1 {
        return Ok(Expr::Function(function));
    }
    let name = plain_name(&function)?;
    windows::check(&function, &name)?;
    unwrap_window_frame(&mut function);
    windows::unwrap_counts(&mut function, &name);
    let plain = |function: &Function| {
        arguments(function).filter(|_| function.over.is_none() && function.filter.is_none())
    };
    if session::OF_WHO_ASKS.contains(&name.as_str()) {
        values.require_any_asker(&name)?;
    }
    let rewritten = match rule(&name) {
        None => ours(function, &name),
        Some(Rule::Engine(engine)) => Some(renamed(function, engine)),
        Some(Rule::EngineInt(engine)) => Some(cast(renamed(function, engine), DataType::Int(None))),
        Some(Rule::Expression(expression)) => plain(&function).and_then(expression),
        Some(Rule::Session(value)) => plain(&function).and_then(|arguments| value(&arguments, values)),
    };
    rewritten.ok_or_else(|| match udf::generator(&name) {
        Some(_) => SqlError::unsupported_generator(&name),
        None => unsupported(&name),
    })
}

/// A function of ours; an aggregate may have DISTINCT, FILTER and OVER.
fn ours(function: Function, name: &str) -> Option<Expr> {
    if let Some(engine) = udf::aggregate(name) {
        return aggregates::ours(function, engine);
    }
    if let Some(engine) = udf::lambda(name, arguments(&function)?.as_slice()) {
        return Some(renamed(function, engine));
    }
    let plain = function.over.is_none()
        && function.null_treatment.is_none()
        && function.filter.is_none()
        && function.within_group.is_empty();
    let definition = udf::named(name).filter(|_| plain)?;
    Some(call(definition.name(), arguments(&function)?))
}

/// A struct of values, as `struct` makes it.
pub(super) fn structure(values: Vec<Expr>) -> Expr {
    call("named_struct", containers::fields(values))
}

/// Whether a name stands for a call when no brackets follow: `current_date`.
pub(super) fn stands_without_brackets(name: &Ident) -> bool {
    let lower = name.value.to_lowercase();
    name.quote_style.is_none()
        && lower.starts_with("current_")
        && matches!(rule(&lower), Some(Rule::Session(_)))
}

/// A name as a call, if it stands for one.
pub(super) fn without_brackets(name: Ident, values: &SessionValues) -> Expr {
    let called = match rule(&name.value.to_lowercase()).filter(|_| stands_without_brackets(&name)) {
        Some(Rule::Session(value)) => value(&[], values),
        _ => None,
    };
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

/// The arguments, when there are just so many.
fn exactly<const N: usize>(arguments: Vec<Expr>) -> Option<[Expr; N]> {
    arguments.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Vec<&'static str> {
        FAMILIES.iter().copied().flatten().map(|(name, _)| *name).collect()
    }

    #[test]
    fn names_are_unique_and_in_lower_case() {
        let mut unique = names();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), names().len());
        assert!(names().iter().all(|name| *name == name.to_lowercase()));
    }

    #[test]
    fn functions_of_the_engine_are_there() {
        let state = crate::sql::execute::query::session::builder().build();
        let is_known = |name: &str| {
            state.scalar_functions().contains_key(name)
                || state.aggregate_functions().contains_key(name)
                || state.window_functions().contains_key(name)
        };
        let rows = FAMILIES.iter().copied().flatten();
        let missing: Vec<_> = rows
            .filter_map(|(_, rule)| match rule {
                Rule::Engine(name) | Rule::EngineInt(name) if !is_known(name) => Some(*name),
                _ => None,
            })
            .collect();
        assert!(missing.is_empty(), "DataFusion does not have {missing:?}");
    }

    #[test]
    fn every_function_is_in_the_documentation() {
        let documentation = include_str!("../../../../../../docs/sql.md");
        let missing: Vec<_> =
            names().into_iter().filter(|name| !documentation.contains(&format!("`{name}`"))).collect();
        assert!(missing.is_empty(), "not in docs/sql.md: {missing:?}");
    }
}
