//! Errors of the metastore and of Delta tables as statements report them.

use clxs_api::{FullName, Identifier, Privilege, SecurableKind};

use super::SqlError;
use crate::delta::DeltaError;
use crate::metastore::MetastoreError;
use crate::parquet::ParquetError;
use crate::sql::execute::sql_error;

impl SqlError {
    /// Like the conversion of the error; but whatever of a table's name is missing below the catalog, it is the
    /// table that is not found.
    pub(crate) fn of_table_lookup(error: MetastoreError, table: &FullName) -> Self {
        match error {
            MetastoreError::NotFound { kind: SecurableKind::Schema | SecurableKind::Table, .. } => {
                Self::table_or_view_not_found(table)
            }
            other => other.into(),
        }
    }
}

impl From<MetastoreError> for SqlError {
    fn from(error: MetastoreError) -> Self {
        let message = error.to_string();
        match error {
            MetastoreError::NotFound { kind, name } => not_found(&kind, &name, &message),
            MetastoreError::AlreadyExists { kind, name } => already_exists(&kind, &name, &message),
            MetastoreError::NotEmpty { kind, name, .. } => not_empty(&kind, &name, &message),
            MetastoreError::PrincipalNotFound { name } => Self::principal_does_not_exist(&name),
            MetastoreError::PermissionDenied { privilege, .. } if is_needed_to_read(&privilege) => {
                Self::insufficient_permissions(message)
            }
            MetastoreError::PermissionDenied { .. } | MetastoreError::NotMetastoreAdmin { .. } => {
                Self::unauthorized_access(message)
            }
            MetastoreError::LocationOverlap { .. }
            | MetastoreError::ManagedStorageOverlap { .. }
            | MetastoreError::ExternalLocationOverlap { .. } => {
                Self::new("INVALID_PARAMETER_VALUE.LOCATION_OVERLAP", "22023", message)
            }
            MetastoreError::NoExternalLocation { .. } => {
                Self::new("NO_PARENT_EXTERNAL_LOCATION_FOR_PATH", "42704", message)
            }
            MetastoreError::ColumnNotFound { column, .. } => {
                Self::unresolved_column(format_args!("`{column}`"), &[])
            }
            // Classes are documented, states are after those of other securables.
            MetastoreError::PolicyExists { .. } => Self::new("POLICY_ALREADY_EXISTS", "42710", message),
            MetastoreError::PolicyNotFound { .. } => Self::new("POLICY_NOT_FOUND", "42704", message),
            MetastoreError::PolicyNotSupported { .. } => {
                Self::new("POLICY_ON_SECURABLE_TYPE_NOT_SUPPORTED", "42809", message)
            }
            MetastoreError::ConstraintNotFound { .. } => {
                Self::new("CONSTRAINT_DOES_NOT_EXIST", "42704", message)
            }
            MetastoreError::ConstraintExists { .. } => {
                Self::new("CONSTRAINT_ALREADY_EXISTS", "42710", message)
            }
            MetastoreError::NotApplicable { .. }
            | MetastoreError::InvalidState { .. }
            | MetastoreError::TagNotFound { .. }
            | MetastoreError::ModelVersionNotFound { .. }
            | MetastoreError::TagExists { .. }
            | MetastoreError::ConstraintReferenced { .. }
            | MetastoreError::InvalidParameter { .. }
            | MetastoreError::PrincipalExists { .. } => {
                Self::new("INVALID_PARAMETER_VALUE", "22023", message)
            }
            other => Self::internal(message).with_source(other),
        }
    }
}

/// The metastore refuses reading with one class and changing with another (facts/settled.md §1).
fn is_needed_to_read(privilege: &Privilege) -> bool {
    matches!(
        privilege,
        Privilege::UseCatalog
            | Privilege::UseSchema
            | Privilege::Select
            | Privilege::Modify
            | Privilege::ReadVolume
            | Privilege::ReadFiles
            | Privilege::Execute
    )
}

fn not_found(kind: &SecurableKind, name: &str, message: &str) -> SqlError {
    match (kind, Identifier::new(name), FullName::from_dotted(name)) {
        (SecurableKind::Catalog, Ok(name), _) => SqlError::no_such_catalog(&name),
        (SecurableKind::Schema, _, Ok(name)) => SqlError::schema_not_found(name),
        (SecurableKind::Table, _, Ok(name)) => SqlError::table_or_view_not_found(name),
        (SecurableKind::Volume, _, Ok(name)) => SqlError::volume_not_found(name),
        (SecurableKind::Function, _, Ok(name)) => SqlError::routine_not_found(name),
        _ => SqlError::resource_does_not_exist(kind, message),
    }
}

fn already_exists(kind: &SecurableKind, name: &str, message: &str) -> SqlError {
    match (kind, Identifier::new(name), FullName::from_dotted(name)) {
        (SecurableKind::Catalog, Ok(name), _) => SqlError::catalog_already_exists(&name),
        (SecurableKind::Schema, _, Ok(name)) => SqlError::schema_already_exists(name),
        (SecurableKind::Table, _, Ok(name)) => SqlError::table_or_view_already_exists(name),
        (SecurableKind::Volume, _, Ok(name)) => SqlError::volume_already_exists(name),
        (SecurableKind::Function, _, Ok(name)) => SqlError::routine_already_exists(name),
        _ => SqlError::resource_already_exists(kind, message),
    }
}

fn not_empty(kind: &SecurableKind, name: &str, message: &str) -> SqlError {
    match (kind, Identifier::new(name), FullName::from_dotted(name)) {
        (SecurableKind::Catalog, Ok(name), _) => SqlError::catalog_not_empty(&name),
        (SecurableKind::Schema, _, Ok(name)) => SqlError::schema_not_empty(name),
        _ => SqlError::internal(message),
    }
}

impl From<DeltaError> for SqlError {
    fn from(error: DeltaError) -> Self {
        // What went wrong while rows were computed has a class of its own.
        let error = match error {
            DeltaError::Query { source, .. } => return sql_error(*source),
            other => other,
        };
        Self::of_delta(&error).with_source(error)
    }
}

impl SqlError {
    /// An error of a Delta table that is somebody else's too.
    pub(crate) fn of_delta(error: &DeltaError) -> Self {
        let (class, sql_state) = error.class();
        Self::new(class, sql_state, format!("{}.", capitalised(&error.to_string())))
    }
}

impl From<ParquetError> for SqlError {
    fn from(error: ParquetError) -> Self {
        let (class, sql_state) = error.class();
        Self::new(class, sql_state, format!("{}.", capitalised(&error.to_string()))).with_source(error)
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
