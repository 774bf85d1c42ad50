//! CHECK constraints: conditions that every row of a table meets.

use clxs_api::{Identifier, Properties};
use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::{Int64Type, SchemaRef};
use datafusion::sql::sqlparser::ast::{Ident, SelectItem};

use super::context::Context;
use super::query;
use super::types::metadata_text;
use crate::delta::schema::StructField;
use crate::delta::{Check, Pin, Snapshot};
use crate::metastore::TableRow;
use crate::sql::ast::{CheckConstraint, PropertyList};
use crate::sql::{SqlError, parse_expression};

/// The prefix of the table properties that hold constraints.
const PROPERTY: &str = "delta.constraints.";

/// Whether a table with these properties has CHECK constraints.
pub(super) fn has_checks(properties: &Properties) -> bool {
    properties.keys().any(|key| key.starts_with(PROPERTY))
}

/// What every new row must meet, by name: the CHECK constraints, and that generated columns have the values of
/// their expressions (Delta protocol, "Generated Columns").
pub(super) fn constraints(snapshot: &Snapshot) -> Vec<(String, String)> {
    let properties = snapshot.metadata().configuration.iter();
    let check = |(key, expression): (&String, &String)| {
        Some((key.strip_prefix(PROPERTY)?.to_owned(), expression.clone()))
    };
    let generated = |field: &StructField| {
        let expression = metadata_text(field, "delta.generationExpression")?;
        let column = Ident::with_quote('`', field.name.as_str());
        Some(("Generated Column".to_owned(), format!("{column} <=> ({expression})")))
    };
    let fields = || snapshot.schema().fields();
    properties
        .filter_map(check)
        .chain(fields().filter_map(generated))
        .chain(fields().filter_map(invariant))
        .collect()
}

/// The invariant of a column, as versions of Delta before CHECK constraints have it (Delta protocol, "Column
/// Invariants").
fn invariant(field: &StructField) -> Option<(String, String)> {
    let text = metadata_text(field, "delta.invariants")?;
    let invariant: serde_json::Value = serde_json::from_str(&text).ok()?;
    let expression = invariant.get("expression")?.get("expression")?.as_str()?.to_owned();
    Some((format!("EXPRESSION({expression})"), expression))
}

/// Takes the CHECK constraints out of the properties of a new table, where SHOW CREATE TABLE has them (open Delta,
/// `DeltaConfigs.validateConfigurations`).
///
/// # Errors
/// `INVALID_IDENTIFIER`, and those of the syntax of an expression.
pub(super) fn take_constraints(properties: &mut PropertyList) -> Result<Vec<CheckConstraint>, SqlError> {
    let mut constraints = Vec::new();
    for (key, expression) in properties.extract_if(.., |(key, _)| key.starts_with(PROPERTY)) {
        let name = Identifier::new(&key[PROPERTY.len()..]).map_err(SqlError::invalid_identifier)?;
        parse_expression(&expression)?;
        constraints.push(CheckConstraint { name, expression });
    }
    Ok(constraints)
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
        let predicate = query::condition(context, schema, "", parse_expression(&text)?).await;
        let predicate = predicate.map_err(|error| match error.class {
            "DATATYPE_MISMATCH" => SqlError::delta_non_boolean_check_constraint(&name, &text),
            _ => error,
        })?;
        checks.push(Check { name, expression: text, predicate, hidden: Vec::new() });
    }
    Ok(checks)
}

/// Refuses a new constraint that rows of the table do not meet. Returns the version whose rows meet it.
///
/// # Errors
/// `DELTA_NEW_CHECK_CONSTRAINT_VIOLATION`
pub(super) async fn require_rows_to_meet(
    context: &Context,
    row: &TableRow,
    check: &CheckConstraint,
) -> Result<u64, SqlError> {
    let rows = context.snapshot(context.location(row)?, Pin::Latest).await?.into_table_provider()?.schema();
    compiled(context, &rows, vec![(check.name.as_str().to_owned(), check.expression.clone())]).await?;
    let (version, violations) = violations(context, row, &check.expression).await?;
    if violations == 0 {
        return Ok(version);
    }
    let name = row.full_name();
    Err(SqlError::delta_new_check_constraint_violation(violations, name, &check.expression))
}

/// Refuses to forbid nulls in a column that has some. Returns the version whose rows have none.
///
/// # Errors
/// `DELTA_NEW_NOT_NULL_VIOLATION`
pub(super) async fn require_no_nulls(
    context: &Context,
    row: &TableRow,
    column: &Identifier,
) -> Result<u64, SqlError> {
    let (version, violations) = violations(context, row, &format!("{column} IS NOT NULL")).await?;
    if violations == 0 {
        return Ok(version);
    }
    Err(SqlError::delta_new_not_null_violation(violations, row.full_name(), column))
}

/// How many rows of the newest version do not meet a condition.
async fn violations(context: &Context, row: &TableRow, condition: &str) -> Result<(u64, u64), SqlError> {
    let snapshot = context.snapshot(context.location(row)?, Pin::Latest).await?;
    let version = snapshot.version();
    let count = parse_expression(&format!("count_if(({condition}) IS NOT TRUE)"))?;
    let rows = snapshot.into_table_provider()?;
    let count = query::plan_over(context, rows, vec![SelectItem::UnnamedExpr(count)]).await?;
    let count = count.first_value().await?.map_or(0, |count| count.as_primitive::<Int64Type>().value(0));
    Ok((version, u64::try_from(count).unwrap_or_default()))
}
