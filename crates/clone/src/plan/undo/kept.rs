//! What a rollback leaves as it is: tables that somebody changed, and whatever these need.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use clxs_api::FullName;

use super::Undo;
use crate::plan::{Action, AddedKey, Facet, Plan, PlannedSecurable, RestCall, Step, StepId};

/// What stays, and why.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Securables of the destination.
    securables: BTreeMap<FullName, String>,
    /// Steps about containers whose own definition may go, and about foreign keys, with the table that needs what they did.
    steps: BTreeMap<StepId, FullName>,
}

impl Kept {
    /// What these tables need, as the steps of the run say: functions of their guards, policies and the tags that these go by,
    /// keys that theirs point to. Without them their rows would be open, or nobody could read them.
    pub(super) fn of(undo: &Undo<'_>) -> Self {
        let mut kept = Self { securables: undo.kept.clone(), steps: BTreeMap::new() };
        let mut left: Vec<FullName> = undo.kept.keys().cloned().collect();
        let mut steps: HashMap<_, Vec<_>> = HashMap::new();
        for step in undo.plan.steps.iter().filter(|_| !left.is_empty()) {
            steps.entry(&step.securable.name).or_default().push(step);
        }
        while let Some(name) = left.pop() {
            for needed in needed(undo, steps.get(&name).map_or(&[], Vec::as_slice)) {
                if is_in_container(&needed.securable.name) {
                    let needed = &needed.securable.name;
                    if !kept.securables.contains_key(needed) {
                        let reason = format!("{}, which is kept, needs it", name.dotted());
                        kept.securables.insert(needed.clone(), reason);
                        left.push(needed.clone());
                    }
                } else if needed.facet != Facet::Definition {
                    kept.steps.entry(needed.id).or_insert_with(|| name.clone());
                }
            }
        }
        kept.with_keys(undo.plan).with_containers()
    }

    /// A foreign key that the run took from a primary key and made again leads to the one that its table is kept with: were
    /// it what it was before, nothing could undo the primary key later.
    fn with_keys(mut self, plan: &Plan) -> Self {
        let dropped = |step| Some((dropped_key(step)?, step.inverse.as_ref()?.added_key()?.parent?));
        let dropped = plan.steps.iter().filter_map(dropped);
        let kept: HashMap<_, _> = dropped.chain(plan.securables.iter().flat_map(lost_keys)).collect();
        for step in &plan.steps {
            let parent = dropped_key(step).or_else(|| added_key(step)).and_then(|key| kept.get(&key));
            if let Some(parent) = parent.filter(|parent| self.has(parent)) {
                self.steps.entry(step.id).or_insert_with(|| parent.clone());
            }
        }
        self
    }

    /// Whether a securable is kept.
    pub(super) fn has(&self, name: &FullName) -> bool {
        self.securables.contains_key(name)
    }

    /// Containers cannot be removed while they hold something that is kept.
    fn with_containers(mut self) -> Self {
        let names: Vec<_> = self.securables.keys().cloned().collect();
        for table in names {
            let mut inner = table.clone();
            while let Some(container) = inner.parent() {
                let reason = format!("it holds {}, which is kept", table.dotted());
                self.securables.entry(container.clone()).or_insert(reason);
                inner = container;
            }
        }
        self
    }

    /// Why a securable is kept.
    pub(super) fn reason(&self, name: &FullName) -> Option<&String> {
        self.securables.get(name)
    }

    /// The kept table that needs what a step did to a container.
    pub(super) fn needed_by(&self, step: &Step) -> Option<&FullName> {
        self.steps.get(&step.id)
    }

    /// Whether what a step did stays. A table is kept with all its facets, a container as such.
    pub(super) fn keeps(&self, step: &Step) -> bool {
        let name = &step.securable.name;
        let is_whole = is_in_container(name) || step.facet == Facet::Definition;
        self.steps.contains_key(&step.id) || is_whole && self.securables.contains_key(name)
    }
}

/// The steps of others that were done and that the steps about a securable needed, directly or through others.
fn needed<'a>(undo: &Undo<'a>, own: &[&Step]) -> Vec<&'a Step> {
    let mut left: Vec<StepId> = own.iter().flat_map(|step| step.depends_on.clone()).collect();
    let mut seen: BTreeSet<StepId> = own.iter().map(|step| step.id).collect();
    let mut needed = Vec::new();
    while let Some(id) = left.pop() {
        if !seen.insert(id) {
            continue;
        }
        let Some(step) = undo.plan.step(id) else { continue };
        left.extend(&step.depends_on);
        if undo.done.contains(&id) {
            needed.push(step);
        }
    }
    needed
}

/// A key, by its table and its name in lower case.
type KeyName<'a> = (&'a FullName, String);

fn dropped_key(step: &Step) -> Option<KeyName<'_>> {
    let Action::Rest(RestCall::DropKey { key, .. }) = &step.action else { return None };
    Some((&step.securable.name, key.as_str().to_lowercase()))
}

/// The foreign keys that a table lost, and what they point to.
fn lost_keys(planned: &PlannedSecurable) -> impl Iterator<Item = (KeyName<'_>, FullName)> {
    planned.lost_keys.iter().filter_map(|key| {
        let key = AddedKey::of(key)?;
        Some(((&planned.destination, key.name), key.parent?))
    })
}

/// The name of a foreign key that a step makes.
fn added_key(step: &Step) -> Option<KeyName<'_>> {
    let key = step.action.added_key().filter(|key| key.parent.is_some())?;
    Some((&step.securable.name, key.name))
}

/// Whether it is in a schema.
fn is_in_container(name: &FullName) -> bool {
    name.parent().is_some_and(|parent| parent.parent().is_some())
}
