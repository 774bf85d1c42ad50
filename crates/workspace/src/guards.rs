//! Which guards a table has for whom: its own row filter and column masks, which bind everybody, and those that policies
//! by attribute give it for the principals they bind (documentation of ABAC, "Policy evaluation and runtime behavior").

mod condition;
mod error;
mod policy;
mod tags;

use std::collections::BTreeMap;

use crate::metastore::{Guard, MetastoreError, PolicyRow, TableGuards, TableRow, Transaction};

pub(crate) use condition::Condition;
pub(crate) use error::GuardError;
use policy::{Effect, Given};
use tags::Tags;

/// The guards of a table for somebody of these identities: a principal and its groups. A view has none of its own.
///
/// # Errors
/// Policies that contradict one another or the table's own guards: nobody they bind may read the table.
pub(crate) fn effective(
    tx: &Transaction<'_>,
    identities: &[String],
    table: &TableRow,
) -> Result<TableGuards, GuardError> {
    let mut policies = policies_over(tx, table)?;
    policies.retain(|policy| policy.binds(identities));
    if policies.is_empty() {
        return Ok(table.guards.clone());
    }
    let tags = Tags::of(tx, table)?;
    let mut given = Vec::new();
    for policy in &policies {
        given.extend(policy::given(policy, table, &tags)?);
    }
    require_clear_arguments(table, &given)?;
    let mut guards = table.guards.clone();
    for Given { effect, guard, .. } in given {
        match effect {
            Effect::RowFilter => add_filter(table, &mut guards, guard)?,
            Effect::Mask(column) => add_mask(table, &mut guards, &column, guard)?,
        }
    }
    Ok(guards)
}

/// The policies on a table and on what it is in.
pub(crate) fn policies_over(
    tx: &Transaction<'_>,
    table: &TableRow,
) -> Result<Vec<PolicyRow>, MetastoreError> {
    let mut policies = tx.policies_on(&table.id)?;
    policies.extend(tx.policies_on(&table.schema_id)?);
    policies.extend(tx.policies_on(&tx.catalog(&table.catalog)?.id)?);
    Ok(policies)
}

/// One filter may come from several policies, but not two, and none beside the table's own.
fn add_filter(table: &TableRow, guards: &mut TableGuards, guard: Guard) -> Result<(), GuardError> {
    let table_name = table.full_name();
    match (&table.guards.row_filter, &guards.row_filter) {
        (Some(_), _) => Err(GuardError::PolicyAndOwnRowFilter { table: table_name }),
        (None, Some(other)) if *other != guard => Err(GuardError::MultipleRowFilters {
            table: table_name,
            functions: [other.function.clone(), guard.function],
        }),
        _ => {
            guards.row_filter = Some(guard);
            Ok(())
        }
    }
}

/// As [`add_filter`], for each column.
fn add_mask(
    table: &TableRow,
    guards: &mut TableGuards,
    column: &str,
    guard: Guard,
) -> Result<(), GuardError> {
    let own = table.guards.mask(column);
    if let Some(other) = own.or(guards.mask(column).filter(|other| **other != guard)) {
        return Err(GuardError::MultipleMasks {
            table: table.full_name(),
            column: column.to_owned(),
            functions: [other.function.clone(), guard.function],
        });
    }
    guards.set_mask(column, Some(guard));
    Ok(())
}

/// What one policy masks is no argument of another.
fn require_clear_arguments(table: &TableRow, given: &[Given]) -> Result<(), GuardError> {
    let mut masked: BTreeMap<&str, &str> = BTreeMap::new();
    for one in given {
        if let Effect::Mask(column) = &one.effect {
            masked.insert(column, &one.policy);
        }
    }
    for one in given {
        let hidden =
            one.guard.columns().find(|column| masked.get(column).is_some_and(|policy| *policy != one.policy));
        if let Some(column) = hidden {
            return Err(GuardError::MaskedArgument {
                table: table.full_name(),
                column: column.to_owned(),
                policy: one.policy.clone(),
            });
        }
    }
    Ok(())
}
