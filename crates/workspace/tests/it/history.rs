//! The history of statements.

use serde_json::json;

use crate::sql::Sql;

const HISTORY: &str = "/api/2.0/sql/history/queries";

#[tokio::test]
async fn statement_is_found_by_its_text_state_and_time_when_its_answer_was_lost() {
    let sql = Sql::start().await;
    sql.run("/* run 7, step 3 */ CREATE SCHEMA main.s").await;
    sql.error("SELECT * FROM main.s.nothing").await;
    let history = sql.server.get(HISTORY).await;
    let texts: Vec<_> =
        history["res"].as_array().unwrap().iter().map(|one| one["query_text"].as_str().unwrap()).collect();
    let expected =
        ["SELECT * FROM main.s.nothing", "/* run 7, step 3 */ CREATE SCHEMA main.s", "CREATE CATALOG main"];
    assert_eq!(texts, expected);
    let found = &history["res"][1];
    assert_eq!(
        (&found["status"], &found["statement_type"], &found["user_name"]),
        (&json!("FINISHED"), &json!("CREATE"), &json!("admin@clxs.local"))
    );
    let id = found["query_id"].as_str().unwrap();
    let statement = sql.server.get(&format!("/api/2.0/sql/statements/{id}")).await;
    assert_eq!(statement["status"]["state"], "SUCCEEDED");
    for (filter, count) in [
        (format!("filter_by.statement_ids={id}"), 1),
        ("filter_by.statuses=FAILED&filter_by.statuses=CANCELED".to_owned(), 1),
        ("filter_by.warehouse_ids=another".to_owned(), 0),
        (format!("filter_by.query_start_time_range.start_time_ms={}", found["query_start_time_ms"]), 2),
    ] {
        let history = sql.server.get(&format!("{HISTORY}?{filter}")).await;
        assert_eq!(history["res"].as_array().unwrap().len(), count, "{filter}: {history}");
    }
}

#[tokio::test]
async fn statement_is_shown_with_the_tags_that_it_was_submitted_with() {
    let sql = Sql::start().await;
    let tags = json!([{"key": "run", "value": "7"}, {"key": "nightly"}]);
    let body = json!({"statement": "SELECT 1", "warehouse_id": "local", "query_tags": tags});
    let sent = sql.server.ok("POST", "/api/2.0/sql/statements", body).await;
    assert_eq!(sent["status"]["state"], "SUCCEEDED", "{sent}");
    sql.run("SELECT 1").await;
    let history = sql.server.get(HISTORY).await;
    assert_eq!((&history["res"][0]["query_tags"], &history["res"][1]["query_tags"]), (&json!(null), &tags));
}

#[tokio::test]
async fn history_comes_in_pages_and_shows_others_statements_to_admins_alone() {
    let sql = Sql::start().await;
    sql.run("SHOW CATALOGS").await;
    let ann = sql.server.workspace.create_token("ann@x").await.unwrap();
    sql.rows_as(&ann, "SELECT 1").await;
    let first = sql.server.get(&format!("{HISTORY}?max_results=2")).await;
    assert_eq!((&first["res"][0]["query_text"], &first["has_next_page"]), (&json!("SELECT 1"), &json!(true)));
    let token = first["next_page_token"].as_str().unwrap();
    let second = sql.server.get(&format!("{HISTORY}?max_results=2&page_token={token}")).await;
    assert_eq!((second["res"].as_array().unwrap().len(), &second["has_next_page"]), (1, &json!(false)));
    let own = sql.server.send_as(&ann, "GET", HISTORY, json!({})).await.body;
    assert_eq!(own["res"].as_array().unwrap().len(), 1);
    let error = sql.server.error("GET", &format!("{HISTORY}?filter_by.text=x"), json!({})).await;
    assert_eq!(error, "400 INVALID_PARAMETER_VALUE: There is no filter 'filter_by.text'.");
}
