//! What REST and SQL both do with securables: each operation with its permission check, in one transaction.

mod catalogs;
mod grants;
mod names;
mod schemas;
mod shared;
mod tables;

pub(crate) use catalogs::{create_catalog, drop_catalog, get_catalog, list_catalogs, update_catalog};
pub(crate) use grants::{change_grants, direct_grants, effective_grants};
pub(crate) use names::new_name;
pub(crate) use schemas::{create_schema, drop_schema, get_schema, list_schemas, update_schema};
pub(crate) use tables::{
    TableListing, drop_table, get_table, list_table_summaries, list_tables, update_table_owner,
};
