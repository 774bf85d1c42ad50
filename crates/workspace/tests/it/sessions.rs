//! Sessions, and results in the forms that drivers ask for.

use serde_json::{Value, json};

use crate::server::{Server, Transport};

const SESSIONS: &str = "/api/2.0/sql/sessions/";
const STATEMENTS: &str = "/api/2.0/sql/statements";

async fn open(server: &Server, body: Value) -> String {
    let mut request = json!({ "warehouse_id": "local" });
    request.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    server.ok("POST", SESSIONS, request).await["session_id"].as_str().unwrap().to_owned()
}

async fn submit(server: &Server, session: &str, statement: &str) -> Value {
    let body = json!({ "statement": statement, "warehouse_id": "local", "session_id": session });
    server.ok("POST", STATEMENTS, body).await
}

async fn value(server: &Server, session: &str, expression: &str) -> Value {
    let answer = submit(server, session, &format!("SELECT {expression}")).await;
    answer["result"]["data_array"][0][0].clone()
}

#[tokio::test]
async fn session_keeps_what_use_and_set_say_and_no_other_sees_it() {
    let server = Server::start(Transport::InProcess).await;
    server.ok("POST", "/api/2.1/unity-catalog/catalogs", json!({ "name": "sales" })).await;
    let confs = json!({ "session_confs": { "timezone": "Asia/Tokyo" }, "catalog": "main" });
    let (one, other) = (open(&server, confs).await, open(&server, json!({})).await);
    submit(&server, &one, "USE CATALOG sales").await;
    submit(&server, &one, "USE SCHEMA information_schema").await;
    assert_eq!(value(&server, &one, "current_catalog()").await, "sales");
    assert_eq!(value(&server, &one, "current_schema()").await, "information_schema");
    assert_eq!(value(&server, &one, "current_timezone()").await, "Asia/Tokyo");
    assert_eq!(value(&server, &other, "current_catalog()").await, "main");
    submit(&server, &one, "SET TIME ZONE LOCAL").await;
    assert_eq!(value(&server, &one, "current_timezone()").await, "UTC");
}

#[tokio::test]
async fn timestamp_of_time_travel_is_read_in_the_time_zone_of_the_session() {
    let server = Server::start(Transport::InProcess).await;
    server.ok("POST", "/api/2.1/unity-catalog/catalogs", json!({ "name": "main" })).await;
    let session = open(&server, json!({ "session_confs": { "timezone": "Asia/Tokyo" } })).await;
    submit(&server, &session, "CREATE TABLE main.default.t (id INT)").await;
    for (text, expected) in [
        ("'2001-01-01 09:00:00'", "2001-01-01 00:00:00"),
        ("'2001-01-01T09:00:00+01:00'", "2001-01-01 08:00:00"),
        ("DATE '2001-01-02'", "2001-01-01 15:00:00"),
        ("'some day'", "[INVALID_TIME_TRAVEL_TIMESTAMP_EXPR]"),
        ("NULL", "[INVALID_TIME_TRAVEL_TIMESTAMP_EXPR]"),
    ] {
        let statement = format!("SELECT * FROM main.default.t TIMESTAMP AS OF {text}");
        let answer = submit(&server, &session, &statement).await;
        let error = answer["status"]["error"]["message"].as_str().unwrap();
        assert!(error.contains(expected), "{statement}: {error}");
    }
}

#[tokio::test]
async fn parameters_of_a_session_are_shown_set_reset_and_refused() {
    let server = Server::start(Transport::InProcess).await;
    let session = open(&server, json!({})).await;
    for (statement, expected) in [
        ("SET use_cached_result = false", json!(null)),
        ("SET use_cached_result", json!([["use_cached_result", "false"]])),
        ("RESET use_cached_result", json!(null)),
        ("SET USE_CACHED_RESULT", json!([["USE_CACHED_RESULT", "true"]])),
        ("SET ansi_mode = true", json!(null)),
    ] {
        let answer = submit(&server, &session, statement).await;
        assert_eq!(answer["result"].get("data_array").cloned().unwrap_or_default(), expected, "{answer}");
    }
    for (statement, class) in [
        ("SET ansi_mode = false", "[UNSUPPORTED_FEATURE]"),
        ("SET nothing = 1", "[CONFIG_NOT_AVAILABLE] Configuration nothing is not available. SQLSTATE: 42K0I"),
        ("SET TIME ZONE 'Mars'", "[INVALID_TIMEZONE]"),
    ] {
        let answer = submit(&server, &session, statement).await;
        let message = answer["status"]["error"]["message"].as_str().unwrap_or_default();
        assert!(message.starts_with(class), "{statement}: {answer}");
    }
    let error =
        server.error("POST", SESSIONS, json!({"warehouse_id": "local", "session_confs": {"a": "b"}})).await;
    assert!(error.starts_with("400 INVALID_PARAMETER_VALUE"), "{error}");
}

#[tokio::test]
async fn sessions_of_others_and_closed_ones_take_no_statements() {
    let server = Server::start(Transport::InProcess).await;
    let session = open(&server, json!({})).await;
    let path = format!("{SESSIONS}{session}?warehouse_id=local");
    let body = json!({ "statement": "SELECT 1", "warehouse_id": "local", "session_id": session });
    let ann = server.workspace.create_token("ann@x").await.unwrap();
    assert!(server.error_as(&ann, "POST", STATEMENTS, body.clone()).await.starts_with("404 NOT_FOUND"));
    assert_eq!(server.send_as(&ann, "DELETE", &path, json!({})).await.status, 200);
    assert_eq!(value(&server, &session, "1").await, "1", "others cannot close it");
    for _ in 0..2 {
        assert_eq!(server.ok("DELETE", &path, json!({})).await, json!({}));
    }
    assert!(server.error("POST", STATEMENTS, body).await.starts_with("404 NOT_FOUND"));
}

#[tokio::test]
async fn linked_result_is_read_without_a_token_and_not_with_a_forged_link() {
    let server = Server::start(Transport::InProcess).await;
    let body = json!({
        "statement": "SELECT id FROM range(25000)", "warehouse_id": "local",
        "disposition": "EXTERNAL_LINKS", "format": "JSON_ARRAY",
    });
    let answer = server.ok("POST", STATEMENTS, body).await;
    assert_eq!(answer["manifest"]["total_chunk_count"], 2, "{answer}");
    let link = &answer["result"]["external_links"][0];
    assert_eq!((&link["row_count"], &link["next_chunk_index"]), (&json!(20_000), &json!(1)));
    let url = link["external_link"].as_str().unwrap();
    let path = url.strip_prefix("http://workspace.internal").unwrap();
    let rows = server.send("GET", path, &[], "").await.body;
    assert_eq!((rows.as_array().unwrap().len(), &rows[7]), (20_000, &json!(["7"])));
    for forged in [path.replace("/0?", "/1?"), path.replace("expires=1", "expires=2"), format!("{path}0")] {
        let refused = server.send("GET", &forged, &[], "").await;
        assert_eq!(refused.status, 403, "{forged}: {refused:?}");
    }
}

#[tokio::test]
async fn positional_parameters_are_bound_by_their_ordinals() {
    let server = Server::start(Transport::InProcess).await;
    let body = json!({
        "statement": "SELECT ?, concat(?, '?')", "warehouse_id": "local", "result_compression": "NONE",
        "parameters": [
            { "ordinal": 2, "type": "STRING", "value": "x" }, { "ordinal": 1, "type": "INT", "value": "2" },
        ],
    });
    let answer = server.ok("POST", STATEMENTS, body).await;
    assert_eq!(answer["result"]["data_array"], json!([["2", "x?"]]), "{answer}");
}

#[tokio::test]
async fn join_that_gives_no_rows_is_canceled_and_its_slot_is_free_again() {
    let server = Server::start(Transport::InProcess).await;
    for condition in ["WHERE a.id + b.id < 0", ""] {
        let join = format!("SELECT count(*) FROM range(10000000) a CROSS JOIN range(10000000) b {condition}");
        let body = json!({ "statement": join, "warehouse_id": "local", "wait_timeout": "0s" });
        let id = server.ok("POST", STATEMENTS, body).await["statement_id"].as_str().unwrap().to_owned();
        let path = format!("{STATEMENTS}/{id}");
        while server.get(&path).await["status"]["state"] == "PENDING" {
            tokio::task::yield_now().await;
        }
        server.ok("POST", &format!("{path}/cancel"), json!({})).await;
        while server.get(&path).await["status"]["state"] == "RUNNING" {
            tokio::task::yield_now().await;
        }
        assert_eq!(server.get(&path).await["status"]["state"], "CANCELED");
    }
}

#[tokio::test]
async fn dates_and_times_are_those_of_the_sessions_clock() {
    let server = Server::start(Transport::InProcess).await;
    let session = open(&server, json!({ "session_confs": { "timezone": "America/Los_Angeles" } })).await;
    for (expression, expected) in [
        ("TIMESTAMP '2021-01-01 10:00:00'", "2021-01-01T10:00:00.000-08:00"),
        ("TIMESTAMP '2021-06-15 12:34:56.789Z'", "2021-06-15T05:34:56.789-07:00"),
        ("TIMESTAMP_NTZ '2021-01-01 10:00:00'", "2021-01-01T10:00:00.000"),
        ("CAST(TIMESTAMP '2021-01-01 02:00:00Z' AS STRING)", "2020-12-31 18:00:00"),
        ("CAST(TIMESTAMP '2021-01-01 02:00:00Z' AS DATE)", "2020-12-31"),
        ("CAST(DATE '2021-01-01' AS TIMESTAMP)", "2021-01-01T00:00:00.000-08:00"),
        ("hour(TIMESTAMP '2021-01-01 02:00:00Z')", "18"),
        ("date_format(TIMESTAMP '2021-01-01 02:00:00Z', 'yyyy-MM-dd HH:mm XXX')", "2020-12-31 18:00 -08:00"),
        ("date_trunc('DAY', TIMESTAMP '2021-01-01 02:00:00Z')", "2020-12-31T00:00:00.000-08:00"),
        ("unix_timestamp('2021-01-01 00:00:00')", "1609488000"),
        ("TIMESTAMP '2021-03-13 12:00:00' + INTERVAL 1 DAY", "2021-03-14T12:00:00.000-07:00"),
        ("DATE '2021-01-01' = TIMESTAMP '2021-01-01 08:00:00Z'", "true"),
    ] {
        assert_eq!(value(&server, &session, expression).await, expected, "{expression}");
    }
    let other = open(&server, json!({})).await;
    assert_eq!(value(&server, &other, "TIMESTAMP '2021-01-01 10:00:00'").await, "2021-01-01T10:00:00.000Z");
}
