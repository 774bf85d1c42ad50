//! A value of every wire type with every field filled. No literal ends in `..`, so a new field must be added
//! here, and with it is compared with the SDK.

mod functions;
mod policies;
mod storage;

use clxs_api::catalog::*;
use clxs_api::current_user::*;
use clxs_api::grant::*;
use clxs_api::metastore::*;
use clxs_api::query_history::*;
use clxs_api::schema::*;
use clxs_api::statement::*;
use clxs_api::table::*;
use clxs_api::tag::*;
use clxs_api::warehouse::*;
use clxs_api::{Extra, Privilege, Properties, SecurableKind};
pub(super) use functions::*;
pub(super) use policies::*;
pub(super) use storage::*;

#[expect(clippy::unnecessary_wraps, reason = "most fields are optional")]
fn text() -> Option<String> {
    Some("text".to_owned())
}

fn texts() -> Vec<String> {
    vec!["text".to_owned()]
}

#[expect(clippy::unnecessary_wraps, reason = "most fields are optional")]
fn properties() -> Option<Properties> {
    Some(Properties::from([("key".to_owned(), "value".to_owned())]))
}

pub(super) fn catalog() -> CatalogInfo {
    CatalogInfo {
        name: text(),
        full_name: text(),
        owner: text(),
        comment: text(),
        properties: properties(),
        catalog_type: Some(CatalogType::Managed),
        isolation_mode: Some(IsolationMode::Open),
        storage_root: text(),
        storage_location: text(),
        metastore_id: text(),
        created_at: Some(1),
        created_by: text(),
        updated_at: Some(2),
        updated_by: text(),
        securable_kind: text(),
        browse_only: Some(true),
        extra: Extra::new(),
    }
}

pub(super) fn catalog_page() -> ListCatalogsResponse {
    ListCatalogsResponse { catalogs: vec![catalog()], next_page_token: text() }
}

pub(super) fn create_catalog() -> CreateCatalog {
    CreateCatalog { name: "c".into(), comment: text(), properties: properties(), storage_root: text() }
}

pub(super) fn update_catalog() -> UpdateCatalog {
    UpdateCatalog {
        new_name: text(),
        owner: text(),
        comment: text(),
        properties: properties(),
        isolation_mode: Some(IsolationMode::Isolated),
    }
}

pub(super) fn schema() -> SchemaInfo {
    SchemaInfo {
        name: text(),
        catalog_name: text(),
        full_name: text(),
        owner: text(),
        comment: text(),
        properties: properties(),
        catalog_type: Some(CatalogType::Managed),
        storage_root: text(),
        storage_location: text(),
        metastore_id: text(),
        schema_id: text(),
        created_at: Some(1),
        created_by: text(),
        updated_at: Some(2),
        updated_by: text(),
        securable_kind: text(),
        browse_only: Some(true),
        extra: Extra::new(),
    }
}

pub(super) fn schema_page() -> ListSchemasResponse {
    ListSchemasResponse { schemas: vec![schema()], next_page_token: text() }
}

pub(super) fn create_schema() -> CreateSchema {
    CreateSchema {
        name: "s".into(),
        catalog_name: "c".into(),
        comment: text(),
        properties: properties(),
        storage_root: text(),
    }
}

pub(super) fn update_schema() -> UpdateSchema {
    UpdateSchema { new_name: text(), owner: text(), comment: text(), properties: properties() }
}

pub(super) fn column_mask() -> ColumnMask {
    ColumnMask {
        function_name: text(),
        using_column_names: texts(),
        using_arguments: vec![argument()],
        extra: Extra::new(),
    }
}

pub(super) fn row_filter() -> RowFilter {
    RowFilter {
        function_name: "c.s.f".into(),
        input_column_names: texts(),
        input_arguments: vec![argument()],
        extra: Extra::new(),
    }
}

fn argument() -> PolicyFunctionArgument {
    PolicyFunctionArgument { column: text(), constant: text(), extra: Extra::new() }
}

pub(super) fn column() -> ColumnInfo {
    ColumnInfo {
        name: text(),
        position: Some(0),
        type_text: text(),
        type_json: text(),
        type_name: Some(ColumnTypeName::Decimal),
        type_precision: Some(10),
        type_scale: Some(2),
        type_interval_type: text(),
        nullable: Some(true),
        comment: text(),
        partition_index: Some(0),
        mask: Some(column_mask()),
        extra: Extra::new(),
    }
}

pub(super) fn dependencies() -> DependencyList {
    let table = TableDependency { table_full_name: "c.s.t".into() };
    let function = FunctionDependency { function_full_name: "c.s.f".into() };
    let dependency = Dependency { table: Some(table), function: Some(function), extra: Extra::new() };
    DependencyList { dependencies: vec![dependency] }
}

pub(super) fn primary_key() -> PrimaryKeyConstraint {
    PrimaryKeyConstraint {
        name: "pk".into(),
        child_columns: texts(),
        timeseries_columns: Some(texts()),
        rely: Some(true),
    }
}

pub(super) fn foreign_key() -> ForeignKeyConstraint {
    ForeignKeyConstraint {
        name: "fk".into(),
        child_columns: texts(),
        parent_table: "c.s.p".into(),
        parent_columns: texts(),
        rely: Some(true),
    }
}

pub(super) fn constraint() -> TableConstraint {
    TableConstraint {
        primary_key_constraint: Some(primary_key()),
        foreign_key_constraint: Some(foreign_key()),
        named_table_constraint: Some(NamedTableConstraint { name: "check".into() }),
    }
}

pub(super) fn table() -> TableInfo {
    TableInfo {
        name: text(),
        catalog_name: text(),
        schema_name: text(),
        full_name: text(),
        table_id: text(),
        table_type: Some(TableType::Managed),
        data_source_format: Some(DataSourceFormat::Delta),
        columns: vec![column()],
        storage_location: text(),
        view_definition: text(),
        view_dependencies: Some(dependencies()),
        table_constraints: vec![constraint()],
        row_filter: Some(row_filter()),
        owner: text(),
        comment: text(),
        properties: properties(),
        sql_path: text(),
        metastore_id: text(),
        created_at: Some(1),
        created_by: text(),
        updated_at: Some(2),
        updated_by: text(),
        browse_only: Some(true),
        extra: Extra::new(),
    }
}

pub(super) fn table_page() -> ListTablesResponse {
    ListTablesResponse { tables: vec![table()], next_page_token: text() }
}

pub(super) fn table_summary_page() -> ListTableSummariesResponse {
    let summary = TableSummary { full_name: text(), table_type: Some(TableType::View) };
    ListTableSummariesResponse { tables: vec![summary], next_page_token: text() }
}

pub(super) fn table_exists() -> TableExistsResponse {
    TableExistsResponse { table_exists: true }
}

pub(super) fn create_table() -> CreateTable {
    CreateTable {
        name: "t".into(),
        catalog_name: "c".into(),
        schema_name: "s".into(),
        table_type: Some(TableType::External),
        data_source_format: Some(DataSourceFormat::Delta),
        columns: vec![column()],
        storage_location: "s3://b/t".into(),
        properties: properties(),
    }
}

pub(super) fn update_table() -> UpdateTable {
    UpdateTable { owner: text() }
}

pub(super) fn permissions() -> GetPermissionsResponse {
    let assignment = PrivilegeAssignment { principal: "p".into(), privileges: vec![Privilege::Select] };
    GetPermissionsResponse { privilege_assignments: vec![assignment], next_page_token: text() }
}

pub(super) fn effective_permissions() -> EffectivePermissionsList {
    let privilege = EffectivePrivilege {
        privilege: Privilege::Select,
        inherited_from_type: Some(SecurableKind::Schema),
        inherited_from_name: text(),
    };
    let assignment = EffectivePrivilegeAssignment { principal: "p".into(), privileges: vec![privilege] };
    EffectivePermissionsList { privilege_assignments: vec![assignment], next_page_token: text() }
}

pub(super) fn permissions_change() -> PermissionsChange {
    PermissionsChange { principal: "p".into(), add: vec![Privilege::Select], remove: vec![Privilege::Modify] }
}

pub(super) fn update_permissions() -> UpdatePermissions {
    UpdatePermissions { changes: vec![permissions_change()] }
}

pub(super) fn metastore() -> MetastoreSummary {
    MetastoreSummary {
        metastore_id: text(),
        global_metastore_id: text(),
        name: text(),
        cloud: text(),
        region: text(),
        owner: text(),
        storage_root: text(),
        privilege_model_version: text(),
        created_at: Some(1),
        extra: Extra::new(),
    }
}

pub(super) fn user() -> User {
    let group = GroupReference { display: text(), value: text(), extra: Extra::new() };
    User {
        id: text(),
        user_name: text(),
        display_name: text(),
        active: Some(true),
        groups: vec![group],
        extra: Extra::new(),
    }
}

pub(super) fn warehouse() -> WarehouseInfo {
    WarehouseInfo {
        id: text(),
        name: text(),
        state: Some(WarehouseState::Running),
        cluster_size: text(),
        num_clusters: Some(1),
        min_num_clusters: Some(1),
        max_num_clusters: Some(1),
        warehouse_type: Some("PRO".into()),
        enable_serverless_compute: Some(true),
        creator_name: text(),
        extra: Extra::new(),
    }
}

pub(super) fn warehouse_page() -> ListWarehousesResponse {
    ListWarehousesResponse { warehouses: vec![warehouse()], next_page_token: text() }
}

pub(super) fn execute_statement() -> ExecuteStatement {
    ExecuteStatement {
        statement: "SELECT 1".into(),
        warehouse_id: "w".into(),
        catalog: text(),
        schema: text(),
        session_id: text(),
        parameters: vec![StatementParameter {
            name: "p".into(),
            ordinal: Some(1),
            value: text(),
            type_text: text(),
        }],
        disposition: Some(Disposition::Inline),
        format: Some(ResultFormat::JsonArray),
        result_compression: Some(ResultCompression::Lz4Frame),
        wait_timeout: text(),
        on_wait_timeout: Some(OnWaitTimeout::Continue),
        row_limit: Some(1),
        byte_limit: Some(1),
        query_tags: vec![QueryTag { key: "k".into(), value: text() }],
    }
}

pub(super) fn statement_status() -> StatementStatus {
    let error = ServiceError { error_code: Some(ServiceErrorCode::BadRequest), message: text() };
    StatementStatus { state: StatementState::Failed, error: Some(error), sql_state: text() }
}

pub(super) fn manifest() -> ResultManifest {
    let column = ResultColumn {
        name: "c".into(),
        position: Some(0),
        type_text: text(),
        type_name: Some(ColumnTypeName::TimestampNtz),
        type_precision: Some(10),
        type_scale: Some(2),
        type_interval_type: text(),
    };
    ResultManifest {
        format: Some(ResultFormat::JsonArray),
        schema: Some(ResultSchema { column_count: Some(1), columns: vec![column] }),
        total_chunk_count: Some(1),
        chunks: vec![ChunkInfo { chunk_index: 0, row_offset: 0, row_count: 1, byte_count: Some(1) }],
        total_row_count: Some(1),
        total_byte_count: Some(1),
        truncated: Some(true),
        result_compression: Some(ResultCompression::Lz4Frame),
        extra: Extra::new(),
    }
}

pub(super) fn external_link() -> ExternalLink {
    ExternalLink {
        chunk_index: Some(0),
        row_offset: Some(0),
        row_count: Some(1),
        byte_count: Some(1),
        external_link: "https://storage".into(),
        expiration: text(),
        http_headers: properties(),
        next_chunk_index: Some(1),
        next_chunk_internal_link: text(),
    }
}

pub(super) fn result() -> ResultData {
    ResultData {
        chunk_index: Some(0),
        row_offset: Some(0),
        row_count: Some(1),
        byte_count: Some(1),
        data_array: Some(vec![vec![text()]]),
        external_links: Some(vec![external_link()]),
        attachment: text(),
        next_chunk_index: Some(1),
        next_chunk_internal_link: text(),
    }
}

pub(super) fn statement() -> StatementResponse {
    StatementResponse {
        statement_id: Some(StatementId("id".into())),
        status: Some(statement_status()),
        manifest: Some(manifest()),
        result: Some(result()),
    }
}

pub(super) fn tag() -> EntityTagAssignment {
    EntityTagAssignment {
        entity_type: "tables".into(),
        entity_name: "c.s.t".into(),
        tag_key: "cost".into(),
        tag_value: text(),
        update_time: text(),
        updated_by: text(),
        extra: Extra::new(),
    }
}

pub(super) fn tag_page() -> ListEntityTagAssignmentsResponse {
    ListEntityTagAssignmentsResponse { tag_assignments: vec![tag()], next_page_token: text() }
}

pub(super) fn create_constraint() -> CreateTableConstraint {
    CreateTableConstraint { full_name_arg: "c.s.t".into(), constraint: constraint() }
}

pub(super) fn query() -> QueryInfo {
    QueryInfo {
        query_id: text(),
        query_text: text(),
        statement_type: Some("SELECT".to_owned()),
        status: Some(QueryStatus::Finished),
        is_final: Some(true),
        error_message: text(),
        query_start_time_ms: Some(1),
        query_end_time_ms: Some(2),
        execution_end_time_ms: Some(2),
        duration: Some(1),
        rows_produced: Some(1),
        user_name: text(),
        executed_as_user_name: text(),
        session_id: text(),
        warehouse_id: text(),
        endpoint_id: text(),
        query_tags: vec![QueryTag { key: "k".into(), value: text() }],
        extra: Extra::new(),
    }
}

pub(super) fn query_page() -> ListQueriesResponse {
    ListQueriesResponse { res: vec![query()], has_next_page: Some(true), next_page_token: text() }
}
