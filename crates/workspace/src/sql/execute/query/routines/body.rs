//! The body of a routine as a plan on its parameters.

use std::ops::ControlFlow;
use std::sync::Arc;

use clxs_api::FullName;
use clxs_api::function::FunctionParameterInfo;
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::common::{Column, DFSchema, ScalarValue};
use datafusion::datasource::empty::EmptyTable;
use datafusion::logical_expr::{Expr as PlanExpr, ExprSchemable as _, LogicalPlan};
use datafusion::sql::sqlparser::ast::{
    Expr, Ident, ObjectNamePart, Query, SelectItem, SetExpr, TableFactor, Visit, Visitor,
};
use futures::future::BoxFuture;

use super::substitute::substituted;
use super::{Parameter, register};
use crate::delta::schema::{DataType as DeltaType, StructField, TryFromArrow as _, TryIntoArrow as _};
use crate::metastore::{Function, Returns};
use crate::sql::ast::FunctionBody;
use crate::sql::execute::Context;
use crate::sql::execute::query::error::sql_error;
use crate::sql::execute::query::relations::{self, Reader};
use crate::sql::execute::query::spelling::Spelling;
use crate::sql::execute::query::{output, planned, rewrite, session, session_values, syntax, udf};
use crate::sql::execute::types::{metadata_text, parameter_field};
use crate::sql::{SqlError, parse_expression, parse_function_body};

/// The relation whose columns are the parameters.
const PARAMETERS: &str = "@parameters";

/// A value that a body gives.
pub(super) struct Value {
    pub(super) expr: PlanExpr,
    pub(super) data_type: DataType,
}

/// What a function's body was found to be.
pub(in crate::sql::execute) struct Checked {
    /// The type of its value.
    pub(in crate::sql::execute) data_type: DeltaType,
    /// Whether equal arguments always give equal results.
    pub(in crate::sql::execute) deterministic: bool,
}

/// Plans the body of a function that gives a value and is being made, for whoever makes it.
///
/// # Errors
/// Those of planning; `CYCLIC_FUNCTION_REFERENCE`; `DATATYPE_MISMATCH` for a result of another type.
pub(in crate::sql::execute) async fn check(
    context: &Context,
    name: &FullName,
    parameters: &[FunctionParameterInfo],
    definition: &str,
    wanted: Option<&DeltaType>,
) -> Result<Checked, SqlError> {
    let reader = Reader::for_routine(context.clone(), session_values(context).await?, name.clone());
    let parameters = parameters.iter().map(parameter).collect::<Result<Vec<_>, _>>()?;
    let value = expression(&reader, name, &parameters, definition).await?;
    if let Some(wanted) = wanted {
        let wanted = arrow_type(wanted)?;
        let cast = udf::cast_to(value.expr.clone(), &value.data_type, wanted);
        require_cast(&cast, &parameters)?;
    }
    let internal = |error: datafusion::arrow::error::ArrowError| SqlError::internal(error.to_string());
    let data_type = match wanted {
        Some(wanted) => wanted.clone(),
        None => DeltaType::try_from_arrow(&value.data_type).map_err(internal)?,
    };
    Ok(Checked { data_type, deterministic: !value.expr.is_volatile() })
}

/// Plans the defaults of parameters, which are constant.
///
/// # Errors
/// Those of planning; `DATATYPE_MISMATCH` for one that its parameter does not take.
pub(in crate::sql::execute) async fn check_defaults(
    context: &Context,
    parameters: &[StructField],
) -> Result<(), SqlError> {
    for field in parameters {
        let Some(text) = metadata_text(field, "CURRENT_DEFAULT") else { continue };
        let query = syntax::select(vec![SelectItem::UnnamedExpr(parse_expression(&text)?)])?;
        let plan = Box::pin(super::super::plan(context, query)).await?.plan;
        let given = plan.schema().field(0).data_type().clone();
        let value = PlanExpr::Literal(ScalarValue::try_from(&given).map_err(sql_error)?, None);
        require_cast(&udf::cast_to(value, &given, arrow_type(&field.data_type)?), &[])?;
    }
    Ok(())
}

/// Whether the type of an expression on parameters can be told: casts that Spark does not have refuse theirs.
fn require_cast(expr: &PlanExpr, parameters: &[Parameter]) -> Result<(), SqlError> {
    let schema =
        DFSchema::try_from_qualified_schema(PARAMETERS, &schema_of(parameters)).map_err(sql_error)?;
    expr.get_type(&schema).map(drop).map_err(sql_error)
}

/// The parameters of a function.
pub(super) fn parameters(function: &Function) -> Result<Vec<Parameter>, SqlError> {
    function.parameters.iter().map(parameter).collect()
}

fn parameter(info: &FunctionParameterInfo) -> Result<Parameter, SqlError> {
    let field: StructField = parameter_field(info)?;
    let default = info.parameter_default.as_deref().map(parse_expression).transpose()?;
    Ok(Parameter { name: field.name.clone(), data_type: arrow_type(&field.data_type)?, default })
}

/// The type of the value that a function gives.
pub(super) fn returned_type(function: &Function) -> Result<DataType, SqlError> {
    match &function.returns {
        Returns::Value { type_json, .. } => {
            let data_type: DeltaType = serde_json::from_str(type_json)
                .map_err(|error| SqlError::internal(error.to_string()).with_source(error))?;
            arrow_type(&data_type)
        }
        Returns::Table { .. } => Err(SqlError::internal("a table function gives no value")),
    }
}

pub(super) fn arrow_type(data_type: &DeltaType) -> Result<DataType, SqlError> {
    data_type.try_into_arrow().map_err(|error: datafusion::arrow::error::ArrowError| {
        SqlError::internal(error.to_string()).with_source(error)
    })
}

fn schema_of(parameters: &[Parameter]) -> Schema {
    let field = |parameter: &Parameter| Field::new(&parameter.name, parameter.data_type.clone(), true);
    Schema::new(parameters.iter().map(field).collect::<Vec<_>>())
}

/// Plans the body as an expression on columns of the relation [`is_parameter`] knows.
pub(super) fn expression<'a>(
    reader: &'a Reader,
    name: &'a FullName,
    parameters: &'a [Parameter],
    definition: &'a str,
) -> BoxFuture<'a, Result<Value, SqlError>> {
    Box::pin(async move {
        let body = match parse_function_body(definition, false)? {
            FunctionBody::Expression(expr) => *expr,
            FunctionBody::Query(query) => Expr::Subquery(query),
        };
        let plan = plan(reader, name, parameters, body).await?;
        let schema = DFSchema::try_from_qualified_schema(PARAMETERS, &schema_of(parameters));
        let found = values(plan, &schema.map_err(sql_error)?)?;
        found
            .and_then(|mut values| values.pop())
            .ok_or_else(|| SqlError::complex_functions_in_routine(definition))
    })
}

/// Plans the body of a table function as rows that may refer to columns around them, which are the parameters; with
/// the names that the columns have in the body.
pub(super) fn rows<'a>(
    reader: &'a Reader,
    name: &'a FullName,
    parameters: &'a [Parameter],
    definition: &'a str,
) -> BoxFuture<'a, Result<(LogicalPlan, output::Names), SqlError>> {
    Box::pin(async move {
        let FunctionBody::Query(mut subquery) = parse_function_body(definition, true)? else {
            return Err(SqlError::table_routine_is_no_query(name));
        };
        let names = output::Names::take(&mut subquery);
        let plan = plan(reader, name, parameters, Expr::Exists { subquery, negated: false }).await?;
        let schema = DFSchema::try_from_qualified_schema(PARAMETERS, &schema_of(parameters));
        let found = values(plan, &schema.map_err(sql_error)?)?;
        match found.and_then(|mut values| values.pop()).map(|value| value.expr) {
            Some(PlanExpr::Exists(exists)) => Ok((Arc::unwrap_or_clone(exists.subquery.subquery), names)),
            _ => Err(SqlError::internal(format!("the body of {name} is lost"))),
        }
    })
}

/// Plans the body of a table function that is being made; the columns that it gives.
///
/// # Errors
/// Those of planning; `CYCLIC_FUNCTION_REFERENCE`.
pub(in crate::sql::execute) async fn check_table(
    context: &Context,
    name: &FullName,
    parameters: &[FunctionParameterInfo],
    definition: &str,
) -> Result<Vec<StructField>, SqlError> {
    let reader = Reader::for_routine(context.clone(), session_values(context).await?, name.clone());
    let parameters = parameters.iter().map(parameter).collect::<Result<Vec<_>, _>>()?;
    let (plan, names) = rows(&reader, name, &parameters, definition).await?;
    output::fields(plan.schema().as_arrow(), &names)
}

/// Plans `SELECT body` over a row of the parameters. Columns of what the body reads come before parameters of the
/// same name, which then have to be qualified with the name of the function (documentation, "Name resolution").
async fn plan(
    reader: &Reader,
    name: &FullName,
    parameters: &[Parameter],
    body: Expr,
) -> Result<LogicalPlan, SqlError> {
    let session = session::context(reader.context());
    let schema = schema_of(parameters);
    let mut spelling = Spelling::default();
    spelling.learn_columns(schema.fields());
    spelling.learn(name.name().as_str());
    let alias = Ident::with_quote('`', PARAMETERS);
    let mut query = syntax::select(vec![SelectItem::ExprWithAlias { expr: body, alias }])?;
    let spelling = relations::register(reader, &session, &mut query, spelling).await?;
    register(reader, &session, &mut query).await?;
    rewrite::rewrite(&mut query, reader.values())?;
    if !parameters.is_empty() {
        let qualifier =
            if names_relation(&query, name.name().as_str()) { PARAMETERS } else { name.name().as_str() };
        session.register_table(PARAMETERS, Arc::new(EmptyTable::new(Arc::new(schema)))).map_err(sql_error)?;
        if let SetExpr::Select(select) = query.body.as_mut() {
            select.from = vec![syntax::table(PARAMETERS, qualifier)?];
        }
    }
    spelling.apply(&mut query);
    Ok(planned(session, query, &output::Names::default()).await?.plan)
}

/// Whether a relation in the query is called so.
fn names_relation(query: &Query, name: &str) -> bool {
    query.visit(&mut Relations(name)).is_break()
}

struct Relations<'a>(&'a str);

impl Visitor for Relations<'_> {
    type Break = ();

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        let name = match factor {
            TableFactor::Table { alias: Some(alias), .. }
            | TableFactor::Derived { alias: Some(alias), .. }
            | TableFactor::NestedJoin { alias: Some(alias), .. } => Some(&alias.name),
            // The name of a common table expression.
            TableFactor::Table { name, .. } => name.0.last().and_then(ObjectNamePart::as_ident),
            _ => None,
        };
        let found = name.is_some_and(|name| name.value.eq_ignore_ascii_case(self.0));
        if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// The expressions that a plan of one row gives, on the columns of its parameters; nothing when it is more than
/// expressions.
pub(super) fn values(plan: LogicalPlan, parameters: &DFSchema) -> Result<Option<Vec<Value>>, SqlError> {
    let LogicalPlan::Projection(projection) = plan else { return Ok(None) };
    let mut exprs: Vec<_> = projection.expr.into_iter().map(without_alias).collect();
    let mut input = projection.input;
    // Arguments and results of calls in the body that were put into columns.
    while let LogicalPlan::Projection(below) = input.as_ref() {
        exprs = all_substituted(exprs, below.input.schema(), &|column| below_value(below, column))?;
        input = Arc::clone(&below.input);
    }
    let is_row = matches!(
        input.as_ref(),
        LogicalPlan::EmptyRelation(_) | LogicalPlan::TableScan(_) | LogicalPlan::SubqueryAlias(_)
    );
    if !is_row {
        return Ok(None);
    }
    let exprs = all_substituted(exprs, parameters, &|column| {
        let parameter = Column::new(Some(PARAMETERS), column.name.clone());
        input.schema().has_column(column).then_some(PlanExpr::Column(parameter))
    })?;
    let types = projection.schema.fields().iter().map(|field| field.data_type().clone());
    Ok(Some(exprs.into_iter().zip(types).map(|(expr, data_type)| Value { expr, data_type }).collect()))
}

fn all_substituted(
    exprs: Vec<PlanExpr>,
    schema: &DFSchema,
    value: &dyn Fn(&Column) -> Option<PlanExpr>,
) -> Result<Vec<PlanExpr>, SqlError> {
    exprs.into_iter().map(|expr| substituted(expr, schema, value).map_err(sql_error)).collect()
}

fn below_value(below: &datafusion::logical_expr::Projection, column: &Column) -> Option<PlanExpr> {
    let index = below.schema.maybe_index_of_column(column)?;
    below.expr.get(index).cloned().map(without_alias)
}

fn without_alias(mut expr: PlanExpr) -> PlanExpr {
    while let PlanExpr::Alias(alias) = expr {
        expr = *alias.expr;
    }
    expr
}

/// The column that a parameter is.
pub(super) fn parameter_column(parameter: &Parameter) -> PlanExpr {
    PlanExpr::Column(Column::new(Some(PARAMETERS), parameter.name.clone()))
}

/// The parameter that a column of a body is.
pub(super) fn is_parameter(column: &Column, parameters: &[Parameter]) -> Option<usize> {
    let of_parameters = column.relation.as_ref().is_some_and(|relation| relation.table() == PARAMETERS);
    let index = || parameters.iter().position(|parameter| parameter.name == column.name);
    of_parameters.then(index).flatten()
}
