//! Statements as users write them, and texts nobody would.

mod ddl;
mod oracles;
mod parameters;
mod properties;
mod queries;
mod refusals;

use super::parse;
use crate::sql::ast::Statement;

/// The class of the error that a text is refused with.
fn refused(text: &str) -> String {
    match parse(text) {
        Ok(statement) => panic!("{text} is accepted: {statement:?}"),
        Err(error) => error.class.to_owned(),
    }
}

/// What a statement is, or why it is none.
fn outcome(text: &str) -> String {
    match parse(text) {
        Ok(statement) => kind(&statement),
        Err(error) if error.class == "UNSUPPORTED_FEATURE" => error.message,
        Err(error) => error.class.to_owned(),
    }
}

/// The name of the variant.
fn kind(statement: &Statement) -> String {
    let text = format!("{statement:?}");
    text.split(['(', ' ', '{']).next().unwrap_or_default().to_owned()
}

#[test]
fn statements_of_users_are_read_or_refused_by_name() {
    let statements = include_str!("tests/statements.sql").lines();
    let table: Vec<_> = statements.map(|text| format!("{text}\n  → {}", outcome(text))).collect();
    insta::assert_snapshot!(table.join("\n"));
}
