//! Reads tables and views.

use chrono::DateTime;
use clxs_api::table::{ColumnInfo, DependencyList, TableInfo};
use clxs_api::{FullName, Identifier, NameError};

use super::containers::{own_properties, some_text};
use super::listed::{Item, Listed};
use super::names::full_name;
use super::reader::{Found, Reader, Side};
use super::{CopyMark, CopyStage, Guards, Inventories, Inventory, Table, View};
use crate::plan::SchemaMode;
use crate::rewrite::{Rewritten, is_same_view, rewrite_view};
use crate::settings::Settings;
use crate::{Error, Kind, Result};

impl<'a> Reader<'a> {
    /// Reads the tables of all schemas that take part, and of the destination's others too.
    pub(super) async fn tables(&self, own: &Inventories) -> Result<Found<'a>> {
        let source = own.source.taking_part().map(|(name, _)| (Side::Source, name.clone()));
        let destination = own.destination.schemas.keys().map(|name| (Side::Destination, name.clone()));
        let schemas = source.chain(destination).collect();
        self.of_schemas(schemas, |schema| self.tables_of(schema), |schema| &mut schema.tables).await
    }

    async fn tables_of(&self, schema: FullName) -> Result<Listed<Table>> {
        let attempt = format!("list the tables of schema `{}`", schema.dotted());
        let unnamed =
            || Error::Unexpected { attempt: attempt.clone(), problem: "one has no name".to_owned() };
        let list = self.warehouse.client().list_tables(schema.catalog(), schema.name());
        let read = |info: TableInfo| {
            let (name, table) = table_of(info, self.settings)?;
            let full_name = schema.child(name.clone()).dotted();
            let cloned_from = self.provenance.tables.get(&full_name).cloned();
            let fill = self.provenance.fills.get(&full_name).copied();
            Some((name, Table { fill, cloned_from, ..table }))
        };
        let read = |info: TableInfo| {
            let browse_only = info.browse_only;
            let read = read(info).ok_or_else(unnamed)?;
            Ok(Some(Item { kind: read.1.kind, browse_only, read }))
        };
        Listed::read((&attempt, &schema), list, read).await
    }

    /// Lists do not tell what views read (`facts/rest_api.md` §6): one request a view, where the destination
    /// has none of the same text. Of the others the text tells enough, but where strings in it name the source: such a
    /// view of the destination may read it.
    pub(super) async fn dependencies(&self, own: &Inventories) -> Result<Found<'a>> {
        let views = tables(&self.settings.source, &own.source).filter(|(_, table)| table.is_text());
        let asked = views.filter_map(|(name, table)| {
            match same_text(self.settings, table, own.destination.table(&name)) {
                None => Some(name),
                Some(rewritten) if rewritten.mentions.is_empty() => None,
                Some(_) => Some(name.in_catalog(&self.settings.destination.to_lowercase())),
            }
        });
        let views: Vec<_> = asked.collect();
        let reads = views.iter().map(|name| async move {
            let attempt = format!("read view `{}`", name.dotted());
            let info = self.warehouse.client().get_table(name).await.map_err(Error::client(attempt))?;
            let calls = info.view_dependencies.as_ref().map(functions_of).unwrap_or_default();
            Ok((info.view_dependencies.as_ref().map(tables_of), calls))
        });
        let found = self.all(reads.collect()).await?;
        let settings = self.settings;
        Ok(Box::new(move |inventories| {
            for (name, needs) in views.iter().zip(found) {
                let inventory = inventories.of_mut(settings, name.catalog().as_str());
                let table = inventory.and_then(|inventory| inventory.table_mut(name));
                if let Some(view) = table.and_then(|table| table.view.as_mut()) {
                    (view.reads, view.calls) = needs;
                }
            }
            Ok(())
        }))
    }
}

/// The text that a view of the source would get, if the one of this name in the destination has it.
pub(crate) fn same_text(settings: &Settings, source: &Table, existing: Option<&Table>) -> Option<Rewritten> {
    let (text, existing) = text_of(source).zip(existing.and_then(text_of))?;
    let rewritten = rewrite_view(source.kind, text, &settings.source, &settings.destination).ok()?;
    is_same_view(source.kind, &rewritten.text, existing).then_some(rewritten)
}

fn text_of(table: &Table) -> Option<&str> {
    table.view.as_ref()?.definition.as_deref()
}

/// All tables with their full names.
pub(super) fn tables<'i>(
    catalog: &Identifier,
    inventory: &'i Inventory,
) -> impl Iterator<Item = (FullName, &'i Table)> {
    let catalog = FullName::of_catalog(catalog.to_lowercase());
    inventory.schemas.iter().flat_map(move |(schema_name, schema)| {
        let schema_name = catalog.child(schema_name.clone());
        schema.tables.iter().map(move |(name, table)| (schema_name.child(name.clone()), table))
    })
}

pub(super) fn table_of(info: TableInfo, settings: &Settings) -> Option<(Identifier, Table)> {
    let name = Identifier::new(info.name.clone()?).ok()?.to_lowercase();
    let kind = Kind::of_table(info.table_type.as_ref());
    let guards = Guards::of(&info);
    let unusable_guards = guards.as_ref().err().cloned();
    let is_text = kind.is_view() || (settings.kinds.pipelines && kind.is_of_pipeline());
    let view = is_text.then(|| view_of(&info));
    let is_of_clones = |(key, _): &(&String, &String)| settings.table_properties.contains_key(*key);
    let clone_properties = info.properties.iter().flatten().filter(is_of_clones);
    let clone_properties = clone_properties.map(|(key, value)| (key.clone(), value.clone())).collect();
    let column_mapping = info.properties.as_ref().and_then(|all| all.get("delta.columnMapping.mode"));
    let column_mapping = column_mapping.filter(|mode| *mode != "none").cloned();
    let mark = info.properties.as_ref().and_then(CopyMark::of);
    let created_at = info.created_at.and_then(DateTime::from_timestamp_millis);
    let table = Table {
        table_type: info.table_type,
        table_id: info.table_id,
        format: info.data_source_format,
        owner: info.owner,
        comment: some_text(info.comment),
        guards: guards.unwrap_or_default(),
        unusable_guards,
        location: some_text(info.storage_location),
        clone_properties,
        column_mapping,
        is_copy_begun: mark.is_some_and(|mark| mark.stage == CopyStage::Begun),
        created_at,
        view,
        ..Table::new(kind)
    };
    Some((name, table))
}

fn view_of(info: &TableInfo) -> View {
    let columns: Result<Vec<_>, _> = info.columns.iter().map(view_column).collect();
    let unnameable =
        columns.as_ref().err().map(|problem| format!("one of its columns has no usable name: {problem}"));
    let property = |key: &str| info.properties.as_ref()?.get(key).cloned();
    let name = |key: &str, place: usize| Identifier::new(property(&format!("{key}.{place}"))?).ok();
    let part = |place| name("view.catalogAndNamespace.part", place);
    View {
        definition: info.view_definition.clone(),
        columns: columns.unwrap_or_default(),
        unnameable,
        reads: None,
        calls: Vec::new(),
        properties: own_properties(info.properties.clone()),
        schema_mode: property("view.schemaMode").as_deref().and_then(SchemaMode::from_property),
        session: part(0).zip(part(1)),
        query_columns: query_columns_of(info),
    }
}

/// The columns that the query of a view had when the view was made; none where the platform does not tell all of them.
pub(crate) fn query_columns_of(info: &TableInfo) -> Vec<Identifier> {
    let property = |key: &str| info.properties.as_ref()?.get(key);
    let width = property("view.query.out.numCols").and_then(|number| number.parse().ok()).unwrap_or(0);
    let name = |place: usize| Identifier::new(property(&format!("view.query.out.col.{place}"))?.clone()).ok();
    (0..width).map(name).collect::<Option<_>>().unwrap_or_default()
}

fn view_column(column: &ColumnInfo) -> Result<(Identifier, Option<String>), NameError> {
    let name = Identifier::new(column.name.clone().unwrap_or_default())?;
    Ok((name, some_text(column.comment.clone())))
}

pub(super) fn tables_of(list: &DependencyList) -> Vec<FullName> {
    let tables = list.dependencies.iter().filter_map(|dependency| dependency.table.as_ref());
    tables.filter_map(|table| dependency_name(&table.table_full_name)).collect()
}

pub(super) fn functions_of(list: &DependencyList) -> Vec<FullName> {
    let functions = list.dependencies.iter().filter_map(|dependency| dependency.function.as_ref());
    functions.filter_map(|function| dependency_name(&function.function_full_name)).collect()
}

/// Everything that a view or function needs.
pub(crate) fn dependencies_of(list: &DependencyList) -> Vec<FullName> {
    [tables_of(list), functions_of(list)].concat()
}

fn dependency_name(text: &str) -> Option<FullName> {
    full_name(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(columns: &[&str]) -> View {
        let columns =
            columns.iter().map(|name| ColumnInfo { name: Some((*name).into()), ..ColumnInfo::default() });
        view_of(&TableInfo { columns: columns.collect(), ..TableInfo::default() })
    }

    #[test]
    fn view_with_a_column_that_is_no_identifier_says_so_instead_of_losing_the_column() {
        for name in ["", "a\u{1}b", &"x".repeat(256)] {
            let view = view(&["id", name]);
            assert!(view.columns.is_empty());
            assert!(view.unnameable.is_some_and(|reason| reason.contains("no usable name")), "{name:?}");
        }
        assert_eq!(view(&["id", "a b"]).columns.len(), 2);
    }
}
