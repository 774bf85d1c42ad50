//! Files of versions of registered models, as `MLflow` reaches them through the Files API.

use serde_json::{Value, json};

use crate::files::{Raw, as_admin, as_holder};
use crate::models::model_with_versions;
use crate::sql::Sql;

const MODEL: &str = "/api/2.1/unity-catalog/models/main.s.churn";
const MLFLOW: &str = "/api/2.0/mlflow/unity-catalog";
const FILES: &str = "/api/2.0/fs/files/Models/main/s/churn";
const DIRECTORIES: &str = "/api/2.0/fs/directories/Models/main/s/churn";

/// A version `main.s.churn/1` that is pending and has a file.
async fn pending() -> Sql {
    let sql = Sql::start().await;
    model_with_versions(&sql, 0).await;
    begin(&sql).await;
    let put =
        as_admin(&sql.server, "PUT", &format!("{FILES}/1/data/model.pkl?overwrite=true"), "weights").await;
    assert_eq!(put.status, 204, "{:?}", String::from_utf8(put.body));
    sql
}

async fn begin(sql: &Sql) {
    let request = json!({ "name": "main.s.churn", "source": "dbfs:/runs/1" });
    sql.server.ok("POST", &format!("{MLFLOW}/model-versions/create"), request).await;
}

async fn finalize(sql: &Sql) {
    let request = json!({ "name": "main.s.churn", "version": "1" });
    sql.server.ok("POST", &format!("{MLFLOW}/model-versions/finalize"), request).await;
}

fn refusal(raw: &Raw) -> String {
    format!("{} {}", raw.status.as_u16(), raw.json()["error_code"].as_str().unwrap_or_default())
}

/// Where the files of the version are.
async fn folder(sql: &Sql) -> std::path::PathBuf {
    let version = sql.server.get(&format!("{MODEL}/versions/1")).await;
    version["storage_location"].as_str().unwrap().strip_prefix("file://").unwrap().into()
}

#[tokio::test]
async fn files_are_uploaded_while_the_version_is_pending_and_stay_as_they_are_once_it_is_ready() {
    let sql = pending().await;
    as_admin(&sql.server, "PUT", &format!("{FILES}/1/data/model.pkl?overwrite=true"), "heavier").await;
    as_admin(&sql.server, "PUT", &format!("{FILES}/1/MLmodel"), "flavors: {}").await;
    finalize(&sql).await;
    for path in ["data/model.pkl?overwrite=true", "new"] {
        let refused = as_admin(&sql.server, "PUT", &format!("{FILES}/1/{path}"), "other").await;
        assert_eq!(refusal(&refused), "400 INVALID_STATE");
        assert_eq!(
            refused.json()["message"],
            "Model Version 'main.s.churn/1' is READY: its files can only be written before it is."
        );
    }
    let got = as_admin(&sql.server, "GET", &format!("{FILES}/1/data/model.pkl"), "").await;
    assert_eq!((got.status.as_u16(), got.body.as_slice()), (200, b"heavier".as_slice()));
    let listed = sql.server.get(&format!("{DIRECTORIES}/1")).await;
    let entry =
        |entry: &Value| (entry["path"].clone(), entry["is_directory"].clone(), entry["file_size"].clone());
    let entries: Vec<_> = listed["contents"].as_array().unwrap().iter().map(entry).collect();
    assert_eq!(
        entries,
        [
            (json!("/Models/main/s/churn/1/MLmodel"), json!(false), json!(11)),
            (json!("/Models/main/s/churn/1/data"), json!(true), Value::Null),
        ]
    );
    for (path, status) in [("1", 200), ("1/data", 200), ("1/MLmodel", 404), ("2", 404)] {
        let head = as_admin(&sql.server, "HEAD", &format!("{DIRECTORIES}/{path}"), "").await;
        assert_eq!(head.status.as_u16(), status, "{path}");
    }
}

#[tokio::test]
async fn reading_files_needs_execute_and_writing_them_to_manage_the_model() {
    let sql = pending().await;
    let ann = sql.server.workspace.create_token("ann@x").await.unwrap();
    sql.run("GRANT USE CATALOG ON CATALOG main TO `ann@x`").await;
    sql.run("GRANT USE SCHEMA ON SCHEMA main.s TO `ann@x`").await;
    let file = format!("{FILES}/1/data/model.pkl");
    let refused = as_holder(&sql.server, &ann, "GET", &file, "").await;
    assert_eq!(refusal(&refused), "403 PERMISSION_DENIED");
    for (privilege, may_write) in [("EXECUTE", false), ("MANAGE", true)] {
        let grant = json!({ "changes": [{ "principal": "ann@x", "add": [privilege] }] });
        sql.server.ok("PATCH", "/api/2.1/unity-catalog/permissions/function/main.s.churn", grant).await;
        assert_eq!(as_holder(&sql.server, &ann, "GET", &file, "").await.body, b"weights");
        let put = as_holder(&sql.server, &ann, "PUT", &file, "weights").await;
        assert_eq!(put.status.as_u16(), if may_write { 204 } else { 403 }, "{privilege}");
    }
}

#[tokio::test]
async fn signed_urls_open_files_of_the_version_they_were_made_for_and_of_no_other() {
    let sql = pending().await;
    let url = |what: &'static str| {
        let server = &sql.server;
        async move {
            let body = json!({ "path": "/Models/main/s/churn/1/data/model.pkl" });
            let made = server.ok("POST", &format!("/api/2.0/fs/create-{what}-url"), body).await;
            let url = url::Url::parse(made["url"].as_str().unwrap()).unwrap();
            format!("{}?{}", url.path(), url.query().unwrap())
        }
    };
    let (upload, download) = (url("upload").await, url("download").await);
    assert_eq!(as_admin(&sql.server, "PUT", &upload, "signed").await.status.as_u16(), 200);
    assert_eq!(as_admin(&sql.server, "GET", &download, "").await.body, b"signed");
    finalize(&sql).await;
    assert_eq!(refusal(&as_admin(&sql.server, "PUT", &upload, "late").await), "400 INVALID_STATE");
    assert_eq!(as_admin(&sql.server, "GET", &download, "").await.body, b"signed");
    sql.server.ok("DELETE", MODEL, json!({})).await;
    let request = json!({ "catalog_name": "main", "schema_name": "s", "name": "churn" });
    sql.server.ok("POST", "/api/2.1/unity-catalog/models", request).await;
    begin(&sql).await;
    assert_eq!(refusal(&as_admin(&sql.server, "GET", &download, "").await), "404 NOT_FOUND");
}

#[tokio::test]
async fn files_go_with_the_version_and_with_whatever_it_is_in() {
    for (method, path) in [
        ("DELETE", format!("{MODEL}/versions/1")),
        ("DELETE", MODEL.to_owned()),
        ("DELETE", "/api/2.1/unity-catalog/schemas/main.s?force=true".to_owned()),
        ("DELETE", "/api/2.1/unity-catalog/catalogs/main?force=true".to_owned()),
    ] {
        let sql = pending().await;
        let folder = folder(&sql).await;
        assert!(folder.join("data/model.pkl").exists());
        sql.server.ok(method, &path, json!({})).await;
        assert!(!folder.exists(), "{path}");
    }
}

#[tokio::test]
async fn what_versions_do_not_have_is_not_found_or_refused_by_name() {
    let sql = pending().await;
    for (method, path) in [
        ("PUT", format!("{DIRECTORIES}/1/empty")),
        ("DELETE", format!("{DIRECTORIES}/1/data")),
        ("DELETE", format!("{FILES}/1/data/model.pkl")),
    ] {
        let refused = as_admin(&sql.server, method, &path, "").await;
        assert_eq!(refusal(&refused), "501 NOT_IMPLEMENTED", "{method} {path}");
    }
    let answer = sql.answer(&sql.server.token, "LIST '/Models/main/s/churn/1'").await;
    assert!(
        answer["status"]["error"]["message"].as_str().unwrap().contains("UNSUPPORTED_FEATURE"),
        "{answer}"
    );
    for path in [format!("{FILES}/2/MLmodel"), format!("{FILES}/1/none"), format!("{DIRECTORIES}/1/none")] {
        assert_eq!(refusal(&as_admin(&sql.server, "GET", &path, "").await), "404 NOT_FOUND", "{path}");
    }
    for path in [format!("{FILES}/latest/MLmodel"), "/api/2.0/fs/files/Modelz/a".to_owned()] {
        let refused = as_admin(&sql.server, "GET", &path, "").await;
        assert_eq!(refusal(&refused), "400 INVALID_PARAMETER_VALUE", "{path}");
    }
}

#[tokio::test]
async fn mlflow_is_told_to_use_the_files_api_and_finds_the_tags_it_gave() {
    let sql = Sql::start().await;
    model_with_versions(&sql, 0).await;
    let path = format!("{MLFLOW}/registered-models:is-databricks-sdk-models-artifact-repository-enabled");
    let enabled = sql.server.get(&path).await;
    assert_eq!(enabled, json!({ "is_databricks_sdk_models_artifact_repository_enabled": true }));
    let tags = json!([{ "key": "stage", "value": "checked" }, { "key": "b", "value": "" }]);
    let request = json!({ "name": "main.s.churn", "source": "dbfs:/runs/1", "tags": tags });
    sql.server.ok("POST", &format!("{MLFLOW}/model-versions/create"), request).await;
    let found = sql.server.get(&format!("{MLFLOW}/model-versions/get?name=main.s.churn&version=1")).await;
    assert_eq!(
        found["model_version"]["tags"],
        json!([{ "key": "b", "value": "" }, { "key": "stage", "value": "checked" }])
    );
}
