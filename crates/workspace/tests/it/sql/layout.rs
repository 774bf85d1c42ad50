//! Tables that cannot be, and files that are gone.

use super::Sql;

#[tokio::test]
async fn layouts_and_constraints_that_cannot_be_are_refused_before_anything_is_written() {
    let sql = Sql::start().await;
    for (definition, class) in [
        ("(a STRUCT<x: INT>, b INT) PARTITIONED BY (a)", "DELTA_INVALID_PARTITION_COLUMN_TYPE"),
        ("(a INT) PARTITIONED BY (A)", "DELTA_CANNOT_USE_ALL_COLUMNS_FOR_PARTITION"),
        ("(a INT, b INT) PARTITIONED BY (z)", "DELTA_PARTITION_COLUMN_NOT_FOUND"),
        ("(a INT, b INT, c INT) PARTITIONED BY (a, A)", "DELTA_DUPLICATE_COLUMNS_FOUND.PARTITION_COLUMNS"),
        ("(a INT, b INT) PARTITIONED BY (a) CLUSTER BY (b)", "DELTA_CLUSTER_BY_WITH_PARTITIONED_BY"),
        ("(a INT, b ARRAY<INT>) CLUSTER BY (b)", "DELTA_CLUSTERING_COLUMNS_DATATYPE_NOT_SUPPORTED"),
        ("PARTITIONED BY (a) AS SELECT 1 AS a", "DELTA_CANNOT_USE_ALL_COLUMNS_FOR_PARTITION"),
        ("(a INT, CONSTRAINT c CHECK (nothing > 0))", "UNRESOLVED_COLUMN.WITH_SUGGESTION"),
        ("(a INT, CONSTRAINT c CHECK (a + 1))", "DELTA_NON_BOOLEAN_CHECK_CONSTRAINT"),
        ("(a INT) TBLPROPERTIES ('k' = '1', 'k' = '2')", "DUPLICATE_KEY"),
        (
            "(_Change_Type INT) TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')",
            "DELTA_TABLE_ALREADY_CONTAINS_CDC_COLUMNS",
        ),
    ] {
        let error = sql.error(&format!("CREATE TABLE main.default.t {definition}")).await;
        assert!(error.trim_start().starts_with(&format!("[{class}]")), "{definition}: {error}");
    }
    assert_eq!(sql.rows("SHOW TABLES IN main.default").await.len(), 0);
    sql.run("CREATE TABLE main.default.t (a INT)").await;
    let error = sql.error("ALTER TABLE main.default.t ADD CONSTRAINT c CHECK (a)").await;
    assert!(error.starts_with("[DELTA_NON_BOOLEAN_CHECK_CONSTRAINT]"), "{error}");
    sql.run("ALTER TABLE main.default.t ADD COLUMN _commit_version BIGINT").await;
    let feed = "ALTER TABLE main.default.t SET TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')";
    let error = sql.error(feed).await;
    assert!(error.starts_with("[DELTA_TABLE_ALREADY_CONTAINS_CDC_COLUMNS]"), "{error}");
}

#[tokio::test]
async fn table_without_columns_is_not_read() {
    let sql = Sql::start().await;
    sql.run("CREATE TABLE main.default.t").await;
    let error = sql.error("SELECT * FROM main.default.t").await;
    assert!(error.starts_with("[DELTA_READ_TABLE_WITHOUT_COLUMNS]"), "{error}");
    sql.run("ALTER TABLE main.default.t ADD COLUMN a INT").await;
    assert_eq!(sql.table("SELECT * FROM main.default.t").await, "a");
}

#[tokio::test]
async fn table_without_columns_is_described_cloned_emptied_and_replaced() {
    let sql = Sql::start().await;
    sql.run("CREATE TABLE main.default.t").await;
    sql.run("CREATE TABLE main.default.copy DEEP CLONE main.default.t").await;
    sql.run("CREATE TABLE main.default.light SHALLOW CLONE main.default.t").await;
    for table in ["t", "copy"] {
        for statement in ["DESCRIBE DETAIL", "DELETE FROM", "OPTIMIZE", "VACUUM", "TRUNCATE TABLE"] {
            sql.run(&format!("{statement} main.default.{table}")).await;
        }
        sql.run(&format!("CREATE OR REPLACE TABLE main.default.{table} AS SELECT 1 AS a")).await;
        assert_eq!(sql.table(&format!("SELECT * FROM main.default.{table}")).await, "a\n1");
        sql.run(&format!("RESTORE TABLE main.default.{table} TO VERSION AS OF 0")).await;
        let error = sql.error(&format!("SELECT * FROM main.default.{table}")).await;
        assert!(error.starts_with("[DELTA_READ_TABLE_WITHOUT_COLUMNS]"), "{error}");
    }
}

#[tokio::test]
async fn file_that_is_gone_is_named_by_whatever_reads_it() {
    let sql = Sql::start().await;
    sql.run("CREATE SCHEMA main.bases").await;
    sql.run("CREATE TABLE main.bases.base AS SELECT 1 AS a").await;
    sql.run("CREATE TABLE main.default.light SHALLOW CLONE main.bases.base").await;
    sql.run("DROP SCHEMA main.bases CASCADE").await;
    for statement in [
        "SELECT * FROM main.default.light",
        "UPDATE main.default.light SET a = 2",
        "CREATE TABLE main.default.deep DEEP CLONE main.default.light",
    ] {
        let error = sql.error(statement).await;
        assert!(
            error.starts_with("[DELTA_FILE_NOT_FOUND]") && error.contains("part-"),
            "{statement}: {error}"
        );
    }
}
