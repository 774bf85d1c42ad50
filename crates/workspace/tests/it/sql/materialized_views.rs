//! Materialized views: a query, and its result in a table of their own.

use serde_json::json;

use super::Sql;

async fn with_view() -> Sql {
    let sql = Sql::start().await;
    sql.run("CREATE TABLE main.default.orders AS SELECT id, id * 2 AS amount FROM range(4)").await;
    sql.run("CREATE MATERIALIZED VIEW main.default.big (key COMMENT 'the key', n) COMMENT 'Big ones' TBLPROPERTIES ('a' = 'b') AS SELECT id, amount FROM main.default.orders WHERE amount > 2").await;
    sql
}

#[tokio::test]
async fn result_stays_as_it_was_until_the_view_is_refreshed() {
    let sql = with_view().await;
    let all = "SELECT key, n FROM main.default.big ORDER BY key";
    assert_eq!(sql.rows(all).await, [["2", "4"], ["3", "6"]]);
    sql.run("INSERT INTO main.default.orders VALUES (9, 90)").await;
    assert_eq!(sql.rows(all).await.len(), 2);
    sql.run("REFRESH MATERIALIZED VIEW main.default.big FULL").await;
    assert_eq!(sql.rows(all).await.len(), 3);
    let view = sql.server.get("/api/2.1/unity-catalog/tables/main.default.big").await;
    assert_eq!(view["table_type"], "MATERIALIZED_VIEW");
    assert_eq!(view["view_definition"], "SELECT id, amount FROM main.default.orders WHERE amount > 2");
    assert_eq!(
        view["view_dependencies"]["dependencies"][0]["table"]["table_full_name"],
        "main.default.orders"
    );
    assert_eq!((&view["comment"], &view["properties"]["a"]), (&json!("Big ones"), &json!("b")));
    assert_eq!(view["columns"][0]["comment"], "the key");
    let shown = sql.rows("SHOW CREATE TABLE main.default.big").await.concat().concat();
    assert_eq!(
        shown,
        "CREATE MATERIALIZED VIEW main.default.big (\n  key COMMENT 'the key',\n  n)\nCOMMENT 'Big ones'\nTBLPROPERTIES (\n  'a' = 'b',\n  'delta.minReaderVersion' = '1',\n  'delta.minWriterVersion' = '2')\nAS SELECT id, amount FROM main.default.orders WHERE amount > 2\n"
    );
    let listed = "SELECT is_materialized FROM main.information_schema.views WHERE table_name = 'big'";
    assert_eq!(sql.rows(listed).await, [["YES"]]);
}

#[tokio::test]
async fn view_is_replaced_tagged_and_dropped_with_its_files() {
    let sql = with_view().await;
    sql.run("CREATE OR REPLACE MATERIALIZED VIEW main.default.big AS SELECT count(*) AS n FROM main.default.orders")
        .await;
    assert_eq!(sql.rows("SELECT n FROM main.default.big").await, [["4"]]);
    sql.run("CREATE MATERIALIZED VIEW IF NOT EXISTS main.default.big AS SELECT 1 AS one").await;
    assert_eq!(sql.rows("SELECT * FROM main.default.big").await, [["4"]]);
    sql.run("ALTER MATERIALIZED VIEW main.default.big SET TAGS ('k' = 'v')").await;
    let tags = "SELECT tag_name, tag_value FROM main.information_schema.table_tags WHERE table_name = 'big'";
    assert_eq!(sql.rows(tags).await, [["k", "v"]]);
    sql.server.workspace.create_token("ann@example.com").await.unwrap();
    sql.run("GRANT REFRESH, SELECT ON TABLE main.default.big TO `ann@example.com`").await;
    let folder = result_folder(&sql).await;
    assert!(folder.join("_delta_log").is_dir());
    sql.run("DROP MATERIALIZED VIEW main.default.big").await;
    assert!(!folder.exists());
    sql.run("CREATE MATERIALIZED VIEW main.default.big AS SELECT 1 AS one").await;
    let folder = result_folder(&sql).await;
    assert!(folder.join("_delta_log").is_dir());
    sql.run("DROP CATALOG main CASCADE").await;
    assert!(!folder.exists());
}

/// Where the files of the result are.
async fn result_folder(sql: &Sql) -> std::path::PathBuf {
    let view = sql.server.get("/api/2.1/unity-catalog/tables/main.default.big").await;
    url::Url::parse(view["storage_location"].as_str().unwrap()).unwrap().to_file_path().unwrap()
}

#[tokio::test]
async fn columns_of_a_result_cannot_be_updated() {
    let sql = with_view().await;
    let listed = "SELECT DISTINCT is_updatable FROM main.information_schema.columns WHERE table_name = 'big'";
    assert_eq!(sql.rows(listed).await, [["NO"]]);
}

#[tokio::test]
async fn definition_is_in_the_log_and_not_among_the_properties() {
    let sql = with_view().await;
    let log = fs_err::read_to_string(result_folder(&sql).await.join("_delta_log/00000000000000000000.json"))
        .unwrap();
    assert!(log.contains("view.materialized"), "{log}");
    for shown in [
        "DESCRIBE TABLE EXTENDED main.default.big",
        "DESCRIBE DETAIL main.default.big",
        "DESCRIBE HISTORY main.default.big",
        "SHOW TBLPROPERTIES main.default.big",
    ] {
        let shown = sql.table(shown).await;
        assert!(!shown.contains("view.materialized"), "{shown}");
    }
}

#[tokio::test]
async fn view_does_not_read_its_own_result() {
    let sql = with_view().await;
    sql.run("CREATE VIEW main.default.over AS SELECT n FROM main.default.big").await;
    let by_path = format!(
        "CREATE OR REPLACE MATERIALIZED VIEW main.default.big AS SELECT n FROM delta.`{}`",
        result_folder(&sql).await.display()
    );
    for statement in [
        "CREATE OR REPLACE MATERIALIZED VIEW main.default.big AS SELECT n FROM main.default.big",
        "CREATE OR REPLACE MATERIALIZED VIEW main.default.big AS SELECT n FROM main.default.over",
        &by_path,
    ] {
        let error = sql.error(statement).await;
        assert!(error.contains("RECURSIVE_VIEW"), "{statement}: {error}");
    }
}

#[tokio::test]
async fn function_with_the_name_of_a_view_may_read_it() {
    let sql = with_view().await;
    sql.run("CREATE VIEW main.default.over AS SELECT n FROM main.default.big").await;
    for name in ["big", "over"] {
        let body = format!("RETURNS TABLE (n BIGINT) RETURN SELECT n FROM main.default.{name}");
        sql.run(&format!("CREATE FUNCTION main.default.{name}() {body}")).await;
        let rows = sql.rows(&format!("SELECT n FROM main.default.{name}() ORDER BY n")).await;
        assert_eq!(rows, [["4"], ["6"]]);
    }
}

#[tokio::test]
async fn whoever_replaces_a_view_of_another_owner_must_be_able_to_read_what_it_reads() {
    let sql = with_view().await;
    sql.run("CREATE TABLE main.default.secret AS SELECT 42 AS code").await;
    let ann = sql.server.workspace.create_token("ann@example.com").await.unwrap();
    for grant in [
        "GRANT USE CATALOG ON CATALOG main TO `ann@example.com`",
        "GRANT USE SCHEMA, CREATE TABLE, CREATE MATERIALIZED VIEW ON SCHEMA main.default TO `ann@example.com`",
        "GRANT MANAGE, SELECT ON TABLE main.default.big TO `ann@example.com`",
    ] {
        sql.run(grant).await;
    }
    let replace =
        "CREATE OR REPLACE MATERIALIZED VIEW main.default.big AS SELECT code FROM main.default.secret";
    let error = sql.error_as(&ann, replace).await;
    assert!(error.contains("SELECT on Table 'main.default.secret'"), "{error}");
    assert_eq!(sql.rows_as(&ann, "SELECT n FROM main.default.big ORDER BY n").await, [["4"], ["6"]]);
    sql.run("GRANT SELECT ON TABLE main.default.secret TO `ann@example.com`").await;
    sql.rows_as(&ann, replace).await;
    assert_eq!(sql.rows_as(&ann, "SELECT * FROM main.default.big").await, [["42"]]);
}

#[tokio::test]
async fn whoever_replaces_a_view_of_another_owner_sees_nothing_through_the_owners_eyes() {
    let sql = with_view().await;
    let ann = sql.server.workspace.create_token("ann@example.com").await.unwrap();
    for statement in [
        "CREATE TABLE main.default.filtered AS SELECT 42 AS code",
        "CREATE FUNCTION main.default.mine() RETURNS BOOLEAN RETURN current_user() <> 'ann@example.com'",
        "ALTER TABLE main.default.filtered SET ROW FILTER main.default.mine ON ()",
        "CREATE VIEW main.default.dynamic AS SELECT id FROM main.default.orders WHERE current_user() <> 'ann@example.com'",
        "CREATE VIEW main.default.over_filtered AS SELECT code FROM main.default.filtered",
        "GRANT USE CATALOG, USE SCHEMA, SELECT, EXECUTE ON CATALOG main TO `ann@example.com`",
        "GRANT MANAGE ON TABLE main.default.big TO `ann@example.com`",
    ] {
        sql.run(statement).await;
    }
    for read in [
        "SELECT code FROM main.default.filtered",
        "SELECT code FROM main.default.over_filtered",
        "SELECT id FROM main.default.dynamic",
        "SELECT id FROM main.default.orders WHERE main.default.mine()",
        "SELECT table_name FROM main.information_schema.tables",
    ] {
        let replace = format!("CREATE OR REPLACE MATERIALIZED VIEW main.default.big AS {read}");
        let error = sql.error_as(&ann, &replace).await;
        assert!(error.contains("depends on who asks"), "{read}: {error}");
        assert!(error.contains("UNSUPPORTED_FEATURE"), "{read}: {error}");
        sql.run(&replace).await;
    }
}

#[tokio::test]
async fn whatever_else_would_change_the_result_is_refused() {
    let sql = with_view().await;
    insta::assert_snapshot!(
        sql.errors(&[
            "INSERT INTO main.default.big VALUES (1, 2)",
            "UPDATE main.default.big SET n = 1",
            "DELETE FROM main.default.big",
            "MERGE INTO main.default.big USING main.default.orders ON false WHEN NOT MATCHED THEN INSERT *",
            "TRUNCATE TABLE main.default.big",
            "OPTIMIZE main.default.big",
            "RESTORE main.default.big TO VERSION AS OF 0",
            "ALTER TABLE main.default.big ADD COLUMN x INT",
            "ALTER TABLE main.default.big SET TBLPROPERTIES ('a' = 'c')",
            "ALTER VIEW main.default.big AS SELECT 1",
            "ALTER MATERIALIZED VIEW main.default.big ADD SCHEDULE EVERY 1 HOUR",
            "ALTER MATERIALIZED VIEW main.default.orders SET TAGS ('k' = 'v')",
            "CREATE OR REPLACE TABLE main.default.big (id INT)",
            "CREATE OR REPLACE VIEW main.default.big AS SELECT 1",
            "CREATE OR REPLACE TABLE main.default.big CLONE main.default.orders",
            "CREATE TABLE main.default.c CLONE main.default.big",
            "CREATE TABLE main.default.c SHALLOW CLONE main.default.big",
            "DROP TABLE main.default.big",
            "DROP VIEW main.default.big",
            "DROP MATERIALIZED VIEW main.default.orders",
            "REFRESH MATERIALIZED VIEW main.default.orders",
            "REFRESH TABLE main.default.orders",
            "CREATE OR REPLACE MATERIALIZED VIEW main.default.orders AS SELECT 1",
            "CREATE MATERIALIZED VIEW main.default.big AS SELECT 1",
            "CREATE MATERIALIZED VIEW main.default.m CLUSTER BY (a) AS SELECT 1 AS a",
            "CREATE OR REFRESH STREAMING TABLE main.default.s AS SELECT 1",
        ])
        .await
    );
    assert_eq!(sql.rows("SELECT count(*) FROM main.default.big").await, [["2"]]);
}

#[tokio::test]
async fn result_is_what_the_owner_sees_and_its_reader_needs_nothing_else() {
    let sql = with_view().await;
    let ann = sql.server.workspace.create_token("ann@example.com").await.unwrap();
    for grant in [
        "GRANT USE CATALOG ON CATALOG main TO `ann@example.com`",
        "GRANT USE SCHEMA ON SCHEMA main.default TO `ann@example.com`",
        "GRANT SELECT ON TABLE main.default.big TO `ann@example.com`",
    ] {
        sql.run(grant).await;
    }
    assert_eq!(sql.rows_as(&ann, "SELECT n FROM main.default.big ORDER BY n").await, [["4"], ["6"]]);
    let error = sql.error_as(&ann, "REFRESH MATERIALIZED VIEW main.default.big").await;
    assert!(error.contains("REFRESH on Table 'main.default.big'"), "{error}");
    sql.run("GRANT REFRESH ON TABLE main.default.big TO `ann@example.com`").await;
    sql.rows_as(&ann, "REFRESH MATERIALIZED VIEW main.default.big").await;
    let error = sql
        .error_as(&ann, "CREATE MATERIALIZED VIEW main.default.own AS SELECT * FROM main.default.big")
        .await;
    assert!(error.contains("CREATE MATERIALIZED VIEW on Schema"), "{error}");
    sql.run("GRANT CREATE MATERIALIZED VIEW ON SCHEMA main.default TO `ann@example.com`").await;
    sql.rows_as(&ann, "CREATE MATERIALIZED VIEW main.default.own AS SELECT * FROM main.default.big").await;
}
