//! Queries: Spark's meaning, or a refusal.

use super::Sql;

#[tokio::test]
async fn expressions_mean_what_they_mean_in_spark() {
    let sql = Sql::start().await;
    let cases = [
        "SELECT 5 / 2, 1 + 1, 7 % 4, -3",
        "SELECT 1.5, 1e3, 9000000000, 1L, CAST(10000000000.0 AS DOUBLE)",
        "SELECT concat('a', NULL, 'b'), 'a' || 1, concat('a', 1.0)",
        "SELECT length('häh'), upper('ä'), trim('  x '), substring('hello', 2, 3)",
        "SELECT CAST('12' AS INT), CAST(1.0E10 AS STRING), CAST(TIMESTAMP '2024-01-02 03:04:05' AS STRING)",
        "SELECT DATE '2024-02-29', TIMESTAMP '2024-01-02 03:04:05.678', CAST('2024-01-01' AS DATE)",
        "SELECT abs(-2), coalesce(NULL, 1), nullif(1, 1), if(1 = 1, 'y', 'n'), year(DATE '2024-05-06')",
        "SELECT array(1, 2), named_struct('a', 1, 'b', 'x'), map('k', 1)",
        "SELECT TRUE, NULL, CASE WHEN 1 > 2 THEN 'a' ELSE 'b' END",
        "SELECT x FROM VALUES (2), (NULL), (1) AS t(x) ORDER BY x",
        "SELECT count(*), sum(id), avg(id), max(id) FROM range(10) WHERE id >= 5",
        "WITH a AS (SELECT id AS Key FROM range(3)) SELECT KEY, row_number() OVER (ORDER BY key DESC) FROM A ORDER BY 1",
        "SELECT 1, 1, current_user()",
        "SELECT TRY_CAST('x' AS INT), TRY_CAST(1e10 AS STRING), DATE '2024-01-31' + INTERVAL '1' DAY",
        "SELECT col1, *, upper(col2) FROM VALUES (1, 'a') ORDER BY col1",
        "VALUES (1, 'a')",
        "SELECT id FROM range(3) UNION ALL SELECT 10 ORDER BY id LIMIT 2",
    ];
    let mut texts = Vec::new();
    for case in cases {
        texts.push(format!("{case}\n{}", sql.table(case).await));
    }
    insta::assert_snapshot!(texts.join("\n\n"));
}

#[tokio::test]
async fn types_of_columns_are_named_as_the_platform_names_them() {
    let sql = Sql::start().await;
    let answer = sql.answer(
        &sql.server.token,
        "SELECT 1 a, 1L b, 1.5 c, 1e0 d, 'x' e, TRUE f, DATE '2024-01-01' g, TIMESTAMP '2024-01-01 00:00:00' h, NULL i,
                array(1) j, named_struct('s', 'x', 'n', 1) k, map('a', 1L) l, count(*) m, CAST(1 AS TINYINT) n",
    );
    let answer = answer.await;
    let columns =
        answer["manifest"]["schema"]["columns"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
    let line = |column: &serde_json::Value| {
        format!(
            "{} {} {} {}",
            column["name"], column["type_text"], column["type_name"], column["type_precision"]
        )
    };
    insta::assert_snapshot!(columns.iter().map(line).collect::<Vec<_>>().join("\n"));
}

#[tokio::test]
async fn errors_of_queries_have_the_platforms_classes() {
    let sql = Sql::start().await;
    sql.run("CREATE TABLE main.default.t (id INT, name STRING)").await;
    let texts = sql
        .errors(&[
            "SELECT 1 / 0",
            "SELECT 2147483647 + 1",
            "SELECT CAST('abc' AS INT)",
            "SELECT nam FROM main.default.t",
            "SELECT x.id FROM main.default.t",
            "SELECT id FROM main.default.t a, main.default.t b",
            "SELECT * FROM main.default.missing",
            "SELECT * FROM main.nowhere.t",
            "SELECT * FROM nowhere.s.t",
            "SELECT to_char(454, '999')",
            "SELECT parse_json('1')",
            "SELECT * FROM main.default.t TABLESAMPLE (10 PERCENT)",
            "SELECT * FROM main.default.t PIVOT (count(*) FOR name IN ('a'))",
            "SELECT array(1, 2)[2]",
            "SELECT 1 + 'x'",
            "SELECT TRUE + 1",
            "SELECT CAST(DATE '2024-01-01' AS INT)",
            "SELECT transform(1, x -> x)",
            "SELECT * FROM nowhere(1)",
            "SELECT * FROM main.default.t VERSION AS OF 9",
            "SELECT * FROM main.default.t TIMESTAMP AS OF '2199-01-01'",
        ])
        .await;
    insta::with_settings!({filters => vec![(r"file://[^ ;,]*", "[location]"), (r"\d{4}-\d\d-\d\d([T ][\d:]+([.]\d+)?Z?)?", "[time]")]}, {
        insta::assert_snapshot!(texts);
    });
}

#[tokio::test]
async fn names_are_found_in_any_case_and_keep_their_spelling() {
    let sql = Sql::start().await;
    sql.run("CREATE TABLE main.default.Orders (OrderId INT, Customer STRING)").await;
    sql.run("INSERT INTO main.default.orders VALUES (1, 'ann')").await;
    let table =
        sql.table("SELECT orderid, O.CUSTOMER AS Who, * FROM MAIN.default.ORDERS o WHERE ORDERID = 1");
    assert_eq!(table.await, "OrderId | Who | OrderId | Customer\n1 | ann | 1 | ann");
    let joined = sql.table("SELECT a.* FROM main.default.orders a JOIN (SELECT orderid AS ID FROM main.default.orders) b ON a.ORDERID = B.id");
    assert_eq!(joined.await, "OrderId | Customer\n1 | ann");
}

#[tokio::test]
async fn time_travel_reads_the_version_that_is_named() {
    let sql = Sql::start().await;
    sql.run("CREATE TABLE main.default.t AS SELECT 1 AS id").await;
    sql.run("INSERT INTO main.default.t VALUES (2), (3)").await;
    assert_eq!(sql.rows("SELECT count(*) FROM main.default.t VERSION AS OF 0").await, [["1"]]);
    assert_eq!(sql.rows("SELECT count(*) FROM main.default.t").await, [["3"]]);
    let both = "SELECT a.n, b.n FROM (SELECT count(*) n FROM main.default.t VERSION AS OF 0) a,
                (SELECT count(*) n FROM main.default.t) b";
    assert_eq!(sql.rows(both).await, [["1", "3"]]);
}
