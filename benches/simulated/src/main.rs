//! A workspace in memory that answers what the engine asks, after latencies of choice: what is left of a
//! run's time is the engine's own. It is a tool of `benches/`, not a stand-in for the embedded workspace: it
//! checks nothing and knows no SQL.

#![expect(clippy::print_stdout, reason = "the address is its result")]

mod catalog;
mod rest;
mod sql;
mod statistics;
mod warehouse;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use clap::Parser;
use http_body_util::BodyExt;
use serde_json::Value;

use catalog::{Catalogs, Shape};
use statistics::Statistics;
use warehouse::Warehouse;

#[derive(Debug, Clone, Parser)]
struct Arguments {
    /// Schemas of catalog `big`
    #[arg(long, default_value_t = 50)]
    schemas: usize,
    /// Tables of each schema
    #[arg(long, default_value_t = 40)]
    tables: usize,
    /// Views of each schema
    #[arg(long, default_value_t = 4)]
    views: usize,
    /// Functions of each schema
    #[arg(long, default_value_t = 3)]
    functions: usize,
    /// Volumes of each schema
    #[arg(long, default_value_t = 2)]
    volumes: usize,
    /// Milliseconds of a CLONE
    #[arg(long, default_value_t = 50)]
    clone_ms: u64,
    /// Milliseconds of any other statement
    #[arg(long, default_value_t = 5)]
    statement_ms: u64,
    /// Statements that run at once; others wait
    #[arg(long, default_value_t = 32)]
    slots: usize,
    /// Share of requests that are answered with 429 and not done
    #[arg(long, default_value_t = 0.0)]
    throttled: f64,
    /// `Retry-After` of these answers, in seconds; none when absent
    #[arg(long)]
    retry_after: Option<u64>,
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: std::net::SocketAddr,
}

/// Everything there is. Clones share it.
#[derive(Debug, Clone)]
struct Simulated {
    arguments: Arc<Arguments>,
    catalogs: Arc<Mutex<Catalogs>>,
    statistics: Arc<Mutex<Statistics>>,
    warehouse: Warehouse,
}

impl Simulated {
    fn new(arguments: Arguments) -> Self {
        let Arguments { schemas, tables, views, functions, volumes, .. } = arguments;
        let shape = Shape { schemas, tables, views, functions, volumes };
        Self {
            catalogs: Arc::new(Mutex::new(Catalogs::with_big(shape))),
            statistics: Arc::default(),
            warehouse: Warehouse::new(arguments.slots),
            arguments: Arc::new(arguments),
        }
    }

    fn catalogs(&self) -> MutexGuard<'_, Catalogs> {
        self.catalogs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn statistics(&self) -> MutexGuard<'_, Statistics> {
        self.statistics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long a statement keeps its slot. One that reads many histories works as long as many that read one.
    fn service_time(&self, text: &str) -> Duration {
        let Arguments { clone_ms, statement_ms, .. } = *self.arguments;
        let histories = text.matches("(DESCRIBE HISTORY").count().max(1);
        let own = if text.contains(" CLONE ") { clone_ms } else { statement_ms * histories as u64 };
        Duration::from_millis(own)
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let router = Router::new().fallback(answer).with_state(Simulated::new(arguments));
    Ok(axum::serve(listener, router).await?)
}

async fn answer(State(simulated): State<Simulated>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    if parts.uri.path() == "/simulated" {
        let taken = if parts.method == http::Method::DELETE {
            std::mem::take(&mut *simulated.statistics())
        } else {
            simulated.statistics().clone()
        };
        return respond(200, &taken.to_json(), None);
    }
    let throttled =
        simulated.statistics().count(&parts.method, parts.uri.path(), simulated.arguments.throttled);
    if throttled {
        let body = serde_json::json!({"error_code": "RESOURCE_EXHAUSTED", "message": "throttled"});
        return respond(429, &body, simulated.arguments.retry_after);
    }
    let (status, value) = rest::answer(&simulated, &parts.method, &parts.uri, &body).await;
    respond(status, &value, None)
}

fn respond(status: u16, body: &Value, retry_after: Option<u64>) -> Response {
    let mut response = Response::new(axum::body::Body::from(body.to_string()));
    *response.status_mut() = http::StatusCode::from_u16(status).unwrap_or_default();
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(http::header::RETRY_AFTER, http::HeaderValue::from(seconds));
    }
    response
}
