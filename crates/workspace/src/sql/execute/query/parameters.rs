//! Named parameters: `:name` in a query becomes a typed literal.

use std::ops::ControlFlow;

use clxs_api::statement::StatementParameter;
use datafusion::sql::sqlparser::ast::{DataType, Expr, Value, VisitMut, VisitorMut};
use datafusion::sql::sqlparser::dialect::DatabricksDialect;
use datafusion::sql::sqlparser::parser::Parser;

use super::syntax::{cast, literal, text};
use crate::sql::SqlError;

/// Puts the values in place of their markers.
///
/// # Errors
/// `UNBOUND_SQL_PARAMETER` for a marker without value, `UNSUPPORTED_DATATYPE` for a type that is none.
pub(super) fn bind<T: VisitMut>(query: &mut T, parameters: &[StatementParameter]) -> Result<(), SqlError> {
    match query.visit(&mut Binder { parameters }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(error),
    }
}

struct Binder<'a> {
    parameters: &'a [StatementParameter],
}

impl Binder<'_> {
    fn value(&self, marker: &str) -> Result<Expr, SqlError> {
        let name = marker.trim_start_matches(':');
        let parameter = self.parameters.iter().find(|parameter| parameter.name.eq_ignore_ascii_case(name));
        let parameter = parameter.ok_or_else(|| SqlError::unbound_parameter(name))?;
        let value = parameter.value.as_ref().map_or_else(|| literal(Value::Null), text);
        match parameter.type_text.as_deref().unwrap_or("STRING") {
            string if string.eq_ignore_ascii_case("string") && parameter.value.is_some() => Ok(value),
            other => Ok(cast(value, data_type(other)?)),
        }
    }
}

impl VisitorMut for Binder<'_> {
    type Break = SqlError;

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<SqlError> {
        let Expr::Value(value) = expr else { return ControlFlow::Continue(()) };
        let Value::Placeholder(marker) = &value.value else { return ControlFlow::Continue(()) };
        match self.value(marker) {
            Ok(value) => {
                *expr = value;
                ControlFlow::Continue(())
            }
            Err(error) => ControlFlow::Break(error),
        }
    }
}

fn data_type(text: &str) -> Result<DataType, SqlError> {
    let parser = Parser::new(&DatabricksDialect {}).try_with_sql(text);
    parser
        .and_then(|mut parser| parser.parse_data_type())
        .map_err(|error| SqlError::unsupported_datatype(text).with_source(error))
}
