//! Who callers are, and making users and groups.

use rstest::rstest;
use serde_json::json;

use crate::server::{Server, Transport};
use crate::sql::Sql;

const ME: &str = "/api/2.0/preview/scim/v2/Me";
const USERS: &str = "/api/2.0/preview/scim/v2/Users";
const SERVICE_PRINCIPALS: &str = "/api/2.0/preview/scim/v2/ServicePrincipals";
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

#[tokio::test]
async fn admins_of_the_workspace_are_a_group_that_unity_catalog_does_not_know() {
    let sql = Sql::start().await;
    let server = &sql.server;
    let me = server.get(ME).await;
    let id = me["groups"][0]["value"].as_str().unwrap();
    assert_eq!(me["groups"], json!([{ "display": "admins", "value": id }]));
    let group = server.get(&format!("{GROUPS}/{id}")).await;
    assert_eq!(group["members"], json!([{ "display": "admin@clxs.local", "value": me["id"] }]));
    let membership =
        "SELECT is_member('admins'), is_account_group_member('admins'), is_member('account users')";
    assert_eq!(sql.rows(membership).await, [["true", "false", "true"]]);
    let ann = server.workspace.create_token("ann@x").await.unwrap();
    assert_eq!(sql.rows_as(&ann, "SELECT is_member('admins')").await, [["false"]]);
    let error = sql.error("GRANT USE CATALOG ON CATALOG main TO `admins`").await;
    assert!(error.contains("PRINCIPAL_DOES_NOT_EXIST"), "{error}");
    let error = server.error("DELETE", &format!("{GROUPS}/{id}"), json!({})).await;
    assert!(error.starts_with("403 PERMISSION_DENIED"), "{error}");
    let error = server.error("POST", GROUPS, json!({ "displayName": "Admins" })).await;
    assert!(error.starts_with("409 RESOURCE_ALREADY_EXISTS"), "{error}");
}

#[tokio::test]
async fn list_of_principals_ends_for_clients_that_ask_until_a_page_is_empty() {
    let server = Server::start(Transport::InProcess).await;
    for number in 0..3 {
        server.ok("POST", GROUPS, json!({ "displayName": format!("g{number}") })).await;
    }
    let (mut seen, mut first) = (Vec::new(), 1);
    loop {
        let page = server.get(&format!("{GROUPS}?startIndex={first}&count=2")).await;
        let resources = page["Resources"].as_array().unwrap();
        assert_eq!((&page["totalResults"], &page["startIndex"]), (&json!(5), &json!(first)));
        if resources.is_empty() {
            break;
        }
        first += resources.len();
        seen.extend(resources.iter().map(|group| group["displayName"].as_str().unwrap().to_owned()));
    }
    assert_eq!(seen, ["account users", "admins", "g0", "g1", "g2"]);
}

#[tokio::test]
async fn service_principal_gets_an_application_id_and_is_found_by_it() {
    let server = Server::start(Transport::InProcess).await;
    let made = server.ok("POST", SERVICE_PRINCIPALS, json!({ "displayName": "robot" })).await;
    let application_id = made["applicationId"].as_str().unwrap();
    let found = |filter: String| {
        let path = format!("{SERVICE_PRINCIPALS}?filter={filter}");
        let server = &server;
        async move { server.get(&path).await["Resources"].clone() }
    };
    assert_eq!(found(format!("applicationId%20eq%20%22{application_id}%22")).await, json!([made]));
    assert_eq!(found("applicationId%20eq%20%22robot%22".to_owned()).await, json!([]));
    assert_eq!(
        server.get(USERS).await["Resources"].as_array().unwrap().len(),
        2,
        "the admin and the platform"
    );
}

#[tokio::test]
async fn principals_that_cannot_be_are_refused_and_leave_nothing() {
    let server = Server::start(Transport::InProcess).await;
    let user = server.ok("POST", USERS, json!({ "userName": "ann@x" })).await;
    let group_path = format!("{GROUPS}/{}", user["id"].as_str().unwrap());
    for (method, path, body, expected) in [
        ("POST", USERS, json!({}), "400 INVALID_PARAMETER_VALUE: The principal's name is missing."),
        (
            "POST",
            GROUPS,
            json!({ "displayName": "g", "members": [{ "value": "999" }] }),
            "404 PRINCIPAL_DOES_NOT_EXIST: Could not find principal with name 999",
        ),
        (
            "POST",
            GROUPS,
            json!({ "displayName": "g", "members": [{ "value": "ann@x" }] }),
            "400 INVALID_PARAMETER_VALUE: 'ann@x' is not the id of a principal.",
        ),
        ("GET", &group_path, json!({}), "404 RESOURCE_DOES_NOT_EXIST: No principal has id"),
        (
            "GET",
            "/api/2.0/preview/scim/v2/Users/x",
            json!({}),
            "400 INVALID_PARAMETER_VALUE: 'x' is not the id",
        ),
    ] {
        let error = server.error(method, path, body).await;
        assert!(error.starts_with(expected), "{method} {path}: {error}");
    }
    assert_eq!(server.get(GROUPS).await["totalResults"], 2, "the refused group must not be there");
}

#[tokio::test]
async fn name_of_a_user_is_no_groups_and_the_other_way_round() {
    let server = Server::start(Transport::InProcess).await;
    let workspace = &server.workspace;
    workspace.create_user("ann@x").await.unwrap();
    workspace.create_user("ann@x").await.unwrap();
    workspace.create_group("staff", &["ann@x"]).await.unwrap();
    for refused in [workspace.create_group("ann@x", &[]).await, workspace.create_user("staff").await] {
        let cause = std::error::Error::source(&refused.unwrap_err()).unwrap().to_string();
        assert!(cause.ends_with("already exists"), "{cause}");
    }
}

#[tokio::test]
async fn change_of_a_groups_members_acts_on_privileges_at_once() {
    let server = Server::start(Transport::InProcess).await;
    let ann = server.workspace.create_token("ann@x").await.unwrap();
    let id = server.get(&format!("{USERS}?filter=userName%20eq%20%22ann%40x%22")).await["Resources"][0]["id"]
        .clone();
    let group = server.ok("POST", GROUPS, json!({ "displayName": "staff" })).await;
    let group = format!("{GROUPS}/{}", group["id"].as_str().unwrap());
    server.ok("POST", "/api/2.1/unity-catalog/catalogs", json!({ "name": "sales" })).await;
    let change = json!({ "changes": [{ "principal": "staff", "add": ["USE_CATALOG"] }] });
    server.ok("PATCH", "/api/2.1/unity-catalog/permissions/catalog/sales", change).await;
    let path = "/api/2.1/unity-catalog/catalogs/sales";
    let member =
        |op: &str| json!({ "Operations": [{ "op": op, "path": "members", "value": [{ "value": id }] }] });
    assert_eq!(server.send_as(&ann, "GET", path, json!({})).await.status, 404);
    server.ok("PATCH", &group, member("add")).await;
    assert_eq!(server.send_as(&ann, "GET", path, json!({})).await.status, 200);
    server.ok("PUT", &group, json!({ "displayName": "crew", "members": [{ "value": id }] })).await;
    assert_eq!(server.send_as(&ann, "GET", path, json!({})).await.status, 200, "grants follow the name");
    server.ok("PATCH", &group, member("remove")).await;
    assert_eq!(server.send_as(&ann, "GET", path, json!({})).await.status, 404);
}

#[tokio::test]
async fn principals_that_own_something_or_belong_to_the_platform_stay() {
    let server = Server::start(Transport::InProcess).await;
    let ann = server.ok("POST", USERS, json!({ "userName": "ann@x" })).await;
    let ann = format!("{USERS}/{}", ann["id"].as_str().unwrap());
    server.ok("POST", "/api/2.1/unity-catalog/catalogs", json!({ "name": "sales" })).await;
    let path = "/api/2.1/unity-catalog/catalogs/sales";
    server.ok("PATCH", path, json!({ "owner": "ann@x" })).await;
    let error = server.error("DELETE", &ann, json!({})).await;
    assert!(error.starts_with("409 RESOURCE_CONFLICT"), "{error}");
    server.ok("PATCH", path, json!({ "owner": "admin@clxs.local" })).await;
    server.ok("DELETE", &ann, json!({})).await;
    let everybody = server.get(&format!("{GROUPS}?filter=displayName%20eq%20%22account%20users%22")).await;
    let everybody = format!("{GROUPS}/{}", everybody["Resources"][0]["id"].as_str().unwrap());
    for method in ["DELETE", "PUT"] {
        let error = server.error(method, &everybody, json!({ "displayName": "x" })).await;
        assert!(error.starts_with("403 PERMISSION_DENIED"), "{error}");
    }
}

#[tokio::test]
async fn filter_that_nests_without_end_is_refused_and_harms_nobody() {
    let server = Server::start(Transport::InProcess).await;
    let ann = server.workspace.create_token("ann@x").await.unwrap();
    let filter = "not%20".repeat(10_000) + "userName%20pr";
    let error = server.error_as(&ann, "GET", &format!("{USERS}?filter={filter}"), json!({})).await;
    assert!(error.starts_with("400 INVALID_PARAMETER_VALUE: The filter 'not not"), "{error:.80}");
    assert_eq!(server.get(ME).await["userName"], "admin@clxs.local");
}

#[tokio::test]
async fn user_who_is_deactivated_by_a_text_is_shut_out() {
    let server = Server::start(Transport::InProcess).await;
    let ann = server.ok("POST", USERS, json!({ "userName": "ann@x" })).await;
    let path = format!("{USERS}/{}", ann["id"].as_str().unwrap());
    let token = server.workspace.create_token("ann@x").await.unwrap();
    let set = |value: serde_json::Value| json!({ "Operations": [{ "op": "replace", "path": "active", "value": value }] });
    server.ok("PATCH", &path, set(json!("False"))).await;
    assert_eq!(server.send_as(&token, "GET", ME, json!({})).await.status, 403);
    server.ok("PATCH", &path, set(json!("True"))).await;
    assert_eq!(server.send_as(&token, "GET", ME, json!({})).await.status, 200);
    let error = server.error("PATCH", &path, set(json!("perhaps"))).await;
    assert_eq!(error, "400 INVALID_PARAMETER_VALUE: active must be true or false, it is \"perhaps\".");
}

#[tokio::test]
async fn names_of_principals_differ_in_more_than_their_case() {
    let server = Server::start(Transport::InProcess).await;
    server.ok("POST", USERS, json!({ "userName": "ann@x" })).await;
    let error = server.error("POST", USERS, json!({ "userName": "ANN@x" })).await;
    assert!(error.starts_with("409 RESOURCE_ALREADY_EXISTS"), "{error}");
}

#[tokio::test]
async fn group_that_would_be_in_itself_is_refused() {
    let server = Server::start(Transport::InProcess).await;
    let inner = server.ok("POST", GROUPS, json!({ "displayName": "inner" })).await;
    let members = json!([{ "value": inner["id"] }]);
    let outer = server.ok("POST", GROUPS, json!({ "displayName": "outer", "members": members })).await;
    let path = format!("{GROUPS}/{}", inner["id"].as_str().unwrap());
    for member in [&inner, &outer] {
        let add = json!({ "op": "add", "path": "members", "value": [{ "value": member["id"] }] });
        let error = server.error("PATCH", &path, json!({ "Operations": [add] })).await;
        assert_eq!(error, "400 INVALID_PARAMETER_VALUE: The group 'inner' would be in itself.");
    }
    assert_eq!(server.get(&path).await["members"], json!([]));
}
