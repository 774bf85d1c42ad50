//! Calls: arguments, names, rights, and where in a query they stand.

use super::{let_in, workspace};

#[tokio::test]
async fn call_gives_the_body_for_its_arguments() {
    let sql = workspace(&[
        "CREATE FUNCTION main.s.twice(x INT) RETURNS INT RETURN x * 2",
        "CREATE FUNCTION main.s.plus(a INT, b INT DEFAULT 5, c INT DEFAULT 7) RETURNS INT RETURN a + b * 10 + c * 100",
        "CREATE FUNCTION main.s.narrow(x STRING) RETURNS TINYINT RETURN length(x)",
        "CREATE FUNCTION main.s.inferred(x INT) RETURN concat('<', x, '>')",
        "CREATE FUNCTION main.s.nothing() RETURNS INT RETURN 42",
        "CREATE FUNCTION main.s.quadruple(x INT) RETURNS INT RETURN main.s.twice(s.twice(x))",
    ])
    .await;
    for (expression, expected) in [
        ("main.s.twice(21)", "42"),
        ("MAIN.s.Twice('21')", "42"),
        ("main.s.twice(NULL)", "NULL"),
        ("main.s.plus(1)", "751"),
        ("main.s.plus(1, 2)", "721"),
        ("main.s.plus(c => 1, a => 2)", "152"),
        ("main.s.plus(1, c => 2)", "251"),
        ("main.s.narrow(12345)", "5"),
        ("main.s.inferred(1 + 1)", "<2>"),
        ("main.s.nothing() + main.s.twice(1)", "44"),
        ("main.s.twice(main.s.twice(main.s.nothing()))", "168"),
        ("main.s.quadruple(3)", "12"),
        ("typeof(main.s.narrow('a'))", "tinyint"),
        ("CASE WHEN false THEN main.s.twice(1 / 0) ELSE 1 END", "1"),
    ] {
        assert_eq!(sql.rows(&format!("SELECT {expression}")).await, [[expected]], "{expression}");
    }
    assert_eq!(sql.table("SELECT main.s.twice(21)").await, "main.s.twice(21)\n42");
    sql.run("USE main.s").await;
}

#[tokio::test]
async fn calls_stand_wherever_expressions_do() {
    let sql = workspace(&[
        "CREATE FUNCTION main.s.twice(x BIGINT) RETURNS BIGINT RETURN x * 2",
        "CREATE FUNCTION main.s.is_big(x BIGINT) RETURNS BOOLEAN RETURN x > 20",
        "CREATE VIEW main.s.v AS SELECT id, main.s.twice(amount) AS twice FROM main.s.orders",
        "CREATE TABLE main.s.copy AS SELECT main.s.twice(id) AS d FROM main.s.orders",
    ])
    .await;
    for (query, expected) in [
        ("SELECT sum(main.s.twice(id)) FROM main.s.orders", "20"),
        ("SELECT main.s.twice(sum(id)) FROM main.s.orders", "20"),
        ("SELECT count(*) FROM main.s.orders WHERE main.s.is_big(amount)", "2"),
        ("SELECT max(twice) FROM main.s.v", "80"),
        ("SELECT sum(d) FROM main.s.copy", "20"),
        (
            "SELECT max(n) FROM (SELECT main.s.twice(id) AS d, count(*) AS n FROM main.s.orders GROUP BY main.s.twice(id))",
            "1",
        ),
        ("SELECT id FROM main.s.orders ORDER BY main.s.twice(id) DESC LIMIT 1", "4"),
        ("SELECT count(*) FROM main.s.orders a JOIN main.s.orders b ON main.s.twice(a.id) = b.id", "3"),
        (
            "SELECT count(*) FROM main.s.orders GROUP BY main.s.is_big(amount) HAVING main.s.is_big(max(amount))",
            "2",
        ),
    ] {
        assert_eq!(sql.rows(query).await, [[expected]], "{query}");
    }
    sql.run("INSERT INTO main.s.orders SELECT main.s.twice(50), main.s.twice(7)").await;
    sql.run("UPDATE main.s.orders SET amount = main.s.twice(amount) WHERE main.s.is_big(id)").await;
    assert_eq!(sql.rows("SELECT amount FROM main.s.orders WHERE id = 100").await, [["28"]]);
    sql.run("DELETE FROM main.s.orders WHERE main.s.is_big(id)").await;
    assert_eq!(sql.rows("SELECT count(*) FROM main.s.orders").await, [["5"]]);
}

#[tokio::test]
async fn names_of_the_query_and_of_the_body_are_not_mixed_up() {
    let sql = workspace(&[
        "CREATE FUNCTION main.s.amount_of(wanted BIGINT) RETURNS BIGINT \
         RETURN SELECT max(amount) FROM main.s.orders WHERE id = wanted",
        "CREATE FUNCTION main.s.column_wins(id BIGINT) RETURNS BIGINT \
         RETURN SELECT count(*) FROM main.s.orders WHERE id = column_wins.id",
        "CREATE FUNCTION main.s.shadowed(id BIGINT) RETURNS BIGINT \
         RETURN SELECT count(*) FROM main.s.orders WHERE id = id",
        "CREATE FUNCTION main.s.next(x BIGINT) RETURNS BIGINT RETURN main.s.amount_of(x + 1)",
        "CREATE FUNCTION main.s.orders(x BIGINT) RETURNS BIGINT \
         RETURN SELECT max(amount) FROM main.s.orders WHERE id = x",
    ])
    .await;
    sql.run(
        "CREATE FUNCTION main.s.cte(x BIGINT) RETURNS BIGINT RETURN WITH cte AS (SELECT id AS x, amount FROM main.s.orders) \
         SELECT max(amount) FROM cte WHERE cte.x < 2",
    )
    .await;
    for (query, expected) in [
        ("SELECT main.s.cte(4)", vec!["10"]),
        ("SELECT main.s.amount_of(3)", vec!["30"]),
        ("SELECT main.s.amount_of(id) FROM main.s.orders ORDER BY id", vec!["0", "10", "20", "30", "40"]),
        (
            "SELECT main.s.amount_of(orders.id) FROM main.s.orders WHERE main.s.amount_of(orders.id) > 20 ORDER BY 1",
            vec!["30", "40"],
        ),
        ("SELECT main.s.amount_of(amount) FROM (SELECT 4 AS amount)", vec!["40"]),
        ("SELECT main.s.column_wins(3)", vec!["1"]),
        ("SELECT main.s.shadowed(3)", vec!["5"]),
        ("SELECT main.s.next(id) FROM main.s.orders ORDER BY id", vec!["10", "20", "30", "40", "NULL"]),
        ("SELECT main.s.orders(id) FROM main.s.orders ORDER BY id", vec!["0", "10", "20", "30", "40"]),
        ("SELECT sum(main.s.amount_of(id)) FROM main.s.orders", vec!["100"]),
        (
            "SELECT main.s.amount_of(main.s.amount_of(id) / 10) FROM main.s.orders ORDER BY id",
            vec!["0", "10", "20", "30", "40"],
        ),
    ] {
        let rows: Vec<_> = sql.rows(query).await.concat();
        assert_eq!(rows, expected, "{query}");
    }
}

#[tokio::test]
async fn caller_needs_execute_and_nothing_behind_the_function() {
    let sql = workspace(&[
        "CREATE FUNCTION main.s.total() RETURNS BIGINT RETURN SELECT sum(amount) FROM main.s.orders",
        "CREATE FUNCTION main.s.who() RETURNS STRING RETURN current_user()",
    ])
    .await;
    let ann = let_in(&sql, "ann@x").await;
    let refused = sql.error_as(&ann, "SELECT main.s.total()").await;
    assert!(refused.contains("User does not have EXECUTE on Function 'main.s.total'."), "{refused}");
    sql.run("GRANT EXECUTE ON SCHEMA main.s TO `ann@x`").await;
    assert_eq!(sql.rows_as(&ann, "SELECT main.s.total(), main.s.who()").await, [["100", "ann@x"]]);
    assert!(sql.error_as(&ann, "SELECT * FROM main.s.orders").await.contains("SELECT on Table"));
    // The owner of a function needs what its body reads.
    let bob = let_in(&sql, "bob@x").await;
    sql.run("ALTER FUNCTION main.s.total OWNER TO `bob@x`").await;
    assert!(sql.error_as(&ann, "SELECT main.s.total()").await.contains("SELECT on Table"));
    assert!(sql.error_as(&bob, "SELECT main.s.total()").await.contains("SELECT on Table"));
}

#[tokio::test]
async fn calls_that_do_not_fit_are_refused_with_their_classes() {
    let sql = workspace(&[
        "CREATE FUNCTION main.s.f(a INT, b INT DEFAULT 1) RETURNS INT RETURN a + b",
        "CREATE FUNCTION main.s.abs(x INT) RETURNS INT RETURN 7",
    ])
    .await;
    insta::assert_snapshot!(
        sql.errors(&[
            "SELECT nowhere(1)",
            "SELECT main.s.nowhere(1)",
            "SELECT main.nowhere.f(1)",
            "SELECT main.s.f()",
            "SELECT main.s.f(1, 2, 3)",
            "SELECT main.s.f(b => 1)",
            "SELECT main.s.f(a => 1, a => 2)",
            "SELECT main.s.f(1, a => 2)",
            "SELECT main.s.f(a => 1, 2)",
            "SELECT main.s.f(x => 1)",
            "SELECT main.s.f('x')",
            "SELECT main.s.f(DISTINCT 1)",
            "SELECT main.s.f(1) OVER ()",
            "SELECT main.s.f(array(1))",
            "SELECT percentile(1, 0.5)",
        ])
        .await
    );
    assert_eq!(sql.rows("SELECT abs(-1), main.s.abs(-1)").await, [["1", "7"]]);
    sql.run("DROP CATALOG main CASCADE").await;
    assert!(sql.error("SELECT nowhere(1)").await.contains("[UNRESOLVED_ROUTINE]"));
}

#[tokio::test]
async fn expressions_kept_with_a_table_call_no_functions_of_users() {
    let sql = workspace(&["CREATE FUNCTION main.s.f(x BIGINT) RETURNS BOOLEAN RETURN x > 0"]).await;
    let defaults = "TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported')";
    let with_default = format!("CREATE TABLE main.s.t (a BOOLEAN DEFAULT main.s.f(1)) {defaults}");
    sql.run(&format!("CREATE TABLE main.s.d (a BOOLEAN) {defaults}")).await;
    insta::assert_snapshot!(
        sql.errors(&[
            "ALTER TABLE main.s.orders ADD CONSTRAINT c CHECK (main.s.f(id + 1))",
            "CREATE TABLE main.s.t (a BIGINT, CONSTRAINT c CHECK (main.s.f(a)))",
            "CREATE TABLE main.s.t (a BIGINT, b BOOLEAN GENERATED ALWAYS AS (main.s.f(a)))",
            &with_default,
            "ALTER TABLE main.s.d ALTER COLUMN a SET DEFAULT main.s.f(1)",
        ])
        .await
    );
}
