//! CLONE.

use clxs_workspace::{Workspace, WorkspaceOptions};

use super::Sql;

async fn with_source() -> Sql {
    let sql = Sql::start().await;
    sql.run("CREATE SCHEMA main.dev").await;
    sql.run("CREATE TABLE main.default.src (id BIGINT NOT NULL COMMENT 'k', v STRING) COMMENT 'not cloned' TBLPROPERTIES ('team' = 'a')").await;
    sql.run("INSERT INTO main.default.src VALUES (1, 'a')").await;
    sql.run("INSERT INTO main.default.src VALUES (2, 'b')").await;
    sql
}

fn counts(rows: &[Vec<String>]) -> (String, String) {
    (rows[0][2].clone(), rows[0][3].clone())
}

#[tokio::test]
async fn deep_clone_copies_and_a_second_one_copies_what_is_new() {
    let sql = with_source().await;
    let clone = "CREATE OR REPLACE TABLE main.dev.copy DEEP CLONE main.default.src";
    assert_eq!(counts(&sql.rows(clone).await), ("0".into(), "2".into()));
    assert_eq!(sql.rows("SELECT * FROM main.dev.copy ORDER BY id").await, [["1", "a"], ["2", "b"]]);
    assert_eq!(counts(&sql.rows(clone).await), ("0".into(), "0".into()));
    sql.run("INSERT INTO main.default.src VALUES (3, 'c')").await;
    assert_eq!(counts(&sql.rows(clone).await), ("0".into(), "1".into()));
    assert_eq!(sql.rows("SELECT count(*) FROM main.dev.copy").await, [["3"]]);
    let table = sql.server.get("/api/2.1/unity-catalog/tables/main.dev.copy").await;
    assert_eq!(table["table_type"], "MANAGED");
    assert_eq!(table["comment"], serde_json::Value::Null);
    assert_eq!(table["properties"]["team"], "a");
    assert_eq!(table["columns"][0]["comment"], "k");
    let history = sql.rows("DESCRIBE HISTORY main.dev.copy LIMIT 1").await;
    assert_eq!(history[0][4], "CLONE");
    assert!(history[0][5].contains(r#""source":"main.default.src""#), "{}", history[0][5]);
}

#[tokio::test]
async fn replacing_keeps_id_owner_grants_and_comment() {
    let sql = with_source().await;
    sql.server.workspace.create_token("ann@example.com").await.unwrap();
    sql.run("CREATE TABLE main.dev.copy CLONE main.default.src").await;
    sql.run("COMMENT ON TABLE main.dev.copy IS 'mine'").await;
    sql.run("GRANT SELECT ON TABLE main.dev.copy TO `ann@example.com`").await;
    sql.run("ALTER TABLE main.dev.copy OWNER TO `ann@example.com`").await;
    let path = "/api/2.1/unity-catalog/tables/main.dev.copy";
    let before = sql.server.get(path).await;
    sql.run("CREATE OR REPLACE TABLE main.dev.copy CLONE main.default.src VERSION AS OF 1 TBLPROPERTIES ('team' = 'b')").await;
    let after = sql.server.get(path).await;
    for field in ["table_id", "owner", "comment", "storage_location"] {
        assert_eq!(before[field], after[field], "{field}");
    }
    assert_eq!(after["properties"]["team"], "b");
    assert_eq!(sql.rows("SELECT count(*) FROM main.dev.copy").await, [["1"]]);
    assert_eq!(sql.rows("SHOW GRANTS ON TABLE main.dev.copy").await.len(), 1);
}

#[tokio::test]
async fn shallow_clone_reads_the_files_of_its_source() {
    let sql = with_source().await;
    let rows = sql.rows("CREATE TABLE main.dev.copy SHALLOW CLONE main.default.src").await;
    assert_eq!(counts(&rows), ("0".into(), "0".into()));
    assert_eq!(sql.rows("SELECT count(*) FROM main.dev.copy").await, [["2"]]);
    sql.run("INSERT INTO main.dev.copy VALUES (3, 'own')").await;
    assert_eq!(sql.rows("SELECT count(*) FROM main.dev.copy").await, [["3"]]);
    assert_eq!(sql.rows("SELECT count(*) FROM main.default.src").await, [["2"]]);
    let table = sql.server.get("/api/2.1/unity-catalog/tables/main.dev.copy").await;
    assert_eq!(table["table_type"], "MANAGED_SHALLOW_CLONE");
    sql.run("CREATE OR REPLACE TABLE main.dev.copy SHALLOW CLONE main.default.src").await;
    assert_eq!(sql.rows("SELECT count(*) FROM main.dev.copy").await, [["2"]]);
}

#[tokio::test]
async fn clones_that_cannot_be_are_refused() {
    let sql = with_source().await;
    sql.run("CREATE TABLE main.dev.shallow SHALLOW CLONE main.default.src").await;
    sql.run("CREATE TABLE main.dev.plain (id INT)").await;
    sql.run("CREATE VIEW main.dev.v AS SELECT 1 AS a").await;
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("e").display().to_string();
    sql.run(&format!("CREATE TABLE main.dev.external (id INT) LOCATION '{at}'")).await;
    let texts = sql
        .errors(&[
            "CREATE TABLE main.dev.again SHALLOW CLONE main.dev.shallow",
            "CREATE OR REPLACE TABLE main.dev.plain SHALLOW CLONE main.default.src",
            "CREATE OR REPLACE TABLE main.dev.shallow AS SELECT 1 AS a",
            "CREATE TABLE main.dev.x SHALLOW CLONE main.dev.external",
            "CREATE TABLE main.dev.plain CLONE main.default.src",
            "REPLACE TABLE main.dev.missing CLONE main.default.src",
            "CREATE TABLE main.dev.x CLONE main.dev.v",
            "CREATE TABLE main.dev.x CLONE main.default.missing",
            "CREATE TABLE main.dev.x CLONE main.default.src VERSION AS OF 17",
            "CREATE OR REPLACE TABLE main.default.src CLONE main.default.src",
            "CREATE TABLE delta.`relative` CLONE main.default.src",
            "CREATE TABLE delta.`/tmp/x` CLONE main.default.src LOCATION '/tmp/y'",
        ])
        .await;
    insta::with_settings!({filters => vec![(r"file://[^ ;,]*", "[location]")]}, {
        insta::assert_snapshot!(texts);
    });
    let kept = sql
        .answer(&sql.server.token, "CREATE TABLE IF NOT EXISTS main.dev.plain CLONE main.default.src")
        .await;
    assert_eq!(
        (kept["manifest"]["schema"]["column_count"].as_i64(), kept["manifest"]["total_row_count"].as_i64()),
        (Some(6), Some(0))
    );
}

#[tokio::test]
async fn external_clone_goes_to_its_location() {
    let sql = with_source().await;
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("clone").display().to_string();
    sql.run(&format!("CREATE TABLE main.dev.external CLONE main.default.src LOCATION '{at}'")).await;
    sql.run(&format!("CREATE TABLE main.dev.shallow SHALLOW CLONE main.dev.external LOCATION '{at}-2'"))
        .await;
    let table = sql.server.get("/api/2.1/unity-catalog/tables/main.dev.shallow").await;
    assert_eq!(table["table_type"], "EXTERNAL_SHALLOW_CLONE");
    assert_eq!(sql.rows("SELECT count(*) FROM main.dev.shallow").await, [["2"]]);
}

#[tokio::test]
async fn workspace_opened_again_has_everything() {
    let sql = with_source().await;
    sql.run("CREATE TABLE main.dev.copy DEEP CLONE main.default.src").await;
    let root = sql.server.root();
    let again = Workspace::open(&root, WorkspaceOptions::default()).await.unwrap();
    assert_eq!(again.admin_token().unwrap(), sql.server.token);
    assert_eq!(sql.rows("SELECT count(*) FROM main.dev.copy").await, [["2"]]);
}
