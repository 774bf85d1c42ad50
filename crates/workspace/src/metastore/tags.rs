//! Tags as they are stored. Who may set which tags is [`crate::securables`].

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Row, params};

use super::row::now_ms;
use super::{MetastoreError, Page, PageRequest, TableRow, Transaction};

/// A tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag {
    pub(crate) key: String,
    pub(crate) value: String,
    /// When it was last set, ms.
    pub(crate) updated_at: i64,
    /// By whom.
    pub(crate) updated_by: String,
}

/// What has tags: a securable, or a column of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tagged {
    pub(crate) securable_id: String,
    pub(crate) column: Option<String>,
}

/// The tags of a table and of its columns, by key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TableTags {
    pub(crate) own: BTreeMap<String, String>,
    /// By the name of the column in lower case; columns without tags are missing.
    pub(crate) columns: BTreeMap<String, BTreeMap<String, String>>,
}

/// A tag with what it is on, as lists of whole catalogs have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TagRow {
    pub(crate) on: Tagged,
    pub(crate) key: String,
    pub(crate) value: String,
}

impl Tagged {
    /// A securable itself.
    pub(crate) fn securable(id: &str) -> Self {
        Self { securable_id: id.to_owned(), column: None }
    }

    fn column_name(&self) -> &str {
        self.column.as_deref().unwrap_or_default()
    }
}

impl Tag {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { key: row.get(0)?, value: row.get(1)?, updated_at: row.get(2)?, updated_by: row.get(3)? })
    }
}

impl TagRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let column: String = row.get(1)?;
        let on = Tagged { securable_id: row.get(0)?, column: Some(column).filter(|name| !name.is_empty()) };
        Ok(Self { on, key: row.get(2)?, value: row.get(3)? })
    }
}

const SELECT: &str =
    "SELECT key, value, updated_at, updated_by FROM tags WHERE securable_id = ?1 AND column_name = ?2";

impl Transaction<'_> {
    /// Tags of one securable or column in the order of their keys.
    pub(crate) fn tags(&self, on: &Tagged, page: &PageRequest) -> Result<Page<Tag>, MetastoreError> {
        let mut statement =
            self.inner.prepare_cached(&format!("{SELECT} AND key > ?3 ORDER BY key LIMIT ?4"))?;
        let values = params![on.securable_id, on.column_name(), page.after(0), page.sql_limit()];
        let tags = statement.query_map(values, Tag::read)?;
        Ok(page.page(tags.collect::<Result<_, _>>()?, |tag| vec![tag.key.clone()]))
    }

    /// The tag of this key, if there is one.
    pub(crate) fn tag(&self, on: &Tagged, key: &str) -> Result<Option<Tag>, MetastoreError> {
        let mut statement = self.inner.prepare_cached(&format!("{SELECT} AND key = ?3"))?;
        Ok(statement.query_row(params![on.securable_id, on.column_name(), key], Tag::read).optional()?)
    }

    /// Sets a tag.
    pub(crate) fn put_tag(
        &self,
        on: &Tagged,
        key: &str,
        value: &str,
        by: &str,
    ) -> Result<Tag, MetastoreError> {
        let tag = Tag {
            key: key.to_owned(),
            value: value.to_owned(),
            updated_at: now_ms(),
            updated_by: by.to_owned(),
        };
        self.inner.execute(
            "INSERT OR REPLACE INTO tags (securable_id, column_name, key, value, updated_at, updated_by)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![on.securable_id, on.column_name(), tag.key, tag.value, tag.updated_at, tag.updated_by],
        )?;
        Ok(tag)
    }

    /// Takes a tag away; whether there was one.
    pub(crate) fn delete_tag(&self, on: &Tagged, key: &str) -> Result<bool, MetastoreError> {
        let statement = "DELETE FROM tags WHERE securable_id = ?1 AND column_name = ?2 AND key = ?3";
        Ok(self.inner.execute(statement, params![on.securable_id, on.column_name(), key])? > 0)
    }

    /// Gives the tags of a column to the name that it has now.
    pub(crate) fn rename_tagged_column(
        &self,
        table_id: &str,
        column: &str,
        to: &str,
    ) -> Result<(), MetastoreError> {
        let statement = "UPDATE tags SET column_name = ?3 WHERE securable_id = ?1 AND column_name = ?2";
        self.inner.execute(statement, params![table_id, column, to])?;
        Ok(())
    }

    /// Takes all tags of a column away.
    pub(crate) fn delete_tags_of_column(&self, table_id: &str, column: &str) -> Result<(), MetastoreError> {
        let statement = "DELETE FROM tags WHERE securable_id = ?1 AND column_name = ?2";
        self.inner.execute(statement, params![table_id, column])?;
        Ok(())
    }

    /// All tags of a table and of its columns, with one query.
    pub(crate) fn table_tags(&self, table: &TableRow) -> Result<TableTags, MetastoreError> {
        let mut tags = TableTags::default();
        for row in self.tag_rows("WHERE securable_id = ?1", &table.id)? {
            let on = match row.on.column {
                Some(column) => tags.columns.entry(column.to_lowercase()).or_default(),
                None => &mut tags.own,
            };
            on.insert(row.key, row.value);
        }
        Ok(tags)
    }

    /// The tags of a securable itself as rows.
    pub(crate) fn tags_of_securable(&self, id: &str) -> Result<Vec<TagRow>, MetastoreError> {
        self.tag_rows("WHERE securable_id = ?1", id)
    }

    /// The tags of everything that is directly in a catalog or schema: its schemas, or its volumes and the like.
    pub(crate) fn tags_of_children(&self, parent_id: &str) -> Result<Vec<TagRow>, MetastoreError> {
        self.tag_rows("WHERE securable_id IN (SELECT id FROM securables WHERE parent_id = ?1)", parent_id)
    }

    /// The tags of all tables of a catalog and of their columns.
    pub(crate) fn tags_of_tables(&self, catalog_id: &str) -> Result<Vec<TagRow>, MetastoreError> {
        let tables =
            "SELECT t.id FROM tables t JOIN securables s ON s.id = t.schema_id WHERE s.parent_id = ?1";
        self.tag_rows(&format!("WHERE securable_id IN ({tables})"), catalog_id)
    }

    fn tag_rows(&self, condition: &str, value: &str) -> Result<Vec<TagRow>, MetastoreError> {
        let mut statement = self.inner.prepare_cached(&format!(
            "SELECT securable_id, column_name, key, value FROM tags {condition}
             ORDER BY securable_id, column_name, key"
        ))?;
        let rows = statement.query_map([value], TagRow::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

#[cfg(test)]
mod tests;
