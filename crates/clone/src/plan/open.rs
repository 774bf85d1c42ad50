//! What the destination keeps more open than the source has it: nothing is made, and nobody is granted anything, that would show
//! more of it than the source does.

use std::collections::BTreeSet;

use clxs_api::FullName;

use super::builder::Builder;
use super::text::relation;
use super::{Facet, PlannedChange, kept_text, policy};
use crate::inventory::Table;
use crate::{Kind, Securable};

/// What becomes of a text that needs these: one that would show too much is not made.
pub(super) fn kept_back(builder: &Builder<'_>, needs: &[Securable], change: PlannedChange) -> PlannedChange {
    if !matches!(change, PlannedChange::Create | PlannedChange::Replace { .. }) {
        return change;
    }
    shown(builder, needs).map_or(change, |reason| PlannedChange::Skip { reason })
}

/// Why nobody is to be let into something: it shows too much.
pub(super) fn shown_by(builder: &Builder<'_>, source: &Securable) -> Option<String> {
    let text = match source.kind {
        Kind::Catalog | Kind::Schema => return inside(builder, source),
        Kind::Table => {
            let how = more_open(builder, &relation(&source.name))?;
            return Some(format!("{} {how}", builder.renamed(&source.name).dotted()));
        }
        Kind::Function => source.clone(),
        kind if kind.is_view() || kind.is_of_pipeline() => relation(&source.name),
        _ => return None,
    };
    shown(builder, builder.needs.get(&text)?)
}

/// What a container has that is more open than in the source.
fn inside(builder: &Builder<'_>, container: &Securable) -> Option<String> {
    if !builder.settings.copy.security {
        return None;
    }
    let (name, how) = builder.more_open_inside(&container.name)?;
    Some(format!("{} in it {how}", builder.renamed(name).dotted()))
}

/// Which of what is read, directly or through other texts, is more open than in the source, as what a text does.
fn shown(builder: &Builder<'_>, needs: &[Securable]) -> Option<String> {
    let (mut seen, mut left) = (BTreeSet::new(), needs.iter().collect::<Vec<_>>());
    while let Some(read) = left.pop() {
        if !seen.insert(read) {
            continue;
        }
        if let Some(how) = more_open(builder, read) {
            let (own, copy) = (read.name.dotted(), builder.renamed(&read.name).dotted());
            return Some(format!("it reads {own}, and would show more than in the source: {copy} {how}"));
        }
        // The functions that guard a table read for it alone.
        let is_text = read.kind == Kind::Function
            || builder.inventories.source.table(&read.name).is_some_and(Table::is_text);
        left.extend(builder.needs.get(read).into_iter().flatten().filter(|_| is_text));
    }
    None
}

/// How something that is read is more open in the destination, and stays so.
fn more_open(builder: &Builder<'_>, read: &Securable) -> Option<String> {
    let is_own = read.name.catalog().matches(builder.settings.source.as_str());
    if !is_own {
        return None;
    }
    let text = || kept_text::otherwise(builder, read);
    if read.kind == Kind::Function {
        return text();
    }
    let policy = || policy::cover::lacking(builder, &read.name).map(|policy| is_without(&policy));
    let told = builder.more_open(&read.name).map(str::to_owned);
    told.or_else(policy).or_else(|| outside(builder, &read.name)).or_else(text)
}

/// How a table in a schema that takes no part is more open.
fn outside(builder: &Builder<'_>, name: &FullName) -> Option<String> {
    let (settings, inventories) = (builder.settings, builder.inventories);
    inventories.source.schemas.get(name.schema()?)?.skip.as_ref()?;
    let (source, copy) = (inventories.source.table(name)?, inventories.destination.table(name)?);
    if let Some(how) = is_of_another_kind(source, copy) {
        return Some(how);
    }
    if copy.kind != Kind::Table {
        return None;
    }
    if let Some(reason) = &source.unusable_guards {
        return Some(format!("is there, and nobody can tell what guards it in the source ({reason})"));
    }
    let is_guarded = copy.guards.have_all_of(&source.guards.moved(&settings.source, &settings.destination));
    let guards = (!is_guarded).then(|| source.guards.to_string());
    guards.or_else(|| policy::cover::lacking_outside(builder, name)).map(|guards| is_without(&guards))
}

/// How something is there that its source's guards are not on.
pub(super) fn is_without(guards: &str) -> String {
    format!("is there without what guards it in the source ({guards})")
}

/// How a table or view is there that the source has made the other of since.
fn is_of_another_kind(source: &Table, copy: &Table) -> Option<String> {
    let is_other = (source.kind == Kind::Table) != (copy.kind == Kind::Table);
    let is_either = |table: &Table| table.kind == Kind::Table || table.is_text();
    (is_other && is_either(copy))
        .then(|| format!("is a {}, where the source has a {}", copy.kind, source.kind))
}

/// Says of a table or view that the destination has where the source has the other by now, that it stays: it may show more.
pub(super) fn note_other_kind(
    builder: &mut Builder<'_>,
    source: &Securable,
    sides: (&Table, Option<&Table>),
) {
    let Some(how) = sides.1.and_then(|own| is_of_another_kind(sides.0, own)) else { return };
    let facets = vec![Facet::RowFilter, Facet::ColumnMasks, Facet::Policies, Facet::Grants];
    let consequence = "whoever was granted it when it was copied reads all that it shows; drop or rename it";
    builder.note_more_open(source, facets, &how, consequence);
}
