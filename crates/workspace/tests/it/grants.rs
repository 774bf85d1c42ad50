//! Grants and what they change for their principals.

use rstest::rstest;
use serde_json::{Value, json};

use crate::server::{Server, Transport};

const CATALOGS: &str = "/api/2.1/unity-catalog/catalogs";
const SCHEMAS: &str = "/api/2.1/unity-catalog/schemas";
const PERMISSIONS: &str = "/api/2.1/unity-catalog/permissions";
const EFFECTIVE: &str = "/api/2.1/unity-catalog/effective-permissions";

/// `prod.sales` and a token of `ann@x`, who may do nothing.
async fn with_ann(transport: Transport) -> (Server, String) {
    let server = Server::start(transport).await;
    server.ok("POST", CATALOGS, json!({ "name": "prod" })).await;
    server.ok("POST", SCHEMAS, json!({ "name": "sales", "catalog_name": "prod" })).await;
    let ann = server.workspace.create_token("ann@x").await.unwrap();
    (server, ann)
}

async fn grant(server: &Server, on: &str, principal: &str, privileges: Value) -> Value {
    let change = json!({ "changes": [{ "principal": principal, "add": privileges }] });
    server.ok("PATCH", &format!("{PERMISSIONS}/{on}"), change).await
}

#[rstest]
#[tokio::test]
async fn grants_open_the_way_step_by_step(
    #[values(Transport::InProcess, Transport::Tcp)] transport: Transport,
) {
    let (server, ann) = with_ann(transport).await;
    let schema = format!("{SCHEMAS}/prod.sales");
    let catalogs = server.send_as(&ann, "GET", CATALOGS, json!({})).await.body;
    assert_eq!(catalogs["catalogs"].as_array().unwrap().len(), 1, "only system: {catalogs}");
    let error = server.error_as(&ann, "GET", &schema, json!({})).await;
    assert_eq!(error, "404 CATALOG_DOES_NOT_EXIST: Catalog 'prod' does not exist.");
    grant(&server, "catalog/prod", "ann@x", json!(["USE_CATALOG"])).await;
    let error = server.error_as(&ann, "GET", &schema, json!({})).await;
    assert_eq!(error, "403 PERMISSION_DENIED: User does not have USE SCHEMA on Schema 'prod.sales'.");
    grant(&server, "schema/prod.sales", "ann@x", json!(["USE_SCHEMA"])).await;
    assert_eq!(server.send_as(&ann, "GET", &schema, json!({})).await.status, 200);
    let error = server.error_as(&ann, "POST", SCHEMAS, json!({ "name": "s", "catalog_name": "prod" })).await;
    assert_eq!(error, "403 PERMISSION_DENIED: User does not have CREATE SCHEMA on Catalog 'prod'.");
    let error = server.error_as(&ann, "DELETE", &schema, json!({})).await;
    assert_eq!(error, "403 PERMISSION_DENIED: User does not have MANAGE on Schema 'prod.sales'.");
}

#[tokio::test]
async fn securable_without_grants_answers_an_empty_object() {
    let (server, _) = with_ann(Transport::InProcess).await;
    assert_eq!(server.get(&format!("{PERMISSIONS}/schema/prod.sales")).await, json!({}));
}

#[tokio::test]
async fn granting_twice_and_revoking_what_is_absent_change_nothing() {
    let (server, _) = with_ann(Transport::InProcess).await;
    let held = json!({ "privilege_assignments": [{ "principal": "ann@x", "privileges": ["SELECT"] }] });
    for _ in 0..2 {
        assert_eq!(grant(&server, "schema/prod.sales", "ann@x", json!(["SELECT"])).await, held);
    }
    let change = json!({ "changes": [{ "principal": "ann@x", "remove": ["MODIFY"] }] });
    assert_eq!(server.ok("PATCH", &format!("{PERMISSIONS}/schema/prod.sales"), change).await, held);
}

#[tokio::test]
async fn revoking_all_privileges_leaves_manage() {
    let (server, _) = with_ann(Transport::InProcess).await;
    grant(&server, "catalog/prod", "ann@x", json!(["ALL_PRIVILEGES", "MANAGE", "SELECT"])).await;
    let change = json!({ "changes": [{ "principal": "ann@x", "remove": ["ALL_PRIVILEGES"] }] });
    let left = server.ok("PATCH", &format!("{PERMISSIONS}/catalog/prod"), change).await;
    assert_eq!(left["privilege_assignments"][0]["privileges"], json!(["MANAGE"]));
}

#[tokio::test]
async fn grants_that_cannot_be_are_refused_and_none_of_their_request_is_kept() {
    let (server, _) = with_ann(Transport::InProcess).await;
    for (changes, expected) in [
        (
            json!([{ "principal": "ann@x", "add": ["SELECT"] }, { "principal": "nobody", "add": ["SELECT"] }]),
            "404 PRINCIPAL_DOES_NOT_EXIST: Could not find principal with name nobody",
        ),
        (
            json!([{ "principal": "ann@x", "add": ["UPDATE"] }]),
            "400 INVALID_PARAMETER_VALUE: Privilege UPDATE is not applicable to this entity \
             [CATALOG/CATALOG_STANDARD]",
        ),
        (
            json!([{ "principal": "ann@x", "add": ["SELECT"], "remove": ["SELECT"] }]),
            "400 INVALID_PARAMETER_VALUE: Duplicate privileges to add and delete for principal ann@x.",
        ),
    ] {
        let path = format!("{PERMISSIONS}/catalog/prod");
        assert_eq!(server.error("PATCH", &path, json!({ "changes": changes })).await, expected);
    }
    assert_eq!(server.get(&format!("{PERMISSIONS}/catalog/prod")).await, json!({}));
}

#[tokio::test]
async fn effective_permissions_say_where_a_privilege_comes_from() {
    let (server, ann) = with_ann(Transport::InProcess).await;
    grant(&server, "catalog/prod", "account users", json!(["SELECT", "USE_CATALOG", "USE_SCHEMA"])).await;
    grant(&server, "schema/prod.sales", "ann@x", json!(["SELECT"])).await;
    let path = format!("{EFFECTIVE}/schema/prod.sales?principal=ann%40x");
    let expected = json!({ "privilege_assignments": [
        { "principal": "account users", "privileges": [
            { "privilege": "SELECT", "inherited_from_type": "CATALOG", "inherited_from_name": "prod" },
            { "privilege": "USE_SCHEMA", "inherited_from_type": "CATALOG", "inherited_from_name": "prod" },
        ] },
        { "principal": "ann@x", "privileges": [{ "privilege": "SELECT" }] },
    ] });
    assert_eq!(server.get(&path).await, expected);
    assert_eq!(server.send_as(&ann, "GET", &path, json!({})).await.body, expected);
}

#[tokio::test]
async fn who_may_not_manage_sees_their_own_grants_only() {
    let (server, ann) = with_ann(Transport::InProcess).await;
    server.workspace.create_token("bob@x").await.unwrap();
    grant(&server, "catalog/prod", "bob@x", json!(["SELECT"])).await;
    grant(&server, "catalog/prod", "ann@x", json!(["USE_CATALOG"])).await;
    let path = format!("{PERMISSIONS}/catalog/prod");
    let seen = server.send_as(&ann, "GET", &path, json!({})).await.body;
    assert_eq!(
        seen,
        json!({ "privilege_assignments": [{ "principal": "ann@x", "privileges": ["USE_CATALOG"] }] })
    );
    grant(&server, "catalog/prod", "ann@x", json!(["MANAGE"])).await;
    let seen = server.send_as(&ann, "GET", &path, json!({})).await.body;
    assert_eq!(seen["privilege_assignments"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn securables_that_cannot_be_named_or_are_not_there_are_refused() {
    let (server, _) = with_ann(Transport::InProcess).await;
    for (on, expected) in [
        (
            "catalog/prod.sales",
            "400 INVALID_PARAMETER_VALUE: 'prod.sales' is not a valid name for a CATALOG.",
        ),
        ("table/prod", "400 INVALID_PARAMETER_VALUE: 'prod' is not a valid name for a TABLE."),
        (
            "planet/mars",
            "400 INVALID_PARAMETER_VALUE: The embedded workspace has no securables of type PLANET.",
        ),
        ("schema/prod.none", "404 SCHEMA_DOES_NOT_EXIST: Schema 'prod.none' does not exist."),
        ("table/prod.sales.none", "404 TABLE_DOES_NOT_EXIST: Table 'prod.sales.none' does not exist."),
    ] {
        for path in [PERMISSIONS, EFFECTIVE] {
            assert_eq!(server.error("GET", &format!("{path}/{on}"), json!({})).await, expected);
        }
    }
}

#[tokio::test]
async fn who_may_only_browse_sees_what_there_is_when_asking_for_it() {
    let (server, ann) = with_ann(Transport::InProcess).await;
    grant(&server, "catalog/prod", "ann@x", json!(["BROWSE"])).await;
    let schema = format!("{SCHEMAS}/prod.sales");
    let error = server.error_as(&ann, "GET", &schema, json!({})).await;
    assert_eq!(error, "403 PERMISSION_DENIED: User does not have USE CATALOG on Catalog 'prod'.");
    let seen = server.send_as(&ann, "GET", &format!("{schema}?include_browse=true"), json!({})).await.body;
    assert_eq!((&seen["full_name"], &seen["browse_only"]), (&json!("prod.sales"), &json!(true)));
    for (query, names) in [("", vec!["system"]), ("?include_browse=true", vec!["prod", "system"])] {
        let list = server.send_as(&ann, "GET", &format!("{CATALOGS}{query}"), json!({})).await.body;
        let listed: Vec<_> = list["catalogs"]
            .as_array()
            .unwrap()
            .iter()
            .map(|catalog| catalog["name"].as_str().unwrap())
            .collect();
        assert_eq!(listed, names, "{query}");
    }
    let schemas = format!("{SCHEMAS}?catalog_name=prod&include_browse=true");
    let listed = server.send_as(&ann, "GET", &schemas, json!({})).await.body;
    assert_eq!(listed["schemas"].as_array().unwrap().len(), 3);
    let error = server.error_as(&ann, "PATCH", &schema, json!({ "comment": "mine" })).await;
    assert_eq!(error, "403 PERMISSION_DENIED: User does not have USE CATALOG on Catalog 'prod'.");
}

#[tokio::test]
async fn metastore_is_named_by_its_id() {
    let (server, _) = with_ann(Transport::InProcess).await;
    let id = server.workspace.summary().metastore_id;
    let held = grant(&server, &format!("metastore/{id}"), "ann@x", json!(["CREATE_CATALOG"])).await;
    assert_eq!(server.get(&format!("{PERMISSIONS}/metastore/{id}")).await, held);
    let other = "11111111-1111-1111-1111-111111111111";
    let error = server.error("GET", &format!("{PERMISSIONS}/metastore/{other}"), json!({})).await;
    assert_eq!(error, format!("404 METASTORE_DOES_NOT_EXIST: Metastore '{other}' does not exist."));
}

#[tokio::test]
async fn groups_of_the_workspace_alone_get_no_grants() {
    let (server, _) = with_ann(Transport::InProcess).await;
    for group in ["admins", "users"] {
        let changes = json!({ "changes": [{ "principal": group, "add": ["USE_CATALOG"] }] });
        let error = server.error("PATCH", &format!("{PERMISSIONS}/catalog/prod"), changes).await;
        let expected = format!("404 PRINCIPAL_DOES_NOT_EXIST: Could not find principal with name {group}");
        assert_eq!(error, expected);
    }
}

#[tokio::test]
async fn revoking_all_privileges_of_a_table_leaves_what_was_measured() {
    let sql = crate::sql::Sql::start().await;
    sql.server.workspace.create_token("ann@x").await.unwrap();
    sql.run("CREATE TABLE main.default.t (a INT)").await;
    let privileges = ["SELECT", "MODIFY", "APPLY_TAG", "MANAGE", "READ_METADATA", "ALL_PRIVILEGES"];
    grant(&sql.server, "table/main.default.t", "ann@x", json!(privileges)).await;
    let revoke = json!({ "changes": [{ "principal": "ann@x", "remove": ["ALL_PRIVILEGES"] }] });
    let left = sql.server.ok("PATCH", &format!("{PERMISSIONS}/table/main.default.t"), revoke).await;
    assert_eq!(left["privilege_assignments"][0]["privileges"], json!(["MANAGE", "READ_METADATA"]));
}

#[tokio::test]
async fn principal_that_is_made_again_holds_nothing_of_what_it_held() {
    let (server, _) = with_ann(Transport::InProcess).await;
    let users = "/api/2.0/preview/scim/v2/Users";
    grant(&server, "catalog/prod", "ann@x", json!(["USE_CATALOG"])).await;
    let found = server.get(&format!("{users}?filter=userName%20eq%20%22ann%40x%22")).await;
    let id = found["Resources"][0]["id"].as_str().unwrap();
    server.send_as(&server.token, "DELETE", &format!("{users}/{id}"), json!({})).await;
    let ann = server.workspace.create_token("ann@x").await.unwrap();
    let error = server.error_as(&ann, "GET", "/api/2.1/unity-catalog/catalogs/prod", json!({})).await;
    assert_eq!(error, "404 CATALOG_DOES_NOT_EXIST: Catalog 'prod' does not exist.");
}
