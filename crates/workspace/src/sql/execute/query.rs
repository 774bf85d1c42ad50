//! Queries: tables are resolved, the text is rewritten from Spark's meaning to DataFusion's, planned and run.
//!
//! Tables by name → [`relations`] with the rights of the principal → names in one spelling →
//! [`rewrite`] → a plan. Every statement has a session of DataFusion of its own, which holds nothing but the
//! tables of the statement.

mod arithmetic;
mod candidates;
mod casts;
mod column_name;
mod error;
mod functions;
mod number_text;
mod output;
mod over;
mod range;
mod refused;
mod relations;
mod render;
mod rewrite;
mod session;
mod session_values;
mod spark_text;
mod spelling;
mod syntax;
mod udf;
mod values;

use std::sync::Arc;

use chrono::Utc;
use clxs_api::FullName;
use datafusion::arrow::array::ArrayRef;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::SessionContext;
use datafusion::sql::parser::Statement as PlannerStatement;
use datafusion::sql::sqlparser::ast::{Expr, Query, SelectItem, Statement};
use futures::{StreamExt, TryStreamExt};

pub(super) use candidates::{Candidates, Choice, SOURCE, Target, candidates};
pub(crate) use error::sql_error;
pub(super) use output::table_schema;
pub(super) use over::{condition, has_subquery, plan_over, text_of};
pub(super) use relations::pin;
use session_values::SessionValues;
use spelling::Spelling;
pub(super) use syntax::{literal, marked};
pub(super) use udf::assigned;

use super::Context;
use super::types::result_column;
use crate::delta::schema::StructField;
use crate::sql::SqlError;
use crate::warehouse::StatementResult;

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
    let columns =
        columns.map(|(position, field)| result_column(position, &field.name, &field.data_type)).collect();
    let mut batches = planned.stream().await?;
    let mut rows = Vec::new();
    while let Some(batch) = batches.next().await {
        rows.extend(render::rows(&batch.map_err(sql_error)?)?);
    }
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

async fn plan_with(reader: &relations::Reader, mut query: Query) -> Result<Planned, SqlError> {
    let session = session::context();
    let spelling = relations::register(reader, &session, &mut query, Spelling::default()).await?;
    rewrite::rewrite(&mut query, reader.values())?;
    spelling.apply(&mut query);
    let names = output::Names::take(&mut query);
    planned(session, query, &names).await
}

/// Plans a query that says what it means to DataFusion; the session has its tables.
async fn planned(session: SessionContext, query: Query, names: &output::Names) -> Result<Planned, SqlError> {
    let statement = PlannerStatement::Statement(Box::new(Statement::Query(Box::new(query))));
    let plan = session.state().statement_to_plan(statement).await.map_err(sql_error)?;
    casts::check_plan(&plan).map_err(sql_error)?;
    let fields = output::fields(plan.schema().as_arrow(), names)?;
    Ok(Planned { session, plan, fields })
}

impl Planned {
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

/// The value of a constant expression.
async fn constant(context: &Context, expression: Expr) -> Result<Option<ArrayRef>, SqlError> {
    let query = syntax::select(vec![SelectItem::UnnamedExpr(expression)])?;
    Box::pin(plan(context, query)).await?.first_value().await
}

async fn session_values(context: &Context) -> Result<SessionValues, SqlError> {
    let identities = context.read(|_, access| Ok(access.identities().to_vec())).await?;
    Ok(SessionValues {
        user: context.user(),
        catalog: context.session().catalog.as_str().to_owned(),
        schema: context.session().schema.as_str().to_owned(),
        groups: identities.into_iter().skip(1).collect(),
        now: Utc::now(),
    })
}
