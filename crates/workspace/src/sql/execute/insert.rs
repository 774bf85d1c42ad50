//! `INSERT INTO`, `INSERT OVERWRITE` and `INSERT INTO … REPLACE WHERE`.

mod assignment;
mod defaults;

use clxs_api::Identifier;
use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Ident};
use serde_json::json;

pub(super) use assignment::assigned_to;

use super::changes::{Changes, identities};
use super::checks::{compiled, constraints};
use super::context::Context;
use super::modified::{Written, begin, may_read, partition_conditions};
use super::query::{self, Choice, FieldsBy, Planned, candidates};
use super::rows::counts;
use crate::delta::schema::StructField;
use crate::delta::{
    Check, DeltaError, PartitionConditions, RowChange, WriteMetrics, WriteMode, WriteRequest, append,
};
use crate::sql::SqlError;
use crate::sql::ast::{Assignment, Insert};
use crate::warehouse::StatementResult;

/// The name of the check that new rows are among those that are replaced.
const REPLACE_WHERE: &str = "replaceWhere";

pub(super) async fn execute(context: &Context, mut insert: Insert) -> Result<StatementResult, SqlError> {
    let written = Written::to_write(context, &insert.table, "INSERT").await?;
    let schema = written.schema();
    let reads = may_read(context, &written, &insert.source).await?;
    list_columns(&mut insert, &written)?;
    defaults::fill(&mut insert.source, schema, &mut insert.columns)?;
    let source = query::plan(context, *insert.source).await?;
    let columns = assignment::columns(&written.name, schema, &source, &insert.columns, insert.by_name)?;
    let given = |field: &StructField| {
        let position = schema.fields().position(|column| column.name == field.name);
        position.is_some_and(|position| columns[position].is_some())
    };
    let identities = identities(schema, given);
    let fields_by = if insert.by_name { FieldsBy::Name } else { FieldsBy::Position };
    let how = (insert.partition.as_slice(), fields_by);
    let rows = assignment::plan(context, &written.name, schema, source, &columns, how).await?;
    let overwritten = insert.overwrite.then(|| partition_predicate(&insert.partition)).flatten();
    if let Some(predicate) = insert.replace_where.or(overwritten) {
        return replace_where(context, &written, (rows, reads), predicate, identities).await;
    }
    let provider = written.snapshot.clone().into_table_provider()?;
    let request = WriteRequest {
        mode: if insert.overwrite { WriteMode::Overwrite } else { WriteMode::Append },
        checks: compiled(context, &provider.schema(), constraints(&written.snapshot)).await?,
        reads,
        identities,
        user: context.user(),
    };
    let rows = rows.stream().await?;
    context.gate.enter()?;
    Ok(inserted(append(written.snapshot, rows, &request).await?))
}

/// Columns whose value the PARTITION clause gives are none of the source's.
fn list_columns(insert: &mut Insert, written: &Written) -> Result<(), SqlError> {
    if insert.partition.is_empty() {
        return Ok(());
    }
    let partitions = &written.snapshot.metadata().partition_columns;
    for Assignment { column, .. } in &insert.partition {
        if !column.0.iter().all(|name| partitions.iter().any(|partition| name.matches(partition))) {
            return Err(SqlError::non_partition_column(
                &column.0.iter().map(ToString::to_string).collect::<String>(),
            ));
        }
    }
    if insert.columns.is_empty() && !insert.by_name {
        let is_fixed = |name: &Identifier| {
            insert
                .partition
                .iter()
                .any(|fixed| fixed.column.0.iter().any(|column| column.matches(name.as_str())))
        };
        let names = written.schema().fields().map(|field| Identifier::new(field.name.clone()));
        let names: Vec<_> = names.collect::<Result<_, _>>().map_err(SqlError::invalid_identifier)?;
        insert.columns = names.into_iter().filter(|name| !is_fixed(name)).collect();
    }
    Ok(())
}

/// The rows of a partition.
fn partition_predicate(partition: &[Assignment]) -> Option<Expr> {
    let equal = |Assignment { column, value }: &Assignment| {
        let column = column.0.last().map_or("", Identifier::as_str);
        Expr::BinaryOp {
            left: Box::new(Expr::Identifier(Ident::with_quote('`', column))),
            op: BinaryOperator::Spaceship,
            right: Box::new(value.clone()),
        }
    };
    partition.iter().map(equal).reduce(|left, right| Expr::BinaryOp {
        left: Box::new(left),
        op: BinaryOperator::And,
        right: Box::new(right),
    })
}

/// Rows that meet a condition go, rows that meet it come; they may have been computed from others of the table.
async fn replace_where(
    context: &Context,
    written: &Written,
    (rows, reads): (Planned, bool),
    predicate: Expr,
    identities: Vec<String>,
) -> Result<StatementResult, SqlError> {
    let partitions = json!(written.snapshot.metadata().partition_columns).to_string();
    let parameters =
        vec![("mode", "Overwrite".to_owned()), ("partitionBy", partitions), written.predicate(&predicate)];
    let provider = written.snapshot.clone().into_table_provider()?;
    let condition = query::condition(context, &provider.schema(), &written.alias, predicate.clone()).await?;
    let check = Check {
        name: REPLACE_WHERE.to_owned(),
        expression: predicate.to_string(),
        predicate: condition,
        hidden: Vec::new(),
    };
    let partitions = if reads {
        PartitionConditions::new()
    } else {
        partition_conditions(context, written, &predicate).await?
    };
    let modification = begin(context, written, "WRITE", parameters, identities).await?;
    let modification = modification.with_check(check).with_partitions(partitions);
    let mut changes = Changes::new(&written.name, written.schema(), &written.alias);
    changes.delete(RowChange::Delete, None)?;
    let target = written.target(context, modification.rows()?).await?;
    let gone =
        candidates(context, target, Choice::Where(Some(Box::new(predicate))), changes.expressions()).await?;
    let gone = changes.plan(context, gone).await?;
    let modification = modification.take(gone.stream().await?).await?;
    let modification = modification.insert(rows.stream().await?).await.map_err(mismatch)?;
    context.gate.enter()?;
    let metrics = modification.commit().await?;
    let rows = i64::try_from(metrics.num_inserted()).unwrap_or(i64::MAX);
    Ok(counts([("num_affected_rows", rows), ("num_inserted_rows", rows)]))
}

fn mismatch(error: DeltaError) -> SqlError {
    match error {
        DeltaError::CheckViolated { name, expression, values } if name == REPLACE_WHERE => {
            SqlError::delta_replace_where_mismatch(&expression, &values)
        }
        other => other.into(),
    }
}

/// The result of a statement that writes rows (facts/settled.md §6).
pub(super) fn inserted(metrics: WriteMetrics) -> StatementResult {
    let rows = i64::try_from(metrics.num_output_rows).unwrap_or(i64::MAX);
    counts([("num_affected_rows", rows), ("num_inserted_rows", rows)])
}
