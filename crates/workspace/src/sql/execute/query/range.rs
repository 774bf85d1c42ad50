//! The table function `range(end)`, `range(start, end[, step])`.

use datafusion::sql::sqlparser::ast::{
    FunctionArg, FunctionArgExpr, Ident, ObjectName, Query, TableAlias, TableFactor,
};

use super::syntax::{integer, parse_query};
use crate::sql::SqlError;

/// Turns `range(…)` into a subquery whose column is called `id`, as in Spark, and refuses other functions.
pub(super) fn rewrite(factor: &mut TableFactor) -> Result<(), SqlError> {
    let TableFactor::Table { name, alias, args: Some(args), .. } = factor else { return Ok(()) };
    let bounds: Option<Vec<i64>> = args.args.iter().map(bound).collect();
    match bounds {
        Some(bounds) if is_range(name) && (1..=3).contains(&bounds.len()) => {
            let default_alias =
                || TableAlias { explicit: true, name: Ident::new("range"), columns: Vec::new(), at: None };
            let alias = Some(alias.take().unwrap_or_else(default_alias));
            let subquery = Box::new(series(&bounds)?);
            *factor = TableFactor::Derived { lateral: false, subquery, alias, sample: None };
            Ok(())
        }
        _ => Err(SqlError::unsupported_but(
            format!("the table function {name}"),
            "range(start, end, step) with literals is.",
        )),
    }
}

/// Whether this names the function `range`.
fn is_range(name: &ObjectName) -> bool {
    name.to_string().eq_ignore_ascii_case("range")
}

fn bound(argument: &FunctionArg) -> Option<i64> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => integer(expr),
        _ => None,
    }
}

fn series(bounds: &[i64]) -> Result<Query, SqlError> {
    let arguments: Vec<_> = bounds.iter().map(i64::to_string).collect();
    parse_query(&format!("SELECT value AS id FROM range({})", arguments.join(", ")))
}
