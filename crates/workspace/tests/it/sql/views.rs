//! Views.

use super::Sql;

async fn with_views() -> Sql {
    let sql = Sql::start().await;
    sql.run("CREATE SCHEMA main.gold").await;
    sql.run("CREATE TABLE main.default.orders AS SELECT id AS OrderId, id * 2 AS amount FROM range(4)").await;
    sql.run("CREATE VIEW main.gold.big (key COMMENT 'k', amount) COMMENT 'big ones' AS SELECT OrderId, amount FROM main.default.orders WHERE amount > 2").await;
    sql.run("CREATE VIEW main.gold.total AS SELECT sum(amount) AS total FROM main.gold.big").await;
    sql
}

#[tokio::test]
async fn view_over_view_reads_the_tables_behind() {
    let sql = with_views().await;
    assert_eq!(sql.table("SELECT * FROM main.gold.big ORDER BY KEY").await, "key | amount\n2 | 4\n3 | 6");
    assert_eq!(sql.rows("SELECT total FROM main.gold.total").await, [["10"]]);
    sql.run("INSERT INTO main.default.orders VALUES (9, 90)").await;
    assert_eq!(sql.rows("SELECT total FROM main.gold.total").await, [["100"]]);
    let view = sql.server.get("/api/2.1/unity-catalog/tables/main.gold.big").await;
    assert_eq!(view["view_definition"], "SELECT OrderId, amount FROM main.default.orders WHERE amount > 2");
    assert_eq!(
        view["view_dependencies"]["dependencies"][0]["table"]["table_full_name"],
        "main.default.orders"
    );
    assert_eq!(view["columns"][0]["comment"], "k");
}

#[tokio::test]
async fn view_is_shown_and_described() {
    let sql = with_views().await;
    let mut texts = Vec::new();
    for statement in [
        "SHOW CREATE TABLE main.gold.big",
        "SHOW VIEWS IN main.gold",
        "DESCRIBE TABLE EXTENDED main.gold.big",
    ] {
        texts.push(format!("{statement}\n{}", sql.table(statement).await));
    }
    insta::with_settings!({filters => vec![
        (r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \w{3} \d\d [\d:]+ UTC \d{4}", "[time]"),
    ]}, {
        insta::assert_snapshot!(texts.join("\n\n"));
    });
}

#[tokio::test]
async fn views_are_replaced_altered_and_refused() {
    let sql = with_views().await;
    sql.run("CREATE OR REPLACE VIEW main.gold.big AS SELECT 1 AS amount").await;
    assert_eq!(sql.rows("SELECT total FROM main.gold.total").await, [["1"]]);
    sql.run("ALTER VIEW main.gold.big AS SELECT 5 AS amount").await;
    assert_eq!(sql.rows("SELECT total FROM main.gold.total").await, [["5"]]);
    sql.run("CREATE VIEW IF NOT EXISTS main.gold.big AS SELECT nonsense").await;
    insta::assert_snapshot!(
        sql.errors(&[
            "CREATE VIEW main.gold.big AS SELECT 1",
            "CREATE OR REPLACE VIEW main.gold.big AS SELECT total AS amount FROM main.gold.total",
            "CREATE OR REPLACE VIEW main.default.orders AS SELECT 1",
            "CREATE VIEW main.gold.v (a, b) AS SELECT 1",
            "CREATE VIEW main.gold.v AS SELECT * FROM main.gold.missing",
            "DROP TABLE main.gold.big",
            "DROP VIEW main.default.orders",
            "INSERT INTO main.gold.big VALUES (1)",
            "DESCRIBE HISTORY main.gold.big",
            "DESCRIBE DETAIL main.gold.big",
            "SELECT * FROM main.gold.big VERSION AS OF 1",
        ])
        .await
    );
    sql.run("DROP VIEW main.gold.big").await;
    let error = sql.error("SELECT * FROM main.gold.total").await;
    assert!(error.contains("`main`.`gold`.`big`"), "{error}");
}
