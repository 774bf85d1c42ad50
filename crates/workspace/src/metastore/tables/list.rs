//! Reading tables: one, those of a schema, those of a catalog.

use clxs_api::table::TableType;
use clxs_api::{FullName, Identifier, SecurableKind};
use rusqlite::{OptionalExtension, ToSql, params};

use super::COLUMNS;
use crate::metastore::row::identifier;
use crate::metastore::{
    CatalogRow, ColumnDetail, MetastoreError, Page, PageRequest, SchemaRow, TableRow, Transaction,
};

/// A table's name and type, with what decides who may see it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TableHead {
    pub(crate) id: String,
    pub(crate) schema_id: String,
    pub(crate) schema: Identifier,
    pub(crate) name: Identifier,
    pub(crate) table_type: TableType,
    pub(crate) owner: String,
}

impl TableHead {
    /// Where a list of a catalog continues after it.
    pub(crate) fn key(&self) -> Vec<String> {
        vec![self.schema.as_str().to_owned(), self.name.as_str().to_owned()]
    }
}

/// Which tables of a catalog: `LIKE` patterns with `%`, `_` and `\`, absent for all.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableFilter {
    pub(crate) schema_pattern: Option<String>,
    pub(crate) table_pattern: Option<String>,
}

const FROM: &str = "FROM securables c JOIN securables s ON s.parent_id = c.id AND s.kind = 'SCHEMA'
                    JOIN tables t ON t.schema_id = s.id";

/// A page of a catalog: its id, the schema and the table to continue after, two patterns, and the limit.
const OF_CATALOG: &str = "WHERE c.id = ?1 AND s.name >= ?2 AND (s.name, t.name) > (?2, ?3)
                            AND (?4 IS NULL OR s.name LIKE ?4 ESCAPE '\\')
                            AND (?5 IS NULL OR t.name LIKE ?5 ESCAPE '\\')
                          ORDER BY s.name, t.name LIMIT ?6";

/// The beginning of every query for whole rows.
fn select(detail: ColumnDetail) -> String {
    let [own @ .., columns] = COLUMNS;
    let columns = match detail {
        ColumnDetail::Loaded => columns,
        ColumnDetail::Omitted => "'[]'",
    };
    format!("SELECT c.name, s.name, t.{}, {columns} {FROM}", own.join(", t."))
}

impl Transaction<'_> {
    /// The table or view of this name, in any case.
    ///
    /// # Errors
    /// [`MetastoreError::NotFound`] for the catalog, the schema or the table, whichever is missing.
    pub(crate) fn table(&self, name: &FullName) -> Result<TableRow, MetastoreError> {
        let [catalog, schema, table] = name.parts() else {
            return Err(MetastoreError::invalid(format!(
                "'{}' is not the full name of a table: catalog.schema.name.",
                name.dotted()
            )));
        };
        let schema = self.schema(catalog, schema)?;
        self.table_in(&schema, table)?
            .ok_or_else(|| MetastoreError::not_found(SecurableKind::Table, name.to_lowercase().dotted()))
    }

    /// The table or view of this name in a schema, if there is one.
    pub(crate) fn table_in(
        &self,
        schema: &SchemaRow,
        name: &Identifier,
    ) -> Result<Option<TableRow>, MetastoreError> {
        let name = name.to_lowercase();
        self.one_table("WHERE t.schema_id = ?1 AND t.name = ?2", params![schema.id, name.as_str()])
    }

    /// The table of this id, if there is still one.
    pub(crate) fn table_by_id(&self, id: &str) -> Result<Option<TableRow>, MetastoreError> {
        self.one_table("WHERE t.id = ?1", params![id])
    }

    /// The table whose files are in this folder, if there is one.
    pub(crate) fn table_at(&self, location: &str) -> Result<Option<TableRow>, MetastoreError> {
        self.one_table("WHERE t.location = ?1", params![self.shared.managed.stored(location)])
    }

    /// Tables and views of a schema in the order of their names.
    pub(crate) fn tables(
        &self,
        schema: &SchemaRow,
        columns: ColumnDetail,
        page: &PageRequest,
    ) -> Result<Page<TableRow>, MetastoreError> {
        let condition = "WHERE t.schema_id = ?1 AND t.name > ?2 ORDER BY t.name LIMIT ?3";
        let rows =
            self.many_tables(columns, condition, params![schema.id, page.after(0), page.sql_limit()])?;
        Ok(page.page(rows, |row| vec![row.name.as_str().to_owned()]))
    }

    /// Tables and views of a catalog, by schema and name, with one query. A page continues after a schema's name and
    /// a table's name.
    pub(crate) fn tables_of_catalog(
        &self,
        catalog: &CatalogRow,
        columns: ColumnDetail,
        filter: &TableFilter,
        page: &PageRequest,
    ) -> Result<Page<TableRow>, MetastoreError> {
        let values = params![
            catalog.id,
            page.after(0),
            page.after(1),
            filter.schema_pattern,
            filter.table_pattern,
            page.sql_limit()
        ];
        let rows = self.many_tables(columns, OF_CATALOG, values)?;
        Ok(page.page(rows, |row| vec![row.schema.as_str().to_owned(), row.name.as_str().to_owned()]))
    }

    /// Names and types of the tables and views of a catalog, by schema and name. A page continues after
    /// a schema's name and a table's name.
    pub(crate) fn table_heads(
        &self,
        catalog: &CatalogRow,
        filter: &TableFilter,
        page: &PageRequest,
    ) -> Result<Page<TableHead>, MetastoreError> {
        let query =
            format!("SELECT t.id, t.schema_id, s.name, t.name, t.table_type, t.owner {FROM} {OF_CATALOG}");
        let mut statement = self.inner.prepare_cached(&query)?;
        let values = params![
            catalog.id,
            page.after(0),
            page.after(1),
            filter.schema_pattern,
            filter.table_pattern,
            page.sql_limit()
        ];
        let heads = statement.query_map(values, |row| {
            Ok(TableHead {
                id: row.get(0)?,
                schema_id: row.get(1)?,
                schema: identifier(row, 2)?,
                name: identifier(row, 3)?,
                table_type: TableType::from(row.get_ref(4)?.as_str()?),
                owner: row.get(5)?,
            })
        })?;
        Ok(page.page(heads.collect::<Result<_, _>>()?, TableHead::key))
    }

    /// The shallow clones of all catalogs: their files may lie among those of any table.
    pub(crate) fn shallow_clones(&self) -> Result<Vec<TableRow>, MetastoreError> {
        self.many_tables(ColumnDetail::Omitted, "WHERE t.source IS NOT NULL ORDER BY t.id", params![])
    }

    /// How many tables and views a schema holds.
    pub(crate) fn count_tables(&self, schema: &SchemaRow) -> Result<u64, MetastoreError> {
        let mut statement = self.inner.prepare_cached("SELECT count(*) FROM tables WHERE schema_id = ?1")?;
        Ok(statement.query_row([&schema.id], |row| row.get(0))?)
    }

    fn one_table(&self, condition: &str, values: &[&dyn ToSql]) -> Result<Option<TableRow>, MetastoreError> {
        let mut statement =
            self.inner.prepare_cached(&format!("{} {condition}", select(ColumnDetail::Loaded)))?;
        Ok(statement.query_row(values, |row| self.read_table(row)).optional()?)
    }

    fn many_tables(
        &self,
        columns: ColumnDetail,
        condition: &str,
        values: &[&dyn ToSql],
    ) -> Result<Vec<TableRow>, MetastoreError> {
        let mut statement = self.inner.prepare_cached(&format!("{} {condition}", select(columns)))?;
        let rows = statement.query_map(values, |row| self.read_table(row))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
