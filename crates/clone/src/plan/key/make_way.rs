//! Which keys of the destination make way for others, and which stay.

use std::collections::{BTreeSet, HashMap};

use clxs_api::{FullName, Identifier};

use super::{body, facet_of, found, key, own_keys};
use crate::inventory::{KeyOutline, Table};
use crate::plan::builder::{Builder, NewStep};
use crate::plan::{Expectation, PlannedChange, RestCall, StepId};
use crate::{Kind, Securable};

/// The keys of the destination, and which of them make way.
pub(super) struct Standing<'a> {
    /// By schema and name, which is unique in it (facts/sql.md §6), with their tables as the source names them.
    holders: HashMap<(FullName, String), (Securable, &'a KeyOutline)>,
    /// The foreign keys, by what they point to.
    pointing: HashMap<&'a [String; 3], Vec<(Securable, &'a KeyOutline)>>,
    /// Foreign keys that make way for a primary key that they point to, by the source's name of their table and their own.
    dropped: BTreeSet<(FullName, String)>,
}

impl<'a> Standing<'a> {
    pub(super) fn of(builder: &Builder<'a>) -> Self {
        let (mut holders, mut pointing) = (HashMap::new(), HashMap::<_, Vec<_>>::new());
        for (schema, contents) in &builder.inventories.destination.schemas {
            let schema = builder.schema_name(schema);
            for (name, table) in &contents.tables {
                for key in &table.key_outlines {
                    let table = Securable::new(Kind::Table, schema.child(name.clone()));
                    if let Some(references) = &key.references {
                        pointing.entry(references).or_default().push((table.clone(), key));
                    }
                    holders.insert((schema.to_lowercase(), key.name.clone()), (table, key));
                }
            }
        }
        Self { holders, pointing, dropped: BTreeSet::new() }
    }

    pub(super) fn is_dropped(&self, securable: &Securable, own: &KeyOutline) -> bool {
        self.dropped.contains(&(securable.name.to_lowercase(), own.name.clone()))
    }

    /// The key of that name in the schema of a table, if another table has it.
    fn holder(&self, table: &Securable, key: &str) -> Option<&(Securable, &'a KeyOutline)> {
        let schema = table.name.parent()?.to_lowercase();
        let is_other =
            |(holder, _): &&(Securable, _)| holder.name.to_lowercase() != table.name.to_lowercase();
        self.holders.get(&(schema, key.to_owned())).filter(is_other)
    }
}

/// Checks that no other table of the destination has the name of a key.
///
/// # Errors
/// One has, and keeps it.
pub(super) fn require_free(
    builder: &Builder<'_>,
    securable: &Securable,
    wanted: &KeyOutline,
    standing: &Standing<'_>,
) -> Result<(), String> {
    let Some((other, holder)) = standing.holder(securable, &wanted.name) else { return Ok(()) };
    let destination = builder.inventories.destination.table(&other.name);
    let outlines = destination.map(|table| table.key_outlines.as_slice()).unwrap_or_default();
    let stays = builder.inventories.source.table(&other.name).is_none_or(|source| {
        let own = own_keys(builder, (source, facet_of(holder)), outlines);
        own.iter().any(|own| own.name == wanted.name)
    });
    if stays {
        let (key, table) = (&wanted.name, builder.renamed(&other.name).dotted());
        return Err(format!("the key `{key}` of {table} has its name"));
    }
    Ok(())
}

/// Drops the keys of a table that are in the way, and before them the foreign keys that point to them, which are made
/// again with the others.
pub(super) fn clear(
    builder: &mut Builder<'_>,
    (securable, destination): (&Securable, Option<&Table>),
    in_the_way: &[&KeyOutline],
    standing: &mut Standing<'_>,
) -> Result<Vec<StepId>, String> {
    let pointing_to = |own: &KeyOutline| {
        let place = place(builder, securable, own);
        place.and_then(|place| standing.pointing.get(&place).cloned()).unwrap_or_default()
    };
    let pointing: Vec<_> = in_the_way.iter().map(|own| (*own, pointing_to(own))).collect();
    for (table, foreign) in pointing.iter().flat_map(|(_, pointing)| pointing) {
        if !is_wanted(builder, table, foreign) {
            let (key, dotted) = (&foreign.name, builder.renamed(&table.name).dotted());
            let why = if in_source(builder, table, foreign).is_some() {
                "and this run does not make that again"
            } else {
                "which the source does not have"
            };
            return Err(format!("the key `{key}` of {dotted} points to it, {why}"));
        }
    }
    let mut after = Vec::new();
    for (own, pointing) in pointing {
        let mut before = Vec::new();
        for (table, foreign) in pointing {
            if standing.dropped.insert((table.name.to_lowercase(), foreign.name.clone())) {
                let kept = builder.inventories.destination.table(&table.name);
                before.extend(drop_key(builder, &table, kept, foreign, Vec::new()));
            }
        }
        after.extend(drop_key(builder, securable, destination, own, before));
    }
    Ok(after)
}

/// The place of a primary key, as foreign keys refer to it.
fn place(builder: &Builder<'_>, securable: &Securable, own: &KeyOutline) -> Option<[String; 3]> {
    let schema = securable.name.schema()?.as_str().to_lowercase();
    let catalog = builder.settings.destination.as_str().to_lowercase();
    own.is_primary().then(|| [catalog, schema, own.name.clone()])
}

/// Whether a foreign key of the destination will be made again, as the source has it.
fn is_wanted(builder: &Builder<'_>, table: &Securable, foreign: &KeyOutline) -> bool {
    let planned = builder.planned(table).is_some_and(|planned| {
        !matches!(planned.change, PlannedChange::Skip { .. }) && builder.touches(&planned.change)
    });
    let in_source = in_source(builder, table, foreign).filter(|_| planned);
    in_source.is_some_and(|(source, outline)| key(builder, source, outline).is_ok())
}

/// The source's foreign key of that name.
fn in_source<'a>(
    builder: &Builder<'a>,
    table: &Securable,
    foreign: &KeyOutline,
) -> Option<(&'a Table, &'a KeyOutline)> {
    let source = builder.inventories.source.table(&table.name)?;
    let is_meant = |outline: &&KeyOutline| !outline.is_primary() && outline.name == foreign.name;
    Some((source, source.key_outlines.iter().find(is_meant)?))
}

/// Drops a key, if it is there; undone, it is made again as it was.
fn drop_key(
    builder: &mut Builder<'_>,
    securable: &Securable,
    destination: Option<&Table>,
    own: &KeyOutline,
    after: Vec<StepId>,
) -> Option<StepId> {
    let table = builder.renamed(&securable.name);
    let drop = RestCall::DropKey { table: table.clone(), key: Identifier::new(&own.name).ok()? };
    let mut step = NewStep::new(facet_of(own), drop, Expectation::Present);
    step.inverse = destination
        .and_then(|destination| found(destination, own))
        .map(|key| RestCall::AddKey(Box::new(body(&table, key))).into());
    (step.depends_on, step.after) = (builder.definition_step(securable).into_iter().collect(), after);
    builder.step(securable, step)
}
