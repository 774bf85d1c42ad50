//! Errors of statements as the platform words them: a class, a SQLSTATE and a text (facts/sql.md §14).

mod delta;
mod execution;
mod metastore;

use std::error::Error;
use std::fmt::{self, Display, Write as _};
use std::ops::Range;

use clxs_api::{Identifier, NameError};

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

/// What cannot be read.
impl SqlError {
    /// `range` is the offending token in `statement`; empty at its end.
    pub(crate) fn parse_syntax_error(statement: &str, range: Range<usize>) -> Self {
        let near = match statement.get(range.clone()) {
            None | Some("") => "end of input".to_owned(),
            Some(token) => format!("'{token}'"),
        };
        let message = format!("Syntax error at or near {near}.");
        Self::new("PARSE_SYNTAX_ERROR", "42601", message).at(statement, range.start)
    }

    pub(crate) fn parse_empty_statement() -> Self {
        Self::new("PARSE_EMPTY_STATEMENT", "42617", "Syntax error, unexpected empty statement.")
    }

    pub(crate) fn unclosed_bracketed_comment(statement: &str, offset: usize) -> Self {
        let message = "Found an unclosed bracketed comment. Please, append */ at the end of the comment.";
        Self::new("UNCLOSED_BRACKETED_COMMENT", "42601", message).at(statement, offset)
    }

    /// An unquoted name with characters that need backticks.
    pub(crate) fn unquoted_identifier(text: &str) -> Self {
        Self::new(
            "INVALID_IDENTIFIER",
            "42602",
            format!(
                "The unquoted identifier {text} is invalid and must be back quoted as: `{text}`. Unquoted \
                 identifiers can only contain ASCII letters ('a' - 'z', 'A' - 'Z'), digits ('0' - '9'), and \
                 underbar ('_')."
            ),
        )
    }

    pub(crate) fn invalid_identifier(reason: NameError) -> Self {
        Self::new("INVALID_IDENTIFIER", "42602", format!("Invalid identifier: {reason}.")).with_source(reason)
    }

    pub(crate) fn too_many_name_parts(parts: &[Identifier], limit: usize) -> Self {
        let name = parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
        let message = format!("{name} is not a valid identifier as it has more than {limit} name parts.");
        Self::new("IDENTIFIER_TOO_MANY_NAME_PARTS", "42601", message)
    }

    pub(crate) fn duplicate_clauses(clause: &str) -> Self {
        let message = format!("Found duplicate clauses: {clause}. Please, remove one of them.");
        Self::new("DUPLICATE_CLAUSES", "42614", message)
    }

    pub(crate) fn unsupported_datatype(type_name: &str) -> Self {
        let message = format!("Unsupported data type \"{}\".", type_name.to_uppercase());
        Self::new("UNSUPPORTED_DATATYPE", "0A000", message)
    }

    pub(crate) fn datatype_missing_size(type_name: &str) -> Self {
        let message = format!(
            "DataType \"{0}\" requires a length parameter, for example \"{0}\"(10). Please specify the length.",
            type_name.to_uppercase()
        );
        Self::new("DATATYPE_MISSING_SIZE", "42K01", message)
    }

    pub(crate) fn invalid_sql_syntax(message: impl Into<String>) -> Self {
        Self::new("INVALID_SQL_SYNTAX", "42000", format!("Invalid SQL syntax: {}", message.into()))
    }

    pub(crate) fn unbound_parameter(name: &str) -> Self {
        let message = format!(
            "Found the unbound parameter: {name}. Please, fix `args` and provide a mapping of the parameter to \
             either a SQL literal or collection constructor functions such as `map()`, `array()`, `struct()`."
        );
        Self::new("UNBOUND_SQL_PARAMETER", "42P02", message)
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
}

/// Securables that are missing, in the way or of another kind. Names are given as they are to be printed:
/// `` `c`.`s`.`t` `` for tables and schemas, which is how names display.
impl SqlError {
    pub(crate) fn table_or_view_not_found(name: impl Display) -> Self {
        let message = format!(
            "The table or view {name} cannot be found. Verify the spelling and correctness of the schema and \
             catalog.\nIf you did not qualify the name with a schema, verify the current_schema() output, or \
             qualify the name with the correct schema and catalog.\nTo tolerate the error on drop use DROP VIEW \
             IF EXISTS or DROP TABLE IF EXISTS."
        );
        Self::new("TABLE_OR_VIEW_NOT_FOUND", "42P01", message)
    }

    pub(crate) fn table_or_view_already_exists(name: impl Display) -> Self {
        let message = format!(
            "Cannot create table or view {name} because it already exists.\nChoose a different name, drop or \
             replace the existing object, or add the IF NOT EXISTS clause to tolerate pre-existing objects."
        );
        Self::new("TABLE_OR_VIEW_ALREADY_EXISTS", "42P07", message)
    }

    pub(crate) fn schema_not_found(name: impl Display) -> Self {
        let message = format!(
            "The schema {name} cannot be found. Verify the spelling and correctness of the schema and catalog.\n\
             If you did not qualify the name with a catalog, verify the current_schema() output, or qualify the \
             name with the correct catalog.\nTo tolerate the error on drop use DROP SCHEMA IF EXISTS."
        );
        Self::new("SCHEMA_NOT_FOUND", "42704", message)
    }

    pub(crate) fn schema_already_exists(name: impl Display) -> Self {
        let message = format!(
            "Cannot create schema {name} because it already exists.\nChoose a different name, drop the existing \
             schema, or add the IF NOT EXISTS clause to tolerate pre-existing schema."
        );
        Self::new("SCHEMA_ALREADY_EXISTS", "42P06", message)
    }

    pub(crate) fn schema_not_empty(name: impl Display) -> Self {
        let message = format!(
            "Cannot drop a schema {name} because it contains objects.\nUse DROP SCHEMA ... CASCADE to drop the \
             schema and all its objects."
        );
        Self::new("SCHEMA_NOT_EMPTY", "2BP01", message)
    }

    /// The text is recorded (facts/settled.md §6).
    pub(crate) fn no_such_catalog(name: &Identifier) -> Self {
        let message = format!(
            "Catalog '{}' was not found. Please verify the catalog name and then retry the query or command \
             again.",
            name.as_str()
        );
        Self::new("NO_SUCH_CATALOG_EXCEPTION", "42704", message)
    }

    /// The text is recorded over REST (facts/settled.md §1); class and state of the SQL form are UNCONFIRMED.
    pub(crate) fn catalog_already_exists(name: &Identifier) -> Self {
        let message = format!("Catalog '{}' already exists", name.as_str());
        Self::new("CATALOG_ALREADY_EXISTS", "42710", message)
    }

    /// Class, state and text are UNCONFIRMED, after those of a schema.
    pub(crate) fn catalog_not_empty(name: &Identifier) -> Self {
        let message = format!(
            "Cannot drop a catalog {name} because it contains schemas.\nUse DROP CATALOG ... CASCADE to drop \
             the catalog and all its schemas."
        );
        Self::new("CATALOG_NOT_EMPTY", "2BP01", message)
    }

    /// `operation` is the statement, such as `DESCRIBE DETAIL`.
    pub(crate) fn expect_table_not_view(name: impl Display, operation: &str) -> Self {
        let message = format!("'{operation}' expects a table but {name} is a view.");
        Self::new("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", "42809", message)
    }

    /// `operation` is the statement, such as `DROP VIEW`.
    pub(crate) fn expect_view_not_table(name: impl Display, operation: &str) -> Self {
        let message = format!("The table {name} does not support {operation}.");
        Self::new("EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", "42809", message)
    }

    /// `DROP VIEW` of a table and the like; `operation`, then what is there and what is needed.
    pub(crate) fn wrong_command(operation: &str, name: impl Display, found: &str, required: &str) -> Self {
        let message = format!(
            "The operation {operation} requires a {required}. But {name} is a {found}. Use an appropriate \
             command for the object type."
        );
        Self::new("WRONG_COMMAND_FOR_OBJECT_TYPE", "42809", message)
    }

    pub(crate) fn recursive_view(name: impl Display, path: impl Display) -> Self {
        let message = format!("Recursive view {name} detected (cycle: {path}).");
        Self::new("RECURSIVE_VIEW", "42K0H", message)
    }
}

/// Who may not do it, and who is not there.
impl SqlError {
    /// Refused while reading: the reason is the metastore's (facts/settled.md §1).
    pub(crate) fn insufficient_permissions(reason: impl Display) -> Self {
        let message = format!("Insufficient privileges:\n{reason}");
        Self::new("INSUFFICIENT_PERMISSIONS", "42501", message)
    }

    /// Refused by the metastore: creating, dropping and changing securables (facts/settled.md §1).
    pub(crate) fn unauthorized_access(reason: impl Display) -> Self {
        let message = format!("Unauthorized access:\nPERMISSION_DENIED: {reason}");
        Self::new("UNAUTHORIZED_ACCESS", "42501", message)
    }

    /// The text is recorded (facts/settled.md §1); the state is UNCONFIRMED.
    pub(crate) fn principal_does_not_exist(principal: &str) -> Self {
        let message = format!("Could not find principal with name {principal}");
        Self::new("PRINCIPAL_DOES_NOT_EXIST", "42704", message)
    }
}

/// Columns, values and the run itself.
impl SqlError {
    /// `suggestions` are the names to choose from, best first; none is another class.
    pub(crate) fn unresolved_column(name: impl Display, suggestions: &[String]) -> Self {
        let message =
            format!("A column, variable, or function parameter with name {name} cannot be resolved.");
        if suggestions.is_empty() {
            return Self::new("UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "42703", message);
        }
        let proposal = suggestions.join(", ");
        let message = format!("{message} Did you mean one of the following? [{proposal}].");
        Self::new("UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703", message)
    }

    pub(crate) fn column_already_exists(name: impl Display) -> Self {
        let message =
            format!("The column {name} already exists. Choose another name or rename the existing column.");
        Self::new("COLUMN_ALREADY_EXISTS", "42711", message)
    }

    pub(crate) fn ambiguous_column(name: impl Display, matches: usize) -> Self {
        let message = format!("Column or field {name} is ambiguous and has {matches} matches.");
        Self::new("AMBIGUOUS_COLUMN_OR_FIELD", "42702", message)
    }

    /// `INSERT` with another number of columns than the table, each list as names with commas between.
    pub(crate) fn insert_column_arity(
        table: impl Display,
        too_many: bool,
        table_columns: &str,
        data_columns: &str,
    ) -> Self {
        let (class, reason) = if too_many {
            ("INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "too many data columns")
        } else {
            ("INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", "not enough data columns")
        };
        let message = format!(
            "Cannot write to {table}, the reason is {reason}:\nTable columns: {table_columns}.\nData columns: \
             {data_columns}."
        );
        Self::new(class, "21S01", message)
    }

    pub(crate) fn datatype_mismatch(message: impl Display) -> Self {
        Self::new(
            "DATATYPE_MISMATCH",
            "42K09",
            format!("Cannot resolve due to data type mismatch: {message}"),
        )
    }

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
