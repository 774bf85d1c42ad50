//! Values of nested columns on their way into tables.

use super::Sql;

async fn with_nested() -> Sql {
    let sql = Sql::start().await;
    sql.run(
        "CREATE TABLE main.default.t (id INT, s STRUCT<a: TINYINT, b: STRING>, l ARRAY<STRUCT<a: INT, b: INT>>,
         m MAP<STRING, STRUCT<a: INT, b: INT>>)",
    )
    .await;
    sql.run("INSERT INTO main.default.t (id) VALUES (1)").await;
    sql
}

#[tokio::test]
async fn update_and_merge_find_the_fields_of_structs_by_name() {
    let sql = with_nested().await;
    let shown = "SELECT s.a, s.b, l[0].a, l[0].b, m['k'].a, m['k'].b FROM main.default.t ORDER BY id";
    let other_order = "named_struct('B', 2, 'a', 1)";
    sql.run(&format!(
        "UPDATE main.default.t SET s = {other_order}, l = array({other_order}), m = map('k', {other_order})"
    ))
    .await;
    assert_eq!(sql.rows(shown).await, [["1", "2", "1", "2", "1", "2"]]);
    sql.run(
        "MERGE INTO main.default.t USING (SELECT 1 AS id UNION ALL SELECT 2) u ON t.id = u.id
         WHEN MATCHED THEN UPDATE SET s = named_struct('b', 'x', 'a', 3)
         WHEN NOT MATCHED THEN INSERT (id, s) VALUES (u.id, named_struct('b', 'y', 'a', 4))",
    )
    .await;
    let rows = sql.rows("SELECT s.a, s.b FROM main.default.t ORDER BY id").await;
    assert_eq!(rows, [["3", "x"], ["4", "y"]]);
}

#[tokio::test]
async fn insert_finds_the_fields_of_structs_by_position_and_by_name_when_it_is_asked_to() {
    let sql = with_nested().await;
    sql.run("INSERT INTO main.default.t (id, s) VALUES (2, named_struct('b', 5, 'a', 'five'))").await;
    sql.run("INSERT INTO main.default.t BY NAME SELECT 3 AS id, named_struct('b', 'six', 'a', 6) AS s").await;
    let rows = sql.rows("SELECT s.a, s.b FROM main.default.t WHERE id > 1 ORDER BY id").await;
    assert_eq!(rows, [["5", "five"], ["6", "six"]]);
}

#[tokio::test]
async fn nested_values_that_do_not_fit_are_refused() {
    let sql = with_nested().await;
    sql.run("CREATE TABLE main.default.n (s STRUCT<x: STRUCT<a: INT NOT NULL>>)").await;
    for (statement, class) in [
        (
            "UPDATE main.default.t SET s = named_struct('a', 1000, 'b', 'x')",
            "[CAST_OVERFLOW_IN_TABLE_INSERT]",
        ),
        (
            "UPDATE main.default.t SET s = named_struct('a', 1, 'c', 'x')",
            "[INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST]",
        ),
        (
            "INSERT INTO main.default.t (id, s) VALUES (1, named_struct('a', 1))",
            "[INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST]",
        ),
        (
            "INSERT INTO main.default.n VALUES (named_struct('x', named_struct('a', CAST(NULL AS INT))))",
            "[DELTA_NOT_NULL_CONSTRAINT_VIOLATED] NOT NULL constraint violated for column: s.x.a",
        ),
    ] {
        let error = sql.error(statement).await;
        assert!(error.to_lowercase().starts_with(&class.to_lowercase()), "{statement}: {error}");
    }
    sql.run("INSERT INTO main.default.n VALUES (named_struct('x', NULL)), (NULL)").await;
    assert_eq!(sql.rows("SELECT count(*) FROM main.default.n").await, [["2"]]);
}
