//! What an OAuth token is to be good for.

use super::configuration::Configuration;

/// All that the principal may do, or less; as the principal itself, or as a group.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    scopes: String,
    group_id: Option<String>,
}

impl Scope {
    /// `scopes` are parted by commas or blanks; the official clients ask for them sorted, each once.
    pub(super) fn of(configuration: &Configuration) -> Self {
        let mut scopes: Vec<_> =
            configuration.value("scopes").unwrap_or("all-apis").split([',', ' ']).collect();
        scopes.retain(|scope| !scope.is_empty());
        scopes.sort_unstable();
        scopes.dedup();
        Self { scopes: scopes.join(" "), group_id: configuration.value("group_id").map(str::to_owned) }
    }

    /// The fields of a request for a token.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let group = self.group_id.as_deref().map(|group| ("assume_group", group));
        std::iter::once(("scope", self.scopes.as_str())).chain(group)
    }

    /// The scopes one by one.
    pub(super) fn scopes(&self) -> Vec<&str> {
        self.scopes.split(' ').collect()
    }
}
