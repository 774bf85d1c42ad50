//! The columns of a file in the types of tables.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, FieldRef, Fields, Schema, SchemaRef, TimeUnit};
use datafusion::arrow::error::ArrowError;
use datafusion::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};

use super::ParquetError;
use crate::delta::schema::{DataType as TableDataType, StructField, StructType, TryFromArrow};

/// The file's own types alone: what a writer notes about its memory is nothing to a table.
pub(super) fn reader_options() -> ArrowReaderOptions {
    ArrowReaderOptions::new().with_skip_arrow_metadata(true)
}

/// The columns of a file.
///
/// # Errors
/// [`ParquetError::File`] and [`ParquetError::Types`].
pub(super) fn of_file(path: &Path) -> Result<StructType, ParquetError> {
    let of_file = |source| ParquetError::File { file: path.to_owned(), source };
    let file = fs_err::File::open(path).map_err(|error| of_file(error.into()))?;
    let metadata = ArrowReaderMetadata::load(file.file(), reader_options()).map_err(of_file)?;
    of_arrow(metadata.schema()).map_err(|source| ParquetError::Types { file: path.to_owned(), source })
}

fn of_arrow(schema: &SchemaRef) -> Result<StructType, ArrowError> {
    let fields: Fields = schema.fields().iter().map(table_field).collect();
    StructType::try_from_arrow(&Schema::new(fields))
}

/// The columns with those of the partition: they come last, but for one that is in the files too, which stays
/// where it is, with the values of the folders.
///
/// # Errors
/// [`ParquetError::Types`] for two columns of one name.
pub(super) fn with_partitions(
    columns: &StructType,
    partitions: &[(&str, TableDataType)],
) -> Result<StructType, ParquetError> {
    let of_name = |name: &str| partitions.iter().find(|(partition, _)| partition.eq_ignore_ascii_case(name));
    let partition =
        |(name, data_type): &(&str, TableDataType)| StructField::nullable(*name, data_type.clone());
    let in_files = |name: &str| columns.fields().any(|field| field.name.eq_ignore_ascii_case(name));
    let own = columns.fields().map(|field| of_name(&field.name).map_or_else(|| field.clone(), partition));
    let added = partitions.iter().filter(|(name, _)| !in_files(name)).map(partition);
    StructType::try_new(own.chain(added)).map_err(|error| ParquetError::Types {
        file: Path::new("").to_owned(),
        source: ArrowError::SchemaError(error.to_string()),
    })
}

/// Refuses a file whose nested fields are others than those of the table, or stand in another order.
///
/// # Errors
/// [`ParquetError::Types`]
pub(super) fn require_same_fields(
    file: &Path,
    found: &DataType,
    wanted: &DataType,
) -> Result<(), ParquetError> {
    let (found, wanted) = (field_names(found), field_names(wanted));
    if found == wanted {
        return Ok(());
    }
    let source = ArrowError::SchemaError(format!("the nested fields are {found:?} and not {wanted:?}"));
    Err(ParquetError::Types { file: file.to_owned(), source })
}

/// The names of the fields of structs, depth first; those of lists and maps are the writer's own.
fn field_names(data_type: &DataType) -> Vec<String> {
    match data_type {
        DataType::Struct(fields) => fields
            .iter()
            .flat_map(|field| [vec![field.name().to_lowercase()], field_names(field.data_type())].concat())
            .collect(),
        DataType::List(element) => field_names(element.data_type()),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(entries) => {
                entries.iter().flat_map(|field| field_names(field.data_type())).collect()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// A column as a table has it: nullable, without the file's notes.
fn table_field(field: &FieldRef) -> FieldRef {
    Arc::new(Field::new(field.name(), table_type(field.data_type()), true))
}

/// The type that Spark reads a file's type as.
fn table_type(data_type: &DataType) -> DataType {
    match data_type {
        // INT96, which is a point in time, comes as nanoseconds without a zone.
        DataType::Timestamp(_, Some(_)) | DataType::Timestamp(TimeUnit::Nanosecond, None) => {
            DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
        }
        DataType::Timestamp(_, None) => DataType::Timestamp(TimeUnit::Microsecond, None),
        DataType::UInt8 => DataType::Int16,
        DataType::UInt16 => DataType::Int32,
        DataType::UInt32 => DataType::Int64,
        DataType::UInt64 => DataType::Decimal128(20, 0),
        DataType::Float16 => DataType::Float32,
        DataType::FixedSizeBinary(_) => DataType::Binary,
        DataType::List(element) => DataType::List(table_field(element)),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(table_field).collect()),
        DataType::Map(entries, sorted) => DataType::Map(map_entries(entries), *sorted),
        other => other.clone(),
    }
}

/// The entries of a map and their keys are never null.
fn map_entries(entries: &FieldRef) -> FieldRef {
    let DataType::Struct(fields) = entries.data_type() else { return Arc::clone(entries) };
    let fields = fields.iter().enumerate().map(|(index, field)| {
        let field = table_field(field);
        if index == 0 { Arc::new(field.as_ref().clone().with_nullable(false)) } else { field }
    });
    Arc::new(Field::new(entries.name(), DataType::Struct(fields.collect()), false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_fields_in_another_order_are_not_mixed_up() {
        let of = |names: [&str; 2]| {
            let fields = names.map(|name| Field::new(name, DataType::Int32, true));
            DataType::List(Arc::new(Field::new("item", DataType::Struct(fields.into_iter().collect()), true)))
        };
        let file = Path::new("/t/part-0.parquet");
        assert!(require_same_fields(file, &of(["a", "B"]), &of(["A", "b"])).is_ok());
        let error = require_same_fields(file, &of(["b", "a"]), &of(["a", "b"])).unwrap_err();
        assert!(error.to_string().contains("/t/part-0.parquet"), "{error}");
    }
}
