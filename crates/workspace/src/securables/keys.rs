//! Primary and foreign keys: informational, so that what counts is that they name what is there (facts/sql.md §6).

use clxs_api::{FullName, Identifier, Privilege};

use crate::authorization::{Access, SecurableRef};
use crate::metastore::{Key, KeyDefinition, KeyParent, MetastoreError, TableRow, Transaction};

/// A key that is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NewKey {
    /// Absent for one that the metastore makes.
    pub(crate) name: Option<Identifier>,
    pub(crate) columns: Vec<Identifier>,
    /// The columns of a primary key marked `TIMESERIES`.
    pub(crate) timeseries: Vec<Identifier>,
    /// What a foreign key points to: a table and, unless they are those of its primary key, columns.
    pub(crate) parent: Option<(FullName, Vec<Identifier>)>,
    pub(crate) rely: bool,
}

/// A key as statements name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WhichKey {
    Name(Identifier),
    Primary,
    /// The foreign key of these columns.
    Foreign(Vec<Identifier>),
}

/// Adds a key to a table.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] without `MANAGE`; [`MetastoreError::ConstraintExists`];
/// [`MetastoreError::InvalidParameter`] and [`MetastoreError::ColumnNotFound`] for columns that cannot be a key.
pub(crate) fn add_key(
    tx: &Transaction<'_>,
    access: &Access,
    table: &FullName,
    key: &NewKey,
) -> Result<Key, MetastoreError> {
    let table = managed_table(tx, access, table)?;
    insert(tx, access, &table, key)
}

/// Gives a table that was made or replaced the keys of its definition, and no others.
///
/// # Errors
/// Those of [`add_key`].
pub(crate) fn replace_keys(
    tx: &Transaction<'_>,
    access: &Access,
    table: &TableRow,
    keys: &[NewKey],
) -> Result<(), MetastoreError> {
    for key in tx.keys_of(table)? {
        tx.delete_key(&key)?;
    }
    keys.iter().try_for_each(|key| insert(tx, access, table, key).map(drop))
}

/// Refuses keys of a table with these columns that cannot be, before any of its files is written.
///
/// # Errors
/// Those of [`add_key`] but for the types of columns.
pub(crate) fn require_keys_possible(
    tx: &Transaction<'_>,
    access: &Access,
    table: &FullName,
    columns: &[String],
    keys: &[NewKey],
) -> Result<(), MetastoreError> {
    for key in keys {
        let missing = key.columns.iter().find(|column| !columns.iter().any(|own| column.matches(own)));
        if let Some(column) = missing {
            let (column, table) = (column.as_str().to_owned(), table.dotted());
            return Err(MetastoreError::ColumnNotFound { column, table });
        }
        require_free_elsewhere(tx, table, key)?;
    }
    let others = keys.iter().filter_map(|key| key.parent.as_ref()).filter(|(parent, _)| parent != table);
    for (parent, columns) in others {
        referenced(tx, access, parent, columns)?;
    }
    Ok(())
}

/// The name of a key is not that of a key of another table of the schema.
fn require_free_elsewhere(
    tx: &Transaction<'_>,
    table: &FullName,
    key: &NewKey,
) -> Result<(), MetastoreError> {
    let (Some(name), [catalog, schema, table]) = (&key.name, table.parts()) else { return Ok(()) };
    let schema = tx.schema(catalog, schema)?;
    let own = tx.table_in(&schema, table)?.map(|row| row.id);
    match tx.key_in_schema(&schema.id, name)? {
        Some(taken) if Some(&taken.table_id) != own.as_ref() => Err(MetastoreError::ConstraintExists {
            constraint: name.as_str().to_owned(),
            schema: schema.full_name().dotted(),
        }),
        _ => Ok(()),
    }
}

/// Drops a key; with `cascade` also the foreign keys that point to it.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] without `MANAGE`; [`MetastoreError::ConstraintNotFound`];
/// [`MetastoreError::ConstraintReferenced`] without `cascade`.
pub(crate) fn drop_key(
    tx: &Transaction<'_>,
    access: &Access,
    table: &FullName,
    which: &WhichKey,
    cascade: bool,
) -> Result<(), MetastoreError> {
    let table = managed_table(tx, access, table)?;
    let found = tx.keys_of(&table)?.into_iter().find(|key| which.is(key));
    let key = found.ok_or_else(|| MetastoreError::ConstraintNotFound {
        constraint: which.words(),
        table: table.full_name().dotted(),
    })?;
    let dependents = if key.is_primary() { tx.keys_pointing_to(&table.id)? } else { Vec::new() };
    if !dependents.is_empty() && !cascade {
        let names: Vec<_> = dependents.iter().map(|key| key.name.as_str()).collect();
        return Err(MetastoreError::ConstraintReferenced {
            constraint: key.name.as_str().to_owned(),
            table: table.full_name().dotted(),
            dependents: names.join(", "),
        });
    }
    dependents.iter().chain([&key]).try_for_each(|key| tx.delete_key(key))
}

impl WhichKey {
    fn is(&self, key: &Key) -> bool {
        match self {
            Self::Name(name) => name.matches(key.name.as_str()),
            Self::Primary => key.is_primary(),
            Self::Foreign(columns) => {
                let own = &key.definition.columns;
                !key.is_primary()
                    && own.len() == columns.len()
                    && columns.iter().zip(own).all(|(name, own)| name.matches(own))
            }
        }
    }

    fn words(&self) -> String {
        match self {
            Self::Name(name) => name.as_str().to_owned(),
            Self::Primary => "PRIMARY KEY".to_owned(),
            Self::Foreign(columns) => {
                let names: Vec<_> = columns.iter().map(Identifier::as_str).collect();
                format!("FOREIGN KEY ({})", names.join(", "))
            }
        }
    }
}

fn managed_table(tx: &Transaction<'_>, access: &Access, name: &FullName) -> Result<TableRow, MetastoreError> {
    access.check(tx, &SecurableRef::table(name.clone()), &Privilege::Manage)?;
    let table = tx.table(name)?;
    if table.is_query() {
        let message = format!("'{}' is a view: only tables have primary and foreign keys.", name.dotted());
        return Err(MetastoreError::invalid(message));
    }
    Ok(table)
}

fn insert(
    tx: &Transaction<'_>,
    access: &Access,
    table: &TableRow,
    new: &NewKey,
) -> Result<Key, MetastoreError> {
    let columns = names_of(table, &new.columns)?;
    let mut definition = KeyDefinition { columns, rely: new.rely, ..KeyDefinition::default() };
    let mut parent = None;
    match &new.parent {
        None => {
            require_primary(tx, table, new)?;
            definition.timeseries = names_of(table, &new.timeseries)?;
        }
        Some((name, columns)) => {
            let (row, columns) = referenced(tx, access, name, columns)?;
            require_same_types(table, &new.columns, &row, &columns)?;
            definition.parent_columns = names_of(&row, &columns)?;
            parent = Some(KeyParent { full_name: row.full_name(), id: row.id });
        }
    }
    let name = free_name(tx, table, new, parent.as_ref())?;
    let key = Key { name, table_id: table.id.clone(), definition, parent };
    tx.insert_key(&key)?;
    Ok(key)
}

/// The columns as the table spells them.
fn names_of(table: &TableRow, columns: &[Identifier]) -> Result<Vec<String>, MetastoreError> {
    columns.iter().map(|column| Ok(table.column(column)?.name.clone().unwrap_or_default())).collect()
}

/// A table has one primary key, and its columns hold no nulls. The texts are UNCONFIRMED.
fn require_primary(tx: &Transaction<'_>, table: &TableRow, new: &NewKey) -> Result<(), MetastoreError> {
    let full_name = table.full_name().dotted();
    if tx.keys_of(table)?.iter().any(Key::is_primary) {
        return Err(MetastoreError::invalid(format!("Table '{full_name}' already has a primary key.")));
    }
    for column in &new.columns {
        if table.column(column)?.nullable != Some(false) {
            return Err(MetastoreError::invalid(format!(
                "Cannot create the primary key because its child column(s) '{}' of table '{full_name}' is nullable. \
                 Please change the column nullability and retry.",
                column.as_str()
            )));
        }
    }
    Ok(())
}

/// The table that a foreign key points to, and its columns: those of its primary key, which must exist.
fn referenced(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    columns: &[Identifier],
) -> Result<(TableRow, Vec<Identifier>), MetastoreError> {
    access.see(tx, &SecurableRef::table(name.clone()), true)?;
    let row = tx.table(name)?;
    let primary = tx.keys_of(&row)?.into_iter().find(Key::is_primary);
    let key_columns = primary.map(|key| key.definition.columns).unwrap_or_default();
    let same = |columns: &[Identifier]| {
        columns.len() == key_columns.len()
            && columns.iter().all(|column| key_columns.iter().any(|own| column.matches(own)))
    };
    if key_columns.is_empty() || !(columns.is_empty() || same(columns)) {
        return Err(MetastoreError::invalid(format!(
            "Cannot create the foreign key because the parent column(s) of table '{}' are not its primary key.",
            name.dotted()
        )));
    }
    if !columns.is_empty() {
        return Ok((row, columns.to_vec()));
    }
    let names = key_columns.into_iter().map(Identifier::new).collect::<Result<_, _>>();
    Ok((row, names.map_err(|error| MetastoreError::invalid(error.to_string()))?))
}

fn require_same_types(
    table: &TableRow,
    columns: &[Identifier],
    parent: &TableRow,
    parent_columns: &[Identifier],
) -> Result<(), MetastoreError> {
    let refused =
        |reason: String| MetastoreError::invalid(format!("Cannot create the foreign key: {reason}."));
    if columns.len() != parent_columns.len() {
        let reason = format!("it has {} columns, and its parent has {}", columns.len(), parent_columns.len());
        return Err(refused(reason));
    }
    for (column, parent_column) in columns.iter().zip(parent_columns) {
        let (own, other) = (table.column(column)?, parent.column(parent_column)?);
        if own.type_text != other.type_text {
            let reason = format!(
                "column '{}' has not the type of '{}' in '{}'",
                column.as_str(),
                parent_column.as_str(),
                parent.full_name().dotted()
            );
            return Err(refused(reason));
        }
    }
    Ok(())
}

/// The name, which must be free in the schema. The names that the metastore makes are UNCONFIRMED.
fn free_name(
    tx: &Transaction<'_>,
    table: &TableRow,
    new: &NewKey,
    parent: Option<&KeyParent>,
) -> Result<Identifier, MetastoreError> {
    let is_free = |name: &Identifier| {
        let found = tx.key_in_schema(&table.schema_id, name)?;
        Ok::<_, MetastoreError>(found.is_none())
    };
    if let Some(name) = &new.name {
        let taken = || MetastoreError::ConstraintExists {
            constraint: name.as_str().to_owned(),
            schema: format!("{}.{}", table.catalog.as_str(), table.schema.as_str()),
        };
        return if is_free(name)? { Ok(name.clone()) } else { Err(taken()) };
    }
    let base = match parent {
        None => format!("{}_pk", table.name.as_str()),
        Some(parent) => format!("{}_{}_fk", table.name.as_str(), parent.full_name.name().as_str()),
    };
    let mut number = 0;
    loop {
        let text = if number == 0 { base.clone() } else { format!("{base}_{number}") };
        let name = Identifier::new(text).map_err(|error| MetastoreError::invalid(error.to_string()))?;
        if is_free(&name)? {
            return Ok(name);
        }
        number += 1;
    }
}
