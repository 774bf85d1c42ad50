//! What somebody changed since a run of what undoing it would change or remove: views, functions, guards and policies. What the
//! steps say is compared with what is there now. Tables tell of themselves in their histories.

mod guard;
mod policy;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::FullName;

use super::Whole;
use crate::inventory::{Inventory, Policies};
use crate::plan::{Action, Plan, Statement, Step, StepId};
use crate::{Kind, Securable};

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

/// What of these steps somebody changed, or may have changed. A guard and a policy are what their functions are, too.
pub(crate) fn edits(judged: &[Judged<'_>], present: &Present) -> BTreeMap<StepId, Edit> {
    let (texts, others): (Vec<_>, Vec<_>) =
        judged.iter().copied().partition(|(step, _)| step.action.makes_text());
    let texts: Vec<_> = texts
        .into_iter()
        .filter_map(|(step, _)| Some((step, listed(step, present, |there| text::edit(step, there))?)))
        .collect();
    let functions = texts.iter().map(|(step, _)| &step.securable).filter(|it| it.kind == Kind::Function);
    let functions: BTreeSet<_> = functions.map(|function| function.name.to_lowercase()).collect();
    let left_by = guard::left_by(&others);
    let edit = |(step, missing): &Judged<'_>| match step.action.written_policy() {
        Some(written) => {
            let own = present.policies.get(&step.securable)?;
            policy::edit(step, (written, missing), (own, &functions))
        }
        None => listed(step, present, |there| guard::edit(step, there, (&left_by, &functions))),
    };
    let others = others.iter().filter_map(|judged| Some((judged.0.id, edit(judged)?)));
    others.chain(texts.into_iter().map(|(step, edit)| (step.id, edit))).collect()
}

/// How something is not what a step left, where the caller may read it.
fn listed(step: &Step, present: &Present, edit: impl Fn(&Inventory) -> Option<Edit>) -> Option<Edit> {
    match &present.inventory {
        Ok(there) if is_browsed(there, &step.securable) => Some(Edit::unknown("you may only browse it")),
        Ok(there) => edit(there),
        Err(reason) => Some(Edit::unknown(reason)),
    }
}

/// What else than a table REST lists as one does not matter here.
fn is_browsed(there: &Inventory, securable: &Securable) -> bool {
    let is_it = |browsed: &Securable| {
        browsed.name == securable.name && browsed.kind.securable_kind() == securable.kind.securable_kind()
    };
    there.browsed.iter().any(is_it)
}
