//! `DEFAULT` as a value of `INSERT … VALUES`.

use clxs_api::Identifier;
use datafusion::sql::sqlparser::ast::{Expr, Query, SetExpr, Value};

use crate::delta::schema::{StructField, StructType};
use crate::sql::execute::changes::{is_default, is_generated, is_identity};
use crate::sql::execute::query;
use crate::sql::execute::types::metadata_text;
use crate::sql::{SqlError, parse_expression};

/// Writes the default of its column in the place of each `DEFAULT`. A column that the table computes, and that has
/// no other value, is left out of the list.
///
/// # Errors
/// `UNSUPPORTED_FEATURE` for a column that the table computes in some rows only.
pub(super) fn fill(
    source: &mut Query,
    schema: &StructType,
    columns: &mut Vec<Identifier>,
) -> Result<(), SqlError> {
    let SetExpr::Values(values) = source.body.as_mut() else { return Ok(()) };
    if !values.rows.iter().any(|row| row.content.iter().any(is_default)) {
        return Ok(());
    }
    if columns.is_empty() {
        let names = schema.fields().map(|field| Identifier::new(field.name.clone()));
        *columns = names.collect::<Result<_, _>>().map_err(SqlError::invalid_identifier)?;
    }
    for position in (0..columns.len()).rev() {
        let field = schema.fields().find(|field| columns[position].matches(&field.name));
        let Some(field) = field else { continue };
        let cells = || values.rows.iter().filter_map(|row| row.content.get(position));
        if !cells().any(is_default) {
            continue;
        }
        if is_generated(field) || is_identity(field) {
            if !cells().all(is_default) {
                let feature = format!("DEFAULT in some rows only of the column `{}`", field.name);
                return Err(SqlError::unsupported_but(feature, "Write two statements."));
            }
            values.rows.iter_mut().for_each(|row| drop(row.content.remove(position)));
            columns.remove(position);
            continue;
        }
        let default = default_of(field)?;
        let cells = values.rows.iter_mut().filter_map(|row| row.content.get_mut(position));
        cells.filter(|cell| is_default(cell)).for_each(|cell| cell.clone_from(&default));
    }
    Ok(())
}

fn default_of(field: &StructField) -> Result<Expr, SqlError> {
    match metadata_text(field, "CURRENT_DEFAULT") {
        Some(text) => parse_expression(&text),
        None => Ok(query::literal(Value::Null)),
    }
}
