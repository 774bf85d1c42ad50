//! `DESCRIBE TABLE EXTENDED … AS JSON` (facts/sql.md §3).

use clxs_api::Identifier;
use clxs_api::table::ColumnInfo;
use serde_json::{Map, Value, json};

use crate::delta::schema::{DataType, PrimitiveType, StructField};
use crate::metastore::{Guard, Key, TableRow};
use crate::sql::SqlError;
use crate::sql::ast::ObjectName;
use crate::sql::execute::context::Context;
use crate::sql::execute::rows::{readable_timestamp, text_result};
use crate::sql::execute::types::{catalog_type_text, metadata_text};
use crate::sql::execute::{keys, views};
use crate::warehouse::StatementResult;

pub(super) async fn execute(context: &Context, table: &ObjectName) -> Result<StatementResult, SqlError> {
    let table = context.visible_table(table).await?;
    let of_table = table.clone();
    let keys = context.read(move |tx, _| Ok(tx.keys_of(&of_table)?)).await?;
    Ok(text_result(["json_metadata"], vec![[document(&table, &keys).to_string()]]))
}

fn document(table: &TableRow, keys: &[Key]) -> Value {
    let properties: Map<_, _> = table
        .properties
        .iter()
        .filter(|(key, _)| !views::is_internal(key))
        .map(|(key, value)| (key.clone(), json!(value)))
        .collect();
    let fields = [
        ("table_name", json!(table.name.as_str())),
        ("catalog_name", json!(table.catalog.as_str())),
        ("namespace", json!([table.schema.as_str()])),
        ("schema_name", json!(table.schema.as_str())),
        ("columns", table.columns.iter().map(column).collect()),
        ("owner", json!(table.owner)),
        ("created_time", json!(readable_timestamp(table.audit.created_at))),
        ("last_access", json!("UNKNOWN")),
        ("created_by", json!(table.audit.created_by)),
        ("type", json!(table.table_type.as_str())),
        ("provider", json!(table.format.as_ref().map(|format| format.as_str().to_lowercase()))),
        ("comment", json!(table.comment)),
        ("location", json!(table.location)),
        ("table_properties", Value::Object(properties)),
        ("partition_columns", present(&table.partition_columns())),
        ("view_text", json!(table.view.as_ref().map(|view| &view.definition))),
        ("table_constraints", constraints(keys)),
        ("row_filter", table.guards.row_filter.as_ref().map_or(Value::Null, row_filter)),
        ("column_masks", column_masks(table)),
    ];
    let present = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(present.map(|(name, value)| (name.to_owned(), value)).collect())
}

fn present(names: &[&str]) -> Value {
    if names.is_empty() { Value::Null } else { json!(names) }
}

/// ``[(name,PRIMARY KEY (`id`)), …]``
fn constraints(keys: &[Key]) -> Value {
    let texts: Vec<_> =
        keys::texts(keys).into_iter().map(|(name, text)| format!("({name},{text})")).collect();
    if texts.is_empty() { Value::Null } else { json!(format!("[{}]", texts.join(", "))) }
}

/// Arguments that are no columns are left out, as the documented names have it; UNCONFIRMED.
fn row_filter(filter: &Guard) -> Value {
    json!({ "function_name": function_name(filter), "column_names": filter.columns().collect::<Vec<_>>() })
}

fn column_masks(table: &TableRow) -> Value {
    let mask = |(column, mask): (&String, &Guard)| {
        json!({
            "column_name": column,
            "function_name": function_name(mask),
            "using_column_names": mask.columns().collect::<Vec<_>>(),
        })
    };
    let masks: Vec<_> = table.guards.masks.iter().map(mask).collect();
    if masks.is_empty() { Value::Null } else { Value::Array(masks) }
}

fn function_name(guard: &Guard) -> Value {
    let part = |level: usize| guard.function.parts().get(level).map(Identifier::as_str);
    json!({ "catalog_name": part(0), "schema_name": part(1), "function_name": part(2) })
}

fn column(column: &ColumnInfo) -> Value {
    let field = column.type_json.as_deref().and_then(|json| serde_json::from_str::<StructField>(json).ok());
    let written = column.type_text.clone().unwrap_or_default();
    let data_type =
        field.as_ref().map_or_else(|| json!({ "name": written }), |field| type_of(&field.data_type));
    let default = field.as_ref().and_then(|field| metadata_text(field, "CURRENT_DEFAULT"));
    let fields = [
        ("name", json!(column.name)),
        ("type", data_type),
        ("comment", json!(column.comment)),
        ("nullable", json!(column.nullable != Some(false))),
        ("default", json!(default)),
    ];
    let present = fields.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(present.map(|(name, value)| (name.to_owned(), value)).collect())
}

/// A type as Spark writes it in this document: its name, and what it is made of.
fn type_of(data_type: &DataType) -> Value {
    match data_type {
        DataType::Primitive(PrimitiveType::Decimal(decimal)) => {
            json!({ "name": "decimal", "precision": decimal.precision(), "scale": decimal.scale() })
        }
        DataType::Primitive(PrimitiveType::String) => json!({ "name": "string", "collation": "UTF8_BINARY" }),
        DataType::Primitive(PrimitiveType::Timestamp) => json!({ "name": "timestamp_ltz" }),
        DataType::Array(array) => json!({
            "name": "array",
            "element_type": type_of(&array.element_type),
            "element_nullable": array.contains_null,
        }),
        DataType::Map(map) => json!({
            "name": "map",
            "key_type": type_of(&map.key_type),
            "value_type": type_of(&map.value_type),
            "value_nullable": map.value_contains_null,
        }),
        DataType::Struct(fields) => {
            let fields: Vec<_> = fields.fields().map(field).collect();
            json!({ "name": "struct", "fields": fields })
        }
        other => json!({ "name": catalog_type_text(other) }),
    }
}

fn field(field: &StructField) -> Value {
    json!({ "name": field.name, "type": type_of(&field.data_type), "nullable": field.nullable })
}
