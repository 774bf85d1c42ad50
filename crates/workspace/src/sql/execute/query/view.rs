//! The columns of a view: those that its query had when the view was made, as its schema mode says (facts/sql.md §9).

use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::datasource::ViewTable;
use datafusion::logical_expr::{Expr as PlanExpr, ExprSchemable as _, LogicalPlanBuilder};

use super::Planned;
use super::error::sql_error;
use super::over::columns;
use super::relations::Reader;
use super::udf::cast_to;
use crate::delta::schema::StructField;
use crate::metastore::{TableRow, ViewDetails};
use crate::sql::SqlError;
use crate::sql::ast::Statement;
use crate::sql::execute::changes::arrow_type;
use crate::sql::execute::types::{result_type_text, table_field};
use crate::sql::execute::views::SCHEMA_MODE;

/// The rows of a view.
pub(super) async fn provider(
    reader: &Reader,
    row: &TableRow,
    details: &ViewDetails,
) -> Result<Arc<dyn TableProvider>, SqlError> {
    let behind = reader.behind(row, details)?;
    let Statement::Query(query) = crate::sql::parse(&details.definition)? else {
        return Err(SqlError::internal(format!("the view {} is no query", row.full_name())));
    };
    let planned = super::plan_with(&behind, *query).await?;
    let shown = if evolves(row, details) { all(&planned) } else { chosen(row, details, &planned)? };
    let plan = LogicalPlanBuilder::from(planned.plan).project(shown).and_then(LogicalPlanBuilder::build);
    Ok(Arc::new(ViewTable::new(plan.map_err(sql_error)?, None)))
}

fn mode(row: &TableRow) -> &str {
    row.properties.get(SCHEMA_MODE).map_or("", String::as_str)
}

/// Whether the view shows whatever its query gives now; one that has names of its own cannot.
fn evolves(row: &TableRow, details: &ViewDetails) -> bool {
    let names = row.columns.iter().filter_map(|column| column.name.as_ref());
    mode(row) == "EVOLUTION" && names.eq(&details.output)
}

fn all(planned: &Planned) -> Vec<PlanExpr> {
    columns(&planned.plan).zip(&planned.fields).map(|(column, field)| column.alias(&field.name)).collect()
}

/// The columns that the view had when it was made, whatever else there is by now.
fn chosen(row: &TableRow, details: &ViewDetails, planned: &Planned) -> Result<Vec<PlanExpr>, SqlError> {
    let given: Vec<PlanExpr> = columns(&planned.plan).collect();
    let names = row.columns.iter().filter_map(|column| column.name.as_deref());
    let shown = names.enumerate().map(|(position, name)| {
        let source = source(&details.output, position, &planned.fields);
        let value = source.and_then(|source| Some((given.get(source)?, &planned.fields[source])));
        let (value, field) = value.ok_or_else(|| {
            let column = details.output.get(position).map_or(name, String::as_str);
            let names: Vec<_> = planned.fields.iter().map(|field| field.name.clone()).collect();
            SqlError::incompatible_view_schema_change(row.full_name(), column, &names)
        })?;
        Ok(typed(row, position, (value.clone(), field), planned)?.alias(name))
    });
    shown.collect()
}

/// Where a column of the view is among those of the query now: the one of its name, of several the one that stands
/// at the same place among them.
fn source(output: &[String], position: usize, fields: &[StructField]) -> Option<usize> {
    let Some(name) = output.get(position) else { return Some(position) };
    let is_it = |other: &str| other.to_lowercase() == name.to_lowercase();
    let count = output.iter().filter(|other| is_it(other)).count();
    let earlier = output[..position].iter().filter(|other| is_it(other)).count();
    let found: Vec<usize> = (0..fields.len()).filter(|index| is_it(&fields[*index].name)).collect();
    found.get(earlier).copied().filter(|_| found.len() == count)
}

/// The column in the type that the view says, unless its types evolve.
fn typed(
    row: &TableRow,
    position: usize,
    (value, field): (PlanExpr, &StructField),
    planned: &Planned,
) -> Result<PlanExpr, SqlError> {
    let Some(made) = row.columns.get(position).and_then(table_field) else { return Ok(value) };
    let (from, to) = (result_type_text(&field.data_type), result_type_text(&made.data_type));
    if from == to || mode(row).ends_with("EVOLUTION") {
        return Ok(value);
    }
    let (given, wanted) = (value.get_type(planned.plan.schema()).map_err(sql_error)?, arrow_type(&made)?);
    // BINDING takes only what every value can be cast to.
    if mode(row) == "BINDING" && super::common_type::of(&given, &wanted).as_ref() != Some(&wanted) {
        return Err(SqlError::cannot_up_cast(&made.name, &from, &to));
    }
    Ok(cast_to(value, &given, wanted))
}
