//! Paths of the protocol, compared with the SDK's by a test (`tests/it/sdk_schema.rs`).

/// Who the caller is.
pub const CURRENT_USER: &str = "/api/2.0/preview/scim/v2/Me";
/// The metastore of the workspace.
pub const METASTORE_SUMMARY: &str = "/api/2.1/unity-catalog/metastore_summary";
/// Catalogs; `/{name}` for one.
pub const CATALOGS: &str = "/api/2.1/unity-catalog/catalogs";
/// Schemas; `/{full_name}` for one.
pub const SCHEMAS: &str = "/api/2.1/unity-catalog/schemas";
/// Tables; `/{full_name}` for one, `/{full_name}/exists` to ask for one.
pub const TABLES: &str = "/api/2.1/unity-catalog/tables";
/// Names and types of all tables of a catalog.
pub const TABLE_SUMMARIES: &str = "/api/2.1/unity-catalog/table-summaries";
/// Volumes; `/{name}` for one.
pub const VOLUMES: &str = "/api/2.1/unity-catalog/volumes";
/// Functions; `/{name}` for one.
pub const FUNCTIONS: &str = "/api/2.1/unity-catalog/functions";
/// Registered models; `/{full_name}` for one, with `/versions` and `/aliases/{alias}`.
pub const MODELS: &str = "/api/2.1/unity-catalog/models";
/// `MLflow`'s requests about versions of models: `/create`, `/finalize` and `/get`; not in the SDK.
pub const MLFLOW_MODEL_VERSIONS: &str = "/api/2.0/mlflow/unity-catalog/model-versions";
/// External locations; `/{name}` for one.
pub const EXTERNAL_LOCATIONS: &str = "/api/2.1/unity-catalog/external-locations";
/// Storage credentials; `/{name}` for one.
pub const STORAGE_CREDENTIALS: &str = "/api/2.1/unity-catalog/storage-credentials";
/// Trying a storage credential.
pub const VALIDATE_STORAGE_CREDENTIALS: &str = "/api/2.1/unity-catalog/validate-storage-credentials";
/// The workspaces a securable is bound to: `/{securable_type}/{securable_name}`.
pub const BINDINGS: &str = "/api/2.1/unity-catalog/bindings";
/// The deprecated path of the bindings of catalogs; `/{name}` for one.
pub const CATALOG_BINDINGS: &str = "/api/2.1/unity-catalog/workspace-bindings/catalogs";
/// Files in volumes: `/Volumes/{catalog}/{schema}/{volume}/{path}`.
pub const FILES: &str = "/api/2.0/fs/files";
/// Directories in volumes: `/Volumes/{catalog}/{schema}/{volume}/{path}`.
pub const DIRECTORIES: &str = "/api/2.0/fs/directories";
/// Primary and foreign keys; `/{full_name}` of the table for one.
pub const CONSTRAINTS: &str = "/api/2.1/unity-catalog/constraints";
/// Tags; `/{entity_type}/{entity_name}/tags` of one entity, `/{tag_key}` after it for one.
pub const ENTITY_TAG_ASSIGNMENTS: &str = "/api/2.1/unity-catalog/entity-tag-assignments";
/// Policies on values of tags; `/{tag_key}` for one.
pub const TAG_POLICIES: &str = "/api/2.1/tag-policies";
/// Policies by attribute; `/{on_securable_type}/{on_securable_fullname}` those on a securable, `/{name}` after it for one.
pub const POLICIES: &str = "/api/2.1/unity-catalog/policies";
/// Direct grants: `/{securable_type}/{full_name}`.
pub const PERMISSIONS: &str = "/api/2.1/unity-catalog/permissions";
/// Direct and inherited grants: `/{securable_type}/{full_name}`.
pub const EFFECTIVE_PERMISSIONS: &str = "/api/2.1/unity-catalog/effective-permissions";
/// The history of statements.
pub const QUERY_HISTORY: &str = "/api/2.0/sql/history/queries";
/// Warehouses; `/{id}` for one, `/{id}/start` and `/{id}/stop`.
pub const WAREHOUSES: &str = "/api/2.0/sql/warehouses";
/// Statements; `/{statement_id}` for one, `/{statement_id}/cancel`, `/{statement_id}/result/chunks/{n}`.
pub const STATEMENTS: &str = "/api/2.0/sql/statements";
