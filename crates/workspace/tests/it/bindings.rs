//! Isolated securables: those that are not bound to this workspace look absent in it.

use serde_json::json;

use crate::sql::Sql;

const BINDINGS: &str = "/api/2.1/unity-catalog/bindings/catalog/main";

#[tokio::test]
async fn catalog_that_is_bound_elsewhere_looks_absent_until_it_is_bound_again() {
    let sql = Sql::start().await;
    sql.run("CREATE SCHEMA main.s").await;
    sql.run("CREATE TABLE main.s.t (a INT)").await;
    let here = sql.server.workspace.summary().workspace_id;
    let isolate = json!({ "isolation_mode": "ISOLATED" });
    sql.server.ok("PATCH", "/api/2.1/unity-catalog/catalogs/main", isolate).await;
    let bound = json!({ "bindings": [{ "workspace_id": here, "binding_type": "BINDING_TYPE_READ_WRITE" }] });
    assert_eq!(sql.server.get(BINDINGS).await, bound);
    let away = json!({ "add": [{ "workspace_id": 42 }], "remove": [{ "workspace_id": here }] });
    sql.server.ok("PATCH", BINDINGS, away).await;
    let error = sql.server.error("GET", "/api/2.1/unity-catalog/catalogs/main", json!({})).await;
    assert_eq!(error, "404 CATALOG_DOES_NOT_EXIST: Catalog 'main' does not exist.");
    assert!(sql.error("SELECT * FROM main.s.t").await.contains("[NO_SUCH_CATALOG_EXCEPTION]"));
    assert!(!sql.rows("SHOW CATALOGS").await.contains(&vec!["main".to_owned()]));
    let read_only = json!({ "add": [{ "workspace_id": here, "binding_type": "BINDING_TYPE_READ_ONLY" }] });
    sql.server.ok("PATCH", BINDINGS, read_only).await;
    assert!(sql.rows("SELECT * FROM main.s.t").await.is_empty());
    assert!(sql.error("INSERT INTO main.s.t VALUES (1)").await.contains("MODIFY"));
    sql.server.ok("PATCH", BINDINGS, json!({ "add": [{ "workspace_id": here }] })).await;
    sql.run("INSERT INTO main.s.t VALUES (1)").await;
}

#[tokio::test]
async fn binding_needs_to_manage_the_securable() {
    let sql = Sql::start().await;
    let ann = sql.server.workspace.create_token("ann@x").await.unwrap();
    let add = json!({ "add": [{ "workspace_id": 42 }] });
    let hidden = sql.server.error_as(&ann, "PATCH", BINDINGS, add.clone()).await;
    assert!(hidden.starts_with("404 CATALOG_DOES_NOT_EXIST"), "{hidden}");
    sql.run("GRANT USE CATALOG ON CATALOG main TO `ann@x`").await;
    let refused = sql.server.error_as(&ann, "PATCH", BINDINGS, add).await;
    assert_eq!(refused, "403 PERMISSION_DENIED: User does not have MANAGE on Catalog 'main'.");
    let schema = "/api/2.1/unity-catalog/bindings/schema/main";
    assert!(sql.server.error("GET", schema, json!({})).await.starts_with("400 INVALID_PARAMETER_VALUE"));
}

#[tokio::test]
async fn words_that_isolate_nothing_are_refused() {
    let sql = Sql::start().await;
    let catalog = "/api/2.1/unity-catalog/catalogs/main";
    let mode = json!({ "isolation_mode": "ISOLATION_MODE_ISOLATED" });
    let error = sql.server.error("PATCH", catalog, mode).await;
    assert_eq!(
        error,
        "400 INVALID_PARAMETER_VALUE: 'ISOLATION_MODE_ISOLATED' is not a valid isolation_mode."
    );
    let add = json!({ "add": [{ "workspace_id": 42, "binding_type": "READ_ONLY" }] });
    let error = sql.server.error("PATCH", BINDINGS, add).await;
    assert_eq!(error, "400 INVALID_PARAMETER_VALUE: 'READ_ONLY' is not a valid binding_type.");
    assert_eq!(sql.server.get(BINDINGS).await, json!({ "bindings": [] }));
}
