//! What all endpoints share: tokens, errors, headers.

use clxs_workspace::{Workspace, WorkspaceOptions};
use rstest::rstest;
use serde_json::json;

use crate::server::{Server, Transport};

const CATALOGS: &str = "/api/2.1/unity-catalog/catalogs";

#[rstest]
#[tokio::test]
async fn wrong_token_and_no_token_are_refused_as_recorded(
    #[values(Transport::InProcess, Transport::Tcp)] transport: Transport,
) {
    let server = Server::start(transport).await;
    let wrong = server.send_as("dapi0", "GET", CATALOGS, json!({})).await;
    assert_eq!(wrong.status, 403);
    assert_eq!(wrong.body, json!({ "error_code": 403, "message": "Invalid access token." }));
    for headers in [vec![], vec![("authorization", "Basic YTpi")]] {
        let none = server.send("GET", CATALOGS, &headers, "").await;
        assert_eq!(none.status, 401);
        assert_eq!(none.headers["www-authenticate"], "Bearer realm=\"DatabricksRealm\"");
        assert_eq!(none.body["error_code"], 401);
        assert!(none.headers.contains_key("x-databricks-org-id"));
    }
}

#[rstest]
#[tokio::test]
async fn unknown_routes_and_methods_are_no_endpoints(
    #[values(Transport::InProcess, Transport::Tcp)] transport: Transport,
) {
    let server = Server::start(transport).await;
    let error = server.error("GET", "/api/2.1/unity-catalog/nothing", json!({})).await;
    assert_eq!(error, "404 ENDPOINT_NOT_FOUND: No API found for 'GET /api/2.1/unity-catalog/nothing'");
    let error = server.error("PUT", CATALOGS, json!({})).await;
    assert_eq!(error, "404 ENDPOINT_NOT_FOUND: No API found for 'PUT /api/2.1/unity-catalog/catalogs'");
}

#[rstest]
#[tokio::test]
async fn bodies_and_paths_that_cannot_be_read_are_refused(
    #[values(Transport::InProcess, Transport::Tcp)] transport: Transport,
) {
    let server = Server::start(transport).await;
    let token = format!("Bearer {}", server.token);
    let headers = [("authorization", token.as_str())];
    let malformed = server.send("POST", CATALOGS, &headers, "{\"name\": ").await;
    assert_eq!((malformed.status, &malformed.body["error_code"]), (400, &json!("BAD_REQUEST")));
    for path in ["/api/2.1/unity-catalog/catalogs/%FF", "/api/2.0/sql/statements/1/result/chunks/first"] {
        let error = server.error("GET", path, json!({})).await;
        assert!(error.starts_with("400 INVALID_PARAMETER_VALUE: "), "{path}: {error}");
    }
    let error = server.error("POST", CATALOGS, json!({ "name": "c", "owner": "x" })).await;
    assert_eq!(error, "400 INVALID_PARAMETER_VALUE: Unknown field 'owner' in the request.");
}

#[tokio::test]
async fn metastore_and_workspace_introduce_themselves() {
    let server = Server::start(Transport::InProcess).await;
    let summary = server.get("/api/2.1/unity-catalog/metastore_summary").await;
    let assignment = server.get("/api/2.1/unity-catalog/current-metastore-assignment").await;
    assert_eq!(summary["metastore_id"], assignment["metastore_id"]);
    assert!(
        summary["global_metastore_id"].as_str().unwrap().ends_with(summary["metastore_id"].as_str().unwrap())
    );
    let open = server.send("GET", "/.well-known/databricks-config", &[], "").await;
    assert_eq!(open.status, 200);
    let workspace_id = assignment["workspace_id"].as_i64().unwrap().to_string();
    assert_eq!(open.body["workspace_id"], workspace_id);
    assert_eq!(open.headers["x-databricks-org-id"], workspace_id);
    assert_eq!(server.workspace.summary().workspace_id.to_string(), workspace_id);
}

#[cfg(unix)]
#[tokio::test]
async fn folder_and_token_are_for_their_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let server = Server::start(Transport::InProcess).await;
    let mode = |path: std::path::PathBuf| fs_err::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(server.root()), 0o700);
    assert_eq!(mode(server.root().join("admin.token")), 0o600);
}

#[tokio::test]
async fn second_opening_of_a_folder_has_the_same_token_and_contents() {
    let server = Server::start(Transport::InProcess).await;
    server.ok("POST", CATALOGS, json!({ "name": "kept" })).await;
    let options = clxs_workspace::WorkspaceOptions::default();
    let again = clxs_workspace::Workspace::open(server.root(), options).await.unwrap();
    assert_eq!(again.admin_token().unwrap(), server.token);
    assert_eq!(again.summary().workspace_id, server.workspace.summary().workspace_id);
    assert_eq!(server.get(&format!("{CATALOGS}/kept")).await["name"], "kept");
}

#[tokio::test]
async fn folder_whose_metastore_is_new_gets_a_token_that_opens_it() {
    let root = tempfile::TempDir::new().unwrap();
    let open = || clxs_workspace::Workspace::open(root.path(), clxs_workspace::WorkspaceOptions::default());
    let old = open().await.unwrap().admin_token().unwrap();
    assert_eq!(open().await.unwrap().admin_token().unwrap(), old);
    for entry in fs_err::read_dir(root.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("metastore.db") {
            fs_err::remove_file(path).unwrap();
        }
    }
    let workspace = open().await.unwrap();
    let token = workspace.admin_token().unwrap();
    assert_ne!(token, old);
    let server = Server::of(workspace, root);
    assert_eq!(server.get("/api/2.0/preview/scim/v2/Me").await["userName"], "admin@clxs.local");
}

#[tokio::test]
async fn fields_that_would_make_something_else_are_refused_even_where_unknown_ones_are_ignored() {
    let root = tempfile::TempDir::new().unwrap();
    let options = WorkspaceOptions { strict_requests: false, ..WorkspaceOptions::default() };
    let workspace = Workspace::open(root.path().join("workspace"), options).await.unwrap();
    let server = Server::of(workspace, root);
    for (field, value) in [
        ("provider_name", json!("p")),
        ("share_name", json!("s")),
        ("connection_name", json!("postgres")),
        ("options", json!({ "database": "d" })),
        ("custom_max_retention_hours", json!(24)),
        ("enable_predictive_optimization", json!("ENABLE")),
        ("managed_encryption_settings", json!({ "customer_managed_key_id": "k" })),
    ] {
        let error = server.error("POST", CATALOGS, json!({ "name": "c", field: value })).await;
        let expected = format!("501 NOT_IMPLEMENTED: The embedded workspace does not have '{field}':");
        assert!(error.starts_with(&expected), "{error}");
    }
    let harmless = json!({
        "name": "c", "browse_only": true, "options": {}, "share_name": null,
        "enable_predictive_optimization": "INHERIT",
    });
    assert_eq!(server.ok("POST", CATALOGS, harmless).await["name"], "c");
}

#[tokio::test]
async fn body_that_is_no_object_is_refused() {
    let server = Server::start(Transport::InProcess).await;
    for body in [json!(["prod"]), json!("prod"), json!(null)] {
        let error = server.error("POST", CATALOGS, body).await;
        assert_eq!(error, "400 BAD_REQUEST: The request must be a JSON object.");
    }
}
