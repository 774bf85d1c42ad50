//! Schemas and catalogs that are dropped with all that is in them.

use super::{CatalogRow, MetastoreError, SchemaRow, Transaction, WriteIntent};

/// What holds tables, volumes and models: a schema, or all schemas of a catalog.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Container<'a> {
    Schema(&'a SchemaRow),
    Catalog(&'a CatalogRow),
}

impl Container<'_> {
    /// What [`Self::holds`] calls `?1`.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Schema(schema) => &schema.id,
            Self::Catalog(catalog) => &catalog.id,
        }
    }

    /// The SQL condition that the id of a schema, in this column, is one of these.
    pub(super) fn holds(&self, column: &str) -> String {
        match self {
            Self::Schema(_) => format!("{column} = ?1"),
            Self::Catalog(_) => format!("{column} IN (SELECT id FROM securables WHERE parent_id = ?1)"),
        }
    }
}

impl Transaction<'_> {
    /// Removes all tables and views of a container that is about to be deleted with everything else in it. The folders of
    /// its managed tables, volumes and models are still there: their intents are returned, as by
    /// [`Transaction::delete_table`].
    pub(crate) fn begin_drops_in(
        &self,
        container: Container<'_>,
    ) -> Result<Vec<WriteIntent>, MetastoreError> {
        let mut intents = self.delete_tables_in(container)?;
        intents.extend(self.begin_volume_drops_in(container)?);
        intents.extend(self.begin_model_drops_in(container)?);
        Ok(intents)
    }
}
