//! Policies by attribute: whoever manages a catalog, a schema or a table says what of its tables is seen by whom
//! (facts/sql.md §7, documentation of `CREATE POLICY`).

use clxs_api::policy::{FunctionArgument, MatchColumn};
use clxs_api::{FullName, Identifier, Privilege, SecurableKind};

use crate::authorization::{Access, Level, SecurableRef};
use crate::guards::Condition;
use crate::metastore::{
    Audit, MetastoreError, Page, PageRequest, PolicyDefinition, PolicyEffect, PolicyRow, Transaction, new_id,
};

use super::guard_functions::{GuardKind, require_guard};

/// A policy that is to be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NewPolicy {
    pub(crate) name: String,
    pub(crate) definition: PolicyDefinition,
    pub(crate) to: Vec<String>,
    pub(crate) except: Vec<String>,
}

/// A policy with what it is on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PolicyOn {
    pub(crate) policy: PolicyRow,
    pub(crate) kind: SecurableKind,
    /// The dotted full name.
    pub(crate) securable: String,
}

/// Makes a policy; with `replace` one of that name gets another definition.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] without `MANAGE` on the securable or `EXECUTE` on the function;
/// [`MetastoreError::PolicyExists`]; [`MetastoreError::InvalidParameter`] for what makes no sense;
/// [`MetastoreError::PrincipalNotFound`].
pub(crate) fn create_policy(
    tx: &Transaction<'_>,
    access: &Access,
    on: &SecurableRef,
    new: NewPolicy,
    replace: bool,
) -> Result<PolicyOn, MetastoreError> {
    let level = managed(tx, access, on)?;
    let taken = tx.policy(&level.id, &new.name)?;
    if taken.is_some() && !replace {
        return Err(MetastoreError::PolicyExists { name: new.name, securable: level.name });
    }
    let (id, mut audit) = match taken {
        Some(policy) => (policy.id, policy.audit),
        None => (new_id(), Audit::now(access.principal())),
    };
    audit.touch(access.principal());
    let NewPolicy { name, definition, to, except } = new;
    let policy = PolicyRow { id, securable_id: level.id.clone(), name, definition, to, except, audit };
    put(tx, access, &level, policy)
}

/// Changes a policy, its name too.
///
/// # Errors
/// Those of [`create_policy`]; [`MetastoreError::PolicyNotFound`].
pub(crate) fn update_policy(
    tx: &Transaction<'_>,
    access: &Access,
    on: &SecurableRef,
    name: &str,
    change: impl FnOnce(&mut PolicyRow) -> Result<(), MetastoreError>,
) -> Result<PolicyOn, MetastoreError> {
    let level = managed(tx, access, on)?;
    let mut policy = find(tx, &level, name)?;
    change(&mut policy)?;
    if tx.policy(&level.id, &policy.name)?.is_some_and(|other| other.id != policy.id) {
        return Err(MetastoreError::PolicyExists { name: policy.name, securable: level.name });
    }
    policy.audit.touch(access.principal());
    put(tx, access, &level, policy)
}

/// Drops a policy.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] without `MANAGE`; [`MetastoreError::PolicyNotFound`].
pub(crate) fn drop_policy(
    tx: &Transaction<'_>,
    access: &Access,
    on: &SecurableRef,
    name: &str,
) -> Result<(), MetastoreError> {
    let level = managed(tx, access, on)?;
    tx.delete_policy(&find(tx, &level, name)?)
}

/// One policy.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] without `MANAGE` or `READ METADATA`; [`MetastoreError::PolicyNotFound`].
pub(crate) fn get_policy(
    tx: &Transaction<'_>,
    access: &Access,
    on: &SecurableRef,
    name: &str,
) -> Result<PolicyOn, MetastoreError> {
    let levels = readable(tx, access, on)?;
    let level = own(&levels)?;
    Ok(placed(&level, find(tx, &level, name)?))
}

/// Those policies of a page that are on a securable, with `inherited` also those on what it is in.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] without `MANAGE` or `READ METADATA` on the securable itself.
pub(crate) fn list_policies(
    tx: &Transaction<'_>,
    access: &Access,
    on: &SecurableRef,
    inherited: bool,
    page: &PageRequest,
) -> Result<Page<PolicyOn>, MetastoreError> {
    let mut levels = readable(tx, access, on)?;
    if !inherited {
        levels.drain(..levels.len().saturating_sub(1));
    }
    let ids: Vec<_> = levels.iter().map(|level| level.id.clone()).collect();
    let with_level = |policy: PolicyRow| {
        let level = levels.iter().find(|level| level.id == policy.securable_id);
        Ok(level.map(|level| placed(level, policy)))
    };
    let key = |listed: &PolicyOn| vec![listed.policy.securable_id.clone(), listed.policy.name.clone()];
    page.kept(|page| tx.policies_on_any(&ids, page), with_level, key)
}

fn put(
    tx: &Transaction<'_>,
    access: &Access,
    level: &Level,
    policy: PolicyRow,
) -> Result<PolicyOn, MetastoreError> {
    require_sound(tx, access, &policy)?;
    tx.put_policy(&policy)?;
    Ok(placed(level, policy))
}

fn placed(level: &Level, policy: PolicyRow) -> PolicyOn {
    PolicyOn { policy, kind: level.kind.clone(), securable: level.name.clone() }
}

fn find(tx: &Transaction<'_>, level: &Level, name: &str) -> Result<PolicyRow, MetastoreError> {
    let not_found =
        || MetastoreError::PolicyNotFound { name: name.to_owned(), securable: level.name.clone() };
    tx.policy(&level.id, name)?.ok_or_else(not_found)
}

/// What policies may be on.
fn require_kind(on: &SecurableRef) -> Result<(), MetastoreError> {
    match on.kind() {
        SecurableKind::Catalog | SecurableKind::Schema | SecurableKind::Table => Ok(()),
        kind => Err(MetastoreError::PolicyNotSupported { kind: kind.clone() }),
    }
}

/// The securable, which the caller manages; a view has no policies.
fn managed(tx: &Transaction<'_>, access: &Access, on: &SecurableRef) -> Result<Level, MetastoreError> {
    require_kind(on)?;
    let held = access.find(tx, on)?;
    held.require(&Privilege::Manage)?;
    let level = held.securable().clone();
    if level.securable_kind.ends_with("VIEW") {
        return Err(MetastoreError::invalid(format!(
            "'{}' is a view: policies are on catalogs, schemas and tables.",
            level.name
        )));
    }
    Ok(level)
}

/// The securable and what it is in, outermost first, for whoever may read the policies on it.
fn readable(tx: &Transaction<'_>, access: &Access, on: &SecurableRef) -> Result<Vec<Level>, MetastoreError> {
    require_kind(on)?;
    let held = access.find(tx, on)?;
    if held.require(&Privilege::ReadMetadata).is_err() {
        held.require(&Privilege::Manage)?;
    }
    Ok(held.levels().cloned().collect())
}

fn own(levels: &[Level]) -> Result<Level, MetastoreError> {
    levels.last().cloned().ok_or_else(|| MetastoreError::invalid("Policies are on securables."))
}

/// Refuses a policy that could never be judged: a reader would find that out instead of its maker.
fn require_sound(tx: &Transaction<'_>, access: &Access, policy: &PolicyRow) -> Result<(), MetastoreError> {
    let definition = &policy.definition;
    Identifier::new(policy.name.clone())
        .map_err(|error| MetastoreError::invalid(format!("Invalid policy name: {error}.")))?;
    if policy.to.is_empty() {
        return Err(MetastoreError::invalid("A policy needs to_principals: whom it binds."));
    }
    let conditions = definition.columns.iter().map(|column| column.condition.as_ref());
    for condition in definition.when.iter().map(Some).chain(conditions) {
        let condition =
            condition.ok_or_else(|| MetastoreError::invalid("match_columns needs conditions."))?;
        Condition::parse(condition).map_err(|reason| {
            MetastoreError::invalid(format!("Invalid condition '{condition}': {reason}."))
        })?;
    }
    let kind = match &definition.effect {
        PolicyEffect::RowFilter => GuardKind::RowFilter,
        PolicyEffect::ColumnMask(alias) => {
            require_alias(&definition.columns, alias)?;
            GuardKind::ColumnMask
        }
    };
    for argument in &definition.using {
        match argument {
            FunctionArgument { alias: Some(alias), constant: None, .. } => {
                require_alias(&definition.columns, alias)?;
            }
            FunctionArgument { alias: None, constant: Some(_), .. } => {}
            _ => return Err(MetastoreError::invalid("An argument is an alias or a constant.")),
        }
    }
    require_guard(tx, access, &definition.function, kind, definition.using.len())
}

fn require_alias(columns: &[MatchColumn], alias: &str) -> Result<(), MetastoreError> {
    let is_known =
        |column: &MatchColumn| column.alias.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(alias));
    if columns.iter().any(is_known) {
        return Ok(());
    }
    Err(MetastoreError::invalid(format!("The alias '{alias}' is none of MATCH COLUMNS.")))
}

/// The full name of a function as requests write it.
///
/// # Errors
/// [`MetastoreError::InvalidParameter`]
pub(crate) fn function_name(name: &str) -> Result<FullName, MetastoreError> {
    let invalid = |reason: String| MetastoreError::invalid(format!("'{name}' is no function: {reason}."));
    let full_name = FullName::from_dotted(name).map_err(|error| invalid(error.to_string()))?;
    match full_name.parts().len() {
        3 => Ok(full_name.to_lowercase()),
        parts => Err(invalid(format!("its name has {parts} parts instead of 3"))),
    }
}
