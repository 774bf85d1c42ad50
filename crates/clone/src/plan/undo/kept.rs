//! What a rollback leaves as it is: what somebody changed, and whatever that needs.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use clxs_api::FullName;

use super::edited::Edit;
use super::{Undo, Whole};
use crate::plan::{Action, AddedKey, Facet, Plan, PlannedSecurable, RestCall, Step, StepId};
use crate::{Kind, Securable};

/// What stays, and why.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Securables of the destination.
    securables: BTreeMap<FullName, String>,
    /// What steps did that stays, whatever becomes of the rest of their securables: to containers, foreign keys and tags.
    steps: BTreeMap<StepId, String>,
}

impl Kept {
    /// What the kept need, as the steps of the run say and as they are now: functions of guards, policies and the tags that these
    /// go by, what texts read, keys that theirs point to. Without them rows would be open, or nobody could read them.
    pub(super) fn of(undo: &Undo<'_>) -> Self {
        let mut kept = Self { securables: undo.kept.clone(), steps: BTreeMap::new() };
        let needs = Needs::of(undo);
        let mut left: Vec<_> = undo.kept.keys().map(|name| needs.holder(name, &[])).collect();
        let edits = undo.edited.iter().filter_map(|(id, edit)| Some((undo.plan.step(*id)?, edit)));
        left.extend(edits.map(|edit| kept.with_edit(edit, &needs)));
        while let Some(holder) = left.pop() {
            for needed in needs.of_holder(&holder) {
                let name = &needed.securable.name;
                if is_in_container(name) {
                    if !kept.has(name) {
                        let reason = format!("{}, which is kept, needs it", holder.told);
                        kept.securables.insert(name.clone(), reason);
                        left.push(needs.holder(name, &[]));
                    }
                } else if needed.facet != Facet::Definition {
                    kept.steps.entry(needed.id).or_insert_with(|| needs_them(&holder.told));
                }
            }
        }
        kept.with_tags(undo, &needs.dropped).with_keys(undo.plan).with_containers()
    }

    /// A policy on a container is kept without what else is done to that, which stays with it.
    fn with_edit<'a>(&mut self, (step, edit): (&'a Step, &'a Edit), needs: &Needs<'a>) -> Holder<'a> {
        let name = &step.securable.name;
        self.securables.entry(name.clone()).or_insert_with(|| edit.why.clone());
        if is_in_container(name) {
            return needs.holder(name, &edit.needs);
        }
        self.steps.insert(step.id, edit.why.clone());
        let told = format!("{} on {}", policy_name(step), step.securable);
        Holder { told, steps: vec![step], needs: &edit.needs, minds_rows: false }
    }

    /// The tags that a kept policy may go by stay, on what it is on, around it and in it, unless they go with a table.
    fn with_tags(mut self, undo: &Undo<'_>, dropped: &HashSet<&Securable>) -> Self {
        let left = undo.left();
        let by_tags = undo.edited.iter().filter(|(_, edit)| edit.goes_by_tags);
        for policy in by_tags.filter_map(|(id, _)| undo.plan.step(*id)) {
            let on = policy.securable.name.parts();
            let is_meant = |step: &&Step| {
                let name = step.securable.name.parts();
                let is_inside = || name.starts_with(on) && !dropped.contains(&step.securable);
                matches!(step.facet, Facet::Tags | Facet::ColumnTags) && (on.starts_with(name) || is_inside())
            };
            let told = format!("{} on {}", policy_name(policy), policy.securable);
            for step in undo.plan.steps.iter().filter(|step| left.contains(&step.id)).filter(is_meant) {
                self.steps.entry(step.id).or_insert_with(|| needs_them(&told));
            }
        }
        self
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
                self.steps.entry(step.id).or_insert_with(|| needs_them(&parent.dotted()));
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

    /// Why what a step did stays, where that is not said of its securable.
    pub(super) fn reason_of_step(&self, step: &Step) -> Option<&String> {
        self.steps.get(&step.id)
    }

    /// Whether what a step did stays. A table is kept with all its facets, a container as such.
    pub(super) fn keeps(&self, step: &Step) -> bool {
        let name = &step.securable.name;
        let is_whole = is_in_container(name) || step.facet == Facet::Definition;
        self.steps.contains_key(&step.id) || is_whole && self.securables.contains_key(name)
    }
}

/// Something that is kept, and may need what the run made or changed.
struct Holder<'a> {
    /// What it is called.
    told: String,
    /// The steps about it.
    steps: Vec<&'a Step>,
    /// What it needs now, whatever these say.
    needs: &'a [FullName],
    /// Whether tables that it needs are kept with their rows, as those of keys and guards are; texts need them to be there.
    minds_rows: bool,
}

/// The steps of a run, to find what is needed.
struct Needs<'a> {
    undo: &'a Undo<'a>,
    /// By what they are about.
    steps: HashMap<&'a FullName, Vec<&'a Step>>,
    /// What undoing them would remove.
    dropped: HashSet<&'a Securable>,
}

impl<'a> Needs<'a> {
    fn of(undo: &'a Undo<'a>) -> Self {
        let mut needs = Self { undo, steps: HashMap::new(), dropped: HashSet::new() };
        if undo.kept.is_empty() && undo.edited.is_empty() {
            return needs;
        }
        for step in &undo.plan.steps {
            needs.steps.entry(&step.securable.name).or_default().push(step);
        }
        needs.dropped = Whole::of(undo.plan, &undo.left()).dropped;
        needs
    }

    fn holder(&self, name: &FullName, needs: &'a [FullName]) -> Holder<'a> {
        let steps = self.steps.get(name).cloned().unwrap_or_default();
        let minds_rows = !steps.iter().any(|step| step.action.makes_text());
        Holder { told: name.dotted(), steps, needs, minds_rows }
    }

    /// The steps of others that were done and that a holder needs, directly or through others.
    fn of_holder(&self, holder: &Holder<'a>) -> Vec<&'a Step> {
        let now = holder.needs.iter().filter_map(|name| self.steps.get(name)).flatten();
        let now = now.filter(|step| step.facet == Facet::Definition).map(|step| step.id);
        let mut left: Vec<_> =
            holder.steps.iter().flat_map(|step| step.depends_on.clone()).chain(now).collect();
        let mut seen: BTreeSet<_> = holder.steps.iter().map(|step| step.id).collect();
        let mut needed = Vec::new();
        while let Some(id) = left.pop() {
            let Some(step) = self.undo.plan.step(id).filter(|_| seen.insert(id)) else { continue };
            let is_table = step.securable.kind == Kind::Table;
            if is_table && !holder.minds_rows && !self.dropped.contains(&step.securable) {
                continue;
            }
            left.extend(&step.depends_on);
            if self.undo.done.contains(&id) {
                needed.push(step);
            }
        }
        needed
    }
}

fn policy_name(step: &Step) -> String {
    let name = step.action.written_policy().and_then(|policy| policy.name.as_deref());
    format!("the policy {}", name.unwrap_or_default())
}

fn needs_them(told: &str) -> String {
    format!("{told}, which is kept, needs them")
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
