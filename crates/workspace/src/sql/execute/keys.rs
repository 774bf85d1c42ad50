//! Primary and foreign keys: `ADD CONSTRAINT`, `DROP CONSTRAINT`, and those of `CREATE TABLE`.

use clxs_api::{FullName, Identifier};

use super::comment::change_table;
use super::context::Context;
use crate::authorization::Access;
use crate::delta::MetadataChange;
use crate::metastore::{Key, MetastoreError, TableRow, Transaction};
use crate::securables::{self, NewKey, WhichKey};
use crate::sql::SqlError;
use crate::sql::ast::{DropConstraint, DroppedConstraint, KeyConstraint};
use crate::warehouse::StatementResult;

/// A key of a statement with its names completed.
pub(super) fn new_key(context: &Context, key: KeyConstraint) -> Result<NewKey, SqlError> {
    let parent = match key.references {
        Some(references) => Some((context.table_name(&references.table)?, references.columns)),
        None => None,
    };
    let KeyConstraint { name, columns, timeseries, rely, .. } = key;
    Ok(NewKey { name, columns, timeseries, parent, rely })
}

/// Gives a table these keys and no others, in the transaction that shows it.
pub(super) fn setter(
    context: &Context,
    keys: Vec<NewKey>,
) -> impl FnOnce(&Transaction<'_>, &TableRow) -> Result<(), SqlError> + Send + use<> {
    let principal = context.session().principal.clone();
    move |tx, table| Ok(securables::replace_keys(tx, &Access::load(tx, &principal)?, table, &keys)?)
}

pub(super) async fn add(
    context: &Context,
    table: FullName,
    key: KeyConstraint,
) -> Result<StatementResult, SqlError> {
    let key = new_key(context, key)?;
    let work = move |tx: &Transaction<'_>, access: &Access| {
        securables::add_key(tx, access, &table, &key)?;
        Ok(StatementResult::none())
    };
    context.write(work).await
}

/// A name may be that of a key or of a CHECK constraint, which the table's log has.
pub(super) async fn remove(
    context: &Context,
    row: TableRow,
    drop: DropConstraint,
) -> Result<StatementResult, SqlError> {
    let DropConstraint { which, if_exists, cascade } = drop;
    let key = match which {
        DroppedConstraint::Named(name) => WhichKey::Name(name),
        DroppedConstraint::PrimaryKey => WhichKey::Primary,
        DroppedConstraint::ForeignKey(columns) => WhichKey::Foreign(columns),
    };
    let (table, wanted) = (row.full_name(), key.clone());
    let work = move |tx: &Transaction<'_>, access: &Access| match securables::drop_key(
        tx, access, &table, &wanted, cascade,
    ) {
        Ok(()) => Ok(true),
        Err(MetastoreError::ConstraintNotFound { .. })
            if if_exists || matches!(wanted, WhichKey::Name(_)) =>
        {
            Ok(false)
        }
        Err(error) => Err(error.into()),
    };
    let dropped = context.write(work).await?;
    match key {
        WhichKey::Name(name) if !dropped => {
            let change = MetadataChange::DropConstraint { name: name.as_str().to_owned(), if_exists };
            change_table(context, row, change).await
        }
        _ => Ok(StatementResult::none()),
    }
}

/// Refuses a change of a column that a key of the table, or one that points to the table, is about. The class is
/// UNCONFIRMED.
pub(super) async fn require_in_no_key(
    context: &Context,
    table: &TableRow,
    column: &Identifier,
) -> Result<(), SqlError> {
    let (row, name) = (table.clone(), column.clone());
    let found = context.read(move |tx, _| {
        let is_about = |columns: &[String]| columns.iter().any(|column| name.matches(column));
        let own = tx.keys_of(&row)?.into_iter().find(|key| is_about(&key.definition.columns));
        let foreign = tx.keys_pointing_to(&row.id)?.into_iter();
        Ok(own.or_else(|| foreign.into_iter().find(|key| is_about(&key.definition.parent_columns))))
    });
    match found.await? {
        None => Ok(()),
        Some(key) => {
            let message = format!(
                "Cannot change the column {column} because the constraint {} is about it. Drop the constraint first.",
                key.name
            );
            Err(SqlError::new("DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE", "42K09", message))
        }
    }
}

/// The keys of a table as texts: the name, and what it says.
pub(super) fn texts(keys: &[Key]) -> Vec<(String, String)> {
    keys.iter().map(|key| (key.name.as_str().to_owned(), text(key))).collect()
}

/// ``PRIMARY KEY (`id`)``, or ``FOREIGN KEY (`a`) REFERENCES `c`.`s`.`t` (`id`)`` (facts/sql.md §3).
fn text(key: &Key) -> String {
    let list = |names: &[String]| {
        let names: Vec<_> = names.iter().map(|name| format!("`{}`", name.replace('`', "``"))).collect();
        names.join(", ")
    };
    let definition = &key.definition;
    match &key.parent {
        None => {
            let columns = definition.columns.iter().map(|column| {
                let mark = if definition.timeseries.contains(column) { " TIMESERIES" } else { "" };
                format!("{}{mark}", list(std::slice::from_ref(column)))
            });
            format!("PRIMARY KEY ({})", columns.collect::<Vec<_>>().join(", "))
        }
        Some(parent) => format!(
            "FOREIGN KEY ({}) REFERENCES {} ({})",
            list(&definition.columns),
            parent.full_name,
            list(&definition.parent_columns)
        ),
    }
}
