//! Error classes of texts that cannot be read (facts/sql.md §14).

use std::ops::Range;

use clxs_api::{Identifier, NameError};

use super::SqlError;

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

    /// A mistake somewhere in the depth of a statement, where it would take too long to say where.
    pub(crate) fn parse_given_up() -> Self {
        let message = "Syntax error: the statement cannot be read, and it nests too deep to say where. Check its \
                       brackets, or read its innermost parts alone.";
        Self::new("PARSE_SYNTAX_ERROR", "42601", message)
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

    pub(crate) fn duplicate_key(key: &str) -> Self {
        Self::new("DUPLICATE_KEY", "23505", format!("Found duplicate keys `{key}`."))
    }

    pub(crate) fn unsupported_datatype(type_name: &str) -> Self {
        let message = format!("Unsupported data type \"{}\".", type_name.to_uppercase());
        Self::new("UNSUPPORTED_DATATYPE", "0A000", message)
    }

    /// `ARRAY`, `MAP` or `STRUCT` alone.
    pub(crate) fn incomplete_type(name: &str) -> Self {
        let (class, missing, example) = match name {
            "ARRAY" => ("INCOMPLETE_TYPE_DEFINITION.ARRAY", "an element type", "ARRAY<elementType>"),
            "MAP" => ("INCOMPLETE_TYPE_DEFINITION.MAP", "a key type and a value type", "MAP<TIMESTAMP, INT>"),
            _ => ("INCOMPLETE_TYPE_DEFINITION.STRUCT", "at least one field type", "STRUCT<name: STRING>"),
        };
        let message = format!(
            "Incomplete complex type: The definition of \"{name}\" type is incomplete. You must provide {missing}. For \
             example: \"{example}\"."
        );
        Self::new(class, "42K01", message)
    }

    pub(crate) fn datatype_missing_size(type_name: &str) -> Self {
        let message = format!(
            "DataType \"{0}\" requires a length parameter, for example \"{0}\"(10). Please specify the length.",
            type_name.to_uppercase()
        );
        Self::new("DATATYPE_MISSING_SIZE", "42K01", message)
    }

    pub(crate) fn describe_json_not_extended() -> Self {
        let message = "DESCRIBE TABLE ... AS JSON only supported when [EXTENDED|FORMATTED] is specified. For example: \
                       DESCRIBE EXTENDED <tableName> AS JSON is supported but DESCRIBE <tableName> AS JSON is not.";
        Self::new("DESCRIBE_JSON_NOT_EXTENDED", "0A000", message)
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
