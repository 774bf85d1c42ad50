use super::parse;
use crate::sql::ast::Statement;

/// Forms of queries that views of users are made of.
const QUERIES: &[&str] = &[
    "SELECT -1L, DATE'2024-01-01', TIMESTAMP '2024-01-01 00:00:00', X'1F', r'\\d', 1e3, .5, 2.",
    "SELECT CAST(a AS STRUCT<x: INT>), CAST(b AS ARRAY<MAP<STRING, INT>>), try_cast(c AS TIMESTAMP_NTZ), d::bigint FROM t",
    "SELECT * EXCEPT (a), t.*, t.a.b, m['k'], l[0].x, if(a, b, c), count(DISTINCT a), count(*) FROM t",
    "SELECT a NOT RLIKE 'x', a NOT LIKE '\\%', a ILIKE 'x', a LIKE 'x' ESCAPE '!', a IS DISTINCT FROM b, !a, a <=> b FROM t",
    "SELECT extract(YEAR FROM d), trim(BOTH 'x' FROM a), position('a' IN b), substring(a, 1, 2), overlay(a PLACING 'x' FROM 1) FROM t",
    "SELECT INTERVAL '1-2' YEAR TO MONTH, INTERVAL 3 DAYS, current_date, current_timestamp()",
    "SELECT first(a) IGNORE NULLS, percentile_cont(0.5) WITHIN GROUP (ORDER BY a), sum(a) FILTER (WHERE a > 1) FROM t",
    "SELECT a, row_number() OVER (PARTITION BY b ORDER BY c DESC NULLS LAST ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t",
    "SELECT sum(a) OVER w FROM t WINDOW w AS (PARTITION BY b)",
    "SELECT * FROM a LEFT SEMI JOIN b USING (id) FULL OUTER JOIN c ON a.x = c.x CROSS JOIN d NATURAL JOIN e",
    "SELECT a, b FROM t GROUP BY GROUPING SETS ((a), (b), ()) HAVING count(*) > 1 ORDER BY 1 LIMIT 1 OFFSET 2",
    "SELECT a FROM t GROUP BY a WITH ROLLUP",
    "SELECT a FROM t GROUP BY CUBE (a)",
    "SELECT a FROM t UNION ALL SELECT b FROM u INTERSECT SELECT c FROM v EXCEPT ALL SELECT d FROM w",
    "WITH t (a, b) AS (VALUES (1, 2)), u AS (SELECT * FROM t) SELECT * FROM u WHERE (a, b) IN ((1, 2)) AND EXISTS (SELECT 1)",
    "SELECT CASE a WHEN 1 THEN 'x' ELSE 'y' END AS `a b`, CASE WHEN a THEN b END c FROM `t` AS `u v`",
    "SELECT /*+ BROADCAST(t) */ * FROM t, u, LATERAL (SELECT 1) x -- end",
    "SELECT * FROM (a JOIN b ON a.id = b.id) WHERE a.id BETWEEN 1 AND 2 ORDER BY ALL",
    "SELECT a % 2, a DIV 2, a || b, a | b, a & b, a ^ b, ~a, a == b, a != b, a <> b FROM t",
    "SELECT filter(a, x -> x > 1), reduce(a, 0, (acc, x) -> acc + x), named_struct('a', 1).a FROM t",
    "SELECT f(a => 1), transform(a, (x, i) -> x + i), date_add(DAY, 1, d), timestampdiff(HOUR, a, b) FROM t",
    "SELECT a date, b timestamp, c user, d value, e comment, f location, g version FROM t",
    "(SELECT 1) UNION (SELECT 2) ORDER BY 1",
    "VALUES (1, 'a'), (2, 'b')",
];

#[test]
fn queries_of_users_are_read() {
    let refused: Vec<_> = QUERIES
        .iter()
        .filter_map(|text| match parse(text) {
            Ok(Statement::Query(_)) => None,
            Ok(other) => Some(format!("{text}: {other:?}")),
            Err(error) => Some(error.to_string()),
        })
        .collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}
