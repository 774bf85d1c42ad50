//! Expressions over tables: what the oracles, which read no tables, cannot show.

use super::Sql;

async fn orders() -> Sql {
    let sql = Sql::start().await;
    sql.run("CREATE SCHEMA main.s").await;
    sql.run(
        "CREATE TABLE main.s.orders (id INT, Factor INT, items ARRAY<STRUCT<name: STRING, price: INT>>, tags MAP<STRING, INT>)",
    )
    .await;
    sql.run(
        "INSERT INTO main.s.orders VALUES \
         (1, 10, array(named_struct('name', 'a', 'price', 1), named_struct('name', 'b', 'price', 2)), map('x', 1, 'y', 2)), \
         (2, 100, array(), map()), (3, NULL, NULL, NULL)",
    )
    .await;
    sql
}

#[tokio::test]
async fn lambda_reads_columns_and_fields_of_its_parameter() {
    let sql = orders().await;
    let rows = sql
        .rows("SELECT id, transform(items, I -> i.price * factor), exists(items, i -> i.PRICE > 1) FROM main.s.orders ORDER BY id")
        .await;
    assert_eq!(rows[0], ["1", r#"["10","20"]"#, "true"]);
    assert_eq!(rows[1], ["2", "[]", "false"]);
    assert_eq!(rows[2], ["3", "NULL", "NULL"]);
}

#[tokio::test]
async fn lambda_in_a_lambda_reads_both_parameters_and_a_column() {
    let sql = orders().await;
    let rows = sql
        .rows(
            "SELECT transform(items, i -> aggregate(items, 0, (total, j) -> total + i.price * j.price + id)) \
             FROM main.s.orders WHERE id = 1",
        )
        .await;
    assert_eq!(rows, [[r#"["5","8"]"#]]);
}

#[tokio::test]
async fn lambda_of_maps_and_of_sorting_is_computed_for_every_row() {
    let sql = orders().await;
    let rows = sql
        .rows(
            "SELECT map_filter(tags, (k, v) -> v > 1 AND id = 1), array_sort(map_values(tags), (a, b) -> b - a) \
             FROM main.s.orders ORDER BY id",
        )
        .await;
    assert_eq!(rows[0], [r#"{"y":"2"}"#, r#"["2","1"]"#]);
    assert_eq!(rows[1], ["{}", "[]"]);
    assert_eq!(rows[2], ["NULL", "NULL"]);
}

#[tokio::test]
async fn lambda_that_gives_no_truth_is_refused_by_filter() {
    let sql = Sql::start().await;
    let error = sql.error("SELECT filter(array(1), x -> x + 1)").await;
    assert!(error.contains("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"), "{error}");
}

#[tokio::test]
async fn functions_make_rows_in_select_beside_columns_and_a_wildcard() {
    let sql = orders().await;
    let table = sql.table("SELECT id, explode(items) AS item FROM main.s.orders").await;
    assert_eq!(
        table,
        "id | item\n1 | {\"name\":\"a\",\"price\":\"1\"}\n1 | {\"name\":\"b\",\"price\":\"2\"}"
    );
    let table = sql
        .table("SELECT *, explode(tags) AS (k, v) FROM (SELECT id, tags FROM main.s.orders) ORDER BY k")
        .await;
    assert_eq!(
        table,
        "id | tags | k | v\n1 | {\"x\":\"1\",\"y\":\"2\"} | x | 1\n1 | {\"x\":\"1\",\"y\":\"2\"} | y | 2"
    );
    let rows = sql.rows("SELECT sum(item.price) FROM (SELECT explode(items) AS item FROM main.s.orders) WHERE item.price > 1").await;
    assert_eq!(rows, [["2"]]);
}

#[tokio::test]
async fn lateral_views_follow_one_another_and_keep_rows_when_they_are_outer() {
    let sql = orders().await;
    let rows = sql
        .rows(
            "SELECT o.id, e.item.name, t.k FROM main.s.orders o LATERAL VIEW OUTER explode(items) e AS item \
             LATERAL VIEW OUTER explode(tags) t AS k, v WHERE v IS NULL OR v = 2 ORDER BY id, name",
        )
        .await;
    assert_eq!(rows, [["1", "a", "y"], ["1", "b", "y"], ["2", "NULL", "NULL"], ["3", "NULL", "NULL"]]);
    let rows = sql
        .rows("SELECT id, price FROM main.s.orders, LATERAL inline(items) AS i(name, price) ORDER BY price")
        .await;
    assert_eq!(rows, [["1", "1"], ["1", "2"]]);
}

#[tokio::test]
async fn function_that_makes_rows_is_refused_inside_of_expressions_and_with_wrong_names() {
    let sql = Sql::start().await;
    let error = sql.error("SELECT explode(array(1)) + 1").await;
    assert!(error.contains("UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS"), "{error}");
    let error = sql.error("SELECT explode(array(1)) AS (a, b)").await;
    assert!(error.contains("NUM_TABLE_VALUE_ALIASES_MISMATCH"), "{error}");
}

#[tokio::test]
async fn field_that_a_struct_has_not_is_refused() {
    let sql = orders().await;
    let error = sql.error("SELECT items.nothing FROM main.s.orders").await;
    assert!(error.contains("[FIELD_NOT_FOUND]") && error.contains("42704"), "{error}");
}

#[tokio::test]
async fn text_longer_than_its_column_is_refused_by_every_statement() {
    let sql = Sql::start().await;
    sql.run("CREATE SCHEMA main.s").await;
    sql.run("CREATE TABLE main.s.t (a VARCHAR(3), b CHAR(2))").await;
    sql.run("INSERT INTO main.s.t VALUES ('abc', 'é'), (NULL, NULL)").await;
    for statement in [
        "INSERT INTO main.s.t VALUES ('abcd', 'x')",
        "INSERT INTO main.s.t VALUES ('abc', 'xyz')",
        "UPDATE main.s.t SET a = 'abcd'",
        "MERGE INTO main.s.t USING (SELECT 'abcd' AS x) ON false WHEN NOT MATCHED THEN INSERT (a) VALUES (x)",
    ] {
        let error = sql.error(statement).await;
        assert!(
            error.contains("[DELTA_EXCEED_CHAR_VARCHAR_LIMIT]") && error.contains("22001"),
            "{statement}: {error}"
        );
    }
    assert_eq!(sql.rows("SELECT count(*) FROM main.s.t").await, [["2"]]);
}

#[tokio::test]
async fn intervals_are_written_in_their_units_and_not_kept_in_tables() {
    let sql = Sql::start().await;
    let answer = sql
        .answer(&sql.server.token, "SELECT INTERVAL '3 4' DAY TO HOUR, INTERVAL 1 YEAR 2 MONTHS AS m")
        .await;
    let column = &answer["manifest"]["schema"]["columns"][0];
    assert_eq!(column["type_text"], "INTERVAL DAY TO HOUR");
    assert_eq!(
        (&column["type_name"], &column["type_interval_type"]),
        (&"INTERVAL".into(), &"DAY TO HOUR".into())
    );
    assert_eq!(answer["result"]["data_array"][0][0], "INTERVAL '3 04' DAY TO HOUR");
    assert_eq!(answer["result"]["data_array"][0][1], "INTERVAL '1-2' YEAR TO MONTH");
    sql.run("CREATE SCHEMA main.s").await;
    let error = sql.error("CREATE TABLE main.s.t AS SELECT INTERVAL 1 DAY AS d").await;
    assert!(error.contains("a column of type INTERVAL"), "{error}");
}
