//! Registered models and their versions, as metadata.

use serde_json::{Value, json};

use crate::sql::Sql;

const MODELS: &str = "/api/2.1/unity-catalog/models";
const MLFLOW: &str = "/api/2.0/mlflow/unity-catalog/model-versions";

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
}

/// A model `main.s.churn` with this many versions that are ready.
pub(crate) async fn model_with_versions(sql: &Sql, versions: usize) -> String {
    sql.run("CREATE SCHEMA main.s").await;
    let request = json!({ "catalog_name": "main", "schema_name": "s", "name": "churn" });
    sql.server.ok("POST", MODELS, request).await;
    for number in 1..=versions {
        let request = json!({ "name": "main.s.churn", "source": format!("dbfs:/runs/{number}") });
        sql.server.ok("POST", &format!("{MLFLOW}/create"), request).await;
        let request = json!({ "name": "main.s.churn", "version": number.to_string() });
        sql.server.ok("POST", &format!("{MLFLOW}/finalize"), request).await;
    }
    format!("{MODELS}/main.s.churn")
}

fn numbers(page: &Value) -> Vec<i64> {
    page["model_versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| version["version"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn version_is_pending_until_mlflow_says_that_its_files_are_there() {
    let sql = Sql::start().await;
    let path = model_with_versions(&sql, 0).await;
    let request = json!({
        "name": "main.s.churn", "source": "dbfs:/runs/a", "run_id": "r", "run_tracking_server_id": "7",
        "description": "first",
    });
    let begun = sql.server.ok("POST", &format!("{MLFLOW}/create"), request).await;
    let begun = &begun["model_version"];
    assert_eq!((&begun["version"], &begun["status"]), (&json!("1"), &json!("PENDING_REGISTRATION")));
    let found = sql.server.get(&format!("{path}/versions/1")).await;
    assert_eq!(
        (&found["status"], &found["source"], &found["run_workspace_id"], &found["comment"]),
        (&json!("PENDING_REGISTRATION"), &json!("dbfs:/runs/a"), &json!(7), &json!("first"))
    );
    let request = json!({ "name": "main.s.churn", "version": 1 });
    let ready = sql.server.ok("POST", &format!("{MLFLOW}/finalize"), request).await;
    assert_eq!(ready["model_version"]["status"], "READY");
    assert_eq!(ready["model_version"]["storage_location"], found["storage_location"]);
    let found = sql.server.get(&format!("{MLFLOW}/get?name=main.s.churn&version=1")).await;
    assert_eq!(found["model_version"]["status"], "READY");
}

#[tokio::test]
async fn versions_come_in_pages_and_no_number_comes_twice() {
    let sql = Sql::start().await;
    let path = model_with_versions(&sql, 3).await;
    let first = sql.server.get(&format!("{path}/versions?max_results=2")).await;
    assert_eq!(numbers(&first), [1, 2]);
    let token = first["next_page_token"].as_str().unwrap();
    let second = sql.server.get(&format!("{path}/versions?max_results=2&page_token={token}")).await;
    assert_eq!((numbers(&second), &second["next_page_token"]), (vec![3], &Value::Null));
    sql.server.ok("DELETE", &format!("{path}/versions/3"), json!({})).await;
    let request = json!({ "name": "main.s.churn", "source": "dbfs:/runs/4" });
    let fourth = sql.server.ok("POST", &format!("{MLFLOW}/create"), request).await;
    assert_eq!(fourth["model_version"]["version"], "4");
    assert_eq!(numbers(&sql.server.get(&format!("{path}/versions")).await), [1, 2, 4]);
}

#[tokio::test]
async fn alias_leads_to_one_version_and_goes_with_it() {
    let sql = Sql::start().await;
    let path = model_with_versions(&sql, 2).await;
    let alias = format!("{path}/aliases/Champion");
    for number in [1, 2] {
        let set = sql.server.ok("PUT", &alias, json!({ "version_num": number })).await;
        assert_eq!((&set["alias_name"], &set["version_num"]), (&json!("champion"), &json!(number)));
        assert_eq!(sql.server.get(&alias).await["version"], number);
    }
    let model = sql.server.get(&format!("{path}?include_aliases=true")).await;
    assert_eq!(model["aliases"][0]["version_num"], 2);
    assert_eq!(sql.server.get(&path).await.get("aliases"), None);
    let version = sql.server.get(&format!("{path}/versions/2?include_aliases=true")).await;
    assert_eq!(version["aliases"][0]["alias_name"], "champion");
    sql.server.ok("DELETE", &format!("{path}/versions/2"), json!({})).await;
    let error = sql.server.error("GET", &alias, json!({})).await;
    assert_eq!(
        error,
        "404 RESOURCE_DOES_NOT_EXIST: Model Version with alias 'Champion' of 'main.s.churn' does not exist."
    );
    sql.server.ok("PUT", &alias, json!({ "version_num": 1 })).await;
    sql.server.ok("DELETE", &alias, json!({})).await;
    assert!(sql.server.error("DELETE", &alias, json!({})).await.starts_with("404 RESOURCE_DOES_NOT_EXIST"));
}

#[tokio::test]
async fn versions_are_changed_by_those_who_manage_the_model() {
    let sql = Sql::start().await;
    let path = model_with_versions(&sql, 1).await;
    let version = format!("{path}/versions/1");
    let changed = sql.server.ok("PATCH", &version, json!({ "comment": "good" })).await;
    assert_eq!(changed["comment"], "good");
    let ann = sql.server.workspace.create_token("ann@x").await.unwrap();
    sql.run("GRANT USE CATALOG ON CATALOG main TO `ann@x`").await;
    sql.run("GRANT USE SCHEMA ON SCHEMA main.s TO `ann@x`").await;
    let grant = json!({ "changes": [{ "principal": "ann@x", "add": ["EXECUTE"] }] });
    sql.server.ok("PATCH", "/api/2.1/unity-catalog/permissions/function/main.s.churn", grant).await;
    assert_eq!(sql.server.send_as(&ann, "GET", &version, json!({})).await.body["comment"], "good");
    let request = json!({ "name": "main.s.churn", "source": "dbfs:/runs/2" });
    for (method, path, body) in [
        ("PATCH", version.clone(), json!({ "comment": "bad" })),
        ("DELETE", version.clone(), json!({})),
        ("PUT", format!("{path}/aliases/a"), json!({ "version_num": 1 })),
        ("POST", format!("{MLFLOW}/create"), request),
    ] {
        let error = sql.server.error_as(&ann, method, &path, body).await;
        assert!(error.starts_with("403 PERMISSION_DENIED"), "{method} {path}: {error}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found_and_the_rest_of_mlflow_is_refused_by_name() {
    let sql = Sql::start().await;
    let path = model_with_versions(&sql, 0).await;
    assert_eq!(sql.server.get(&format!("{path}/versions")).await, json!({ "model_versions": [] }));
    let error = sql.server.error("GET", &format!("{path}/versions/1"), json!({})).await;
    assert_eq!(error, "404 RESOURCE_DOES_NOT_EXIST: Model Version 'main.s.churn/1' does not exist.");
    let error = sql.server.error("PUT", &format!("{path}/aliases/a"), json!({ "version_num": 1 })).await;
    assert!(error.starts_with("404 RESOURCE_DOES_NOT_EXIST"), "{error}");
    let request = json!({ "name": "main.s.churn" });
    let error = sql.server.error("POST", &format!("{MLFLOW}/create"), request).await;
    assert_eq!(error, "400 INVALID_PARAMETER_VALUE: source is missing.");
    let request = json!({ "name": "main.s.churn", "version": "1" });
    let path = format!("{MLFLOW}/generate-temporary-credentials");
    assert!(sql.server.error("POST", &path, request).await.starts_with("501 NOT_IMPLEMENTED"));
}
