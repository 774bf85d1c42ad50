//! Relations of kinds that are not in the metastore: they have their columns and no rows (facts/sql.md §13). The
//! columns of `shares`, `recipients` and `providers` are UNCONFIRMED.

use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::{DataType, Field, Schema, TimeUnit};

use super::Scope;
use crate::authorization::Access;
use crate::metastore::Transaction;
use crate::sql::SqlError;

/// A column without rows.
enum Empty {
    Text(&'static str),
    Long(&'static str),
    Boolean(&'static str),
    Timestamp(&'static str),
}

use Empty::{Boolean, Long, Text, Timestamp};

const SHARES: &[Empty] = &[
    Text("share_name"),
    Text("share_owner"),
    Text("comment"),
    Timestamp("created"),
    Text("created_by"),
    Timestamp("last_altered"),
    Text("last_altered_by"),
];

const RECIPIENTS: &[Empty] = &[
    Text("recipient_name"),
    Text("authentication_type"),
    Text("recipient_owner"),
    Text("comment"),
    Text("data_recipient_global_metastore_id"),
    Text("cloud"),
    Text("region"),
    Timestamp("created"),
    Text("created_by"),
    Timestamp("last_altered"),
    Text("last_altered_by"),
];

const PROVIDERS: &[Empty] = &[
    Text("provider_name"),
    Text("provider_owner"),
    Text("comment"),
    Text("authentication_type"),
    Text("data_provider_global_metastore_id"),
    Text("cloud"),
    Text("region"),
    Timestamp("created"),
    Text("created_by"),
    Timestamp("last_altered"),
    Text("last_altered_by"),
];

const SHARE_RECIPIENT_PRIVILEGES: &[Empty] =
    &[Text("grantor"), Text("recipient_name"), Text("share_name"), Text("privilege_type")];

const TABLE_SHARE_USAGE: &[Empty] = &[
    Text("catalog_name"),
    Text("schema_name"),
    Text("table_name"),
    Text("share_name"),
    Text("partition_spec"),
    Boolean("cdf_enabled"),
    Long("start_version"),
    Text("shared_as_schema"),
    Text("shared_as_table"),
    Text("comment"),
];

const SCHEMA_SHARE_USAGE: &[Empty] = &[Text("catalog_name"), Text("schema_name"), Text("share_name")];

macro_rules! empty_relations {
    ($($name:ident: $columns:expr,)+) => {
        $(
            pub(super) fn $name(_: &Transaction<'_>, _: &Access, _: &Scope) -> Result<RecordBatch, SqlError> {
                Ok(RecordBatch::new_empty(Arc::new(schema($columns))))
            }
        )+
    };
}

empty_relations! {
    shares: SHARES,
    recipients: RECIPIENTS,
    providers: PROVIDERS,
    share_recipient_privileges: SHARE_RECIPIENT_PRIVILEGES,
    table_share_usage: TABLE_SHARE_USAGE,
    schema_share_usage: SCHEMA_SHARE_USAGE,
}

fn schema(columns: &[Empty]) -> Schema {
    let field = |column: &Empty| match column {
        Text(name) => Field::new(*name, DataType::Utf8, true),
        Long(name) => Field::new(*name, DataType::Int64, true),
        Boolean(name) => Field::new(*name, DataType::Boolean, true),
        Timestamp(name) => {
            Field::new(*name, DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), true)
        }
    };
    Schema::new(columns.iter().map(field).collect::<Vec<_>>())
}
