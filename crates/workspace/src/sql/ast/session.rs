//! What a session is: where names are looked up, and its parameters.

use clxs_api::Identifier;

use super::ObjectName;

/// `USE` and `SET CATALOG`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Use {
    Catalog(Identifier),
    /// One part, or two with the catalog.
    Schema(ObjectName),
}

/// `SET`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Set {
    /// `SET TIME ZONE`; without a zone the one of the system.
    TimeZone(Option<String>),
    Parameter {
        name: String,
        value: String,
    },
    /// `SET name`, or all of them.
    Show(Option<String>),
}
