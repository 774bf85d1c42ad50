//! Statements of the user around the clone.

use serde::{Deserialize, Serialize};

use super::HookSql;
use crate::{Error, Result};

/// Statements of the user around the clone, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hooks {
    /// Before everything.
    pub pre_clone: Vec<Hook>,
    /// After everything in each schema.
    pub post_schema: Vec<Hook>,
    /// After everything.
    pub post_clone: Vec<Hook>,
}

impl Hooks {
    /// Whether every variable has a value where it stands.
    ///
    /// # Errors
    /// [`Error::InvalidHook`] for `${schema}` in a hook of no schema.
    pub(super) fn check(&self) -> Result<()> {
        self.pre_clone.iter().chain(&self.post_clone).try_for_each(Hook::check_without_schema)
    }
}

/// A statement of the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// The statement.
    pub sql: HookSql,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// What its failure means.
    #[serde(default)]
    pub on_error: OnError,
}

impl Hook {
    /// Whether it can be a hook of no schema.
    ///
    /// # Errors
    /// [`Error::InvalidHook`].
    pub fn check_without_schema(&self) -> Result<()> {
        if !self.sql.names_schema() {
            return Ok(());
        }
        let problem = "${schema} has a value after each schema only (post_schema_hooks)".to_owned();
        Err(Error::InvalidHook { sql: self.sql.as_str().to_owned(), problem })
    }
}

/// What the failure of a hook means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnError {
    /// The run stops: nothing more is begun.
    Fail,
    /// It is told as a warning.
    #[default]
    Warn,
    /// Nothing; the report has it.
    Ignore,
}
