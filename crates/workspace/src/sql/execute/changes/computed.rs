//! Columns whose values the table gives: generated columns and identity columns.

use clxs_api::FullName;
use datafusion::arrow::datatypes::DataType as ArrowType;
use datafusion::logical_expr::{Expr as PlanExpr, ExprSchemable as _, col, lit, when};

use crate::delta::schema::{StructField, StructType};
use crate::delta::{IDENTITY, reading_schema};
use crate::sql::execute::Context;
use crate::sql::execute::insert::assigned_to;
use crate::sql::execute::query::{Planned, sql_error};
use crate::sql::execute::types::metadata_text;
use crate::sql::{SqlError, parse_expression};

const GENERATION: &str = "delta.generationExpression";

pub(in crate::sql::execute) fn is_generated(field: &StructField) -> bool {
    field.metadata.contains_key(GENERATION)
}

pub(in crate::sql::execute) fn is_identity(field: &StructField) -> bool {
    field.metadata.contains_key(IDENTITY)
}

/// The identity columns among those of which no value is given.
pub(in crate::sql::execute) fn identities(
    schema: &StructType,
    given: impl Fn(&StructField) -> bool,
) -> Vec<String> {
    let fields = schema.fields().filter(|field| is_identity(field) && !given(field));
    fields.map(|field| field.name.clone()).collect()
}

/// The rows with their generated columns computed, where `generated` says so: a condition on the rows, by the
/// position of the column.
///
/// # Errors
/// `UNSUPPORTED_FEATURE` for an expression that is not computed here.
pub(in crate::sql::execute) async fn computed(
    context: &Context,
    table: &FullName,
    schema: &StructType,
    rows: Planned,
    generated: &(dyn Fn(usize) -> Option<PlanExpr> + Sync),
) -> Result<Planned, SqlError> {
    let (mut fields, mut expressions) = (Vec::new(), Vec::new());
    for (position, field) in schema.fields().enumerate() {
        if let (Some(condition), Some(text)) = (generated(position), metadata_text(field, GENERATION)) {
            fields.push((field, condition));
            expressions.push(parse_expression(&text)?);
        }
    }
    if fields.is_empty() {
        return Ok(rows);
    }
    let expressions = rows.expressions(context, expressions).await?;
    let mut values = Vec::with_capacity(fields.len());
    for ((field, condition), value) in fields.into_iter().zip(expressions) {
        let given = value.get_type(rows.plan.schema()).map_err(sql_error)?;
        let value = assigned_to(table, field, value, &given)?;
        let column = datafusion::common::Column::new_unqualified(&field.name);
        let value = if condition == lit(true) {
            value
        } else {
            when(condition, value).otherwise(col(column)).map_err(sql_error)?
        };
        values.push((field.name.clone(), value));
    }
    rows.replaced(&values)
}

/// The type of a column in rows, where everything may be null.
pub(in crate::sql::execute) fn arrow_type(field: &StructField) -> Result<ArrowType, SqlError> {
    let schema =
        StructType::try_new([field.clone()]).map_err(|error| SqlError::internal(error.to_string()))?;
    let schema = reading_schema(&schema).map_err(|error| SqlError::internal(error.to_string()))?;
    Ok(schema.field(0).data_type().clone())
}
