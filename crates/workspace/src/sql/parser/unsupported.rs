//! Statements of the platform that we do not have, so that they are refused by name and not as errors of syntax.

use super::Parser;
use crate::sql::error::SqlError;

/// The words that start them; longer ones first where one starts another.
const STATEMENTS: &[&str] = &[
    "COPY INTO",
    "LOAD DATA",
    "INSERT OVERWRITE DIRECTORY",
    "ANALYZE TABLES",
    "ANALYZE TABLE",
    "CONVERT TO DELTA",
    "FSCK REPAIR TABLE",
    "MSCK REPAIR TABLE",
    "REPAIR TABLE",
    "GENERATE",
    "APPLY CHANGES",
    "CACHE SELECT",
    "CACHE TABLE",
    "CACHE LAZY TABLE",
    "UNCACHE TABLE",
    "CLEAR CACHE",
    "REFRESH",
    "SYNC",
    "DENY",
    "SET VARIABLE",
    "SET VAR",
    "EXPLAIN",
    "DECLARE",
    "EXECUTE IMMEDIATE",
    "BEGIN TRANSACTION",
    "BEGIN ATOMIC",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "CALL",
    "GET",
    "PUT",
    "REMOVE",
    "ADD ARCHIVE",
    "ADD FILE",
    "ADD JAR",
    "FROM",
    "TABLE",
];

/// The words after CREATE, ALTER, DROP and SHOW that name something of the platform.
const KINDS: &[&str] = &[
    "MATERIALIZED VIEW",
    "MATERIALIZED VIEWS",
    "STREAMING TABLE",
    "STREAMING LIVE TABLE",
    "LIVE TABLE",
    "FLOW",
    "TEMPORARY FUNCTION",
    "FUNCTION",
    "PROCEDURE",
    "PROCEDURES",
    "MODEL",
    "MODELS",
    "FOREIGN CATALOG",
    "FOREIGN TABLE",
    "EXTERNAL LOCATION",
    "STORAGE CREDENTIAL",
    "SERVICE CREDENTIAL",
    "SERVICE CREDENTIALS",
    "CREDENTIAL",
    "CREDENTIALS",
    "CONNECTION",
    "CONNECTIONS",
    "SERVER",
    "SHARE",
    "SHARES",
    "ALL IN SHARE",
    "RECIPIENT",
    "RECIPIENTS",
    "PROVIDER",
    "PROVIDERS",
    "ROW FILTER",
    "GROUP",
    "GROUPS",
    "GROUPS WITH USER",
    "USER",
    "USERS",
    "VARIABLE",
    "TEMPORARY VARIABLE",
    "BLOOMFILTER INDEX",
    "CLEAN ROOM",
    "TABLE EXTENDED",
    "CURRENT SCHEMA",
];

/// The words of the statements that we do not have.
#[cfg(test)]
pub(crate) fn unsupported_statements() -> impl Iterator<Item = &'static str> {
    STATEMENTS.iter().copied()
}

/// Refuses a statement that starts with words we do not have.
pub(super) fn refuse_statement(parser: &Parser<'_>) -> Result<(), SqlError> {
    // Other objects are refreshed by the same word.
    if parser.at("REFRESH MATERIALIZED VIEW") {
        return Ok(());
    }
    match STATEMENTS.iter().find(|words| parser.at(words)) {
        Some(words @ (&"FROM" | &"TABLE")) => Err(SqlError::unsupported_but(
            format_args!("a query that starts with {words}"),
            "Start it with SELECT.",
        )),
        Some(words) => Err(SqlError::unsupported(words)),
        None => Ok(()),
    }
}

impl Parser<'_> {
    /// The error for what comes after `verb`: unsupported when the platform has it, else a syntax error.
    pub(super) fn unsupported_kind(&self, verb: &str) -> SqlError {
        let longest = KINDS.iter().filter(|words| self.at(words)).max_by_key(|words| words.len());
        longest.map_or_else(
            || self.syntax_error(),
            |words| SqlError::unsupported(format_args!("{verb} {words}")),
        )
    }

    /// Takes `word` when `next` comes after it.
    pub(super) fn accept_before(&mut self, word: &str, next: &str) {
        if self.at(&format!("{word} {next}")) {
            self.accept(word);
        }
    }
}
