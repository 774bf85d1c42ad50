//! Statements of the user around the clone.

use serde::{Deserialize, Serialize};

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

/// A statement of the user, with the variables `${source_catalog}`, `${dest_catalog}` and, of a schema, `${schema}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// The statement.
    pub sql: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// What its failure means.
    #[serde(default)]
    pub on_error: OnError,
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
