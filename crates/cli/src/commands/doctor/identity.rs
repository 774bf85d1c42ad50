//! Who asks: a user with their groups.

use clxs_api::current_user::User;

/// The group that everybody is in.
const EVERYBODY: &str = "account users";

/// The caller and everything grants may name to mean them.
#[derive(Debug)]
pub(super) struct Identity {
    names: Vec<String>,
}

impl Identity {
    pub(super) fn new(user: User) -> Self {
        let groups = user.groups.into_iter().filter_map(|group| group.display);
        Self { names: user.user_name.into_iter().chain(groups).chain([EVERYBODY.to_owned()]).collect() }
    }

    /// The caller's own name.
    pub(super) fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    /// Whether a principal is the caller, or a group of theirs.
    pub(super) fn is(&self, principal: &str) -> bool {
        self.names.iter().any(|name| name == principal)
    }
}
