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
    statements: Arc<Mutex<HashMap<String, watch::Receiver<Option<Value>>>>>,
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
        let (sender, mut receiver) = watch::channel(None);
        self.lock().insert(id.clone(), receiver.clone());
        let (slots, simulated) = (Arc::clone(&self.slots), simulated.clone());
        tokio::spawn(async move {
            let slot = slots.acquire().await;
            tokio::time::sleep(service).await;
            let answer = sql::run(&mut simulated.catalogs(), &text);
            drop(slot);
            sender.send_replace(Some(answer));
        });
        let wait = tokio::time::timeout(wait_of(body), receiver.wait_for(Option::is_some)).await;
        let answer = wait.ok().and_then(Result::ok).and_then(|answer| answer.clone());
        with_id(&id, answer)
    }

    pub(crate) fn get(&self, id: &str) -> Option<Value> {
        let receiver = self.lock().get(id).cloned()?;
        let answer = receiver.borrow().clone();
        Some(with_id(id, answer))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, watch::Receiver<Option<Value>>>> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wait_of(body: &Value) -> Duration {
    let text = body["wait_timeout"].as_str().unwrap_or("10s");
    Duration::from_secs(text.trim_end_matches('s').parse().unwrap_or(10))
}

fn with_id(id: &str, answer: Option<Value>) -> Value {
    let mut answer = answer.unwrap_or_else(|| json!({"status": {"state": "RUNNING"}}));
    answer["statement_id"] = json!(id);
    answer
}
