//! Compares every wire type with the official SDK, so that client and workspace cannot agree on a mistake.
//!
//! `tests/data/sdk_schema.json` is cut out of a dump of databricks-sdk 0.162.0 for Python by
//! `tests/data/excerpt_sdk_schema.py`. A value of each type with every field filled is written as JSON; each
//! field must be one the SDK knows, of the type the SDK gives it. The values are struct literals that name
//! every field, so a new field cannot be forgotten here. Fields and enum values that are known from recorded
//! answers only are listed with their source.

mod samples;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::LazyLock;

use clxs_api::endpoint;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Fields that recorded answers hold and the SDK's schema does not: class, field, source.
const RECORDED_FIELDS: &[(&str, &str, &str)] = &[
    ("catalog.CatalogInfo", "securable_kind", "facts/settled.md §1: CATALOG_STANDARD"),
    ("catalog.SchemaInfo", "securable_kind", "facts/settled.md §1: SCHEMA_STANDARD"),
    ("POST /api/2.0/sql/statements", "session_id", "facts/settled.md §6: recorded requests"),
    ("POST /api/2.0/sql/statements", "result_compression", "facts/settled.md §6: recorded requests"),
    ("sql.StatementParameterListItem", "ordinal", "facts/settled.md §6: recorded requests"),
    ("sql.ResultManifest", "result_compression", "facts/settled.md §6: EXTERNAL_LINKS"),
    ("sql.ResultData", "attachment", "facts/settled.md §6: recorded hybrid results"),
];

/// Enum values that recorded answers hold and the SDK's schema does not: enum, value, source.
const RECORDED_VALUES: &[(&str, &str, &str)] = &[
    ("sql.ColumnInfoTypeName", "TIMESTAMP_NTZ", "facts/settled.md §6: manifest types"),
    ("sql.ColumnInfoTypeName", "VARIANT", "facts/settled.md §6: manifest types"),
];

/// Optional fields in the SDK without which an answer makes no sense to us: `null` there is an error.
const REQUIRED_HERE: &[(&str, &str)] = &[
    ("sql.StatementStatus", "state"),
    ("catalog.EffectivePrivilege", "privilege"),
    ("sql.ExternalLink", "external_link"),
    ("catalog.TableExistsResponse", "table_exists"),
];

type Fields = BTreeMap<String, String>;

#[derive(Deserialize)]
struct Schema {
    endpoints: BTreeMap<String, Endpoint>,
    classes: BTreeMap<String, Fields>,
    enums: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Deserialize)]
struct Endpoint {
    body: Fields,
}

static SCHEMA: LazyLock<Schema> =
    LazyLock::new(|| serde_json::from_str(include_str!("../data/sdk_schema.json")).unwrap());

/// Checks a response type: fields and their types, reading back, and `null` for whatever may be missing.
fn check_class<T: Serialize + DeserializeOwned + Debug + PartialEq>(class: &str, sample: &T) {
    let fields = SCHEMA.classes.get(class).unwrap_or_else(|| panic!("the SDK has no class {class}"));
    let json = full_object(class, sample);
    check_fields(class, class, fields, &json);
    let read: T = serde_json::from_value(Value::Object(json)).unwrap();
    assert_eq!(&read, sample, "{class}");
    serde_json::from_value::<T>(Value::Object(with_nulls(class, fields, sample)))
        .unwrap_or_else(|error| panic!("{class} does not take null: {error}"));
}

/// Checks a type of request bodies.
fn check_body<T: Serialize + Debug>(call: &str, sample: &T) {
    let endpoint = SCHEMA.endpoints.get(call).unwrap_or_else(|| panic!("the SDK has no endpoint {call}"));
    let module = if call.contains("unity-catalog") { "catalog." } else { "sql." };
    check_fields(module, call, &endpoint.body, &full_object(call, sample));
    for (name, sdk_type) in &endpoint.body {
        let required = !sdk_type.ends_with('?');
        assert!(!required || full_object(call, sample).contains_key(name), "{call}: the SDK requires {name}");
    }
}

/// The sample as JSON, after a check that none of its fields is left empty.
fn full_object<T: Serialize + Debug>(what: &str, sample: &T) -> Map<String, Value> {
    let text = format!("{sample:?}");
    assert!(
        !text.contains("None") && !text.contains("[]") && !text.contains("\"\""),
        "{what} is not full: {text}"
    );
    match serde_json::to_value(sample).unwrap() {
        Value::Object(object) => object,
        other => panic!("{what} is no object: {other}"),
    }
}

fn check_fields(module: &str, what: &str, fields: &Fields, json: &Map<String, Value>) {
    for (name, value) in json {
        let recorded = RECORDED_FIELDS.iter().any(|(class, field, _)| *class == what && field == name);
        match fields.get(name) {
            Some(sdk_type) => check_value(module, &format!("{what}.{name}"), sdk_type, value),
            None => assert!(recorded, "{what} has no field `{name}` in the SDK"),
        }
    }
}

fn check_value(module: &str, what: &str, sdk_type: &str, value: &Value) {
    let sdk_type = sdk_type.trim_end_matches('?');
    let fits = match sdk_type {
        "str" | "Timestamp" => value.is_string(),
        "int" => value.is_i64(),
        "bool" => value.is_boolean(),
        "float" => value.is_number(),
        "Dict[str, str]" => value.as_object().is_some_and(|entries| entries.values().all(Value::is_string)),
        _ => return check_named(module, what, sdk_type, value),
    };
    assert!(fits, "{what} is a {sdk_type} in the SDK, not {value}");
}

fn check_named(module: &str, what: &str, sdk_type: &str, value: &Value) {
    if let Some(inner) = sdk_type.strip_prefix("List[").and_then(|rest| rest.strip_suffix(']')) {
        let items = value.as_array().unwrap_or_else(|| panic!("{what} is a list in the SDK, not {value}"));
        return items.iter().for_each(|item| check_value(module, what, inner, item));
    }
    let name = format!("{}.{sdk_type}", module.split('.').next().unwrap());
    if let Some(fields) = SCHEMA.classes.get(&name) {
        let object =
            value.as_object().unwrap_or_else(|| panic!("{what} is a {name} in the SDK, not {value}"));
        check_fields(&name, &name, fields, object);
    } else {
        let values =
            SCHEMA.enums.get(&name).unwrap_or_else(|| panic!("{what}: {name} is not in the excerpt"));
        let value = value.as_str().unwrap_or_else(|| panic!("{what} is a text in the SDK, not {value}"));
        assert!(values.contains(value) || is_recorded(&name, value), "{what}: {value} is not in {name}");
    }
}

fn is_recorded(name: &str, value: &str) -> bool {
    RECORDED_VALUES.iter().any(|(recorded, text, _)| *recorded == name && *text == value)
}

/// The sample with `null` for every field that the SDK does not require.
fn with_nulls<T: Serialize + Debug>(class: &str, fields: &Fields, sample: &T) -> Map<String, Value> {
    let mut json = full_object(class, sample);
    for (name, value) in &mut json {
        let optional = fields.get(name).is_none_or(|sdk_type| sdk_type.ends_with('?'));
        if optional && !REQUIRED_HERE.contains(&(class, name)) {
            *value = Value::Null;
        }
    }
    json
}

macro_rules! known_values {
    ($($enum:ty => $name:literal,)+) => {
        [$(($name, <$enum>::KNOWN.iter().map(|value| value.as_str().to_owned()).collect::<BTreeSet<_>>()),)+]
    };
}

#[test]
fn every_enum_value_of_the_sdk_is_known_and_no_other() {
    let ours = known_values! {
        clxs_api::Privilege => "catalog.Privilege",
        clxs_api::SecurableKind => "catalog.SecurableType",
        clxs_api::catalog::CatalogType => "catalog.CatalogType",
        clxs_api::catalog::IsolationMode => "catalog.CatalogIsolationMode",
        clxs_api::binding::BindingType => "catalog.WorkspaceBindingBindingType",
        clxs_api::storage::IsolationMode => "catalog.IsolationMode",
        clxs_api::storage::ValidationOperation => "catalog.ValidationResultOperation",
        clxs_api::storage::ValidationOutcome => "catalog.ValidationResultResult",
        clxs_api::model_version::ModelVersionStatus => "catalog.ModelVersionInfoStatus",
        clxs_api::volume::VolumeType => "catalog.VolumeType",
        clxs_api::query_history::QueryStatus => "sql.QueryStatus",
        clxs_api::function::RoutineBody => "catalog.FunctionInfoRoutineBody",
        clxs_api::function::ParameterStyle => "catalog.FunctionInfoParameterStyle",
        clxs_api::function::SecurityType => "catalog.FunctionInfoSecurityType",
        clxs_api::function::SqlDataAccess => "catalog.FunctionInfoSqlDataAccess",
        clxs_api::function::ParameterMode => "catalog.FunctionParameterMode",
        clxs_api::function::ParameterType => "catalog.FunctionParameterType",
        clxs_api::policy::PolicyType => "catalog.PolicyType",
        clxs_api::statement::Disposition => "sql.Disposition",
        clxs_api::statement::OnWaitTimeout => "sql.ExecuteStatementRequestOnWaitTimeout",
        clxs_api::statement::ResultFormat => "sql.Format",
        clxs_api::statement::ServiceErrorCode => "sql.ServiceErrorCode",
        clxs_api::statement::StatementState => "sql.StatementState",
        clxs_api::table::ColumnTypeName => "catalog.ColumnTypeName",
        clxs_api::table::DataSourceFormat => "catalog.DataSourceFormat",
        clxs_api::table::TableType => "catalog.TableType",
        clxs_api::warehouse::WarehouseState => "sql.State",
    };
    for (name, known) in ours {
        assert_eq!(known, SCHEMA.enums[name], "{name}");
    }
}

#[test]
fn every_type_of_a_result_column_is_a_known_column_type() {
    let known: BTreeSet<_> =
        clxs_api::table::ColumnTypeName::KNOWN.iter().map(clxs_api::table::ColumnTypeName::as_str).collect();
    for name in &SCHEMA.enums["sql.ColumnInfoTypeName"] {
        assert!(known.contains(name.as_str()), "{name}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a list")]
fn every_path_and_method_is_one_of_the_sdk() {
    let calls = [
        ("GET", endpoint::CURRENT_USER, ""),
        ("GET", endpoint::METASTORE_SUMMARY, ""),
        ("GET", endpoint::QUERY_HISTORY, ""),
        ("GET", endpoint::CATALOGS, ""),
        ("POST", endpoint::CATALOGS, ""),
        ("GET", endpoint::CATALOGS, "/{name}"),
        ("PATCH", endpoint::CATALOGS, "/{name}"),
        ("DELETE", endpoint::CATALOGS, "/{name}"),
        ("GET", endpoint::SCHEMAS, ""),
        ("POST", endpoint::SCHEMAS, ""),
        ("GET", endpoint::SCHEMAS, "/{full_name}"),
        ("PATCH", endpoint::SCHEMAS, "/{full_name}"),
        ("DELETE", endpoint::SCHEMAS, "/{full_name}"),
        ("GET", endpoint::TABLES, ""),
        ("POST", endpoint::TABLES, ""),
        ("GET", endpoint::TABLES, "/{full_name}"),
        ("PATCH", endpoint::TABLES, "/{full_name}"),
        ("DELETE", endpoint::TABLES, "/{full_name}"),
        ("GET", endpoint::TABLES, "/{full_name}/exists"),
        ("GET", endpoint::TABLE_SUMMARIES, ""),
        ("GET", endpoint::VOLUMES, ""),
        ("POST", endpoint::VOLUMES, ""),
        ("GET", endpoint::VOLUMES, "/{name}"),
        ("PATCH", endpoint::VOLUMES, "/{name}"),
        ("DELETE", endpoint::VOLUMES, "/{name}"),
        ("GET", endpoint::FUNCTIONS, ""),
        ("POST", endpoint::FUNCTIONS, ""),
        ("GET", endpoint::FUNCTIONS, "/{name}"),
        ("PATCH", endpoint::FUNCTIONS, "/{name}"),
        ("DELETE", endpoint::FUNCTIONS, "/{name}"),
        ("GET", endpoint::MODELS, ""),
        ("POST", endpoint::MODELS, ""),
        ("PATCH", endpoint::MODELS, "/{full_name}"),
        ("GET", endpoint::MODELS, "/{full_name}/versions"),
        ("GET", endpoint::MODELS, "/{full_name}/aliases/{alias}"),
        ("GET", endpoint::EXTERNAL_LOCATIONS, ""),
        ("POST", endpoint::EXTERNAL_LOCATIONS, ""),
        ("PATCH", endpoint::EXTERNAL_LOCATIONS, "/{name}"),
        ("GET", endpoint::STORAGE_CREDENTIALS, ""),
        ("POST", endpoint::STORAGE_CREDENTIALS, ""),
        ("PATCH", endpoint::STORAGE_CREDENTIALS, "/{name}"),
        ("POST", endpoint::VALIDATE_STORAGE_CREDENTIALS, ""),
        ("GET", endpoint::BINDINGS, "/{securable_type}/{securable_name}"),
        ("PATCH", endpoint::BINDINGS, "/{securable_type}/{securable_name}"),
        ("PATCH", endpoint::CATALOG_BINDINGS, "/{name}"),
        ("PUT", endpoint::FILES, "{file_path*}"),
        ("GET", endpoint::DIRECTORIES, "{directory_path*}"),
        ("POST", endpoint::CONSTRAINTS, ""),
        ("DELETE", endpoint::CONSTRAINTS, "/{full_name}"),
        ("POST", endpoint::ENTITY_TAG_ASSIGNMENTS, ""),
        ("GET", endpoint::ENTITY_TAG_ASSIGNMENTS, "/{entity_type}/{entity_name}/tags"),
        ("GET", endpoint::ENTITY_TAG_ASSIGNMENTS, "/{entity_type}/{entity_name}/tags/{tag_key}"),
        ("PATCH", endpoint::ENTITY_TAG_ASSIGNMENTS, "/{entity_type}/{entity_name}/tags/{tag_key}"),
        ("DELETE", endpoint::ENTITY_TAG_ASSIGNMENTS, "/{entity_type}/{entity_name}/tags/{tag_key}"),
        ("POST", endpoint::TAG_POLICIES, ""),
        ("GET", endpoint::TAG_POLICIES, "/{tag_key}"),
        ("POST", endpoint::POLICIES, ""),
        ("GET", endpoint::POLICIES, "/{on_securable_type}/{on_securable_fullname}"),
        ("GET", endpoint::POLICIES, "/{on_securable_type}/{on_securable_fullname}/{name}"),
        ("PATCH", endpoint::POLICIES, "/{on_securable_type}/{on_securable_fullname}/{name}"),
        ("DELETE", endpoint::POLICIES, "/{on_securable_type}/{on_securable_fullname}/{name}"),
        ("GET", endpoint::PERMISSIONS, "/{securable_type}/{full_name}"),
        ("PATCH", endpoint::PERMISSIONS, "/{securable_type}/{full_name}"),
        ("GET", endpoint::EFFECTIVE_PERMISSIONS, "/{securable_type}/{full_name}"),
        ("GET", endpoint::WAREHOUSES, ""),
        ("GET", endpoint::WAREHOUSES, "/{id}"),
        ("POST", endpoint::WAREHOUSES, "/{id}/start"),
        ("POST", endpoint::WAREHOUSES, "/{id}/stop"),
        ("POST", endpoint::STATEMENTS, ""),
        ("GET", endpoint::STATEMENTS, "/{statement_id}"),
        ("POST", endpoint::STATEMENTS, "/{statement_id}/cancel"),
        ("GET", endpoint::STATEMENTS, "/{statement_id}/result/chunks/{chunk_index}"),
    ];
    for (method, path, rest) in calls {
        let call = format!("{method} {path}{rest}");
        assert!(SCHEMA.endpoints.contains_key(&call), "the SDK has no {call}");
    }
}

#[test]
fn response_types_have_the_fields_of_the_sdk() {
    check_class("catalog.CatalogInfo", &samples::catalog());
    check_class("catalog.ListCatalogsResponse", &samples::catalog_page());
    check_class("catalog.SchemaInfo", &samples::schema());
    check_class("catalog.ListSchemasResponse", &samples::schema_page());
    check_class("catalog.ColumnInfo", &samples::column());
    check_class("catalog.ColumnMask", &samples::column_mask());
    check_class("catalog.TableRowFilter", &samples::row_filter());
    check_class("catalog.DependencyList", &samples::dependencies());
    check_class("catalog.TableConstraint", &samples::constraint());
    check_class("catalog.PrimaryKeyConstraint", &samples::primary_key());
    check_class("catalog.ForeignKeyConstraint", &samples::foreign_key());
    check_class("catalog.EntityTagAssignment", &samples::tag());
    check_class("catalog.ListEntityTagAssignmentsResponse", &samples::tag_page());
    check_class("catalog.PolicyInfo", &samples::policy());
    check_class("catalog.ListPoliciesResponse", &samples::policy_page());
    check_class("catalog.TableInfo", &samples::table());
    check_class("catalog.ListTablesResponse", &samples::table_page());
    check_class("catalog.ListTableSummariesResponse", &samples::table_summary_page());
    check_class("catalog.TableExistsResponse", &samples::table_exists());
    check_class("catalog.VolumeInfo", &samples::volume());
    check_class("catalog.ListVolumesResponseContent", &samples::volume_page());
    check_class("catalog.FunctionInfo", &samples::function());
    check_class("catalog.ListFunctionsResponse", &samples::function_page());
    check_class("catalog.RegisteredModelInfo", &samples::model());
    check_class("catalog.ListRegisteredModelsResponse", &samples::model_page());
    check_class("catalog.RegisteredModelAlias", &samples::alias());
    check_class("catalog.ModelVersionInfo", &samples::model_version());
    check_class("catalog.ListModelVersionsResponse", &samples::model_version_page());
    check_class("catalog.ExternalLocationInfo", &samples::external_location());
    check_class("catalog.ListExternalLocationsResponse", &samples::external_location_page());
    check_class("catalog.StorageCredentialInfo", &samples::storage_credential());
    check_class("catalog.ListStorageCredentialsResponse", &samples::storage_credential_page());
    check_class("catalog.ValidateStorageCredentialResponse", &samples::validation());
    check_class("catalog.GetWorkspaceBindingsResponse", &samples::bindings());
    check_class("catalog.UpdateCatalogWorkspaceBindingsResponse", &samples::catalog_bindings());
    check_class("files.ListDirectoryResponse", &samples::directory());
    check_class("catalog.GetPermissionsResponse", &samples::permissions());
    check_class("catalog.EffectivePermissionsList", &samples::effective_permissions());
    check_class("catalog.PermissionsChange", &samples::permissions_change());
    check_class("catalog.GetMetastoreSummaryResponse", &samples::metastore());
    check_class("iam.User", &samples::user());
    check_class("sql.QueryInfo", &samples::query());
    check_class("sql.ListQueriesResponse", &samples::query_page());
    check_class("sql.EndpointInfo", &samples::warehouse());
    check_class("sql.ListWarehousesResponse", &samples::warehouse_page());
    check_class("sql.StatementResponse", &samples::statement());
    check_class("sql.StatementStatus", &samples::statement_status());
    check_class("sql.ResultManifest", &samples::manifest());
    check_class("sql.ResultData", &samples::result());
    check_class("sql.ExternalLink", &samples::external_link());
}

#[test]
fn request_types_have_the_fields_of_the_sdk() {
    let at = |method: &str, path: &str, rest: &str| format!("{method} {path}{rest}");
    check_body(&at("POST", endpoint::CATALOGS, ""), &samples::create_catalog());
    check_body(&at("PATCH", endpoint::CATALOGS, "/{name}"), &samples::update_catalog());
    check_body(&at("POST", endpoint::SCHEMAS, ""), &samples::create_schema());
    check_body(&at("PATCH", endpoint::SCHEMAS, "/{full_name}"), &samples::update_schema());
    check_body(&at("POST", endpoint::TABLES, ""), &samples::create_table());
    check_body(&at("PATCH", endpoint::TABLES, "/{full_name}"), &samples::update_table());
    check_body(&at("POST", endpoint::CONSTRAINTS, ""), &samples::create_constraint());
    check_body(
        &at("PATCH", endpoint::PERMISSIONS, "/{securable_type}/{full_name}"),
        &samples::update_permissions(),
    );
    check_body(&at("POST", endpoint::VOLUMES, ""), &samples::create_volume());
    check_body(&at("PATCH", endpoint::VOLUMES, "/{name}"), &samples::update_volume());
    check_body(&at("POST", endpoint::FUNCTIONS, ""), &samples::create_function());
    check_body(&at("PATCH", endpoint::FUNCTIONS, "/{name}"), &samples::update_function());
    check_body(&at("POST", endpoint::MODELS, ""), &samples::create_model());
    check_body(&at("PATCH", endpoint::MODELS, "/{full_name}"), &samples::update_model());
    let version = "/{full_name}/versions/{version}";
    check_body(&at("PATCH", endpoint::MODELS, version), &samples::update_model_version());
    check_body(&at("PUT", endpoint::MODELS, "/{full_name}/aliases/{alias}"), &samples::set_alias());
    check_body(&at("POST", endpoint::EXTERNAL_LOCATIONS, ""), &samples::create_external_location());
    check_body(&at("PATCH", endpoint::EXTERNAL_LOCATIONS, "/{name}"), &samples::update_external_location());
    check_body(&at("POST", endpoint::STORAGE_CREDENTIALS, ""), &samples::create_storage_credential());
    check_body(&at("PATCH", endpoint::STORAGE_CREDENTIALS, "/{name}"), &samples::update_storage_credential());
    check_body(&at("POST", endpoint::VALIDATE_STORAGE_CREDENTIALS, ""), &samples::validate_credential());
    let of_securable = "/{securable_type}/{securable_name}";
    check_body(&at("PATCH", endpoint::BINDINGS, of_securable), &samples::update_bindings());
    check_body(&at("PATCH", endpoint::CATALOG_BINDINGS, "/{name}"), &samples::update_catalog_bindings());
    check_body(&at("POST", endpoint::STATEMENTS, ""), &samples::execute_statement());
}
