//! Changing tables.

use clxs_api::SecurableKind;
use rusqlite::params;

use super::COLUMNS;
use crate::metastore::row::{assignments, json_text, placeholders};
use crate::metastore::{
    CatalogRow, Container, Folder, MetastoreError, SchemaRow, TableRow, Transaction, WriteIntent,
};

impl Transaction<'_> {
    /// Adds a table or view.
    ///
    /// # Errors
    /// [`MetastoreError::AlreadyExists`] when the name is taken, [`MetastoreError::PrincipalNotFound`] for an
    /// unknown owner.
    pub(crate) fn insert_table(&self, row: &TableRow) -> Result<(), MetastoreError> {
        self.require_insertable_table(row)?;
        let columns = COLUMNS.join(", ");
        self.write_table(
            &format!("INSERT INTO tables ({columns}) VALUES ({})", placeholders(&COLUMNS)),
            row,
        )?;
        Ok(())
    }

    /// Writes everything of the row that may change: all but its id and its catalog. Moving it to another
    /// schema is changing `schema_id`, `schema` and `name`.
    ///
    /// # Errors
    /// Those of [`Transaction::insert_table`]; [`MetastoreError::NotFound`] when it was dropped meanwhile.
    pub(crate) fn update_table(&self, row: &TableRow) -> Result<(), MetastoreError> {
        self.require_insertable_table(row)?;
        match self.write_table(&format!("UPDATE tables SET {} WHERE id = ?1", assignments(&COLUMNS)), row)? {
            0 => Err(MetastoreError::not_found(SecurableKind::Table, row.full_name().dotted())),
            _ => Ok(()),
        }
    }

    /// Removes a table or view with its grants. The folder of a managed table is still there: its intent is
    /// returned, for [`Metastore::abandon_writes`](crate::metastore::Metastore::abandon_writes) once the
    /// transaction is kept. Never the other way round: a row without files would be a broken table.
    pub(crate) fn delete_table(&self, row: &TableRow) -> Result<Option<WriteIntent>, MetastoreError> {
        let intent = match &row.location {
            Some(location) if row.is_managed() => Some(self.begin_write(&row.id, location, Folder::Owned)?),
            _ => None,
        };
        self.inner.execute("DELETE FROM tables WHERE id = ?1", [&row.id])?;
        Ok(intent)
    }

    /// The URL of the folder of a new managed table or volume: under the root of its schema, else of its catalog,
    /// else of the workspace.
    pub(crate) fn managed_location(&self, catalog: &CatalogRow, schema: &SchemaRow, id: &str) -> String {
        let root = schema.details.storage_root.as_ref().or(catalog.details.storage_root.as_ref());
        format!("{}/{id}", root.map_or(self.shared.managed.url(), String::as_str))
    }

    /// [`Transaction::delete_table`] for all tables and views of a container, those too that were dropped before: what they
    /// were in does not come back.
    pub(in crate::metastore) fn delete_tables_in(
        &self,
        container: Container<'_>,
    ) -> Result<Vec<WriteIntent>, MetastoreError> {
        let dropped =
            format!("t.id IN (SELECT table_id FROM dropped_tables WHERE {})", container.holds("schema_id"));
        let condition = format!("({} OR {dropped})", container.holds("t.schema_id"));
        let mut statement = self.inner.prepare_cached(&format!(
            "SELECT t.id, t.location FROM tables t WHERE t.location IS NOT NULL AND t.table_type IN
             ('MANAGED', 'MANAGED_SHALLOW_CLONE', 'MATERIALIZED_VIEW') AND {condition}"
        ))?;
        let managed =
            statement.query_map([container.id()], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
        let managed = managed.collect::<Result<Vec<_>, _>>()?;
        let intents = managed.into_iter().map(|(table, stored)| {
            self.begin_write(&table, &self.shared.managed.resolve(stored), Folder::Owned)
        });
        let intents = intents.collect::<Result<Vec<_>, _>>()?;
        self.inner.execute(&format!("DELETE FROM tables AS t WHERE {condition}"), [container.id()])?;
        Ok(intents)
    }

    /// Runs a statement on the columns of a row; how many rows it changed.
    fn write_table(&self, statement: &str, row: &TableRow) -> Result<usize, MetastoreError> {
        let changed = self.inner.prepare_cached(statement)?.execute(params![
            row.id,
            row.schema_id,
            row.name.as_str(),
            row.table_type.as_str(),
            row.format.as_ref().map(|format| format.as_str().to_owned()),
            row.location.as_deref().map(|location| self.shared.managed.stored(location)),
            row.owner,
            row.comment,
            json_text(&row.properties)?,
            row.delta_version,
            row.source.as_ref().map(json_text).transpose()?,
            row.audit.created_at,
            row.audit.created_by,
            row.audit.updated_at,
            row.audit.updated_by,
            row.view.as_ref().map(json_text).transpose()?,
            json_text(&row.guards)?,
            json_text(&row.columns)?,
        ])?;
        Ok(changed)
    }

    fn require_insertable_table(&self, row: &TableRow) -> Result<(), MetastoreError> {
        let query = "SELECT count(*) FROM tables WHERE schema_id = ?1 AND name = ?2 AND id <> ?3";
        let mut statement = self.inner.prepare_cached(query)?;
        let taken: u64 =
            statement.query_row(params![row.schema_id, row.name.as_str(), row.id], |row| row.get(0))?;
        if taken > 0 {
            return Err(MetastoreError::AlreadyExists {
                kind: SecurableKind::Table,
                name: row.full_name().dotted(),
            });
        }
        self.require_principal(&row.owner)
    }
}
