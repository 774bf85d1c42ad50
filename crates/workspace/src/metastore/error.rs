//! Why the metastore refuses or fails, in the platform's words. REST and SQL each put it into their own form.

use clxs_api::{Privilege, SecurableKind};
use thiserror::Error;

/// Why a request to the metastore was refused or failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum MetastoreError {
    /// There is no such securable, or the caller may not know that there is.
    #[error("{} '{name}' does not exist.", type_word(kind))]
    NotFound { kind: SecurableKind, name: String },
    /// The name is taken.
    #[error("{} '{name}' already exists", type_word(kind))]
    AlreadyExists { kind: SecurableKind, name: String },
    /// A catalog or schema that still holds something, and no `force` or `CASCADE`.
    #[error("{} '{name}' is not empty. {contents}", type_word(kind))]
    NotEmpty { kind: SecurableKind, name: String, contents: String },
    /// A grant to or ownership by nobody the metastore knows.
    #[error("Could not find principal with name {name}")]
    PrincipalNotFound { name: String },
    /// A principal of that name exists.
    #[error("Principal with name {name} already exists")]
    PrincipalExists { name: String },
    /// A principal that is to be deleted still owns something.
    #[error("Principal with name {name} owns securables: give them to somebody else first")]
    PrincipalIsOwner { name: String },
    /// The caller lacks a privilege.
    #[error("User does not have {} on {} '{name}'.", privilege.sql(), type_word(kind))]
    PermissionDenied { privilege: Privilege, kind: SecurableKind, name: String },
    /// Only a metastore admin may do this.
    #[error("User is not an owner of Metastore '{name}'.")]
    NotMetastoreAdmin { name: String },
    /// The privilege makes no sense on the securable (facts/settled.md §1).
    #[error("Privilege {privilege} is not applicable to this entity [{kind}/{securable_kind}]")]
    NotApplicable { privilege: Privilege, kind: SecurableKind, securable_kind: &'static str },
    /// The table has no such column.
    #[error("Column '{column}' does not exist in table '{table}'.")]
    ColumnNotFound { column: String, table: String },
    /// The securable or column has no tag of this key.
    #[error("Tag assignment with key '{key}' on '{entity}' does not exist.")]
    TagNotFound { key: String, entity: String },
    /// The securable or column has a tag of this key with another value.
    #[error("Tag assignment with key '{key}' on '{entity}' already exists.")]
    TagExists { key: String, entity: String },
    /// The model has no such version, or no such alias. The text is UNCONFIRMED.
    #[error("Model Version {version} does not exist.")]
    ModelVersionNotFound { version: String },
    /// The table has no such key. The text is UNCONFIRMED.
    #[error("Constraint '{constraint}' does not exist on table '{table}'.")]
    ConstraintNotFound { constraint: String, table: String },
    /// The schema has a constraint of this name. The text is UNCONFIRMED.
    #[error("Constraint '{constraint}' already exists in schema '{schema}'.")]
    ConstraintExists { constraint: String, schema: String },
    /// A primary key that foreign keys point to, and no `CASCADE`. The text is UNCONFIRMED.
    #[error(
        "Cannot drop the primary key '{constraint}' of table '{table}' because foreign keys reference it: {dependents}. \
         Use CASCADE to drop them too."
    )]
    ConstraintReferenced { constraint: String, table: String, dependents: String },
    /// The securable has a policy of this name. The text is UNCONFIRMED.
    #[error("Policy '{name}' already exists on '{securable}'.")]
    PolicyExists { name: String, securable: String },
    /// The securable has no policy of this name. The text is UNCONFIRMED.
    #[error("Policy '{name}' does not exist on '{securable}'.")]
    PolicyNotFound { name: String, securable: String },
    /// Policies are not on securables of this kind.
    #[error("Policies on securables of type {kind} are not supported.")]
    PolicyNotSupported { kind: SecurableKind },
    /// A value of the request is not allowed.
    #[error("{message}")]
    InvalidParameter { message: String },
    /// The folder is used by another table.
    #[error(
        "Input path url '{location}' overlaps with other external tables or volumes within '{call}' call. \
         Conflicting tables/volumes: {conflict}."
    )]
    LocationOverlap { location: String, call: &'static str, conflict: String },
    /// The folder touches one under which managed tables and volumes are kept.
    #[error("Input path url '{location}' overlaps with managed storage within '{call}' call")]
    ManagedStorageOverlap { location: String, call: &'static str },
    /// The URL touches that of another external location. The text is UNCONFIRMED.
    #[error("Input path url '{url}' overlaps with an existing external location: {conflict}.")]
    ExternalLocationOverlap { url: String, conflict: String },
    /// No external location covers the folder, and the caller may not do without.
    #[error(
        "No parent external location was found for path '{location}'. Please create an external location on one \
         of the parent paths and then retry the query or command again."
    )]
    NoExternalLocation { location: String },
    /// The securable is in a state that does not allow it.
    #[error("{message}")]
    InvalidState { message: String },
    /// The folder was written by a newer version of this program.
    #[error("the metastore has format {found}, this version knows formats up to {known}: use a newer clxs")]
    NewerFormat { found: i64, known: usize },
    /// Another process held the database for longer than we wait.
    #[error("another process holds the metastore: try again")]
    Busy { source: rusqlite::Error },
    /// `SQLite` failed.
    #[error("the metastore database failed")]
    Database(#[source] rusqlite::Error),
    /// A file or folder of the workspace could not be used.
    #[error("a file of the workspace folder could not be used")]
    Storage(#[from] std::io::Error),
    /// The work was stopped because it panicked or its runtime ended.
    #[error("the metastore's work was interrupted")]
    Interrupted { source: tokio::task::JoinError },
    /// The workspace is being closed.
    #[error("the workspace is closed")]
    Closed,
}

impl From<rusqlite::Error> for MetastoreError {
    fn from(source: rusqlite::Error) -> Self {
        match source.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseBusy) => Self::Busy { source },
            _ => Self::Database(source),
        }
    }
}

impl MetastoreError {
    /// The error for a name that is not there.
    pub(crate) fn not_found(kind: SecurableKind, name: impl Into<String>) -> Self {
        Self::NotFound { kind, name: name.into() }
    }

    /// The error for a value that is not allowed.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::InvalidParameter { message: message.into() }
    }
}

/// The kind as the platform's messages write it: `External Location`.
pub(crate) fn type_word(kind: &SecurableKind) -> String {
    if kind == &SecurableKind::RegisteredModel {
        return "Registered Model".to_owned();
    }
    let words = kind.as_str().split('_').map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_owned() + &rest.to_lowercase()
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn database_that_others_hold_is_busy_and_a_broken_one_is_not() {
        let failed = |code| rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None).into();
        assert!(matches!(failed(rusqlite::ffi::SQLITE_BUSY), MetastoreError::Busy { .. }));
        assert!(matches!(failed(rusqlite::ffi::SQLITE_CORRUPT), MetastoreError::Database(_)));
    }

    #[test]
    fn messages_read_as_recorded_from_the_platform() {
        let denied = MetastoreError::PermissionDenied {
            privilege: Privilege::UseSchema,
            kind: SecurableKind::Schema,
            name: "cat.sch".into(),
        };
        assert_eq!(denied.to_string(), "User does not have USE SCHEMA on Schema 'cat.sch'.");
        let absent = MetastoreError::not_found(SecurableKind::Catalog, "x");
        assert_eq!(absent.to_string(), "Catalog 'x' does not exist.");
        assert_eq!(type_word(&SecurableKind::ExternalLocation), "External Location");
    }
}
