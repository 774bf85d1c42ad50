//! Other expressions in the place of columns, also where subqueries refer to the columns.

use datafusion::common::tree_node::{Transformed, TransformedResult as _, TreeNode as _};
use datafusion::common::{Column, DFSchema, ExprSchema as _, Result};
use datafusion::logical_expr::expr::{Exists, InSubquery, SetComparison};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{Expr, LogicalPlan, Subquery};
use std::sync::Arc;

/// The expression with values in the place of columns. Values are on rows of `schema`.
pub(super) fn substituted(
    expr: Expr,
    schema: &DFSchema,
    value: &dyn Fn(&Column) -> Option<Expr>,
) -> Result<Expr> {
    expr.transform_up(|part| {
        Ok(match part {
            Expr::Column(column) => match value(&column) {
                Some(value) => Transformed::yes(value),
                None => Transformed::no(Expr::Column(column)),
            },
            Expr::ScalarSubquery(query) => {
                Transformed::yes(Expr::ScalarSubquery(in_subquery(query, schema, value)?))
            }
            Expr::Exists(Exists { subquery, negated }) => Transformed::yes(Expr::Exists(Exists {
                subquery: in_subquery(subquery, schema, value)?,
                negated,
            })),
            Expr::InSubquery(InSubquery { expr, subquery, negated }) => {
                let subquery = in_subquery(subquery, schema, value)?;
                Transformed::yes(Expr::InSubquery(InSubquery { expr, subquery, negated }))
            }
            Expr::SetComparison(comparison) => {
                let subquery = in_subquery(comparison.subquery, schema, value)?;
                Transformed::yes(Expr::SetComparison(SetComparison { subquery, ..comparison }))
            }
            other => Transformed::no(other),
        })
    })
    .data()
}

fn in_subquery(
    query: Subquery,
    schema: &DFSchema,
    value: &dyn Fn(&Column) -> Option<Expr>,
) -> Result<Subquery> {
    let plan = Arc::unwrap_or_clone(query.subquery);
    let plan = in_plan(plan, &|column| value(column).map(|value| outer(value, schema)))?;
    Ok(refreshed(Subquery { subquery: Arc::new(plan), ..query }))
}

/// The plan with values in the place of columns of the query around it.
pub(super) fn in_plan(
    plan: LogicalPlan,
    value: &dyn Fn(&Column) -> Option<Result<Expr>>,
) -> Result<LogicalPlan> {
    let node = |plan: LogicalPlan| {
        let names = NamePreserver::new(&plan);
        let changed = plan.map_expressions(|expr| {
            let name = names.save(&expr);
            let changed = expr.transform_up(|part| {
                Ok(match part {
                    Expr::OuterReferenceColumn(field, column) => match value(&column).transpose()? {
                        Some(value) => Transformed::yes(value),
                        None => Transformed::no(Expr::OuterReferenceColumn(field, column)),
                    },
                    Expr::ScalarSubquery(query) => Transformed::yes(Expr::ScalarSubquery(refreshed(query))),
                    Expr::Exists(exists) => Transformed::yes(Expr::Exists(Exists {
                        subquery: refreshed(exists.subquery),
                        ..exists
                    })),
                    Expr::InSubquery(query) => Transformed::yes(Expr::InSubquery(InSubquery {
                        subquery: refreshed(query.subquery),
                        ..query
                    })),
                    other => Transformed::no(other),
                })
            })?;
            Ok(changed.update_data(|expr| name.restore(expr)))
        })?;
        changed.map_data(LogicalPlan::recompute_schema)
    };
    plan.transform_up_with_subqueries(node).data()
}

/// A subquery that knows again which columns around it it refers to.
fn refreshed(query: Subquery) -> Subquery {
    let outer_ref_columns = query.subquery.all_out_ref_exprs();
    Subquery { outer_ref_columns, ..query }
}

/// An expression on rows around a subquery, as it stands in the subquery.
fn outer(expr: Expr, schema: &DFSchema) -> Result<Expr> {
    expr.transform_up(|part| {
        Ok(match part {
            Expr::Column(column) => {
                let field = Arc::clone(schema.field_from_column(&column)?);
                Transformed::yes(Expr::OuterReferenceColumn(field, column))
            }
            other => Transformed::no(other),
        })
    })
    .data()
}
