//! What functions like `current_user()` answer in one statement.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

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
}

impl SessionValues {
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
