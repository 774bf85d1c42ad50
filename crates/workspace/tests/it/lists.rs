//! Lists: what they hold for whom, and how they are cut into pages.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::sql::Sql;

const UNITY: &str = "/api/2.1/unity-catalog";

/// The pages of a list for the holder of a token: names of items and tokens.
async fn pages(sql: &Sql, token: &str, path: &str, field: &str) -> Vec<(Vec<String>, Option<String>)> {
    let (mut pages, mut query) = (Vec::new(), String::new());
    loop {
        let answer = sql.server.send_as(token, "GET", &format!("{UNITY}/{path}{query}"), json!({})).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        let items = answer.body[field].as_array().cloned().unwrap_or_default();
        let name = |item: &Value| {
            let name = item["full_name"].as_str().or(item["name"].as_str());
            name.unwrap().rsplit('.').next().unwrap().to_owned()
        };
        let next = answer.body["next_page_token"].as_str().map(str::to_owned);
        pages.push((items.iter().map(name).collect(), next.clone()));
        match next {
            Some(next) => query = format!("&page_token={next}"),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn pages_neither_count_nor_name_what_the_caller_may_not_see() {
    let sql = Sql::start().await;
    let ann = sql.server.workspace.create_token("ann@x").await.unwrap();
    for catalog in ["c1", "c2", "c3"] {
        sql.run(&format!("CREATE CATALOG {catalog}")).await;
    }
    for schema in ["a", "b", "c", "d"] {
        sql.run(&format!("CREATE SCHEMA main.{schema}")).await;
    }
    for name in ["secret1", "secret2", "t", "u", "zsecret"] {
        sql.run(&format!("CREATE TABLE main.b.{name} (a INT)")).await;
        let volume =
            json!({ "catalog_name": "main", "schema_name": "b", "name": name, "volume_type": "MANAGED" });
        sql.server.ok("POST", &format!("{UNITY}/volumes"), volume).await;
    }
    for grant in [
        "USE CATALOG ON CATALOG main",
        "USE SCHEMA ON SCHEMA main.b",
        "USE SCHEMA ON SCHEMA main.c",
        "SELECT ON TABLE main.b.t",
        "SELECT ON TABLE main.b.u",
        "READ VOLUME ON VOLUME main.b.t",
        "READ VOLUME ON VOLUME main.b.u",
    ] {
        sql.run(&format!("GRANT {grant} TO `ann@x`")).await;
    }
    for (path, field, seen) in [
        ("catalogs?max_results=1", "catalogs", vec!["main", "system"]),
        ("schemas?catalog_name=main&max_results=1", "schemas", vec!["b", "c", "information_schema"]),
        ("tables?catalog_name=main&schema_name=b&max_results=1", "tables", vec!["t", "u"]),
        ("table-summaries?catalog_name=main&max_results=1", "tables", vec!["t", "u"]),
        ("volumes?catalog_name=main&schema_name=b&max_results=1", "volumes", vec!["t", "u"]),
    ] {
        let pages = pages(&sql, &ann, path, field).await;
        let names: Vec<_> = pages.iter().map(|(names, _)| names.join(" ")).collect();
        assert_eq!(names, seen, "{path}: one a page, and none is empty");
        for token in pages.into_iter().filter_map(|(_, token)| token) {
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).unwrap()).unwrap();
            let last = text.rsplit('\0').next().unwrap().to_owned();
            assert!(seen.contains(&last.as_str()), "{path}: the token names {last}");
        }
    }
}

#[tokio::test]
async fn empty_patterns_of_summaries_ask_for_all() {
    let sql = Sql::start().await;
    sql.run("CREATE TABLE main.default.t (a INT)").await;
    let path = "table-summaries?catalog_name=main&schema_name_pattern=&table_name_pattern=";
    assert_eq!(pages(&sql, &sql.server.token, path, "tables").await, [(vec!["t".to_owned()], None)]);
}

#[tokio::test]
async fn what_is_bound_elsewhere_is_listed_to_who_asks_for_it_and_may_bind_it() {
    let sql = Sql::start().await;
    let ann = sql.server.workspace.create_token("ann@x").await.unwrap();
    sql.run("GRANT USE CATALOG ON CATALOG main TO `ann@x`").await;
    let here = sql.server.workspace.summary().workspace_id;
    let isolate = json!({ "isolation_mode": "ISOLATED" });
    sql.server.ok("PATCH", &format!("{UNITY}/catalogs/main"), isolate).await;
    let away = json!({ "add": [{ "workspace_id": 42 }], "remove": [{ "workspace_id": here }] });
    sql.server.ok("PATCH", &format!("{UNITY}/bindings/catalog/main"), away).await;
    for (token, query, seen) in [
        (&sql.server.token, "max_results=0", vec!["system"]),
        (&sql.server.token, "include_unbound=true", vec!["main", "system"]),
        (&ann, "include_unbound=true", vec!["system"]),
    ] {
        let pages = pages(&sql, token, &format!("catalogs?{query}"), "catalogs").await;
        assert_eq!(pages[0].0, seen, "{query}");
    }
}
