use super::*;
use crate::sql::ast::Statement;
use crate::sql::parse;

fn query(text: &str) -> Query {
    match parse(text).unwrap() {
        Statement::Query(query) => *query,
        other => panic!("not a query: {other:?}"),
    }
}

fn flat(index: usize) -> ObjectName {
    ObjectName(vec![Identifier::new(format!("table_{index}")).unwrap()])
}

/// The relations of a query, and the query with `table_0`, `table_1` … in their place.
fn rewritten(text: &str) -> (Vec<String>, String) {
    let mut query = query(text);
    let mut found = Vec::new();
    rewrite_tables(&mut query, |relation| {
        found.push(describe(relation));
        Ok(flat(found.len() - 1))
    })
    .unwrap();
    (found, query.to_string())
}

fn describe(relation: &Relation) -> String {
    let table = match &relation.table {
        TableReference::Name(name) => name.0.iter().map(Identifier::as_str).collect::<Vec<_>>().join("."),
        TableReference::Path { format, path } => format!("{} at {path}", format.as_str()),
    };
    match &relation.as_of {
        None => table,
        Some(AsOf::Version(version)) => format!("{table} version {version}"),
        Some(AsOf::Timestamp(expression)) => format!("{table} timestamp {expression}"),
    }
}

#[test]
fn every_spelling_of_time_travel_is_found_and_removed() {
    let clauses = [
        ("VERSION AS OF 3", "t version 3"),
        ("VERSION AS OF '3'", "t version 3"),
        ("FOR VERSION AS OF 3", "t version 3"),
        ("FOR SYSTEM_VERSION AS OF 3", "t version 3"),
        ("TIMESTAMP AS OF '2024-01-01'", "t timestamp '2024-01-01'"),
        ("FOR SYSTEM_TIME AS OF '2024-01-01'", "t timestamp '2024-01-01'"),
        ("TIMESTAMP AS OF date_sub(current_date(), 1)", "t timestamp date_sub(current_date(), 1)"),
    ];
    for (clause, expected) in clauses {
        let (found, sql) = rewritten(&format!("SELECT * FROM t {clause} WHERE id = 1"));
        assert_eq!(found, [expected], "{clause}");
        assert_eq!(sql, "SELECT * FROM `table_0` AS `t` WHERE id = 1", "{clause}");
    }
    assert_eq!(rewritten("SELECT * FROM t@v3").0, ["t version 3"]);
    assert_eq!(rewritten("SELECT * FROM t@20240102030405678 x").0, ["t timestamp '2024-01-02 03:04:05.678'"]);
}

#[test]
fn same_table_at_two_versions_is_two_relations() {
    let (found, sql) = rewritten("SELECT a.id FROM c.s.t@v1 a JOIN c.s.t AS b ON a.id = b.id");
    assert_eq!(found, ["c.s.t version 1", "c.s.t"]);
    assert_eq!(sql, "SELECT a.id FROM `table_0` a JOIN `table_1` AS b ON a.id = b.id");
}

#[test]
fn column_qualified_by_the_whole_name_is_qualified_by_the_alias() {
    let (_, sql) = rewritten("SELECT prod.sales.t.id, sales.t.id, t.id, id, t.point.x FROM prod.sales.t");
    assert_eq!(sql, "SELECT t.id, t.id, t.id, id, t.point.x FROM `table_0` AS `t`");
    let (_, sql) = rewritten("SELECT prod.sales.t.*, u.* FROM prod.sales.t, u");
    assert_eq!(sql, "SELECT t.*, u.* FROM `table_0` AS `t`, `table_1` AS `u`");
}

#[test]
fn common_table_expressions_are_no_tables() {
    let (found, _) = rewritten("WITH a AS (SELECT * FROM t), b AS (SELECT * FROM A) SELECT * FROM b, c.a");
    assert_eq!(found, ["t", "c.a"]);
}

#[test]
fn common_table_expression_does_not_hide_the_table_it_is_made_of() {
    let (found, _) = rewritten("WITH t AS (SELECT * FROM t) SELECT * FROM t WHERE id IN (SELECT id FROM t)");
    assert_eq!(found, ["t"]);
    let (found, _) =
        rewritten("WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n FROM t) SELECT * FROM t");
    assert_eq!(found, [""; 0]);
}

#[test]
fn common_table_expression_of_a_subquery_ends_with_it() {
    let (found, _) = rewritten("SELECT * FROM (WITH x AS (SELECT 1) SELECT * FROM x) y JOIN x ON TRUE");
    assert_eq!(found, ["x"]);
}

#[test]
fn tables_of_subqueries_and_set_operations_are_found() {
    let (found, _) = rewritten(
        "SELECT (SELECT max(id) FROM a) FROM b WHERE EXISTS (SELECT 1 FROM c) UNION ALL SELECT * FROM d EXCEPT SELECT 1 FROM (e)",
    );
    assert_eq!(found, ["a", "b", "c", "d", "e"]);
}

#[test]
fn tables_by_path_and_by_identifier_clause_are_resolved() {
    assert_eq!(rewritten("SELECT * FROM delta.`/tmp/a b`").0, ["delta at /tmp/a b"]);
    assert_eq!(rewritten("SELECT * FROM IDENTIFIER('c.`s x`.t')").0, ["c.s x.t"]);
    let error = tables(&query("SELECT * FROM IDENTIFIER(:name)")).unwrap_err();
    assert_eq!((error.class, error.message.contains("name")), ("UNBOUND_SQL_PARAMETER", true));
}
