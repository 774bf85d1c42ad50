//! Views whose tables have changed since.

use super::Sql;

async fn with_star_view() -> Sql {
    let sql = Sql::start().await;
    sql.run(
        "CREATE TABLE main.default.t (a INT, b STRING) TBLPROPERTIES ('delta.columnMapping.mode' = 'name')",
    )
    .await;
    sql.run("INSERT INTO main.default.t VALUES (1, 'x')").await;
    sql.run("CREATE VIEW main.default.v AS SELECT * FROM main.default.t").await;
    sql.run("CREATE VIEW main.default.named (First, Second) AS SELECT * FROM main.default.t").await;
    sql
}

#[tokio::test]
async fn star_keeps_the_columns_that_it_had_wherever_new_ones_stand() {
    let sql = with_star_view().await;
    sql.run("ALTER TABLE main.default.t ADD COLUMN z INT FIRST").await;
    sql.run("INSERT INTO main.default.t VALUES (9, 2, 'y')").await;
    let rows = "SELECT * FROM main.default.v ORDER BY a";
    assert_eq!(sql.table(rows).await, "a | b\n1 | x\n2 | y");
    let named = "SELECT * FROM main.default.named ORDER BY first";
    assert_eq!(sql.table(named).await, "First | Second\n1 | x\n2 | y");
    sql.run("ALTER VIEW main.default.v WITH SCHEMA EVOLUTION").await;
    assert_eq!(sql.table(rows).await, "z | a | b\nNULL | 1 | x\n9 | 2 | y");
    sql.run("ALTER VIEW main.default.named WITH SCHEMA EVOLUTION").await;
    assert_eq!(sql.table(named).await, "First | Second\n1 | x\n2 | y");
}

#[tokio::test]
async fn columns_of_one_name_are_told_apart_by_their_order() {
    let sql = with_star_view().await;
    let query = "SELECT l.*, r.* FROM main.default.t l JOIN (SELECT 7 AS a, 'r' AS b) r ON true";
    sql.run(&format!("CREATE VIEW main.default.twice (a, b, c, d) AS {query}")).await;
    sql.run("ALTER TABLE main.default.t ADD COLUMN z INT FIRST").await;
    assert_eq!(sql.table("SELECT * FROM main.default.twice").await, "a | b | c | d\n1 | x | 7 | r");
}

#[tokio::test]
async fn column_that_is_gone_is_an_error_that_names_it() {
    let sql = with_star_view().await;
    sql.run("ALTER TABLE main.default.t DROP COLUMN a").await;
    let error = sql.error("SELECT b FROM main.default.v").await;
    assert!(error.starts_with("[INCOMPATIBLE_VIEW_SCHEMA_CHANGE]"), "{error}");
    assert!(error.contains("column `a` cannot be resolved") && error.ends_with("SQLSTATE: 51024"), "{error}");
    sql.run("ALTER VIEW main.default.v WITH SCHEMA EVOLUTION").await;
    assert_eq!(sql.table("SELECT * FROM main.default.v").await, "b\nx");
}

#[tokio::test]
async fn types_follow_the_mode_of_the_view() {
    let sql = with_star_view().await;
    sql.run("CREATE OR REPLACE TABLE main.default.t AS SELECT 3000000000 AS a, 'x' AS b").await;
    let error = sql.error("SELECT * FROM main.default.v").await;
    assert!(error.starts_with("[CAST_OVERFLOW]"), "{error}");
    sql.run("ALTER VIEW main.default.v WITH SCHEMA BINDING").await;
    let error = sql.error("SELECT * FROM main.default.v").await;
    assert!(error.starts_with("[CANNOT_UP_CAST_DATATYPE]"), "{error}");
    sql.run("ALTER VIEW main.default.v WITH SCHEMA TYPE EVOLUTION").await;
    assert_eq!(sql.table("SELECT * FROM main.default.v").await, "a | b\n3000000000 | x");
    sql.run("ALTER VIEW main.default.v WITH SCHEMA COMPENSATION").await;
    sql.run("CREATE OR REPLACE TABLE main.default.t AS SELECT 3L AS a, 'x' AS b").await;
    let answer = sql.answer(&sql.server.token, "SELECT a FROM main.default.v").await;
    assert_eq!(answer["manifest"]["schema"]["columns"][0]["type_text"], "INT");
}
