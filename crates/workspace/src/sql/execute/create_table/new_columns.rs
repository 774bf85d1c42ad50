//! Columns of a new table whose values the table gives.

use clxs_api::Identifier;

use crate::delta::DeltaError;
use crate::delta::schema::{DataType, MetadataValue, StructField};
use crate::sql::ast::CreateTable;
use crate::sql::execute::alter_columns::mentions;
use crate::sql::execute::changes::{is_generated, is_identity};
use crate::sql::execute::stored_expressions::{Purpose, require_no_function};
use crate::sql::execute::types::{metadata_text, result_type_text};
use crate::sql::{SqlError, parse_expression};

/// The property that must allow defaults.
const DEFAULTS: &str = "delta.feature.allowColumnDefaults";

/// Checks identity columns, generated columns and defaults.
///
/// # Errors
/// `DELTA_IDENTITY_COLUMNS_…`, `DELTA_INVALID_GENERATED_COLUMN_REFERENCES`,
/// `WRONG_COLUMN_DEFAULTS_FOR_DELTA_FEATURE_NOT_ENABLED`.
pub(super) fn require_valid(create: &CreateTable) -> Result<(), SqlError> {
    let allowed = create.properties.iter().any(|(key, _)| key == DEFAULTS);
    for field in &create.columns {
        if is_identity(field) {
            require_identity(create, field)?;
        }
        if is_generated(field) {
            require_references(create, field)?;
        }
        if let Some(text) = metadata_text(field, "CURRENT_DEFAULT") {
            if !allowed {
                return Err(DeltaError::DefaultsNotEnabled { command: "CREATE TABLE" }.into());
            }
            require_no_function(Purpose::Default, &text)?;
        }
    }
    let mut checks = create.constraints.iter();
    checks.try_for_each(|check| require_no_function(Purpose::Check, &check.expression))
}

fn require_identity(create: &CreateTable, field: &StructField) -> Result<(), SqlError> {
    if field.data_type != DataType::LONG {
        return Err(SqlError::delta_identity_type(result_type_text(&field.data_type)));
    }
    if field.metadata.get("delta.identity.step") == Some(&MetadataValue::Number(0)) {
        return Err(SqlError::delta_identity_step());
    }
    if create.partition_columns.iter().any(|column| column.matches(&field.name)) {
        return Err(SqlError::delta_identity_partition(&field.name));
    }
    Ok(())
}

/// Generated columns are computed of columns that are not.
fn require_references(create: &CreateTable, field: &StructField) -> Result<(), SqlError> {
    let Some(text) = metadata_text(field, "delta.generationExpression") else { return Ok(()) };
    require_no_function(Purpose::Generation, &text)?;
    let expression = parse_expression(&text)?;
    for other in create.columns.iter().filter(|other| is_generated(other)) {
        let name = Identifier::new(other.name.clone()).map_err(SqlError::invalid_identifier)?;
        if mentions(&expression, &name) {
            return Err(SqlError::delta_invalid_generated_column_references());
        }
    }
    Ok(())
}
