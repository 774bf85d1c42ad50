//! UPDATE, DELETE, MERGE: what they do to rows, and what they refuse.

use super::Sql;

/// Kinds of tables that rows are changed in differently.
const KINDS: &[(&str, &str)] = &[
    ("plain", ""),
    ("vectors", "TBLPROPERTIES ('delta.enableDeletionVectors' = 'true')"),
    ("partitioned", "PARTITIONED BY (part)"),
    ("mapped", "TBLPROPERTIES ('delta.columnMapping.mode' = 'name')"),
    (
        "everything",
        "PARTITIONED BY (part) TBLPROPERTIES ('delta.columnMapping.mode' = 'id', \
         'delta.enableDeletionVectors' = 'true', 'delta.enableInCommitTimestamps' = 'true')",
    ),
];

async fn with_tables(columns: &str, rows: &str) -> Sql {
    let sql = Sql::start().await;
    for (kind, clauses) in KINDS {
        sql.run(&format!("CREATE TABLE main.default.{kind} ({columns}) {clauses}")).await;
        sql.run(&format!("INSERT INTO main.default.{kind} VALUES {rows}")).await;
    }
    sql
}

async fn numbers() -> Sql {
    with_tables("id INT, v STRING, part INT", "(1, 'a', 1), (2, 'b', 1), (3, 'c', 2), (4, NULL, 2)").await
}

#[tokio::test]
async fn rows_are_updated_in_tables_of_every_kind() {
    let sql = numbers().await;
    for (kind, _) in KINDS {
        let table = format!("main.default.{kind}");
        assert_eq!(
            sql.rows(&format!("UPDATE {table} AS t SET t.v = concat(v, '!'), part = 3 WHERE T.id IN (1, 3)"))
                .await,
            [["2"]]
        );
        assert_eq!(
            sql.rows(&format!("UPDATE {table} SET v = 'none' WHERE {table}.v IS NULL")).await,
            [["1"]]
        );
        assert_eq!(sql.rows(&format!("UPDATE {table} SET v = 'never' WHERE id > 9")).await, [["0"]]);
        let rows = sql.rows(&format!("SELECT * FROM {table} ORDER BY id")).await;
        assert_eq!(rows, [["1", "a!", "3"], ["2", "b", "1"], ["3", "c!", "3"], ["4", "none", "2"]], "{kind}");
        let old = sql.rows(&format!("SELECT v FROM {table} VERSION AS OF 1 ORDER BY id")).await;
        assert_eq!(old, [["a"], ["b"], ["c"], ["NULL"]], "{kind}");
        assert_eq!(sql.rows(&format!("UPDATE {table} SET id = id + 10")).await, [["4"]]);
        assert_eq!(sql.rows(&format!("SELECT min(id), count(*) FROM {table}")).await, [["11", "4"]]);
    }
}

#[tokio::test]
async fn rows_are_deleted_by_conditions_with_subqueries() {
    let sql = numbers().await;
    for (kind, _) in KINDS {
        let table = format!("main.default.{kind}");
        let other = "SELECT 3 AS id UNION ALL SELECT 7";
        assert_eq!(sql.rows(&format!("DELETE FROM {table} WHERE id IN ({other})")).await, [["1"]], "{kind}");
        let exists = format!("EXISTS (SELECT 1 FROM {table} AS o WHERE o.id = t.id + 1)");
        assert_eq!(sql.rows(&format!("DELETE FROM {table} AS t WHERE {exists}")).await, [["1"]], "{kind}");
        assert_eq!(sql.rows(&format!("SELECT id FROM {table} ORDER BY id")).await, [["2"], ["4"]], "{kind}");
        let least = format!("id = (SELECT min(id) FROM {table})");
        assert_eq!(sql.rows(&format!("DELETE FROM {table} WHERE {least}")).await, [["1"]], "{kind}");
        sql.run(&format!("TRUNCATE TABLE {table}")).await;
        assert_eq!(sql.rows(&format!("SELECT count(*) FROM {table}")).await, [["0"]], "{kind}");
        let history = sql.rows(&format!("DESCRIBE HISTORY {table} LIMIT 1")).await;
        assert_eq!(history[0][4], "TRUNCATE");
    }
}

#[tokio::test]
async fn rows_are_merged_by_every_clause() {
    let sql = numbers().await;
    for (kind, _) in KINDS {
        let table = format!("main.default.{kind}");
        let merge = format!(
            "MERGE INTO {table} AS t
             USING (VALUES (1, 'x', 1), (2, 'gone', 1), (9, 'new', 5), (8, 'not', 5)) AS s(id, v, part)
             ON t.id = s.id
             WHEN MATCHED AND s.v = 'gone' THEN DELETE
             WHEN MATCHED THEN UPDATE SET v = s.v, t.part = t.part + 10
             WHEN NOT MATCHED AND s.v = 'new' THEN INSERT (id, v, part) VALUES (s.id, upper(s.v), s.part)
             WHEN NOT MATCHED BY SOURCE AND t.v IS NULL THEN DELETE
             WHEN NOT MATCHED BY SOURCE THEN UPDATE SET v = 'lone'"
        );
        assert_eq!(sql.rows(&merge).await, [["5", "2", "2", "1"]], "{kind}");
        let rows = sql.rows(&format!("SELECT * FROM {table} ORDER BY id")).await;
        assert_eq!(rows, [["1", "x", "11"], ["3", "lone", "2"], ["9", "NEW", "5"]], "{kind}");
        let star = format!(
            "MERGE INTO {table} USING (SELECT 5 AS part, id, 'star' AS v FROM range(9, 11)) AS s
             ON {table}.id = s.id
             WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
        );
        assert_eq!(sql.rows(&star).await, [["2", "1", "0", "1"]], "{kind}");
        let rows = sql.rows(&format!("SELECT id, v FROM {table} WHERE id > 8 ORDER BY id")).await;
        assert_eq!(rows, [["9", "star"], ["10", "star"]], "{kind}");
    }
}

#[tokio::test]
async fn several_rows_of_a_source_may_not_change_one_row() {
    let sql = numbers().await;
    let source = "(VALUES (1, 'x'), (1, 'y')) AS s(id, v)";
    let on = "ON t.id = s.id";
    let error = sql
        .error(&format!(
            "MERGE INTO main.default.plain t USING {source} {on} WHEN MATCHED THEN UPDATE SET v = s.v"
        ))
        .await;
    assert!(error.contains("[DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE]"), "{error}");
    let one = format!(
        "MERGE INTO main.default.plain t USING {source} {on} WHEN MATCHED AND s.v = 'y' THEN UPDATE SET v = s.v"
    );
    assert_eq!(sql.rows(&one).await, [["1", "1", "0", "0"]]);
    let deleted = format!("MERGE INTO main.default.plain t USING {source} {on} WHEN MATCHED THEN DELETE");
    assert_eq!(sql.rows(&deleted).await, [["1", "0", "1", "0"]]);
}

#[tokio::test]
async fn changes_that_cannot_be_are_refused_and_change_nothing() {
    let sql = Sql::start().await;
    sql.run(
        "CREATE TABLE main.default.t (id INT NOT NULL, v STRING, n TINYINT, s STRUCT<a: INT>,
         CONSTRAINT positive CHECK (id > 0))",
    )
    .await;
    sql.run("INSERT INTO main.default.t VALUES (1, 'a', 1, NULL), (2, 'b', 2, NULL)").await;
    sql.run("CREATE VIEW main.default.v AS SELECT * FROM main.default.t").await;
    sql.run("CREATE TABLE main.default.fixed (id INT) TBLPROPERTIES ('delta.appendOnly' = 'true')").await;
    sql.run("CREATE TABLE main.default.fed (id INT) TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')")
        .await;
    sql.run("INSERT INTO main.default.fed VALUES (1), (2)").await;
    let texts = sql
        .errors(&[
            "UPDATE main.default.t SET id = -1 WHERE id = 2",
            "UPDATE main.default.t SET id = NULL",
            "UPDATE main.default.t SET nothing = 1",
            "UPDATE main.default.t SET v = 'x', V = 'y'",
            "UPDATE main.default.t SET id = 'one'",
            "UPDATE main.default.t SET n = id + 1000",
            "UPDATE main.default.t SET s.a = 1",
            "UPDATE main.default.t SET v = (SELECT max(v) FROM main.default.t)",
            "UPDATE main.default.t SET v = nothing.x",
            "UPDATE main.default.v SET id = 1",
            "UPDATE main.default.fixed SET id = 1",
            "MERGE INTO main.default.t USING main.default.fed AS s ON t.id = s.id",
            "MERGE INTO main.default.t USING main.default.fed AS f ON t.id = f.id WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *",
            "MERGE INTO main.default.t USING main.default.fed AS s ON t.id = s.id WHEN MATCHED THEN DELETE WHEN MATCHED THEN UPDATE SET v = 'x'",
            "MERGE INTO main.default.t USING main.default.fed AS s ON t.id = s.id WHEN NOT MATCHED THEN INSERT (id) VALUES (1, 2)",
            "MERGE INTO main.default.t USING main.default.fed AS s ON t.id = (SELECT 1) WHEN MATCHED THEN DELETE",
        ])
        .await;
    insta::with_settings!({filters => vec![(r"file://[^ ;,]*", "[location]")]}, {
        insta::assert_snapshot!(texts);
    });
    assert_eq!(sql.rows("SELECT id, v FROM main.default.t ORDER BY id").await, [["1", "a"], ["2", "b"]]);
    assert_eq!(sql.rows("DESCRIBE HISTORY main.default.t LIMIT 1").await[0][0], "1");
}

#[tokio::test]
async fn history_counts_what_changed() {
    let sql = numbers().await;
    let table = "main.default.vectors";
    sql.run(&format!("UPDATE {table} SET v = 'x' WHERE id = 1")).await;
    sql.run(&format!("DELETE FROM {table} WHERE id = 2")).await;
    sql.run(&format!(
        "MERGE INTO {table} t USING (SELECT 3 AS id) s ON t.id = s.id WHEN MATCHED AND s.id > 1 THEN UPDATE SET v = 'm'"
    ))
    .await;
    let mut lines = Vec::new();
    for row in sql.rows(&format!("DESCRIBE HISTORY {table} LIMIT 3")).await {
        lines.push(format!("{} {} {}", row[4], row[5], row[12]));
    }
    insta::with_settings!({filters => vec![(r#"Bytes(Added|Removed)":"\d+""#, r#"Bytes${1}":"[bytes]""#), (r#"num(Added|Removed)Bytes":"\d+""#, r#"num${1}Bytes":"[bytes]""#)]}, {
        insta::assert_snapshot!(lines.join("\n"));
    });
}
