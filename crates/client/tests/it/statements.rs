//! Statements from submission to the last chunk.

use std::time::Duration;

use clxs_api::statement::StatementId;
use clxs_client::{Error, ErrorKind};
use serde_json::{Value, json as value};
use tokio::time::Instant;

use crate::queue::{Queue, client, json, select, stable};

fn state(state: &str) -> Value {
    value!({"statement_id": "s1", "status": {"state": state}})
}

fn succeeded(chunks: i32, rows: i64, result: &Value) -> Value {
    value!({
        "statement_id": "s1",
        "status": {"state": "SUCCEEDED"},
        "manifest": {
            "format": "JSON_ARRAY",
            "schema": {"column_count": 1, "columns": [{"name": "N", "type_name": "LONG", "position": 0}]},
            "total_chunk_count": chunks,
            "total_row_count": rows,
            "truncated": false,
        },
        "result": result,
    })
}

#[tokio::test(start_paused = true)]
async fn running_statement_is_polled_in_growing_intervals_to_its_end() {
    let running = (0..20).map(|_| json(200, &state("RUNNING")));
    let done = json(200, &succeeded(1, 1, &value!({"data_array": [["7"]]})));
    let queue = Queue::new([json(200, &state("PENDING"))].into_iter().chain(running).chain([done]));
    let began = Instant::now();
    let rows = client(&queue).query(&select()).await.unwrap();
    assert_eq!(rows.get(0).unwrap().integer("n").unwrap(), Some(7));
    assert_eq!(rows.statement_id().0, "s1");
    assert!(
        (Duration::from_secs(70)..Duration::from_secs(90)).contains(&began.elapsed()),
        "{:?}",
        began.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn statement_that_waits_long_for_the_warehouse_is_counted_once_and_one_that_runs_long_is_not() {
    let done = || json(200, &succeeded(1, 1, &value!({"data_array": [["7"]]})));
    let slow = |name: &str| (0..20).map(|_| json(200, &state(name))).collect::<Vec<_>>();
    let queue = Queue::new(
        slow("RUNNING").into_iter().chain([done()]).chain(slow("PENDING")).chain([done(), done()]),
    );
    let client = client(&queue);
    client.query(&select()).await.unwrap();
    assert_eq!(client.long_queued(), 0);
    client.query(&select()).await.unwrap();
    client.query(&select()).await.unwrap();
    assert_eq!(client.long_queued(), 1);
}

#[tokio::test]
async fn all_chunks_are_read_by_link_and_by_count() {
    let queue = Queue::new([
        json(
            200,
            &succeeded(3, 3, &value!({"chunk_index": 0, "data_array": [["1"]], "next_chunk_index": 1})),
        ),
        json(200, &value!({"chunk_index": 1, "data_array": [["2"]]})),
        json(200, &value!({"chunk_index": 2, "data_array": [[null]]})),
    ]);
    let rows = client(&queue).query(&select()).await.unwrap();
    let cells: Vec<_> = rows.iter().map(|row| row.get("N").unwrap()).collect();
    assert_eq!(cells, [Some("1"), Some("2"), None]);
    assert_eq!(
        queue.targets()[1..],
        ["GET /api/2.0/sql/statements/s1/result/chunks/1", "GET /api/2.0/sql/statements/s1/result/chunks/2"]
    );
}

#[tokio::test]
async fn missing_rows_are_an_error() {
    let queue = Queue::new([json(200, &succeeded(1, 2, &value!({"data_array": [["1"]]})))]);
    let error = client(&queue).query(&select()).await.unwrap_err();
    insta::assert_snapshot!(error, @"the result of statement s1 cannot be read: 2 rows were announced and 1 came");
}

#[tokio::test]
async fn chunk_that_leads_back_is_an_error() {
    let queue = Queue::new([
        json(200, &succeeded(2, 2, &value!({"data_array": [["1"]]}))),
        json(200, &value!({"chunk_index": 1, "data_array": [["2"]], "next_chunk_index": 1})),
    ]);
    let error = client(&queue).query(&select()).await.unwrap_err();
    assert!(matches!(error, Error::InvalidResult { .. }), "{error}");
}

#[tokio::test]
async fn statement_without_a_result_has_no_rows() {
    let ddl = value!({
        "statement_id": "s1",
        "status": {"state": "SUCCEEDED"},
        "manifest": {"format": "JSON_ARRAY", "schema": {"column_count": 0}, "total_chunk_count": 0, "total_row_count": 0},
        "result": {},
    });
    let queue = Queue::new([json(200, &ddl)]);
    let rows = client(&queue).query(&select()).await.unwrap();
    assert!(rows.is_empty() && rows.columns().is_empty());
}

#[tokio::test]
async fn failed_statement_keeps_class_state_and_message() {
    let message = "\n[TABLE_OR_VIEW_NOT_FOUND] The table or view `c`.`s`.`t` cannot be found. SQLSTATE: 42P01; line 1 pos 14";
    let failed = value!({
        "statement_id": "s1",
        "status": {"state": "FAILED", "error": {"error_code": "BAD_REQUEST", "message": message}, "sql_state": "42P01"},
    });
    let queue = Queue::new([json(200, &failed)]);
    let error = client(&queue).query(&select()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::StatementFailed);
    let failure = error.statement_failure().unwrap();
    assert!(failure.is_class("TABLE_OR_VIEW_NOT_FOUND"));
    assert_eq!(failure.sql_state.as_deref(), Some("42P01"));
    insta::assert_snapshot!(error, @"statement s1 failed: [TABLE_OR_VIEW_NOT_FOUND] The table or view `c`.`s`.`t` cannot be found. SQLSTATE: 42P01; line 1 pos 14");
}

#[tokio::test]
async fn canceled_and_closed_statements_are_errors() {
    let queue = Queue::new([json(200, &state("CANCELED")), json(200, &state("CLOSED"))]);
    let client = client(&queue);
    let id = StatementId("s1".into());
    let canceled = client.wait_for_statement(&id).await.unwrap_err();
    let closed = client.wait_for_statement(&id).await.unwrap_err();
    assert_eq!(canceled.kind(), ErrorKind::StatementCanceled);
    assert!(closed.outcome_unknown());
    insta::assert_snapshot!([canceled, closed].map(|error| stable(&error)).join("\n"), @r"
    statement s1 was canceled
    the result of statement s1 is gone, whether it succeeded is not known: look, then run it again
    ");
}

#[tokio::test]
async fn submission_without_an_id_leaves_the_outcome_unknown() {
    let queue = Queue::new([json(200, &value!({"status": {"state": "RUNNING"}}))]);
    let error = client(&queue).query(&select()).await.unwrap_err();
    assert!(error.outcome_unknown(), "{error}");
}
