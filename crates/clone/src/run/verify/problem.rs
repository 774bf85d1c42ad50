//! What of the destination is not as an action wrote it.

use std::collections::BTreeMap;

use clxs_api::binding::WorkspaceBinding;
use clxs_api::grant::PermissionsChange;
use clxs_api::table::TableConstraint;
use clxs_api::{FullName, Identifier, Properties};

use crate::inventory::{Described, Grants, Guard, Inventory, Tags};
use crate::plan::{Action, RestCall, SetMask, SetRowFilter, Statement};

/// Whether the action writes something that is read back.
pub(super) fn is_judged(action: &Action) -> bool {
    wanted_comment(action).is_some()
        || action.written_policy().is_some()
        || wanted_properties(action).is_some()
        || match action {
            Action::Statement(statement) => matches!(
                statement,
                Statement::SetTags { .. }
                    | Statement::SetColumnTags { .. }
                    | Statement::SetColumnTag { .. }
                    | Statement::CommentColumn { .. }
                    | Statement::SetMask(_)
                    | Statement::SetRowFilter(_)
            ),
            Action::Rest(call) => match call {
                RestCall::UpdateCatalog { change, .. } => change.isolation_mode.is_some(),
                RestCall::UpdatePermissions { .. }
                | RestCall::SetOwner { .. }
                | RestCall::AddKey(_)
                | RestCall::UpdateBindings { .. } => true,
                _ => false,
            },
            Action::Transfer(_) => false,
        }
}

/// What is not as the action wrote it; `missing` are the principals that do not exist.
pub(super) fn problem(
    action: &Action,
    (there, own): (&Inventory, Described<'_>),
    missing: &[String],
) -> Option<String> {
    let comment = wanted_comment(action);
    comment
        .and_then(|wanted| differs("comment", own.comment.unwrap_or_default(), wanted))
        .or_else(|| lacks_properties(there, action))
        .or_else(|| match action {
            Action::Statement(statement) => not_as_stated(statement, there, own),
            Action::Rest(call) => not_as_called(call, there, own, missing),
            Action::Transfer(_) => None,
        })
}

fn not_as_stated(statement: &Statement, there: &Inventory, own: Described<'_>) -> Option<String> {
    match statement {
        Statement::SetTags { tags, .. } => lacks_tags(own.tags?, tags),
        Statement::SetColumnTags { column, tags, .. } => lacks_tags(&tags_of(own, column)?, tags),
        Statement::SetColumnTag { column, key, value } => {
            lacks_tags(&tags_of(own, column.name())?, &[(key.clone(), value.clone())].into())
        }
        Statement::CommentColumn { column, comment } => {
            differs("comment", column_comment(own, column)?, comment.as_deref().unwrap_or_default())
        }
        Statement::SetRowFilter(SetRowFilter { table, filter }) => {
            let guards = &there.table(table)?.guards;
            other_guard("row filter", guards.row_filter.as_ref(), filter.as_ref())
        }
        Statement::SetMask(SetMask { table, column, mask }) => {
            let guards = &there.table(table)?.guards;
            let what = format!("mask of {}", column.as_str());
            other_guard(&what, guards.masks.get(&column.to_lowercase()), mask.as_ref())
        }
        _ => None,
    }
}

fn not_as_called(
    call: &RestCall,
    there: &Inventory,
    own: Described<'_>,
    missing: &[String],
) -> Option<String> {
    match call {
        RestCall::UpdatePermissions { changes, .. } => {
            changes.iter().find_map(|change| lacks_grants(own.grants, change, missing))
        }
        RestCall::SetOwner { owner, .. } => differs("owner", own.owner.unwrap_or_default(), owner),
        RestCall::AddKey(body) => lacks_key(there, &body.full_name_arg, &body.constraint),
        RestCall::UpdateCatalog { change, .. } => {
            let own = there.catalog.as_ref()?.isolation.as_ref();
            let other = change.isolation_mode.as_ref().filter(|wanted| own != Some(*wanted))?;
            Some(format!("its isolation was not {other}"))
        }
        RestCall::UpdateBindings { change, .. } => {
            let own = &there.catalog.as_ref()?.bindings;
            let lacks = |binding: &&WorkspaceBinding| !own.contains_key(&binding.workspace_id);
            let lost = change.add.iter().find(lacks)?.workspace_id;
            Some(format!("the workspace {lost} was not bound to it"))
        }
        _ => None,
    }
}

/// The properties that the action leaves on a catalog or schema.
fn wanted_properties(action: &Action) -> Option<&Properties> {
    match action {
        Action::Rest(RestCall::CreateCatalog(body)) => body.properties.as_ref(),
        Action::Rest(RestCall::CreateSchema(body)) => body.properties.as_ref(),
        Action::Rest(RestCall::UpdateCatalog { change, .. }) => change.properties.as_ref(),
        Action::Rest(RestCall::UpdateSchema { change, .. }) => change.properties.as_ref(),
        _ => None,
    }
}

fn lacks_properties(there: &Inventory, action: &Action) -> Option<String> {
    let wanted = wanted_properties(action)?;
    let own = match action {
        Action::Rest(RestCall::UpdateSchema { schema, .. }) => &there.schemas.get(schema.name())?.properties,
        Action::Rest(RestCall::CreateSchema(body)) => {
            let name = Identifier::new(body.name.as_str()).ok()?.to_lowercase();
            &there.schemas.get(&name)?.properties
        }
        _ => &there.catalog.as_ref()?.properties,
    };
    let (lost, _) = wanted.iter().find(|(key, value)| own.get(*key) != Some(*value))?;
    Some(format!("its property {lost} was missing or another"))
}

/// How the platform tells arguments is UNCONFIRMED, so that functions alone are compared.
fn other_guard(what: &str, found: Option<&Guard>, wanted: Option<&Guard>) -> Option<String> {
    let function = |guard: Option<&Guard>| guard.map(|guard| guard.function.dotted());
    let (found, wanted) = (function(found), function(wanted));
    let named = |function: Option<String>| function.unwrap_or_else(|| "none".to_owned());
    (found != wanted).then(|| format!("its {what} was {}, not {}", named(found), named(wanted)))
}

fn lacks_key(there: &Inventory, table: &str, key: &TableConstraint) -> Option<String> {
    let primary = key.primary_key_constraint.as_ref().map(|key| &key.name);
    let name = primary.or_else(|| key.foreign_key_constraint.as_ref().map(|key| &key.name))?;
    let own = &there.table(&FullName::from_dotted(table).ok()?)?.key_outlines;
    let is_there = own.iter().any(|own| own.name.to_lowercase() == name.to_lowercase());
    (!is_there).then(|| format!("its key {name} was missing"))
}

/// The comment that the action leaves on its securable, empty when it takes it away; nothing when it is about no comment.
fn wanted_comment(action: &Action) -> Option<&str> {
    match action {
        Action::Statement(Statement::Comment { comment, .. }) => Some(comment.as_deref().unwrap_or_default()),
        Action::Statement(Statement::CreateView(view)) => view.comment.as_deref(),
        Action::Statement(Statement::CreateFunction(function)) => function.comment.as_deref(),
        Action::Rest(RestCall::CreateCatalog(body)) => body.comment.as_deref(),
        Action::Rest(RestCall::CreateSchema(body)) => body.comment.as_deref(),
        Action::Rest(RestCall::CreateVolume(body)) => body.comment.as_deref(),
        Action::Rest(RestCall::CreateModel(body)) => body.comment.as_deref(),
        Action::Rest(RestCall::UpdateCatalog { change, .. }) => change.comment.as_deref(),
        Action::Rest(RestCall::UpdateSchema { change, .. }) => change.comment.as_deref(),
        Action::Rest(RestCall::UpdateVolume { change, .. }) => change.comment.as_deref(),
        Action::Rest(RestCall::UpdateModel { change, .. }) => change.comment.as_deref(),
        _ => None,
    }
}

/// An empty text is the same as none.
fn differs(what: &str, found: &str, wanted: &str) -> Option<String> {
    (found != wanted).then(|| format!("its {what} was {found:?}, not {wanted:?}"))
}

fn lacks_tags(found: &Tags, wanted: &Tags) -> Option<String> {
    let (key, value) = wanted.iter().find(|(key, value)| found.get(*key) != Some(*value))?;
    Some(match found.get(key) {
        Some(other) => format!("its tag {key:?} was {other:?}, not {value:?}"),
        None => format!("its tag {key:?} was missing"),
    })
}

fn tags_of(own: Described<'_>, column: &Identifier) -> Option<Tags> {
    let all: &BTreeMap<Identifier, Tags> = own.column_tags?;
    let found = all.iter().find(|(name, _)| name.matches(column.as_str()));
    Some(found.map(|(_, tags)| tags.clone()).unwrap_or_default())
}

fn column_comment<'a>(own: Described<'a>, column: &FullName) -> Option<&'a str> {
    let found = own.view?.columns.iter().find(|(name, _)| name.matches(column.name().as_str()))?;
    Some(found.1.as_deref().unwrap_or_default())
}

fn lacks_grants(found: &Grants, change: &PermissionsChange, missing: &[String]) -> Option<String> {
    let PermissionsChange { principal, add, .. } = change;
    if missing.contains(principal) {
        return None;
    }
    let held = found.get(principal);
    let lost = add.iter().find(|privilege| !held.is_some_and(|held| held.contains(privilege)))?;
    Some(format!("{principal} did not hold {lost}"))
}
