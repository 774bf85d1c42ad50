//! `SHOW CREATE TABLE`: the statement that makes a table or view again (facts/settled.md §4).

use std::fmt::Write as _;

use clxs_api::table::ColumnInfo;
use clxs_api::{Identifier, SqlLiteral};

use super::types::column_default;
use crate::metastore::{TableRow, ViewDetails};

/// The text, laid out as the platform does.
pub(super) fn create_statement(table: &TableRow, clustering: &[String]) -> String {
    match &table.view {
        Some(view) => create_view(table, view),
        None => create_table(table, clustering),
    }
}

/// Tables have their full name here.
fn create_table(table: &TableRow, clustering: &[String]) -> String {
    let name = [&table.catalog, &table.schema, &table.name].map(plain).join(".");
    let mut text = format!("CREATE TABLE {name} (\n");
    let columns: Vec<_> = table.columns.iter().map(column).collect();
    text += &columns.join(",\n");
    text += ")\nUSING delta\n";
    let partitions = table.partition_columns();
    if !partitions.is_empty() {
        text += &format!("PARTITIONED BY ({})\n", partitions.join(", "));
    }
    if !clustering.is_empty() {
        text += &format!("CLUSTER BY ({})\n", clustering.join(", "));
    }
    if let (Some(location), false) = (&table.location, table.is_managed()) {
        text += &format!("LOCATION {}\n", SqlLiteral::new(location));
    }
    text + &comment_and_properties(table)
}

/// Views have the name of their schema but not of their catalog here.
fn create_view(table: &TableRow, view: &ViewDetails) -> String {
    let columns: Vec<_> = table.columns.iter().map(view_column).collect();
    let name = [&table.schema, &table.name].map(plain).join(".");
    let mut text = format!("CREATE VIEW {name} (\n{})\n", columns.join(",\n"));
    text += &comment_and_properties(table);
    let mode = table.properties.get(super::views::SCHEMA_MODE).map_or("COMPENSATION", String::as_str);
    text + &format!("WITH SCHEMA {mode}\nAS {}\n", view.definition)
}

fn comment_and_properties(table: &TableRow) -> String {
    let mut text = String::new();
    if let Some(comment) = &table.comment {
        text += &format!("COMMENT {}\n", SqlLiteral::new(comment));
    }
    let shown = table.properties.iter().filter(|(key, _)| !super::views::is_internal(key));
    let pairs: Vec<_> = shown
        .map(|(key, value)| format!("  {} = {}", SqlLiteral::new(key), SqlLiteral::new(value)))
        .collect();
    if !pairs.is_empty() {
        text += &format!("TBLPROPERTIES (\n{})\n", pairs.join(",\n"));
    }
    text
}

fn column(column: &ColumnInfo) -> String {
    let mut text = format!(
        "  {} {}",
        column_name(column),
        column.type_text.as_deref().unwrap_or_default().to_uppercase()
    );
    if column.nullable == Some(false) {
        text += " NOT NULL";
    }
    if let Some(default) = column_default(column) {
        text += &format!(" DEFAULT {default}");
    }
    text + &comment(column)
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

/// Names that need no quotes have none in these texts.
fn plain(name: &Identifier) -> String {
    let text = name.as_str();
    let needs_none = text.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        && !text.chars().all(|character| character.is_ascii_digit());
    if needs_none { text.to_owned() } else { name.to_string() }
}
