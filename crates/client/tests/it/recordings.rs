//! Answers recorded from a real workspace, parsed by the way of every answer.

use std::path::{Path, PathBuf};

use clxs_api::statement::{ExecuteStatement, StatementId};
use clxs_client::Client;
use serde::Deserialize;
use serde_json::Value;

use crate::queue::{Queue, client, text};

const STATEMENTS: &str = "/api/2.0/sql/statements";

#[derive(Deserialize)]
struct Exchange {
    method: String,
    url: String,
    request: Option<String>,
    status: u16,
    response: Option<String>,
}

/// The folder of recordings; it is not part of the repository.
fn folder() -> PathBuf {
    let default = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recordings");
    std::env::var_os("CLXS_TEST_RECORDINGS").map_or_else(default, PathBuf::from)
}

/// All exchanges in order; `None`, said loudly, when there is no folder.
fn exchanges() -> Option<Vec<Exchange>> {
    let folder = folder().join("statements");
    let Ok(files) = fs_err::read_dir(&folder) else {
        eprintln!("SKIPPED: no recordings at {}; set CLXS_TEST_RECORDINGS", folder.display());
        return None;
    };
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    let texts: Vec<_> = paths.iter().map(|path| fs_err::read_to_string(path).unwrap()).collect();
    Some(texts.iter().flat_map(|text| text.lines()).map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// Sends what the client would send and returns what it understood, as JSON; `None` for requests it never makes.
async fn replay(exchange: &Exchange) -> Option<Value> {
    let rest = exchange.url.strip_prefix(STATEMENTS)?.trim_matches('/');
    let queue = Queue::new([text(exchange.status, &[], exchange.response.as_deref().unwrap_or_default())]);
    let client = client(&queue);
    let segments: Vec<_> = rest.split('/').filter(|segment| !segment.is_empty()).collect();
    let understood = understand(&client, exchange, &segments).await?;
    let sent = &queue.requests()[0];
    assert_eq!(sent.method().as_str(), exchange.method);
    assert_eq!(sent.uri().path(), exchange.url.trim_end_matches('/'));
    Some(understood)
}

async fn understand(client: &Client, exchange: &Exchange, segments: &[&str]) -> Option<Value> {
    let id = || StatementId(segments[0].to_owned());
    let understood = match (exchange.method.as_str(), segments) {
        ("POST", []) => {
            let request: ExecuteStatement = serde_json::from_str(exchange.request.as_deref()?).unwrap();
            serde_json::to_value(client.submit_statement(&request).await.unwrap())
        }
        ("GET", [_]) => serde_json::to_value(client.get_statement(&id()).await.unwrap()),
        ("GET", [_, "result", "chunks", index]) => {
            serde_json::to_value(client.get_statement_chunk(&id(), index.parse().unwrap()).await.unwrap())
        }
        ("POST", [_, "cancel"]) => {
            client.cancel_statement(&id()).await.unwrap();
            Ok(Value::Object(serde_json::Map::new()))
        }
        _ => return None,
    };
    Some(understood.unwrap())
}

#[tokio::test]
async fn every_recorded_answer_is_understood_without_loss() {
    let Some(exchanges) = exchanges() else { return };
    let mut replayed = 0;
    for exchange in &exchanges {
        if let Some(understood) = replay(exchange).await {
            let recorded: Value = serde_json::from_str(exchange.response.as_deref().unwrap()).unwrap();
            assert_eq!(understood, recorded, "{} {}", exchange.method, exchange.url);
            replayed += 1;
        }
    }
    assert!(replayed >= 150, "only {replayed} exchanges were replayed");
}

#[tokio::test]
async fn every_recorded_inline_result_is_read_to_its_last_row() {
    let Some(exchanges) = exchanges() else { return };
    let mut read = 0;
    for exchange in &exchanges {
        let Some(body) = exchange
            .response
            .as_deref()
            .filter(|_| exchange.method == "POST" && exchange.url.starts_with(STATEMENTS))
        else {
            continue;
        };
        let recorded: Value = serde_json::from_str(body).unwrap();
        let Some(expected) = recorded["result"]["data_array"].as_array() else { continue };
        let queue = Queue::new([text(exchange.status, &[], body)]);
        let rows = client(&queue).query(&ExecuteStatement::default()).await.unwrap();
        let columns = recorded["manifest"]["schema"]["column_count"].as_u64();
        assert_eq!(u64::try_from(rows.columns().len()).ok(), columns);
        for (row, expected) in rows.iter().zip(expected) {
            assert_eq!(&serde_json::to_value(row.cells()).unwrap(), expected);
        }
        assert_eq!(rows.len(), expected.len());
        read += 1;
    }
    assert!(read >= 5, "only {read} inline results were read");
}
