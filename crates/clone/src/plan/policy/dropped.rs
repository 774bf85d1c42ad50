//! Policies of the destination's own that hide something of a table, and would no longer were it dropped and made again.

use clxs_api::FullName;

use super::cover::tags_of_copy;
use super::scopes;
use crate::Kind;
use crate::inventory::{Policies, Policy, Table, Tagged, Unusable};
use crate::plan::Facet;
use crate::plan::builder::Builder;

/// Which policy would be lost with a table, or could be, and what to do; nothing when none would.
pub(in crate::plan) fn lost(
    builder: &Builder<'_>,
    table: &FullName,
    (source, own): (&Table, &Table),
) -> Option<String> {
    if !builder.settings.copy.security {
        return None;
    }
    let lost = |name: &str| {
        format!("with it the policy {name}, which the source does not have; drop that policy or the table")
    };
    unread(builder, table)
        .or_else(|| on_itself(&source.policies, &own.policies).map(lost))
        .or_else(|| by_tags(builder, table, &own.lost_columns))
}

/// Why nobody knows which policies are over the table.
fn unread(builder: &Builder<'_>, table: &FullName) -> Option<String> {
    let unread = &builder.inventories.destination.unread_policies;
    scopes(table).into_iter().flatten().find_map(|on| {
        let name = builder.renamed(&on.name);
        let reason = unread.get(&name)?;
        Some(format!(
            "nobody could read which policies on {} go with it: {reason}; drop the table yourself, or let somebody clone \
             who may read them",
            name.dotted()
        ))
    })
}

/// A policy on the table that the new one does not get from its source.
fn on_itself<'a>(source: &Policies, own: &'a Policies) -> Option<&'a str> {
    let is_carried = |name: &String| matches!(source.get(name), Some(Ok(_)));
    own.keys().find(|name| !is_carried(name)).map(String::as_str)
}

/// Why a policy on the schema or the catalog, which stays, would no longer be about the table: it goes by tags of the
/// copy's own. Columns that are gone from then on have nothing to hide.
fn by_tags(builder: &Builder<'_>, table: &FullName, gone: &[String]) -> Option<String> {
    let destination = &builder.inventories.destination;
    let (mut now, then) =
        (tags_of_copy(builder, table, true, false), tags_of_copy(builder, table, true, true));
    now.columns.retain(|column, _| !gone.iter().any(|gone| column.matches(gone)));
    let unread =
        [Facet::Tags, Facet::ColumnTags].into_iter().find_map(|facet| destination.unread.get(&facet));
    let kept = scopes(table).into_iter().flatten();
    kept.filter(|on| on.kind != Kind::Table && builder.is_kept(on)).find_map(|on| {
        destination.policies_on(&on)?.iter().find_map(|(name, policy)| {
            let why = loosened(policy, &now, &then, unread)?;
            let on = builder.in_destination(&on);
            Some(format!("the policy {name} on {on} would no longer be about it: {why}; give the source the tag, or drop the table"))
        })
    })
}

fn loosened(
    policy: &Result<Policy, Unusable>,
    now: &Tagged,
    then: &Tagged,
    unread: Option<&String>,
) -> Option<String> {
    match policy {
        Ok(policy) if !policy.goes_by_tags() => None,
        Ok(_) if unread.is_some() => {
            unread.map(|reason| format!("it goes by tags, which nobody could read ({reason})"))
        }
        Ok(policy) if policy.is_about(&now.table, &now.columns) == Some(false) => None,
        Ok(policy) => policy.loosened_by(now, then),
        Err(unusable) => {
            let reason = || format!("nobody can tell which tags it goes by ({})", unusable.reason);
            (unusable.hides && now != then).then(reason)
        }
    }
}
