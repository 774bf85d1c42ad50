//! Errors of statements as the platform words them: a class, a SQLSTATE and a text (facts/sql.md §14).

mod columns;
mod delta;
mod execution;
mod guards;
mod materialized_views;
mod metastore;
mod metric_views;
mod queries;
mod routines;
mod rows;
mod securables;
mod syntax;
mod types;

use std::error::Error;
use std::fmt::{self, Display, Write as _};

/// Why a statement failed. `Display` is the text clients see: `[CLASS] message SQLSTATE: xxxxx`, for syntax
/// errors followed by the statement with the place marked.
#[derive(Debug)]
pub(crate) struct SqlError {
    /// The error class with its subclass, such as `TABLE_OR_VIEW_NOT_FOUND`.
    pub(crate) class: &'static str,
    /// The five characters of the SQLSTATE.
    pub(crate) sql_state: &'static str,
    /// The text without class and state.
    pub(crate) message: String,
    /// What failed underneath; not repeated in the text.
    pub(crate) source: Option<Box<dyn Error + Send + Sync>>,
    place: Option<Box<Place>>,
}

/// Where in a statement a syntax error is.
#[derive(Debug)]
struct Place {
    statement: String,
    /// In bytes.
    offset: usize,
}

impl SqlError {
    /// An error of this class. Prefer the named constructors, which hold the platform's texts.
    pub(crate) fn new(class: &'static str, sql_state: &'static str, message: impl Into<String>) -> Self {
        Self { class, sql_state, message: message.into(), source: None, place: None }
    }

    /// The same error with what caused it.
    #[must_use]
    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    fn at(mut self, statement: &str, offset: usize) -> Self {
        self.place = Some(Box::new(Place { statement: statement.to_owned(), offset }));
        self
    }
}

impl Display for SqlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_some() {
            f.write_char('\n')?;
        }
        write!(f, "[{}] {} SQLSTATE: {}", self.class, self.message, self.sql_state)?;
        self.place.as_ref().map_or(Ok(()), |place| place.fmt(f))
    }
}

impl Display for Place {
    /// The layout of Spark's parse errors: the lines up to the error, a marker under it, the lines after it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let before = self.statement.get(..self.offset).unwrap_or(&self.statement);
        let line = before.matches('\n').count();
        let column = before.rsplit('\n').next().map_or(0, |start| start.chars().count());
        writeln!(f, " (line {}, pos {column})\n\n== SQL ==", line + 1)?;
        for (index, text) in self.statement.split('\n').enumerate() {
            writeln!(f, "{text}")?;
            if index == line {
                writeln!(f, "{}^^^", "-".repeat(column))?;
            }
        }
        Ok(())
    }
}

impl Error for SqlError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// What the embedded workspace does not do.
impl SqlError {
    /// Valid SQL of the platform that the embedded workspace does not have.
    pub(crate) fn unsupported(feature: impl Display) -> Self {
        Self::unsupported_but(feature, "Run the statement on a Databricks workspace.")
    }

    /// Like [`SqlError::unsupported`], with a way out that fits better.
    pub(crate) fn unsupported_but(feature: impl Display, way_out: &str) -> Self {
        let message = format!(
            "The feature is not supported: {feature} is not available in the embedded workspace. {way_out}"
        );
        Self::new("UNSUPPORTED_FEATURE", "0A000", message)
    }

    pub(crate) fn nested_too_deep(limit: usize) -> Self {
        Self::unsupported_but(
            format_args!("a statement that nests deeper than {limit} levels"),
            "Split the statement.",
        )
    }

    pub(crate) fn chain_too_long(limit: usize) -> Self {
        Self::unsupported_but(
            format_args!("more than {limit} operators, set operations or joins in a row"),
            "Split the statement, or compare with a list: IN (…).",
        )
    }
}

/// The run itself.
impl SqlError {
    pub(crate) fn operation_canceled() -> Self {
        Self::new("OPERATION_CANCELED", "HY008", "Operation has been canceled.")
    }

    /// A fault of ours.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new("INTERNAL_ERROR", "XX000", message)
    }
}

#[cfg(test)]
mod tests {
    use clxs_api::NameError;

    use super::*;

    #[test]
    fn syntax_error_marks_the_place_as_the_platform_does() {
        insta::assert_snapshot!(SqlError::parse_syntax_error("SELECT 1\nFORM t x\nWHERE a", 16..17), @r"

        [PARSE_SYNTAX_ERROR] Syntax error at or near 'x'. SQLSTATE: 42601 (line 2, pos 7)

        == SQL ==
        SELECT 1
        FORM t x
        -------^^^
        WHERE a
        ");
    }

    #[test]
    fn syntax_error_at_the_end_says_end_of_input() {
        let text = SqlError::parse_syntax_error("SELECT", 6..6).to_string();
        assert!(text.starts_with(
            "\n[PARSE_SYNTAX_ERROR] Syntax error at or near end of input. SQLSTATE: 42601 (line 1, pos 6)\n\n"
        ));
        assert!(text.ends_with("== SQL ==\nSELECT\n------^^^\n"));
    }

    #[test]
    fn other_errors_are_one_text_with_class_and_state() {
        let error = SqlError::insufficient_permissions("User does not have USE SCHEMA on Schema 'c.s'.");
        assert_eq!(
            error.to_string(),
            "[INSUFFICIENT_PERMISSIONS] Insufficient privileges:\nUser does not have USE SCHEMA on Schema \
             'c.s'. SQLSTATE: 42501"
        );
    }

    #[test]
    fn cause_is_kept_and_not_repeated() {
        let error = SqlError::invalid_identifier(NameError::Empty);
        assert!(error.source().is_some());
    }
}
