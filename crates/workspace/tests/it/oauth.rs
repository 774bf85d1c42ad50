//! Service principals log in with secrets, for a while.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::server::{Answer, Server, Transport};

const SERVICE_PRINCIPALS: &str = "/api/2.0/preview/scim/v2/ServicePrincipals";
const ME: &str = "/api/2.0/preview/scim/v2/Me";

struct Robot {
    path: String,
    secrets: String,
    client_id: String,
}

async fn robot(server: &Server) -> Robot {
    let made = server.ok("POST", SERVICE_PRINCIPALS, json!({ "displayName": "robot" })).await;
    let id = made["id"].as_str().unwrap();
    Robot {
        path: format!("{SERVICE_PRINCIPALS}/{id}"),
        secrets: format!("/api/2.0/accounts/servicePrincipals/{id}/credentials/secrets"),
        client_id: made["applicationId"].as_str().unwrap().to_owned(),
    }
}

async fn log_in(server: &Server, client_id: &str, secret: &str) -> Answer {
    let basic = format!("Basic {}", STANDARD.encode(format!("{client_id}:{secret}")));
    let headers = [("authorization", basic.as_str()), ("content-type", "application/x-www-form-urlencoded")];
    server.send("POST", "/oidc/v1/token", &headers, "grant_type=client_credentials&scope=all-apis").await
}

async fn secret(server: &Server, robot: &Robot) -> Value {
    server.ok("POST", &robot.secrets, json!({ "lifetime": "3600s" })).await
}

#[tokio::test]
async fn secret_becomes_a_token_until_it_is_deleted() {
    let server = Server::start(Transport::InProcess).await;
    let robot = robot(&server).await;
    let secret = secret(&server, &robot).await;
    let value = secret["secret"].as_str().unwrap();
    let token = log_in(&server, &robot.client_id, value).await.body;
    assert_eq!((&token["token_type"], &token["expires_in"]), (&json!("Bearer"), &json!(3600)));
    let me = server.send_as(token["access_token"].as_str().unwrap(), "GET", ME, json!({})).await.body;
    assert_eq!(me["userName"], robot.client_id.as_str());
    let listed = server.get(&robot.secrets).await;
    assert_eq!(listed["secrets"][0]["id"], secret["id"]);
    assert!(listed["secrets"][0].get("secret").is_none());
    server.ok("DELETE", &format!("{}/{}", robot.secrets, secret["id"].as_str().unwrap()), json!({})).await;
    let refused = log_in(&server, &robot.client_id, value).await;
    assert_eq!((refused.status, &refused.body["error"]), (401, &json!("invalid_client")));
}

#[tokio::test]
async fn service_principal_that_is_not_active_is_shut_out_at_once() {
    let server = Server::start(Transport::InProcess).await;
    let robot = robot(&server).await;
    let value = secret(&server, &robot).await["secret"].as_str().unwrap().to_owned();
    let token =
        log_in(&server, &robot.client_id, &value).await.body["access_token"].as_str().unwrap().to_owned();
    let off = json!({ "Operations": [{ "op": "replace", "path": "active", "value": false }] });
    server.ok("PATCH", &robot.path, off).await;
    assert_eq!(server.send_as(&token, "GET", ME, json!({})).await.status, 403);
    assert_eq!(log_in(&server, &robot.client_id, &value).await.status, 401);
}

#[tokio::test]
async fn token_endpoint_refuses_in_the_words_of_oauth() {
    let server = Server::start(Transport::InProcess).await;
    for (body, status, error) in [
        ("", 400, "invalid_request"),
        ("grant_type=password", 400, "unsupported_grant_type"),
        ("grant_type=client_credentials", 401, "invalid_client"),
        ("grant_type=client_credentials&client_id=admin@clxs.local&client_secret=x", 401, "invalid_client"),
    ] {
        let answer = server.send("POST", "/oidc/v1/token", &[], body).await;
        assert_eq!((answer.status, &answer.body["error"]), (status, &json!(error)), "{body}");
    }
}

#[tokio::test]
async fn secrets_are_made_by_admins_alone_and_not_for_users() {
    let server = Server::start(Transport::InProcess).await;
    let robot = robot(&server).await;
    let ann = server.workspace.create_token("ann@x").await.unwrap();
    let error = server.error_as(&ann, "POST", &robot.secrets, json!({})).await;
    assert!(error.starts_with("403 PERMISSION_DENIED"), "{error}");
    let error = server.error("POST", &robot.secrets, json!({ "lifetime": "soon" })).await;
    assert!(error.starts_with("400 INVALID_PARAMETER_VALUE"), "{error}");
    let error =
        server.error("GET", "/api/2.0/accounts/servicePrincipals/1/credentials/secrets", json!({})).await;
    assert!(error.starts_with("404 RESOURCE_DOES_NOT_EXIST"), "{error}");
}
