//! Notes what the destination has and the source has not, or no longer: it is kept, for it may be the destination's own.

mod whole;

use clxs_api::{Privilege, Properties};

use super::builder::{Builder, Sides};
use super::{Drift, Facet, Finding, PlannedChange, grant};
use crate::inventory::{Grants, Inventory, Tags};
use crate::outcome::FacetStatus;
use crate::settings::RowScope;
use crate::{Kind, Securable};

pub(super) fn plan(builder: &mut Builder<'_>) {
    for (source, sides) in builder.taking_part() {
        for (facet, what) in of_its_own(builder, &source, sides) {
            note(builder, &source, facet, &what);
        }
    }
    whole::plan(builder);
}

/// Says that the destination keeps something.
pub(super) fn note(builder: &mut Builder<'_>, source: &Securable, facet: Facet, what: &str) {
    let detail = format!("keeps {what}, which the source does not have");
    builder.facet(source, facet, FacetStatus::Changed { detail });
}

/// Says of a table that has to be dropped what goes with it.
pub(super) fn note_dropped(builder: &mut Builder<'_>, source: &Securable, sides: Sides<'_>) {
    let own: Vec<_> = of_its_own(builder, source, sides).into_iter().map(|(_, what)| what).collect();
    if !own.is_empty() {
        let own = own.join("; ");
        let message = format!("it is dropped first, and with it {own}, which the source does not have");
        builder.finding(Finding { securable: source.name.clone(), line: None, message });
    }
}

/// Says of a table that gets other rows than it had, or fewer, that its history has those.
pub(super) fn note_history(builder: &mut Builder<'_>, source: &Securable, change: &PlannedChange) {
    let PlannedChange::Replace { drift } = change else { return };
    let has_others = match drift {
        Drift::OtherRows { .. } => builder.settings.rows_of(&source.name) != RowScope::All,
        Drift::OtherSource { .. } | Drift::SourceRecreated => true,
        _ => false,
    };
    if has_others {
        let message = "the copy's history keeps the rows that it had until now, to be read by VERSION AS OF until VACUUM \
                       removes them; drop the copy before to be rid of them";
        builder.finding(Finding { securable: source.name.clone(), line: None, message: message.to_owned() });
    }
}

/// What the destination has and the source has not, by facet.
fn of_its_own(builder: &Builder<'_>, source: &Securable, sides: Sides<'_>) -> Vec<(Facet, String)> {
    let Some(own) = sides.destination else { return Vec::new() };
    let copy = builder.settings.copy;
    let is_comment_own = copy.comments && own.comment.is_some() && sides.source.comment.is_none();
    let properties = copy.properties.then(|| properties(builder, source)).flatten();
    let tags = copy.tags.then(|| tags(sides.source.tags, own.tags?)).flatten();
    let column_tags = copy.tags.then(|| column_tags(builder, source)).flatten();
    let grants = copy.permissions.then(|| grants(builder, sides, own.grants?)).flatten();
    let policies = copy.security.then(|| policies(builder, source)).flatten();
    let all = [
        (Facet::Comment, is_comment_own.then(|| "its comment".to_owned())),
        (Facet::Properties, properties),
        (Facet::Tags, tags),
        (Facet::ColumnTags, column_tags),
        (Facet::Policies, policies),
        (Facet::Grants, grants),
    ];
    all.into_iter().filter_map(|(facet, what)| Some((facet, what?))).collect()
}

fn properties(builder: &Builder<'_>, source: &Securable) -> Option<String> {
    fn of<'i>(inventory: &'i Inventory, source: &Securable) -> Option<&'i Properties> {
        match source.kind {
            Kind::Catalog => inventory.catalog.as_ref().map(|catalog| &catalog.properties),
            Kind::Schema => Some(&inventory.schemas.get(source.name.schema()?)?.properties),
            kind if kind.is_view() => Some(&inventory.table(&source.name)?.view.as_ref()?.properties),
            _ => None,
        }
    }
    let inventories = builder.inventories;
    let (wanted, own) = (of(&inventories.source, source)?, of(&inventories.destination, source)?);
    let keys: Vec<_> = own.keys().filter(|key| !wanted.contains_key(*key)).map(String::as_str).collect();
    named("property", "properties", &keys)
}

fn tags(wanted: Option<&Tags>, own: &Tags) -> Option<String> {
    named("tag", "tags", &lost_of(wanted, own))
}

/// Securables of several kinds may have one name.
fn is_relation(kind: Kind) -> bool {
    kind.has_rows() || kind.is_view() || kind.is_of_pipeline()
}

fn column_tags(builder: &Builder<'_>, source: &Securable) -> Option<String> {
    let inventories = builder.inventories;
    let wanted = inventories.source.table(&source.name).filter(|_| is_relation(source.kind))?;
    let own = inventories.destination.table(&source.name)?.column_tags.iter();
    let lost: Vec<_> = own
        .flat_map(|(column, own)| {
            let mut columns = wanted.column_tags.iter();
            let wanted = columns.find(|(name, _)| name.matches(column.as_str())).map(|(_, tags)| tags);
            lost_of(wanted, own).into_iter().map(move |tag| format!("{tag} of {}", column.as_str()))
        })
        .collect();
    named("tag", "tags", &lost.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Those of the destination's tables are known where the source's have some, or the table would be dropped.
fn policies(builder: &Builder<'_>, source: &Securable) -> Option<String> {
    let inventories = builder.inventories;
    let has_policies = matches!(source.kind, Kind::Catalog | Kind::Schema | Kind::Table);
    if !has_policies || inventories.source.unread.contains_key(&Facet::Policies) {
        return None;
    }
    let wanted = inventories.source.policies_on(source)?;
    let own = inventories.destination.policies_on(source)?;
    let lost: Vec<_> = own.keys().filter(|name| !wanted.contains_key(*name)).map(String::as_str).collect();
    named("policy", "policies", &lost)
}

fn lost_of<'a>(wanted: Option<&Tags>, own: &'a Tags) -> Vec<&'a str> {
    let is_lost = |key: &&String| wanted.is_none_or(|wanted| !wanted.contains_key(*key));
    own.keys().filter(is_lost).map(String::as_str).collect()
}

fn grants(builder: &Builder<'_>, sides: Sides<'_>, own: &Grants) -> Option<String> {
    let wanted = grant::wanted(builder, sides);
    let lost = own.iter().filter_map(|(principal, privileges)| {
        let wanted = wanted.get(principal);
        let is_lost = |own: &&Privilege| wanted.is_none_or(|wanted| !wanted.contains(*own));
        let lost: Vec<_> = privileges.iter().filter(is_lost).map(Privilege::sql).collect();
        (!lost.is_empty()).then(|| format!("{} to {principal}", lost.join(", ")))
    });
    let lost: Vec<_> = lost.collect();
    (!lost.is_empty()).then(|| lost.join("; "))
}

/// `the tag a`, `the tags a, b`; nothing of nothing.
fn named(one: &str, several: &str, names: &[&str]) -> Option<String> {
    let what = if names.len() == 1 { one } else { several };
    (!names.is_empty()).then(|| format!("the {what} {}", names.join(", ")))
}
