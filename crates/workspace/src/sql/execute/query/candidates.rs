//! The rows that a statement may change, beside the rows that they are merged with.

use std::sync::Arc;

use datafusion::catalog::TableProvider;
use datafusion::common::{Column, DFSchema};
use datafusion::logical_expr::{Expr as PlanExpr, ExprSchemable as _, LogicalPlan, LogicalPlanBuilder, col};
use datafusion::prelude::SessionContext;
use datafusion::sql::sqlparser::ast::{
    Expr, ExprWithAlias, Ident, Join, JoinConstraint, JoinOperator, Query, Select, SelectItem, SetExpr,
    TableFactor, TableWithJoins, WildcardAdditionalOptions,
};

use super::error::sql_error;
use super::over::columns;
use super::relations::Reader;
use super::spelling::Spelling;
use super::{
    Planned, casts, coerce, output, planned, relations, rewrite, routines, session, session_values, syntax,
};
use crate::delta::{FILE, Snapshot};
use crate::sql::SqlError;
use crate::sql::execute::Context;

/// No column and no alias is called like this.
const ROWS: &str = "@rows";
/// True in the rows of the source.
pub(in crate::sql::execute) const SOURCE: &str = "@source";

/// The table whose rows are changed, at the version whose rows they are.
pub(in crate::sql::execute) struct Target<'a> {
    /// What its columns are qualified with.
    pub(in crate::sql::execute) alias: &'a str,
    pub(in crate::sql::execute) snapshot: &'a Snapshot,
    /// Its rows with their positions.
    pub(in crate::sql::execute) rows: Arc<dyn TableProvider>,
    /// What the names of the values begin with that a changed row keeps, where a mask shows others.
    pub(in crate::sql::execute) kept: Option<String>,
}

/// Which rows are looked at.
pub(in crate::sql::execute) enum Choice {
    /// Those of the target that meet a condition, which may have subqueries.
    Where(Option<Box<Expr>>),
    /// Those of the target joined with those of a source.
    Join { source: Box<TableFactor>, on: Box<Expr>, operator: fn(JoinConstraint) -> JoinOperator },
}

/// Rows to be looked at, and expressions on them.
pub(in crate::sql::execute) struct Candidates {
    session: SessionContext,
    plan: LogicalPlan,
    /// In the order given.
    pub(in crate::sql::execute) expressions: Vec<PlanExpr>,
    /// What the columns of the target are qualified with in the plan.
    target: String,
    /// [`Target::kept`]
    kept: Option<String>,
}

/// Plans the rows and expressions on single rows.
///
/// # Errors
/// Those of [`super::plan`]; `UNSUPPORTED_FEATURE` for a subquery among the expressions.
pub(in crate::sql::execute) async fn candidates(
    context: &Context,
    target: Target<'_>,
    choice: Choice,
    expressions: Vec<Expr>,
) -> Result<Candidates, SqlError> {
    let reader = Reader::new(context.clone(), session_values(context).await?).pinned(target.snapshot.clone());
    let session = session::context(context);
    let mut spelling = Spelling::default();
    spelling.learn_columns(target.rows.schema().fields());
    session.register_table(ROWS, Arc::clone(&target.rows)).map_err(sql_error)?;

    let mut query = Form::before(choice, expressions)?;
    let spelling = relations::register(&reader, &session, &mut query.query, spelling).await?;
    routines::register(&reader, &session, &mut query.query).await?;
    rewrite::rewrite(&mut query.query, reader.values())?;
    query.join(target.alias)?;
    spelling.apply(&mut query.query);
    let expressions = query.take_expressions()?;
    let Planned { session, plan, .. } = planned(session, query.query, &output::Names::default()).await?;

    let kept = target.kept;
    let target = plan.schema().iter().find(|(_, field)| field.name() == FILE);
    let target = target.and_then(|(qualifier, _)| Some(qualifier?.table().to_owned()));
    let target = target.ok_or_else(|| SqlError::internal("the rows of the target are lost"))?;
    let mut planned_expressions = Vec::with_capacity(expressions.len());
    for expression in expressions {
        planned_expressions.push(expression_on(&session, plan.schema(), expression)?);
    }
    Ok(Candidates { session, plan, expressions: planned_expressions, target, kept })
}

/// The statement as a query: until its tables are known, then joined with the rows of the target.
struct Form {
    query: Query,
    operator: Option<fn(JoinConstraint) -> JoinOperator>,
}

impl Form {
    /// The expressions, and last the condition of the join, as items of a query over the source.
    fn before(choice: Choice, expressions: Vec<Expr>) -> Result<Self, SqlError> {
        let mut items = expressions;
        let (mut from, mut selection, mut operator) = (Vec::new(), None, None);
        match choice {
            Choice::Where(condition) => selection = condition.map(|condition| *condition),
            Choice::Join { source, on, operator: join } => {
                items.push(*on);
                from.push(TableWithJoins { relation: *source, joins: Vec::new() });
                operator = Some(join);
            }
        }
        let named = |(position, expr)| SelectItem::ExprWithAlias {
            expr,
            alias: Ident::with_quote('`', format!("@{position}")),
        };
        let mut query = syntax::select(items.into_iter().enumerate().map(named).collect())?;
        let select = select(&mut query)?;
        (select.from, select.selection) = (from, selection);
        Ok(Self { query, operator })
    }

    /// Puts the target into FROM.
    fn join(&mut self, alias: &str) -> Result<(), SqlError> {
        let mut target = syntax::table(ROWS, alias)?;
        let select = select(&mut self.query)?;
        if let (Some(operator), Some(source)) = (self.operator, select.from.pop())
            && let Some(SelectItem::ExprWithAlias { expr, .. }) = select.projection.pop()
        {
            let join_operator = operator(JoinConstraint::On(expr));
            target.joins.push(Join { relation: source.relation, global: false, join_operator });
        }
        select.from = vec![target];
        Ok(())
    }

    /// Takes the expressions out: the query then selects everything.
    fn take_expressions(&mut self) -> Result<Vec<Expr>, SqlError> {
        let select = select(&mut self.query)?;
        let everything = vec![SelectItem::Wildcard(WildcardAdditionalOptions::default())];
        let items = std::mem::replace(&mut select.projection, everything);
        let expression = |item| match item {
            SelectItem::ExprWithAlias { expr, .. } => Some(expr),
            _ => None,
        };
        Ok(items.into_iter().filter_map(expression).collect())
    }
}

fn select(query: &mut Query) -> Result<&mut Select, SqlError> {
    match query.body.as_mut() {
        SetExpr::Select(select) => Ok(select),
        _ => Err(SqlError::internal("the query is no SELECT")),
    }
}

/// Plans an expression that is rewritten and spelled already.
fn expression_on(
    session: &SessionContext,
    schema: &DFSchema,
    expression: Expr,
) -> Result<PlanExpr, SqlError> {
    let expression = ExprWithAlias { expr: expression, alias: None };
    let planned = session.state().create_logical_expr_from_sql_expr(expression, schema).map_err(sql_error)?;
    coerce::expression(planned, schema).map_err(sql_error)
}

impl Candidates {
    pub(in crate::sql::execute) fn schema(&self) -> &DFSchema {
        self.plan.schema()
    }

    /// A column of the target.
    pub(in crate::sql::execute) fn target(&self, column: &str) -> PlanExpr {
        col(Column::new(Some(self.target.clone()), column))
    }

    /// The value of a column of the target as it is in the table.
    pub(in crate::sql::execute) fn kept(&self, column: &str) -> PlanExpr {
        let kept = self.kept.as_ref().map(|prefix| format!("{prefix}{column}"));
        let kept = kept.filter(|name| self.plan.schema().fields().iter().any(|field| field.name() == name));
        self.target(kept.as_deref().unwrap_or(column))
    }

    /// The marker of the source.
    pub(in crate::sql::execute) fn source(&self) -> Option<PlanExpr> {
        let mut fields = self.plan.schema().iter();
        let (qualifier, field) = fields.find(|(_, field)| field.name() == SOURCE)?;
        Some(col(Column::from((qualifier, field.as_ref()))))
    }

    /// The rows with one more column, of which it is not null.
    ///
    /// # Errors
    /// Those of the query engine.
    pub(in crate::sql::execute) fn with(self, name: &str, value: PlanExpr) -> Result<Self, SqlError> {
        let columns: Vec<PlanExpr> = columns(&self.plan).chain([value.alias(name)]).collect();
        let plan = LogicalPlanBuilder::from(self.plan)
            .project(columns)
            .and_then(|plan| plan.filter(col(Column::new_unqualified(name)).is_not_null()))
            .and_then(LogicalPlanBuilder::build)
            .map_err(sql_error)?;
        Ok(Self { plan, ..self })
    }

    /// Checks that an expression is a condition.
    ///
    /// # Errors
    /// `DATATYPE_MISMATCH`
    pub(in crate::sql::execute) fn require_condition(&self, expression: &PlanExpr) -> Result<(), SqlError> {
        use datafusion::arrow::datatypes::DataType;
        let data_type = expression.get_type(self.schema()).map_err(sql_error)?;
        if matches!(data_type, DataType::Boolean | DataType::Null) {
            return Ok(());
        }
        let name = casts::spark_name(&data_type);
        Err(SqlError::datatype_mismatch(format!("the condition has type \"{name}\" and is not a boolean.")))
    }

    /// The rows with these columns.
    ///
    /// # Errors
    /// Those of the query engine.
    pub(in crate::sql::execute) fn project(self, columns: Vec<PlanExpr>) -> Result<Planned, SqlError> {
        let plan = LogicalPlanBuilder::from(self.plan).project(columns).and_then(LogicalPlanBuilder::build);
        let plan = plan.map_err(sql_error)?;
        let fields = output::fields(plan.schema().as_arrow(), &output::Names::default())?;
        Ok(Planned { session: self.session, plan, fields })
    }
}

impl Planned {
    /// Expressions on the columns of the plan, which are named without qualifier.
    ///
    /// # Errors
    /// Those of [`super::plan`]; `UNSUPPORTED_FEATURE` for a subquery.
    pub(in crate::sql::execute) async fn expressions(
        &self,
        context: &Context,
        expressions: Vec<Expr>,
    ) -> Result<Vec<PlanExpr>, SqlError> {
        let mut query = Form::before(Choice::Where(None), expressions)?;
        let mut spelling = Spelling::default();
        spelling.learn_columns(self.plan.schema().as_arrow().fields());
        let reader = Reader::new(context.clone(), session_values(context).await?);
        routines::register(&reader, &self.session, &mut query.query).await?;
        rewrite::rewrite(&mut query.query, reader.values())?;
        spelling.apply(&mut query.query);
        let expressions = query.take_expressions()?.into_iter();
        expressions.map(|expression| expression_on(&self.session, self.plan.schema(), expression)).collect()
    }
}
