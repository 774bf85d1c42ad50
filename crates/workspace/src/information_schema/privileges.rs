//! `catalog_privileges`, `schema_privileges`, `table_privileges`, `volume_privileges` and `routine_privileges`: direct grants, and those of ancestors that
//! the securable can carry (facts/sql.md §13, §14).

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use clxs_api::{FullName, Identifier, SecurableKind};
use datafusion::arrow::array::RecordBatch;

use super::Scope;
use super::column::{Column, batch, some};
use super::routines::visible_functions;
use super::volumes::visible_volumes;
use crate::authorization::{Access, Visibility, is_applicable};
use crate::metastore::{
    CatalogRow, ColumnDetail, FunctionRow, GrantRow, MetastoreError, PageRequest, SchemaRow, TableRow,
    Transaction, VolumeRow,
};
use crate::sql::SqlError;

use Column::Text;

/// A securable whose grants are shown.
struct Shown {
    name: FullName,
    securable_kind: &'static str,
    /// Its id and those of what it is in, each with the word for where a grant on it comes from; nearest first.
    path: Vec<(String, &'static str)>,
    /// Whether the caller manages it. Who does not sees only their own grants (facts/sql.md §14).
    managed: bool,
}

/// A grant as it shows on a securable.
struct Item {
    grant: GrantRow,
    on: Arc<FullName>,
    inherited_from: &'static str,
}

pub(super) fn of_catalogs(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    relation(tx, access, scope, &["catalog_name"], |catalog, visibility| {
        let shown = Shown {
            name: catalog.full_name(),
            securable_kind: catalog.securable_kind(),
            path: vec![(catalog.id.clone(), "NONE")],
            managed: visibility.manages_catalog(),
        };
        Ok(vec![shown])
    })
}

pub(super) fn of_schemas(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    relation(tx, access, scope, &["catalog_name", "schema_name"], |catalog, visibility| {
        let schemas = tx.schemas(catalog, &PageRequest::all())?.items.into_iter();
        let schemas = schemas.filter(|schema| scope.has_schema(&schema.name));
        let shown = |schema: SchemaRow| Shown {
            name: schema.full_name(),
            securable_kind: schema.securable_kind(),
            managed: visibility.manages_schema(&schema.id),
            path: vec![(schema.id, "NONE"), (catalog.id.clone(), "CATALOG")],
        };
        Ok(schemas.filter(|schema| visibility.schema(&schema.id).is_seen(true)).map(shown).collect())
    })
}

pub(super) fn of_tables(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let names = ["table_catalog", "table_schema", "table_name"];
    relation(tx, access, scope, &names, |catalog, visibility| {
        let (omitted, all) = (ColumnDetail::Omitted, PageRequest::all());
        let tables = tx.tables_of_catalog(catalog, omitted, &scope.tables(), &all)?.items.into_iter();
        let is_seen = |table: &TableRow| {
            visibility
                .in_schema(&SecurableKind::Table, &table.schema_id, &table.id, &table.owner)
                .is_seen(true)
        };
        let shown = |table: TableRow| Shown {
            name: table.full_name(),
            securable_kind: table.securable_kind(),
            managed: visibility.manages_in_schema(&table.schema_id, &table.id, &table.owner),
            path: vec![(table.id, "NONE"), (table.schema_id, "SCHEMA"), (catalog.id.clone(), "CATALOG")],
        };
        Ok(tables.filter(is_seen).map(shown).collect())
    })
}

pub(super) fn of_volumes(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let names = ["volume_catalog", "volume_schema", "volume_name"];
    relation(tx, access, scope, &names, |catalog, visibility| {
        let shown = |(schema_id, volume): (String, VolumeRow)| Shown {
            name: volume.full_name(),
            securable_kind: volume.securable_kind(),
            managed: visibility.manages_in_schema(&schema_id, &volume.id, &volume.owner),
            path: vec![(volume.id, "NONE"), (schema_id, "SCHEMA"), (catalog.id.clone(), "CATALOG")],
        };
        Ok(visible_volumes(tx, catalog, scope, visibility)?.into_iter().map(shown).collect())
    })
}

pub(super) fn of_routines(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let names = [
        "specific_catalog",
        "specific_schema",
        "specific_name",
        "routine_catalog",
        "routine_schema",
        "routine_name",
    ];
    relation(tx, access, scope, &names, |catalog, visibility| {
        let shown = |(schema_id, function): (String, FunctionRow)| Shown {
            name: function.full_name(),
            securable_kind: function.securable_kind(),
            managed: visibility.manages_in_schema(&schema_id, &function.id, &function.owner),
            path: vec![(function.id, "NONE"), (schema_id, "SCHEMA"), (catalog.id.clone(), "CATALOG")],
        };
        Ok(visible_functions(tx, catalog, scope, visibility)?.into_iter().map(shown).collect())
    })
}

/// The relation of one kind: `names` are the columns with the parts of a securable's name, `list` gives the
/// securables of a catalog that the caller sees.
fn relation(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
    names: &[&'static str],
    list: impl Fn(&CatalogRow, &Visibility) -> Result<Vec<Shown>, MetastoreError>,
) -> Result<RecordBatch, SqlError> {
    let mut items = Vec::new();
    for catalog in &scope.catalogs {
        let grants = by_securable(tx.grants_in_catalog(&catalog.id)?);
        for shown in list(catalog, &Visibility::load(tx, access, catalog)?)? {
            items.extend(shown.items(&grants, access.identities()));
        }
    }
    let mut columns: Vec<Column<Item>> = vec![
        Text("grantor", |item| some(&item.grant.grantor)),
        Text("grantee", |item| some(&item.grant.principal)),
    ];
    columns.extend(names.iter().zip(NAME_PARTS.into_iter().cycle()).map(|(name, part)| Text(name, part)));
    columns.extend([
        // Spelled with underscores here (facts/sql.md §14).
        Text("privilege_type", |item: &Item| some(item.grant.privilege.as_str())),
        Text("is_grantable", |_| some("NO")),
        Text("inherited_from", |item: &Item| some(item.inherited_from)),
    ]);
    batch(&columns, &items)
}

type TextOf = fn(&Item) -> Option<Cow<'_, str>>;

/// The parts of a securable's name, outermost first.
const NAME_PARTS: [TextOf; 3] = [|item| part(item, 0), |item| part(item, 1), |item| part(item, 2)];

fn part(item: &Item, level: usize) -> Option<Cow<'_, str>> {
    item.on.parts().get(level).map(Identifier::as_str).and_then(some)
}

fn by_securable(grants: Vec<GrantRow>) -> HashMap<String, Vec<GrantRow>> {
    let mut by_securable: HashMap<String, Vec<GrantRow>> = HashMap::new();
    for grant in grants {
        by_securable.entry(grant.securable_id.clone()).or_default().push(grant);
    }
    by_securable
}

impl Shown {
    /// Its own grants, then those of what it is in, as far as it can carry them.
    fn items(&self, grants: &HashMap<String, Vec<GrantRow>>, identities: &[String]) -> Vec<Item> {
        let on = Arc::new(self.name.clone());
        let mut items = Vec::new();
        for (level, (id, inherited_from)) in self.path.iter().enumerate() {
            for grant in grants.get(id).into_iter().flatten() {
                let is_carried = level == 0 || is_applicable(&grant.privilege, self.securable_kind);
                if is_carried && (self.managed || identities.contains(&grant.principal)) {
                    items.push(Item { grant: grant.clone(), on: Arc::clone(&on), inherited_from });
                }
            }
        }
        items
    }
}
