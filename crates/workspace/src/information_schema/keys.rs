//! The relations of constraints: primary and foreign keys of the metastore, CHECK constraints of the tables' logs.
//! They show who sees the table (facts/sql.md §6, §13).

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use clxs_api::{FullName, Identifier};
use datafusion::arrow::array::RecordBatch;

use super::Scope;
use super::column::{Column, batch, some};
use super::securables::visible_heads;
use super::source::visible_tables;
use crate::authorization::Access;
use crate::metastore::{Key, Transaction};
use crate::sql::SqlError;

use Column::{Int, Text};

/// Where a table's log keeps its CHECK constraints: `delta.constraints.<name>`.
const CHECKS: &str = "delta.constraints.";

/// A key with its table.
struct KeyItem {
    table: Arc<FullName>,
    key: Key,
}

/// A CHECK constraint with its table.
struct CheckItem {
    table: FullName,
    name: String,
    clause: String,
}

/// A row of `table_constraints`.
struct ConstraintItem {
    table: FullName,
    name: String,
    kind: &'static str,
    enforced: bool,
}

/// A column of a key.
struct ColumnItem {
    table: Arc<FullName>,
    /// Where the column is: for a foreign key, in `constraint_column_usage`, the table that it points to.
    of: FullName,
    name: String,
    column: String,
    ordinal: usize,
    in_parent: Option<usize>,
}

/// A foreign key with the primary key that it points to.
struct ReferenceItem {
    table: Arc<FullName>,
    name: String,
    parent: FullName,
    parent_key: Option<String>,
}

pub(super) fn table_constraints(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let of_key = |item: KeyItem| ConstraintItem {
        table: (*item.table).clone(),
        kind: if item.key.is_primary() { "PRIMARY KEY" } else { "FOREIGN KEY" },
        name: item.key.name.as_str().to_owned(),
        enforced: false,
    };
    let mut items: Vec<_> = keys(tx, access, scope)?.into_iter().map(of_key).collect();
    items.extend(checks(tx, access, scope)?.into_iter().map(|check| ConstraintItem {
        table: check.table,
        name: check.name,
        kind: "CHECK",
        enforced: true,
    }));
    let columns: [Column<ConstraintItem>; 10] = [
        Text("constraint_catalog", |item| part(&item.table, 0)),
        Text("constraint_schema", |item| part(&item.table, 1)),
        Text("constraint_name", |item| some(&item.name)),
        Text("table_catalog", |item| part(&item.table, 0)),
        Text("table_schema", |item| part(&item.table, 1)),
        Text("table_name", |item| part(&item.table, 2)),
        Text("constraint_type", |item| some(item.kind)),
        Text("is_deferrable", |_| some("YES")),
        Text("initially_deferred", |_| some("YES")),
        Text("enforced", |item| some(if item.enforced { "YES" } else { "NO" })),
    ];
    batch(&columns, &items)
}

pub(super) fn key_column_usage(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let items: Vec<_> = keys(tx, access, scope)?.into_iter().flat_map(own_columns).collect();
    let columns: [Column<ColumnItem>; 9] = [
        Text("constraint_catalog", |item| part(&item.table, 0)),
        Text("constraint_schema", |item| part(&item.table, 1)),
        Text("constraint_name", |item| some(&item.name)),
        Text("table_catalog", |item| part(&item.of, 0)),
        Text("table_schema", |item| part(&item.of, 1)),
        Text("table_name", |item| part(&item.of, 2)),
        Text("column_name", |item| some(&item.column)),
        Int("ordinal_position", |item| i32::try_from(item.ordinal + 1).ok()),
        Int("position_in_unique_constraint", |item| i32::try_from(item.in_parent? + 1).ok()),
    ];
    batch(&columns, &items)
}

pub(super) fn referential_constraints(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let mut items = Vec::new();
    for item in keys(tx, access, scope)? {
        if let Some(parent) = &item.key.parent {
            let row = tx.table_by_id(&parent.id)?;
            let keys = row.map(|row| tx.keys_of(&row)).transpose()?.unwrap_or_default();
            let parent_key = keys.into_iter().find(Key::is_primary).map(|key| key.name.as_str().to_owned());
            items.push(ReferenceItem {
                parent: parent.full_name.clone(),
                parent_key,
                name: item.key.name.as_str().to_owned(),
                table: item.table,
            });
        }
    }
    let columns: [Column<ReferenceItem>; 9] = [
        Text("constraint_catalog", |item| part(&item.table, 0)),
        Text("constraint_schema", |item| part(&item.table, 1)),
        Text("constraint_name", |item| some(&item.name)),
        Text("unique_constraint_catalog", |item| part(&item.parent, 0)),
        Text("unique_constraint_schema", |item| part(&item.parent, 1)),
        Text("unique_constraint_name", |item| item.parent_key.as_deref().map(Cow::Borrowed)),
        Text("match_option", |_| some("FULL")),
        Text("update_rule", |_| some("NO ACTION")),
        Text("delete_rule", |_| some("NO ACTION")),
    ];
    batch(&columns, &items)
}

pub(super) fn check_constraints(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let columns: [Column<CheckItem>; 6] = [
        Text("constraint_catalog", |item| part(&item.table, 0)),
        Text("constraint_schema", |item| part(&item.table, 1)),
        Text("constraint_name", |item| some(&item.name)),
        Text("check_clause", |item| some(&item.clause)),
        Text("sql_path", |_| None),
        Text("comment", |_| None),
    ];
    batch(&columns, &checks(tx, access, scope)?)
}

/// The columns that a constraint uses: of a foreign key, those it points to.
pub(super) fn constraint_column_usage(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let items: Vec<_> = keys(tx, access, scope)?.into_iter().flat_map(used_columns).collect();
    let columns: [Column<ColumnItem>; 7] = [
        Text("table_catalog", |item| part(&item.of, 0)),
        Text("table_schema", |item| part(&item.of, 1)),
        Text("table_name", |item| part(&item.of, 2)),
        Text("column_name", |item| some(&item.column)),
        Text("constraint_catalog", |item| part(&item.table, 0)),
        Text("constraint_schema", |item| part(&item.table, 1)),
        Text("constraint_name", |item| some(&item.name)),
    ];
    batch(&columns, &items)
}

pub(super) fn constraint_table_usage(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let mut items: Vec<_> = keys(tx, access, scope)?.into_iter().flat_map(used_columns).collect();
    items.retain(|item| item.ordinal == 0);
    let columns: [Column<ColumnItem>; 6] = [
        Text("table_catalog", |item| part(&item.of, 0)),
        Text("table_schema", |item| part(&item.of, 1)),
        Text("table_name", |item| part(&item.of, 2)),
        Text("constraint_catalog", |item| part(&item.table, 0)),
        Text("constraint_schema", |item| part(&item.table, 1)),
        Text("constraint_name", |item| some(&item.name)),
    ];
    batch(&columns, &items)
}

/// The keys of all tables that the caller sees.
fn keys(tx: &Transaction<'_>, access: &Access, scope: &Scope) -> Result<Vec<KeyItem>, SqlError> {
    let mut items = Vec::new();
    for catalog in &scope.catalogs {
        let keys = tx.keys_in_catalog(catalog)?;
        if keys.is_empty() {
            continue;
        }
        let heads = visible_heads(tx, access, catalog, scope)?.into_iter();
        let names: HashMap<_, _> = heads
            .map(|head| (head.id, Arc::new(catalog.full_name().child(head.schema).child(head.name))))
            .collect();
        let item = |key: Key| Some(KeyItem { table: Arc::clone(names.get(&key.table_id)?), key });
        items.extend(keys.into_iter().filter_map(item));
    }
    Ok(items)
}

fn checks(tx: &Transaction<'_>, access: &Access, scope: &Scope) -> Result<Vec<CheckItem>, SqlError> {
    let tables = visible_tables(tx, access, scope)?;
    let of_table = tables.into_iter().flat_map(|table| {
        let name = table.full_name();
        table.properties.into_iter().filter_map(move |(property, clause)| {
            let check = property.strip_prefix(CHECKS)?.to_owned();
            Some(CheckItem { table: name.clone(), name: check, clause })
        })
    });
    Ok(of_table.collect())
}

fn own_columns(item: KeyItem) -> impl Iterator<Item = ColumnItem> {
    let points = item.key.parent.is_some();
    let (table, name) = (item.table, item.key.name.as_str().to_owned());
    item.key.definition.columns.into_iter().enumerate().map(move |(ordinal, column)| ColumnItem {
        of: (*table).clone(),
        table: Arc::clone(&table),
        name: name.clone(),
        column,
        ordinal,
        in_parent: points.then_some(ordinal),
    })
}

fn used_columns(item: KeyItem) -> impl Iterator<Item = ColumnItem> {
    let definition = item.key.definition;
    let (of, used) = match item.key.parent {
        Some(parent) => (parent.full_name, definition.parent_columns),
        None => ((*item.table).clone(), definition.columns),
    };
    let (table, name) = (item.table, item.key.name.as_str().to_owned());
    used.into_iter().enumerate().map(move |(ordinal, column)| ColumnItem {
        of: of.clone(),
        table: Arc::clone(&table),
        name: name.clone(),
        column,
        ordinal,
        in_parent: None,
    })
}

fn part(name: &FullName, level: usize) -> Option<Cow<'_, str>> {
    name.parts().get(level).map(Identifier::as_str).and_then(some)
}
