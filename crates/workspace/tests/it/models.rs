//! Registered models: metadata without versions.

use serde_json::json;

use crate::sql::Sql;

const MODELS: &str = "/api/2.1/unity-catalog/models";

#[tokio::test]
async fn model_counts_as_a_function_and_carries_execute() {
    let sql = Sql::start().await;
    sql.run("CREATE SCHEMA main.s").await;
    let request = json!({ "catalog_name": "main", "schema_name": "s", "name": "Churn" });
    let made = sql.server.ok("POST", MODELS, request).await;
    assert_eq!(made["full_name"], "main.s.churn");
    let error = sql.server.error("DELETE", "/api/2.1/unity-catalog/schemas/main.s", json!({})).await;
    assert!(error.ends_with("The schema has 0 tables(s), 1 functions(s), 0 volumes(s)"), "{error}");
    let ann = sql.server.workspace.create_token("ann@x").await.unwrap();
    sql.run("GRANT USE CATALOG ON CATALOG main TO `ann@x`").await;
    sql.run("GRANT USE SCHEMA ON SCHEMA main.s TO `ann@x`").await;
    let path = format!("{MODELS}/main.s.churn");
    assert!(sql.server.error_as(&ann, "GET", &path, json!({})).await.starts_with("403 PERMISSION_DENIED"));
    let grant = json!({ "changes": [{ "principal": "ann@x", "add": ["EXECUTE"] }] });
    sql.server.ok("PATCH", "/api/2.1/unity-catalog/permissions/function/main.s.churn", grant).await;
    assert_eq!(sql.server.send_as(&ann, "GET", &path, json!({})).await.body["name"], "churn");
    assert_eq!(sql.server.get(&format!("{path}/versions")).await, json!({}));
    let error = sql.server.error("GET", &format!("{path}/versions/1"), json!({})).await;
    assert_eq!(error, "404 RESOURCE_DOES_NOT_EXIST: Model Version 'main.s.churn/1' does not exist.");
    let mlflow = "/api/2.0/mlflow/unity-catalog/model-versions/create";
    assert!(sql.server.error("POST", mlflow, json!({})).await.starts_with("501 NOT_IMPLEMENTED"));
}
