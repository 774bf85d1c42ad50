//! Goes on with a run that ended before its plan did.

use std::collections::{BTreeSet, HashMap};

use tokio_util::sync::CancellationToken;

use super::Engine;
use crate::event::Observer;
use crate::inventory::Inventories;
use crate::journal::RunId;
use crate::plan::{self, Action, Facet, Plan, Statement, Step, StepId};
use crate::report::StepRecord;
use crate::run::{RunKind, recover};
use crate::settings::ProtectedTables;
use crate::{Error, Report, Result, Securable, Settings};

impl Engine {
    /// Goes on with a run that ended before its plan did: statements that are still under way are waited for,
    /// nothing that is done is done again, everything else is tried.
    ///
    /// # Errors
    /// [`Error::NotResumable`] when it ended well or was undone, [`Error::BeingUndone`] when a rollback of it has begun,
    /// [`Error::Superseded`] when a later run wrote to the destination, [`Error::GuardedSince`] when the source guards rows
    /// otherwise than when the run was planned, [`Error::Stopped`] when it is cancelled before it goes on, and those of
    /// [`Engine::plan`] and [`Engine::run`].
    pub async fn resume(
        &self,
        run: &RunId,
        observer: &dyn Observer,
        cancellation: CancellationToken,
    ) -> Result<Report> {
        self.journal.require_resumable(run)?;
        self.require_own_metastore(run).await?;
        let (settings, plan) = (self.journal.settings_of(run)?, self.journal.plan_of(run)?);
        if plan.undoes.is_none() {
            tokio::select! {
                checked = Box::pin(self.require_guards(run, (&settings, &plan), observer)) => checked?,
                () = cancellation.cancelled() => {
                    return Err(Error::Stopped { destination: plan.destination.clone() });
                }
            }
        }
        self.run_as(RunKind::Resume(run.clone()), (&settings, &plan), observer, cancellation).await
    }

    /// Checks that the source guards its rows as it did when the run was planned: what is left of the plan would bring rows
    /// that nothing guards.
    async fn require_guards(
        &self,
        run: &RunId,
        (settings, plan): (&Settings, &Plan),
        observer: &dyn Observer,
    ) -> Result<()> {
        let (warehouse, metastore) = (self.warehouse.within(settings), self.journal.metastore_of(run)?);
        recover((&warehouse, &self.journal), (&metastore, &settings.destination), observer).await?;
        let inventories = self.inventories(settings).await?;
        let then = Then::of(plan, &self.journal.step_records(run)?);
        let mut moved = then.not_planned(
            &plan::plan(&inventories, settings)?,
            inventories.source.policies().next().is_some(),
        );
        moved.extend(then.refused(&inventories, settings)?);
        if moved.is_empty() {
            return Ok(());
        }
        Err(Error::GuardedSince { run: run.clone(), moved: moved.into_iter().collect() })
    }
}

/// What a run was to do when it was planned.
struct Then<'a> {
    actions: HashMap<&'a Securable, Vec<&'a Action>>,
    /// The tables whose rows are still to be copied.
    left: Vec<&'a Securable>,
}

impl<'a> Then<'a> {
    fn of(plan: &'a Plan, records: &HashMap<StepId, StepRecord>) -> Self {
        let mut actions: HashMap<_, Vec<_>> = HashMap::new();
        for step in &plan.steps {
            actions.entry(&step.securable).or_default().push(&step.action);
        }
        let is_left = |step: &&Step| copies(step) && !records.get(&step.id).is_some_and(StepRecord::is_done);
        Self { actions, left: plan.steps.iter().filter(is_left).map(|step| &step.securable).collect() }
    }

    /// What would be guarded now by steps that were not planned then.
    fn not_planned(&self, now: &Plan, goes_by_tags: bool) -> BTreeSet<Securable> {
        let guards = guarding(now, goes_by_tags);
        let is_new = |step: &&Step| {
            let then = self.actions.get(&step.securable);
            guards.contains(&step.id) && !then.is_some_and(|then| then.contains(&&step.action))
        };
        now.steps.iter().filter(is_new).map(|step| step.securable.clone()).collect()
    }

    /// The tables whose rows nobody may copy now.
    fn refused(&self, inventories: &Inventories, settings: &Settings) -> Result<Vec<Securable>> {
        let strict = Settings { protected_tables: ProtectedTables::Fail, ..settings.clone() };
        let refused = match plan::plan(inventories, &strict) {
            Err(Error::Protected { tables }) => tables,
            planned => return planned.map(|_| Vec::new()),
        };
        let destination = settings.destination.to_lowercase();
        let refused: BTreeSet<_> =
            refused.into_iter().map(|(table, _)| table.in_catalog(&destination)).collect();
        let is_refused = |table: &&&Securable| refused.contains(&table.name.to_lowercase());
        Ok(self.left.iter().filter(is_refused).map(|table| (*table).clone()).collect())
    }
}

fn copies(step: &Step) -> bool {
    matches!(&step.action, Action::Statement(statement) if statement.copies_rows())
}

/// The steps that guard, with the functions that these need and, where tags tell what is guarded, the tags.
fn guarding(plan: &Plan, goes_by_tags: bool) -> BTreeSet<StepId> {
    let is_tag = |facet| goes_by_tags && matches!(facet, Facet::Tags | Facet::ColumnTags);
    let guards = plan.steps.iter().filter(|step| step.facet.is_guard() || is_tag(step.facet));
    let (mut guarding, mut left): (BTreeSet<_>, Vec<_>) = (BTreeSet::new(), guards.collect());
    while let Some(step) = left.pop() {
        if guarding.insert(step.id) {
            let needed = step.depends_on.iter().filter_map(|id| plan.step(*id));
            left.extend(needed.filter(|step| makes_function(step)));
        }
    }
    guarding
}

fn makes_function(step: &Step) -> bool {
    matches!(&step.action, Action::Statement(Statement::CreateFunction(_)))
}
