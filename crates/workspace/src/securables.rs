//! What REST and SQL both do with securables: each operation with its permission check, in one transaction.

mod bindings;
mod catalogs;
mod functions;
mod grants;
mod guard_functions;
mod keys;
mod model_versions;
mod models;
mod names;
mod policies;
mod schemas;
mod shared;
mod storage;
mod storage_credentials;
mod tables;
mod tags;
mod volumes;

pub(crate) use bindings::{bindings, change_bindings};
pub(crate) use catalogs::{create_catalog, drop_catalog, get_catalog, list_catalogs, update_catalog};
pub(crate) use functions::{
    create_function, drop_function, get_function, list_functions, replace_function, update_function,
};
pub(crate) use grants::{change_grants, direct_grants, effective_grants};
pub(crate) use guard_functions::{GuardKind, require_guard};
pub(crate) use keys::{NewKey, WhichKey, add_key, drop_key, replace_keys, require_keys_possible};
pub(crate) use model_versions::{
    Versioned, WhichVersion, begin_version, delete_alias, delete_version, find_version, finish_version,
    get_version, set_alias, update_version, usable_version,
};
pub(crate) use models::{create_model, drop_model, get_model, list_models, update_model};
pub(crate) use names::new_name;
pub(crate) use policies::{
    NewPolicy, PolicyOn, create_policy, drop_policy, function_name, get_policy, list_policies, update_policy,
};
pub(crate) use schemas::{create_schema, drop_schema, get_schema, list_schemas, update_schema};
pub(crate) use shared::Including;
pub(crate) use storage::{
    create_location, drop_location, get_location, list_locations, require_location, update_location,
};
pub(crate) use storage_credentials::{
    create_credential, drop_credential, folder_to_try, get_credential, list_credentials, update_credential,
};
pub(crate) use tables::{
    TableListing, WhichDropped, drop_table, external_table_location, get_table, list_dropped_tables,
    list_table_summaries, list_tables, require_external_table_possible, undrop_table, update_table_owner,
};
pub(crate) use tags::{
    TagEntity, create_tag, delete_tag, get_tag, list_tags, set_tags, unset_tags, update_tag,
};
pub(crate) use volumes::{
    create_volume, drop_volume, get_volume, list_volumes, update_volume, usable_volume,
};
