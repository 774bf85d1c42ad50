//! Undoes a run.

use std::collections::{BTreeMap, BTreeSet};

use tokio_util::sync::CancellationToken;

use super::Engine;
use crate::event::Observer;
use crate::journal::{RunId, RunState};
use crate::plan::{Facet, MakesTable, Plan, Step, StepId, Undo, undo};
use crate::run::{RunKind, Standing, recover, standing};
use crate::warehouse::Wanted;
use crate::{Error, Report, Result};

/// A table that a run made.
type Cloned<'a> = (&'a Step, MakesTable<'a>);

impl Engine {
    /// The plan that undoes what a run did: tables it made are dropped, tables it replaced go back to their
    /// version before, and so do views, comments, properties, grants and owners. Tables that somebody changed
    /// since are kept, unless `overwrite_edits`.
    ///
    /// # Errors
    /// [`Error::NotUndoable`] when the run is a rollback or was undone before, [`Error::Superseded`] when a later
    /// run wrote to the destination, [`Error::Locked`] while it runs, and those of [`Engine::plan`].
    pub async fn rollback_plan(&self, run: &RunId, overwrite_edits: bool) -> Result<Plan> {
        let summary = self.journal.summary(run)?;
        if summary.undoes.is_some() || summary.state == RunState::RolledBack {
            return Err(Error::NotUndoable { run: run.clone(), state: summary.state });
        }
        self.require_newest(run).await?;
        let plan = self.journal.plan_of(run)?;
        recover(&self.warehouse, &self.journal, &self.journal.metastore_of(run)?, &plan.destination).await?;
        let records = self.journal.step_records(run)?;
        let is_done = |step: &&Step| {
            records.get(&step.id).is_some_and(|record| record.is_done() || step.action.may_leave_a_part())
        };
        let mut done: BTreeSet<_> = plan.steps.iter().filter(is_done).map(|step| step.id).collect();
        let cloned: Vec<Cloned<'_>> = plan
            .steps
            .iter()
            .filter(|step| done.contains(&step.id))
            .filter_map(|step| Some((step, step.action.ends_table()?)))
            .collect();
        let mut kept = BTreeMap::new();
        for (step, standing) in self.standings(&cloned).await? {
            match standing {
                Standing::Cloned(_) => {}
                // It is as it was before the run: dropped, or brought back by somebody.
                Standing::AsPlanned => forget(&plan, step, &mut done),
                Standing::Changed { .. } if overwrite_edits => {}
                Standing::Changed { operation } => {
                    let reason = format!("it was changed since ({operation}); overwrite_edits undoes it too");
                    kept.insert(step.securable.name.clone(), reason);
                }
            }
        }
        Ok(undo(&Undo { run, plan: &plan, done, kept }))
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

    /// How cloned tables stand to what the run's plan expected to find.
    async fn standings<'a>(&self, cloned: &[Cloned<'a>]) -> Result<Vec<(&'a Step, Standing)>> {
        let questions: Vec<_> =
            cloned.iter().map(|(_, made)| (made.table.clone(), Wanted::SinceClone)).collect();
        let histories = self.warehouse.histories(&questions, HISTORIES_AT_ONCE).await?;
        let standings = cloned.iter().zip(histories);
        Ok(standings
            .map(|((step, made), history)| (*step, standing(&history, &made.source, &step.expects)))
            .collect())
    }
}

/// There is nothing to undo of a table that is as it was.
fn forget(plan: &Plan, ended: &Step, done: &mut BTreeSet<StepId>) {
    let is_same = |step: &&Step| step.securable == ended.securable && step.facet == Facet::Definition;
    for step in plan.steps.iter().filter(is_same) {
        done.remove(&step.id);
    }
}

/// Statements at once that read histories.
const HISTORIES_AT_ONCE: usize = 10;
