//! Queries: tables are resolved, the text is rewritten from Spark's meaning to DataFusion's, planned and run.
//!
//! Tables by name → [`relations`] with the rights of the principal → names in one spelling →
//! [`rewrite`] → a plan. Every statement has a session of DataFusion of its own, which holds nothing but the
//! tables of the statement.

mod arithmetic;
mod candidates;
mod casts;
mod coerce;
mod column_name;
mod common_type;
mod compute;
mod decimal;
mod described;
mod error;
mod functions;
mod generators;
mod guarded;
mod interruptible;
mod intervals;
mod lateral;
mod literals;
mod number_text;
mod output;
mod over;
mod range;
mod refused;
mod relations;
mod render;
mod results;
mod rewrite;
mod routines;
mod session;
mod session_values;
mod spark_text;
mod special;
mod spelling;
mod syntax;
mod udf;
mod values;
mod view;
mod zone;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::Utc;
use clxs_api::FullName;
use datafusion::arrow::array::{ArrayRef, RecordBatch};
use datafusion::common::runtime::SpawnedTask;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement as PlannerStatement;
use datafusion::sql::sqlparser::ast::{Expr, Query, SelectItem, Statement};
use futures::{StreamExt, TryStreamExt};

pub(super) use candidates::{Candidates, Choice, SOURCE, Target, candidates};
pub(crate) use compute::Compute;
pub(crate) use error::sql_error;
pub(super) use functions::{computed as computed_functions, is_aggregate, is_known as is_known_function};
pub(super) use guarded::{changeable, require_fitting};
pub(super) use output::table_schema;
pub(super) use over::{condition, has_subquery, plan_over, text_of};
pub(super) use relations::pin;
pub(crate) use render::rows as texts_of;
pub(super) use routines::{
    Checked, check as check_routine, check_defaults, check_table as check_table_routine, column_in,
    named as routines_named, unresolved,
};
use session_values::SessionValues;
use spelling::Spelling;
pub(super) use syntax::{literal, marked};
pub(super) use udf::{FieldsBy, assigned};

use super::Context;
use crate::delta::schema::StructField;
use crate::metastore::PrincipalKind;
use crate::sql::SqlError;
use crate::warehouse::{Rows, StatementResult};

/// The most a result may take of the memory that all statements share.
const RESULT_BYTES: u64 = 1 << 30;

/// A query ready to run.
pub(super) struct Planned {
    session: SessionContext,
    pub(super) plan: LogicalPlan,
    /// Name, type and nullability of each column.
    pub(super) fields: Vec<StructField>,
}

/// Runs a query to its last row.
pub(super) async fn execute(context: &Context, query: Query) -> Result<StatementResult, SqlError> {
    let planned = plan(context, query).await?;
    let columns = planned.fields.iter().enumerate();
    let columns = columns.map(|(position, field)| intervals::result_column(position, field)).collect();
    let planned =
        planned.limited(context.row_limit())?.for_results(context.session().configuration.time_zone())?;
    let rows = Rows::Batches(planned.collect().await?);
    Ok(StatementResult { columns, rows })
}

/// Plans a query with the rights and the defaults of the session.
///
/// # Errors
/// Missing tables, columns and privileges; `UNSUPPORTED_FEATURE` naming what is not computed here.
pub(super) async fn plan(context: &Context, query: Query) -> Result<Planned, SqlError> {
    let values = session_values(context).await?;
    plan_with(&relations::Reader::new(context.clone(), values), query).await
}

/// Plans the query of a view that is being made.
///
/// # Errors
/// Those of [`plan`]; `RECURSIVE_VIEW`.
pub(super) async fn plan_view(context: &Context, view: FullName, query: Query) -> Result<Planned, SqlError> {
    let values = session_values(context).await?;
    plan_with(&relations::Reader::for_view(context.clone(), values, view), query).await
}

/// Checks that whoever gives a view of somebody else this query reads nothing by it that is not theirs: they may read it, and
/// it gives them what it gives the owner.
///
/// # Errors
/// Those of [`plan_view`]; `UNSUPPORTED_FEATURE` for what depends on who asks.
pub(super) async fn require_alike_for_owner(
    context: &Context,
    view: FullName,
    query: Query,
) -> Result<(), SqlError> {
    let values = SessionValues { alike_for_all: true, ..session_values(context).await? };
    plan_with(&relations::Reader::for_view(context.clone(), values, view), query).await.map(drop)
}

async fn plan_with(reader: &relations::Reader, mut query: Query) -> Result<Planned, SqlError> {
    let session = session::context(reader.context());
    let spelling = relations::register(reader, &session, &mut query, Spelling::default()).await?;
    routines::register(reader, &session, &mut query).await?;
    rewrite::rewrite(&mut query, reader.values())?;
    spelling.apply(&mut query);
    let names = output::Names::take(&mut query);
    planned(session, query, &names).await
}

/// Plans a query that says what it means to DataFusion; the session has its tables.
async fn planned(session: SessionContext, query: Query, names: &output::Names) -> Result<Planned, SqlError> {
    let statement = PlannerStatement::Statement(Box::new(Statement::Query(Box::new(query))));
    let plan = session.state().statement_to_plan(statement).await.map_err(sql_error)?;
    let plan = coerce::plan(plan).map_err(sql_error)?;
    let fields = output::fields(plan.schema().as_arrow(), names)?;
    Ok(Planned { session, plan, fields })
}

impl Planned {
    /// The query up to one row more than are read, which tells that there are more.
    fn limited(self, rows: Option<u64>) -> Result<Self, SqlError> {
        let Some(rows) = rows else { return Ok(self) };
        let fetch = usize::try_from(rows.saturating_add(1)).unwrap_or(usize::MAX);
        let plan = LogicalPlanBuilder::from(self.plan).limit(0, Some(fetch));
        let plan = plan.and_then(LogicalPlanBuilder::build).map_err(sql_error)?;
        Ok(Self { plan, ..self })
    }

    /// The query with other names for its columns.
    pub(super) fn renamed(self, fields: &[StructField]) -> Result<Self, SqlError> {
        let columns = over::columns(&self.plan).zip(fields).map(|(column, field)| column.alias(&field.name));
        let columns: Vec<_> = columns.collect();
        let plan = LogicalPlanBuilder::from(self.plan).project(columns).and_then(LogicalPlanBuilder::build);
        Ok(Self { plan: plan.map_err(sql_error)?, fields: fields.to_vec(), ..self })
    }

    /// Runs the query to its last row. The rows of its partitions follow one another, as in Spark.
    async fn collect(&self) -> Result<Vec<RecordBatch>, SqlError> {
        let frame = self.session.execute_logical_plan(self.plan.clone()).await.map_err(sql_error)?;
        let streams = frame.execute_stream_partitioned().await.map_err(sql_error)?;
        let bytes = Arc::new(AtomicU64::new(0));
        // Dropping the tasks ends them.
        let tasks = streams.into_iter().map(|stream| SpawnedTask::spawn(drain(stream, Arc::clone(&bytes))));
        let mut batches = Vec::new();
        for task in tasks.collect::<Vec<_>>() {
            let drained = task.join().await;
            batches
                .extend(drained.map_err(|error| SqlError::internal(error.to_string()).with_source(error))??);
        }
        Ok(batches)
    }

    /// Begins to run the query.
    pub(super) async fn stream(&self) -> Result<SendableRecordBatchStream, SqlError> {
        let frame = self.session.execute_logical_plan(self.plan.clone()).await.map_err(sql_error)?;
        frame.execute_stream().await.map_err(sql_error)
    }

    /// Runs the query for its first value.
    pub(super) async fn first_value(&self) -> Result<Option<ArrayRef>, SqlError> {
        let batches: Vec<_> = self.stream().await?.try_collect().await.map_err(sql_error)?;
        let batch = batches.into_iter().find(|batch| batch.num_rows() > 0);
        Ok(batch.map(|batch| Arc::clone(batch.column(0))))
    }
}

/// The batches of a partition, while those of all together do not grow too large.
async fn drain(
    mut stream: SendableRecordBatchStream,
    bytes: Arc<AtomicU64>,
) -> Result<Vec<RecordBatch>, SqlError> {
    let mut batches = Vec::new();
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(sql_error)?;
        let size = batch.get_array_memory_size() as u64;
        if bytes.fetch_add(size, Ordering::Relaxed) + size > RESULT_BYTES {
            return Err(SqlError::result_beyond_memory(RESULT_BYTES));
        }
        batches.push(batch);
    }
    Ok(batches)
}

/// The value of a constant expression.
async fn constant(context: &Context, expression: Expr) -> Result<Option<ArrayRef>, SqlError> {
    let query = syntax::select(vec![SelectItem::UnnamedExpr(expression)])?;
    Box::pin(plan(context, query)).await?.first_value().await
}

async fn session_values(context: &Context) -> Result<SessionValues, SqlError> {
    let (identities, groups) = context
        .read(|tx, access| Ok((access.identities().to_vec(), tx.groups_of(access.principal())?)))
        .await?;
    let of_workspace = groups.into_iter().filter(|group| group.kind == PrincipalKind::WorkspaceGroup);
    Ok(SessionValues {
        user: context.user(),
        catalog: context.session().catalog.as_str().to_owned(),
        schema: context.session().schema.as_str().to_owned(),
        time_zone: context.session().configuration.time_zone().to_owned(),
        groups: identities.into_iter().skip(1).collect(),
        workspace_groups: of_workspace.map(|group| group.name).collect(),
        now: Utc::now(),
        alike_for_all: false,
    })
}
