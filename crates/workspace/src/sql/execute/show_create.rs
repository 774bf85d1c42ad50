//! `SHOW CREATE TABLE`: the statement that makes a table or view again (facts/settled.md §4).

use std::fmt::Write as _;

use clxs_api::table::{ColumnInfo, TableType};
use clxs_api::{Identifier, SqlLiteral};

use super::guards::argument_list;
use super::parquet_table::{PARQUET, is_parquet};
use super::types::{self, catalog_type_text, metadata_text, table_field};
use crate::delta::is_bookkeeping;
use crate::delta::schema::{DataType, MetadataValue, StructField};
use crate::metastore::{Guard, TableRow, ViewDetails};

/// The type of a CHAR or VARCHAR as it was written, in the metadata of its column.
const CHAR_VARCHAR: &str = "__CHAR_VARCHAR_TYPE_STRING";

/// The text, laid out as the platform does; the keys as name and text.
pub(super) fn create_statement(table: &TableRow, clustering: &[String], keys: &[(String, String)]) -> String {
    match &table.view {
        Some(view) if table.is_materialized() => create_materialized_view(table, view),
        Some(view) => create_view(table, view),
        None => create_table(table, clustering, keys),
    }
}

/// Tables have their full name here.
fn create_table(table: &TableRow, clustering: &[String], keys: &[(String, String)]) -> String {
    let name = [&table.catalog, &table.schema, &table.name].map(plain).join(".");
    let mut text = format!("CREATE TABLE {name} (\n");
    let mut items: Vec<_> = table.columns.iter().map(|one| column(one) + &mask(table, one)).collect();
    items.extend(keys.iter().map(|(name, key)| format!("  CONSTRAINT `{}` {key}", name.replace('`', "``"))));
    text += &items.join(",\n");
    text += &format!(")\nUSING {}\n", provider(table));
    if let Some(filter) = &table.guards.row_filter {
        text += &format!("WITH ROW FILTER {} ON ({})\n", function(filter), argument_list(filter));
    }
    let partitions = table.partition_columns();
    if !partitions.is_empty() {
        text += &format!("PARTITIONED BY ({})\n", names(partitions));
    }
    if !clustering.is_empty() {
        text += &format!("CLUSTER BY ({})\n", names(clustering.iter().map(String::as_str)));
    }
    if let (Some(location), false) = (&table.location, table.is_managed()) {
        text += &format!("LOCATION {}\n", SqlLiteral::new(location));
    }
    text + &comment_and_properties(table)
}

fn provider(table: &TableRow) -> &'static str {
    if is_parquet(table) { PARQUET } else { "delta" }
}

/// Views have the name of their schema but not of their catalog here. The layout of metric views is UNCONFIRMED.
fn create_view(table: &TableRow, view: &ViewDetails) -> String {
    let columns: Vec<_> = table.columns.iter().map(view_column).collect();
    let name = [&table.schema, &table.name].map(plain).join(".");
    if table.table_type == TableType::MetricView {
        let text = format!("CREATE VIEW {name} (\n{})\nWITH METRICS\nLANGUAGE YAML\n", columns.join(",\n"));
        return text + &comment_and_properties(table) + &format!("AS $${}$$\n", view.definition);
    }
    let mut text = format!("CREATE VIEW {name} (\n{})\n", columns.join(",\n"));
    text += &comment_and_properties(table);
    let mode = table.properties.get(super::views::SCHEMA_MODE).map_or("COMPENSATION", String::as_str);
    text + &format!("WITH SCHEMA {mode}\nAS {}\n", view.definition)
}

/// The layout is UNCONFIRMED: the full name as of tables, the rest as of views.
fn create_materialized_view(table: &TableRow, view: &ViewDetails) -> String {
    let columns: Vec<_> = table.columns.iter().map(view_column).collect();
    let name = [&table.catalog, &table.schema, &table.name].map(plain).join(".");
    let text = format!("CREATE MATERIALIZED VIEW {name} (\n{})\n", columns.join(",\n"));
    text + &comment_and_properties(table) + &format!("AS {}\n", view.definition)
}

fn comment_and_properties(table: &TableRow) -> String {
    let mut text = String::new();
    if let Some(comment) = &table.comment {
        text += &format!("COMMENT {}\n", SqlLiteral::new(comment));
    }
    let is_shown = |key: &str| !super::views::is_internal(key) && !is_bookkeeping(key);
    let shown = table.properties.iter().filter(|(key, _)| is_shown(key));
    let pairs: Vec<_> = shown
        .map(|(key, value)| format!("  {} = {}", SqlLiteral::new(key), SqlLiteral::new(value)))
        .collect();
    if !pairs.is_empty() {
        text += &format!("TBLPROPERTIES (\n{})\n", pairs.join(",\n"));
    }
    text
}

fn column(column: &ColumnInfo) -> String {
    let field = table_field(column);
    let data_type = match &field {
        Some(field) => metadata_text(field, CHAR_VARCHAR)
            .map_or_else(|| type_text(&field.data_type), |short| short.to_uppercase()),
        None => column.type_text.as_deref().unwrap_or_default().to_uppercase(),
    };
    let mut text = format!("  {} {data_type}", column_name(column));
    if column.nullable == Some(false) {
        text += " NOT NULL";
    }
    text + &field.as_ref().map(value_clause).unwrap_or_default() + &comment(column)
}

/// How the platform writes guards here is UNCONFIRMED: as `CREATE TABLE` reads them.
fn mask(table: &TableRow, column: &ColumnInfo) -> String {
    let mask = column.name.as_deref().and_then(|name| table.guards.mask(name));
    mask.map_or_else(String::new, |mask| {
        let using = argument_list(mask);
        let using = if using.is_empty() { using } else { format!(" USING COLUMNS ({using})") };
        format!(" MASK {}{using}", function(mask))
    })
}

fn function(guard: &Guard) -> String {
    guard.function.parts().iter().map(plain).collect::<Vec<_>>().join(".")
}

/// A type as a statement has it, with all that is said of nested fields.
fn type_text(data_type: &DataType) -> String {
    match data_type {
        DataType::Array(array) => format!("ARRAY<{}>", type_text(&array.element_type)),
        DataType::Map(map) => format!("MAP<{}, {}>", type_text(&map.key_type), type_text(&map.value_type)),
        DataType::Struct(fields) => {
            format!("STRUCT<{}>", fields.fields().map(nested_field).collect::<Vec<_>>().join(", "))
        }
        other => catalog_type_text(other).to_uppercase(),
    }
}

fn nested_field(field: &StructField) -> String {
    let name = Identifier::new(field.name.clone()).map_or_else(|_| String::new(), |name| plain(&name));
    let null = if field.nullable { "" } else { " NOT NULL" };
    let comment = types::comment(field).map(|comment| format!(" COMMENT {}", SqlLiteral::new(comment)));
    format!("{name}: {}{null}{}", type_text(&field.data_type), comment.unwrap_or_default())
}

/// Where the value of a column comes from when a row does not give it.
fn value_clause(field: &StructField) -> String {
    let text = |key| metadata_text(field, key);
    let number = |key| match field.metadata.get(key) {
        Some(MetadataValue::Number(number)) => Some(*number),
        _ => None,
    };
    if let Some(expression) = text("delta.generationExpression") {
        return format!(" GENERATED ALWAYS AS ( {expression} )");
    }
    if let (Some(start), Some(step)) = (number("delta.identity.start"), number("delta.identity.step")) {
        let explicit = field.metadata.get("delta.identity.allowExplicitInsert");
        let mode = if explicit == Some(&MetadataValue::Boolean(true)) { "BY DEFAULT" } else { "ALWAYS" };
        return format!(" GENERATED {mode} AS IDENTITY (START WITH {start} INCREMENT BY {step})");
    }
    text("CURRENT_DEFAULT").map(|default| format!(" DEFAULT {default}")).unwrap_or_default()
}

fn view_column(column: &ColumnInfo) -> String {
    format!("  {}{}", column_name(column), comment(column))
}

fn comment(column: &ColumnInfo) -> String {
    let mut text = String::new();
    if let Some(comment) = &column.comment {
        // Writing to a text does not fail.
        write!(text, " COMMENT {}", SqlLiteral::new(comment)).ok();
    }
    text
}

fn column_name(column: &ColumnInfo) -> String {
    column
        .name
        .as_deref()
        .and_then(|name| Identifier::new(name).ok())
        .map_or_else(String::new, |name| plain(&name))
}

fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names = names.into_iter().filter_map(|name| Identifier::new(name).ok());
    names.map(|name| plain(&name)).collect::<Vec<_>>().join(", ")
}

/// Names that need no quotes have none in these texts.
pub(super) fn plain(name: &Identifier) -> String {
    let text = name.as_str();
    let needs_none = text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        && !text.chars().all(|character| character.is_ascii_digit());
    if needs_none { text.to_owned() } else { name.to_string() }
}
