//! Metric views: a definition in YAML that is kept as written. Queries of them are not computed here.

use std::ops::ControlFlow;

use clxs_api::FullName;
use clxs_api::table::ColumnInfo;
use datafusion::sql::sqlparser::ast::{Expr, Function, Query, Visit as _, Visitor};

use super::context::Context;
use super::query;
use super::views::listed_columns;
use crate::sql::ast::ViewColumn;
use crate::sql::metric_view::MetricView;
use crate::sql::{SqlError, parse_expression};

/// The columns of a metric view: its fields, then its measures, under the names and with the comments listed or those of
/// the definition. How the platform writes the type of a measure is UNCONFIRMED: as that of its value.
pub(super) async fn output_columns(
    context: &Context,
    name: &FullName,
    view: &MetricView,
    listed: &[ViewColumn],
) -> Result<(Vec<ColumnInfo>, Vec<String>), SqlError> {
    require_aggregates_in_measures(view)?;
    let planned = query::plan_view(context, name.clone(), view.query()?).await;
    let mut fields = match planned {
        Ok(planned) => planned.fields,
        Err(error) if error.class.starts_with("UNRESOLVED_") => {
            return Err(view.composition()?.map_or(error, SqlError::unsupported));
        }
        Err(error) => return Err(error),
    };
    for (field, (own_name, _)) in fields.iter_mut().zip(view.columns()) {
        own_name.clone_into(&mut field.name);
    }
    let (mut columns, output) = listed_columns(name, fields, listed)?;
    for (column, (_, comment)) in columns.iter_mut().zip(view.columns()) {
        column.comment = column.comment.take().or_else(|| comment.map(str::to_owned));
    }
    Ok((columns, output))
}

/// A measure is an aggregate, and a dimension has none (docs.databricks.com, "Metric view YAML syntax reference"). The
/// reasons in the platform's words are UNCONFIRMED.
fn require_aggregates_in_measures(view: &MetricView) -> Result<(), SqlError> {
    for (name, expr) in view.dimensions() {
        if calls(expr, query::is_aggregate)? {
            let reason = format!("Dimension {name} must not contain an aggregate function: {expr}");
            return Err(SqlError::invalid_metric_view(reason));
        }
    }
    // What is not computed here may be an aggregate; planning refuses it by its name.
    let computed = query::computed_functions();
    for (name, expr) in view.measures() {
        if !calls(expr, |function| query::is_aggregate(function) || !computed.contains(&function))? {
            let reason = format!("Measure {name} must contain an aggregate function: {expr}");
            return Err(SqlError::invalid_metric_view(reason));
        }
    }
    Ok(())
}

/// Whether an expression calls a function like this, but for windows and for queries inside it.
fn calls(expression: &str, is_wanted: impl Fn(&str) -> bool) -> Result<bool, SqlError> {
    let expression = parse_expression(expression)?;
    Ok(expression.visit(&mut Calls { is_wanted, queries: 0 }).is_break())
}

struct Calls<F> {
    is_wanted: F,
    /// The queries around the expression that is visited.
    queries: usize,
}

impl<F: Fn(&str) -> bool> Visitor for Calls<F> {
    type Break = ();

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.queries += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<()> {
        self.queries -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        match expr {
            Expr::Function(Function { name, over: None, .. })
                if self.queries == 0 && (self.is_wanted)(&name.to_string().to_lowercase()) =>
            {
                ControlFlow::Break(())
            }
            _ => ControlFlow::Continue(()),
        }
    }
}
