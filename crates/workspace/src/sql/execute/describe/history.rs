//! `DESCRIBE HISTORY`: read from the commit files alone, because plans of whole catalogs send it for every table.

use crate::delta::schema::{DataType, StructField, StructType};
use crate::delta::{CommitSummary, history};
use crate::sql::SqlError;
use crate::sql::ast::TableReference;
use crate::sql::execute::context::Context;
use crate::sql::execute::rows::{result, text_map, text_map_type, timestamp};
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
        Some(text_map(&commit.operation_parameters)),
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
