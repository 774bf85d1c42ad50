//! The rows of a table behind its row filter and its column masks.
//!
//! What the guards leave is a table of its own to the query around it: it is planned and optimised apart, so that no
//! condition of the query is ever computed on a row that the filter hides, nor on a value that a mask replaces. An
//! error of such a condition would tell what it met.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::tree_node::TreeNode as _;
use datafusion::common::{Column, DFSchema};
use datafusion::datasource::{TableType, provider_as_source};
use datafusion::error::Result as QueryResult;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::logical_expr::{Expr as PlanExpr, ExprSchemable as _, LogicalPlan, LogicalPlanBuilder, col};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use datafusion::sql::sqlparser::ast::{Expr, ExprWithAlias};
use uuid::Uuid;

use super::candidates::Target;
use super::error::sql_error;
use super::relations::Reader;
use super::routines::{self, Rights};
use super::udf::cast_to;
use super::{coerce, rewrite, session, session_values, syntax};
use crate::delta::Snapshot;
use crate::metastore::{Guard, GuardArgument, TableGuards, TableRow};
use crate::sql::execute::Context;
use crate::sql::{SqlError, is_literal, parse_expression};

/// What the columns of the table are qualified with in the plan.
const ROWS: &str = "@rows";

/// The rows of a table as whoever the query runs for sees them.
///
/// # Errors
/// Functions that are not there or do not fit; `UNSUPPORTED_FEATURE` for one that reads the table itself, and where
/// everybody must see the same.
pub(super) async fn guarded(
    reader: &Reader,
    table: &TableRow,
    guards: &TableGuards,
    rows: Arc<dyn TableProvider>,
) -> Result<Arc<dyn TableProvider>, SqlError> {
    if guards.is_empty() {
        return Ok(rows);
    }
    reader
        .values()
        .require_any_asker(format_args!("a row filter or column mask of {}", table.full_name()))?;
    seen(&reader.guarding(table), guards, rows, None).await
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
    let reader = Reader::new(context.clone(), session_values(context).await?).guarding(table);
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
    let mut plan = LogicalPlanBuilder::scan(ROWS, provider_as_source(rows), None).map_err(sql_error)?;
    if let Some(filter) = &guards.row_filter {
        plan = plan.filter(call(reader, filter, None, &schema).await?).map_err(sql_error)?;
    }
    let mut values = Vec::new();
    for field in schema.fields() {
        let Some(mask) = guards.mask(field.name()) else {
            values.push(column(&schema, field.name())?);
            continue;
        };
        let masked = call(reader, mask, Some(field.name()), &schema).await?;
        let given = masked.get_type(plan.schema()).map_err(sql_error)?;
        // The documentation has the cast as part of a mask ("Automatic type casting for column masks").
        values.push(cast_to(masked, &given, field.data_type().clone()).alias(field.name()));
        if let Some(prefix) = kept {
            values.push(column(&schema, field.name())?.alias(format!("{prefix}{}", field.name())));
        }
    }
    let plan = plan.project(values).and_then(LogicalPlanBuilder::build).map_err(sql_error)?;
    let plan = coerce::plan(plan).map_err(sql_error)?;
    require_computable(&plan)?;
    let schema = Arc::clone(plan.schema().inner());
    Ok(Arc::new(Guarded { plan, schema }))
}

/// The query engine finds EXISTS and IN only in conditions, as which a filter is planned and a mask is not.
fn require_computable(plan: &LogicalPlan) -> Result<(), SqlError> {
    let is_found = |expr: &PlanExpr| {
        matches!(expr, PlanExpr::Exists(_) | PlanExpr::InSubquery(_) | PlanExpr::SetComparison(_))
    };
    let values = |node: &LogicalPlan| match node {
        LogicalPlan::Projection(projection) => projection.expr.clone(),
        _ => Vec::new(),
    };
    let refused = plan.exists(|node| {
        Ok(values(node).iter().any(|value| value.exists(|expr| Ok(is_found(expr))).unwrap_or(true)))
    });
    if refused.map_err(sql_error)? {
        let feature = "a column mask whose function has EXISTS or IN with a query";
        return Err(SqlError::unsupported_but(feature, "Compare with (SELECT count(*) FROM …)."));
    }
    Ok(())
}

/// The call of a guard's function on columns of a table. Whoever set the guard had the right to use the function; its
/// reader needs none.
async fn call(
    reader: &Reader,
    guard: &Guard,
    masked: Option<&str>,
    schema: &SchemaRef,
) -> Result<PlanExpr, SqlError> {
    let mut arguments = Vec::new();
    if let Some(name) = masked {
        arguments.push(column(schema, name)?);
    }
    for argument in &guard.arguments {
        arguments.push(match argument {
            GuardArgument::Column(name) => column(schema, name)?,
            GuardArgument::Constant(text) => constant(reader, text)?,
        });
    }
    let called = routines::call(reader, &guard.function, Rights::Granted, arguments).await;
    called.map_err(|error| match error.class {
        "ROUTINE_NOT_FOUND" | "SCHEMA_NOT_FOUND" => SqlError::guard_function_missing(&guard.function, error),
        _ => error,
    })
}

/// A guard for a column that is not there protects nothing: nothing is read then.
fn column(schema: &SchemaRef, name: &str) -> Result<PlanExpr, SqlError> {
    let found = schema.fields().iter().find(|field| field.name().to_lowercase() == name.to_lowercase());
    let found = found.ok_or_else(|| {
        let names: Vec<_> = schema.fields().iter().map(|field| field.name().clone()).collect();
        SqlError::unresolved_column(format_args!("`{name}`"), &names)
    })?;
    Ok(col(Column::new(Some(ROWS), found.name())))
}

fn constant(reader: &Reader, text: &str) -> Result<PlanExpr, SqlError> {
    let mut literal = constant_expression(text);
    rewrite::rewrite(&mut literal, reader.values())?;
    let literal = ExprWithAlias { expr: literal, alias: None };
    let (state, nothing) = (session::context(reader.context()).state(), DFSchema::empty());
    let planned = state.create_logical_expr_from_sql_expr(literal, &nothing).map_err(sql_error)?;
    coerce::expression(planned, &nothing).map_err(sql_error)
}

/// A constant as SQL writes it. How REST writes a string is UNCONFIRMED: what is no literal is one without its quotes.
fn constant_expression(text: &str) -> Expr {
    match parse_expression(text) {
        Ok(literal) if is_literal(&literal) => literal,
        _ => syntax::text(text),
    }
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
            plan = plan.project(fields.map(|field| col(Column::from(field))).collect::<Vec<_>>())?;
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
        Ok(Arc::new(StreamingTableExec::try_new(
            schema.clone(),
            partitions.collect(),
            None,
            [],
            false,
            None,
        )?))
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
