//! What functions like `current_user()` answer in one statement.

use std::collections::HashSet;
use std::fmt::Display;

use chrono::{DateTime, Utc};

use crate::sql::SqlError;

/// The values of one statement; the same in all views it reads.
#[derive(Debug, Clone)]
pub(crate) struct SessionValues {
    pub(crate) user: String,
    pub(crate) catalog: String,
    pub(crate) schema: String,
    pub(crate) time_zone: String,
    /// The groups of the user, nested ones too.
    pub(crate) groups: HashSet<String>,
    /// The groups of the workspace alone that the user is in.
    pub(crate) workspace_groups: HashSet<String>,
    pub(crate) now: DateTime<Utc>,
    /// Whether what depends on who asks is refused.
    pub(crate) alike_for_all: bool,
}

impl SessionValues {
    /// Refuses what depends on who asks, where everybody must get the same.
    ///
    /// # Errors
    /// `UNSUPPORTED_FEATURE`
    pub(super) fn require_any_asker(&self, what: impl Display) -> Result<(), SqlError> {
        if !self.alike_for_all {
            return Ok(());
        }
        Err(SqlError::unsupported_but(
            format_args!("the replacement of a view of another owner by what depends on who asks ({what})"),
            "Let the owner replace it, or take it over before.",
        ))
    }

    /// The user and all its groups.
    pub(super) fn identities(&self) -> Vec<String> {
        std::iter::once(self.user.clone()).chain(self.groups.iter().cloned()).collect()
    }

    /// Whether the user is in that group of the account.
    pub(super) fn is_member_of(&self, group: &str) -> bool {
        self.groups.contains(group)
    }

    /// Whether the user is in that group of the workspace, which those of the account are too.
    pub(super) fn is_in_workspace_group(&self, group: &str) -> bool {
        self.is_member_of(group) || self.workspace_groups.contains(group)
    }
}
