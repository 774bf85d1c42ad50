//! A workspace that fails on demand. It knows just enough of the protocol for a clone to end, so that tests
//! can say exactly which statement fails, hangs, or loses its answer.

mod rest;
mod statements;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use clxs_client::{Client, ServiceTransport};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

/// What happens to a statement instead of success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It fails for good.
    Fail,
    /// It is refused, as one that the caller may not send.
    Forbid,
    /// It fails, and the service says that it may succeed later.
    FailForNow,
    /// It succeeds, and the answer with its id is lost.
    LoseAnswer,
    /// It runs until it is cancelled or released.
    Hang,
    /// The same, and the answer with its id is lost.
    HangUnanswered,
    /// The same, and its request stays open.
    HangOpen,
    /// It never arrives, its request stays open, and somebody else sends one of the same text.
    LostAmongAlike,
}

/// What stands for no answer at all.
const OPEN: (u16, &Value) = (0, &Value::Null);

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) catalogs: BTreeMap<String, Value>,
    pub(crate) schemas: BTreeMap<String, Value>,
    pub(crate) tables: BTreeMap<String, Table>,
    /// Privileges by `kind/name`, then principal.
    pub(crate) grants: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
    pub(crate) unknown_principals: BTreeSet<String>,
    /// The catalog or schema whose making succeeds while its answer is lost.
    pub(crate) lose_creation_of: Option<&'static str>,
    /// The statements, by a text in them, that nobody can ask for, and the status of the refusal.
    pub(crate) unanswered: Option<(&'static str, u16)>,
    /// The rows of `column_tags`.
    pub(crate) column_tags: Vec<Value>,
    /// Whether there is a history of statements.
    pub(crate) has_history: bool,
    /// Whether it shows no tags.
    pub(crate) hides_tags: bool,
    /// How often it cannot be read at first.
    pub(crate) history_outages: usize,
    /// Whether nobody can list tables.
    pub(crate) fails_lists: bool,
    /// The tables of schema `s` of `prod` that somebody read, where the workspace tells.
    pub(crate) lineage: Option<Vec<&'static str>>,
    /// How often the metastore was asked for.
    pub(crate) summaries: usize,
    /// Every statement that was taken, in order.
    pub(crate) sent: Vec<String>,
    /// Method, path and body of every other request that changes something, in order.
    pub(crate) writes: Vec<String>,
    /// How many submissions of a clone are refused for now, and when each submission came.
    pub(crate) refused_clones: usize,
    pub(crate) submissions: Vec<tokio::time::Instant>,
    faults: Vec<(String, Fault)>,
    statements: BTreeMap<String, Statement>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) info: Value,
    /// Newest first.
    pub(crate) commits: Vec<Value>,
}

#[derive(Debug, Clone)]
struct Statement {
    sql: String,
    warehouse: Value,
    tags: Value,
    state: &'static str,
    answer: Value,
}

/// The workspace. Clones share their state.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scripted(Arc<Mutex<State>>);

impl Scripted {
    /// A workspace with catalog `prod`: table `s.orders`, table `s.items`, and view `s.daily` over the first.
    pub(crate) fn with_prod() -> Self {
        let scripted = Self::default();
        let mut state = scripted.state();
        state.catalogs.insert("prod".into(), json!({"name": "prod", "owner": "ann"}));
        state.schemas.insert("prod.s".into(), json!({"name": "s", "owner": "ann", "comment": "Sales"}));
        for name in ["orders", "items"] {
            let info = json!({
                "name": name, "table_type": "MANAGED", "table_id": format!("id-{name}"), "owner": "ann",
                "comment": "A table", "data_source_format": "DELTA",
            });
            let commits = vec![json!({"version": "3", "operation": "WRITE"})];
            state.tables.insert(format!("prod.s.{name}"), Table { info, commits });
        }
        let view = json!({
            "name": "daily", "table_type": "VIEW", "owner": "ann", "view_definition": "SELECT * FROM prod.s.orders",
            "view_dependencies": {"dependencies": [{"table": {"table_full_name": "prod.s.orders"}}]},
        });
        state.tables.insert("prod.s.daily".into(), Table { info: view, commits: Vec::new() });
        state
            .grants
            .entry("table/prod.s.orders".into())
            .or_default()
            .entry("team".into())
            .or_default()
            .insert("SELECT".into());
        drop(state);
        scripted
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// The next statement that holds this text meets this fault.
    pub(crate) fn fault(&self, text: &str, fault: Fault) {
        self.state().faults.push((text.to_owned(), fault));
    }

    /// Somebody sent a statement of this text before all others.
    pub(crate) fn sent_by_hand(&self, sql: &str) {
        self.state().sent_by_somebody("a-statement".to_owned(), sql);
    }

    /// No fault that was asked for and has not happened happens any more.
    pub(crate) fn forget_faults(&self) {
        self.state().faults.clear();
    }

    /// Somebody commits to a table.
    pub(crate) fn commit(&self, table: &str, version: &str, operation: &str) {
        let commit = json!({"version": version, "operation": operation});
        self.state().tables.get_mut(table).unwrap().commits.insert(0, commit);
    }

    /// Statements that were taken and hold this text.
    pub(crate) fn count(&self, text: &str) -> usize {
        self.state().sent.iter().filter(|sql| sql.contains(text)).count()
    }

    /// Lets every hanging statement end well.
    pub(crate) fn release(&self) {
        let mut state = self.state();
        let hanging: Vec<_> = state
            .statements
            .iter()
            .filter(|(_, it)| it.state == "RUNNING")
            .map(|(id, it)| (id.clone(), it.sql.clone()))
            .collect();
        for (id, sql) in hanging {
            let answer = state.run(&sql);
            state.finish(&id, answer);
        }
    }

    /// How the statements ended that hold this text.
    pub(crate) fn states_of(&self, text: &str) -> Vec<&'static str> {
        self.state().statements.values().filter(|it| it.sql.contains(text)).map(|it| it.state).collect()
    }

    pub(crate) fn client(&self) -> Client {
        let state = Arc::clone(&self.0);
        let service = tower::service_fn(move |request: http::Request<Full<bytes::Bytes>>| {
            let state = Arc::clone(&state);
            async move {
                let (parts, body) = request.into_parts();
                let body = body.collect().await.unwrap().to_bytes();
                let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
                let (status, answer) = state.lock().unwrap().answer(&parts.method, &parts.uri, &body);
                if (status, &answer) == OPEN {
                    std::future::pending::<()>().await;
                }
                let response = http::Response::builder()
                    .status(status)
                    .body(Full::new(bytes::Bytes::from(answer.to_string())));
                Ok::<_, std::convert::Infallible>(response.unwrap())
            }
        });
        let host = url::Url::parse("http://workspace.internal").unwrap();
        Client::builder(host).transport(Arc::new(ServiceTransport::new(service))).build().unwrap()
    }
}
