//! The names of types: Delta's types as the platform writes them in results, in columns and in DDL.

use clxs_api::function::{FunctionParameterInfo, ParameterMode, ParameterType};
use clxs_api::statement::ResultColumn;
use clxs_api::table::{ColumnInfo, ColumnTypeName};

use crate::delta::schema::{DataType, MetadataValue, PrimitiveType, StructField, StructType};
use crate::sql::{SqlError, parse_type};

/// The type as results and DDL write it: `STRUCT<street: STRING, zip: INT>` (facts/settled.md §6).
pub(crate) fn result_type_text(data_type: &DataType) -> String {
    match data_type {
        DataType::Array(array) => format!("ARRAY<{}>", result_type_text(&array.element_type)),
        DataType::Map(map) => {
            format!("MAP<{}, {}>", result_type_text(&map.key_type), result_type_text(&map.value_type))
        }
        DataType::Struct(fields) => {
            let field =
                |field: &StructField| format!("{}: {}", field.name, result_type_text(&field.data_type));
            format!("STRUCT<{}>", fields.fields().map(field).collect::<Vec<_>>().join(", "))
        }
        other => catalog_type_text(other).to_uppercase(),
    }
}

/// The type as the catalog keeps it and `DESCRIBE TABLE` shows it: `struct<street:string,zip:int>`.
pub(crate) fn catalog_type_text(data_type: &DataType) -> String {
    match data_type {
        DataType::Primitive(primitive) => primitive_text(primitive),
        DataType::Array(array) => format!("array<{}>", catalog_type_text(&array.element_type)),
        DataType::Map(map) => {
            format!("map<{},{}>", catalog_type_text(&map.key_type), catalog_type_text(&map.value_type))
        }
        DataType::Struct(fields) => {
            let field =
                |field: &StructField| format!("{}:{}", field.name, catalog_type_text(&field.data_type));
            format!("struct<{}>", fields.fields().map(field).collect::<Vec<_>>().join(","))
        }
        DataType::Variant(_) => "variant".into(),
    }
}

fn primitive_text(primitive: &PrimitiveType) -> String {
    match primitive {
        PrimitiveType::Byte => "tinyint".into(),
        PrimitiveType::Short => "smallint".into(),
        PrimitiveType::Integer => "int".into(),
        PrimitiveType::Long => "bigint".into(),
        PrimitiveType::Decimal(decimal) => format!("decimal({},{})", decimal.precision(), decimal.scale()),
        other => other.to_string(),
    }
}

/// The kind of a type, without its parameters.
pub(crate) fn type_name(data_type: &DataType) -> ColumnTypeName {
    match data_type {
        DataType::Array(_) => ColumnTypeName::Array,
        DataType::Map(_) => ColumnTypeName::Map,
        DataType::Struct(_) => ColumnTypeName::Struct,
        DataType::Variant(_) => ColumnTypeName::Variant,
        DataType::Primitive(primitive) => match primitive {
            PrimitiveType::String => ColumnTypeName::String,
            PrimitiveType::Long => ColumnTypeName::Long,
            PrimitiveType::Integer => ColumnTypeName::Int,
            PrimitiveType::Short => ColumnTypeName::Short,
            PrimitiveType::Byte => ColumnTypeName::Byte,
            PrimitiveType::Float => ColumnTypeName::Float,
            PrimitiveType::Double => ColumnTypeName::Double,
            PrimitiveType::Boolean => ColumnTypeName::Boolean,
            PrimitiveType::Binary => ColumnTypeName::Binary,
            PrimitiveType::Date => ColumnTypeName::Date,
            PrimitiveType::Timestamp => ColumnTypeName::Timestamp,
            PrimitiveType::TimestampNtz => ColumnTypeName::TimestampNtz,
            PrimitiveType::Void => ColumnTypeName::Null,
            PrimitiveType::IntervalYearMonth | PrimitiveType::IntervalDayTime => ColumnTypeName::Interval,
            PrimitiveType::Decimal(_) => ColumnTypeName::Decimal,
        },
    }
}

/// Precision and scale of a decimal.
pub(crate) fn decimal_parts(data_type: &DataType) -> Option<(i32, i32)> {
    match data_type {
        DataType::Primitive(PrimitiveType::Decimal(decimal)) => {
            Some((decimal.precision().into(), decimal.scale().into()))
        }
        _ => None,
    }
}

/// A column of a result.
pub(crate) fn result_column(position: usize, name: &str, data_type: &DataType) -> ResultColumn {
    let decimal = decimal_parts(data_type);
    ResultColumn {
        name: name.to_owned(),
        position: i32::try_from(position).ok(),
        type_text: Some(result_type_text(data_type)),
        type_name: Some(type_name(data_type)),
        type_precision: decimal.map(|(precision, _)| precision),
        type_scale: decimal.map(|(_, scale)| scale),
        type_interval_type: None,
    }
}

/// The columns of a table for the catalog.
pub(crate) fn column_infos(schema: &StructType, partition_columns: &[String]) -> Vec<ColumnInfo> {
    schema
        .fields()
        .enumerate()
        .map(|(position, field)| column_info(position, field, partition_columns))
        .collect()
}

fn column_info(position: usize, field: &StructField, partition_columns: &[String]) -> ColumnInfo {
    let decimal = decimal_parts(&field.data_type);
    let partition_index =
        partition_columns.iter().position(|column| column.to_lowercase() == field.name.to_lowercase());
    ColumnInfo {
        name: Some(field.name.clone()),
        position: i32::try_from(position).ok(),
        type_text: Some(catalog_type_text(&field.data_type)),
        // A field is plain data, so writing it as JSON does not fail; without it the column is still complete.
        type_json: serde_json::to_string(field).ok(),
        type_name: Some(type_name(&field.data_type)),
        type_precision: Some(decimal.map_or(0, |(precision, _)| precision)),
        type_scale: Some(decimal.map_or(0, |(_, scale)| scale)),
        nullable: Some(field.nullable),
        comment: comment(field),
        partition_index: partition_index.and_then(|index| i32::try_from(index).ok()),
        ..ColumnInfo::default()
    }
}

/// The comment of a column, as its metadata carries it.
pub(crate) fn comment(field: &StructField) -> Option<String> {
    metadata_text(field, "comment")
}

/// The default of a column of the catalog, as written: it is in the JSON of its field.
pub(crate) fn column_default(column: &ColumnInfo) -> Option<String> {
    const DEFAULT: &str = "CURRENT_DEFAULT";
    // Few columns have one, and reading JSON takes longer than anything else about a column.
    let json = column.type_json.as_deref().filter(|json| json.contains(DEFAULT))?;
    let field: serde_json::Value = serde_json::from_str(json).ok()?;
    Some(field.get("metadata")?.get(DEFAULT)?.as_str()?.to_owned())
}

/// The field that the catalog keeps as JSON; none when it is in another form.
pub(crate) fn table_field(column: &ColumnInfo) -> Option<StructField> {
    serde_json::from_str(column.type_json.as_deref()?).ok()
}

/// The parameters of a function, or the columns of its result, for the catalog.
pub(crate) fn parameter_infos(fields: &[StructField], kind: &ParameterType) -> Vec<FunctionParameterInfo> {
    let infos = fields.iter().zip(0..).map(|(field, position)| {
        let decimal = decimal_parts(&field.data_type).unwrap_or((0, 0));
        FunctionParameterInfo {
            name: field.name.clone(),
            type_text: catalog_type_text(&field.data_type),
            // A field is plain data, so writing it as JSON does not fail.
            type_json: serde_json::to_string(field).ok(),
            type_name: type_name(&field.data_type),
            type_precision: Some(decimal.0),
            type_scale: Some(decimal.1),
            type_interval_type: None,
            position,
            parameter_mode: Some(ParameterMode::In),
            parameter_type: Some(kind.clone()),
            parameter_default: metadata_text(field, "CURRENT_DEFAULT"),
            comment: comment(field),
            extra: clxs_api::Extra::new(),
        }
    });
    infos.collect()
}

/// The parameter of a function, or a column of its result, as the catalog has it.
///
/// # Errors
/// Those of reading the text of its type, when that is all there is.
pub(crate) fn parameter_field(info: &FunctionParameterInfo) -> Result<StructField, SqlError> {
    let field = info.type_json.as_deref().and_then(|json| serde_json::from_str::<StructField>(json).ok());
    match field {
        Some(field) => Ok(field),
        None => Ok(StructField::nullable(info.name.clone(), parse_type(&info.type_text)?)),
    }
}

/// A text in the metadata of a column.
pub(crate) fn metadata_text(field: &StructField, key: &str) -> Option<String> {
    match field.metadata.get(key)? {
        MetadataValue::String(text) => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delta::schema::{ArrayType, MapType};

    fn nested() -> DataType {
        let address = StructType::try_new([
            StructField::nullable("street", DataType::STRING),
            StructField::nullable("zip", DataType::INTEGER),
        ])
        .unwrap();
        let map = MapType::new(DataType::STRING, DataType::decimal(10, 2).unwrap(), true);
        let fields = [
            StructField::nullable("address", address),
            StructField::nullable("tags", ArrayType::new(map, true)),
        ];
        StructType::try_new(fields).unwrap().into()
    }

    #[test]
    fn nested_type_is_written_as_the_platform_writes_it() {
        assert_eq!(
            result_type_text(&nested()),
            "STRUCT<address: STRUCT<street: STRING, zip: INT>, tags: ARRAY<MAP<STRING, DECIMAL(10,2)>>>"
        );
        assert_eq!(
            catalog_type_text(&nested()),
            "struct<address:struct<street:string,zip:int>,tags:array<map<string,decimal(10,2)>>>"
        );
    }

    #[test]
    fn long_is_bigint_in_text_and_long_in_name() {
        let column = result_column(0, "n", &DataType::LONG);
        assert_eq!(column.type_text.as_deref(), Some("BIGINT"));
        assert_eq!(column.type_name, Some(ColumnTypeName::Long));
    }
}
