//! Tags over REST and in SQL.

use serde_json::{Value, json};

use crate::sql::Sql;

const TAGS: &str = "/api/2.1/unity-catalog/entity-tag-assignments";

async fn with_table() -> Sql {
    let sql = Sql::start().await;
    sql.run("CREATE TABLE main.default.t (Id INT, name STRING)").await;
    sql.run("CREATE VIEW main.default.v AS SELECT Id FROM main.default.t").await;
    sql
}

fn tag(kind: &str, name: &str, key: &str, value: &str) -> Value {
    json!({ "entity_type": kind, "entity_name": name, "tag_key": key, "tag_value": value })
}

#[tokio::test]
async fn tags_of_all_spellings_are_the_same_tags() {
    let sql = with_table().await;
    for statement in [
        "ALTER CATALOG main SET TAGS ('env' = 'prod')",
        "ALTER SCHEMA main.default SET TAGS ('team' = 'x', 'alone')",
        "ALTER TABLE main.default.t SET TAGS ('cost' = 'high', 'pii' = '')",
        "ALTER VIEW main.default.v SET TAGS ('cost' = 'low')",
        "ALTER TABLE main.default.t ALTER COLUMN id SET TAGS ('pii' = 'key')",
        "SET TAG ON COLUMN main.default.t.name `pii` = `name`",
        "SET TAG ON TABLE main.default.t owner_team = data",
        "SET TAG ON CATALOG main env = dev",
        "UNSET TAG ON TABLE main.default.t pii",
        "ALTER SCHEMA main.default UNSET TAGS ('alone', 'never')",
    ] {
        sql.run(statement).await;
    }
    let mut texts = Vec::new();
    for relation in ["catalog_tags", "schema_tags", "table_tags", "column_tags", "volume_tags"] {
        let query = format!("SELECT * FROM main.information_schema.{relation} ORDER BY ALL");
        texts.push(format!("{relation}\n{}", sql.table(&query).await));
    }
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[tokio::test]
async fn tags_survive_renaming_die_with_the_table_and_are_not_cloned() {
    let sql = with_table().await;
    sql.run("ALTER TABLE main.default.t SET TAGS ('cost' = 'high')").await;
    sql.run("ALTER TABLE main.default.t ALTER COLUMN Id SET TAGS ('pii' = 'key')").await;
    sql.run("ALTER TABLE main.default.t SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')").await;
    sql.run("CREATE TABLE main.default.c DEEP CLONE main.default.t").await;
    sql.run("ALTER TABLE main.default.t RENAME TO main.default.u").await;
    sql.run("ALTER TABLE main.default.u RENAME COLUMN Id TO key").await;
    let tags = "SELECT table_name, tag_name FROM main.information_schema.table_tags";
    let columns = "SELECT table_name, column_name, tag_name FROM main.information_schema.column_tags";
    assert_eq!(sql.rows(tags).await, [["u", "cost"]]);
    assert_eq!(sql.rows(columns).await, [["u", "key", "pii"]]);
    sql.run("ALTER TABLE main.default.u DROP COLUMN key").await;
    assert!(sql.rows(columns).await.is_empty());
    sql.run("DROP TABLE main.default.u").await;
    sql.run("CREATE TABLE main.default.u (Id INT)").await;
    assert!(sql.rows(tags).await.is_empty());
}

#[tokio::test]
async fn tags_beyond_the_limits_are_refused_in_the_servers_words() {
    let sql = with_table().await;
    let many: Vec<_> = (0..51).map(|number| format!("'k{number}' = 'v'")).collect();
    let mut errors = Vec::new();
    for tags in [
        "'a.b' = 'c'".to_owned(),
        format!("'{}' = 'c'", "k".repeat(256)),
        format!("'k' = '{}'", "v".repeat(1001)),
        "'' = 'c'".to_owned(),
        many.join(", "),
    ] {
        let error = sql.error(&format!("ALTER TABLE main.default.t SET TAGS ({tags})")).await;
        errors.push(error.chars().take(160).collect::<String>());
    }
    errors.push(sql.error("ALTER TABLE main.default.t ALTER COLUMN nothing SET TAGS ('a' = 'b')").await);
    assert!(sql.rows("SELECT * FROM main.information_schema.table_tags").await.is_empty());
    insta::assert_snapshot!(errors.join("\n"));
}

#[tokio::test]
async fn rest_refuses_what_is_not_there_and_what_is_there_with_another_value() {
    let sql = with_table().await;
    let server = &sql.server;
    let column = tag("columns", "main.default.t.Id", "pii", "key");
    let made = server.ok("POST", TAGS, column.clone()).await;
    assert_eq!((&made["tag_value"], &made["updated_by"]), (&json!("key"), &json!("admin@clxs.local")));
    server.ok("POST", TAGS, column).await;
    let mut errors = Vec::new();
    for (method, path, body) in [
        ("POST", "", tag("columns", "main.default.t.id", "pii", "other")),
        ("POST", "", tag("columns", "main.default.t.nothing", "pii", "key")),
        ("POST", "", tag("tables", "main.default.nothing", "pii", "key")),
        ("POST", "", tag("planets", "mars", "pii", "key")),
        ("GET", "/tables/main.default.t/tags/none", json!({})),
        ("DELETE", "/tables/main.default.t/tags/none", json!({})),
        ("PATCH", "/tables/main.default.t/tags/none?update_mask=tag_value", json!({ "tag_value": "x" })),
        ("PATCH", "/columns/main.default.t.id/tags/pii?update_mask=tag_key", json!({ "tag_value": "x" })),
    ] {
        errors.push(server.error(method, &format!("{TAGS}{path}"), body).await);
    }
    errors.push(server.error("GET", "/api/2.1/tag-policies", json!({})).await);
    insta::assert_snapshot!(errors.join("\n"));
}
