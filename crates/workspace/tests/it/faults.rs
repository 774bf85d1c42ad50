//! Faults happen as rules say, and to nothing else.

use serde_json::{Value, json};

use crate::server::{Server, Transport};

const FAULTS: &str = "/clxs/faults";
const CATALOGS: &str = "/api/2.1/unity-catalog/catalogs";
const STATEMENTS: &str = "/api/2.0/sql/statements";

async fn server_with(transport: Transport, rules: Value) -> Server {
    let server = Server::start(transport).await;
    server.ok("PUT", FAULTS, json!({ "rules": rules })).await;
    server
}

/// Whether the connection broke off instead of an answer, over TCP.
async fn is_lost(server: &Server, method: &str, path: &str, body: Value) -> bool {
    let request = reqwest::Client::new().request(method.parse().unwrap(), server.url(path));
    request.bearer_auth(&server.token).body(body.to_string()).send().await.is_err()
}

fn statement(text: &str) -> Value {
    json!({ "statement": text, "warehouse_id": "local" })
}

#[tokio::test]
async fn status_is_answered_with_retry_after_and_nothing_is_done() {
    let effect = json!({ "status": { "code": 429, "retry_after": 3 } });
    let server =
        server_with(Transport::InProcess, json!([{ "method": "POST", "times": 1, "effect": effect }])).await;
    let body = json!({ "name": "sales" });
    let answer = server.send_as(&server.token, "POST", CATALOGS, body.clone()).await;
    assert_eq!((answer.status, &answer.headers["retry-after"]), (429, &"3".parse().unwrap()));
    assert_eq!(answer.body["error_code"], "REQUEST_LIMIT_EXCEEDED");
    server.ok("POST", CATALOGS, body).await;
    assert_eq!(server.get(FAULTS).await["struck"], json!([1]));
}

#[tokio::test]
async fn errors_of_the_server_have_the_platforms_codes() {
    for (code, error_code) in [(503, "TEMPORARILY_UNAVAILABLE"), (500, "INTERNAL_ERROR")] {
        let rules = json!([{ "path": CATALOGS, "effect": { "status": { "code": code } } }]);
        let server = server_with(Transport::InProcess, rules).await;
        let error = server.error("GET", CATALOGS, json!({})).await;
        assert!(error.starts_with(&format!("{code} {error_code}")), "{error}");
    }
}

#[tokio::test]
async fn error_of_some_accounts_is_answered_as_the_rule_says() {
    let message = "Metastore storage root URL does not exist. Default Storage is enabled in your account.";
    let effect = json!({ "error": { "status": 400, "error_code": "INVALID_STATE", "message": message } });
    let rules = json!([{ "method": "POST", "path": CATALOGS, "times": 1, "effect": effect }]);
    let server = server_with(Transport::InProcess, rules).await;
    let error = server.error("POST", CATALOGS, json!({ "name": "sales" })).await;
    assert_eq!(error, format!("400 INVALID_STATE: {message}"));
    server.ok("POST", CATALOGS, json!({ "name": "sales" })).await;
}

#[tokio::test]
async fn dropped_request_is_not_done_and_a_lost_one_is() {
    for (effect, catalogs) in [("drop_before", 0), ("lost_after", 1)] {
        let rules = json!([{ "method": "POST", "path": CATALOGS, "times": 1, "effect": effect }]);
        let server = server_with(Transport::Tcp, rules).await;
        assert!(is_lost(&server, "POST", CATALOGS, json!({ "name": "sales" })).await, "{effect}");
        let listed = server.get(CATALOGS).await;
        let mine = listed["catalogs"].as_array().unwrap().iter().filter(|catalog| catalog["name"] == "sales");
        assert_eq!(mine.count(), catalogs, "{effect}");
    }
}

#[tokio::test]
async fn latency_delays_an_answer_and_changes_nothing() {
    let effect = json!({ "latency": { "milliseconds": 1 } });
    let server = server_with(Transport::InProcess, json!([{ "effect": effect }])).await;
    assert!(server.get(CATALOGS).await["catalogs"].is_array());
}

#[tokio::test]
async fn statements_fail_for_once_or_are_canceled_and_are_not_run() {
    for (effect, state) in [("fail_statement", "FAILED"), ("cancel_statement", "CANCELED")] {
        let rules = json!([{ "statement": "create catalog *", "times": 1, "effect": effect }]);
        let server = server_with(Transport::InProcess, rules).await;
        assert_eq!(
            server.ok("POST", STATEMENTS, statement("SELECT 1")).await["status"]["state"],
            "SUCCEEDED"
        );
        let answer = server.ok("POST", STATEMENTS, statement("CREATE CATALOG sales")).await;
        assert_eq!(answer["status"]["state"], state, "{answer}");
        let answer = server.ok("POST", STATEMENTS, statement("CREATE CATALOG sales")).await;
        assert_eq!(answer["status"]["state"], "SUCCEEDED", "{answer}");
    }
}

#[tokio::test]
async fn empty_page_leads_to_the_page_that_was_asked_for() {
    let rules = json!([{ "path": CATALOGS, "times": 1, "effect": "empty_page" }]);
    let server = server_with(Transport::InProcess, rules).await;
    let empty = server.get(CATALOGS).await;
    assert!(empty.get("catalogs").is_none(), "{empty}");
    let token = empty["next_page_token"].as_str().unwrap();
    let page = server.get(&format!("{CATALOGS}?page_token={token}")).await;
    assert_eq!(page["catalogs"][0]["name"], "system");
}

#[tokio::test]
async fn pages_have_the_size_of_the_rule() {
    let effect = json!({ "page_size": { "items": 1 } });
    let server = server_with(Transport::InProcess, json!([{ "path": CATALOGS, "effect": effect }])).await;
    server.ok("POST", CATALOGS, json!({ "name": "sales" })).await;
    let page = server.get(&format!("{CATALOGS}?max_results=100")).await;
    assert_eq!(page["catalogs"].as_array().unwrap().len(), 1);
    assert!(page["next_page_token"].is_string());
}

#[tokio::test]
async fn faults_are_set_by_admins_alone_and_end_when_they_are_deleted() {
    let server =
        server_with(Transport::InProcess, json!([{ "effect": { "status": { "code": 500 } } }])).await;
    let ann = server.workspace.create_token("ann@x").await.unwrap();
    for method in ["GET", "PUT", "DELETE"] {
        let error = server.error_as(&ann, method, FAULTS, json!({})).await;
        assert!(error.starts_with("403 PERMISSION_DENIED"), "{method}: {error}");
    }
    let refused = json!({ "rules": [{ "effect": { "status": { "code": 404 } } }] });
    let error = server.error("PUT", FAULTS, refused).await;
    assert!(error.starts_with("400 INVALID_PARAMETER_VALUE: rule 1"), "{error}");
    let no_error = json!({ "error": { "status": 200, "error_code": "OK", "message": "" } });
    let error = server.error("PUT", FAULTS, json!({ "rules": [{ "effect": no_error }] })).await;
    assert!(error.starts_with("400 INVALID_PARAMETER_VALUE: rule 1"), "{error}");
    server.ok("DELETE", FAULTS, json!({})).await;
    server.get(CATALOGS).await;
}
