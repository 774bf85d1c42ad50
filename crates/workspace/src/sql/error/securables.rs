//! Error classes of securables, and of who may not use them (facts/sql.md §14, facts/settled.md §1).

use std::fmt::Display;

use clxs_api::{Identifier, SecurableKind};

use super::SqlError;

/// Securables that are missing, in the way or of another kind. Names are given as they are to be printed:
/// `` `c`.`s`.`t` `` for tables and schemas, which is how names display.
impl SqlError {
    pub(crate) fn table_or_view_not_found(name: impl Display) -> Self {
        let message = format!(
            "The table or view {name} cannot be found. Verify the spelling and correctness of the schema and \
             catalog.\nIf you did not qualify the name with a schema, verify the current_schema() output, or \
             qualify the name with the correct schema and catalog.\nTo tolerate the error on drop use DROP VIEW \
             IF EXISTS or DROP TABLE IF EXISTS."
        );
        Self::new("TABLE_OR_VIEW_NOT_FOUND", "42P01", message)
    }

    pub(crate) fn table_or_view_already_exists(name: impl Display) -> Self {
        let message = format!(
            "Cannot create table or view {name} because it already exists.\nChoose a different name, drop or \
             replace the existing object, or add the IF NOT EXISTS clause to tolerate pre-existing objects."
        );
        Self::new("TABLE_OR_VIEW_ALREADY_EXISTS", "42P07", message)
    }

    pub(crate) fn schema_not_found(name: impl Display) -> Self {
        let message = format!(
            "The schema {name} cannot be found. Verify the spelling and correctness of the schema and catalog.\n\
             If you did not qualify the name with a catalog, verify the current_schema() output, or qualify the \
             name with the correct catalog.\nTo tolerate the error on drop use DROP SCHEMA IF EXISTS."
        );
        Self::new("SCHEMA_NOT_FOUND", "42704", message)
    }

    pub(crate) fn schema_already_exists(name: impl Display) -> Self {
        let message = format!(
            "Cannot create schema {name} because it already exists.\nChoose a different name, drop the existing \
             schema, or add the IF NOT EXISTS clause to tolerate pre-existing schema."
        );
        Self::new("SCHEMA_ALREADY_EXISTS", "42P06", message)
    }

    pub(crate) fn schema_not_empty(name: impl Display) -> Self {
        let message = format!(
            "Cannot drop a schema {name} because it contains objects.\nUse DROP SCHEMA ... CASCADE to drop the \
             schema and all its objects."
        );
        Self::new("SCHEMA_NOT_EMPTY", "2BP01", message)
    }

    /// Class, state and text are those of real runs that public sources quote.
    pub(crate) fn volume_not_found(name: impl Display) -> Self {
        let message =
            format!("Volume {name} does not exist. Please use 'SHOW VOLUMES' to list available volumes.");
        Self::new("UC_VOLUME_NOT_FOUND", "42704", message)
    }

    /// After the documentation's list of error classes; the state is UNCONFIRMED.
    pub(crate) fn location_of_managed_volume() -> Self {
        let message = "Managed volume does not accept LOCATION clause. Please check the syntax 'CREATE VOLUME ...' \
                       for creating a managed volume.";
        Self::new("UC_LOCATION_FOR_MANAGED_VOLUME_NOT_SUPPORTED", "42601", message)
    }

    /// After the documentation's list of error classes; the state is UNCONFIRMED.
    pub(crate) fn external_volume_without_location() -> Self {
        let message = "LOCATION clause must be present for external volume. Please check the syntax 'CREATE EXTERNAL \
                       VOLUME ... LOCATION ...' for creating an external volume.";
        Self::new("UC_EXTERNAL_VOLUME_MISSING_LOCATION", "42601", message)
    }

    /// UNCONFIRMED: the text is after that of tables.
    pub(crate) fn volume_already_exists(name: impl Display) -> Self {
        let message = format!(
            "Cannot create volume {name} because it already exists.\nChoose a different name, drop or replace the \
             existing object, or add the IF NOT EXISTS clause to tolerate pre-existing objects."
        );
        Self::new("VOLUME_ALREADY_EXISTS", "42710", message)
    }

    /// For kinds without a class of their own; the text is the metastore's. UNCONFIRMED.
    pub(crate) fn resource_does_not_exist(kind: &SecurableKind, reason: impl Display) -> Self {
        let class = match kind {
            SecurableKind::ExternalLocation => "EXTERNAL_LOCATION_DOES_NOT_EXIST",
            SecurableKind::StorageCredential => "STORAGE_CREDENTIAL_DOES_NOT_EXIST",
            _ => "RESOURCE_DOES_NOT_EXIST",
        };
        Self::new(class, "42704", reason.to_string())
    }

    /// For kinds without a class of their own; the text is the metastore's. UNCONFIRMED.
    pub(crate) fn resource_already_exists(kind: &SecurableKind, reason: impl Display) -> Self {
        let class = match kind {
            SecurableKind::ExternalLocation => "EXTERNAL_LOCATION_ALREADY_EXISTS",
            SecurableKind::StorageCredential => "STORAGE_CREDENTIAL_ALREADY_EXISTS",
            _ => "RESOURCE_ALREADY_EXISTS",
        };
        Self::new(class, "42710", reason.to_string())
    }

    /// The text is recorded (facts/settled.md §6).
    pub(crate) fn no_such_catalog(name: &Identifier) -> Self {
        let message = format!(
            "Catalog '{}' was not found. Please verify the catalog name and then retry the query or command \
             again.",
            name.as_str()
        );
        Self::new("NO_SUCH_CATALOG_EXCEPTION", "42704", message)
    }

    /// The text is recorded over REST (facts/settled.md §1); class and state of the SQL form are UNCONFIRMED.
    pub(crate) fn catalog_already_exists(name: &Identifier) -> Self {
        let message = format!("Catalog '{}' already exists", name.as_str());
        Self::new("CATALOG_ALREADY_EXISTS", "42710", message)
    }

    /// Class, state and text are UNCONFIRMED, after those of a schema.
    pub(crate) fn catalog_not_empty(name: &Identifier) -> Self {
        let message = format!(
            "Cannot drop a catalog {name} because it contains schemas.\nUse DROP CATALOG ... CASCADE to drop \
             the catalog and all its schemas."
        );
        Self::new("CATALOG_NOT_EMPTY", "2BP01", message)
    }

    pub(crate) fn not_partitioned(name: impl Display) -> Self {
        let message = format!("The partition command is invalid. Table {name} is not partitioned.");
        Self::new("INVALID_PARTITION_OPERATION.PARTITION_SCHEMA_IS_EMPTY", "42601", message)
    }

    /// `operation` is the statement, such as `DESCRIBE DETAIL`.
    pub(crate) fn expect_table_not_view(name: impl Display, operation: &str) -> Self {
        let message = format!("'{operation}' expects a table but {name} is a view.");
        Self::new("EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", "42809", message)
    }

    /// `operation` is the statement, such as `DROP VIEW`.
    pub(crate) fn expect_view_not_table(name: impl Display, operation: &str) -> Self {
        let message = format!("The table {name} does not support {operation}.");
        Self::new("EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", "42809", message)
    }

    /// `DROP VIEW` of a table and the like; `operation`, then what is there and what is needed. UNCONFIRMED of a
    /// materialized view: the text that is quoted of one (github.com/SQLMesh/sqlmesh, issue 5249) has no class.
    pub(crate) fn wrong_command(operation: &str, name: impl Display, found: &str, required: &str) -> Self {
        let message = format!(
            "The operation {operation} requires a {required}. But {name} is a {found}. Use an appropriate \
             command for the object type."
        );
        Self::new("WRONG_COMMAND_FOR_OBJECT_TYPE", "42809", message)
    }

    pub(crate) fn recursive_view(name: impl Display, path: impl Display) -> Self {
        let message = format!("Recursive view {name} detected (cycle: {path}).");
        Self::new("RECURSIVE_VIEW", "42K0H", message)
    }
}

/// Who may not do it, and who is not there.
impl SqlError {
    /// Refused while reading: the reason is the metastore's (facts/settled.md §1).
    pub(crate) fn insufficient_permissions(reason: impl Display) -> Self {
        let message = format!("Insufficient privileges:\n{reason}");
        Self::new("INSUFFICIENT_PERMISSIONS", "42501", message)
    }

    /// Refused by the metastore: creating, dropping and changing securables (facts/settled.md §1).
    pub(crate) fn unauthorized_access(reason: impl Display) -> Self {
        let message = format!("Unauthorized access:\nPERMISSION_DENIED: {reason}");
        Self::new("UNAUTHORIZED_ACCESS", "42501", message)
    }

    /// The text is recorded (facts/settled.md §1); the state is UNCONFIRMED.
    pub(crate) fn principal_does_not_exist(principal: &str) -> Self {
        let message = format!("Could not find principal with name {principal}");
        Self::new("PRINCIPAL_DOES_NOT_EXIST", "42704", message)
    }
}
