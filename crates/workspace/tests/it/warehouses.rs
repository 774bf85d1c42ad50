//! The one warehouse.

use serde_json::json;

use crate::server::{Server, Transport};

const LOCAL: &str = "/api/2.0/sql/warehouses/local";

#[tokio::test]
async fn unknown_warehouse_is_not_there_whatever_is_asked_of_it() {
    let server = Server::start(Transport::InProcess).await;
    for (method, path) in [("GET", ""), ("POST", "/start"), ("POST", "/stop")] {
        let error = server.error(method, &format!("/api/2.0/sql/warehouses/none{path}"), json!({})).await;
        assert_eq!(error, "404 RESOURCE_DOES_NOT_EXIST: SQL warehouse none does not exist.");
    }
}

#[tokio::test]
async fn only_admins_stop_the_warehouse_and_everybody_starts_it() {
    let server = Server::start(Transport::InProcess).await;
    let ann = server.workspace.create_token("ann@x").await.unwrap();
    let error = server.error_as(&ann, "POST", &format!("{LOCAL}/stop"), json!({})).await;
    assert_eq!(error, "403 PERMISSION_DENIED: User is not an owner of Metastore 'embedded'.");
    server.ok("POST", &format!("{LOCAL}/stop"), json!({})).await;
    assert_eq!(server.get(LOCAL).await["state"], "STOPPED");
    assert_eq!(server.send_as(&ann, "POST", &format!("{LOCAL}/start"), json!({})).await.status, 200);
    assert_eq!(server.get(LOCAL).await["state"], "RUNNING");
}
