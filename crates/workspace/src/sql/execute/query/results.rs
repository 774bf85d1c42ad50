//! Rows as results carry them: intervals are texts, and timestamps are in the zone of the session.

use datafusion::arrow::datatypes::{DataType, Field, TimeUnit};
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, cast};

use super::intervals::{Units, text_of};
use super::over::columns;
use super::{Planned, common_type, sql_error, zone};
use crate::sql::SqlError;

impl Planned {
    /// The rows in their last form; the columns of the query stay what they are.
    ///
    /// # Errors
    /// Those of the query engine.
    pub(super) fn for_results(self, time_zone: &str) -> Result<Self, SqlError> {
        let fields = self.plan.schema().fields();
        let values: Vec<_> =
            columns(&self.plan).zip(fields).map(|(value, field)| carried(value, field, time_zone)).collect();
        if values.iter().all(|value| matches!(value, Expr::Column(_))) {
            return Ok(self);
        }
        let plan = LogicalPlanBuilder::from(self.plan).project(values).and_then(LogicalPlanBuilder::build);
        Ok(Self { plan: plan.map_err(sql_error)?, ..self })
    }
}

fn carried(value: Expr, field: &Field, time_zone: &str) -> Expr {
    if let Some(units) = Units::of(field) {
        return text_of(value, units).alias(field.name());
    }
    if zone::named(time_zone).is_some() && *field.data_type() == common_type::timestamp() {
        let zoned = DataType::Timestamp(TimeUnit::Microsecond, Some(time_zone.into()));
        return cast(value, zoned).alias(field.name());
    }
    value
}
