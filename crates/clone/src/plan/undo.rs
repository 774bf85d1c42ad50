//! The plan that undoes a run: the inverses of what was done, in reverse. It is run, shown and journalled like
//! any other plan.

mod edited;
mod kept;
mod keys;
mod order;
mod put_back;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use clxs_api::{FullName, Identifier};

pub(crate) use edited::{Edit, Judged, Present, edits, judged};
use kept::Kept;
use order::{Earlier, in_order};
use put_back::{PutBack, need_not_wait};

use super::{
    Action, Expectation, Facet, Finding, Plan, PlannedChange, PlannedSecurable, RestCall, Statement, Step,
    StepId, Transfer,
};
use crate::journal::RunId;
use crate::outcome::{FacetOutcome, FacetStatus};
use crate::{Kind, Securable};

/// What is known of a run that is to be undone.
pub(crate) struct Undo<'a> {
    pub(crate) run: &'a RunId,
    pub(crate) plan: &'a Plan,
    /// The steps that did what the plan says.
    pub(crate) done: BTreeSet<StepId>,
    /// Those of them that are undone already: an earlier rollback did not come to its end, or somebody dropped a table.
    pub(crate) undone: BTreeSet<StepId>,
    /// Tables of the destination that are left as they are, and why.
    pub(crate) kept: BTreeMap<FullName, String>,
    /// The steps that did what somebody changed since, besides rows.
    pub(crate) edited: BTreeMap<StepId, Edit>,
}

/// Plans a rollback.
pub(crate) fn undo(undo: &Undo<'_>) -> Plan {
    let kept = Kept::of(undo);
    let whole = Whole::of(undo.plan, &undo.done);
    let left = undo.left();
    let is_undone = |step: &&Step| left.contains(&step.id) && step.inverse.is_some() && !kept.keeps(step);
    let undone: Vec<&Step> = undo.plan.steps.iter().rev().filter(is_undone).collect();
    let ids: HashMap<StepId, StepId> =
        (0_u32..).map(StepId).zip(&undone).map(|(new, step)| (step.id, new)).collect();
    let mut steps: Vec<Step> = undone.iter().filter_map(|step| inverse(step, &ids, &whole)).collect();
    keys::make_again(undo, &kept, &mut steps);
    link(&mut steps, &Earlier::of(&undo.plan.steps, &ids), &undone);
    let mut securables = securables(undo, (&kept, &left), (&ids, &steps[undone.len()..]));
    let places = in_order(&mut steps);
    for planned in &mut securables {
        planned.steps.iter_mut().for_each(|id| *id = places[id.index()]);
        planned.steps.sort_unstable();
    }
    remove_default_schema(&undo.plan.destination, &mut steps, &mut securables);
    Plan {
        undoes: Some(undo.run.clone()),
        securables,
        steps,
        findings: findings(undo, (&kept, &left), &whole),
        ..undo.plan.clone()
    }
}

/// Lets what came behind a step be undone before it, and texts and keys be put back behind what they are about. The inverses are
/// in the order of `undone`, with keys behind them that were lost.
fn link(steps: &mut [Step], earlier: &Earlier, undone: &[&Step]) {
    let put_back = PutBack::of(steps);
    for (follower, step) in (0_usize..).zip(undone) {
        let id = steps[follower].id;
        if let Some(text) = put_back_before_its_owner(steps, follower, earlier, step.id) {
            steps[follower].depends_on.push(text);
            continue;
        }
        let waits = |steps: &[Step], first: StepId| {
            !unbinds(&steps[follower]) && !need_not_wait(&steps[first.index()], &steps[follower])
        };
        for first in earlier.needed(step.id) {
            if waits(steps, first) {
                let is_dropped_with = goes_along(&steps[first.index()], &steps[follower]);
                let first = &mut steps[first.index()];
                if is_dropped_with { first.after.push(id) } else { first.depends_on.push(id) }
            }
        }
        for first in earlier.awaited(step.id) {
            if waits(steps, first) {
                steps[first.index()].after.push(id);
            }
        }
    }
    for step in steps.iter_mut() {
        let needed: Vec<_> = put_back.needed_by(step).collect();
        step.after.extend(needed);
    }
    keys::behind_primary_keys(steps);
    let ids: Vec<_> = steps.iter().filter(|step| !unbinds(step)).map(|step| step.id).collect();
    steps.iter_mut().filter(|step| unbinds(step)).for_each(|step| step.after.clone_from(&ids));
}

/// The text that is back before the owner of before is, whose rights it would lend as it is. Where others wait for that owner,
/// as what reads the text and is put back with those rights, the owner comes first.
fn put_back_before_its_owner(
    steps: &[Step],
    follower: usize,
    earlier: &Earlier,
    undone: StepId,
) -> Option<StepId> {
    let own = &steps[follower];
    if own.facet != Facet::Owner || !own.securable.lends_rights() {
        return None;
    }
    let first = earlier.needed(undone).chain(earlier.awaited(undone)).map(|id| &steps[id.index()]);
    let first: Vec<_> = first.collect();
    let is_alone = first.iter().all(|step| step.securable == own.securable);
    let text = first.iter().find(|step| step.facet == Facet::Definition && !step.action.removes())?;
    is_alone.then_some(text.id)
}

/// Whether what a step undoes goes with what another one removes, also when nobody lets it be undone before.
fn goes_along(removal: &Step, step: &Step) -> bool {
    removal.action.removes() && removal.securable == step.securable
}

/// Whether a step takes workspaces from a catalog. One of them may be this workspace, which sees nothing of the catalog then,
/// until it is open again: so it comes last of all, and nothing waits for it.
fn unbinds(step: &Step) -> bool {
    matches!(&step.action, Action::Rest(RestCall::UpdateBindings { change, .. }) if !change.remove.is_empty())
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
    /// The steps that are to be undone: what is on a securable that was dropped already went with it.
    fn left(&self) -> BTreeSet<StepId> {
        let undone = Whole::of(self.plan, &self.undone);
        let went_along = |step: &Step| {
            undone.dropped.contains(&step.securable) && step.inverse.as_ref().is_none_or(|it| !it.undrops())
                || step.inverse.is_none() && undone.takes_along(step)
        };
        let is_left =
            |id: &&StepId| !self.undone.contains(id) && !self.plan.step(**id).is_some_and(went_along);
        self.done.iter().filter(is_left).copied().collect()
    }
}

fn inverse(step: &Step, ids: &HashMap<StepId, StepId>, whole: &Whole<'_>) -> Option<Step> {
    let may_be_gone = step.facet != Facet::Definition && whole.dropped.contains(&step.securable);
    Some(Step {
        id: *ids.get(&step.id)?,
        securable: step.securable.clone(),
        facet: step.facet,
        action: step.inverse.clone()?,
        inverse: None,
        depends_on: Vec::new(),
        after: Vec::new(),
        expects: if may_be_gone { Expectation::PresentOrGone } else { Expectation::Present },
        size: None,
    })
}

/// What was touched, innermost first.
fn securables(
    undo: &Undo<'_>,
    (kept, left): (&Kept, &BTreeSet<StepId>),
    (ids, keys): (&HashMap<StepId, StepId>, &[Step]),
) -> Vec<PlannedSecurable> {
    let mut keys_of: HashMap<_, Vec<_>> = HashMap::new();
    for key in keys {
        keys_of.entry(&key.securable.name).or_default().push(key.id);
    }
    let is_touched = |planned: &&PlannedSecurable| {
        planned.steps.iter().any(|id| left.contains(id)) || keys_of.contains_key(&planned.destination)
    };
    let touched = undo.plan.securables.iter().rev().filter(is_touched);
    touched
        .map(|planned| {
            let undone = planned.steps.iter().rev().filter_map(|id| ids.get(id));
            let keys = keys_of.get(&planned.destination).into_iter().flatten();
            let steps: Vec<_> = undone.chain(keys).copied().collect();
            let reason = kept.reason(&planned.destination);
            let change = match reason {
                Some(reason) if steps.is_empty() => PlannedChange::Skip { reason: reason.clone() },
                _ if steps.is_empty() => {
                    PlannedChange::Skip { reason: "nothing undoes what was done".to_owned() }
                }
                _ => PlannedChange::Undo,
            };
            // What is on it goes, and it stays.
            let stays = reason.filter(|_| change == PlannedChange::Undo);
            let detail = stays.map(|reason| format!("stays, for {reason}"));
            let facet =
                |detail| FacetOutcome { facet: Facet::Definition, status: FacetStatus::Changed { detail } };
            let facets = detail.map(facet).into_iter().collect();
            PlannedSecurable { change, steps, facets, lost_keys: Vec::new(), ..planned.clone() }
        })
        .collect()
}

/// What is undone as a whole, and what is on it with it.
struct Whole<'a> {
    dropped: HashSet<&'a Securable>,
    restored: HashSet<&'a Securable>,
}

impl<'a> Whole<'a> {
    /// Of what undoes these steps.
    fn of(plan: &'a Plan, undone: &BTreeSet<StepId>) -> Self {
        let mut whole = Self { dropped: HashSet::new(), restored: HashSet::new() };
        for step in plan.steps.iter().filter(|step| undone.contains(&step.id)) {
            match &step.inverse {
                Some(inverse) if inverse.removes() => whole.dropped.insert(&step.securable),
                Some(Action::Statement(Statement::RestoreTable { .. })) => {
                    whole.restored.insert(&step.securable)
                }
                _ => false,
            };
        }
        whole
    }

    /// What is on a securable that is dropped goes with it, and so do the rows that a table loses and what is on such
    /// columns. That the platform's RESTORE takes the mask of such a column away is UNCONFIRMED.
    fn takes_along(&self, step: &Step) -> bool {
        let is_of_rows = matches!(step.facet, Facet::Definition | Facet::ColumnTags | Facet::ColumnMasks);
        self.dropped.contains(&step.securable) || is_of_rows && self.restored.contains(&step.securable)
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
fn findings(undo: &Undo<'_>, (kept, left): (&Kept, &BTreeSet<StepId>), whole: &Whole<'_>) -> Vec<Finding> {
    let is_undone = |step: &Step| match step.facet {
        Facet::Definition => goes_back(undo.plan, step),
        _ => whole.takes_along(step),
    };
    let stays = |step: &Step| {
        left.contains(&step.id)
            && step.inverse.is_none()
            && !puts_back(step)
            && !kept.keeps(step)
            && !is_undone(step)
    };
    let message = |step: &Step| match step.inverse.as_ref().map_or(0, replaced_files) {
        _ if let Some(reason) = kept.reason_of_step(step) => {
            Some(format!("its {} stay: {reason}", step.facet))
        }
        0 => stays(step).then(|| format!("its {} cannot be undone", step.facet)),
        replaced => left
            .contains(&step.id)
            .then(|| format!("what {replaced} of its files held cannot be brought back, they were replaced")),
    };
    let finding = |step: &Step| {
        Some(Finding { securable: step.securable.name.clone(), line: None, message: message(step)? })
    };
    undo.plan.steps.iter().filter_map(finding).collect()
}

/// How many files an action cannot bring back.
fn replaced_files(inverse: &Action) -> usize {
    match inverse {
        Action::Transfer(Transfer::RemoveFiles(remove)) => remove.replaced,
        _ => 0,
    }
}
