//! Table functions that users make, in FROM.

use std::ops::ControlFlow;
use std::sync::Arc;

use clxs_api::FullName;
use datafusion::catalog::TableProvider;
use datafusion::common::{Column, DFSchema};
use datafusion::datasource::ViewTable;
use datafusion::logical_expr::{Expr as PlanExpr, LogicalPlan, LogicalPlanBuilder};
use datafusion::sql::sqlparser::ast::{
    FunctionArg, Ident, ObjectName as SqlName, Query, SelectItem, TableAlias, TableFactor, VisitMut,
    VisitorMut,
};

use super::arguments::{bound, column_in, routine_name};
use super::body::{self, is_parameter};
use super::substitute::in_plan;
use super::{Parameter, Rights, find};
use crate::metastore::{FunctionRow, Language};
use crate::sql::SqlError;
use crate::sql::ast::ObjectName;
use crate::sql::execute::query::error::sql_error;
use crate::sql::execute::query::relations::Reader;
use crate::sql::execute::query::{over, plan_with, syntax, udf};
use crate::sql::execute::types::parameter_field;

/// A call in FROM.
pub(in crate::sql::execute::query) struct TableCall {
    pub(in crate::sql::execute::query) name: ObjectName,
    arguments: Vec<FunctionArg>,
}

/// Takes the calls of table functions out of a query, in the order of the text: a relation of the name that `choose`
/// gives is in the place of each, under the name that the function had.
///
/// # Errors
/// `INVALID_IDENTIFIER`
pub(in crate::sql::execute::query) fn take_table_calls<T: VisitMut>(
    tree: &mut T,
    choose: impl FnMut(usize) -> Result<String, SqlError>,
) -> Result<Vec<TableCall>, SqlError> {
    let mut taker = Taker { choose, calls: Vec::new() };
    match tree.visit(&mut taker) {
        ControlFlow::Continue(()) => Ok(taker.calls),
        ControlFlow::Break(error) => Err(error),
    }
}

struct Taker<F> {
    choose: F,
    calls: Vec<TableCall>,
}

impl<F: FnMut(usize) -> Result<String, SqlError>> VisitorMut for Taker<F> {
    type Break = SqlError;

    fn post_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<SqlError> {
        match self.take(factor) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
    }
}

impl<F: FnMut(usize) -> Result<String, SqlError>> Taker<F> {
    fn take(&mut self, factor: &mut TableFactor) -> Result<(), SqlError> {
        let TableFactor::Table { name, alias, args, .. } = factor else { return Ok(()) };
        if args.is_none() {
            return Ok(());
        }
        let Some(routine) = routine_name(name)? else { return Ok(()) };
        let arguments = args.take().map(|args| args.args).unwrap_or_default();
        if alias.is_none()
            && let Some(own_name) = routine.0.last()
        {
            let name = Ident::with_quote('`', own_name.as_str());
            *alias = Some(TableAlias { explicit: true, name, columns: Vec::new(), at: None });
        }
        *name = SqlName::from(vec![Ident::with_quote('`', (self.choose)(self.calls.len())?)]);
        self.calls.push(TableCall { name: routine, arguments });
        Ok(())
    }
}

/// The rows of a call.
///
/// # Errors
/// `UNRESOLVED_ROUTINE`; a missing EXECUTE; `NOT_A_TABLE_FUNCTION`; those of planning the body and the arguments.
pub(in crate::sql::execute::query) async fn rows(
    reader: &Reader,
    call: TableCall,
) -> Result<Arc<dyn TableProvider>, SqlError> {
    let full_name = reader.context().table_name(&call.name)?;
    let row = find(reader, &full_name, Rights::Reader).await;
    let row = row.map_err(|error| super::unresolved(reader.context().session(), &call.name, error))?;
    if !row.details.is_table_function() || row.details.language != Language::Sql {
        return Err(SqlError::not_a_table_function(full_name));
    }
    let parameters = body::parameters(&row.details)?;
    let arguments = arguments(reader, &full_name, &parameters, &call.arguments).await?;
    let behind = reader.behind_routine(&row)?;
    let (plan, _) = body::rows(&behind, &full_name, &parameters, &row.details.definition).await?;
    let value = |column: &Column| {
        is_parameter(column, &parameters).and_then(|index| arguments.get(index).cloned().map(Ok))
    };
    let plan = in_plan(plan, &value).map_err(sql_error)?;
    Ok(Arc::new(ViewTable::new(as_declared(plan, &row)?, None)))
}

/// The rows under the names and in the types that the function says.
fn as_declared(plan: LogicalPlan, row: &FunctionRow) -> Result<LogicalPlan, SqlError> {
    let given: Vec<_> = plan.schema().fields().iter().map(|field| field.data_type().clone()).collect();
    let wanted = row.details.columns();
    if given.len() != wanted.len() {
        return Err(SqlError::routine_returns_other_columns(row.full_name(), given.len(), wanted.len()));
    }
    let mut columns = Vec::with_capacity(wanted.len());
    for ((column, given), wanted) in over::columns(&plan).zip(&given).zip(wanted) {
        let field = parameter_field(wanted)?;
        let data_type = body::arrow_type(&field.data_type)?;
        columns.push(udf::cast_to(column, given, data_type).alias(field.name));
    }
    let plan = LogicalPlanBuilder::from(plan).project(columns).and_then(LogicalPlanBuilder::build);
    plan.map_err(sql_error)
}

/// The arguments as expressions without columns, in the types of the parameters.
async fn arguments(
    reader: &Reader,
    name: &FullName,
    parameters: &[Parameter],
    arguments: &[FunctionArg],
) -> Result<Vec<PlanExpr>, SqlError> {
    let values = bound(name, parameters, arguments)?;
    if values.is_empty() {
        return Ok(Vec::new());
    }
    if values.iter().any(|value| column_in(value).is_some()) {
        let feature = format!("a column as an argument of {name}, a function in FROM,");
        return Err(SqlError::unsupported_but(feature, "Give it constant arguments."));
    }
    let items = values.into_iter().enumerate().map(|(position, expr)| SelectItem::ExprWithAlias {
        expr,
        alias: Ident::with_quote('`', format!("@{position}")),
    });
    let query: Query = syntax::select(items.collect())?;
    let plan = Box::pin(plan_with(reader, query)).await?.plan;
    let values = body::values(plan, &DFSchema::empty())?;
    let values = values.ok_or_else(|| SqlError::unsupported(format_args!("these arguments of {name}")))?;
    let values = values.into_iter().zip(parameters);
    Ok(values
        .map(|(value, parameter)| udf::cast_to(value.expr, &value.data_type, parameter.data_type.clone()))
        .collect())
}
