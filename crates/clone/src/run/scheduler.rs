//! The scheduler: begins steps as the graph and the limits allow, until none is left.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::{Id, JoinError, JoinSet};

use super::execute::{Executed, execute};
use super::graph::{Earlier, Graph, Room};
use super::guardrail::Guard;
use super::progress::Progress;
use super::window::{Load, Window};
use super::{Context, Records};
use crate::event::Observer;
use crate::journal::End;
use crate::outcome::StepOutcome;
use crate::plan::{Facet, Plan, Step, StepId};
use crate::report::StepRecord;
use crate::settings::{Limits, OnError, SizeOrder};
use crate::{Error, Result, Settings};

struct Scheduler<'a> {
    context: &'a Arc<Context>,
    plan: &'a Plan,
    window: Window,
    /// What held when a step was begun last.
    limits: Limits,
    under_way: Room,
    graph: Graph,
    progress: Progress<'a>,
    running: JoinSet<(Result<Executed>, Duration)>,
    steps: HashMap<Id, StepId>,
    guard: Guard,
    records: Records,
    /// Whether statements under way are cancelled when a limit is reached.
    cancels: bool,
    /// Whether a hook failed that must not: nothing more is begun.
    is_stopped: bool,
    /// What aborts the run: the journal or the workspace is lost, or the caller is no longer known.
    abort: Option<Error>,
}

/// How the steps of a plan ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended {
    pub(super) all_well: bool,
    /// The limit that was reached.
    pub(super) limit: Option<&'static str>,
}

/// Does all steps of a plan that are not done already.
///
/// # Errors
/// What aborts a run. Everything under way has ended then.
pub(super) async fn drive(
    context: &Arc<Context>,
    settings: &Settings,
    plan: &Plan,
    (observer, records): (&dyn Observer, Records),
) -> Result<Ended> {
    let earlier = |id: StepId| records.get(&id).map_or(Earlier::NotEnded, earlier);
    let order = settings.order_by_size.unwrap_or(SizeOrder::Desc);
    let mut scheduler = Scheduler {
        context,
        plan,
        window: Window::new(settings.limits.statements(), Load::of(context.warehouse.client())),
        limits: settings.limits,
        under_way: Room { rest: 0, statements: 0 },
        graph: Graph::new(&plan.steps, order, earlier),
        progress: Progress::new(plan, observer),
        running: JoinSet::new(),
        steps: HashMap::new(),
        guard: Guard::new(settings.guardrails),
        cancels: settings.guardrails.cancel_in_flight,
        is_stopped: false,
        abort: None,
        records,
    };
    scheduler.progress.begin(&context.run, &scheduler.records);
    scheduler.run().await;
    match scheduler.abort {
        Some(error) => Err(error),
        None => Ok(Ended { all_well: scheduler.progress.all_well(), limit: scheduler.guard.reached() }),
    }
}

fn earlier(record: &StepRecord) -> Earlier {
    match &record.outcome {
        None => Earlier::NotEnded,
        Some(outcome) if outcome.is_done() => Earlier::Done,
        Some(_) => Earlier::Failed,
    }
}

impl Scheduler<'_> {
    async fn run(&mut self) {
        loop {
            self.begin_steps();
            tokio::select! {
                joined = self.running.join_next_with_id() => match joined {
                    Some(Ok((task, (executed, duration)))) => self.ended(task, executed, duration),
                    Some(Err(panicked)) => self.panicked(&panicked),
                    None => break,
                },
                () = self.guard.time_is_over() => self.guard.out_of_time(),
                () = self.context.warehouse.pace().limits_may_change() => {}
            }
            if self.cancels && self.guard.reached().is_some() {
                self.context.cancellation.cancel();
            }
        }
    }

    /// Goes by the limits of this time.
    fn keep_pace(&mut self) {
        let limits = self.context.warehouse.pace().limits();
        if limits != self.limits {
            self.limits = limits;
            self.window.allow(limits.statements());
            self.progress.limits_changed(&limits);
        }
    }

    fn begin_steps(&mut self) {
        self.keep_pace();
        while self.abort.is_none() && !self.is_stopped && !self.context.cancellation.is_cancelled() {
            let room = self.window.room(self.under_way, self.limits.rest_calls());
            let Some(id) = self.graph.next(room) else { break };
            let Some(step) = self.plan.step(id).cloned() else { break };
            if !self.guard.admits(&step) {
                break;
            }
            *self.place_of(id) += 1;
            self.progress.step_begins(&step);
            let context = Arc::clone(self.context);
            let in_doubt = self.records.get(&id).is_some_and(|record| record.in_doubt);
            let task = self.running.spawn(async move {
                let begin = Instant::now();
                (execute(&context, &step, in_doubt).await, begin.elapsed())
            });
            self.steps.insert(task.id(), id);
        }
    }

    fn place_of(&mut self, id: StepId) -> &mut usize {
        let Room { rest, statements } = &mut self.under_way;
        if self.graph.is_statement(id) { statements } else { rest }
    }

    fn give_room(&mut self, id: StepId) {
        *self.place_of(id) -= 1;
        if self.graph.is_statement(id) {
            self.window.ended(Load::of(self.context.warehouse.client()));
        }
    }

    fn ended(&mut self, task: Id, executed: Result<Executed>, duration: Duration) {
        let Some(id) = self.steps.remove(&task) else { return };
        self.give_room(id);
        match executed {
            Ok(executed) => self.settle(id, &executed, duration),
            Err(error) => self.abort = self.abort.take().or(Some(error)),
        }
    }

    /// The rest of the run goes on when the task of a step panicked; its statement may go on too.
    fn panicked(&mut self, panic: &JoinError) {
        let Some(id) = self.steps.remove(&panic.id()) else { return };
        self.give_room(id);
        self.decide(id, StepOutcome::Unknown { error: format!("internal error: {panic}") });
    }

    /// What a step that has ended means for those that wait for it. Steps behind a cancelled one were never
    /// tried, which is not the same as blocked.
    fn settle(&mut self, id: StepId, executed: &Executed, duration: Duration) {
        self.progress.step_ended(id, executed, duration);
        self.guard.ended(&executed.outcome);
        let hook = self.plan.step(id).and_then(|step| step.action.hook());
        self.is_stopped |= hook == Some(OnError::Fail) && !executed.outcome.is_done();
        if executed.outcome == StepOutcome::Cancelled {
            return;
        }
        for (blocked, culprit) in self.graph.end(id, executed.outcome.is_done()) {
            let outcome = self.blocked(blocked, culprit);
            self.note(blocked, outcome);
        }
    }

    /// Grants on what lends the rights of an owner who cannot be given it are as impossible as that.
    fn blocked(&self, id: StepId, culprit: StepId) -> StepOutcome {
        let (step, culprit) = (self.plan.step(id), self.plan.step(culprit));
        let is = |step: Option<&Step>, facet| step.is_some_and(|step| step.facet == facet);
        let by = culprit.map(what_failed).unwrap_or_default();
        if is(step, Facet::Grants) && is(culprit, Facet::Owner) {
            let reason = format!("{by} could not be given: whoever uses it would do so with your rights");
            return StepOutcome::Impossible { reason };
        }
        StepOutcome::Blocked { by }
    }

    /// Ends a step that nobody executed to its end.
    fn decide(&mut self, id: StepId, outcome: StepOutcome) {
        if let Some(executed) = self.journalled(id, outcome) {
            self.settle(id, &executed, Duration::ZERO);
        }
    }

    /// Tells of a step that will not be done.
    fn note(&mut self, id: StepId, outcome: StepOutcome) {
        if let Some(executed) = self.journalled(id, outcome) {
            self.progress.step_ended(id, &executed, Duration::ZERO);
        }
    }

    fn journalled(&mut self, id: StepId, outcome: StepOutcome) -> Option<Executed> {
        match self.context.journal.step_ends(&self.context.run, id, End::of(&outcome)) {
            Ok(()) => Some(Executed { outcome, retries: 0 }),
            Err(error) => {
                self.abort = self.abort.take().or(Some(error));
                None
            }
        }
    }
}

/// What a step was about, for those that it blocks.
fn what_failed(step: &Step) -> String {
    match step.facet {
        Facet::Definition | Facet::Hook => step.securable.to_string(),
        facet => format!("the {facet} of {}", step.securable),
    }
}
