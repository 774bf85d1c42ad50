//! Rows of a statement as text, JSON or CSV.

use clxs_client::Rows;
use serde::Serialize;

use crate::arguments::SqlFormat;
use crate::output::csv;
use crate::output::table::Table;

/// What `--output json` prints.
#[derive(Debug, Serialize)]
pub(super) struct Results<'a> {
    pub(super) results: &'a [StatementResult],
}

/// The result of one statement. Rows are lists, as names of columns may repeat; values are texts, as the
/// protocol gives them, or null.
#[derive(Debug, Serialize)]
pub(super) struct StatementResult {
    statement: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Option<String>>>,
    truncated: bool,
}

#[derive(Debug, Serialize)]
struct Column {
    name: String,
    #[serde(rename = "type")]
    type_text: Option<String>,
}

impl StatementResult {
    pub(super) fn new(statement: &str, rows: &Rows) -> Self {
        let column = |column: &clxs_api::statement::ResultColumn| Column {
            name: column.name.clone(),
            type_text: column.type_text.clone(),
        };
        let columns: Vec<Column> = rows.columns().iter().map(column).collect();
        let cells = rows.iter().map(|row| row.cells().to_vec()).collect();
        Self { statement: statement.to_owned(), columns, rows: cells, truncated: rows.is_truncated() }
    }
}

/// Rows for people or as CSV. A statement without a result gives nothing.
pub(super) fn render(rows: &Rows, format: SqlFormat) -> String {
    let names = || rows.columns().iter().map(|column| column.name.as_str());
    if rows.columns().is_empty() {
        return String::new();
    }
    if format == SqlFormat::Csv {
        let header = csv::record(names().map(Some));
        return rows
            .iter()
            .fold(header, |text, row| text + &csv::record(row.cells().iter().map(Option::as_deref)));
    }
    let mut table = Table::new(names());
    for row in rows.iter() {
        table.row(row.cells().iter().map(|cell| cell.as_deref().unwrap_or("NULL")));
    }
    let count = rows.len();
    let cut = if rows.is_truncated() { ", cut by the limit of the warehouse" } else { "" };
    format!("{}({count} row{}{cut})\n", table.render(), if count == 1 { "" } else { "s" })
}
