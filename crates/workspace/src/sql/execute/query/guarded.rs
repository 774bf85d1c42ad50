//! The rows of a table behind its row filter and its column masks.
//!
//! What the guards leave is a table of its own to the query around it: it is planned and optimised apart, so that no
//! condition of the query is ever computed on a row that the filter hides, nor on a value that a mask replaces. An
//! error of such a condition would tell what it met.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Column;
use datafusion::datasource::TableType;
use datafusion::error::Result as QueryResult;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr as PlanExpr, LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use datafusion::sql::sqlparser::ast::{Expr, Ident, Query, SelectItem, SetExpr};
use uuid::Uuid;

use super::candidates::Target;
use super::over::select_over;
use super::relations::Reader;
use super::udf::cast_to;
use super::{Planned, session_values, syntax};
use crate::delta::Snapshot;
use crate::metastore::{Guard, GuardArgument, TableGuards, TableRow};
use crate::sql::execute::Context;
use crate::sql::{SqlError, parse_expression};

/// The rows of a table as whoever the query runs for sees them.
///
/// # Errors
/// Functions that are not there or do not fit; `UNSUPPORTED_FEATURE` for one that reads the table itself.
pub(super) async fn guarded(
    reader: &Reader,
    table: &TableRow,
    guards: &TableGuards,
    rows: Arc<dyn TableProvider>,
) -> Result<Arc<dyn TableProvider>, SqlError> {
    if guards.is_empty() {
        return Ok(rows);
    }
    seen(&reader.within(table)?, guards, rows, None).await
}

/// The rows that a statement may change: those that its principal sees, with the values that it sees. What a changed
/// row keeps is beside, under names that nobody can write.
///
/// # Errors
/// Those of [`guarded`].
pub(in crate::sql::execute) async fn changeable<'a>(
    context: &Context,
    (table, guards): (&TableRow, &TableGuards),
    alias: &'a str,
    snapshot: &'a Snapshot,
    rows: Arc<dyn TableProvider>,
) -> Result<Target<'a>, SqlError> {
    if guards.is_empty() {
        return Ok(Target { alias, snapshot, rows, kept: None });
    }
    let reader = Reader::new(context.clone(), session_values(context).await?).within(table)?;
    let kept = format!("@{} ", Uuid::new_v4());
    let rows = seen(&reader, guards, rows, Some(&kept)).await?;
    Ok(Target { alias, snapshot, rows, kept: Some(kept) })
}

/// Refuses guards whose functions do not take what they are given, or give what is not wanted.
///
/// # Errors
/// Those of [`guarded`]; `DATATYPE_MISMATCH`.
pub(in crate::sql::execute) async fn require_fitting(
    context: &Context,
    table: &TableRow,
    guards: &TableGuards,
    rows: Arc<dyn TableProvider>,
) -> Result<(), SqlError> {
    let reader = Reader::new(context.clone(), session_values(context).await?);
    guarded(&reader, table, guards, rows).await.map(drop)
}

async fn seen(
    reader: &Reader,
    guards: &TableGuards,
    rows: Arc<dyn TableProvider>,
    kept: Option<&str>,
) -> Result<Arc<dyn TableProvider>, SqlError> {
    let schema = rows.schema();
    let query = query(&schema, guards, kept)?;
    let planned = retyped(select_over(reader, rows, query).await?, &schema)?;
    let schema = Arc::clone(planned.plan.schema().inner());
    Ok(Arc::new(Guarded { plan: planned.plan, schema }))
}

/// `SELECT mask(column, …) AS column, … WHERE filter(…)`
fn query(schema: &SchemaRef, guards: &TableGuards, kept: Option<&str>) -> Result<Query, SqlError> {
    require_columns(schema, guards)?;
    let mut items = Vec::new();
    for field in schema.fields() {
        let Some(mask) = guards.mask(field.name()) else {
            items.push(named(column(field.name()), field.name()));
            continue;
        };
        items.push(named(call(mask, Some(field.name()))?, field.name()));
        if let Some(prefix) = kept {
            items.push(named(column(field.name()), &format!("{prefix}{}", field.name())));
        }
    }
    let mut query = syntax::select(items)?;
    if let (Some(filter), SetExpr::Select(select)) = (&guards.row_filter, query.body.as_mut()) {
        select.selection = Some(call(filter, None)?);
    }
    Ok(query)
}

/// A guard for a column that is not there protects nothing: nothing is read then.
fn require_columns(schema: &SchemaRef, guards: &TableGuards) -> Result<(), SqlError> {
    let is_there = |column: &str| schema.fields().iter().any(|field| field.name().eq_ignore_ascii_case(column));
    match guards.columns().find(|column| !is_there(column)) {
        None => Ok(()),
        Some(missing) => {
            let names: Vec<_> = schema.fields().iter().map(|field| field.name().clone()).collect();
            Err(SqlError::unresolved_column(format_args!("`{missing}`"), &names))
        }
    }
}

fn call(guard: &Guard, masked: Option<&str>) -> Result<Expr, SqlError> {
    let mut arguments: Vec<Expr> = masked.map(column).into_iter().collect();
    for argument in &guard.arguments {
        arguments.push(match argument {
            GuardArgument::Column(name) => column(name),
            GuardArgument::Constant(text) => parse_expression(text)?,
        });
    }
    Ok(syntax::call_of(&guard.function, arguments))
}

fn column(name: &str) -> Expr {
    Expr::Identifier(Ident::with_quote('`', name))
}

fn named(expr: Expr, alias: &str) -> SelectItem {
    SelectItem::ExprWithAlias { expr, alias: Ident::with_quote('`', alias) }
}

/// What a mask gives has the type of its column, by a cast where it must be (documentation of ABAC, "Automatic type
/// casting for column masks").
fn retyped(planned: Planned, schema: &SchemaRef) -> Result<Planned, SqlError> {
    let given: Vec<_> = planned.plan.schema().fields().iter().map(Arc::clone).collect();
    planned.project(|position, value| {
        let given = &given[position];
        match schema.field_with_name(given.name()) {
            Ok(wanted) if wanted.data_type() != given.data_type() => {
                cast_to(value, given.data_type(), wanted.data_type().clone()).alias(given.name())
            }
            _ => value,
        }
    })
}

/// A table that is planned apart from the query around it.
#[derive(Debug)]
struct Guarded {
    plan: LogicalPlan,
    schema: SchemaRef,
}

#[async_trait]
impl TableProvider for Guarded {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[PlanExpr],
        limit: Option<usize>,
    ) -> QueryResult<Arc<dyn ExecutionPlan>> {
        let mut plan = LogicalPlanBuilder::from(self.plan.clone());
        if let Some(projection) = projection {
            let fields = projection.iter().map(|index| self.plan.schema().qualified_field(*index));
            plan = plan.project(fields.map(|field| PlanExpr::Column(Column::from(field))).collect::<Vec<_>>())?;
        }
        if let Some(limit) = limit {
            plan = plan.limit(0, Some(limit))?;
        }
        let plan = state.create_physical_plan(&plan.build()?).await?;
        let schema = plan.schema();
        let partitions = 0..plan.properties().output_partitioning().partition_count();
        let partitions = partitions.map(|partition| -> Arc<dyn PartitionStream> {
            Arc::new(GuardedPartition { plan: Arc::clone(&plan), schema: Arc::clone(&schema), partition })
        });
        Ok(Arc::new(StreamingTableExec::try_new(schema.clone(), partitions.collect(), None, [], false, None)?))
    }
}

/// A partition of a plan that no rule of the planner around it looks into.
#[derive(Debug)]
struct GuardedPartition {
    plan: Arc<dyn ExecutionPlan>,
    schema: SchemaRef,
    partition: usize,
}

impl PartitionStream for GuardedPartition {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, context: Arc<TaskContext>) -> SendableRecordBatchStream {
        self.plan.execute(self.partition, context).unwrap_or_else(|error| {
            let failed = futures::stream::once(async { Err(error) });
            Box::pin(RecordBatchStreamAdapter::new(Arc::clone(&self.schema), failed))
        })
    }
}
