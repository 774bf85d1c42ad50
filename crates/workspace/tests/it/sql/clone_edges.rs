//! The edge rules of CLONE (`facts/clone_on_disk.md` §6) that need statements; tables written by others are in
//! `delta_tables.rs`.

use super::Sql;

const COPY: &str = "CREATE OR REPLACE TABLE main.default.copy DEEP CLONE main.default.src";

async fn with_table(definition: &str) -> Sql {
    let sql = Sql::start().await;
    sql.run(&format!("CREATE TABLE main.default.src {definition}")).await;
    sql
}

async fn same_rows(sql: &Sql) {
    let rows =
        async |table: &str| sql.rows(&format!("SELECT * FROM main.default.{table} ORDER BY 1, 2")).await;
    assert_eq!(rows("copy").await, rows("src").await);
}

/// Files copied and removed.
fn counts(rows: &[Vec<String>]) -> (&str, &str) {
    (&rows[0][3], &rows[0][2])
}

#[tokio::test]
async fn empty_table_is_cloned_without_files_and_emptied_again() {
    let sql = with_table("(a INT, b INT)").await;
    assert_eq!(sql.rows(COPY).await, [["0"; 6]]);
    sql.run("INSERT INTO main.default.src VALUES (1, 2)").await;
    assert_eq!(counts(&sql.rows(COPY).await), ("1", "0"));
    sql.run("TRUNCATE TABLE main.default.src").await;
    assert_eq!(counts(&sql.rows(COPY).await), ("0", "1"));
    same_rows(&sql).await;
}

#[tokio::test]
async fn null_and_odd_partition_values_arrive() {
    let sql = with_table("(a INT, b STRING) PARTITIONED BY (b)").await;
    let values = ["NULL", "''", "'%20'", "'a%25b'", "'x/y=z'", "'ü ?#'", "'__HIVE_DEFAULT_PARTITION__'"];
    for (index, value) in values.iter().enumerate() {
        sql.run(&format!("INSERT INTO main.default.src VALUES ({index}, {value})")).await;
    }
    sql.run(COPY).await;
    same_rows(&sql).await;
    sql.run("UPDATE main.default.src SET a = a + 100 WHERE b LIKE '%2%'").await;
    assert_eq!(counts(&sql.rows(COPY).await), ("2", "2"));
    same_rows(&sql).await;
}

#[tokio::test]
async fn file_with_another_deletion_vector_at_each_version_is_copied_once() {
    let sql = with_table("(a BIGINT, b BIGINT) TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')").await;
    sql.run("INSERT INTO main.default.src SELECT id, id FROM range(10)").await;
    assert_eq!(counts(&sql.rows(COPY).await), ("1", "0"));
    for id in [1, 5, 7] {
        sql.run(&format!("DELETE FROM main.default.src WHERE a = {id}")).await;
        assert_eq!(counts(&sql.rows(COPY).await), ("0", "1"), "only the vector is new");
        same_rows(&sql).await;
    }
    let old = sql.rows(&format!("{COPY} VERSION AS OF 2")).await;
    assert_eq!(counts(&old), ("0", "1"));
    assert_eq!(sql.rows("SELECT count(*) FROM main.default.copy").await, [["9"]]);
    assert_eq!(sql.rows("SELECT count(*) FROM main.default.copy VERSION AS OF 0").await, [["10"]]);
}

#[tokio::test]
async fn file_that_comes_back_to_the_source_comes_back_to_the_clone() {
    let sql = with_table("(a INT, b INT)").await;
    sql.run("INSERT INTO main.default.src VALUES (1, 1)").await;
    sql.run(COPY).await;
    sql.run("INSERT OVERWRITE main.default.src VALUES (2, 2)").await;
    sql.run(COPY).await;
    sql.run("RESTORE TABLE main.default.src TO VERSION AS OF 1").await;
    sql.run(COPY).await;
    same_rows(&sql).await;
    assert_eq!(sql.rows("SELECT a FROM main.default.copy VERSION AS OF 1").await, [["2"]]);
}

#[tokio::test]
async fn schema_partitions_and_source_may_change_between_clones() {
    let sql = with_table("(a INT, b INT)").await;
    sql.run("INSERT INTO main.default.src VALUES (1, 1)").await;
    sql.run(COPY).await;
    sql.run("ALTER TABLE main.default.src ADD COLUMN c STRING").await;
    sql.run("INSERT INTO main.default.src VALUES (2, 2, 'two')").await;
    assert_eq!(counts(&sql.rows(COPY).await), ("1", "0"));
    same_rows(&sql).await;
    sql.run("CREATE OR REPLACE TABLE main.default.src (a INT, d STRING) PARTITIONED BY (d)").await;
    sql.run("INSERT INTO main.default.src VALUES (3, 'x'), (4, NULL)").await;
    assert_eq!(counts(&sql.rows(COPY).await), ("2", "2"));
    same_rows(&sql).await;
    sql.run("DROP TABLE main.default.src").await;
    sql.run("CREATE TABLE main.default.src (a INT, b INT)").await;
    sql.run("INSERT INTO main.default.src VALUES (5, 5)").await;
    assert_eq!(counts(&sql.rows(COPY).await), ("1", "2"));
    same_rows(&sql).await;
    assert_eq!(sql.rows("SELECT count(*) FROM main.default.copy VERSION AS OF 2").await, [["2"]]);
}

#[tokio::test]
async fn edits_of_the_clone_go_and_stay_in_its_history() {
    let sql = with_table("(a INT, b INT)").await;
    sql.run("INSERT INTO main.default.src VALUES (1, 1), (2, 2)").await;
    sql.run(COPY).await;
    sql.run("DELETE FROM main.default.copy WHERE a = 1").await;
    sql.run("INSERT INTO main.default.copy VALUES (9, 9)").await;
    sql.run(COPY).await;
    same_rows(&sql).await;
    let edited = sql.rows("SELECT a FROM main.default.copy VERSION AS OF 2 ORDER BY a").await;
    assert_eq!(edited, [["2"], ["9"]]);
}

#[tokio::test]
async fn clone_of_a_clone_and_of_a_shallow_clone_are_tables_of_their_own() {
    let sql = with_table("(a INT, b INT) TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')").await;
    sql.run("INSERT INTO main.default.src VALUES (1, 1), (2, 2)").await;
    sql.run("DELETE FROM main.default.src WHERE a = 2").await;
    sql.run(COPY).await;
    sql.run("CREATE TABLE main.default.second DEEP CLONE main.default.copy").await;
    sql.run("CREATE TABLE main.default.light SHALLOW CLONE main.default.src").await;
    sql.run("INSERT INTO main.default.light VALUES (3, 3)").await;
    let deepened = "CREATE OR REPLACE TABLE main.default.third DEEP CLONE main.default.light";
    assert_eq!(counts(&sql.rows(deepened).await), ("2", "0"));
    assert_eq!(counts(&sql.rows(deepened).await), ("0", "0"));
    for table in ["src", "copy", "light"] {
        sql.run(&format!("DROP TABLE main.default.{table}")).await;
    }
    assert_eq!(sql.rows("SELECT a FROM main.default.second").await, [["1"]]);
    assert_eq!(sql.rows("SELECT a FROM main.default.third ORDER BY a").await, [["1"], ["3"]]);
}

#[tokio::test]
async fn clone_into_the_base_of_its_source_keeps_all_rows() {
    let sql = with_table("(a INT, b INT)").await;
    sql.run("INSERT INTO main.default.src VALUES (1, 1)").await;
    sql.run("CREATE TABLE main.default.light SHALLOW CLONE main.default.src").await;
    sql.run("INSERT INTO main.default.light VALUES (2, 2)").await;
    sql.run("CREATE OR REPLACE TABLE main.default.src DEEP CLONE main.default.light").await;
    let rows = async |table: &str| sql.rows(&format!("SELECT a FROM main.default.{table} ORDER BY a")).await;
    assert_eq!(
        (rows("src").await, rows("light").await),
        (rows("light").await, vec![vec!["1".to_owned()], vec!["2".to_owned()]])
    );
    sql.run("DROP TABLE main.default.light").await;
    assert_eq!(rows("src").await.len(), 2);
}

#[tokio::test]
async fn identity_and_clustering_go_on_where_the_source_was() {
    let sql = with_table(
        "(a BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 5), b INT) CLUSTER BY (b)",
    )
    .await;
    sql.run("INSERT INTO main.default.src (b) VALUES (1), (2)").await;
    sql.run("CREATE TABLE main.default.copy DEEP CLONE main.default.src").await;
    sql.run("INSERT INTO main.default.copy (b) VALUES (3)").await;
    assert_eq!(sql.rows("SELECT a FROM main.default.copy ORDER BY a").await, [["10"], ["15"], ["20"]]);
    let detail = sql.rows("DESCRIBE DETAIL main.default.copy").await;
    assert_eq!(detail[0][8], "[\"b\"]");
    // Values that the clone gave are not given again after it is replaced.
    sql.run(COPY).await;
    sql.run("INSERT INTO main.default.copy (b) VALUES (4)").await;
    assert_eq!(sql.rows("SELECT max(a) FROM main.default.copy").await, [["25"]]);
}

#[tokio::test]
async fn if_not_exists_writes_nothing_and_other_kinds_are_refused() {
    let sql = with_table("(a INT, b INT)").await;
    sql.run(COPY).await;
    sql.run("INSERT INTO main.default.src VALUES (1, 1)").await;
    sql.run("CREATE TABLE IF NOT EXISTS main.default.copy DEEP CLONE main.default.src").await;
    assert_eq!(sql.rows("DESCRIBE HISTORY main.default.copy").await.len(), 1);
    sql.run("CREATE VIEW main.default.v AS SELECT 1 AS a").await;
    let error = sql.error("CREATE OR REPLACE TABLE main.default.v DEEP CLONE main.default.src").await;
    assert!(error.starts_with("[EXPECT_TABLE_NOT_VIEW"), "{error}");
}

#[tokio::test]
async fn properties_and_comments_are_those_of_source_override_and_target() {
    let sql =
        with_table("(a INT COMMENT 'of a', b INT) COMMENT 'of src' TBLPROPERTIES ('k' = 'src', 'l' = 'src')")
            .await;
    sql.run(&format!("{COPY} TBLPROPERTIES ('k' = 'override')")).await;
    let properties = async || sql.server.get("/api/2.1/unity-catalog/tables/main.default.copy").await;
    let copy = properties().await;
    assert_eq!((&copy["properties"]["k"], &copy["properties"]["l"]), (&"override".into(), &"src".into()));
    assert_eq!(
        (&copy["comment"], &copy["columns"][0]["comment"]),
        (&serde_json::Value::Null, &"of a".into())
    );
    sql.run("COMMENT ON TABLE main.default.copy IS 'of copy'").await;
    sql.run(COPY).await;
    let copy = properties().await;
    assert_eq!((&copy["properties"]["k"], &copy["comment"]), (&"src".into(), &"of copy".into()));
}
