//! Error classes of materialized views (docs.databricks.com, "`MATERIALIZED_VIEW_OPERATION_NOT_ALLOWED` error condition").

use std::fmt::Display;

use super::SqlError;

const STATE: &str = "56038";

impl SqlError {
    /// Changing what the view's query gives. UNCONFIRMED: the subclass.
    pub(crate) fn not_on_materialized_view(operation: &str, name: impl Display) -> Self {
        let message = format!(
            "The materialized view operation {operation} is not allowed: {name} holds the result of its query. \
             Change what the query reads, and run REFRESH MATERIALIZED VIEW."
        );
        Self::new("MATERIALIZED_VIEW_OPERATION_NOT_ALLOWED", STATE, message)
    }

    /// What is none, for a statement about materialized views. UNCONFIRMED: for which statements.
    pub(crate) fn no_materialized_view(operation: &str, name: impl Display) -> Self {
        let message = format!(
            "The materialized view operation {operation} is not allowed: {name} is not a materialized view. \
             Please run {operation} again with a materialized view."
        );
        Self::new("MATERIALIZED_VIEW_OPERATION_NOT_ALLOWED.NON_MATERIALIZED_VIEW", STATE, message)
    }

    /// UNCONFIRMED: the subclass, which comments in public SQL report for an ordinary table, and that of views.
    pub(crate) fn replaced_by_materialized_view(name: impl Display) -> Self {
        let message = format!(
            "The materialized view operation REPLACE is not allowed: {name} cannot be replaced by a materialized \
             view. Drop it first."
        );
        Self::new("MATERIALIZED_VIEW_OPERATION_NOT_ALLOWED.REPLACE_DELTA_LIVE_TABLE", STATE, message)
    }
}
