//! RESTORE, OPTIMIZE, REORG and VACUUM.

use std::path::{Path, PathBuf};

use super::Sql;

const VECTORS: &str = "'delta.enableDeletionVectors' = 'true'";

async fn with_versions(clauses: &str) -> Sql {
    let sql = Sql::start().await;
    sql.run(&format!("CREATE TABLE main.default.t (id INT, part STRING) {clauses}")).await;
    sql.run("INSERT INTO main.default.t VALUES (1, 'a'), (2, 'b')").await;
    sql.run("INSERT INTO main.default.t VALUES (3, 'a'), (4, 'b')").await;
    sql.run("DELETE FROM main.default.t WHERE id = 1").await;
    sql
}

/// The folder of a table.
async fn folder(sql: &Sql, table: &str) -> PathBuf {
    let detail = sql.rows(&format!("DESCRIBE DETAIL {table}")).await;
    PathBuf::from(detail[0][4].strip_prefix("file://").unwrap())
}

/// The data files and deletion vectors in a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("_delta_log") {
            found.extend(files(&path));
        } else if path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    found
}

async fn ids(sql: &Sql, table: &str) -> Vec<String> {
    sql.rows(&format!("SELECT id FROM {table} ORDER BY id")).await.concat()
}

#[tokio::test]
async fn table_is_restored_as_it_was() {
    for properties in ["TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')", "PARTITIONED BY (part)"] {
        let sql = with_versions(properties).await;
        sql.run("ALTER TABLE main.default.t SET TBLPROPERTIES ('team' = 'a')").await;
        let restored = sql.rows("RESTORE TABLE main.default.t TO VERSION AS OF 1").await;
        assert_eq!(restored[0].len(), 6);
        assert_eq!(ids(&sql, "main.default.t").await, ["1", "2"]);
        let properties = sql.rows("SHOW TBLPROPERTIES main.default.t").await;
        assert!(!properties.iter().any(|row| row[0] == "team"), "{properties:?}");
        sql.run("RESTORE main.default.t VERSION AS OF 3").await;
        assert_eq!(ids(&sql, "main.default.t").await, ["2", "3", "4"]);
        let newest = sql.rows("DESCRIBE HISTORY main.default.t LIMIT 1").await;
        assert_eq!((newest[0][0].as_str(), newest[0][4].as_str()), ("6", "RESTORE"));
        assert!(newest[0][5].contains(r#""version":"3""#), "{}", newest[0][5]);
        sql.run("INSERT INTO main.default.t VALUES (9, 'c')").await;
        assert_eq!(ids(&sql, "main.default.t").await, ["2", "3", "4", "9"]);
        assert_eq!(ids(&sql, "main.default.t VERSION AS OF 2").await, ["1", "2", "3", "4"]);
    }
}

/// Neither a clone nor a restore asks for `delta.appendOnly` (delta-io/delta, `commitLarge`); everything else that removes does.
#[tokio::test]
async fn table_that_takes_rows_alone_is_restored_and_cloned_again() {
    let sql = Sql::start().await;
    sql.run("CREATE TABLE main.default.log (id INT) TBLPROPERTIES ('delta.appendOnly' = 'true')").await;
    for id in [1, 2] {
        sql.run(&format!("INSERT INTO main.default.log VALUES ({id})")).await;
    }
    sql.run("RESTORE TABLE main.default.log TO VERSION AS OF 1").await;
    assert_eq!(ids(&sql, "main.default.log").await, ["1"]);
    let overwrite = sql.error("INSERT OVERWRITE main.default.log VALUES (3)").await;
    assert!(overwrite.contains("[DELTA_CANNOT_MODIFY_APPEND_ONLY]"), "{overwrite}");
    sql.run("CREATE TABLE main.default.other (id INT)").await;
    sql.run("CREATE OR REPLACE TABLE main.default.log DEEP CLONE main.default.other").await;
    assert_eq!(ids(&sql, "main.default.log").await, [""; 0]);
}

#[tokio::test]
async fn restoring_what_is_gone_is_refused() {
    let sql = with_versions("").await;
    let error = sql.error("RESTORE TABLE main.default.t TO VERSION AS OF 17").await;
    assert!(error.contains("[DELTA_CANNOT_RESTORE_TABLE_VERSION]"), "{error}");
    let error = sql.error("RESTORE TABLE main.default.t TO TIMESTAMP AS OF '2001-01-01'").await;
    assert!(error.contains("[DELTA_CANNOT_RESTORE_TIMESTAMP_EARLIER]"), "{error}");
    sql.run("DELETE FROM main.default.t").await;
    for file in files(&folder(&sql, "main.default.t").await) {
        fs_err::remove_file(file).unwrap();
    }
    let error = sql.error("RESTORE TABLE main.default.t TO VERSION AS OF 1").await;
    assert!(error.contains("[DELTA_FILE_NOT_FOUND]"), "{error}");
    assert_eq!(sql.rows("SELECT count(*) FROM main.default.t").await, [["0"]]);
}

#[tokio::test]
async fn optimize_makes_one_file_of_many_in_each_partition() {
    let sql = with_versions(&format!("PARTITIONED BY (part) TBLPROPERTIES ({VECTORS})")).await;
    let before = ids(&sql, "main.default.t").await;
    let some = sql.rows("OPTIMIZE main.default.t WHERE part = 'b'").await;
    assert!(some[0][1].contains(r#""numFilesAdded":"1","numFilesRemoved":"2""#), "{}", some[0][1]);
    sql.run("OPTIMIZE main.default.t").await;
    assert_eq!(ids(&sql, "main.default.t").await, before);
    let detail = sql.rows("DESCRIBE DETAIL main.default.t").await;
    assert_eq!(detail[0][9], "2", "{detail:?}");
    let newest = sql.rows("DESCRIBE HISTORY main.default.t LIMIT 1").await;
    assert_eq!(newest[0][4], "OPTIMIZE");
    let again = sql.rows("OPTIMIZE main.default.t").await;
    assert!(again[0][1].contains(r#""numFilesAdded":"0""#), "{}", again[0][1]);
    assert_eq!(sql.rows("DESCRIBE HISTORY main.default.t LIMIT 1").await[0][0], newest[0][0]);
    sql.run("OPTIMIZE main.default.t ZORDER BY (id)").await;
    assert_eq!(ids(&sql, "main.default.t").await, before);
    let error = sql.error("OPTIMIZE main.default.t WHERE id = 3").await;
    assert!(error.contains("[DELTA_NON_PARTITION_COLUMN_REFERENCE]"), "{error}");
    let error = sql.error("OPTIMIZE main.default.t ZORDER BY (part)").await;
    assert!(error.contains("[DELTA_ZORDERING_ON_PARTITION_COLUMN]"), "{error}");
    let error = sql.error("OPTIMIZE main.default.t ZORDER BY nothing").await;
    assert!(error.contains("[DELTA_ZORDERING_COLUMN_DOES_NOT_EXIST]"), "{error}");
}

#[tokio::test]
async fn reorg_purges_deletion_vectors() {
    let sql = with_versions(&format!("TBLPROPERTIES ({VECTORS})")).await;
    let purged = sql.rows("REORG TABLE main.default.t APPLY (PURGE)").await;
    assert!(purged[0][1].contains(r#""numFilesRemoved":"1""#), "{}", purged[0][1]);
    assert_eq!(ids(&sql, "main.default.t").await, ["2", "3", "4"]);
    let nothing = sql.rows("REORG TABLE main.default.t APPLY (PURGE)").await;
    assert!(nothing[0][1].contains(r#""numFilesRemoved":"0""#), "{}", nothing[0][1]);
    assert_eq!(sql.rows("DESCRIBE HISTORY main.default.t LIMIT 1").await[0][4], "REORG");
}

#[tokio::test]
async fn vacuum_deletes_what_no_version_within_the_retention_needs() {
    let retention = "'delta.deletedFileRetentionDuration' = 'interval 0 hours'";
    let sql = with_versions(&format!("TBLPROPERTIES ({VECTORS}, {retention})")).await;
    sql.run("REORG TABLE main.default.t APPLY (PURGE)").await;
    let at = folder(&sql, "main.default.t").await;
    fs_err::write(at.join("stray.parquet"), "x").unwrap();
    let before = files(&at);
    let listed = sql.rows("VACUUM main.default.t RETAIN 0 HOURS DRY RUN").await;
    assert_eq!((listed.len(), files(&at)), (3, before.clone()), "{listed:?}");
    let vacuumed = sql.rows("VACUUM main.default.t RETAIN 0 HOURS").await;
    assert_eq!(vacuumed, [[format!("file://{}", at.display())]]);
    assert_eq!(files(&at).len(), before.len() - 3);
    assert_eq!(ids(&sql, "main.default.t").await, ["2", "3", "4"]);
    let commits = sql.rows("DESCRIBE HISTORY main.default.t LIMIT 2").await;
    assert_eq!((commits[0][4].as_str(), commits[1][4].as_str()), ("VACUUM END", "VACUUM START"));
    assert!(commits[0][12].contains(r#""numDeletedFiles":"3""#), "{}", commits[0][12]);
    let restore = "RESTORE TABLE main.default.t TO VERSION AS OF 1";
    let error = sql.error(restore).await;
    let beyond = "[DELTA_UNSUPPORTED_TIME_TRAVEL_BEYOND_DELETED_FILE_RETENTION_DURATION]";
    assert!(error.contains(beyond), "{error}");
    sql.run("ALTER TABLE main.default.t UNSET TBLPROPERTIES ('delta.deletedFileRetentionDuration')").await;
    let error = sql.error(restore).await;
    assert!(error.contains("[DELTA_FILE_NOT_FOUND]"), "{error}");
}

#[tokio::test]
async fn vacuum_keeps_the_retention_and_what_shallow_clones_need() {
    let sql = with_versions("").await;
    let error = sql.error("VACUUM main.default.t RETAIN 1 HOURS").await;
    assert!(error.contains("[DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT]"), "{error}");
    let at = folder(&sql, "main.default.t").await;
    let before = files(&at);
    sql.run("VACUUM main.default.t").await;
    assert_eq!(files(&at), before);

    sql.run("CREATE TABLE main.default.clone SHALLOW CLONE main.default.t VERSION AS OF 2").await;
    sql.run("ALTER TABLE main.default.t SET TBLPROPERTIES ('delta.deletedFileRetentionDuration' = 'interval 0 hours')").await;
    sql.run("DELETE FROM main.default.t").await;
    sql.run("VACUUM main.default.t RETAIN 0 HOURS").await;
    assert_eq!(ids(&sql, "main.default.clone").await, ["1", "2", "3", "4"]);
    sql.run("ALTER TABLE main.default.clone SET TBLPROPERTIES ('delta.deletedFileRetentionDuration' = 'interval 0 hours')").await;
    sql.run("UPDATE main.default.clone SET part = 'own'").await;
    sql.run("VACUUM main.default.clone RETAIN 0 HOURS").await;
    assert_eq!(files(&at).len(), 2, "files of the source are not the clone's to delete");
    assert_eq!(ids(&sql, "main.default.clone").await, ["1", "2", "3", "4"]);
    sql.run("VACUUM main.default.t RETAIN 0 HOURS").await;
    assert_eq!(files(&at).len(), 0);
}

#[tokio::test]
async fn history_in_the_place_of_a_table_is_read_like_one() {
    let sql = Sql::start().await;
    for table in ["a", "b"] {
        sql.run(&format!("CREATE TABLE main.default.{table} (id INT)")).await;
        sql.run(&format!("INSERT INTO main.default.{table} VALUES (1)")).await;
    }
    sql.run("CREATE TABLE main.default.c DEEP CLONE main.default.a").await;
    let newest = "SELECT 0 AS place, version, operation FROM (DESCRIBE HISTORY main.default.a LIMIT 1) \
                  UNION ALL SELECT 1, version, operation FROM ( desc history main.default.`b` limit 1 ) AS h \
                  UNION ALL SELECT 2, version, operationParameters['sourceVersion'] FROM (DESCRIBE HISTORY main.default.c) \
                  ORDER BY place";
    assert_eq!(sql.rows(newest).await, [["0", "1", "WRITE"], ["1", "1", "WRITE"], ["2", "0", "1"]]);
    let counted = "WITH a AS (SELECT 1) SELECT count(*), max(h.version), count(h.job.jobId), \
                   min(timestamp) <= current_timestamp() FROM (DESCRIBE HISTORY main.default.a) h CROSS JOIN a";
    assert_eq!(sql.rows(counted).await, [["2", "1", "0", "true"]]);
    let many =
        (0..100).map(|_| "SELECT version FROM (DESCRIBE HISTORY main.default.a LIMIT 1)").collect::<Vec<_>>();
    assert_eq!(sql.rows(&many.join(" UNION ALL ")).await.len(), 100);

    sql.run("CREATE VIEW main.default.v AS SELECT id FROM main.default.a").await;
    let ann = sql.server.workspace.create_token("ann@x").await.unwrap();
    for (token, table, expected) in [
        (&sql.server.token, "main.default.v", "[DELTA_CANNOT_DESCRIBE_VIEW_HISTORY]"),
        (&sql.server.token, "main.default.nothing", "[TABLE_OR_VIEW_NOT_FOUND]"),
        (&ann, "main.default.a", "[NO_SUCH_CATALOG_EXCEPTION]"),
    ] {
        let error = sql.error_as(token, &format!("SELECT version FROM (DESCRIBE HISTORY {table})")).await;
        assert!(error.contains(expected), "{table}: {error}");
    }
    for refused in [
        "SELECT * FROM (DESCRIBE HISTORY main.default.a LIMIT)",
        "SELECT * FROM main.default.a WITH (NOLOCK)",
    ] {
        let error = sql.error(refused).await;
        assert!(error.contains("PARSE_SYNTAX_ERROR") || error.contains("UNSUPPORTED_FEATURE"), "{error}");
    }
}
