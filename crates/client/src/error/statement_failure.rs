//! Why a statement failed.

use std::fmt;

use clxs_api::statement::{ServiceErrorCode, StatementStatus};

use crate::redaction::redact;

/// Why a statement failed (`facts/settled.md` §6).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatementFailure {
    /// The coarse code of the service; errors of SQL are `BAD_REQUEST`.
    pub error_code: Option<ServiceErrorCode>,
    /// The error class: `TABLE_OR_VIEW_NOT_FOUND`, with its subclass after a dot if it has one.
    pub class: Option<String>,
    /// The SQLSTATE: `42P01`.
    pub sql_state: Option<String>,
    /// The message as it came, without blanks around it and without secrets.
    pub message: String,
}

impl StatementFailure {
    /// Reads the status of a failed statement.
    pub(crate) fn of(status: StatementStatus) -> Self {
        let error = status.error.unwrap_or_default();
        let message = redact(error.message.as_deref().unwrap_or("the workspace does not say why").trim());
        Self {
            error_code: error.error_code,
            class: class_in(&message),
            sql_state: status.sql_state.or_else(|| sql_state_in(&message)),
            message,
        }
    }

    /// Whether the class is this one or one of its subclasses.
    pub fn is_class(&self, class: &str) -> bool {
        self.class
            .as_deref()
            .is_some_and(|own| own.split_once('.').map_or(own, |(main, _)| main) == class || own == class)
    }

    /// Whether the same statement may succeed at a later time: the service says so, or the warehouse was
    /// just starting (`sparkSession is null`).
    pub fn is_retryable(&self) -> bool {
        let passing = matches!(
            self.error_code,
            Some(
                ServiceErrorCode::TemporarilyUnavailable
                    | ServiceErrorCode::WorkspaceTemporarilyUnavailable
                    | ServiceErrorCode::ServiceUnderMaintenance
            )
        );
        passing || self.message.contains("sparkSession is null")
    }
}

impl fmt::Display for StatementFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.sql_state {
            Some(state) if !self.message.contains(state.as_str()) => write!(f, " SQLSTATE: {state}"),
            _ => Ok(()),
        }
    }
}

/// `[CLASS] …`, `[RequestId=… ErrorClass=CLASS] …` or `CLASS: …`.
fn class_in(message: &str) -> Option<String> {
    if let Some(bracket) =
        message.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(inside, _)| inside)
    {
        let class = bracket.split_once("ErrorClass=").map_or(bracket, |(_, class)| class);
        return is_class(class).then(|| class.to_owned());
    }
    message.split_once(": ").map(|(class, _)| class).filter(|class| is_class(class)).map(str::to_owned)
}

fn is_class(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"_.".contains(&byte);
    text.contains(|character: char| character.is_ascii_uppercase()) && text.bytes().all(allowed)
}

/// `SQLSTATE: 42601`, anywhere in the message.
fn sql_state_in(message: &str) -> Option<String> {
    let after = message.split("SQLSTATE").nth(1)?.trim_start_matches([':', '=', ' ']);
    let state: String = after.chars().take_while(char::is_ascii_alphanumeric).collect();
    (state.len() == 5).then_some(state)
}

#[cfg(test)]
mod tests {
    use clxs_api::statement::{ServiceError, StatementState};

    use super::*;

    fn failure(message: &str, sql_state: Option<&str>) -> StatementFailure {
        StatementFailure::of(StatementStatus {
            state: StatementState::Failed,
            error: Some(ServiceError {
                error_code: Some(ServiceErrorCode::BadRequest),
                message: Some(message.into()),
            }),
            sql_state: sql_state.map(str::to_owned),
        })
    }

    #[test]
    fn class_and_sqlstate_are_found_in_every_form_of_message() {
        let read = |message| {
            let failure = failure(message, None);
            (failure.class.unwrap_or_default(), failure.sql_state.unwrap_or_default())
        };
        let pair = |class: &str, state: &str| (class.to_owned(), state.to_owned());
        assert_eq!(
            read(
                "\n[PARSE_SYNTAX_ERROR] Syntax error at 'x'. SQLSTATE: 42601 (line 1, pos 0)\n\n== SQL ==\nx"
            ),
            pair("PARSE_SYNTAX_ERROR", "42601")
        );
        assert_eq!(
            read("[RequestId=1-2 ErrorClass=INVALID_PARAMETER_VALUE.LOCATION_OVERLAP] Input path overlaps"),
            pair("INVALID_PARAMETER_VALUE.LOCATION_OVERLAP", "")
        );
        assert_eq!(read("PERMISSION_DENIED: User does not have SELECT"), pair("PERMISSION_DENIED", ""));
        assert_eq!(read("sparkSession is null"), pair("", ""));
    }

    #[test]
    fn sqlstate_of_the_status_wins_and_is_shown_once() {
        assert_eq!(
            failure("[A_B] no. SQLSTATE: 42601", Some("42601")).to_string(),
            "[A_B] no. SQLSTATE: 42601"
        );
        assert_eq!(failure("[A_B] no.", Some("42P01")).to_string(), "[A_B] no. SQLSTATE: 42P01");
    }

    #[test]
    fn subclass_belongs_to_its_class() {
        let failure = failure("[DELTA_X.SUB] no", None);
        assert!(failure.is_class("DELTA_X") && failure.is_class("DELTA_X.SUB") && !failure.is_class("DELTA"));
    }

    #[test]
    fn cold_warehouse_is_retryable_and_a_syntax_error_is_not() {
        assert!(failure("java.lang.Exception: sparkSession is null while trying", None).is_retryable());
        assert!(!failure("[PARSE_SYNTAX_ERROR] no", None).is_retryable());
    }
}
