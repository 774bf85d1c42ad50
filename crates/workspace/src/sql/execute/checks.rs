//! CHECK constraints: conditions that every row of a table meets.

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::{Int64Type, SchemaRef};
use datafusion::sql::sqlparser::ast::{Expr, SelectItem, SetExpr};

use super::context::Context;
use super::query;
use crate::delta::{Check, Pin, Snapshot};
use crate::metastore::TableRow;
use crate::sql::SqlError;
use crate::sql::ast::{CheckConstraint, Statement};

/// The prefix of the table properties that hold constraints.
const PROPERTY: &str = "delta.constraints.";

/// The constraints of a table: names and expressions.
pub(super) fn constraints(snapshot: &Snapshot) -> Vec<(String, String)> {
    let properties = snapshot.metadata().configuration.iter();
    let constraint = |(key, expression): (&String, &String)| {
        Some((key.strip_prefix(PROPERTY)?.to_owned(), expression.clone()))
    };
    properties.filter_map(constraint).collect()
}

/// The constraints compiled for rows of this schema.
///
/// # Errors
/// `UNSUPPORTED_FEATURE` for an expression that is not computed here.
pub(super) async fn compiled(
    context: &Context,
    schema: &SchemaRef,
    constraints: Vec<(String, String)>,
) -> Result<Vec<Check>, SqlError> {
    let mut checks = Vec::with_capacity(constraints.len());
    for (name, text) in constraints {
        let predicate = query::condition(context, schema, "", expression(&text)?).await?;
        checks.push(Check { name, expression: text, predicate });
    }
    Ok(checks)
}

/// An expression as it is stored with a table.
///
/// # Errors
/// Those of the parser.
pub(super) fn expression(text: &str) -> Result<Expr, SqlError> {
    if let Statement::Query(query) = crate::sql::parse(&format!("SELECT {text}"))?
        && let SetExpr::Select(select) = *query.body
        && let Some(SelectItem::UnnamedExpr(expression)) = select.projection.into_iter().next()
    {
        return Ok(expression);
    }
    Err(SqlError::internal(format!("`{text}` is no expression")))
}

/// Refuses a new constraint that rows of the table do not meet.
///
/// # Errors
/// `DELTA_NEW_CHECK_CONSTRAINT_VIOLATION`
pub(super) async fn require_rows_to_meet(
    context: &Context,
    row: &TableRow,
    check: &CheckConstraint,
) -> Result<(), SqlError> {
    let location = context.location(row)?;
    let open = move |engine: &_| Snapshot::open(engine, &location, Pin::Latest)?.into_table_provider();
    let rows = context.blocking(open).await?;
    let condition = format!("count_if(({}) IS NOT TRUE)", check.expression);
    let items = vec![SelectItem::UnnamedExpr(expression(&condition)?)];
    let violations = query::plan_over(context, rows, items).await?.first_value().await?;
    let violations = violations.map_or(0, |count| count.as_primitive::<Int64Type>().value(0));
    match u64::try_from(violations) {
        Ok(0) | Err(_) => Ok(()),
        Ok(rows) => {
            let name = row.full_name();
            Err(SqlError::delta_new_check_constraint_violation(rows, name, &check.expression))
        }
    }
}
