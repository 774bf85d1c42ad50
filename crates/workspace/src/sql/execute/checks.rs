//! CHECK constraints: conditions that every row of a table meets.

use std::sync::Arc;

use datafusion::arrow::array::{Array, AsArray, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::catalog::TableProvider;
use datafusion::sql::sqlparser::ast::{Expr, SelectItem};

use super::context::Context;
use super::query::{self, Planned, TARGET};
use crate::delta::{Pin, Snapshot};
use crate::metastore::TableRow;
use crate::sql::SqlError;
use crate::sql::ast::{CheckConstraint, Statement};

/// The prefix of the table properties that hold constraints.
const PROPERTY: &str = "delta.constraints.";

/// A constraint of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Check {
    pub(super) name: String,
    pub(super) expression: String,
}

impl Check {
    /// The constraints of a table.
    pub(super) fn of(snapshot: &Snapshot) -> Vec<Self> {
        let properties = snapshot.metadata().configuration.iter();
        let check = |(key, expression): (&String, &String)| {
            let name = key.strip_prefix(PROPERTY)?.to_owned();
            Some(Self { name, expression: expression.clone() })
        };
        properties.filter_map(check).collect()
    }

    /// The condition as a column of a query.
    fn item(&self) -> Result<SelectItem, SqlError> {
        Ok(SelectItem::UnnamedExpr(Expr::IsTrue(Box::new(Expr::Nested(Box::new(expression(&self.expression)?))))))
    }
}

/// An expression as it is stored with a table.
///
/// # Errors
/// Those of the parser.
pub(super) fn expression(text: &str) -> Result<Expr, SqlError> {
    if let Statement::Query(query) = crate::sql::parse(&format!("SELECT {text}"))?
        && let datafusion::sql::sqlparser::ast::SetExpr::Select(select) = *query.body
        && let Some(SelectItem::UnnamedExpr(expression)) = select.projection.into_iter().next()
    {
        return Ok(expression);
    }
    Err(SqlError::internal(format!("`{text}` is no expression")))
}

/// The rows of `rows` with one more column for each constraint: whether the row meets it.
pub(super) async fn plan(
    context: &Context,
    rows: Arc<dyn TableProvider>,
    checks: &[Check],
) -> Result<Planned, SqlError> {
    let mut items = query::all_columns(&rows);
    for check in checks {
        items.push(check.item()?);
    }
    query::plan_over(context, TARGET, rows, items).await
}

/// The rows without the columns of [`plan`].
///
/// # Errors
/// `DELTA_VIOLATE_CONSTRAINT_WITH_VALUES` for the first row that does not meet a constraint; null does not.
pub(super) fn enforce(batch: &RecordBatch, checks: &[Check]) -> Result<RecordBatch, SqlError> {
    let width = batch.num_columns() - checks.len();
    for (index, check) in checks.iter().enumerate() {
        let met = batch.column(width + index).as_boolean();
        if let Some(row) = (0..met.len()).find(|row| met.is_null(*row) || !met.value(*row)) {
            let values = query::row_text(batch, row, width)?;
            return Err(SqlError::delta_violate_constraint(&check.name, &check.expression, &values));
        }
    }
    let columns: Vec<usize> = (0..width).collect();
    batch.project(&columns).map_err(|error| SqlError::internal(error.to_string()).with_source(error))
}

/// Refuses a new constraint that rows of the table do not meet.
///
/// # Errors
/// `DELTA_NEW_CHECK_CONSTRAINT_VIOLATION`
pub(super) async fn require_rows_to_meet(
    context: &Context,
    row: &TableRow,
    check: &CheckConstraint,
) -> Result<(), SqlError> {
    let location = context.location(row)?;
    let open = move |engine: &_| Snapshot::open(engine, &location, Pin::Latest)?.into_table_provider();
    let rows = context.blocking(open).await?;
    let condition = format!("count_if(({}) IS NOT TRUE)", check.expression);
    let items = vec![SelectItem::UnnamedExpr(expression(&condition)?)];
    let planned = query::plan_over(context, TARGET, rows, items).await?;
    let violations = planned.first_value().await?;
    let violations = violations.map_or(0, |count| count.as_primitive::<Int64Type>().value(0));
    match u64::try_from(violations) {
        Ok(0) | Err(_) => Ok(()),
        Ok(rows) => {
            let name = row.full_name();
            Err(SqlError::delta_new_check_constraint_violation(rows, name, &check.expression))
        }
    }
}
