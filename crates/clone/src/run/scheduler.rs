//! The scheduler: begins steps as the graph and the limits allow, until none is left.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::{Id, JoinError, JoinSet};

use super::Context;
use super::execute::{Executed, execute};
use super::graph::{Graph, Room};
use super::progress::Progress;
use crate::event::Observer;
use crate::outcome::StepOutcome;
use crate::plan::{Plan, StepId};
use crate::settings::SizeOrder;
use crate::{Error, Result, Settings};

struct Scheduler<'a> {
    context: &'a Arc<Context>,
    plan: &'a Plan,
    room: Room,
    graph: Graph,
    progress: Progress<'a>,
    running: JoinSet<(Result<Executed>, Duration)>,
    steps: HashMap<Id, StepId>,
    /// What aborts the run: the journal is lost, or the caller is no longer known.
    abort: Option<Error>,
}

/// Does all steps of a plan; returns whether all of them ended well.
///
/// # Errors
/// What aborts a run. Everything under way has ended then.
pub(super) async fn drive(
    context: &Arc<Context>,
    settings: &Settings,
    plan: &Plan,
    observer: &dyn Observer,
) -> Result<bool> {
    let order = settings.order_by_size.unwrap_or(SizeOrder::Desc);
    let mut scheduler = Scheduler {
        context,
        plan,
        room: Room { steps: settings.limits.workers(), statements: settings.limits.statements() },
        graph: Graph::new(&plan.steps, order),
        progress: Progress::new(plan, observer),
        running: JoinSet::new(),
        steps: HashMap::new(),
        abort: None,
    };
    scheduler.progress.begin(&context.run);
    scheduler.run().await;
    match scheduler.abort {
        Some(error) => Err(error),
        None => Ok(scheduler.progress.all_well()),
    }
}

impl Scheduler<'_> {
    async fn run(&mut self) {
        loop {
            self.begin_steps();
            let Some(joined) = self.running.join_next_with_id().await else { break };
            match joined {
                Ok((task, (executed, duration))) => self.ended(task, executed, duration),
                Err(panicked) => self.panicked(&panicked),
            }
        }
    }

    fn begin_steps(&mut self) {
        while self.abort.is_none() && !self.context.cancellation.is_cancelled() {
            let Some(id) = self.graph.next(self.room) else { break };
            let Some(step) = self.plan.step(id).cloned() else { break };
            self.take_room(id);
            self.progress.step_begins(&step);
            let context = Arc::clone(self.context);
            let task = self.running.spawn(async move {
                let begin = Instant::now();
                (execute(&context, &step).await, begin.elapsed())
            });
            self.steps.insert(task.id(), id);
        }
    }

    fn take_room(&mut self, id: StepId) {
        self.room.steps -= 1;
        self.room.statements -= usize::from(self.graph.is_statement(id));
    }

    fn give_room(&mut self, id: StepId) {
        self.room.steps += 1;
        self.room.statements += usize::from(self.graph.is_statement(id));
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
        if executed.outcome == StepOutcome::Cancelled {
            return;
        }
        for (blocked, culprit) in self.graph.end(id, executed.outcome.is_done()) {
            let by = self.plan.step(culprit).map(|step| step.securable.to_string()).unwrap_or_default();
            self.note(blocked, StepOutcome::Blocked { by });
        }
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
        match self.context.journal.step_ends(&self.context.run, id, &outcome, 0) {
            Ok(()) => Some(Executed { outcome, retries: 0 }),
            Err(error) => {
                self.abort = self.abort.take().or(Some(error));
                None
            }
        }
    }
}
