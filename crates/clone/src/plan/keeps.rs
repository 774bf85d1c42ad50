//! Notes what the destination has and the source has not, or no longer: it is kept, for it may be the destination's own.

use clxs_api::Properties;

use super::Facet;
use super::builder::{Builder, Facets, Sides};
use super::grant;
use crate::inventory::{Grants, Table, Tags};
use crate::outcome::FacetStatus;
use crate::{Kind, Securable};

pub(super) fn plan(builder: &mut Builder<'_>) {
    for (source, sides) in builder.taking_part() {
        let Some(own) = sides.destination else { continue };
        let copy = builder.settings.copy;
        let is_comment_lost = own.comment.is_some() && sides.source.comment.is_none();
        if copy.comments && is_comment_lost {
            note(builder, &source, Facet::Comment, "its comment".to_owned());
        }
        if copy.properties {
            properties(builder, &source);
        }
        if copy.tags {
            tags(builder, &source, (sides.source, own));
        }
        if copy.permissions {
            grants(builder, &source, sides, own.grants);
        }
    }
}

/// Says that the destination keeps something.
pub(super) fn note(builder: &mut Builder<'_>, source: &Securable, facet: Facet, what: String) {
    let detail = format!("keeps {what}, which the source does not have");
    builder.facet(source, facet, FacetStatus::Changed { detail });
}

fn properties(builder: &mut Builder<'_>, source: &Securable) {
    let inventories = builder.inventories;
    let sides = [&inventories.source, &inventories.destination];
    let of = |side: usize| -> Option<&Properties> {
        let inventory = sides[side];
        match source.kind {
            Kind::Catalog => inventory.catalog.as_ref().map(|catalog| &catalog.properties),
            Kind::Schema => inventory.schemas.get(source.name.schema()?).map(|schema| &schema.properties),
            _ => None,
        }
    };
    let (Some(wanted), Some(own)) = (of(0), of(1)) else { return };
    let keys: Vec<_> = own.keys().filter(|key| !wanted.contains_key(*key)).map(String::as_str).collect();
    if !keys.is_empty() {
        note(builder, source, Facet::Properties, named("property", "properties", &keys));
    }
}

fn tags(builder: &mut Builder<'_>, source: &Securable, (wanted, own): (Facets<'_>, Facets<'_>)) {
    let lost = own.tags.map(|own| lost_of(wanted.tags, own)).unwrap_or_default();
    if !lost.is_empty() {
        note(builder, source, Facet::Tags, named("tag", "tags", &lost));
    }
    let inventories = builder.inventories;
    let tables = (inventories.source.table(&source.name), inventories.destination.table(&source.name));
    if let (Some(wanted), Some(own), true) = (tables.0, tables.1, is_relation(source.kind))
        && let Some(what) = column_tags(wanted, own)
    {
        note(builder, source, Facet::ColumnTags, what);
    }
}

/// Securables of several kinds may have one name.
fn is_relation(kind: Kind) -> bool {
    kind.has_rows() || kind.is_view() || kind.is_of_pipeline()
}

fn column_tags(wanted: &Table, own: &Table) -> Option<String> {
    let lost: Vec<_> = own
        .column_tags
        .iter()
        .flat_map(|(column, own)| {
            let mut columns = wanted.column_tags.iter();
            let wanted = columns.find(|(name, _)| name.matches(column.as_str())).map(|(_, tags)| tags);
            lost_of(wanted, own).into_iter().map(move |tag| format!("{tag} of {}", column.as_str()))
        })
        .collect();
    (!lost.is_empty()).then(|| named("tag", "tags", &lost.iter().map(String::as_str).collect::<Vec<_>>()))
}

fn lost_of<'a>(wanted: Option<&Tags>, own: &'a Tags) -> Vec<&'a str> {
    let is_lost = |key: &&String| wanted.is_none_or(|wanted| !wanted.contains_key(*key));
    own.keys().filter(is_lost).map(String::as_str).collect()
}

fn grants(builder: &mut Builder<'_>, source: &Securable, sides: Sides<'_>, own: Option<&Grants>) {
    let wanted = grant::wanted(builder, sides);
    let lost: Vec<_> = own
        .into_iter()
        .flatten()
        .filter_map(|(principal, privileges)| {
            let wanted = wanted.get(principal);
            let is_lost = |own: &&clxs_api::Privilege| wanted.is_none_or(|wanted| !wanted.contains(*own));
            let lost: Vec<_> = privileges.iter().filter(is_lost).map(clxs_api::Privilege::sql).collect();
            (!lost.is_empty()).then(|| format!("{} to {principal}", lost.join(", ")))
        })
        .collect();
    if !lost.is_empty() {
        note(builder, source, Facet::Grants, lost.join("; "));
    }
}

/// `the tag a`, `the tags a, b`.
fn named(one: &str, several: &str, names: &[&str]) -> String {
    format!("the {} {}", if names.len() == 1 { one } else { several }, names.join(", "))
}
