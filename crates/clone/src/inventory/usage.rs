//! Reads which tables of the source somebody reads, where the settings leave out those that nobody does.
//!
//! The platform records each read of a table in `system.access.table_lineage` (docs.databricks.com, "Lineage system tables
//! reference"). Clones are reads too: what reads for the destination counts for nothing.

use std::collections::BTreeSet;

use chrono::{TimeDelta, Utc};
use clxs_api::metastore::MetastoreSummary;
use clxs_api::{FullName, Identifier, SqlLiteral};

use super::reader::{Found, Reader, Side, nothing};
use super::tables::tables;
use super::tags::name;
use super::{Inventory, Table};
use crate::rewrite::rewrite_view;
use crate::{Error, Result, Settings};

impl<'a> Reader<'a> {
    /// Marks the tables that nobody read for so many days and that are older. A table behind a view that somebody reads
    /// is read: what views read has to be known when this is put into the inventories. Where the lineage cannot be read
    /// there is no plan: nobody asked to clone everything.
    pub(super) async fn usage(&self, metastore: &MetastoreSummary) -> Result<Found<'a>> {
        let Some(days) = self.settings.selection.unused_days else { return Ok(nothing()) };
        let query = lineage(self.settings, metastore, days);
        let unreadable = |source| Error::UnreadableUsage { source: Box::new(source) };
        let rows = self.warehouse.query(query).await.map_err(unreadable)?;
        let catalog = self.catalog_name(Side::Source);
        let mut read = BTreeSet::new();
        for row in rows.iter() {
            let part = |column| name(&row, column).map_err(unreadable);
            if let (Some(schema), Some(table)) = (part("table_schema")?, part("table_name")?) {
                read.insert(catalog.child(schema).child(table));
            }
        }
        let settings = self.settings;
        let begin = Utc::now() - TimeDelta::days(i64::try_from(days).unwrap_or(i64::MAX).min(36_500));
        Ok(Box::new(move |inventories| {
            add_what_views_read(&inventories.source, settings, &mut read);
            let is_unused = |(name, table): &(FullName, &Table)| {
                let is_old = table.created_at.is_some_and(|created| created < begin);
                table.kind.has_rows() && is_old && !read.contains(name)
            };
            let tables = tables(&settings.source, &inventories.source).filter(is_unused);
            let unused: Vec<_> = tables.map(|(name, _)| name).collect();
            for name in unused {
                if let Some(table) = inventories.source.table_mut(&name) {
                    table.unused_days = Some(days);
                }
            }
            Ok(())
        }))
    }
}

fn lineage(settings: &Settings, metastore: &MetastoreSummary, days: u64) -> String {
    let literal = |name: &Identifier| SqlLiteral::new(name.to_lowercase().as_str()).to_string();
    let (source, destination) = (literal(&settings.source), literal(&settings.destination));
    let own_metastore = metastore.metastore_id.as_deref().map(SqlLiteral::new);
    let own_metastore = own_metastore.map_or_else(String::new, |id| format!(" AND metastore_id = {id}"));
    format!(
        "SELECT DISTINCT lower(source_table_schema) AS table_schema, lower(source_table_name) AS table_name \
         FROM system.access.table_lineage WHERE lower(source_table_catalog) = {source} \
         AND source_table_name IS NOT NULL AND event_date >= date_sub(current_date(), {days}) \
         AND (target_table_catalog IS NULL OR lower(target_table_catalog) <> {destination}){own_metastore}"
    )
}

/// Whether a read of a view counts as one of its tables too is UNCONFIRMED: it does here.
fn add_what_views_read(source: &Inventory, settings: &Settings, read: &mut BTreeSet<FullName>) {
    let mut views: Vec<FullName> = read.iter().cloned().collect();
    while let Some(name) = views.pop() {
        let Some(table) = source.table(&name) else { continue };
        let Some(view) = &table.view else { continue };
        let text = view.definition.as_deref().unwrap_or_default();
        let text = rewrite_view(table.kind, text, &settings.source, &settings.destination);
        for behind in source.read_by(&name, view, &text.unwrap_or_default()) {
            if read.insert(behind.clone()) {
                views.push(behind);
            }
        }
    }
}
