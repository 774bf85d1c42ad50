//! Tables that are dropped and brought back.

use serde_json::json;

use super::Sql;

/// A table with two versions, grants, tags, a comment and keys.
async fn with_customers() -> Sql {
    let sql = Sql::start().await;
    for statement in [
        "CREATE SCHEMA main.s",
        "CREATE TABLE main.s.customers (id INT NOT NULL, name STRING, CONSTRAINT pk PRIMARY KEY (id)) COMMENT 'all'",
        "INSERT INTO main.s.customers VALUES (1, 'ann')",
        "CREATE TABLE main.s.orders (customer INT, CONSTRAINT fk FOREIGN KEY (customer) REFERENCES main.s.customers)",
        "GRANT SELECT ON TABLE main.s.customers TO `account users`",
        "ALTER TABLE main.s.customers SET TAGS ('cost' = 'low')",
        "ALTER TABLE main.s.customers ALTER COLUMN name SET TAGS ('pii' = 'yes')",
    ] {
        sql.run(statement).await;
    }
    sql
}

async fn id_of(sql: &Sql, table: &str) -> String {
    let table = sql.server.get(&format!("/api/2.1/unity-catalog/tables/{table}")).await;
    table["table_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn table_comes_back_with_its_rows_history_grants_tags_and_id_but_without_keys() {
    let sql = with_customers().await;
    let id = id_of(&sql, "main.s.customers").await;
    sql.run("DROP TABLE main.s.customers").await;
    assert_eq!(sql.rows("SHOW TABLES IN main.s").await, [["s", "orders", "false"]]);
    assert!(sql.rows("SELECT * FROM main.information_schema.table_tags").await.is_empty());
    let none = "SELECT * FROM main.information_schema.table_privileges WHERE table_name = 'customers'";
    assert!(sql.rows(none).await.is_empty());

    sql.run("UNDROP TABLE main.s.customers").await;
    assert_eq!(id_of(&sql, "main.s.customers").await, id);
    assert_eq!(sql.rows("SELECT * FROM main.s.customers").await, [["1", "ann"]]);
    assert_eq!(sql.rows("SELECT count(*) FROM main.s.customers VERSION AS OF 0").await, [["0"]]);
    assert_eq!(sql.rows("SHOW GRANTS ON TABLE main.s.customers").await.len(), 1);
    let tags = "SELECT tag_name FROM main.information_schema.table_tags
                UNION ALL SELECT tag_name FROM main.information_schema.column_tags ORDER BY 1";
    assert_eq!(sql.rows(tags).await, [["cost"], ["pii"]]);
    let keys = "SELECT constraint_name FROM main.information_schema.table_constraints";
    assert!(sql.rows(keys).await.is_empty());
    assert!(sql.rows("SHOW TABLES DROPPED IN main.s").await.is_empty());
}

#[tokio::test]
async fn table_comes_back_by_its_id_while_others_of_its_name_stay_dropped() {
    let sql = with_customers().await;
    let first = id_of(&sql, "main.s.customers").await;
    sql.run("DROP TABLE main.s.customers").await;
    sql.run("CREATE TABLE main.s.customers AS SELECT 2 AS id").await;
    let taken = sql.error(&format!("UNDROP TABLE WITH ID '{first}'")).await;
    assert!(taken.starts_with("[TABLE_OR_VIEW_ALREADY_EXISTS]"), "{taken}");
    sql.run("DROP TABLE main.s.customers").await;
    let dropped = sql.rows("SHOW TABLES DROPPED IN main.s").await;
    assert_eq!(dropped.iter().map(|row| row[2].as_str()).collect::<Vec<_>>(), ["customers", "customers"]);
    assert_eq!(sql.rows("SHOW TABLES DROPPED IN main.s LIMIT 1").await.len(), 1);
    sql.run(&format!("UNDROP TABLE WITH ID '{first}'")).await;
    assert_eq!(sql.rows("SELECT name FROM main.s.customers").await, [["ann"]]);
    let again = sql.error(&format!("UNDROP TABLE WITH ID '{first}'")).await;
    assert!(again.starts_with("[TABLE_OR_VIEW_NOT_FOUND]"), "{again}");
}

#[tokio::test]
async fn shallow_clone_and_external_table_come_back_unless_their_place_is_taken() {
    let sql = with_customers().await;
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("t").display().to_string();
    sql.run("CREATE TABLE main.s.light SHALLOW CLONE main.s.customers").await;
    sql.run(&format!("CREATE TABLE main.s.outside (a INT) LOCATION '{at}'")).await;
    for table in ["light", "outside"] {
        sql.run(&format!("DROP TABLE main.s.{table}")).await;
    }
    sql.run("UNDROP TABLE main.s.light").await;
    assert_eq!(sql.rows("SELECT name FROM main.s.light").await, [["ann"]]);
    sql.run(&format!("CREATE TABLE main.s.other LOCATION '{at}'")).await;
    let taken = sql.error("UNDROP TABLE main.s.outside").await;
    assert!(taken.contains("LOCATION_OVERLAP"), "{taken}");
    sql.run("DROP TABLE main.s.other").await;
    sql.run("UNDROP TABLE main.s.outside").await;
}

#[tokio::test]
async fn dropped_table_is_told_to_and_brought_back_by_who_owns_or_manages_it() {
    let sql = with_customers().await;
    let ann = sql.server.workspace.create_token("ann@example.com").await.unwrap();
    for statement in [
        "GRANT USE CATALOG ON CATALOG main TO `ann@example.com`",
        "GRANT USE SCHEMA, CREATE TABLE ON SCHEMA main.s TO `ann@example.com`",
        "CREATE TABLE main.s.hers (a INT)",
        "ALTER TABLE main.s.hers OWNER TO `ann@example.com`",
        "DROP TABLE main.s.hers",
        "DROP TABLE main.s.customers",
    ] {
        sql.run(statement).await;
    }
    let told = sql.rows_as(&ann, "SHOW TABLES DROPPED IN main.s").await;
    assert_eq!(told.iter().map(|row| row[2].as_str()).collect::<Vec<_>>(), ["hers"]);
    let denied = sql.error_as(&ann, "UNDROP TABLE main.s.customers").await;
    assert!(denied.contains("User does not have MANAGE on Table 'main.s.customers'"), "{denied}");
    assert_eq!(sql.answer(&ann, "UNDROP TABLE main.s.hers").await["status"]["state"], json!("SUCCEEDED"));
    assert_eq!(sql.rows("SHOW TABLES DROPPED IN main.s").await.len(), 1);
}

#[tokio::test]
async fn what_does_not_come_back_is_refused() {
    let sql = with_customers().await;
    sql.run("CREATE VIEW main.s.v AS SELECT 1 AS a").await;
    sql.run("DROP VIEW main.s.v").await;
    for (statement, class) in [
        ("UNDROP TABLE main.s.v", "[TABLE_OR_VIEW_NOT_FOUND]"),
        ("UNDROP TABLE main.s.never", "[TABLE_OR_VIEW_NOT_FOUND]"),
        ("UNDROP TABLE main.nowhere.t", "[SCHEMA_NOT_FOUND]"),
        ("SHOW TABLES DROPPED IN main.nowhere", "[SCHEMA_NOT_FOUND]"),
        ("UNDROP SCHEMA main.s", "[UNSUPPORTED_FEATURE]"),
        ("UNDROP MATERIALIZED VIEW main.s.v", "[UNSUPPORTED_FEATURE]"),
        ("UNDROP VIEW main.s.v", "[PARSE_SYNTAX_ERROR]"),
    ] {
        let error = sql.error(statement).await;
        assert!(error.trim_start().starts_with(class), "{statement}: {error}");
    }
}
