//! NOT NULL columns, nested ones too.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, RecordBatch};

use crate::delta::schema::{DataType, StructField, StructType};

/// The first column with a null that it must not have, by its path. A field of a struct that is null is none.
pub(super) fn forbidden_null(rows: &RecordBatch, schema: &StructType) -> Option<String> {
    let present = |_: usize| true;
    schema.fields().zip(rows.columns()).find_map(|(field, column)| in_column(field, column, "", &present))
}

fn in_column(
    field: &StructField,
    column: &ArrayRef,
    parent: &str,
    is_present: &dyn Fn(usize) -> bool,
) -> Option<String> {
    let path = format!("{parent}{}", field.name);
    let is_forbidden = |row: usize| column.is_null(row) && is_present(row);
    if !field.nullable && column.null_count() > 0 && (0..column.len()).any(is_forbidden) {
        return Some(path);
    }
    let (DataType::Struct(fields), Some(nested)) = (&field.data_type, column.as_struct_opt()) else {
        return None;
    };
    let (parent, is_present) = (format!("{path}."), |row: usize| is_present(row) && nested.is_valid(row));
    fields
        .fields()
        .zip(nested.columns())
        .find_map(|(field, column)| in_column(field, column, &parent, &is_present))
}
