//! Wire types of the Databricks workspace protocol: securables, names, privileges, statements and errors.
//!
//! This crate knows the protocol and nothing else. It does no I/O and is shared by the client, which
//! speaks the protocol, and by the embedded workspace, which answers it. So that the two cannot agree on
//! a mistake, every type and path here is compared by a test with an excerpt of the official SDK's schema
//! (`tests/data/sdk_schema.json`), and responses recorded from a real workspace are parsed in the client.
//!
//! Conventions of the protocol, held by every type:
//! * a missing field, `null` and an empty list mean the same;
//! * fields this crate does not name survive in `extra`, enum values it does not name in `Unknown`;
//! * timestamps are milliseconds since 1970-01-01 UTC.

use serde::Deserialize;

mod wire_enum;

pub mod binding;
pub mod catalog;
pub mod current_user;
pub mod endpoint;
pub mod error;
pub mod file;
pub mod function;
pub mod grant;
pub mod literal;
pub mod metastore;
pub mod model;
pub mod model_version;
pub mod name;
pub mod policy;
pub mod privilege;
pub mod query_history;
pub mod schema;
pub mod securable;
pub mod statement;
pub mod storage;
pub mod table;
pub mod tag;
pub mod volume;
pub mod warehouse;

pub use error::{ApiError, ErrorCode};
pub use literal::SqlLiteral;
pub use name::{FullName, Identifier, NameError};
pub use privilege::Privilege;
pub use securable::SecurableKind;

/// Fields of a response that this crate does not name; they survive reading and writing.
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// Reads a field that is `null` as one that is missing.
pub(crate) fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::Deserialize<'de> + Default,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Free-form string properties of a securable.
pub type Properties = std::collections::BTreeMap<String, String>;
