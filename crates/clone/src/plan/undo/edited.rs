//! What somebody changed since a run of what undoing it would change or remove: views, functions, guards and policies. What the
//! steps say is compared with what is there now. Tables tell of themselves in their histories.

mod guard;
mod policy;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::FullName;

use super::Whole;
use crate::Securable;
use crate::inventory::{Inventory, Policies};
use crate::plan::{Action, Plan, Statement, Step, StepId};

/// A step that somebody may have changed something of, and the principals without which it was done.
pub(crate) type Judged<'a> = (&'a Step, &'a [String]);

/// What is there now; errors say why nobody may see it.
pub(crate) struct Present {
    /// Tables, views and functions.
    pub(crate) inventory: Result<Inventory, String>,
    /// The policies on whatever got some.
    pub(crate) policies: BTreeMap<Securable, Result<Policies, String>>,
}

/// Something that is not, or not surely, what a step left.
#[derive(Debug)]
pub(crate) struct Edit {
    /// Why it is kept.
    pub(super) why: String,
    /// What it reads and calls now.
    pub(super) needs: Vec<FullName>,
    /// Whether tags say what it is about.
    pub(super) goes_by_tags: bool,
}

impl Edit {
    fn new(why: &str, needs: Vec<FullName>) -> Self {
        Self { why: format!("{why}; overwrite_edits undoes it too"), needs, goes_by_tags: false }
    }

    fn unknown(reason: &str) -> Self {
        Self::new(&format!("nobody can tell whether it was changed since ({reason})"), Vec::new())
    }
}

/// The steps among those to be undone of which [`edits`] tells.
pub(crate) fn judged<'a>(plan: &'a Plan, left: &BTreeSet<StepId>) -> Vec<&'a Step> {
    let whole = Whole::of(plan, left);
    let is_judged = |step: &&Step| {
        let is_undone = step.inverse.is_some();
        let goes_along = || whole.dropped.contains(&step.securable);
        match &step.action {
            action if action.written_policy().is_some() => is_undone || goes_along(),
            Action::Statement(Statement::CreateTable(table)) => !table.guards.is_empty() && goes_along(),
            action => is_undone && (action.makes_text() || action.sets_guard()),
        }
    };
    plan.steps.iter().filter(|step| left.contains(&step.id)).filter(is_judged).collect()
}

/// What of these steps somebody changed, or may have changed.
pub(crate) fn edits(judged: &[Judged<'_>], present: &Present) -> BTreeMap<StepId, Edit> {
    let left_by = guard::left_by(judged);
    let edit = |(step, missing): &Judged<'_>| {
        if let Some(written) = step.action.written_policy() {
            return policy::edit(step, (written, missing), present.policies.get(&step.securable)?);
        }
        let there = match &present.inventory {
            Ok(there) => there,
            Err(reason) => return Some(Edit::unknown(reason)),
        };
        if is_browsed(there, &step.securable) {
            return Some(Edit::unknown("you may only browse it"));
        }
        if step.action.makes_text() { text::edit(step, there) } else { guard::edit(step, there, &left_by) }
    };
    judged.iter().filter_map(|judged| Some((judged.0.id, edit(judged)?))).collect()
}

/// What else than a table REST lists as one does not matter here.
fn is_browsed(there: &Inventory, securable: &Securable) -> bool {
    let is_it = |browsed: &Securable| {
        browsed.name == securable.name && browsed.kind.securable_kind() == securable.kind.securable_kind()
    };
    there.browsed.iter().any(is_it)
}
