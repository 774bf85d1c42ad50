//! Undoes a run.

mod doubt;
mod dropped;
mod edited;
mod keys;
mod others;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use clxs_api::FullName;
use clxs_client::ErrorKind;
use tokio_util::sync::CancellationToken;

use super::Engine;
use crate::event::{Observer, SilentObserver};
use crate::inventory::{History, Reader};
use crate::journal::{Provenance, RunId};
use crate::plan::{Facet, MakesTable, Plan, Step, StepId, Undo, undo};
use crate::report::StepRecord;
use crate::run::{RunKind, Standing, recover, standing_as_left};
use crate::warehouse::{Wanted, Warehouse};
use crate::{Error, Journal, Report, Result, Securable};
use dropped::DroppedTable;

/// A table that a run made.
type Cloned<'a> = (&'a Step, MakesTable<'a>);

/// How a table that a run made is found.
enum Found {
    AsMade,
    /// As it was before the run: dropped, or brought back by somebody.
    AsBefore,
    /// It may hold what somebody else did.
    Doubtful {
        why: String,
    },
}

/// The steps of a run that did something.
struct Touched {
    /// All of them.
    done: BTreeSet<StepId>,
    /// Those of them of which nobody knows what they did.
    doubtful: BTreeSet<StepId>,
}

impl Touched {
    fn of(plan: &Plan, records: &HashMap<StepId, StepRecord>) -> Self {
        let ids = |is_meant: &dyn Fn(&Step, &StepRecord) -> bool| -> BTreeSet<StepId> {
            let is_meant = |step: &&Step| records.get(&step.id).is_some_and(|record| is_meant(step, record));
            plan.steps.iter().filter(is_meant).map(|step| step.id).collect()
        };
        let doubtful = ids(&|step, record| {
            let may_be_begun = step.action.may_leave_a_part() && !record.is_blocked();
            !record.is_done() && (record.may_have_been_done() || may_be_begun)
        });
        let done = ids(&|_, record| record.is_done()).union(&doubtful).copied().collect();
        Self { done, doubtful }
    }
}

impl Engine {
    /// The plan that undoes what a run did, or may have done: tables it made are dropped, tables it replaced go back to their
    /// version before, and so do views, comments, properties, grants and owners. Tables, views, functions, guards and policies
    /// that somebody changed since are kept, unless `overwrite_edits`. What an earlier rollback of it has undone is not undone again.
    ///
    /// # Errors
    /// [`Error::NotUndoable`] when the run is a rollback or was undone before, [`Error::Superseded`] when a later
    /// run wrote to the destination, [`Error::Locked`] while it runs, and those of [`Engine::plan`].
    pub async fn rollback_plan(&self, run: &RunId, overwrite_edits: bool) -> Result<Plan> {
        self.journal.require_undoable(run)?;
        self.require_own_metastore(run).await?;
        let plan = self.journal.plan_of(run)?;
        let metastore = self.journal.metastore_of(run)?;
        recover((&self.warehouse, &self.journal), (&metastore, &plan.destination), &SilentObserver).await?;
        let settings = self.journal.settings_of(run)?;
        let warehouse = self.warehouse.within(&settings);
        let reader = Reader::new(warehouse.clone(), &settings, Provenance::default());
        let records = self.journal.step_records(run)?;
        let touched = Touched::of(&plan, &records);
        let mut undone = self.undone(run, &plan)?;
        let mut kept = BTreeMap::new();
        for (step, found) in self.found(&warehouse, (run, &metastore), &plan, (&touched, &undone)).await? {
            match found {
                Found::AsMade => {}
                Found::AsBefore => undone.extend(making(&plan, &step.securable)),
                Found::Doubtful { .. } if overwrite_edits => {}
                Found::Doubtful { why } => {
                    kept.insert(step.securable.name.clone(), unless_forced(&why));
                }
            }
        }
        let left: BTreeSet<_> = touched.done.difference(&undone).copied().collect();
        for (table, why) in keys::find(&reader, &plan, &left).await? {
            kept.entry(table).or_insert(why);
        }
        let mut edited = BTreeMap::new();
        if !overwrite_edits {
            edited = edited::find((warehouse.client(), &reader), &plan, &left, &records).await?;
            let places = (warehouse.client(), &self.journal);
            for (name, why) in others::find(&reader, places, &metastore, (&plan, &left)).await? {
                kept.entry(name).or_insert_with(|| unless_forced(&why));
            }
        }
        let keeps = !(kept.is_empty() && edited.is_empty());
        for (step, fate) in dropped::find(&warehouse, &plan, (&touched.done, &undone)).await? {
            match fate {
                DroppedTable::Back => undone.extend([step.id]),
                DroppedTable::Recoverable => {}
                DroppedTable::Lost { why } => {
                    kept.insert(step.securable.name.clone(), why);
                }
            }
        }
        let done = touched.done;
        Ok(Plan { keeps, ..undo(&Undo { run, plan: &plan, done, undone, kept, edited }) })
    }

    /// Runs the plan that undoes a run.
    ///
    /// # Errors
    /// Those of [`Engine::run`].
    pub async fn roll_back(
        &self,
        run: &RunId,
        plan: &Plan,
        observer: &dyn Observer,
        cancellation: CancellationToken,
    ) -> Result<Report> {
        let settings = self.journal.settings_of(run)?;
        self.run_as(RunKind::Rollback(run.clone()), (&settings, plan), observer, cancellation).await
    }

    /// How the destination is found where the run made tables, or something of which nobody knows.
    async fn found<'a>(
        &self,
        warehouse: &Warehouse,
        (run, metastore): (&RunId, &str),
        plan: &'a Plan,
        (touched, undone): (&Touched, &BTreeSet<StepId>),
    ) -> Result<Vec<(&'a Step, Found)>> {
        let made = cloned(plan, &touched.done, undone);
        let mut all = find((warehouse, &self.journal), metastore, made).await?;
        let began = self.journal.summary(run)?.started_at;
        all.extend(doubt::find(warehouse.client(), (plan, &touched.doubtful), began).await?);
        Ok(all)
    }

    /// The steps of a run that rollbacks of it, none of which came to its end, have undone.
    fn undone(&self, run: &RunId, plan: &Plan) -> Result<BTreeSet<StepId>> {
        let mut undone = BTreeSet::new();
        for rollback in self.journal.rollbacks_of(run)? {
            let (undoing, records) =
                (self.journal.plan_of(&rollback)?, self.journal.step_records(&rollback)?);
            let is_done = |step: &&Step| records.get(&step.id).is_some_and(StepRecord::is_done);
            let mut inverses: HashMap<_, Vec<_>> = HashMap::new();
            for step in undoing.steps.iter().filter(is_done) {
                inverses.entry(&step.securable).or_default().push(&step.action);
            }
            let is_undone = |step: &&Step| {
                let done = inverses.get(&step.securable).into_iter().flatten();
                step.inverse.as_ref().is_some_and(|inverse| done.into_iter().any(|action| *action == inverse))
            };
            undone.extend(plan.steps.iter().filter(is_undone).map(|step| step.id));
        }
        Ok(undone)
    }
}

fn unless_forced(why: &str) -> String {
    format!("{why}; overwrite_edits undoes it too")
}

/// How the tables are found that a run made.
async fn find<'a>(
    (warehouse, journal): (&Warehouse, &Journal),
    metastore: &str,
    cloned: Vec<Cloned<'a>>,
) -> Result<Vec<(&'a Step, Found)>> {
    let questions: Vec<_> = cloned.iter().map(|(_, made)| (made.table.clone(), Wanted::SinceClone)).collect();
    let histories = warehouse.histories(&questions, HISTORIES_AT_ONCE).await?;
    let mut all = Vec::with_capacity(cloned.len());
    for ((step, made), history) in cloned.into_iter().zip(histories) {
        let fill = journal.fill(metastore, made.table)?;
        let left = standing_as_left(&history, &made.source, &step.expects, fill);
        let found = match (left, &history) {
            (Standing::Cloned(_), _) => Found::AsMade,
            (_, History::Unreadable { reason }) if may_be_there(warehouse, made.table).await? => {
                Found::Doubtful { why: format!("nobody can tell whether it was changed since ({reason})") }
            }
            (Standing::AsPlanned, _) => Found::AsBefore,
            (Standing::Changed { operation }, _) => {
                Found::Doubtful { why: format!("it was changed since ({operation})") }
            }
        };
        all.push((step, found));
    }
    Ok(all)
}

/// Whether a table may be there: one that nobody may see is not said to be gone.
async fn may_be_there(warehouse: &Warehouse, table: &FullName) -> Result<bool> {
    match warehouse.client().get_table(table).await {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::client(format!("read table `{}`", table.dotted()))(error)),
    }
}

/// The tables that a run made, or began to make, but for those whose definition is undone already.
fn cloned<'a>(plan: &'a Plan, done: &BTreeSet<StepId>, undone: &BTreeSet<StepId>) -> Vec<Cloned<'a>> {
    let is_undone = |step: &&Step| step.facet == Facet::Definition && undone.contains(&step.id);
    let gone: HashSet<_> = plan.steps.iter().filter(is_undone).map(|step| &step.securable).collect();
    let is_left = |step: &&Step| done.contains(&step.id) && !gone.contains(&step.securable);
    let left = plan.steps.iter().filter(is_left);
    let mut cloned: BTreeMap<_, Cloned<'a>> = BTreeMap::new();
    for step in left {
        // What ended a copy comes behind what began it.
        if let Some(made) = step.action.ends_table().or_else(|| step.action.opens_table()) {
            cloned.insert(&step.securable, (step, made));
        }
    }
    cloned.into_values().collect()
}

/// The steps that make what a securable is.
fn making(plan: &Plan, securable: &Securable) -> impl Iterator<Item = StepId> {
    let is_meant = move |step: &&Step| {
        step.securable == *securable && step.facet == Facet::Definition && !step.action.drops_table()
    };
    plan.steps.iter().filter(is_meant).map(|step| step.id)
}

/// Statements at once that read histories.
const HISTORIES_AT_ONCE: usize = 10;
