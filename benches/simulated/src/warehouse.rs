//! Statements wait for a slot, keep it for their service time, and have an answer then.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::{Semaphore, watch};

use crate::{Simulated, sql};

#[derive(Debug, Clone)]
pub(crate) struct Warehouse {
    slots: Arc<Semaphore>,
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
        Self { slots: Arc::new(Semaphore::new(slots)), last: Arc::default(), statements: Arc::default() }
    }

    /// Takes a statement and answers when it is over or the time to wait is.
    pub(crate) async fn submit(&self, simulated: &Simulated, body: &Value) -> Value {
        let id = format!("statement-{:08}", self.last.fetch_add(1, Ordering::Relaxed));
        let text = body["statement"].as_str().unwrap_or_default().to_owned();
        let service = simulated.service_time(&text);
        simulated.statistics().statement(&text, service);
        let (sender, mut receiver) = watch::channel(State::Pending);
        self.lock().insert(id.clone(), receiver.clone());
        let (slots, simulated) = (Arc::clone(&self.slots), simulated.clone());
        tokio::spawn(async move {
            let slot = slots.acquire().await;
            sender.send_replace(State::Running);
            tokio::time::sleep(service).await;
            let answer = sql::run(&mut simulated.catalogs(), &text);
            drop(slot);
            sender.send_replace(State::Over(answer));
        });
        let is_over = receiver.wait_for(|state| matches!(state, State::Over(_)));
        tokio::time::timeout(wait_of(body), is_over).await.map(drop).ok();
        let state = receiver.borrow().clone();
        answer(&id, state)
    }

    pub(crate) fn get(&self, id: &str) -> Option<Value> {
        let receiver = self.lock().get(id).cloned()?;
        let state = receiver.borrow().clone();
        Some(answer(id, state))
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
