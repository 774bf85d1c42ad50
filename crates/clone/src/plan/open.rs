//! What the destination keeps more open than the source has it: nothing is made, and nobody is granted anything, that would show
//! more of it than the source does.

use std::collections::BTreeSet;

use clxs_api::FullName;

use super::builder::Builder;
use super::text::relation;
use super::{Facet, PlannedChange, policy};
use crate::inventory::Table;
use crate::{Kind, Securable};

/// What becomes of a text that needs these: one that would show too much is not made.
pub(super) fn kept_back(builder: &Builder<'_>, needs: &[Securable], change: PlannedChange) -> PlannedChange {
    if !matches!(change, PlannedChange::Create | PlannedChange::Replace { .. }) {
        return change;
    }
    shown(builder, needs).map_or(change, |reason| PlannedChange::Skip { reason })
}

/// Why nobody is to be let into a view or function: it shows too much.
pub(super) fn shown_by(builder: &Builder<'_>, source: &Securable) -> Option<String> {
    let text = match source.kind {
        Kind::Function => source.clone(),
        kind if kind.is_view() || kind.is_of_pipeline() => relation(&source.name),
        _ => return None,
    };
    shown(builder, builder.needs.get(&text)?)
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
    if read.kind == Kind::Function || !is_own {
        return None;
    }
    let policy = || policy::cover::lacking(builder, &read.name).map(|policy| is_without(&policy));
    let told = builder.more_open(&read.name).map(str::to_owned);
    told.or_else(policy).or_else(|| outside(builder, &read.name))
}

/// How a table in a schema that takes no part is more open.
fn outside(builder: &Builder<'_>, name: &FullName) -> Option<String> {
    let (settings, inventories) = (builder.settings, builder.inventories);
    inventories.source.schemas.get(name.schema()?)?.skip.as_ref()?;
    let (source, copy) = (inventories.source.table(name)?, inventories.destination.table(name)?);
    if copy.kind != Kind::Table {
        return None;
    }
    if source.kind != Kind::Table {
        return Some(is_older_table(source.kind));
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

fn is_older_table(kind: Kind) -> String {
    format!("is a table, where the source has a {kind}")
}

/// Says of a table that the destination has where the source has a view by now, that it stays: the view may show less.
pub(super) fn note_older_table(builder: &mut Builder<'_>, source: &Securable, destination: Option<&Table>) {
    if source.kind == Kind::Table || destination.is_none_or(|own| own.kind != Kind::Table) {
        return;
    }
    let facets = vec![Facet::RowFilter, Facet::ColumnMasks, Facet::Policies, Facet::Grants];
    let how = is_older_table(source.kind);
    let consequence = "if it was copied when the source had a table there too, whoever was granted it reads all of it as it was \
                       then; drop or rename it";
    builder.note_more_open(source, facets, &how, consequence);
}
