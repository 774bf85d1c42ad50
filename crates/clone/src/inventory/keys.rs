//! Reads primary and foreign keys: in bulk which there are, and one request for each table that has some, on either side.
//! `RELY` and `TIMESERIES` are in no bulk read: not in `information_schema` (facts/sql.md §6), nor in the list of tables
//! (`facts/rest_api.md` §6).

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::table::{ForeignKeyConstraint, PrimaryKeyConstraint, TableConstraint};
use clxs_api::{FullName, Identifier, NameError};
use clxs_client::Row;
use futures::future::{try_join, try_join3};

use super::names::full_name;
use super::reader::{Found, Reader, Side};
use super::relation::{Relation, Told, catalog_of, inventory_of};
use super::tags::name;
use super::{Inventories, Table};
use crate::plan::{Facet, drift, is_left_alone};
use crate::settings::LoadType;
use crate::{Error, Result, Settings};

/// A key as the information schema shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyOutline {
    /// Its name.
    pub name: String,
    /// Its columns in order, in lower case.
    pub columns: Vec<String>,
    /// For a foreign key, the catalog, schema and name of the primary key that it points to.
    pub references: Option<[String; 3]>,
    /// Schema and name of the table of that, where it is in the same catalog: keys of one name may be of another table today.
    pub parent: Option<(Identifier, Identifier)>,
}

/// A key with all it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name.
    pub name: String,
    /// Its columns in order.
    pub columns: Vec<String>,
    /// The columns of a primary key marked `TIMESERIES`.
    pub timeseries: Vec<String>,
    /// Whether the optimizer may rely on it.
    pub rely: bool,
    /// What a foreign key points to.
    pub parent: Option<Parent>,
}

/// What a foreign key points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// The table.
    pub table: FullName,
    /// Its columns.
    pub columns: Vec<String>,
}

const fn relation(name: &'static str, columns: &'static str) -> Relation {
    Relation { name, columns, catalog: "constraint_catalog", condition: "" }
}

const CONSTRAINTS: Relation = Relation {
    condition: "AND constraint_type IN ('PRIMARY KEY', 'FOREIGN KEY')",
    ..relation("table_constraints", "constraint_schema, constraint_name, table_schema, table_name")
};
const COLUMNS: Relation =
    relation("key_column_usage", "constraint_schema, constraint_name, column_name, ordinal_position");
const REFERENCES: Relation = relation(
    "referential_constraints",
    "constraint_schema, constraint_name, unique_constraint_catalog, unique_constraint_schema, unique_constraint_name",
);

/// Catalog, schema and name of a constraint: names are unique in a schema (facts/sql.md §6).
type Place = [String; 3];

impl<'a> Reader<'a> {
    /// Reads the outlines of the keys of all tables: of the destination's also where keys are not copied, for a table that is
    /// replaced loses its own.
    pub(super) async fn key_outlines(&self, own: &Inventories) -> Result<Found<'a>> {
        let copies = self.settings.copy.constraints;
        let destination = self.name_of(Side::Destination);
        let catalogs = self.catalogs(own).map(|(name, _)| name);
        let catalogs: Vec<_> = catalogs.filter(|name| copies || destination.matches(name.as_str())).collect();
        let relation = |relation| self.relation(&catalogs, relation);
        let told = try_join3(relation(CONSTRAINTS), relation(COLUMNS), relation(REFERENCES)).await?;
        let settings = self.settings;
        let mut refused = BTreeMap::new();
        for told in [&told.0, &told.1, &told.2] {
            refused.extend(told.refused.clone());
        }
        Ok(Box::new(move |inventories| {
            fill(inventories, settings, &told, &refused).map_err(Error::client("read the keys in bulk"))?;
            for (catalog, reason) in refused {
                if let Some(inventory) = inventories.of_mut(settings, catalog.as_str()) {
                    inventory.unread.insert(Facet::PrimaryKey, reason.clone());
                    inventory.unread.insert(Facet::ForeignKey, reason);
                }
            }
            Ok(())
        }))
    }

    /// Reads the keys of the source's tables, and of the destination's.
    pub(super) async fn keys(&self, own: &Inventories) -> Result<Found<'a>> {
        let destination = self.settings.destination.to_lowercase();
        let sides = |name: FullName| {
            let (source, kept) = (own.source.table(&name), own.destination.table(&name));
            let has_keys = |table: Option<&Table>| table.is_some_and(|table| !table.key_outlines.is_empty());
            let is_compared = source.is_some_and(|source| self.compares_keys(&name, source, kept));
            let is_kept = is_compared && has_keys(kept);
            let in_destination = is_kept.then(|| (Side::Destination, name.in_catalog(&destination)));
            let is_read = is_compared && has_keys(source);
            is_read.then_some((Side::Source, name)).into_iter().chain(in_destination)
        };
        let names: Vec<_> = self.tables_taking_part(&own.source).into_iter().flat_map(sides).collect();
        let found = self.all(names.iter().map(|(_, name)| self.keys_of(name)).collect()).await?;
        let owed = self.provenance.owed_keys.clone();
        Ok(Box::new(move |inventories| {
            for (name, keys) in owed {
                if let Some(table) = inventories.destination.table_mut(&name) {
                    let keys = keys.into_iter().filter_map(|key| key_of(key.constraint)?.ok());
                    table.owed_keys = keys.filter(|key| !table.has_key(&key.name)).collect();
                }
            }
            for ((side, name), keys) in names.iter().zip(found) {
                if let Some(table) = inventories.side_mut(*side).table_mut(name) {
                    table.keys = keys;
                }
            }
            Ok(())
        }))
    }

    /// Whether the keys of a table may be planned.
    fn compares_keys(&self, name: &FullName, source: &Table, destination: Option<&Table>) -> bool {
        let Some(destination) = destination else { return true };
        match self.settings.load_type {
            LoadType::Full => true,
            LoadType::Incremental => !is_left_alone(self.settings, name, source, destination),
            LoadType::Selective => {
                self.settings.force_reclone || drift(source, name, destination, self.settings).is_some()
            }
        }
    }

    async fn keys_of(&self, name: &FullName) -> Result<Vec<Key>> {
        let attempt = format!("read the keys of table `{}`", name.dotted());
        let info = self.warehouse.client().get_table(name).await.map_err(Error::client(attempt.clone()))?;
        let unusable =
            |error: NameError| Error::Unexpected { attempt: attempt.clone(), problem: error.to_string() };
        let keys: Result<Vec<_>, _> = info.table_constraints.into_iter().filter_map(key_of).collect();
        keys.map_err(unusable)
    }
}

/// A key, by its table and its name in lower case.
pub(crate) type KeyName = (FullName, String);

impl Reader<'_> {
    /// The foreign keys of the destination, by catalog, schema and name of the primary key that each points to; none where
    /// the workspace does not tell of keys.
    pub(crate) async fn foreign_keys(&self) -> Result<BTreeMap<[String; 3], Vec<KeyName>>> {
        let catalogs = [self.name_of(Side::Destination).to_lowercase()];
        let relation = |relation| self.relation(&catalogs, relation);
        let (constraints, references) = try_join(relation(CONSTRAINTS), relation(REFERENCES)).await?;
        let catalog = self.catalog_name(Side::Destination);
        pointing(&catalog, &constraints, &references).map_err(Error::client("read the keys in bulk"))
    }
}

impl Table {
    fn has_key(&self, name: &str) -> bool {
        self.key_outlines.iter().any(|own| own.name == name.to_lowercase())
    }
}

impl Key {
    /// Whether both have the same marks.
    pub(crate) fn is_marked_like(&self, other: &Self) -> bool {
        let marks = |key: &Self| {
            let timeseries: BTreeSet<_> = key.timeseries.iter().map(|column| column.to_lowercase()).collect();
            (key.rely, timeseries)
        };
        marks(self) == marks(other)
    }
}

impl KeyOutline {
    /// The same key in the destination: a reference inside the source becomes one inside the destination.
    pub(crate) fn moved(&self, source: &Identifier, destination: &Identifier) -> Self {
        let moved = |catalog: &str| {
            if source.matches(catalog) { destination.as_str().to_lowercase() } else { catalog.to_owned() }
        };
        let references =
            self.references.clone().map(|[catalog, schema, name]| [moved(&catalog), schema, name]);
        Self { references, ..self.clone() }
    }

    /// Whether it is a primary key.
    pub(crate) fn is_primary(&self) -> bool {
        self.references.is_none()
    }
}

/// Fills the outlines from constraints, their columns and what they refer to, but not of catalogs of which one
/// of the three was refused.
fn fill(
    inventories: &mut Inventories,
    settings: &Settings,
    (constraints, columns, references): &(Told, Told, Told),
    refused: &BTreeMap<Identifier, String>,
) -> clxs_client::Result<()> {
    let mut columns_of: BTreeMap<Place, Vec<(i64, String)>> = BTreeMap::new();
    for row in columns.rows() {
        let ordinal = row.integer("ordinal_position")?.unwrap_or(0);
        columns_of.entry(place(&row)?).or_default().push((ordinal, row.text("column_name")?.to_lowercase()));
    }
    let mut references_of = targets(references)?;
    let tables_of = tables_of(constraints)?;
    for row in constraints.rows() {
        let place = place(&row)?;
        if refused.keys().any(|catalog| catalog.as_str() == place[0]) {
            continue;
        }
        let inventory = inventory_of(inventories, settings, &row)?;
        let schema = inventory.zip(name(&row, "table_schema")?);
        let schema = schema.and_then(|(inventory, name)| inventory.schemas.get_mut(&name));
        let table = schema.zip(name(&row, "table_name")?);
        let Some(table) = table.and_then(|(schema, name)| schema.tables.get_mut(&name)) else { continue };
        let mut columns = columns_of.remove(&place).unwrap_or_default();
        columns.sort();
        let references = references_of.remove(&place);
        let parent = references.as_ref().filter(|parent| parent[0] == place[0]);
        let parent = parent.and_then(|parent| tables_of.get(parent)).cloned();
        let columns = columns.into_iter().map(|(_, name)| name).collect();
        let [.., name] = place;
        table.key_outlines.push(KeyOutline { name, columns, references, parent });
    }
    Ok(())
}

/// The primary key that each foreign key points to.
fn targets(references: &Told) -> clxs_client::Result<BTreeMap<Place, Place>> {
    let target = |row: &Row<'_>| -> clxs_client::Result<Place> {
        let part = |column| Ok::<_, clxs_client::Error>(row.get(column)?.unwrap_or_default().to_lowercase());
        Ok([
            part("unique_constraint_catalog")?,
            part("unique_constraint_schema")?,
            part("unique_constraint_name")?,
        ])
    };
    references.rows().map(|row| Ok((place(&row)?, target(&row)?))).collect()
}

/// Schema and name of the table of each key.
fn tables_of(constraints: &Told) -> clxs_client::Result<BTreeMap<Place, (Identifier, Identifier)>> {
    let mut tables = BTreeMap::new();
    for row in constraints.rows() {
        if let Some(table) = name(&row, "table_schema")?.zip(name(&row, "table_name")?) {
            tables.insert(place(&row)?, table);
        }
    }
    Ok(tables)
}

/// The foreign keys of a catalog's tables, by what they point to.
fn pointing(
    catalog: &FullName,
    constraints: &Told,
    references: &Told,
) -> clxs_client::Result<BTreeMap<Place, Vec<KeyName>>> {
    let mut tables = tables_of(constraints)?;
    let mut pointing: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (place, target) in targets(references)? {
        if let Some((schema, table)) = tables.remove(&place) {
            let [.., name] = place;
            pointing.entry(target).or_default().push((catalog.child(schema).child(table), name));
        }
    }
    Ok(pointing)
}

fn place(row: &Row<'_>) -> clxs_client::Result<Place> {
    let own = |column| row.text(column).map(str::to_lowercase);
    Ok([catalog_of(row)?.to_lowercase(), own("constraint_schema")?, own("constraint_name")?])
}

/// A primary or foreign key; nothing for constraints of other kinds, which `CLONE` carries (facts/sql.md §2).
fn key_of(constraint: TableConstraint) -> Option<Result<Key, NameError>> {
    let TableConstraint { primary_key_constraint, foreign_key_constraint, .. } = constraint;
    primary_key_constraint.map(|key| Ok(primary(key))).or_else(|| foreign_key_constraint.map(foreign))
}

fn primary(key: PrimaryKeyConstraint) -> Key {
    Key {
        name: key.name,
        columns: key.child_columns,
        timeseries: key.timeseries_columns.unwrap_or_default(),
        rely: key.rely == Some(true),
        parent: None,
    }
}

fn foreign(key: ForeignKeyConstraint) -> Result<Key, NameError> {
    let table = full_name(&key.parent_table)?.to_lowercase();
    Ok(Key {
        name: key.name,
        columns: key.child_columns,
        timeseries: Vec::new(),
        rely: key.rely == Some(true),
        parent: Some(Parent { table, columns: key.parent_columns }),
    })
}
