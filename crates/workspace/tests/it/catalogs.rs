//! Catalogs and schemas.

use rstest::rstest;
use serde_json::{Value, json};

use crate::server::{Server, Transport};

const CATALOGS: &str = "/api/2.1/unity-catalog/catalogs";
const SCHEMAS: &str = "/api/2.1/unity-catalog/schemas";

fn names<'a>(answer: &'a Value, list: &str) -> Vec<&'a str> {
    answer[list].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

#[rstest]
#[tokio::test]
async fn catalog_lives_from_making_to_dropping(
    #[values(Transport::InProcess, Transport::Tcp)] transport: Transport,
) {
    let server = Server::start(transport).await;
    let request = json!({ "name": "Prod", "comment": "it's ours", "properties": { "team": "sales" } });
    let made = server.ok("POST", CATALOGS, request).await;
    assert_eq!((&made["name"], &made["owner"]), (&json!("prod"), &json!("admin@clxs.local")));
    assert_eq!(
        (&made["catalog_type"], &made["securable_kind"], &made["browse_only"]),
        (&json!("MANAGED_CATALOG"), &json!("CATALOG_STANDARD"), &json!(false))
    );
    let changed = json!({ "new_name": "prod2", "comment": "new", "isolation_mode": "ISOLATED" });
    server.ok("PATCH", &format!("{CATALOGS}/PROD"), changed).await;
    let read = server.get(&format!("{CATALOGS}/prod2")).await;
    assert_eq!((&read["comment"], &read["isolation_mode"]), (&json!("new"), &json!("ISOLATED")));
    assert_eq!(read["properties"], json!({ "team": "sales" }));
    server.ok("DELETE", &format!("{CATALOGS}/prod2?force=true"), json!({})).await;
    let error = server.error("GET", &format!("{CATALOGS}/prod2"), json!({})).await;
    assert_eq!(error, "404 CATALOG_DOES_NOT_EXIST: Catalog 'prod2' does not exist.");
}

#[rstest]
#[tokio::test]
async fn names_with_odd_characters_survive_the_path(
    #[values(Transport::InProcess, Transport::Tcp)] transport: Transport,
) {
    let server = Server::start(transport).await;
    server.ok("POST", CATALOGS, json!({ "name": "été-%+&?#`" })).await;
    let read = server.get(&format!("{CATALOGS}/%C3%A9t%C3%A9-%25%2B%26%3F%23%60")).await;
    assert_eq!(read["name"], "été-%+&?#`");
    for name in ["", "a b", "a.b", "a/b", "a\nb", &"x".repeat(256)] {
        let error = server.error("POST", CATALOGS, json!({ "name": name })).await;
        assert!(
            error.starts_with("400 INVALID_PARAMETER_VALUE: Invalid input: RPC CreateCatalog Field"),
            "{error}"
        );
    }
}

#[rstest]
#[tokio::test]
async fn taken_names_and_full_catalogs_are_refused_in_the_platforms_words(
    #[values(Transport::InProcess, Transport::Tcp)] transport: Transport,
) {
    let server = Server::start(transport).await;
    server.ok("POST", CATALOGS, json!({ "name": "prod" })).await;
    let error = server.error("POST", CATALOGS, json!({ "name": "PROD" })).await;
    assert_eq!(error, "400 CATALOG_ALREADY_EXISTS: Catalog 'prod' already exists");
    let config = json!({ "name": "config", "catalog_name": "prod" });
    server.ok("POST", SCHEMAS, config.clone()).await;
    let error = server.error("POST", SCHEMAS, config).await;
    assert_eq!(error, "400 SCHEMA_ALREADY_EXISTS: Schema 'config' already exists");
    let error = server.error("DELETE", &format!("{CATALOGS}/prod"), json!({})).await;
    assert!(error.starts_with("400 CATALOG_NOT_EMPTY: "), "{error}");
    server.ok("DELETE", &format!("{CATALOGS}/prod?force=true"), json!({})).await;
    let error = server.error("GET", &format!("{SCHEMAS}?catalog_name=prod"), json!({})).await;
    assert_eq!(error, "404 CATALOG_DOES_NOT_EXIST: Catalog 'prod' does not exist.");
}

#[tokio::test]
async fn what_the_platform_makes_is_listed_and_cannot_be_changed() {
    let server = Server::start(Transport::InProcess).await;
    server.ok("POST", CATALOGS, json!({ "name": "prod" })).await;
    let catalogs = server.get(CATALOGS).await;
    assert_eq!(names(&catalogs, "catalogs"), ["prod", "system"]);
    let system = &catalogs["catalogs"][1];
    assert_eq!(
        (&system["catalog_type"], &system["owner"]),
        (&json!("SYSTEM_CATALOG"), &json!("System user"))
    );
    let schemas = server.get(&format!("{SCHEMAS}?catalog_name=prod")).await;
    assert_eq!(names(&schemas, "schemas"), ["default", "information_schema"]);
    let schema = &schemas["schemas"][1];
    assert_eq!(
        (&schema["name"], &schema["owner"], &schema["securable_kind"]),
        (&json!("information_schema"), &json!("System user"), &json!("SCHEMA_SYSTEM"))
    );
    for path in [format!("{CATALOGS}/system?force=true"), format!("{SCHEMAS}/prod.information_schema")] {
        let error = server.error("DELETE", &path, json!({})).await;
        assert!(error.starts_with("403 PERMISSION_DENIED: User does not have MANAGE on"), "{error}");
    }
}

#[tokio::test]
async fn schemas_page_to_the_end() {
    let server = Server::start(Transport::InProcess).await;
    server.ok("POST", CATALOGS, json!({ "name": "prod" })).await;
    for number in 0..5 {
        let schema = json!({ "name": format!("s{number}"), "catalog_name": "prod" });
        server.ok("POST", SCHEMAS, schema).await;
    }
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("{SCHEMAS}?catalog_name=prod&max_results=2&page_token={token}")).await;
        seen.extend(names(&page, "schemas").into_iter().map(str::to_owned));
        match page["next_page_token"].as_str() {
            Some(next) => next.clone_into(&mut token),
            None => break,
        }
    }
    assert_eq!(seen, ["default", "information_schema", "s0", "s1", "s2", "s3", "s4"]);
    let error = server.error("GET", &format!("{CATALOGS}?max_results=-1"), json!({})).await;
    assert!(error.starts_with("400 INVALID_PARAMETER_VALUE"), "{error}");
}

#[tokio::test]
async fn schema_is_renamed_given_away_and_dropped() {
    let server = Server::start(Transport::InProcess).await;
    server.ok("POST", CATALOGS, json!({ "name": "prod" })).await;
    let request = json!({ "name": "Sales", "catalog_name": "PROD", "storage_root": "/data/sales/" });
    let made = server.ok("POST", SCHEMAS, request).await;
    assert_eq!(
        (&made["full_name"], &made["storage_root"]),
        (&json!("prod.sales"), &json!("file:///data/sales"))
    );
    let change = json!({ "new_name": "shop", "owner": "account users" });
    let changed = server.ok("PATCH", &format!("{SCHEMAS}/prod.sales"), change).await;
    assert_eq!((&changed["full_name"], &changed["owner"]), (&json!("prod.shop"), &json!("account users")));
    assert_eq!(changed["schema_id"], made["schema_id"]);
    let error = server.error("GET", &format!("{SCHEMAS}/prod.sales"), json!({})).await;
    assert_eq!(error, "404 SCHEMA_DOES_NOT_EXIST: Schema 'prod.sales' does not exist.");
    server.ok("DELETE", &format!("{SCHEMAS}/prod.shop"), json!({})).await;
}

#[tokio::test]
async fn storage_root_outside_local_folders_is_refused() {
    let server = Server::start(Transport::InProcess).await;
    for root in ["s3://bucket/x", "/data/../etc", "relative"] {
        let error = server.error("POST", CATALOGS, json!({ "name": "c", "storage_root": root })).await;
        assert!(error.starts_with("400 INVALID_PARAMETER_VALUE: The location"), "{error}");
    }
}

#[tokio::test]
async fn change_takes_away_a_comment_and_leaves_what_it_does_not_name() {
    let server = Server::start(Transport::InProcess).await;
    let request = json!({ "name": "prod", "comment": "ours", "properties": { "team": "sales" } });
    server.ok("POST", CATALOGS, request).await;
    let schema = json!({ "name": "s", "catalog_name": "prod", "comment": "c", "properties": { "a": "b" } });
    server.ok("POST", SCHEMAS, schema).await;
    for (path, properties) in [
        (format!("{CATALOGS}/prod"), json!({ "team": "sales" })),
        (format!("{SCHEMAS}/prod.s"), json!({ "a": "b" })),
    ] {
        let changed = server.ok("PATCH", &path, json!({ "comment": "" })).await;
        assert_eq!((changed.get("comment"), &changed["properties"]), (None, &properties));
        assert_eq!(server.get(&path).await, changed);
    }
}

#[tokio::test]
async fn change_to_a_taken_name_or_an_unknown_owner_is_refused_and_changes_nothing() {
    let server = Server::start(Transport::InProcess).await;
    for name in ["one", "two"] {
        server.ok("POST", CATALOGS, json!({ "name": name })).await;
        server.ok("POST", SCHEMAS, json!({ "name": name, "catalog_name": "one" })).await;
    }
    for (path, change, expected) in [
        (
            format!("{CATALOGS}/one"),
            json!({ "new_name": "TWO" }),
            "400 CATALOG_ALREADY_EXISTS: Catalog 'two'",
        ),
        (
            format!("{SCHEMAS}/one.one"),
            json!({ "new_name": "two" }),
            "400 SCHEMA_ALREADY_EXISTS: Schema 'two'",
        ),
        (
            format!("{CATALOGS}/one"),
            json!({ "new_name": "a b" }),
            "400 INVALID_PARAMETER_VALUE: Invalid input",
        ),
        (format!("{CATALOGS}/one"), json!({ "owner": "nobody" }), "404 PRINCIPAL_DOES_NOT_EXIST: Could not"),
        (
            format!("{SCHEMAS}/one.one"),
            json!({ "owner": "nobody" }),
            "404 PRINCIPAL_DOES_NOT_EXIST: Could not",
        ),
        (
            format!("{SCHEMAS}/one"),
            json!({ "comment": "c" }),
            "400 INVALID_PARAMETER_VALUE: 'one' is not a valid",
        ),
    ] {
        let error = server.error("PATCH", &path, change).await;
        assert!(error.starts_with(expected), "{path}: {error}");
    }
    let (catalog, schema) =
        (server.get(&format!("{CATALOGS}/one")).await, server.get(&format!("{SCHEMAS}/one.one")).await);
    assert_eq!([&catalog["owner"], &schema["owner"]], [&json!("admin@clxs.local"); 2]);
    assert_eq!(
        [&catalog["updated_at"], &schema["updated_at"]],
        [&catalog["created_at"], &schema["created_at"]]
    );
}
