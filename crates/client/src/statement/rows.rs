//! The rows of a statement.

use clxs_api::statement::{ResultColumn, ResultManifest, StatementId};

use crate::{Error, Result};

/// The values of a row: each a text or NULL.
pub type Cells = Vec<Option<String>>;

/// The whole result of a statement, as texts (`facts/settled.md` §6 says how each type is written).
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    statement_id: StatementId,
    columns: Vec<ResultColumn>,
    cells: Vec<Cells>,
    truncated: bool,
}

impl Rows {
    pub(crate) fn new(statement_id: StatementId, manifest: ResultManifest, rows: Vec<Cells>) -> Self {
        let columns = manifest.schema.unwrap_or_default().columns;
        Self { statement_id, columns, cells: rows, truncated: manifest.truncated.unwrap_or(false) }
    }

    /// The statement.
    pub fn statement_id(&self) -> &StatementId {
        &self.statement_id
    }

    /// The columns; none for a statement without a result.
    pub fn columns(&self) -> &[ResultColumn] {
        &self.columns
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Whether a limit of the statement cut the result.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    /// One row, from 0.
    pub fn get(&self, index: usize) -> Option<Row<'_>> {
        self.cells.get(index).map(|cells| Row { rows: self, cells })
    }

    /// All rows in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        self.cells.iter().map(|cells| Row { rows: self, cells })
    }

    /// The columns and the values of all rows.
    pub fn into_parts(self) -> (Vec<ResultColumn>, Vec<Cells>) {
        (self.columns, self.cells)
    }

    fn invalid(&self, detail: String) -> Error {
        Error::InvalidResult { id: self.statement_id.clone(), detail }
    }
}

/// One row of a result. Columns are found by name, and the case of ASCII letters does not count: the platform and its documents
/// differ in it (`facts/settled.md` §2).
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    rows: &'a Rows,
    cells: &'a Cells,
}

impl<'a> Row<'a> {
    /// The value of a column, `None` for NULL.
    ///
    /// # Errors
    /// [`Error::InvalidResult`] when there is no such column.
    pub fn get(&self, column: &str) -> Result<Option<&'a str>> {
        let position = self.rows.columns.iter().position(|own| own.name.eq_ignore_ascii_case(column));
        match position.and_then(|position| self.cells.get(position)) {
            Some(cell) => Ok(cell.as_deref()),
            None => Err(self.rows.invalid(format!("there is no column `{column}`"))),
        }
    }

    /// The value of a column that is never NULL.
    ///
    /// # Errors
    /// [`Error::InvalidResult`] when there is no such column, or NULL in it.
    pub fn text(&self, column: &str) -> Result<&'a str> {
        self.get(column)?.ok_or_else(|| self.rows.invalid(format!("column `{column}` is NULL")))
    }

    /// The value of a column of whole numbers, `None` for NULL.
    ///
    /// # Errors
    /// [`Error::InvalidResult`] when there is no such column, or no whole number in it.
    pub fn integer(&self, column: &str) -> Result<Option<i64>> {
        let parsed = self.get(column)?.map(str::parse).transpose();
        parsed.map_err(|_| self.rows.invalid(format!("column `{column}` holds no whole number")))
    }

    /// All values in the order of the columns.
    pub fn cells(&self) -> &'a [Option<String>] {
        self.cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Rows {
        let manifest = serde_json::json!({"schema": {"columns": [{"name": "Principal"}, {"name": "n"}]}});
        let cells = vec![Some("ann".to_owned()), None];
        Rows::new(StatementId("s".into()), serde_json::from_value(manifest).unwrap(), vec![cells])
    }

    #[test]
    fn columns_are_found_in_any_case() {
        let rows = rows();
        let row = rows.get(0).unwrap();
        assert_eq!(row.text("principal").unwrap(), "ann");
        assert_eq!(row.integer("N").unwrap(), None);
    }

    #[test]
    fn missing_column_null_and_wrong_type_are_told_apart() {
        let rows = rows();
        let row = rows.get(0).unwrap();
        let texts =
            [row.get("x").unwrap_err(), row.text("n").unwrap_err(), row.integer("principal").unwrap_err()];
        insta::assert_snapshot!(texts.map(|error| error.to_string()).join("\n"), @r"
        the result of statement s cannot be read: there is no column `x`
        the result of statement s cannot be read: column `n` is NULL
        the result of statement s cannot be read: column `principal` holds no whole number
        ");
    }
}
