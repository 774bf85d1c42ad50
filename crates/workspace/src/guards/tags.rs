//! The tags that conditions of policies are judged on.

use std::collections::BTreeMap;

use crate::metastore::{MetastoreError, TableRow, TableTags, Transaction};

/// Tags by their keys.
pub(super) type TagMap = BTreeMap<String, String>;

/// The tags of a table and of its columns. A table inherits those of its schema and of its catalog, the nearest value
/// counts; a column inherits none (documentation of ABAC, "Core concepts").
pub(super) struct Tags {
    pub(super) table: TagMap,
    columns: BTreeMap<String, TagMap>,
}

impl Tags {
    pub(super) fn of(tx: &Transaction<'_>, table: &TableRow) -> Result<Self, MetastoreError> {
        let mut inherited = TagMap::new();
        for id in [&tx.catalog(&table.catalog)?.id, &table.schema_id] {
            inherited.extend(tx.tags_of_securable(id)?.into_iter().map(|tag| (tag.key, tag.value)));
        }
        let TableTags { own, columns } = tx.table_tags(table)?;
        inherited.extend(own);
        Ok(Self { table: inherited, columns })
    }

    /// The tags of a column, in any case.
    pub(super) fn of_column(&self, column: &str) -> Option<&TagMap> {
        self.columns.get(&column.to_lowercase())
    }
}
