//! `RESTORE`, `OPTIMIZE`, `REORG` and `VACUUM`.

use std::collections::HashSet;

use clxs_api::Identifier;
use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::Int32Type;
use datafusion::physical_expr::utils::collect_columns;
use datafusion::sql::sqlparser::ast::Expr;
use futures::TryStreamExt as _;
use serde_json::Value;

use super::context::Context;
use super::guards;
use super::modified::Written;
use super::query::{self, Choice, candidates, sql_error};
use super::rows::{counts, result, text_result};
use super::table_rows::{Presence, Writing, write_files_and};
use crate::delta::schema::{DataType, StructField, StructType};
use crate::delta::{
    DeltaError, FILE, OptimizeMetrics, OptimizeRequest, Pin, RestoreMetrics, Snapshot, TableLocation,
    VacuumRequest,
};
use crate::metastore::{TableRow, Transaction};
use crate::sql::SqlError;
use crate::sql::ast::{Optimize, Restore, Vacuum};
use crate::warehouse::StatementResult;

/// How many files a dry run lists, as on the platform.
const LISTED: usize = 1000;

pub(super) async fn restore(context: &Context, statement: Restore) -> Result<StatementResult, SqlError> {
    let row = context.writable_table(&statement.table, "RESTORE").await?;
    let (location, user) = (context.location(&row)?, context.user());
    let pin = query::pin(context, Some(statement.as_of)).await?;
    let restored = context.blocking(move |engine| {
        crate::delta::restore(engine, &location, pin, &user).map_err(|error| cannot_restore(error, pin))
    });
    let writing = Writing { row, presence: Presence::Existing };
    let forget = |tx: &Transaction<'_>, row: &TableRow| Ok(guards::forget_lost_columns(tx, row)?);
    Ok(restored_files(write_files_and(context, writing, restored, forget).await?))
}

/// Time travel of a RESTORE has classes of its own.
fn cannot_restore(error: DeltaError, pin: Pin) -> DeltaError {
    match (pin, error) {
        (
            Pin::Version(_) | Pin::Timestamp(_),
            error @ (DeltaError::VersionNotFound { .. }
            | DeltaError::TimestampAfterLatest { .. }
            | DeltaError::TimestampBeforeEarliest { .. }),
        ) => DeltaError::CannotRestore { reason: Box::new(error) },
        (_, error) => error,
    }
}

/// The result (facts/sql.md §8).
fn restored_files(metrics: RestoreMetrics) -> StatementResult {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    counts([
        ("table_size_after_restore", metrics.table_size),
        ("num_of_files_after_restore", count(metrics.num_files)),
        ("num_removed_files", count(metrics.num_removed_files)),
        ("num_restored_files", count(metrics.num_restored_files)),
        ("removed_files_size", metrics.removed_size),
        ("restored_files_size", metrics.restored_size),
    ])
}

pub(super) async fn optimize(context: &Context, statement: Optimize) -> Result<StatementResult, SqlError> {
    let operation = if statement.purge { "REORG TABLE" } else { "OPTIMIZE" };
    let written = Written::open(context, &statement.table, None, operation).await?;
    require_order(&written.snapshot, &statement.order)?;
    let predicate = statement.predicate.as_ref().map(ToString::to_string);
    let chosen = match statement.predicate {
        None => None,
        Some(predicate) => Some(chosen(context, &written, predicate).await?),
    };
    let request = OptimizeRequest {
        chosen,
        predicate,
        order: statement.order.iter().map(|column| column.as_str().to_owned()).collect(),
        purge: statement.purge,
        user: context.user(),
    };
    context.gate.enter()?;
    let location = written.snapshot.location().to_string();
    let table = written.snapshot;
    let metrics = context.blocking(move |_| crate::delta::optimize(table, &request)).await?;
    optimized(location, &metrics)
}

fn require_order(table: &Snapshot, order: &[Identifier]) -> Result<(), SqlError> {
    if !order.is_empty() && !table.clustering_columns()?.is_empty() {
        return Err(SqlError::delta_clustering_with_zorder(order));
    }
    for column in order {
        if !table.schema().fields().any(|field| column.matches(&field.name)) {
            return Err(SqlError::delta_zorder_column_missing(column));
        }
        if table.metadata().partition_columns.iter().any(|partition| column.matches(partition)) {
            return Err(SqlError::delta_zorder_partition_column(column));
        }
    }
    Ok(())
}

/// The files whose partitions meet a predicate.
async fn chosen(
    context: &Context,
    written: &Written,
    mut predicate: Expr,
) -> Result<HashSet<String>, SqlError> {
    written.shorten(&mut predicate);
    let (rows, paths) = written.snapshot.positioned_rows()?;
    let provider = written.snapshot.clone().into_table_provider()?;
    let compiled = query::condition(context, &provider.schema(), &written.alias, predicate.clone()).await?;
    let partitions = &written.snapshot.metadata().partition_columns;
    for column in collect_columns(&compiled) {
        if !partitions.iter().any(|partition| partition == column.name()) {
            return Err(SqlError::delta_non_partition_column_reference(column.name(), partitions));
        }
    }
    let target = written.target(context, rows).await?;
    let rows = candidates(context, target, Choice::Where(Some(Box::new(predicate))), Vec::new()).await?;
    let file = rows.target(FILE).alias(FILE);
    let files: Vec<_> = rows.project(vec![file])?.stream().await?.try_collect().await.map_err(sql_error)?;
    let mut chosen = HashSet::new();
    for batch in &files {
        let indices = batch.column(0).as_primitive::<Int32Type>();
        let indices = indices.values().iter().filter_map(|index| usize::try_from(*index).ok());
        chosen.extend(indices.filter_map(|index| paths.get(index).cloned()));
    }
    Ok(chosen)
}

fn optimized(location: String, metrics: &OptimizeMetrics) -> Result<StatementResult, SqlError> {
    let value = metrics.to_json();
    let columns = vec![("path", DataType::STRING), ("metrics", struct_of(&value)?)];
    Ok(result(columns, vec![vec![Some(location), Some(texts(value).to_string())]]))
}

/// The type of a JSON object of numbers and objects.
fn struct_of(value: &Value) -> Result<DataType, SqlError> {
    Ok(match value {
        Value::Object(fields) => {
            let fields =
                fields.iter().map(|(name, value)| Ok(StructField::nullable(name, struct_of(value)?)));
            let fields = fields.collect::<Result<Vec<_>, SqlError>>()?;
            let fields =
                StructType::try_new(fields).map_err(|error| SqlError::internal(error.to_string()))?;
            fields.into()
        }
        Value::Number(number) if number.is_f64() => DataType::DOUBLE,
        _ => DataType::LONG,
    })
}

/// Scalars in containers are texts in results (facts/settled.md §6).
fn texts(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, texts(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Null => Value::Null,
        other => Value::String(other.to_string()),
    }
}

pub(super) async fn vacuum(context: &Context, statement: Vacuum) -> Result<StatementResult, SqlError> {
    let written = Written::open(context, &statement.table, None, "VACUUM").await?;
    let dry_run = statement.dry_run;
    let request = VacuumRequest {
        retain_hours: statement.retain_hours,
        dry_run,
        clones: shallow_clones(context, &written).await?,
        user: context.user(),
    };
    if !dry_run {
        context.gate.enter()?;
    }
    let location = written.snapshot.location().to_string();
    let table = written.snapshot;
    let files = context.blocking(move |_| crate::delta::vacuum(&table, &request)).await?;
    let listed = files.into_iter().take(LISTED).map(|file| [format!("file:{}", file.display())]);
    Ok(text_result(["path"], if dry_run { listed.collect() } else { vec![[location]] }))
}

/// The other tables that may need files of this one.
async fn shallow_clones(context: &Context, written: &Written) -> Result<Vec<Snapshot>, SqlError> {
    let rows = context.read(|tx, _| Ok(tx.shallow_clones()?)).await?;
    let mut clones = Vec::new();
    for location in rows.iter().filter_map(|row| row.location.as_deref()) {
        let location = TableLocation::parse(location)?;
        if location != *written.snapshot.location() {
            clones.push(context.snapshot(location, Pin::Latest).await?);
        }
    }
    Ok(clones)
}
