//! The plan that undoes a run: the inverses of what was done, in reverse. It is run, shown and journalled like
//! any other plan.

mod order;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use clxs_api::{FullName, Identifier};

use order::Earlier;

use super::{
    Action, Expectation, Facet, Finding, Plan, PlannedChange, PlannedSecurable, RestCall, Statement, Step,
    StepId,
};
use crate::journal::RunId;
use crate::{Kind, Securable};

/// What is known of a run that is to be undone.
pub(crate) struct Undo<'a> {
    pub(crate) run: &'a RunId,
    pub(crate) plan: &'a Plan,
    /// The steps that did what the plan says.
    pub(crate) done: BTreeSet<StepId>,
    /// Tables of the destination that are left as they are, and why.
    pub(crate) kept: BTreeMap<FullName, String>,
}

/// Plans a rollback.
pub(crate) fn undo(undo: &Undo<'_>) -> Plan {
    let kept = undo.with_containers();
    let is_undone =
        |step: &&Step| undo.done.contains(&step.id) && step.inverse.is_some() && !is_kept(&kept, step);
    let undone: Vec<&Step> = undo.plan.steps.iter().rev().filter(is_undone).collect();
    let ids: HashMap<StepId, StepId> =
        (0_u32..).map(StepId).zip(&undone).map(|(new, step)| (step.id, new)).collect();
    let mut steps: Vec<Step> = undone.iter().filter_map(|step| inverse(step, &ids)).collect();
    let earlier = Earlier::of(&undo.plan.steps, &ids);
    for step in &undone {
        let Some(&follower) = ids.get(&step.id) else { continue };
        for id in earlier.needed(step.id) {
            steps[id.index()].depends_on.push(follower);
        }
        for id in earlier.awaited(step.id) {
            steps[id.index()].after.push(follower);
        }
    }
    let mut securables = securables(undo, &kept, &ids);
    remove_default_schema(&undo.plan.destination, &mut steps, &mut securables);
    Plan {
        undoes: Some(undo.run.clone()),
        securables,
        steps,
        findings: findings(undo, &kept),
        ..undo.plan.clone()
    }
}

/// The platform gives a schema `default` to every new catalog, and removes no catalog that holds one. Where the run made
/// nothing of it, it goes right before the catalog; if somebody else did, it stays, and the catalog with it.
fn remove_default_schema(
    destination: &Identifier,
    steps: &mut Vec<Step>,
    securables: &mut [PlannedSecurable],
) {
    let catalog = FullName::of_catalog(destination.to_lowercase());
    let (Ok(name), Ok(id)) = (Identifier::new("default"), u32::try_from(steps.len()).map(StepId)) else {
        return;
    };
    let drop = |kind, name: &FullName| Action::from(Statement::Drop(Securable::new(kind, name.clone())));
    let drop_schema = drop(Kind::Schema, &catalog.child(name));
    if steps.iter().any(|step| step.action == drop_schema) {
        return;
    }
    let drop_catalog = drop(Kind::Catalog, &catalog);
    let Some(step) = steps.iter_mut().find(|step| step.action == drop_catalog) else { return };
    // The schema's step takes the place of the catalog's, which nothing waits for, and is the last one then.
    let before = step.id;
    let last = Step { id, depends_on: vec![before], ..step.clone() };
    step.action = drop_schema;
    steps.push(last);
    if let Some(planned) = securables.iter_mut().find(|planned| planned.steps.contains(&before)) {
        planned.steps.push(id);
    }
}

impl Undo<'_> {
    /// What is kept, and the containers that cannot be removed while they hold it.
    fn with_containers(&self) -> BTreeMap<FullName, String> {
        let mut kept = self.kept.clone();
        for table in self.kept.keys() {
            let mut inner = table.clone();
            while let Some(container) = inner.parent() {
                let reason = format!("it holds {}, which is kept", table.dotted());
                kept.entry(container.clone()).or_insert(reason);
                inner = container;
            }
        }
        kept
    }
}

/// A table is kept with all its facets, a container only as such.
fn is_kept(kept: &BTreeMap<FullName, String>, step: &Step) -> bool {
    let is_container = step.securable.name.parent().is_none_or(|parent| parent.parent().is_none());
    kept.contains_key(&step.securable.name) && (!is_container || step.facet == Facet::Definition)
}

fn inverse(step: &Step, ids: &HashMap<StepId, StepId>) -> Option<Step> {
    Some(Step {
        id: *ids.get(&step.id)?,
        securable: step.securable.clone(),
        facet: step.facet,
        action: step.inverse.clone()?,
        inverse: None,
        depends_on: Vec::new(),
        after: Vec::new(),
        expects: Expectation::Present,
        size: None,
    })
}

/// What was touched, innermost first.
fn securables(
    undo: &Undo<'_>,
    kept: &BTreeMap<FullName, String>,
    ids: &HashMap<StepId, StepId>,
) -> Vec<PlannedSecurable> {
    let was_touched = |planned: &&PlannedSecurable| planned.steps.iter().any(|id| undo.done.contains(id));
    let touched = undo.plan.securables.iter().rev().filter(was_touched);
    touched
        .map(|planned| {
            let steps: Vec<_> = planned.steps.iter().rev().filter_map(|id| ids.get(id)).copied().collect();
            let change = match kept.get(&planned.destination) {
                Some(reason) if steps.is_empty() => PlannedChange::Skip { reason: reason.clone() },
                _ if steps.is_empty() => {
                    PlannedChange::Skip { reason: "nothing undoes what was done".to_owned() }
                }
                _ => PlannedChange::Undo,
            };
            PlannedSecurable { change, steps, facets: Vec::new(), ..planned.clone() }
        })
        .collect()
}

/// What is undone as a whole, and what is on it with it.
struct Whole<'a> {
    dropped: HashSet<&'a Securable>,
    restored: HashSet<&'a Securable>,
}

impl<'a> Whole<'a> {
    fn of(undo: &Undo<'a>) -> Self {
        let mut whole = Self { dropped: HashSet::new(), restored: HashSet::new() };
        for step in undo.plan.steps.iter().filter(|step| undo.done.contains(&step.id)) {
            match &step.inverse {
                Some(Action::Statement(Statement::Drop(_)) | Action::Rest(RestCall::DeleteModel { .. })) => {
                    whole.dropped.insert(&step.securable)
                }
                Some(Action::Statement(Statement::RestoreTable { .. })) => {
                    whole.restored.insert(&step.securable)
                }
                _ => false,
            };
        }
        whole
    }

    /// What is on a securable that is dropped goes with it, and so does what is on a column that a table loses. That the
    /// platform's RESTORE takes the mask of such a column away is UNCONFIRMED.
    fn takes_along(&self, step: &Step) -> bool {
        let is_on_column = matches!(step.facet, Facet::ColumnTags | Facet::ColumnMasks);
        self.dropped.contains(&step.securable) || is_on_column && self.restored.contains(&step.securable)
    }
}

/// A definition that took several steps goes back in one: what undoes the first undoes those that depend on it.
fn goes_back(plan: &Plan, step: &Step) -> bool {
    let earlier = step.depends_on.iter().filter_map(|id| plan.step(*id));
    earlier
        .filter(|earlier| earlier.securable == step.securable && earlier.facet == step.facet)
        .any(|earlier| earlier.inverse.is_some() || goes_back(plan, earlier))
}

/// A key that its table had before it was replaced stays when that is undone: only such a one has nothing that undoes it.
fn puts_back(step: &Step) -> bool {
    matches!(step.action, Action::Rest(RestCall::AddKey(_)))
}

/// What was done and stays.
fn findings(undo: &Undo<'_>, kept: &BTreeMap<FullName, String>) -> Vec<Finding> {
    let whole = Whole::of(undo);
    let is_undone = |step: &Step| match step.facet {
        Facet::Definition => goes_back(undo.plan, step),
        _ => whole.takes_along(step),
    };
    let stays = |step: &&Step| {
        undo.done.contains(&step.id)
            && step.inverse.is_none()
            && !puts_back(step)
            && !is_kept(kept, step)
            && !is_undone(step)
    };
    let finding = |step: &Step| Finding {
        securable: step.securable.name.clone(),
        line: None,
        message: format!("its {} cannot be undone", step.facet),
    };
    undo.plan.steps.iter().filter(stays).map(finding).collect()
}
