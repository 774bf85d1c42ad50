use super::{outcome, parse, refused};
use crate::sql::ast::Statement;

#[test]
fn text_without_a_statement_is_refused() {
    for text in ["", "  ", ";", "-- nothing", "/* nothing */"] {
        assert_eq!(refused(text), "PARSE_EMPTY_STATEMENT", "{text:?}");
    }
}

#[test]
fn semicolon_may_end_a_statement_and_not_start_another() {
    assert!(parse("SELECT 1;").is_ok());
    assert!(parse("SELECT 1 ; -- done\n").is_ok());
    assert!(outcome("SELECT 1; SELECT 2").contains("a text of several statements"));
    assert!(matches!(parse("SELECT ';'"), Ok(Statement::Query(_))));
}

#[test]
fn errors_of_syntax_name_the_token_and_its_place() {
    let places = [
        ("SELEC 1", "'SELEC'. SQLSTATE: 42601 (line 1, pos 0)"),
        ("SELECT 1 FROM", "end of input. SQLSTATE: 42601 (line 1, pos 13)"),
        ("CREATE TABLE t (id INT,)", "')'. SQLSTATE: 42601 (line 1, pos 23)"),
        ("CREATE TABLE t\n(id INT) NONSENSE", "'NONSENSE'. SQLSTATE: 42601 (line 2, pos 9)"),
        ("ALTER VIEW v ALTER COLUMN c COMMENT 'x'", "'ALTER'. SQLSTATE: 42601 (line 1, pos 13)"),
        ("SELECT * FROM t WHERE id = = 1", "'='. SQLSTATE: 42601 (line 1, pos 27)"),
        ("COMMENT ON TABLE t IS 'never ends", "'''. SQLSTATE: 42601 (line 1, pos 22)"),
    ];
    for (text, expected) in places {
        let error = parse(text).unwrap_err().to_string();
        assert!(error.contains(&format!("Syntax error at or near {expected}")), "{error}");
    }
}

#[test]
fn names_that_need_backticks_are_refused() {
    let error = parse("CREATE CATALOG my-catalog").unwrap_err();
    assert_eq!(error.class, "INVALID_IDENTIFIER");
    assert!(error.message.contains("`my-catalog`"), "{error}");
    assert_eq!(refused("CREATE CATALOG ``"), "INVALID_IDENTIFIER");
    assert_eq!(refused("DROP TABLE a.b.c.d"), "IDENTIFIER_TOO_MANY_NAME_PARTS");
    assert_eq!(refused("CREATE TABLE a.1.c (id INT)"), "PARSE_SYNTAX_ERROR");
}

#[test]
fn clauses_that_would_be_dropped_are_refused_by_name() {
    let clauses = [
        ("SELECT * FROM t TABLESAMPLE (10 PERCENT)", "TABLESAMPLE"),
        ("SELECT * FROM t PIVOT (sum(a) FOR b IN (1, 2))", "PIVOT"),
        ("SELECT * FROM t SORT BY a", "SORT BY"),
        ("SELECT * FROM t DISTRIBUTE BY a", "DISTRIBUTE BY"),
        ("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", "WITH before INSERT"),
        ("WITH x AS (SELECT 1) DELETE FROM t WHERE true", "WITH before DELETE"),
        ("SELECT 1 UNION TABLE t", "TABLE"),
        ("CREATE VIEW v AS SELECT * FROM t TABLESAMPLE (1 ROWS)", "TABLESAMPLE"),
        ("DELETE FROM t WHERE id IN (SELECT id FROM u TABLESAMPLE (1 ROWS))", "TABLESAMPLE"),
        ("DELETE FROM t@v3", "time travel in DELETE"),
        ("FROM t SELECT *", "FROM"),
        ("VALUES 1, 2", "VALUES without parentheses"),
    ];
    for (text, feature) in clauses {
        let outcome = outcome(text);
        assert!(
            outcome.starts_with("The feature is not supported") && outcome.contains(feature),
            "{text}: {outcome}"
        );
    }
}

#[test]
fn parameter_in_place_of_a_literal_is_unbound() {
    assert_eq!(refused("COMMENT ON TABLE t IS :comment"), "UNBOUND_SQL_PARAMETER");
    assert_eq!(refused("DROP TABLE IDENTIFIER(:name)"), "UNBOUND_SQL_PARAMETER");
}

#[test]
fn exclusive_or_repeated_clauses_are_refused() {
    assert_eq!(refused("CREATE OR REPLACE TABLE IF NOT EXISTS t (id INT)"), "PARSE_SYNTAX_ERROR");
    assert_eq!(refused("CREATE TABLE t (id INT) COMMENT 'a' COMMENT 'b'"), "DUPLICATE_CLAUSES");
    assert_eq!(refused("CREATE TABLE t (id INT, ID STRING)"), "COLUMN_ALREADY_EXISTS");
    assert_eq!(refused("CREATE TABLE t (s STRUCT<a: INT, A: INT>)"), "COLUMN_ALREADY_EXISTS");
    assert_eq!(refused("CREATE TABLE t (a VARCHAR)"), "DATATYPE_MISSING_SIZE");
    assert_eq!(refused("CREATE TABLE t (a HYPERCUBE)"), "UNSUPPORTED_DATATYPE");
}
