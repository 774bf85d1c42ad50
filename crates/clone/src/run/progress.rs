//! Tells the observer what happens, and knows when a securable and when a schema is finished.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};

use clxs_api::Identifier;

use super::Records;
use super::execute::Executed;
use crate::Kind;
use crate::event::{Event, Observer};
use crate::journal::RunId;
use crate::outcome::{CloneMetrics, Outcome, StepOutcome};
use crate::plan::{Plan, PlannedChange, PlannedSecurable, Step, StepId};
use crate::report::{failure, outcome_of};
use crate::settings::Limits;

pub(super) struct Progress<'a> {
    plan: &'a Plan,
    observer: &'a dyn Observer,
    began: Instant,
    /// For each step, its securable's place in the plan.
    securable_of: HashMap<StepId, usize>,
    securables: Vec<SecurableProgress>,
    schemas: BTreeMap<Identifier, SchemaProgress>,
    failures: usize,
    ended: usize,
}

#[derive(Debug, Clone, Default)]
struct SecurableProgress {
    steps_left: usize,
    failure: Option<String>,
    metrics: Option<CloneMetrics>,
    /// Whether any of its steps changed something.
    did_something: bool,
    /// Whether an earlier part of the run has done all of it.
    resumed: bool,
}

impl SecurableProgress {
    /// Adds what a step has copied.
    fn count(&mut self, outcome: &StepOutcome) {
        if let StepOutcome::Done { metrics: Some(metrics), .. } = outcome {
            self.metrics = Some(self.metrics.map_or(*metrics, |so_far| so_far.and(*metrics)));
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct SchemaProgress {
    tables_left: usize,
    cloned: usize,
    unchanged: usize,
    undone: usize,
    failed: usize,
    skipped: usize,
}

impl<'a> Progress<'a> {
    pub(super) fn new(plan: &'a Plan, observer: &'a dyn Observer) -> Self {
        let places = plan.securables.iter().enumerate();
        let securable_of =
            places.flat_map(|(place, planned)| planned.steps.iter().map(move |id| (*id, place)));
        let progress = |planned: &PlannedSecurable| SecurableProgress {
            steps_left: planned.steps.len(),
            ..SecurableProgress::default()
        };
        let mut schemas: BTreeMap<Identifier, SchemaProgress> = BTreeMap::new();
        for schema in plan.securables.iter().filter(|planned| planned.kind.has_rows()).filter_map(schema_of) {
            schemas.entry(schema).or_default().tables_left += 1;
        }
        Self {
            plan,
            observer,
            began: Instant::now(),
            securable_of: securable_of.collect(),
            securables: plan.securables.iter().map(progress).collect(),
            schemas,
            failures: 0,
            ended: 0,
        }
    }

    /// Whether every step of the plan was done.
    pub(super) fn all_well(&self) -> bool {
        self.failures == 0 && self.ended == self.plan.steps.len()
    }

    /// Tells of the run, and of all for which there is nothing to do.
    pub(super) fn begin(&mut self, run: &RunId, records: &Records) {
        let plan = self.plan;
        let takes_part = |planned: &&PlannedSecurable| !matches!(planned.change, PlannedChange::Skip { .. });
        let schemas: Vec<_> = plan.securables.iter().filter(|planned| planned.kind == Kind::Schema).collect();
        let schemas: Vec<_> = schemas.into_iter().filter(takes_part).filter_map(schema_of).collect();
        if plan.undoes.is_none() {
            self.observer.on_event(&Event::SchemasFound { schemas: schemas.clone() });
        }
        self.observer.on_event(&Event::RunStarted {
            run: run.clone(),
            tables: plan.securables.iter().filter(|planned| planned.kind.has_rows()).count(),
            schemas: plan
                .securables
                .iter()
                .filter(takes_part)
                .filter_map(with_schema)
                .collect::<BTreeSet<_>>()
                .len(),
            destination: plan.destination.clone(),
            steps: plan.steps.len(),
            undoes: plan.undoes.clone(),
        });
        self.take_over(run, records);
        for place in 0..plan.securables.len() {
            if self.securables[place].steps_left == 0 {
                self.finish(place);
            }
        }
    }

    /// What earlier parts of the run have done.
    fn take_over(&mut self, run: &RunId, records: &Records) {
        for (id, record) in records.iter().filter(|(_, record)| record.is_done()) {
            let Some(&place) = self.securable_of.get(id) else { continue };
            self.ended += 1;
            let progress = &mut self.securables[place];
            progress.steps_left -= 1;
            progress.resumed = progress.steps_left == 0;
            let outcome = record.outcome.as_ref().zip(self.plan.step(*id));
            progress.did_something |= outcome.is_some_and(|(outcome, step)| outcome.did_something(step));
            if let Some(outcome) = &record.outcome {
                progress.count(outcome);
            }
        }
        if self.ended > 0 {
            let left = self.plan.steps.len() - self.ended;
            self.observer.on_event(&Event::Resumed { run: run.clone(), done: self.ended, left });
        }
    }

    pub(super) fn limits_changed(&self, limits: &Limits) {
        let (statements, per_second) = (limits.statements(), limits.max_rps);
        self.observer.on_event(&Event::LimitsChanged { statements, per_second });
    }

    pub(super) fn step_begins(&self, step: &Step) {
        let (securable, facet) = (step.securable.clone(), step.facet);
        self.observer.on_event(&Event::StepStarted { step: step.id, securable, facet });
    }

    pub(super) fn step_ended(&mut self, id: StepId, executed: &Executed, duration: Duration) {
        let (Some(step), Some(&place)) = (self.plan.step(id), self.securable_of.get(&id)) else { return };
        self.observer.on_event(&Event::StepFinished {
            step: id,
            securable: step.securable.clone(),
            facet: step.facet,
            outcome: executed.outcome.clone(),
            duration,
            retries: executed.retries,
        });
        let is_dropped = step.action.drops_table() && executed.outcome.is_done();
        if is_dropped && self.plan.undoes.is_none() {
            self.observer.on_event(&Event::DroppedForReclone { table: step.securable.name.clone() });
        }
        self.ended += 1;
        let failure = failure(step, &executed.outcome);
        self.failures += usize::from(failure.is_some());
        let progress = &mut self.securables[place];
        progress.steps_left -= 1;
        progress.failure = progress.failure.take().or(failure);
        progress.did_something |= executed.outcome.did_something(step);
        progress.count(&executed.outcome);
        if progress.steps_left == 0 {
            self.finish(place);
        }
    }

    fn finish(&mut self, place: usize) {
        let plan = self.plan;
        let planned = &plan.securables[place];
        let SecurableProgress { failure, metrics, resumed, did_something, .. } =
            self.securables[place].clone();
        let outcome = outcome_of(&planned.change, failure, did_something);
        self.observer.on_event(&Event::SecurableFinished {
            kind: planned.kind,
            source: planned.source.clone(),
            destination: planned.destination.clone(),
            outcome: outcome.clone(),
            metrics,
            resumed,
        });
        match schema_of(planned) {
            Some(schema) if planned.kind.has_rows() => self.table_finished(&schema, &outcome),
            Some(schema) if planned.kind == Kind::Schema && !self.schemas.contains_key(&schema) => {
                let is_skipped = matches!(outcome, Outcome::Skipped { .. });
                if !is_skipped {
                    self.tell_of_finished(&schema, SchemaProgress::default());
                }
            }
            _ => {}
        }
    }

    fn table_finished(&mut self, name: &Identifier, outcome: &Outcome) {
        let Some(schema) = self.schemas.get_mut(name) else { return };
        schema.tables_left -= 1;
        *match outcome {
            Outcome::Failed { .. } => &mut schema.failed,
            Outcome::Skipped { .. } => &mut schema.skipped,
            Outcome::Undone => &mut schema.undone,
            _ => &mut schema.cloned,
        } += 1;
        schema.unchanged += usize::from(*outcome == Outcome::Unchanged);
        if schema.tables_left == 0 {
            let progress = *schema;
            self.tell_of_finished(name, progress);
        }
    }

    fn tell_of_finished(&self, name: &Identifier, progress: SchemaProgress) {
        let SchemaProgress { cloned, unchanged, undone, failed, skipped, .. } = progress;
        let (schema, duration) = (name.clone(), self.began.elapsed());
        self.observer.on_event(&Event::SchemaFinished {
            schema,
            cloned,
            unchanged,
            undone,
            failed,
            skipped,
            duration,
        });
    }
}

/// The schema whose end is told of, of what is one or is in one.
fn with_schema(planned: &PlannedSecurable) -> Option<Identifier> {
    let counts = planned.kind == Kind::Schema || planned.kind.has_rows();
    schema_of(planned).filter(|_| counts)
}

fn schema_of(planned: &PlannedSecurable) -> Option<Identifier> {
    planned.source.schema().cloned()
}
