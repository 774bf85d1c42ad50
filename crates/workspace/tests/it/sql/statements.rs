//! The Statement Execution API itself.

use serde_json::{Value, json};

use super::{STATEMENTS, Sql};

async fn submit(sql: &Sql, body: Value) -> Value {
    sql.server.ok("POST", STATEMENTS, body).await
}

#[tokio::test]
async fn query_has_the_recorded_shape() {
    let sql = Sql::start().await;
    let body = json!({"statement": "SELECT 1 AS a, 'x' AS b, CAST(2.5 AS DECIMAL(10,2)) AS c", "warehouse_id": "local"});
    let mut answer = submit(&sql, body).await;
    assert!(answer["statement_id"].is_string());
    answer["statement_id"] = json!("id");
    insta::assert_json_snapshot!(answer);
}

#[tokio::test]
async fn statement_without_rows_has_the_recorded_shape() {
    let sql = Sql::start().await;
    let body = json!({"statement": "CREATE SCHEMA main.s", "warehouse_id": "local"});
    // JDBC sends this path with a slash at its end.
    let mut answer = sql.server.ok("POST", &format!("{STATEMENTS}/"), body).await;
    answer["statement_id"] = json!("id");
    insta::assert_json_snapshot!(answer);
}

#[tokio::test]
async fn failure_is_an_answer_with_status_200_and_a_sql_state() {
    let sql = Sql::start().await;
    let mut answer = submit(&sql, json!({"statement": "SELEC 1", "warehouse_id": "local"})).await;
    answer["statement_id"] = json!("id");
    insta::assert_json_snapshot!(answer);
}

#[tokio::test]
async fn requests_that_cannot_be_are_refused() {
    let sql = Sql::start().await;
    let mut errors = Vec::new();
    for (field, value) in [
        ("warehouse_id", json!("nowhere")),
        ("wait_timeout", json!("3s")),
        ("wait_timeout", json!("soon")),
        ("disposition", json!("SOMEWHERE")),
        ("format", json!("ARROW_STREAM")),
        ("result_compression", json!("ZIP")),
        ("row_limit", json!(-1)),
        ("on_wait_timeout", json!("STOP")),
    ] {
        let mut body = json!({"statement": "SELECT 1", "warehouse_id": "local"});
        body[field] = value;
        errors.push(sql.server.error("POST", STATEMENTS, body).await);
    }
    insta::assert_snapshot!(errors.join("\n"));
}

#[tokio::test]
async fn asynchronous_statement_is_polled_to_its_rows() {
    let sql = Sql::start().await;
    let body = json!({"statement": "SELECT 7", "warehouse_id": "local", "wait_timeout": "0s"});
    let id = submit(&sql, body).await["statement_id"].as_str().unwrap().to_owned();
    let finished = loop {
        let answer = sql.server.get(&format!("{STATEMENTS}/{id}")).await;
        if answer["status"]["state"] != "PENDING" && answer["status"]["state"] != "RUNNING" {
            break answer;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(finished["result"]["data_array"], json!([["7"]]));
    assert_eq!(sql.server.ok("POST", &format!("{STATEMENTS}/{id}/cancel"), json!({})).await, json!({}));
    assert_eq!(sql.server.get(&format!("{STATEMENTS}/{id}")).await["status"]["state"], "SUCCEEDED");
}

#[tokio::test]
async fn large_result_comes_in_chunks_that_link_to_each_other() {
    let sql = Sql::start().await;
    let body =
        json!({"statement": "SELECT id FROM range(45000)", "warehouse_id": "local", "wait_timeout": "50s"});
    let answer = submit(&sql, body).await;
    assert_eq!(answer["manifest"]["total_chunk_count"], 3);
    let mut rows = answer["result"]["data_array"].as_array().unwrap().len();
    let mut next = answer["result"]["next_chunk_internal_link"].as_str().map(str::to_owned);
    while let Some(link) = next {
        let chunk = sql.server.get(&link).await;
        assert_eq!(chunk["row_offset"], rows);
        rows += chunk["data_array"].as_array().unwrap().len();
        next = chunk["next_chunk_internal_link"].as_str().map(str::to_owned);
    }
    assert_eq!(rows, 45_000);
}

#[tokio::test]
async fn limits_cut_the_result_and_say_so() {
    let sql = Sql::start().await;
    let body = json!({"statement": "SELECT id FROM range(10)", "warehouse_id": "local", "row_limit": 3});
    let answer = submit(&sql, body).await;
    assert_eq!(answer["manifest"]["truncated"], true);
    assert_eq!(answer["manifest"]["total_row_count"], 3);
}

#[tokio::test]
async fn named_parameters_are_typed() {
    let sql = Sql::start().await;
    let parameters = json!([
        {"name": "n", "value": "41", "type": "INT"}, {"name": "s", "value": "it's"}, {"name": "x", "type": "DATE"}
    ]);
    let body = json!({
        "statement": "SELECT :n + 1, :s, :x", "warehouse_id": "local", "parameters": parameters
    });
    let answer = submit(&sql, body).await;
    assert_eq!(answer["result"]["data_array"], json!([["42", "it's", null]]), "{answer}");
    let error = sql.error("SELECT :missing").await;
    assert!(error.contains("UNBOUND_SQL_PARAMETER"), "{error}");
}

#[tokio::test]
async fn chains_that_would_overflow_the_stack_are_refused() {
    let sql = Sql::start().await;
    let chain = |part: &str, operator: &str, parts: usize| vec![part; parts].join(operator);
    for longer in [format!("SELECT {}", chain("1", " + ", 20_000)), chain("SELECT 1", " UNION ", 20_000)] {
        let error = sql.error(&longer).await;
        assert!(error.contains("more than 1000 operators, set operations or joins in a row"), "{error}");
    }
}

#[tokio::test]
async fn catalog_and_schema_of_the_request_complete_names() {
    let sql = Sql::start().await;
    sql.run("CREATE TABLE main.default.t (id INT)").await;
    let body = json!({
        "statement": "SELECT current_catalog(), current_schema(), count(*) FROM t",
        "warehouse_id": "local", "catalog": "main", "schema": "default"
    });
    let answer = submit(&sql, body).await;
    assert_eq!(answer["result"]["data_array"], json!([["main", "default", "0"]]), "{answer}");
}

#[tokio::test]
async fn statements_of_others_are_not_found_except_by_the_admin() {
    let sql = Sql::start().await;
    let ann = sql.server.workspace.create_token("ann@example.com").await.unwrap();
    let ben = sql.server.workspace.create_token("ben@example.com").await.unwrap();
    let id = sql.answer(&ann, "SELECT 1").await["statement_id"].as_str().unwrap().to_owned();
    let path = format!("{STATEMENTS}/{id}");
    let error = sql.server.error_as(&ben, "GET", &path, json!({})).await;
    assert!(error.starts_with("404 NOT_FOUND"), "{error}");
    assert_eq!(sql.server.get(&path).await["status"]["state"], "SUCCEEDED");
}

#[tokio::test]
async fn closed_statement_is_known_and_its_rows_are_gone() {
    let sql = Sql::start().await;
    let answer = submit(&sql, json!({ "statement": "SELECT 1", "warehouse_id": "local" })).await;
    let path = format!("{STATEMENTS}/{}", answer["statement_id"].as_str().unwrap());
    assert_eq!(sql.server.ok("DELETE", &path, json!({})).await, json!({}));
    let closed = sql.server.get(&path).await;
    assert_eq!(closed, json!({ "statement_id": answer["statement_id"], "status": { "state": "CLOSED" } }));
    let error = sql.server.error("GET", &format!("{path}/result/chunks/0"), json!({})).await;
    assert!(error.starts_with("404 NOT_FOUND"), "{error}");
    sql.server.ok("POST", &format!("{path}/cancel"), json!({})).await;
    assert_eq!(sql.server.get(&path).await["status"]["state"], "CLOSED");
}

#[tokio::test]
async fn warehouse_local_stops_and_is_started_by_a_statement() {
    let sql = Sql::start().await;
    let path = "/api/2.0/sql/warehouses/local";
    sql.server.ok("POST", &format!("{path}/stop"), json!({})).await;
    assert_eq!(sql.server.get(path).await["state"], "STOPPED");
    sql.run("SELECT 1").await;
    assert_eq!(sql.server.get("/api/2.0/sql/warehouses").await["warehouses"][0]["state"], "RUNNING");
}
