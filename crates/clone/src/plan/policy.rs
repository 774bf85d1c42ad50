//! Plans policies by attribute: those of the source on the securables of the destination, before any row arrives that they
//! are about. The destination's own stay.

pub(super) mod cover;
pub(super) mod dropped;
pub(super) mod empty;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use clxs_api::FullName;

use super::builder::{Builder, NewStep};
use super::text::{no_such_guard, relation, routine};
use super::{Expectation, Facet, RestCall, StepId, lookup, tag};
use crate::inventory::{EVERYBODY, Inventory, Known, Policies, Policy, Premise, Table, Tags, Unusable};
use crate::outcome::FacetStatus;
use crate::settings::{CloneType, ProtectedTables, RowScope, Settings};
use crate::{Kind, Securable};

/// What texts need, by text.
pub(super) type Needs = BTreeMap<Securable, Vec<Securable>>;

/// The tables of the source that its policies are, or may be, about, and what is planned of the policies so far.
#[derive(Debug, Default)]
pub(super) struct Policing<'a> {
    governed: BTreeMap<FullName, Vec<Given<'a>>>,
    planned: HashMap<(Securable, String), Planned>,
}

/// A policy of the source, and what it is on.
#[derive(Debug, Clone)]
struct Given<'a> {
    on: Securable,
    /// Its name in lower case.
    name: &'a str,
    policy: &'a Result<Policy, Unusable>,
    /// Whether it surely is about the table.
    is_sure: bool,
}

/// What became of a policy: its step, if it needs one, or why it cannot be made.
type Planned = Result<Option<StepId>, String>;

impl<'a> Policing<'a> {
    /// Judges which policies are about which tables. A table that the function of a policy reads is not under it.
    pub(super) fn new(builder: &Builder<'a>, needs: &Needs) -> Self {
        let (inventories, settings) = (builder.inventories, builder.settings);
        let source = &inventories.source;
        let mut governed = BTreeMap::new();
        let tables = builder.pairs(|schema| &schema.tables);
        for (name, table, _) in tables.filter(|(_, table, _)| table.kind == Kind::Table) {
            let mut given = over(source, &name, table);
            given.retain(|given| {
                !own_function(settings, given)
                    .is_some_and(|function| reaches(needs, &routine(function), &relation(&name)))
            });
            if !given.is_empty() {
                governed.insert(name, given);
            }
        }
        Self { governed, planned: HashMap::new() }
    }

    /// Whether policies are, or may be, about a table.
    pub(super) fn is_about(&self, table: &FullName) -> bool {
        self.governed.contains_key(table)
    }

    /// The tables that wait for policies, with the functions that these call.
    pub(super) fn needs(&self, settings: &Settings) -> impl Iterator<Item = (&FullName, Vec<Securable>)> {
        self.governed.iter().map(|(table, given)| {
            let functions = given.iter().filter_map(|given| own_function(settings, given));
            (table, functions.collect::<BTreeSet<_>>().into_iter().map(routine).collect())
        })
    }

    /// The tables in a container that policies are, or may be, about.
    fn inside(&self, container: &FullName) -> impl Iterator<Item = &FullName> {
        let begin = self.governed.range(container.clone()..);
        begin.map(|(table, _)| table).take_while(|table| table.parts().starts_with(container.parts()))
    }

    fn over(&self, table: &FullName) -> &[Given<'a>] {
        self.governed.get(table).map_or(&[], Vec::as_slice)
    }
}

/// The securables whose policies are about a table, outermost first.
fn scopes(table: &FullName) -> [Option<Securable>; 3] {
    let schema = table.parent();
    let catalog = schema.as_ref().and_then(FullName::parent);
    [
        catalog.map(|name| Securable::new(Kind::Catalog, name)),
        schema.map(|name| Securable::new(Kind::Schema, name)),
        Some(Securable::new(Kind::Table, table.clone())),
    ]
}

/// The policies that are, or may be, about a table.
fn over<'a>(source: &'a Inventory, name: &FullName, table: &Table) -> Vec<Given<'a>> {
    if !source.has_policies_over(name) {
        return Vec::new();
    }
    let is_unread = |facet| source.unread.contains_key(&facet);
    let sees_tags = !is_unread(Facet::Tags) && !is_unread(Facet::ColumnTags);
    let tags = inherited(source, name, table);
    let is_about = |policy: &Policy| {
        if sees_tags || !policy.goes_by_tags() { policy.is_about(&tags, &table.column_tags) } else { None }
    };
    let mut over = Vec::new();
    for on in scopes(name).into_iter().flatten() {
        let policies = source.policies_on(&on).into_iter().flatten();
        over.extend(policies.filter_map(|(name, policy)| {
            let is_about = match policy {
                Ok(policy) => is_about(policy),
                Err(unusable) if unusable.hides => None,
                Err(_) => Some(false),
            };
            let is_sure = is_about == Some(true);
            (is_about != Some(false)).then(|| Given { on: on.clone(), name, policy, is_sure })
        }));
    }
    over
}

/// The tags of a table, and those that it inherits: the nearest value counts.
fn inherited(source: &Inventory, name: &FullName, table: &Table) -> Tags {
    let mut tags = source.catalog.as_ref().map(|catalog| catalog.tags.clone()).unwrap_or_default();
    let schema = name.schema().and_then(|schema| source.schemas.get(schema));
    tags.extend(schema.into_iter().flat_map(|schema| schema.tags.clone()));
    tags.extend(table.tags.clone());
    tags
}

/// The function of a policy, where it is of the source.
fn own_function<'a>(settings: &Settings, given: &Given<'a>) -> Option<&'a FullName> {
    let function = &given.policy.as_ref().ok()?.function;
    function.catalog().matches(settings.source.as_str()).then_some(function)
}

/// Whether a text needs something, directly or through others.
fn reaches(needs: &Needs, from: &Securable, to: &Securable) -> bool {
    let (mut seen, mut left) = (BTreeSet::new(), vec![from]);
    while let Some(text) = left.pop() {
        if text == to {
            return true;
        }
        if seen.insert(text) {
            left.extend(needs.get(text).into_iter().flatten());
        }
    }
    false
}

/// Why no row of a table may be copied by this caller into this destination; nothing where policies do not stand in the
/// way.
pub(super) fn refusal(builder: &Builder<'_>, table: &FullName) -> Option<String> {
    let (settings, inventories) = (builder.settings, builder.inventories);
    let looks = Looks::of(builder, table);
    let refused = builder.policing.over(table).iter().find_map(|given| {
        let because = |reason: &str| {
            Some(format!("the policy {} on {} is about it, and {reason}", given.name, given.on))
        };
        if settings.protected_tables == ProtectedTables::Skip {
            return because("protected_tables is skip");
        }
        let binds = given.policy.as_ref().map_or(None, |policy| policy.binds(&inventories.identities));
        match (binds, looks) {
            (Some(true), Looks::Clones | Looks::Reads) if given.is_sure => {
                return because("binds you: CLONE is refused, and masked rows are never copied as data");
            }
            (Some(true) | None, Looks::Reads) => {
                let unanswered = inventories.unanswered.as_ref().filter(|_| binds.is_none());
                let unanswered =
                    unanswered.map(|reason| format!("; nobody could tell whether it does: {reason}"));
                let unanswered = unanswered.unwrap_or_default();
                return because(&format!("may bind you: masked rows are never copied as data{unanswered}"));
            }
            _ => {}
        }
        if given.policy.as_ref().is_ok_and(Policy::goes_by_tags) {
            let begin = (table.clone(), String::new());
            let lost = inventories.source.unnameable_tags.range(begin..).next();
            let lost = lost.filter(|(within, _)| within == table);
            let lost = lost.map(|(_, reason)| reason.as_str());
            let reason = if settings.copy.tags { lost } else { Some("copy_tags is off") };
            if let Some(reason) = reason {
                return because(&format!("goes by tags, which are not all carried: {reason}"));
            }
        }
        if given.policy.as_ref().is_ok_and(|policy| !policy.columns.is_empty())
            && let Some(columns) = builder.inventories.source.table(table)?.other_columns_then.as_ref()
        {
            return because(&format!(
                "goes by the tags of columns, and the version that is asked for has others, whose tags nobody knows: \
                 {columns}"
            ));
        }
        because(&cover::lack(builder, table, given, true)?)
    });
    let unread = inventories.source.unread.get(&Facet::Policies).filter(|_| looks == Looks::Reads);
    refused.or_else(|| Some(format!("nobody could read the policies that may hide rows of it: {}", unread?)))
}

/// What must still hold while rows are read that policies could hide.
#[derive(Debug, Default)]
pub(super) struct StillHolds {
    /// Who of the principals of the policies the caller is.
    pub(super) known: Vec<Known>,
    /// The policies over the table.
    pub(super) policies: Vec<(Securable, Policies)>,
}

/// What must still hold while rows are read. Nothing where the platform itself refuses whom a policy binds.
pub(super) fn proof(builder: &Builder<'_>, table: &FullName) -> Option<StillHolds> {
    let inventories = builder.inventories;
    let is_read = builder.settings.copy.security && !inventories.source.unread.contains_key(&Facet::Policies);
    if Looks::of(builder, table) != Looks::Reads || !is_read {
        return None;
    }
    let over = builder.policing.over(table);
    let principals: BTreeSet<_> = over
        .iter()
        .filter_map(|given| given.policy.as_ref().ok())
        .flat_map(|policy| policy.to.iter().chain(&policy.except))
        .filter(|principal| **principal != EVERYBODY && **principal != inventories.caller.name)
        .collect();
    let known = principals.into_iter().filter_map(|principal| {
        let holds = *inventories.identities.get(principal)?;
        Some(Known { premise: Premise::AccountGroup(principal.clone()), holds })
    });
    let policies = scopes(table).into_iter().flatten().map(|on| {
        let policies = inventories.source.policies_on(&on).cloned().unwrap_or_default();
        (on, policies)
    });
    Some(StillHolds { known: known.collect(), policies: policies.collect() })
}

/// What the caller gets to see of a table while it is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Looks {
    /// No row.
    Never,
    /// Rows by `CLONE` or of a version, which the platform refuses whom a policy binds (facts/settled.md §5).
    Clones,
    /// Rows as policies let it see them.
    Reads,
}

impl Looks {
    fn of(builder: &Builder<'_>, table: &FullName) -> Self {
        let source = builder.inventories.source.table(table);
        let has_version = |source: &Table| source.is_open() && source.history.version().is_some();
        match builder.settings.rows_of(table) {
            RowScope::None => Self::Never,
            RowScope::All if source.is_some_and(Table::is_open) => Self::Clones,
            RowScope::Where(_) if source.is_some_and(has_version) => Self::Clones,
            RowScope::All | RowScope::Where(_) => Self::Reads,
        }
    }
}

/// Why a policy cannot be made in the destination, as far as the plan can tell. Where nobody could read what is there, it
/// may be there already.
fn impossible(builder: &Builder<'_>, given: &Given<'_>) -> Option<String> {
    let destination = &builder.inventories.destination;
    let is_known = |policies: &Policies| policies.contains_key(given.name);
    if let Some(unread) = destination.unread.get(&Facet::Policies)
        && destination.policies_on(&given.on).is_some_and(|policies| !is_known(policies))
    {
        return Some(format!("nobody could read the policies of the destination: {unread}"));
    }
    match given.policy {
        Ok(policy) => no_such_guard(builder, &[routine(&policy.function)]),
        Err(unusable) => Some(unusable.reason.clone()),
    }
}

/// Plans all that must be there before the first row of a table is: the policies about it, and the tags that they go by.
/// Returns the steps that the rows wait for. What is on a table that is made by the same step as its rows comes later,
/// and before anybody is granted anything.
pub(super) fn before_rows(builder: &mut Builder<'_>, table: &Securable) -> Vec<StepId> {
    let over = builder.policing.over(&table.name).to_vec();
    if over.is_empty() {
        return Vec::new();
    }
    let is_there = builder.is_kept(table) || builder.definition_step(table).is_some();
    let is_ready = |on: &Securable| is_there || on.kind != Kind::Table;
    scopes(&table.name).iter().flatten().filter(|on| is_ready(on)).for_each(|on| tag::plan_of(builder, on));
    over.iter().filter(|given| is_ready(&given.on)).for_each(|given| plan_one(builder, given));
    protecting(builder, table)
}

/// The steps so far that must have succeeded before somebody may see into a table or, where rows are there before what
/// protects them (`empty::obstacle`), into a container of tables.
pub(super) fn protecting(builder: &Builder<'_>, securable: &Securable) -> Vec<StepId> {
    let has_rows_first = builder.settings.clone_type == CloneType::Shallow;
    let tables: Vec<_> = match securable.kind {
        Kind::Catalog | Kind::Schema if has_rows_first => builder.policing.inside(&securable.name).collect(),
        Kind::Table => vec![&securable.name],
        _ => Vec::new(),
    };
    let mut steps = BTreeSet::new();
    for table in tables {
        let over = builder.policing.over(table);
        let planned = over.iter().filter_map(|given| builder.policing.planned.get(&given.key()));
        steps.extend(planned.filter_map(|planned| planned.as_ref().ok().copied()?));
        let functions: Vec<_> =
            over.iter().filter_map(|given| own_function(builder.settings, given)).map(routine).collect();
        steps.extend(lookup::steps(builder, &functions));
        let tagged = scopes(table).into_iter().flatten().filter(|_| !over.is_empty());
        steps.extend(tagged.flat_map(|on| tag::steps_of(builder, &on)));
    }
    steps.into_iter().collect()
}

/// Whether what is on a table is left alone by a rollback until its rows are gone, and goes with it then.
pub(super) fn goes_with_its_rows(builder: &Builder<'_>, table: &Securable) -> bool {
    builder.policing.is_about(&table.name) && !builder.is_kept(table)
}

/// Plans the policies that no table waits for.
pub(super) fn plan(builder: &mut Builder<'_>) {
    let inventories = builder.inventories;
    for (on, _) in builder.taking_part() {
        if !matches!(on.kind, Kind::Catalog | Kind::Schema | Kind::Table) {
            continue;
        }
        for (name, policy) in inventories.source.policies_on(&on).into_iter().flatten() {
            plan_one(builder, &Given { on: on.clone(), name, policy, is_sure: false });
        }
    }
}

/// Plans a policy, once; the function that it calls was planned before.
fn plan_one(builder: &mut Builder<'_>, given: &Given<'_>) {
    if builder.policing.planned.contains_key(&given.key()) {
        return;
    }
    let planned = match (given.policy, impossible(builder, given)) {
        (Ok(policy), None) => Ok(bring_about(builder, &given.on, given.name, policy)),
        (_, reason) => Err(reason.unwrap_or_default()),
    };
    if let Err(reason) = &planned {
        let status = FacetStatus::Impossible { reason: format!("{}: {reason}", given.name) };
        builder.facet(&given.on, Facet::Policies, status);
    }
    builder.policing.planned.insert(given.key(), planned);
}

/// The step that makes a policy, or makes it what it is to be; nothing when there is nothing to do.
fn bring_about(builder: &mut Builder<'_>, on: &Securable, name: &str, policy: &Policy) -> Option<StepId> {
    let settings = builder.settings;
    let own = builder.inventories.destination.policies_on(on).and_then(|policies| policies.get(name));
    let own = own.filter(|_| builder.is_kept(on));
    let in_destination = builder.in_destination(on);
    let mut wanted = policy.moved(settings);
    if !settings.copy.comments {
        wanted.comment = own.and_then(|own| own.as_ref().ok()?.comment.clone());
    }
    let update = |policy: &Policy| RestCall::UpdatePolicy {
        on: in_destination.clone(),
        policy: Box::new(policy.info(&in_destination)),
    };
    let (action, inverse) = match own {
        None => {
            let delete = RestCall::DeletePolicy { on: in_destination.clone(), name: policy.name.clone() };
            (RestCall::CreatePolicy(Box::new(wanted.info(&in_destination))), Some(delete))
        }
        Some(Ok(own)) if own.is_like(&wanted) => return None,
        Some(_) if builder.sides_of(on).is_none() => return None,
        Some(own) => (update(&wanted), own.as_ref().ok().map(update)),
    };
    let mut step = NewStep::new(Facet::Policies, action, Expectation::Present);
    step.inverse = inverse.filter(|_| !goes_with_its_rows(builder, on)).map(Into::into);
    step.depends_on = match builder.definition_step(on) {
        Some(definition) => vec![definition],
        None if on.kind == Kind::Table => builder.steps_around(&on.name),
        None => builder.container_steps(&on.name),
    };
    step.depends_on.extend(builder.definition_step(&routine(&policy.function)));
    builder.step(on, step)
}

impl Given<'_> {
    fn key(&self) -> (Securable, String) {
        (self.on.clone(), self.name.to_owned())
    }
}
