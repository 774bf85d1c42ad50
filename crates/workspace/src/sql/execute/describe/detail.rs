//! `DESCRIBE DETAIL`.

use crate::delta::schema::{ArrayType, DataType};
use crate::delta::{Pin, Snapshot, TableDetail};
use crate::sql::SqlError;
use crate::sql::ast::TableReference;
use crate::sql::execute::context::Context;
use crate::sql::execute::rows::{result, text_array, text_map, text_map_type, timestamp};
use crate::sql::execute::views;
use crate::warehouse::{Row, StatementResult};

pub(super) async fn execute(context: &Context, table: &TableReference) -> Result<StatementResult, SqlError> {
    let files =
        context.readable_files(table, |view| SqlError::delta_describe_detail_view(view.full_name())).await?;
    let location = files.location;
    let detail =
        context.blocking(move |engine| Snapshot::open(engine, &location, Pin::Latest)?.detail()).await?;
    Ok(result(columns(), vec![row(files.name, &detail)]))
}

/// The columns in their order (facts/sql.md §3).
fn columns() -> Vec<(&'static str, DataType)> {
    let texts = || DataType::from(ArrayType::new(DataType::STRING, true));
    vec![
        ("format", DataType::STRING),
        ("id", DataType::STRING),
        ("name", DataType::STRING),
        ("description", DataType::STRING),
        ("location", DataType::STRING),
        ("createdAt", DataType::TIMESTAMP),
        ("lastModified", DataType::TIMESTAMP),
        ("partitionColumns", texts()),
        ("clusteringColumns", texts()),
        ("numFiles", DataType::LONG),
        ("sizeInBytes", DataType::LONG),
        ("properties", text_map_type()),
        ("minReaderVersion", DataType::INTEGER),
        ("minWriterVersion", DataType::INTEGER),
        ("tableFeatures", texts()),
    ]
}

/// The name is that of the catalog; tables that are named by their folder have none.
fn row(name: Option<String>, detail: &TableDetail) -> Row {
    let mut properties = detail.properties.clone();
    properties.retain(|key, _| !views::is_internal(key));
    vec![
        Some(detail.format.to_owned()),
        Some(detail.id.clone()),
        name,
        detail.description.clone(),
        Some(detail.location.clone()),
        detail.created_at.and_then(timestamp),
        timestamp(detail.last_modified),
        Some(text_array(&detail.partition_columns)),
        Some(text_array(&detail.clustering_columns)),
        Some(detail.num_files.to_string()),
        Some(detail.size_in_bytes.to_string()),
        Some(text_map(&properties)),
        Some(detail.min_reader_version.to_string()),
        Some(detail.min_writer_version.to_string()),
        Some(text_array(&detail.table_features)),
    ]
}
