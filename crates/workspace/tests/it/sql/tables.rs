//! Tables: CREATE, INSERT, DELETE, ALTER, DROP, and what is shown of them.

use super::Sql;

async fn with_orders() -> Sql {
    let sql = Sql::start().await;
    sql.run(
        "CREATE TABLE main.default.orders (
            id BIGINT NOT NULL COMMENT 'key', Amount DECIMAL(10,2), day DATE, note STRING DEFAULT 'none',
            CONSTRAINT positive CHECK (amount > 0)
         ) USING DELTA PARTITIONED BY (day) COMMENT 'all orders'
         TBLPROPERTIES ('team' = 'sales', 'delta.feature.allowColumnDefaults' = 'supported')",
    )
    .await;
    sql.run(
        "INSERT INTO main.default.orders VALUES (1, 9.50, DATE '2024-01-01', 'a'), (2, 3, DATE '2024-01-02', 'b')",
    )
    .await;
    sql
}

#[tokio::test]
async fn rows_are_inserted_in_every_way_and_read_again() {
    let sql = with_orders().await;
    assert_eq!(sql.rows("INSERT INTO main.default.orders (id, amount) VALUES (3, 1)").await, [["1", "1"]]);
    sql.run("INSERT INTO main.default.orders BY NAME SELECT 'c' AS NOTE, 4L AS id, 2.25 AS amount").await;
    let rows = sql.table("SELECT * FROM main.default.orders ORDER BY id").await;
    insta::assert_snapshot!(rows);
    sql.run("INSERT OVERWRITE main.default.orders SELECT id + 10, amount, day, note FROM main.default.orders WHERE id < 3").await;
    assert_eq!(sql.rows("SELECT id FROM main.default.orders ORDER BY id").await, [["11"], ["12"]]);
}

#[tokio::test]
async fn rows_that_do_not_fit_are_refused_and_nothing_is_written() {
    let sql = with_orders().await;
    let texts = sql
        .errors(&[
            "INSERT INTO main.default.orders VALUES (3, -1, NULL, 'x')",
            "INSERT INTO main.default.orders VALUES (NULL, 1, NULL, 'x')",
            "INSERT INTO main.default.orders VALUES ('three', 1, NULL, 'x')",
            "INSERT INTO main.default.orders VALUES (1, 2)",
            "INSERT INTO main.default.orders VALUES (1, 2, NULL, 'x', 5)",
            "INSERT INTO main.default.orders (id, colour) VALUES (1, 2)",
            "INSERT INTO main.default.orders (id, ID) VALUES (1, 2)",
            "INSERT INTO main.default.missing VALUES (1)",
            "INSERT INTO main.default.orders VALUES (1, 123456789012, NULL, 'x')",
        ])
        .await;
    insta::with_settings!({filters => vec![(r"file://[^ ;,]*", "[location]")]}, {
        insta::assert_snapshot!(texts);
    });
    assert_eq!(sql.rows("SELECT count(*) FROM main.default.orders").await, [["2"]]);
}

#[tokio::test]
async fn rows_are_deleted_by_a_condition() {
    let sql = with_orders().await;
    assert_eq!(sql.rows("DELETE FROM main.default.orders AS o WHERE o.Amount > 5").await, [["1"]]);
    assert_eq!(sql.rows("SELECT id FROM main.default.orders").await, [["2"]]);
    assert_eq!(sql.rows("DELETE FROM main.default.orders").await, [["1"]]);
    let error = sql.error("DELETE FROM main.default.orders WHERE id IN (SELECT 1)").await;
    assert!(error.contains("UNSUPPORTED_FEATURE"), "{error}");
}

#[tokio::test]
async fn table_is_described_as_the_platform_does() {
    let sql = with_orders().await;
    let mut texts = Vec::new();
    for statement in [
        "DESCRIBE TABLE main.default.orders",
        "DESCRIBE TABLE EXTENDED main.default.orders",
        "SHOW CREATE TABLE main.default.orders",
        "SHOW TBLPROPERTIES main.default.orders",
        "SHOW TBLPROPERTIES main.default.orders ('team')",
        "SHOW COLUMNS IN main.default.orders",
        "SHOW TABLES IN main.default",
        "DESCRIBE DETAIL main.default.orders",
        "DESCRIBE HISTORY main.default.orders",
    ] {
        texts.push(format!("{statement}\n{}", sql.table(statement).await));
    }
    insta::with_settings!({filters => vec![
        (r"file://\S*", "[location]"),
        (r"[0-9a-f]{8}-[0-9a-f-]{27}", "[id]"),
        (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "[time]"),
        (r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} \d\d [\d:]+ UTC \d{4}", "[time]"),
        (r#""numOutputBytes":"\d+""#, r#""numOutputBytes":"[bytes]""#),
        (r"\| 2 \| \d+ \| \{", "| 2 | [bytes] | {"),
        (r"clxs/[\d.]+", "clxs/[version]"),
    ]}, {
        insta::assert_snapshot!(texts.join("\n\n"));
    });
}

#[tokio::test]
async fn history_limited_to_one_is_the_newest_commit() {
    let sql = with_orders().await;
    let newest = sql.rows("DESCRIBE HISTORY main.default.orders LIMIT 1").await;
    assert_eq!((newest.len(), newest[0][0].as_str(), newest[0][4].as_str()), (1, "1", "WRITE"));
}

#[tokio::test]
async fn table_is_changed_and_row_and_log_agree() {
    let sql = with_orders().await;
    for statement in [
        "ALTER TABLE main.default.orders SET TBLPROPERTIES ('team' = 'ops', 'a' = 'b')",
        "ALTER TABLE main.default.orders UNSET TBLPROPERTIES ('a')",
        "ALTER TABLE main.default.orders ALTER COLUMN id COMMENT 'number'",
        "COMMENT ON TABLE main.default.orders IS 'it\\'s new'",
        "COMMENT ON COLUMN main.default.orders.AMOUNT IS 'EUR'",
        "ALTER TABLE main.default.orders DROP CONSTRAINT positive",
        "ALTER TABLE main.default.orders ADD CONSTRAINT small CHECK (amount < 100)",
        "ALTER TABLE main.default.orders RENAME TO main.default.sales",
    ] {
        sql.run(statement).await;
    }
    let table = sql.server.get("/api/2.1/unity-catalog/tables/main.default.sales").await;
    assert_eq!(table["comment"], "it's new");
    assert_eq!(table["columns"][0]["comment"], "number");
    assert_eq!(table["columns"][1]["comment"], "EUR");
    assert_eq!(table["properties"]["team"], "ops");
    assert_eq!(table["properties"]["delta.constraints.small"], "amount < 100");
    assert_eq!(table["properties"]["a"], serde_json::Value::Null);
    let detail = sql.rows("DESCRIBE DETAIL main.default.sales").await;
    assert_eq!(detail[0][3], "it's new");
    let texts = sql
        .errors(&[
            "ALTER TABLE main.default.sales ADD CONSTRAINT tiny CHECK (amount < 5)",
            "ALTER TABLE main.default.sales ADD CONSTRAINT small CHECK (amount < 200)",
            "ALTER TABLE main.default.sales DROP CONSTRAINT none",
            "ALTER VIEW main.default.sales RENAME TO main.default.x",
            "COMMENT ON COLUMN main.default.sales.colour IS 'x'",
        ])
        .await;
    insta::with_settings!({filters => vec![(r"file://[^ ;,]*", "[location]")]}, {
        insta::assert_snapshot!(texts);
    });
}

#[tokio::test]
async fn create_keeps_fails_or_replaces_what_is_there() {
    let sql = with_orders().await;
    let error = sql.error("CREATE TABLE main.default.orders (a INT)").await;
    assert!(error.starts_with("[TABLE_OR_VIEW_ALREADY_EXISTS]"), "{error}");
    sql.run("CREATE TABLE IF NOT EXISTS main.default.orders (a INT)").await;
    let id = |table: &serde_json::Value| table["table_id"].as_str().unwrap().to_owned();
    let path = "/api/2.1/unity-catalog/tables/main.default.orders";
    let before = id(&sql.server.get(path).await);
    assert_eq!(
        sql.rows("CREATE OR REPLACE TABLE main.default.orders AS SELECT 1 AS a, 'x' AS B").await,
        [["1", "1"]]
    );
    assert_eq!(sql.table("SELECT * FROM main.default.orders").await, "a | B\n1 | x");
    assert_eq!(id(&sql.server.get(path).await), before);
    assert_eq!(sql.rows("SELECT count(*) FROM main.default.orders VERSION AS OF 1").await, [["2"]]);
    let error = sql.error("REPLACE TABLE main.default.missing (a INT)").await;
    assert!(error.starts_with("[TABLE_OR_VIEW_NOT_FOUND]"), "{error}");
    let error = sql.error("CREATE TABLE main.default.dup AS SELECT 1 AS a, 2 AS A").await;
    assert!(error.starts_with("[COLUMN_ALREADY_EXISTS]"), "{error}");
    let error = sql.error("CREATE TABLE main.default.p (a INT) USING PARQUET").await;
    assert!(error.starts_with("[UNSUPPORTED_FEATURE]"), "{error}");
}

#[tokio::test]
async fn external_table_is_registered_as_it_is_and_stays_when_dropped() {
    let sql = with_orders().await;
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("t").display().to_string();
    sql.run(&format!("CREATE TABLE main.default.first (id INT, name STRING) LOCATION '{at}'")).await;
    sql.run("INSERT INTO main.default.first VALUES (1, 'a')").await;
    let same = format!("CREATE TABLE main.default.second LOCATION '{at}'");
    let below = format!("CREATE TABLE main.default.second LOCATION '{at}/below'");
    let elsewhere = "CREATE TABLE main.default.second LOCATION 's3://bucket/t'";
    let texts = sql.errors(&[&same, &below, elsewhere]).await;
    insta::assert_snapshot!(texts.replace(&at, "[at]"));
    sql.run("DROP TABLE main.default.first").await;
    let mismatch = sql.error(&format!("CREATE TABLE main.default.second (id STRING) LOCATION '{at}'")).await;
    assert!(mismatch.starts_with("[DELTA_CREATE_TABLE_SCHEME_MISMATCH]"), "{mismatch}");
    sql.run(&format!("CREATE TABLE main.default.second USING DELTA LOCATION '{at}'")).await;
    assert_eq!(sql.rows("SELECT * FROM main.default.second").await, [["1", "a"]]);
    let table = sql.server.get("/api/2.1/unity-catalog/tables/main.default.second").await;
    assert_eq!(
        (table["table_type"].as_str(), table["columns"][1]["type_text"].as_str()),
        (Some("EXTERNAL"), Some("string"))
    );
    let other = tempfile::tempdir().unwrap();
    fs_err::File::create(other.path().join("data.csv")).unwrap();
    let error = sql
        .error(&format!("CREATE TABLE main.default.third (a INT) LOCATION '{}'", other.path().display()))
        .await;
    assert!(error.starts_with("[DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION]"), "{error}");
}

#[tokio::test]
async fn dropped_managed_table_takes_its_folder_with_it() {
    let sql = with_orders().await;
    let managed = sql.server.root().join("managed");
    assert_eq!(fs_err::read_dir(&managed).unwrap().count(), 1);
    sql.run("DROP TABLE main.default.orders").await;
    assert_eq!(fs_err::read_dir(&managed).unwrap().count(), 0);
    let error = sql.error("DROP TABLE main.default.orders").await;
    assert!(error.starts_with("[TABLE_OR_VIEW_NOT_FOUND]"), "{error}");
    sql.run("DROP TABLE IF EXISTS main.default.orders").await;
}

#[tokio::test]
async fn failed_creation_leaves_neither_row_nor_folder() {
    let sql = Sql::start().await;
    sql.error("CREATE TABLE main.default.t AS SELECT 1 / (id - 5) AS x FROM range(10)").await;
    assert!(sql.rows("SHOW TABLES IN main.default").await.is_empty());
    assert_eq!(fs_err::read_dir(sql.server.root().join("managed")).unwrap().count(), 0);
}

#[tokio::test]
async fn concurrent_inserts_into_one_table_all_arrive() {
    let sql = Sql::start().await;
    sql.run("CREATE TABLE main.default.t (id BIGINT)").await;
    let inserts = (0..8).map(|n| sql.rows_owned(format!("INSERT INTO main.default.t VALUES ({n})")));
    futures::future::join_all(inserts).await;
    assert_eq!(sql.rows("SELECT count(*), sum(id) FROM main.default.t").await, [["8", "28"]]);
}

impl Sql {
    async fn rows_owned(&self, statement: String) -> Vec<Vec<String>> {
        self.rows(&statement).await
    }
}
