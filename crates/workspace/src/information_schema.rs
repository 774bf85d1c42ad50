//! `information_schema`: the metastore as tables, of one catalog or, in the catalog `system`, of all of them.
//!
//! Each relation is a list of typed columns over one kind of item (facts/sql.md §13). A query reads it when it runs,
//! with the names of catalog, schema and table that its filters ask for, so that a question about one table costs
//! one table. Items are read in bulk: a few queries per catalog, whatever the number of tables. What there is very
//! much of, tables and their columns, is read part by part while the query runs ([`Source`]).

mod column;
mod columns_table;
mod guards;
mod keys;
mod others;
mod privileges;
mod routines;
mod scope;
mod securables;
mod source;
mod tags;
mod volumes;

pub(crate) use scope::{Scope, Wanted, level_of};
pub(crate) use source::{Position, Source};

use clxs_api::Identifier;
use datafusion::arrow::array::RecordBatch;

use crate::authorization::Access;
use crate::metastore::{ColumnDetail, INFORMATION_SCHEMA, TableRow, Transaction};
use crate::sql::SqlError;
use column::Projection;

/// Whether this names the schema.
pub(crate) fn is_information_schema(schema: &Identifier) -> bool {
    schema.matches(INFORMATION_SCHEMA)
}

/// A relation that is read at once.
#[derive(Debug, Clone, Copy)]
struct Relation {
    name: &'static str,
    load: fn(&Transaction<'_>, &Access, &Scope) -> Result<RecordBatch, SqlError>,
}

const RELATIONS: &[Relation] = &[
    Relation { name: "catalogs", load: securables::catalogs },
    Relation { name: "schemata", load: securables::schemata },
    Relation { name: "catalog_privileges", load: privileges::of_catalogs },
    Relation { name: "schema_privileges", load: privileges::of_schemas },
    Relation { name: "table_privileges", load: privileges::of_tables },
    Relation { name: "catalog_tags", load: tags::of_catalogs },
    Relation { name: "schema_tags", load: tags::of_schemas },
    Relation { name: "table_tags", load: tags::of_tables },
    Relation { name: "column_tags", load: tags::of_columns },
    Relation { name: "volume_tags", load: tags::of_volumes },
    Relation { name: "table_constraints", load: keys::table_constraints },
    Relation { name: "key_column_usage", load: keys::key_column_usage },
    Relation { name: "referential_constraints", load: keys::referential_constraints },
    Relation { name: "check_constraints", load: keys::check_constraints },
    Relation { name: "constraint_column_usage", load: keys::constraint_column_usage },
    Relation { name: "constraint_table_usage", load: keys::constraint_table_usage },
    Relation { name: "volumes", load: volumes::volumes },
    Relation { name: "volume_privileges", load: privileges::of_volumes },
    Relation { name: "routines", load: routines::routines },
    Relation { name: "parameters", load: routines::parameters },
    Relation { name: "routine_columns", load: routines::routine_columns },
    Relation { name: "routine_privileges", load: privileges::of_routines },
    Relation { name: "column_masks", load: guards::column_masks },
    Relation { name: "row_filters", load: guards::row_filters },
    Relation { name: "shares", load: others::shares },
    Relation { name: "recipients", load: others::recipients },
    Relation { name: "providers", load: others::providers },
    Relation { name: "share_recipient_privileges", load: others::share_recipient_privileges },
    Relation { name: "table_share_usage", load: others::table_share_usage },
    Relation { name: "schema_share_usage", load: others::schema_share_usage },
    Relation { name: "information_schema_catalog_name", load: securables::catalog_name },
];

/// A relation about tables, read as many tables at a time as [`source`] says.
#[derive(Debug, Clone, Copy)]
struct TableRelation {
    name: &'static str,
    detail: ColumnDetail,
    rows: fn(Vec<TableRow>, &Access, Projection<'_>) -> Result<RecordBatch, SqlError>,
}

const TABLE_RELATIONS: &[TableRelation] = &[
    TableRelation { name: "tables", detail: ColumnDetail::Omitted, rows: securables::tables },
    TableRelation { name: "views", detail: ColumnDetail::Omitted, rows: securables::views },
    TableRelation { name: "columns", detail: ColumnDetail::Loaded, rows: columns_table::columns },
];
