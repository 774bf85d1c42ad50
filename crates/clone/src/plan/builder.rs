//! A plan in the making: what every planner of a kind adds to.

mod guarding;

use std::collections::{BTreeMap, HashMap};

use clxs_api::table::CreateTableConstraint;
use clxs_api::{FullName, Identifier, SecurableKind};

use super::policy::{Needs, Policing};
use super::{Action, Expectation, Facet, Finding, Plan, PlannedChange, PlannedSecurable, Step, StepId};
use crate::inventory::{Grants, Inventories, Schema, Tags};
use crate::outcome::{FacetOutcome, FacetStatus};
use crate::settings::{LoadType, OnError, ProtectedTables, Settings};
use crate::{Kind, Securable};

/// The facets that securables of all kinds have.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Facets<'a> {
    pub(super) owner: Option<&'a str>,
    pub(super) comment: Option<&'a str>,
    pub(super) grants: Option<&'a Grants>,
    /// Absent for kinds without tags.
    pub(super) tags: Option<&'a Tags>,
}

/// The facets of a securable on both sides.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sides<'a> {
    pub(super) source: Facets<'a>,
    /// Absent for what the run makes: it has no facets, and the caller owns it.
    pub(super) destination: Option<Facets<'a>>,
}

/// A securable on its way into the plan.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) source: Securable,
    pub(super) change: PlannedChange,
    pub(super) sides: Sides<'a>,
    pub(super) table: Option<&'a crate::inventory::Table>,
    pub(super) facets: Vec<FacetOutcome>,
}

/// A step on its way into the plan.
#[derive(Debug)]
pub(super) struct NewStep {
    pub(super) facet: Facet,
    pub(super) action: Action,
    pub(super) inverse: Option<Action>,
    pub(super) depends_on: Vec<StepId>,
    pub(super) after: Vec<StepId>,
    pub(super) expects: Expectation,
    pub(super) size: Option<u64>,
}

impl NewStep {
    pub(super) fn new(facet: Facet, action: impl Into<Action>, expects: Expectation) -> Self {
        let action = action.into();
        let (depends_on, after) = (Vec::new(), Vec::new());
        Self { facet, action, inverse: None, depends_on, after, expects, size: None }
    }
}

#[derive(Debug)]
pub(super) struct Builder<'a> {
    pub(super) inventories: &'a Inventories,
    pub(super) settings: &'a Settings,
    securables: Vec<PlannedSecurable>,
    sides: Vec<Sides<'a>>,
    steps: Vec<Step>,
    findings: Vec<Finding>,
    /// Protected tables that are left out, and why.
    refused: Vec<(FullName, String)>,
    /// Positions in `securables` by what the source calls them: a table and a function may share a full name.
    positions: HashMap<(SecurableKind, FullName), usize>,
    /// What the destination keeps more open than the source has it, by the source's names, and how.
    open: BTreeMap<FullName, String>,
    /// Hooks that come before every other step.
    before_everything: Vec<(StepId, OnError)>,
    /// Positions of what is in each container.
    children: HashMap<FullName, Vec<usize>>,
    /// What views, functions and guarded tables of the source need.
    pub(super) needs: Needs,
    /// The policies of the source, and the tables that they are about.
    pub(super) policing: Policing<'a>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(inventories: &'a Inventories, settings: &'a Settings) -> Self {
        Self {
            inventories,
            settings,
            securables: Vec::new(),
            sides: Vec::new(),
            steps: Vec::new(),
            findings: Vec::new(),
            refused: Vec::new(),
            positions: HashMap::new(),
            open: BTreeMap::new(),
            before_everything: Vec::new(),
            children: HashMap::new(),
            needs: Needs::new(),
            policing: Policing::default(),
        }
    }

    pub(super) fn source(&self) -> FullName {
        FullName::of_catalog(self.settings.source.to_lowercase())
    }

    /// The destination's name of something of the source.
    pub(super) fn renamed(&self, source: &FullName) -> FullName {
        source.in_catalog(&self.settings.destination.to_lowercase())
    }

    /// Whether catalogs and schemas that exist are brought to what they are in the source.
    pub(super) fn touches_containers(&self) -> bool {
        self.settings.load_type == LoadType::Full
    }

    /// Whether the facets of something that exists are: `SELECTIVE` keeps to what it replaces, and so does `INCREMENTAL`,
    /// which replaces what an earlier run began and did not end.
    pub(super) fn touches(&self, change: &PlannedChange) -> bool {
        match self.settings.load_type {
            LoadType::Full => true,
            LoadType::Selective | LoadType::Incremental => matches!(change, PlannedChange::Replace { .. }),
        }
    }

    /// Adds a securable; parents come before children.
    pub(super) fn add(&mut self, entry: Entry<'a>) {
        let position = self.securables.len();
        self.positions.insert(place(&entry.source), position);
        let Securable { kind, name } = entry.source;
        if let Some(parent) = name.parent() {
            self.children.entry(parent).or_default().push(position);
        }
        self.securables.push(PlannedSecurable {
            kind,
            destination: self.renamed(&name),
            source: name,
            source_format: entry.table.and_then(|table| table.format.clone()),
            source_version: entry.table.and_then(|table| table.as_of.as_ref()?.version()),
            change: entry.change,
            steps: Vec::new(),
            lost_keys: Vec::new(),
            facets: entry.facets,
        });
        self.sides.push(entry.sides);
    }

    /// Adds a step for a securable that was added before.
    pub(super) fn step(&mut self, source: &Securable, step: NewStep) -> Option<StepId> {
        let position = *self.positions.get(&place(source))?;
        let id = StepId(u32::try_from(self.steps.len()).ok()?);
        let planned = &mut self.securables[position];
        planned.steps.push(id);
        let securable = planned.in_destination();
        self.steps.push(Step {
            id,
            securable,
            facet: step.facet,
            action: step.action,
            inverse: step.inverse,
            depends_on: step.depends_on,
            after: step.after,
            expects: step.expects,
            size: step.size,
        });
        Some(id)
    }

    /// Notes the keys that a table loses by being made anew.
    pub(super) fn loses_keys(&mut self, source: &Securable, keys: Vec<CreateTableConstraint>) {
        if let Some(position) = self.positions.get(&place(source)) {
            self.securables[*position].lost_keys = keys;
        }
    }

    /// Everything waits for these hooks; the failure of one that must not fail keeps it from being done.
    pub(super) fn before_everything(&mut self, hooks: Vec<(StepId, OnError)>) {
        self.before_everything = hooks;
    }

    /// All steps so far.
    pub(super) fn all_steps(&self) -> Vec<StepId> {
        self.steps.iter().map(|step| step.id).collect()
    }

    /// Notes the fate of a facet that needs no step. It is carried only where nothing else is to be said of it.
    pub(super) fn facet(&mut self, source: &Securable, facet: Facet, status: FacetStatus) {
        let Some(&position) = self.positions.get(&place(source)) else { return };
        let facets = &mut self.securables[position].facets;
        if status != FacetStatus::Carried {
            facets.retain(|known| known.facet != facet || known.status != FacetStatus::Carried);
        } else if facets.iter().any(|known| known.facet == facet) {
            return;
        }
        facets.push(FacetOutcome { facet, status });
    }

    pub(super) fn finding(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Notes a protected table that nobody may copy.
    pub(super) fn refused(&mut self, source: &Securable, reason: &str) {
        self.refused.push((source.name.clone(), reason.to_owned()));
    }

    /// Protected tables that are left out, where the settings call that an error.
    pub(super) fn take_refused(&mut self) -> Vec<(FullName, String)> {
        let is_error = self.settings.protected_tables == ProtectedTables::Fail;
        std::mem::take(&mut self.refused).into_iter().filter(|_| is_error).collect()
    }

    pub(super) fn planned(&self, source: &Securable) -> Option<&PlannedSecurable> {
        self.positions.get(&place(source)).map(|&position| &self.securables[position])
    }

    /// The step that makes or replaces a securable.
    pub(super) fn definition_step(&self, source: &Securable) -> Option<StepId> {
        self.last_step(source, Facet::Definition)
    }

    /// Whether a securable is made anew, so that nothing is left of what it had.
    pub(super) fn is_made_anew(&self, source: &Securable) -> bool {
        let makes = |id: &StepId| self.steps[id.index()].action.makes_anew();
        self.steps_for(source).iter().any(makes)
    }

    /// The last step that brings about a facet of a securable.
    pub(super) fn last_step(&self, source: &Securable, facet: Facet) -> Option<StepId> {
        self.steps_for(source).iter().copied().rfind(|id| self.steps[id.index()].facet == facet)
    }

    /// All steps of a securable so far.
    pub(super) fn steps_for(&self, source: &Securable) -> &[StepId] {
        self.planned(source).map_or(&[], |planned| &planned.steps)
    }

    /// What must have succeeded before something in this container may be made or opened: the steps that make
    /// or isolate it or, when it is there already, those of the container around it.
    pub(super) fn container_steps(&self, container: &FullName) -> Vec<StepId> {
        let blocks =
            |id: &&StepId| matches!(self.steps[id.index()].facet, Facet::Definition | Facet::Isolation);
        let kind = if container.schema().is_none() { Kind::Catalog } else { Kind::Schema };
        let steps = self.steps_for(&Securable::new(kind, container.clone()));
        let own: Vec<_> = steps.iter().filter(blocks).copied().collect();
        match container.parent() {
            Some(parent) if own.is_empty() => self.container_steps(&parent),
            _ => own,
        }
    }

    /// What must have succeeded before something may be made: its container.
    pub(super) fn steps_around(&self, source: &FullName) -> Vec<StepId> {
        source.parent().map(|container| self.container_steps(&container)).unwrap_or_default()
    }

    /// Every securable of the source that is not left out and may be touched, with the facets that all have, children
    /// last.
    pub(super) fn taking_part(&self) -> Vec<(Securable, Sides<'a>)> {
        let takes_part = |(planned, sides): &(&PlannedSecurable, &Sides<'a>)| self.takes_part(planned, sides);
        self.securables
            .iter()
            .zip(&self.sides)
            .filter(takes_part)
            .map(|(planned, sides)| (Securable::new(planned.kind, planned.source.clone()), *sides))
            .collect()
    }

    fn takes_part(&self, planned: &PlannedSecurable, sides: &Sides<'_>) -> bool {
        let is_left_out = matches!(planned.change, PlannedChange::Skip { .. });
        !is_left_out && (sides.destination.is_none() || self.touches(&planned.change))
    }

    /// The facets that all have, of a securable that is not left out and may be touched.
    pub(super) fn sides_of(&self, source: &Securable) -> Option<Sides<'a>> {
        let position = *self.positions.get(&place(source))?;
        let (planned, sides) = (self.securables.get(position)?, self.sides.get(position)?);
        self.takes_part(planned, sides).then_some(*sides)
    }

    /// Whether the destination has a securable already, and keeps it.
    pub(super) fn is_kept(&self, source: &Securable) -> bool {
        let position = self.positions.get(&place(source));
        position.is_some_and(|position| self.sides[*position].destination.is_some())
    }

    /// The steps so far that bring about this facet of a securable.
    pub(super) fn facet_steps(&self, source: &Securable, facet: Facet) -> Vec<StepId> {
        let is_meant = |id: &StepId| self.steps[id.index()].facet == facet;
        self.steps_for(source).iter().copied().filter(is_meant).collect()
    }

    /// The steps so far that need each step.
    pub(super) fn steps_behind(&self) -> HashMap<StepId, Vec<StepId>> {
        let mut behind: HashMap<StepId, Vec<StepId>> = HashMap::new();
        for step in &self.steps {
            for earlier in &step.depends_on {
                behind.entry(*earlier).or_default().push(step.id);
            }
        }
        behind
    }

    /// The texts that read or call each securable directly, by its name.
    pub(super) fn readers(&self) -> HashMap<&FullName, Vec<&Securable>> {
        let mut readers: HashMap<_, Vec<_>> = HashMap::new();
        for (text, needed) in &self.needs {
            for needed in needed {
                readers.entry(&needed.name).or_default().push(text);
            }
        }
        readers
    }

    /// The steps so far of everything inside a container.
    pub(super) fn steps_inside(&self, container: &FullName) -> Vec<StepId> {
        let children = self.children.get(container).into_iter().flatten();
        let children = children.map(|&position| &self.securables[position]);
        children.flat_map(|child| [child.steps.clone(), self.steps_inside(&child.source)].concat()).collect()
    }

    /// The destination's securable for one of the source.
    pub(super) fn in_destination(&self, source: &Securable) -> Securable {
        match self.planned(source) {
            Some(planned) => planned.in_destination(),
            None => Securable::new(source.kind, self.renamed(&source.name)),
        }
    }

    /// What takes part of one kind, by its name in the source, with the destination's of that name.
    pub(super) fn pairs<T: 'a>(
        &self,
        of_kind: for<'s> fn(&'s Schema) -> &'s BTreeMap<Identifier, T>,
    ) -> impl Iterator<Item = (FullName, &'a T, Option<&'a T>)> + use<'a, T> {
        let (catalog, inventories) = (self.source(), self.inventories);
        inventories.source.taking_part().flat_map(move |(schema_name, schema)| {
            let existing = inventories.destination.schemas.get(schema_name).map(of_kind);
            let schema_name = catalog.child(schema_name.clone());
            let pair = move |(name, source)| {
                (schema_name.child(Identifier::clone(name)), source, existing.and_then(|own| own.get(name)))
            };
            of_kind(schema).iter().map(pair)
        })
    }

    pub(super) fn schema_name(&self, schema: &Identifier) -> FullName {
        self.source().child(schema.clone())
    }

    /// What is unchanged but has steps is changed.
    pub(super) fn finish(mut self) -> Plan {
        let hooks = std::mem::take(&mut self.before_everything);
        let is_hook = |id: StepId| hooks.iter().any(|(hook, _)| *hook == id);
        for step in self.steps.iter_mut().filter(|step| step.depends_on.is_empty() && !is_hook(step.id)) {
            for (id, on_error) in &hooks {
                let edges = if *on_error == OnError::Fail { &mut step.depends_on } else { &mut step.after };
                edges.push(*id);
            }
        }
        for planned in &mut self.securables {
            if planned.change == PlannedChange::Unchanged && !planned.steps.is_empty() {
                planned.change = PlannedChange::Change;
            }
        }
        Plan {
            source: self.settings.source.to_lowercase(),
            destination: self.settings.destination.to_lowercase(),
            clone_type: self.settings.clone_type,
            load_type: self.settings.load_type,
            consistent_at: self.inventories.consistent_at,
            undoes: None,
            keeps: false,
            securables: self.securables,
            steps: self.steps,
            findings: self.findings,
        }
    }
}

/// What tells securables apart: names are shared by whatever REST calls by one kind.
fn place(source: &Securable) -> (SecurableKind, FullName) {
    (source.kind.securable_kind(), source.name.clone())
}
