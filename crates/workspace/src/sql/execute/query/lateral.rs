//! Plans of functions that make rows: each row of a relation, once for every row the function makes of it.

use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Column, Result, TableReference};
use datafusion::logical_expr::planner::{
    PlannedRelation, RelationPlanner, RelationPlannerContext, RelationPlanning,
};
use datafusion::logical_expr::{Expr, ExprSchemable as _, LogicalPlan, LogicalPlanBuilder, col, lit};
use datafusion::sql::sqlparser::ast::{FunctionArg, TableAlias, TableFactor};

use super::over::columns;
use super::udf::{self, FIELD, external};
use super::{coerce, generators};
use crate::sql::SqlError;

/// The column that holds the rows while they are made; nothing else is called like this.
const ROWS: &str = "@made";

/// Plans the form that [`generators::rewrite`] makes.
#[derive(Debug)]
pub(super) struct Generators;

impl RelationPlanner for Generators {
    fn plan_relation(
        &self,
        relation: TableFactor,
        context: &mut dyn RelationPlannerContext,
    ) -> Result<RelationPlanning> {
        let (left, function) = match parts(relation) {
            Ok(parts) => parts,
            Err(relation) => return Ok(RelationPlanning::Original(relation)),
        };
        let TableFactor::Function { name, args, alias, .. } = function else {
            return datafusion::common::internal_err!("rows are made by no function");
        };
        let input = match left {
            Some(left) => context.plan(left)?,
            None => LogicalPlanBuilder::empty(true).build()?,
        };
        let plan = made(input, &name.to_string().to_lowercase(), args, alias, context)?;
        Ok(RelationPlanning::Planned(Box::new(PlannedRelation::new(plan, None))))
    }
}

/// The function and what stands left of it; other relations as they are.
fn parts(relation: TableFactor) -> std::result::Result<(Option<TableFactor>, TableFactor), Box<TableFactor>> {
    match relation {
        function @ TableFactor::Function { .. } if generators::is_generator(&function) => {
            Ok((None, function))
        }
        TableFactor::NestedJoin { mut table_with_joins, alias: None } if matches!(table_with_joins.joins.as_slice(), [join] if generators::is_generator(&join.relation)) => {
            match table_with_joins.joins.pop() {
                Some(join) => Ok((Some(table_with_joins.relation), join.relation)),
                None => Err(Box::new(TableFactor::NestedJoin { table_with_joins, alias: None })),
            }
        }
        other => Err(Box::new(other)),
    }
}

/// The rows of the input with the columns that the function makes.
fn made(
    input: LogicalPlan,
    name: &str,
    args: Vec<FunctionArg>,
    alias: Option<TableAlias>,
    context: &mut dyn RelationPlannerContext,
) -> Result<LogicalPlan> {
    let Some(function) = udf::generator(name) else {
        return datafusion::common::internal_err!("{name} makes no rows");
    };
    let args = generators::arguments(args).map_err(external)?.into_iter();
    let args = args.map(|arg| coerce::expression(context.sql_to_expr(arg, input.schema())?, input.schema()));
    let rows = function.udf().call(args.collect::<Result<_>>()?);
    let DataType::List(element) = rows.get_type(input.schema())? else {
        return datafusion::common::internal_err!("{name} gives no rows");
    };
    let DataType::Struct(fields) = element.data_type() else {
        return datafusion::common::internal_err!("{name} gives no rows");
    };
    let (qualifier, names) = match alias {
        Some(alias) => {
            let names = alias.columns.into_iter().map(|column| column.name.value);
            (Some(TableReference::bare(alias.name.value)), names.collect())
        }
        None => (None, Vec::new()),
    };
    if !names.is_empty() && names.len() != fields.len() {
        return Err(external(SqlError::alias_count_mismatch(fields.len(), names.len())));
    }
    let given: Vec<Expr> = columns(&input).collect();
    let made = fields.iter().enumerate().map(|(index, field)| {
        let value = FIELD.udf().call(vec![col(Column::new_unqualified(ROWS)), lit(field.name().as_str())]);
        value.alias_qualified(qualifier.clone(), names.get(index).unwrap_or(field.name()))
    });
    let made: Vec<_> = given.iter().cloned().chain(made).collect();
    LogicalPlanBuilder::from(input)
        .project(given.into_iter().chain([rows.alias(ROWS)]))?
        .unnest_column(Column::new_unqualified(ROWS))?
        .project(made)?
        .build()
}
