use clxs_api::statement::StatementParameter;

use crate::sql::ast::{Commented, Describe, Statement};
use crate::sql::error::SqlError;
use crate::sql::parse_with;

fn parse(text: &str, parameters: &[(&str, Option<&str>, Option<&str>)]) -> Result<Statement, SqlError> {
    let parameters = parameters.iter().map(|(name, value, type_text)| StatementParameter {
        name: (*name).to_owned(),
        ordinal: None,
        value: value.map(ToOwned::to_owned),
        type_text: type_text.map(ToOwned::to_owned),
    });
    parse_with(text, &parameters.collect::<Vec<_>>())
}

fn query(text: &str, parameters: &[(&str, Option<&str>, Option<&str>)]) -> String {
    match parse(text, parameters).unwrap() {
        Statement::Query(query) => query.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn value_is_a_literal_of_its_type() {
    let sql = query(
        "SELECT :a, :b, :c, :d, col:a FROM t WHERE x = :a",
        &[
            ("a", Some("it's"), None),
            ("b", Some("7"), Some("INT")),
            ("c", Some("-1.5"), Some("DECIMAL(5,2)")),
            ("d", None, Some("DATE")),
        ],
    );
    assert_eq!(
        sql,
        "SELECT 'it''s', 7, CAST('-1.5' AS DECIMAL(5,2)), CAST(NULL AS DATE), col:a FROM t WHERE x = 'it''s'"
    );
}

#[test]
fn value_may_be_a_name_a_comment_or_a_limit() {
    let value = [("x", Some("c.s.t"), None), ("n", Some("3"), Some("INT"))];
    assert!(matches!(
        parse("DESCRIBE HISTORY IDENTIFIER(:x) LIMIT :n", &value).unwrap(),
        Statement::Describe(Describe::History { limit: Some(3), .. })
    ));
    let Ok(Statement::Comment { on: Commented::Catalog(_), comment }) =
        parse("COMMENT ON CATALOG c IS :x", &value)
    else {
        panic!()
    };
    assert_eq!(comment.as_deref(), Some("c.s.t"));
}

#[test]
fn type_that_is_more_than_a_type_is_refused() {
    let error = parse("SELECT :x", &[("x", Some("1"), Some("INT) + (1"))]).unwrap_err();
    assert_eq!(error.class, "PARSE_SYNTAX_ERROR");
}

#[test]
fn parameter_in_a_text_that_is_kept_is_refused() {
    let error = parse("CREATE VIEW v AS SELECT :x AS a", &[("x", Some("1"), None)]).unwrap_err();
    assert_eq!(error.class, "UNSUPPORTED_FEATURE");
}
