//! The partition and clustering columns of a new table (open Delta, `delta-error-classes.json`).

use clxs_api::Identifier;

use crate::delta::schema::{DataType, PrimitiveType, StructField};
use crate::sql::SqlError;
use crate::sql::execute::types::result_type_text;

/// Checks that a table with these columns can be partitioned or clustered like this.
///
/// # Errors
/// `DELTA_CLUSTER_BY_WITH_PARTITIONED_BY`, `DELTA_PARTITION_COLUMN_NOT_FOUND` and the like.
pub(super) fn require_possible(
    columns: &[StructField],
    partitions: &[Identifier],
    clustering: &[Identifier],
) -> Result<(), SqlError> {
    if !partitions.is_empty() && !clustering.is_empty() {
        return Err(SqlError::delta_cluster_by_with_partitioned_by());
    }
    require_distinct(partitions, "PARTITION_COLUMNS")?;
    require_distinct(clustering, "CLUSTER_BY")?;
    for column in partitions {
        let field = columns.iter().find(|field| column.matches(&field.name));
        let field = field.ok_or_else(|| SqlError::delta_partition_column_not_found(column, columns))?;
        if !is_simple(&field.data_type) {
            return Err(SqlError::delta_invalid_partition_column_type(
                column,
                result_type_text(&field.data_type),
            ));
        }
    }
    if !partitions.is_empty() && partitions.len() == columns.len() {
        return Err(SqlError::delta_cannot_use_all_columns_for_partition());
    }
    for column in clustering {
        let field = columns.iter().find(|field| column.matches(&field.name));
        if let Some(field) = field.filter(|field| !has_bounds(&field.data_type)) {
            return Err(SqlError::delta_clustering_column_type(column, result_type_text(&field.data_type)));
        }
    }
    Ok(())
}

fn require_distinct(columns: &[Identifier], place: &'static str) -> Result<(), SqlError> {
    let twice = columns
        .iter()
        .enumerate()
        .find(|(index, column)| columns[..*index].iter().any(|other| other.matches(column.as_str())));
    twice.map_or(Ok(()), |(_, column)| Err(SqlError::delta_duplicate_columns_found(column, place)))
}

/// Whether the values can be texts in the log.
fn is_simple(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Primitive(_))
}

/// Whether files have bounds of the values.
fn has_bounds(data_type: &DataType) -> bool {
    is_simple(data_type)
        && !matches!(data_type, DataType::Primitive(PrimitiveType::Boolean | PrimitiveType::Binary))
}
