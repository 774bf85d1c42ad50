//! Who a request or statement acts for.

/// The name of a user or service principal, proven by its token. Its groups are looked up when they matter:
/// they may change while a session lasts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Principal {
    name: String,
}

impl Principal {
    /// The principal of this name.
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into() }
    }

    /// An e-mail address or an application id.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}
