//! `DESCRIBE HISTORY`: read from the commit files alone, because plans of whole catalogs send it for every table.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{Array, RecordBatch, new_null_array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{Field, Schema};
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use serde_json::{Map, Value};

use crate::delta::schema::{DataType, StructField, StructType};
use crate::delta::{CommitSummary, history};
use crate::sql::SqlError;
use crate::sql::ast::TableReference;
use crate::sql::execute::changes::arrow_type;
use crate::sql::execute::context::Context;
use crate::sql::execute::query::sql_error;
use crate::sql::execute::rows::{result, text_map, text_map_type, timestamp};
use crate::sql::execute::views;
use crate::warehouse::{Row, StatementResult};

pub(super) async fn execute(
    context: &Context,
    table: &TableReference,
    limit: Option<usize>,
) -> Result<StatementResult, SqlError> {
    let location = context.readable_files(table, |_| SqlError::delta_describe_view_history()).await?.location;
    let commits = context.blocking(move |_| history(&location, limit)).await?;
    Ok(result(columns()?, commits.iter().map(row).collect()))
}

/// The same as a table of a query.
pub(in crate::sql::execute) async fn provider(
    context: &Context,
    table: &TableReference,
    limit: Option<usize>,
) -> Result<Arc<dyn TableProvider>, SqlError> {
    let batch = execute(context, table, limit).await?.into_batch()?;
    let fields = columns()?.into_iter().map(|(name, data_type)| StructField::nullable(name, data_type));
    let typed = fields.zip(batch.columns()).map(|(field, values)| {
        let data_type = arrow_type(&field)?;
        // What is nowhere known has no texts to be read.
        let values = if values.null_count() == values.len() {
            new_null_array(&data_type, values.len())
        } else {
            cast(values, &data_type)
                .map_err(|error| SqlError::internal(error.to_string()).with_source(error))?
        };
        Ok((Field::new(field.name(), data_type, true), values))
    });
    let (fields, columns): (Vec<_>, Vec<_>) =
        typed.collect::<Result<Vec<_>, SqlError>>()?.into_iter().unzip();
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns);
    let batch = batch.map_err(|error| SqlError::internal(error.to_string()).with_source(error))?;
    Ok(Arc::new(MemTable::try_new(schema, vec![vec![batch]]).map_err(sql_error)?))
}

/// The columns in their order (facts/settled.md §5).
fn columns() -> Result<Vec<(&'static str, DataType)>, SqlError> {
    let text = || DataType::STRING;
    Ok(vec![
        ("version", DataType::LONG),
        ("timestamp", DataType::TIMESTAMP),
        ("userId", text()),
        ("userName", text()),
        ("operation", text()),
        ("operationParameters", text_map_type()),
        ("job", text_struct(["jobId", "jobName", "jobRunId", "runId", "jobOwnerId", "triggerType"])?),
        ("notebook", text_struct(["notebookId"])?),
        ("clusterId", text()),
        ("readVersion", DataType::LONG),
        ("isolationLevel", text()),
        ("isBlindAppend", DataType::BOOLEAN),
        ("operationMetrics", text_map_type()),
        ("userMetadata", text()),
        ("engineInfo", text()),
    ])
}

fn text_struct<const N: usize>(fields: [&str; N]) -> Result<DataType, SqlError> {
    let fields = fields.map(|name| StructField::nullable(name, DataType::STRING));
    let fields = StructType::try_new(fields).map_err(|error| SqlError::internal(error.to_string()))?;
    Ok(fields.into())
}

fn row(commit: &CommitSummary) -> Row {
    vec![
        Some(commit.version.to_string()),
        timestamp(commit.timestamp),
        commit.user_id.clone(),
        commit.user_name.clone(),
        commit.operation.clone(),
        Some(text_map(&shown_parameters(commit.operation_parameters.clone()))),
        None,
        None,
        None,
        commit.read_version.map(|version| version.to_string()),
        commit.isolation_level.clone(),
        commit.is_blind_append.map(|blind| blind.to_string()),
        Some(text_map(&commit.operation_metrics)),
        commit.user_metadata.clone(),
        commit.engine_info.clone(),
    ]
}

/// The parameters without the properties that are the platform's own.
fn shown_parameters(mut parameters: BTreeMap<String, String>) -> BTreeMap<String, String> {
    if let Some(text) = parameters.get_mut("properties")
        && let Ok(mut properties) = serde_json::from_str::<Map<String, Value>>(text)
        && properties.keys().any(|key| views::is_internal(key))
    {
        properties.retain(|key, _| !views::is_internal(key));
        *text = Value::Object(properties).to_string();
    }
    parameters
}
