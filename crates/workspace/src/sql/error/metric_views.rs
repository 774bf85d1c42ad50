//! Error classes of metric views.

use std::fmt::Display;

use super::SqlError;

impl SqlError {
    /// A definition that is none (github.com/databricks-solutions/ai-dev-kit, issue 402, quotes the class and a reason). The
    /// state and the sentence around the reason are UNCONFIRMED.
    pub(crate) fn invalid_metric_view(reason: impl Display) -> Self {
        let message = format!("The metric view definition is invalid. Reason: {reason}.");
        Self::new("METRIC_VIEW_INVALID_VIEW_DEFINITION", "42K0E", message)
    }

    /// `WITH METRICS` of something else than YAML (docs.databricks.com, "`UNSUPPORTED_METRIC_VIEW_USAGE` error condition").
    pub(crate) fn metric_view_without_yaml() -> Self {
        let message = "Unsupported Metric View usage. Defining a Metric View without a YAML configuration is not \
                       supported. Please refer to the documentation for the proper syntax.";
        Self::new("UNSUPPORTED_METRIC_VIEW_USAGE.NON_YAML_DEFINITION", "0A000", message)
    }
}
