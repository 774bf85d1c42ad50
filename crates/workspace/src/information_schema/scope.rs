//! What of the metastore a query asks for.

use clxs_api::Identifier;

use crate::authorization::Access;
use crate::metastore::{CatalogRow, SYSTEM_CATALOG, TableFilter, Transaction};
use crate::securables as operations;
use crate::sql::SqlError;

/// The names that the filters of a query ask for; absent for all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) catalog: Option<String>,
    pub(crate) schema: Option<String>,
    pub(crate) table: Option<String>,
}

/// A part of a name that filters can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Catalog,
    Schema,
    Table,
}

/// What a relation is to be read of.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    pub(super) catalogs: Vec<CatalogRow>,
    wanted: Wanted,
}

impl Wanted {
    /// Asks for this name too; what contradicts an earlier one is left to the query.
    pub(crate) fn insist(&mut self, level: Level, name: &str) {
        let slot = match level {
            Level::Catalog => &mut self.catalog,
            Level::Schema => &mut self.schema,
            Level::Table => &mut self.table,
        };
        slot.get_or_insert_with(|| name.to_owned());
    }
}

impl Scope {
    /// The catalogs that the schema of `catalog` describes, itself or for `system` all the caller sees, as far as
    /// they are wanted.
    ///
    /// # Errors
    /// The platform's for a catalog that the caller does not see.
    pub(crate) fn of(
        tx: &Transaction<'_>,
        access: &Access,
        catalog: &Identifier,
        wanted: Wanted,
    ) -> Result<Self, SqlError> {
        let mut catalogs = if catalog.matches(SYSTEM_CATALOG) {
            let all = operations::list_catalogs(
                tx,
                access,
                operations::Including::BROWSABLE,
                &crate::metastore::PageRequest::all(),
            )?;
            all.items.into_iter().map(|(catalog, _)| catalog).collect()
        } else {
            vec![operations::get_catalog(tx, access, catalog, true)?.0]
        };
        catalogs
            .retain(|row: &CatalogRow| wanted.catalog.as_ref().is_none_or(|name| row.name.as_str() == name));
        Ok(Self { catalogs, wanted })
    }

    /// Whether a schema of this name is wanted.
    pub(super) fn has_schema(&self, name: &Identifier) -> bool {
        self.wanted.schema.as_ref().is_none_or(|wanted| name.as_str() == wanted)
    }

    /// The tables that are wanted.
    pub(super) fn tables(&self) -> TableFilter {
        let exactly = |name: &Option<String>| name.as_deref().map(escaped);
        TableFilter {
            schema_pattern: exactly(&self.wanted.schema),
            table_pattern: exactly(&self.wanted.table),
        }
    }
}

/// A `LIKE` pattern for this text alone. `LIKE` takes cases for equal, which names of the metastore do too.
fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern
}

/// The part of a name that a column of a relation holds, if it is one that narrows what is read.
pub(crate) fn level_of(column: &str) -> Option<Level> {
    match column.to_lowercase().as_str() {
        "catalog_name" | "table_catalog" | "constraint_catalog" | "specific_catalog" | "routine_catalog"
        | "volume_catalog" => Some(Level::Catalog),
        "schema_name" | "table_schema" | "constraint_schema" | "specific_schema" | "routine_schema"
        | "volume_schema" => Some(Level::Schema),
        "table_name" => Some(Level::Table),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_the_letters_of_patterns_stand_for_themselves() {
        assert_eq!(escaped(r"a_b%c\d"), r"a\_b\%c\\d");
    }

    #[test]
    fn first_name_that_is_asked_for_narrows_and_others_are_left_to_the_query() {
        let mut wanted = Wanted::default();
        wanted.insist(Level::Table, "orders");
        wanted.insist(Level::Table, "people");
        assert_eq!(wanted, Wanted { table: Some("orders".into()), ..Wanted::default() });
    }
}
