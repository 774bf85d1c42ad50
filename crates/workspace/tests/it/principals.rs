//! Who callers are, and making users and groups.

use rstest::rstest;
use serde_json::json;

use crate::server::{Server, Transport};

const ME: &str = "/api/2.0/preview/scim/v2/Me";
const USERS: &str = "/api/2.0/preview/scim/v2/Users";
const GROUPS: &str = "/api/2.0/preview/scim/v2/Groups";

#[rstest]
#[tokio::test]
async fn token_says_who_the_caller_is(#[values(Transport::InProcess, Transport::Tcp)] transport: Transport) {
    let server = Server::start(transport).await;
    assert_eq!(server.get(ME).await["userName"], "admin@clxs.local");
    let ann = server.workspace.create_token("ann@x").await.unwrap();
    assert_eq!(server.send_as(&ann, "GET", ME, json!({})).await.body["userName"], "ann@x");
}

#[tokio::test]
async fn user_in_a_group_in_a_group_is_in_both() {
    let server = Server::start(Transport::InProcess).await;
    let ann = server.ok("POST", USERS, json!({ "userName": "ann@x", "displayName": "Ann" })).await;
    let group = |name: &str, member: &serde_json::Value| {
        let request = json!({ "displayName": name, "members": [{ "value": member["id"] }] });
        server.ok("POST", GROUPS, request)
    };
    let inner = group("analysts", &ann).await;
    let outer = group("staff", &inner).await;
    assert_eq!(inner["members"][0]["display"], "Ann");
    let token = server.workspace.create_token("ann@x").await.unwrap();
    let me = server.send_as(&token, "GET", ME, json!({})).await.body;
    assert_eq!(
        me["groups"],
        json!([
            { "display": "analysts", "value": inner["id"] },
            { "display": "staff", "value": outer["id"] },
        ])
    );
    let found = server.get(&format!("{USERS}?filter=userName%20eq%20%22ann%40x%22")).await;
    assert_eq!((&found["totalResults"], &found["Resources"][0]["id"]), (&json!(1), &ann["id"]));
    assert_eq!(
        server.get(&format!("{GROUPS}/{}", outer["id"].as_str().unwrap())).await["displayName"],
        "staff"
    );
}

#[tokio::test]
async fn only_admins_make_principals_and_each_once() {
    let server = Server::start(Transport::InProcess).await;
    let ann = server.workspace.create_token("ann@x").await.unwrap();
    let error = server.error_as(&ann, "POST", USERS, json!({ "userName": "bob@x" })).await;
    assert!(error.starts_with("403 PERMISSION_DENIED"), "{error}");
    let error = server.error("POST", USERS, json!({ "userName": "ann@x" })).await;
    assert!(error.starts_with("409 RESOURCE_ALREADY_EXISTS"), "{error}");
}

#[tokio::test]
async fn group_made_without_rest_holds_for_its_members() {
    let server = Server::start(Transport::InProcess).await;
    let ann = server.workspace.create_token("ann@x").await.unwrap();
    for _ in 0..2 {
        server.workspace.create_group("staff", &["ann@x"]).await.unwrap();
    }
    let me = server.send_as(&ann, "GET", ME, json!({})).await.body;
    assert_eq!(me["groups"][0]["display"], "staff");
    let error = server.workspace.create_group("staff", &["nobody"]).await.unwrap_err();
    let cause = std::error::Error::source(&error).unwrap();
    assert_eq!(cause.to_string(), "Could not find principal with name nobody");
}
