//! Queries and conditions of our own over rows at hand: values to be inserted, constraints, DELETE.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, SchemaRef};
use datafusion::catalog::TableProvider;
use datafusion::common::{Column, DFSchema};
use datafusion::datasource::ViewTable;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{Expr as PlanExpr, ExprSchemable as _, LogicalPlan, LogicalPlanBuilder, col};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::physical_plan::PhysicalExpr;
use datafusion::sql::sqlparser::ast::{Expr, ExprWithAlias, SelectItem, Visit, Visitor};

use super::error::sql_error;
use super::relations::Reader;
use super::spelling::Spelling;
use super::udf::TO_TEXT;
use super::{
    Planned, casts, coerce, output, planned, relations, rewrite, routines, session, session_values, syntax,
};
use crate::sql::SqlError;
use crate::sql::execute::Context;

/// No column and no alias is called like this.
const ROWS: &str = "@rows";

/// Plans `SELECT items FROM rows`; the items may read tables in subqueries. Columns of the rows whose names begin
/// with `@` are for the items alone.
///
/// # Errors
/// Those of [`super::plan`].
pub(in crate::sql::execute) async fn plan_over(
    context: &Context,
    rows: Arc<dyn TableProvider>,
    items: Vec<SelectItem>,
) -> Result<Planned, SqlError> {
    let reader = Reader::new(context.clone(), session_values(context).await?);
    let session = session::context(context);
    let mut spelling = Spelling::default();
    spelling.learn_columns(rows.schema().fields());
    session.register_table(ROWS, rows).map_err(sql_error)?;
    let mut query = syntax::select(items)?;
    let spelling = relations::register(&reader, &session, &mut query, spelling).await?;
    routines::register(&reader, &session, &mut query).await?;
    rewrite::rewrite(&mut query, reader.values())?;
    let mut query = syntax::from(query, ROWS)?;
    spelling.apply(&mut query);
    planned(session, query, &output::Names::default()).await
}

/// Compiles a condition on the rows of a table; `name` is what its columns may be qualified with.
///
/// # Errors
/// `UNRESOLVED_COLUMN`; `DATATYPE_MISMATCH` for what is no condition; `UNSUPPORTED_FEATURE` for a subquery and for what is not computed here.
pub(in crate::sql::execute) async fn condition(
    context: &Context,
    schema: &SchemaRef,
    name: &str,
    condition: Expr,
) -> Result<Arc<dyn PhysicalExpr>, SqlError> {
    if has_subquery(&condition) {
        let way_out =
            "Write the rows to keep into a new table, or run the statement on a Databricks workspace.";
        return Err(SqlError::unsupported_but("a subquery in a condition on single rows", way_out));
    }
    let mut condition = condition;
    let mut spelling = Spelling::default();
    spelling.learn_columns(schema.fields());
    let qualifier = spelling.of(name).unwrap_or(name).to_owned();
    spelling.learn(&qualifier);
    let reader = Reader::new(context.clone(), session_values(context).await?);
    let session = session::context(context);
    routines::register(&reader, &session, &mut condition).await?;
    rewrite::rewrite(&mut condition, reader.values())?;
    spelling.apply(&mut condition);
    let schema = DFSchema::try_from_qualified_schema(qualifier, schema).map_err(sql_error)?;
    let condition = ExprWithAlias { expr: condition, alias: None };
    let planned = session.state().create_logical_expr_from_sql_expr(condition, &schema).map_err(sql_error)?;
    let planned = coerce::expression(planned, &schema).map_err(sql_error)?;
    let data_type = planned.get_type(&schema).map_err(sql_error)?;
    if !matches!(data_type, DataType::Boolean | DataType::Null) {
        let name = casts::spark_name(&data_type);
        return Err(SqlError::datatype_mismatch(format!(
            "the condition has type \"{name}\" and is not a boolean."
        )));
    }
    // Some functions are there for planning alone: nothing computes a `coalesce` that nobody has simplified.
    let state = session.state();
    let rules = SimplifyContext::builder()
        .with_schema(Arc::new(schema.clone()))
        .with_config_options(Arc::clone(state.config_options()))
        .with_query_execution_start_time(state.execution_props().query_execution_start_time)
        .build();
    let planned = ExprSimplifier::new(rules).simplify(planned).map_err(sql_error)?;
    state.create_physical_expr(planned, &schema).map_err(sql_error)
}

/// Whether there is a query in it.
pub(in crate::sql::execute) fn has_subquery(tree: &impl Visit) -> bool {
    tree.visit(&mut Subqueries).is_break()
}

struct Subqueries;

impl Visitor for Subqueries {
    type Break = ();

    fn pre_visit_query(&mut self, _: &datafusion::sql::sqlparser::ast::Query) -> std::ops::ControlFlow<()> {
        std::ops::ControlFlow::Break(())
    }
}

impl Planned {
    /// The same columns under names of their positions.
    pub(in crate::sql::execute) fn into_positional(
        self,
        name: fn(usize) -> String,
    ) -> Result<Arc<dyn TableProvider>, SqlError> {
        let columns: Vec<PlanExpr> =
            columns(&self.plan).enumerate().map(|(position, column)| column.alias(name(position))).collect();
        let plan = LogicalPlanBuilder::from(self.plan).project(columns).and_then(LogicalPlanBuilder::build);
        Ok(Arc::new(ViewTable::new(plan.map_err(sql_error)?, None)))
    }

    /// The plan with every column changed.
    pub(in crate::sql::execute) fn project(
        self,
        change: impl Fn(usize, PlanExpr) -> PlanExpr,
    ) -> Result<Self, SqlError> {
        let columns: Vec<PlanExpr> =
            columns(&self.plan).enumerate().map(|(position, column)| change(position, column)).collect();
        let plan = LogicalPlanBuilder::from(self.plan).project(columns).and_then(LogicalPlanBuilder::build);
        let plan = plan.map_err(sql_error)?;
        let fields = output::fields(plan.schema().as_arrow(), &output::Names::default())?;
        Ok(Self { plan, fields, ..self })
    }

    /// The plan with other values for some columns, by name.
    pub(in crate::sql::execute) fn replaced(self, values: &[(String, PlanExpr)]) -> Result<Self, SqlError> {
        let names: Vec<String> =
            self.plan.schema().fields().iter().map(|field| field.name().clone()).collect();
        self.project(|position, column| {
            let replaced = values.iter().find(|(name, _)| *name == names[position]);
            replaced.map_or(column, |(name, value)| value.clone().alias(name.clone()))
        })
    }

    /// The plan without a column, if it has it.
    pub(in crate::sql::execute) fn without(self, name: &str) -> Result<Self, SqlError> {
        let kept: Vec<PlanExpr> = columns(&self.plan)
            .filter(|column| !matches!(column, PlanExpr::Column(column) if column.name == name))
            .collect();
        let plan = LogicalPlanBuilder::from(self.plan).project(kept).and_then(LogicalPlanBuilder::build);
        let plan = plan.map_err(sql_error)?;
        let fields = output::fields(plan.schema().as_arrow(), &output::Names::default())?;
        Ok(Self { plan, fields, ..self })
    }
}

/// The columns a plan gives, qualified as they are.
pub(super) fn columns(plan: &LogicalPlan) -> impl Iterator<Item = PlanExpr> {
    let columns: Vec<_> = plan
        .schema()
        .iter()
        .map(|(qualifier, field)| col(Column::from((qualifier, field.as_ref()))))
        .collect();
    columns.into_iter()
}

/// The text of a value as `CAST(… AS STRING)` writes it.
pub(in crate::sql::execute) fn text_of(value: PlanExpr) -> PlanExpr {
    TO_TEXT.udf().call(vec![value])
}
