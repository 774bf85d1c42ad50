//! Which privileges a securable can carry (facts/sql.md §4, facts/settled.md §2).

use clxs_api::Privilege;

/// Carried by everything in a schema, by schemas and by catalogs, from where they are inherited.
const DATA: &[Privilege] = &[
    Privilege::Execute,
    Privilege::Modify,
    Privilege::ReadVolume,
    Privilege::Refresh,
    Privilege::Select,
    Privilege::WriteVolume,
];

/// Carried by schemas, and by catalogs, from where they are inherited.
const SCHEMA: &[Privilege] = &[
    Privilege::CreateFunction,
    Privilege::CreateMaterializedView,
    Privilege::CreateModel,
    Privilege::CreateTable,
    Privilege::CreateVolume,
    Privilege::ExternalUseSchema,
    Privilege::UseSchema,
];

/// Carried by catalogs only.
const CATALOG: &[Privilege] = &[
    Privilege::Browse,
    Privilege::CreateConnection,
    Privilege::CreateForeignSecurable,
    Privilege::CreateSchema,
    Privilege::UseCatalog,
];

/// Carried by the metastore only.
const METASTORE: &[Privilege] = &[
    Privilege::CreateCatalog,
    Privilege::CreateConnection,
    Privilege::CreateExternalLocation,
    Privilege::CreateProvider,
    Privilege::CreateRecipient,
    Privilege::CreateShare,
    Privilege::CreateStorageCredential,
    Privilege::SetSharePermission,
    Privilege::UseProvider,
    Privilege::UseRecipient,
    Privilege::UseShare,
];

/// Carried by tables, each kind of view excepted from some.
const TABLE: &[Privilege] = &[Privilege::Select, Privilege::Modify, Privilege::ReadMetadata];

/// Carried by external locations.
const EXTERNAL_LOCATION: &[Privilege] = &[
    Privilege::AllPrivileges,
    Privilege::Browse,
    Privilege::CreateExternalTable,
    Privilege::CreateExternalVolume,
    Privilege::CreateForeignSecurable,
    Privilege::CreateManagedStorage,
    Privilege::ExternalUseLocation,
    Privilege::Manage,
    Privilege::ReadFiles,
    Privilege::WriteFiles,
];

/// Carried by storage credentials.
const STORAGE_CREDENTIAL: &[Privilege] = &[
    Privilege::AllPrivileges,
    Privilege::CreateExternalLocation,
    Privilege::CreateExternalTable,
    Privilege::Manage,
    Privilege::ReadFiles,
    Privilege::WriteFiles,
];

/// Carried by catalogs and everything in them.
const GOVERNANCE: &[Privilege] = &[Privilege::AllPrivileges, Privilege::ApplyTag, Privilege::Manage];

/// Whether a securable of this finer kind, such as `TABLE_VIEW`, can carry the privilege.
pub(crate) fn is_applicable(privilege: &Privilege, securable_kind: &str) -> bool {
    let sets: &[&[Privilege]] = match securable_kind {
        "METASTORE_STANDARD" => return METASTORE.contains(privilege),
        "CATALOG_STANDARD" | "CATALOG_SYSTEM" => &[GOVERNANCE, CATALOG, SCHEMA, DATA],
        "SCHEMA_STANDARD" | "SCHEMA_SYSTEM" => &[GOVERNANCE, SCHEMA, DATA],
        "TABLE_VIEW" | "TABLE_METRIC_VIEW" => &[GOVERNANCE, &[Privilege::Select]],
        "TABLE_MATERIALIZED_VIEW" => &[GOVERNANCE, &[Privilege::Select, Privilege::Refresh]],
        "TABLE_DELTA" | "TABLE_DELTA_EXTERNAL" => &[GOVERNANCE, TABLE],
        "VOLUME_STANDARD" => &[GOVERNANCE, &[Privilege::ReadVolume, Privilege::WriteVolume]],
        "FUNCTION_STANDARD" => &[&[Privilege::AllPrivileges, Privilege::Execute, Privilege::Manage]],
        "FUNCTION_REGISTERED_MODEL" => &[GOVERNANCE, &[Privilege::Execute]],
        "EXTERNAL_LOCATION_STANDARD" => &[EXTERNAL_LOCATION],
        "STORAGE_CREDENTIAL_STANDARD" => &[STORAGE_CREDENTIAL],
        _ => &[],
    };
    sets.iter().any(|set| set.contains(privilege))
}

/// Whether `ALL PRIVILEGES` holds the privilege, and revoking it takes the privilege away. `MANAGE` and
/// `READ METADATA` stay (measured, facts/settled.md §2). UNCONFIRMED for the two of external use, which the
/// documentation excepts likewise.
pub(crate) fn is_covered_by_all(privilege: &Privilege) -> bool {
    !matches!(
        privilege,
        Privilege::Manage
            | Privilege::ReadMetadata
            | Privilege::ExternalUseSchema
            | Privilege::ExternalUseLocation
    )
}
