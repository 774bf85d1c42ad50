//! What REST and SQL both do with securables: each operation with its permission check, in one transaction.

mod catalogs;
mod grants;
mod keys;
mod names;
mod schemas;
mod shared;
mod tables;
mod tags;

pub(crate) use catalogs::{create_catalog, drop_catalog, get_catalog, list_catalogs, update_catalog};
pub(crate) use grants::{change_grants, direct_grants, effective_grants};
pub(crate) use keys::{NewKey, WhichKey, add_key, drop_key, replace_keys, require_keys_possible};
pub(crate) use names::new_name;
pub(crate) use schemas::{create_schema, drop_schema, get_schema, list_schemas, update_schema};
pub(crate) use tables::{
    TableListing, drop_table, get_table, list_table_summaries, list_tables, update_table_owner,
};
pub(crate) use tags::{
    TagEntity, create_tag, delete_tag, get_tag, list_tags, set_tags, unset_tags, update_tag,
};
