//! Table functions in FROM.

use super::{let_in, workspace};

#[tokio::test]
async fn table_function_gives_its_rows_under_its_own_names_and_types() {
    let sql = workspace(&[
        "CREATE FUNCTION main.s.from_id(first BIGINT, many INT DEFAULT 2) RETURNS TABLE (key STRING, value INT) \
         RETURN SELECT id, amount FROM main.s.orders WHERE id >= first AND id < first + many",
        "CREATE FUNCTION main.s.inferred() RETURNS TABLE RETURN SELECT id AS a, amount FROM main.s.orders",
        "CREATE FUNCTION main.s.twice(n INT) RETURNS TABLE (n INT, m INT) \
         RETURN SELECT n, n * 1 FROM (SELECT twice.n AS n) UNION ALL SELECT twice.n, twice.n * 2",
        "CREATE FUNCTION main.s.over_function() RETURNS TABLE (k STRING) RETURN SELECT key FROM main.s.from_id(3)",
        "CREATE VIEW main.s.v AS SELECT * FROM main.s.from_id(1)",
    ])
    .await;
    for (query, expected) in [
        ("SELECT * FROM main.s.from_id(1) ORDER BY key", "key | value\n1 | 10\n2 | 20"),
        ("SELECT key FROM main.s.from_id(many => 1, first => 3)", "key\n3"),
        (
            "SELECT from_id.key, t.value FROM main.s.from_id(1, 1), main.s.from_id(2, 1) AS t",
            "key | value\n1 | 20",
        ),
        ("SELECT * FROM main.s.from_id((SELECT max(id) FROM main.s.orders))", "key | value\n4 | 40"),
        ("SELECT sum(a) AS s FROM main.s.inferred()", "s\n10"),
        ("SELECT m FROM main.s.twice(3) ORDER BY m", "m\n3\n6"),
        ("SELECT count(*) AS n FROM main.s.orders JOIN main.s.from_id(2) f ON f.key = orders.id", "n\n2"),
        ("SELECT k FROM main.s.over_function() ORDER BY k", "k\n3\n4"),
        ("SELECT max(value) AS m FROM main.s.v", "m\n20"),
    ] {
        assert_eq!(sql.table(query).await, expected, "{query}");
    }
    assert_eq!(sql.rows("SELECT typeof(value) FROM main.s.from_id(1, 1)").await, [["int"]]);
}

#[tokio::test]
async fn table_function_in_the_wrong_place_is_refused() {
    let sql = workspace(&[
        "CREATE FUNCTION main.s.rows(x BIGINT) RETURNS TABLE (id BIGINT) RETURN SELECT id FROM main.s.orders",
        "CREATE FUNCTION main.s.value() RETURNS INT RETURN 1",
    ])
    .await;
    insta::assert_snapshot!(
        sql.errors(&[
            "SELECT main.s.rows(1)",
            "SELECT * FROM main.s.value()",
            "SELECT * FROM main.s.nowhere(1)",
            "SELECT * FROM main.s.rows()",
            "SELECT * FROM main.s.orders, main.s.rows(orders.id)",
            "SELECT * FROM explode(array(1))",
        ])
        .await
    );
    let ann = let_in(&sql, "ann@x").await;
    let refused = sql.error_as(&ann, "SELECT * FROM main.s.rows(1)").await;
    assert!(refused.contains("User does not have EXECUTE on Function 'main.s.rows'."), "{refused}");
    sql.run("GRANT EXECUTE ON FUNCTION main.s.rows TO `ann@x`").await;
    assert_eq!(sql.rows_as(&ann, "SELECT count(*) FROM main.s.rows(1)").await, [["5"]]);
}
