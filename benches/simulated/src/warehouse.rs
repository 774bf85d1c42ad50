//! Statements wait for a slot, keep it for their service time, and have an answer then.
//!
//! When a statement begins and ends is known when it is sent: timers that wake up late delay its answer, and no
//! statement behind it.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use crate::{Simulated, sql};

#[derive(Debug, Clone)]
pub(crate) struct Warehouse {
    /// When each slot is free again.
    slots: Arc<Mutex<BinaryHeap<Reverse<Instant>>>>,
    last: Arc<AtomicU64>,
    statements: Arc<Mutex<HashMap<String, watch::Receiver<State>>>>,
}

/// How far a statement is.
#[derive(Debug, Clone)]
enum State {
    /// It waits for a slot.
    Pending,
    Running,
    Over(Value),
}

impl Warehouse {
    pub(crate) fn new(slots: usize) -> Self {
        let slots = std::iter::repeat_n(Reverse(Instant::now()), slots).collect();
        Self { slots: Arc::new(Mutex::new(slots)), last: Arc::default(), statements: Arc::default() }
    }

    /// Takes a statement and answers when it is over or the time to wait is.
    pub(crate) async fn submit(&self, simulated: &Simulated, body: &Value) -> Value {
        let id = format!("statement-{:08}", self.last.fetch_add(1, Ordering::Relaxed));
        let text = body["statement"].as_str().unwrap_or_default().to_owned();
        let service = simulated.service_time(&text);
        simulated.statistics().statement(&text, service);
        let (sender, mut receiver) = watch::channel(State::Pending);
        self.lock().insert(id.clone(), receiver.clone());
        let (begin, end) = self.place(service);
        let simulated = simulated.clone();
        tokio::spawn(async move {
            sleep_until(begin).await;
            sender.send_replace(State::Running);
            sleep_until(end).await;
            let answer = sql::run(&mut simulated.catalogs(), &text);
            sender.send_replace(State::Over(answer));
        });
        let is_over = receiver.wait_for(|state| matches!(state, State::Over(_)));
        timeout(wait_of(body), is_over).await.map(drop).ok();
        let state = receiver.borrow().clone();
        answer(&id, state)
    }

    pub(crate) fn get(&self, id: &str) -> Option<Value> {
        let receiver = self.lock().get(id).cloned()?;
        let state = receiver.borrow().clone();
        Some(answer(id, state))
    }

    /// Takes the slot that is free first, and says from when to when.
    fn place(&self, service: Duration) -> (Instant, Instant) {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let begin = slots.pop().map_or(now, |Reverse(free)| free.max(now));
        slots.push(Reverse(begin + service));
        (begin, begin + service)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, watch::Receiver<State>>> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wait_of(body: &Value) -> Duration {
    let text = body["wait_timeout"].as_str().unwrap_or("10s");
    Duration::from_secs(text.trim_end_matches('s').parse().unwrap_or(10))
}

fn answer(id: &str, state: State) -> Value {
    let mut answer = match state {
        State::Pending => json!({"status": {"state": "PENDING"}}),
        State::Running => json!({"status": {"state": "RUNNING"}}),
        State::Over(answer) => answer,
    };
    answer["statement_id"] = json!(id);
    answer
}
