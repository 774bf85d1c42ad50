//! What is read through guards.

use super::{Guarded, PEOPLE};

/// Queries, and what somebody sees who is in no group.
const QUERIES: &[(&str, &[&[&str]])] = &[
    ("SELECT * FROM main.s.people ORDER BY id", &[&["1", "ann", "***", "EU"], &["2", "bob", "***", "EU"]]),
    ("SELECT count(*) FROM main.s.people", &[&["2"]]),
    ("SELECT count(*), max(id), min(region) FROM main.s.people WHERE id > 0", &[&["2", "2", "EU"]]),
    ("SELECT id FROM main.s.people WHERE ssn = '111'", &[]),
    ("SELECT id FROM main.s.people WHERE ssn = '***' ORDER BY id DESC LIMIT 1", &[&["2"]]),
    ("SELECT id FROM main.s.people ORDER BY ssn, id LIMIT 5", &[&["1"], &["2"]]),
    ("SELECT ssn, count(*) FROM main.s.people GROUP BY ssn", &[&["***", "2"]]),
    ("SELECT DISTINCT region FROM main.s.people", &[&["EU"]]),
    ("SELECT (SELECT max(id) FROM main.s.people)", &[&["2"]]),
    ("SELECT 1 WHERE EXISTS (SELECT 1 FROM main.s.people WHERE id = 5)", &[]),
    ("SELECT 1 WHERE 7 IN (SELECT id FROM main.s.people)", &[]),
    (
        "SELECT a.id, b.ssn FROM main.s.people a JOIN main.s.people b ON a.id = b.id ORDER BY a.id",
        &[&["1", "***"], &["2", "***"]],
    ),
    (
        "SELECT r.id, p.name FROM range(8) r LEFT JOIN main.s.people p ON p.id = r.id WHERE r.id >= 5 ORDER BY 1",
        &[&["5", "NULL"], &["6", "NULL"], &["7", "NULL"]],
    ),
    ("WITH w AS (SELECT ssn FROM main.s.people) SELECT max(ssn) FROM w", &[&["***"]]),
    ("SELECT id FROM main.s.people WHERE id = 5 UNION ALL SELECT 0", &[&["0"]]),
    ("SELECT sum(id) OVER () FROM main.s.people LIMIT 1", &[&["3"]]),
    ("SELECT id FROM IDENTIFIER('main.s.people') WHERE id > 2", &[]),
];

#[tokio::test]
async fn every_query_sees_rows_of_the_filter_and_values_of_the_mask() {
    let guarded = Guarded::start().await;
    for (query, expected) in QUERIES {
        assert_eq!(guarded.ann(query).await, *expected, "{query}");
    }
    assert_eq!(guarded.people().await, PEOPLE);
}

#[tokio::test]
async fn guards_bind_the_owner_and_the_admin_too() {
    let guarded = Guarded::start().await;
    guarded.run("ALTER TABLE main.s.people OWNER TO `ann@x`").await;
    let rows = [["1", "***"], ["2", "***"]];
    assert_eq!(guarded.ann("SELECT id, ssn FROM main.s.people ORDER BY id").await, rows);
    assert_eq!(guarded.sql.rows("SELECT id, ssn FROM main.s.people ORDER BY id").await, rows);
}

/// Conditions that fail on hidden rows or on masked values. What they fail on must not be told.
const ORACLES: &[&str] = &[
    "SELECT id FROM main.s.people WHERE 1 / (id - 5) > 0",
    "SELECT 1 / (id - 5) FROM main.s.people",
    "SELECT id FROM main.s.people WHERE CASE WHEN region = 'US' THEN CAST(ssn AS INT) ELSE 1 END = 1",
    "SELECT count(*) FROM main.s.people WHERE CAST(replace(ssn, '*', '1') AS INT) > 0",
    "SELECT a.id FROM main.s.people a JOIN range(9) r ON 1 / (a.id - 5) < r.id",
    "SELECT id FROM (SELECT id, ssn FROM main.s.people) WHERE 1 / (id - 7) < 1",
    "SELECT id FROM main.s.people ORDER BY 1 / (id - 5)",
    "SELECT max(1 / (id - 5)) FROM main.s.people",
    "SELECT id FROM main.s.readers WHERE 1 / (id - 5) > 0",
];

#[tokio::test]
async fn no_condition_is_computed_on_what_is_hidden() {
    let guarded = Guarded::start().await;
    guarded.run("CREATE VIEW main.s.readers AS SELECT id, ssn FROM main.s.people").await;
    guarded.run("GRANT SELECT ON VIEW main.s.readers TO `account users`").await;
    for query in ORACLES {
        guarded.ann(query).await;
    }
    // Who sees the rows gets the error: the queries would tell.
    let error = guarded.sql.error_as(&guarded.boss, ORACLES[0]).await;
    assert!(error.starts_with("[DIVIDE_BY_ZERO]"), "{error}");
}

#[tokio::test]
async fn functions_of_guards_know_the_reader_and_not_who_made_them() {
    let guarded = Guarded::unguarded().await;
    guarded.run("CREATE FUNCTION main.s.own(name STRING) RETURNS BOOLEAN RETURN name = current_user()").await;
    guarded.run("CREATE TABLE main.s.mine (name STRING) WITH ROW FILTER main.s.own ON (name)").await;
    guarded.run("INSERT INTO main.s.mine VALUES ('ann@x'), ('boss@x'), ('admin@clxs.local')").await;
    guarded.run("CREATE VIEW main.s.mine_too AS SELECT * FROM main.s.mine").await;
    guarded.run("GRANT SELECT ON VIEW main.s.mine_too TO `account users`").await;
    // The view reads the table with its owner's rights, and the filter asks for the reader.
    assert_eq!(guarded.ann("SELECT * FROM main.s.mine_too").await, [["ann@x"]]);
    assert_eq!(guarded.boss("SELECT * FROM main.s.mine_too").await, [["boss@x"]]);
    assert_eq!(guarded.sql.rows("SELECT * FROM main.s.mine").await, [["admin@clxs.local"]]);
}

#[tokio::test]
async fn readers_need_no_right_on_the_function_nor_on_what_it_reads() {
    let guarded = Guarded::unguarded().await;
    guarded.run("CREATE TABLE main.s.allowed AS SELECT 'ann@x' AS who, 'US' AS region").await;
    guarded.run("CREATE FUNCTION main.s.listed(of_row STRING) RETURNS BOOLEAN RETURN EXISTS (SELECT 1 FROM main.s.allowed WHERE who = current_user() AND allowed.region = of_row)").await;
    guarded.run("ALTER TABLE main.s.people SET ROW FILTER main.s.listed ON (region)").await;
    assert_eq!(guarded.ann("SELECT id FROM main.s.people ORDER BY id").await, [["5"], ["7"]]);
    assert!(guarded.boss("SELECT id FROM main.s.people").await.is_empty());
    let error = guarded.sql.error_as(&guarded.ann, "SELECT * FROM main.s.allowed").await;
    assert!(error.contains("SELECT on Table"), "{error}");
}

#[tokio::test]
async fn masks_are_given_other_columns_unmasked_and_constants() {
    let guarded = Guarded::unguarded().await;
    for statement in [
        "ALTER TABLE main.s.people ALTER COLUMN name SET MASK main.s.hide",
        "ALTER TABLE main.s.people ALTER COLUMN SSN SET MASK main.s.hide_by USING COLUMNS (Name, '#')",
    ] {
        guarded.run(statement).await;
    }
    let rows = guarded.ann("SELECT name, ssn FROM main.s.people WHERE id < 3 ORDER BY id").await;
    assert_eq!(rows, [["***", "#ann"], ["***", "#bob"]]);
}

#[tokio::test]
async fn mask_gives_the_type_of_its_column() {
    let guarded = Guarded::unguarded().await;
    guarded.run("CREATE FUNCTION main.s.round(n BIGINT) RETURNS BIGINT RETURN n - n % 5").await;
    guarded.run("ALTER TABLE main.s.people ALTER COLUMN id SET MASK main.s.round").await;
    let rows = guarded.ann("SELECT id, typeof(id) FROM main.s.people ORDER BY name").await;
    assert_eq!(rows, [["0", "int"], ["0", "int"], ["5", "int"], ["5", "int"]]);
}

#[tokio::test]
async fn what_is_copied_is_what_is_seen() {
    let guarded = Guarded::start().await;
    guarded.ann("CREATE TABLE main.s.copy AS SELECT id, ssn FROM main.s.people").await;
    assert_eq!(guarded.ann("SELECT * FROM main.s.copy ORDER BY id").await, [["1", "***"], ["2", "***"]]);
    guarded.ann("INSERT INTO main.s.copy SELECT id + 10, ssn FROM main.s.people").await;
    guarded.ann("INSERT OVERWRITE main.s.copy SELECT id, ssn FROM main.s.people WHERE id < 6").await;
    assert_eq!(guarded.ann("SELECT count(*) FROM main.s.copy").await, [["2"]]);
    guarded.ann("MERGE INTO main.s.copy c USING main.s.people p ON c.id = p.id WHEN MATCHED THEN UPDATE SET ssn = p.ssn WHEN NOT MATCHED THEN INSERT *").await;
    let all = guarded.ann("SELECT id, ssn FROM main.s.copy ORDER BY id").await;
    assert_eq!(all, [["1", "***"], ["2", "***"]]);
}

#[tokio::test]
async fn partitions_are_shown_of_rows_that_are_seen() {
    let guarded = Guarded::unguarded().await;
    guarded.run("CREATE TABLE main.s.parts (id INT, region STRING) PARTITIONED BY (region) WITH ROW FILTER main.s.in_region ON (region)").await;
    guarded.run("INSERT INTO main.s.parts VALUES (1, 'EU'), (2, 'US')").await;
    guarded.run("GRANT SELECT ON TABLE main.s.parts TO `account users`").await;
    assert_eq!(guarded.ann("SHOW PARTITIONS main.s.parts").await, [["EU"]]);
    assert_eq!(guarded.boss("SHOW PARTITIONS main.s.parts").await, [["EU"], ["US"]]);
}

#[tokio::test]
async fn mask_asks_another_table() {
    let guarded = Guarded::unguarded().await;
    guarded.run("CREATE TABLE main.s.list AS SELECT '111' AS known").await;
    guarded.run("CREATE FUNCTION main.s.listed(a STRING) RETURNS STRING RETURN CASE WHEN (SELECT count(*) FROM main.s.list WHERE known = a) > 0 THEN a ELSE '***' END").await;
    guarded.run("ALTER TABLE main.s.people ALTER COLUMN ssn SET MASK main.s.listed").await;
    let rows = guarded.ann("SELECT ssn FROM main.s.people WHERE id < 3 ORDER BY id").await;
    assert_eq!(rows, [["111"], ["***"]]);
}
