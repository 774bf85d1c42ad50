//! Error classes of row filters and column masks (facts/settled.md §5).

use std::fmt::Display;

use clxs_api::FullName;

use super::SqlError;
use crate::guards::GuardError;
use crate::metastore::{TableGuards, TableRow};

/// What a table with guards does not do. Class and words differ by what its guards are.
struct Refused {
    filter: &'static str,
    masks: &'static str,
    both: &'static str,
}

/// The documented text of each class begins like this.
const FILTER: &str = "Row level security policies for";
const MASKS: &str = "Column mask policies for";
const BOTH: &str = "Row level security policies and column mask policies for";

const TIME_TRAVEL: Refused = Refused {
    filter: "ROW_LEVEL_SECURITY_FEATURE_NOT_SUPPORTED.TIME_TRAVEL",
    masks: "COLUMN_MASKS_FEATURE_NOT_SUPPORTED.TIME_TRAVEL",
    both: "ROW_LEVEL_SECURITY_COLUMN_MASK_FEATURE_NOT_SUPPORTED.TIME_TRAVEL",
};

const VIEWS: Refused = Refused {
    filter: "ROW_LEVEL_SECURITY_FEATURE_NOT_SUPPORTED.VIEWS",
    masks: "COLUMN_MASKS_FEATURE_NOT_SUPPORTED.VIEWS",
    both: "ROW_LEVEL_SECURITY_FEATURE_NOT_SUPPORTED.VIEWS",
};

/// The subclass of CLONE is open (facts/settled.md §5): the classes are those of everything else. UNCONFIRMED.
const CLONE: Refused = Refused {
    filter: "ROW_LEVEL_SECURITY_FEATURE_NOT_SUPPORTED",
    masks: "COLUMN_MASKS_FEATURE_NOT_SUPPORTED",
    both: "ROW_LEVEL_SECURITY_COLUMN_MASK_FEATURE_NOT_SUPPORTED",
};

const CHECK: Refused = Refused {
    filter: "ROW_LEVEL_SECURITY_CHECK_CONSTRAINT_UNSUPPORTED",
    masks: "COLUMN_MASKS_CHECK_CONSTRAINT_UNSUPPORTED",
    both: "ROW_LEVEL_SECURITY_CHECK_CONSTRAINT_UNSUPPORTED",
};

impl Refused {
    fn of(&self, guards: &TableGuards) -> (&'static str, &'static str) {
        match (guards.row_filter.is_some(), guards.masks.is_empty()) {
            (true, true) => (self.filter, FILTER),
            (true, false) => (self.both, if self.both == self.filter { FILTER } else { BOTH }),
            (false, _) => (self.masks, MASKS),
        }
    }

    fn error(&self, table: impl Display, guards: &TableGuards, what: &str) -> SqlError {
        let (class, policies) = self.of(guards);
        SqlError::new(class, "0A000", format!("{policies} {table} are not supported: {what}."))
    }
}

impl SqlError {
    pub(crate) fn guards_and_time_travel(table: &TableRow, guards: &TableGuards) -> Self {
        let what = match (guards.row_filter.is_some(), guards.masks.is_empty()) {
            (true, true) => "Time travel for table with row level security policy",
            (true, false) => "Time travel for table with row level security policy and column mask policies",
            (false, _) => "Time travel for table with column mask policies",
        };
        TIME_TRAVEL.error(table.full_name(), guards, what)
    }

    /// Of policies that apply to a view.
    pub(crate) fn guards_on_view(view: &TableRow, guards: &TableGuards) -> Self {
        let what = if guards.row_filter.is_some() {
            "Effective row level security policy for views. The policy must be removed to proceed"
        } else {
            "Effective column mask policies for views. The policies must be removed to proceed"
        };
        VIEWS.error(view.full_name(), guards, what)
    }

    /// Of a view that a statement gives a row filter.
    pub(crate) fn row_filter_of_view(view: &TableRow) -> Self {
        let message = format!(
            "{FILTER} {} are not supported: Setting row level security policy for views.",
            view.full_name()
        );
        Self::new(VIEWS.filter, "0A000", message)
    }

    /// Of a view a column of which a statement masks.
    pub(crate) fn mask_of_view(view: &TableRow) -> Self {
        let message = format!(
            "{MASKS} {} are not supported: Setting column mask policies for views.",
            view.full_name()
        );
        Self::new(VIEWS.masks, "0A000", message)
    }

    pub(crate) fn masks_on_information_schema() -> Self {
        let message = format!(
            "{MASKS} information_schema are not supported: Effective column mask policies for views. The policies must \
             be removed to proceed. Read system.information_schema instead."
        );
        Self::new(VIEWS.masks, "0A000", message)
    }

    pub(crate) fn guards_and_clone(table: &TableRow, guards: &TableGuards) -> Self {
        CLONE.error(table.full_name(), guards, "Cloning the table; only who is exempt from its policies may")
    }

    /// The text is recorded in part (facts/settled.md §5).
    pub(crate) fn guards_by_path(table: &TableRow) -> Self {
        let name = table.full_name();
        Self::unauthorized_access(format_args!(
            "Path-based access to table {name} with row filter or column mask not supported."
        ))
    }

    /// A CHECK constraint on a table with guards. UNCONFIRMED for tables with a row filter.
    pub(crate) fn check_on_guarded_table(table: &TableRow, guards: &TableGuards) -> Self {
        let (class, _) = CHECK.of(guards);
        let policies = if guards.row_filter.is_some() { "row level security" } else { "column mask" };
        let message = format!(
            "Creating CHECK constraint on table {} with {policies} policies is not supported.",
            table.full_name()
        );
        Self::new(class, "0A000", message)
    }

    pub(crate) fn row_filter_on_checked_table(table: impl Display) -> Self {
        let what = "Setting row level security policy for tables with CHECK constraints";
        let class = "ROW_LEVEL_SECURITY_FEATURE_NOT_SUPPORTED.CHECK_CONSTRAINT";
        Self::new(class, "0A000", format!("{FILTER} {table} are not supported: {what}."))
    }

    pub(crate) fn mask_on_checked_table(table: impl Display) -> Self {
        let what = "Setting column mask policies for tables with CHECK constraints";
        let class = "COLUMN_MASKS_FEATURE_NOT_SUPPORTED.CHECK_CONSTRAINT";
        Self::new(class, "0A000", format!("{MASKS} {table} are not supported: {what}."))
    }

    /// The function of a guard was dropped: the table is not read until there is one again. The state is UNCONFIRMED.
    pub(crate) fn guard_function_missing(function: &FullName, missing: Self) -> Self {
        let message = format!(
            "Dependency does not exist in Unity Catalog: Function '{}' of a row filter or column mask does not exist.",
            function.dotted()
        );
        Self::new("UC_DEPENDENCY_DOES_NOT_EXIST", "42704", message).with_source(missing)
    }

    /// A column that a guard needs is to go. UNCONFIRMED.
    pub(crate) fn guarded_column(column: impl Display, table: impl Display) -> Self {
        let message = format!(
            "Cannot drop the column {column} of {table} because a row filter or a column mask needs it. Drop those first."
        );
        Self::new("INVALID_PARAMETER_VALUE", "22023", message)
    }
}

/// States of the classes of ABAC are those of real runs that public sources quote; UNCONFIRMED for a masked argument.
impl From<GuardError> for SqlError {
    fn from(error: GuardError) -> Self {
        let (class, sql_state) = match &error {
            GuardError::MultipleRowFilters { .. } => {
                ("INVALID_PARAMETER_VALUE.UC_ABAC_MULTIPLE_ROW_FILTERS", "42KDJ")
            }
            GuardError::PolicyAndOwnRowFilter { .. } => {
                ("INVALID_PARAMETER_VALUE.UC_ABAC_AND_NATIVE_ROW_FILTERS", "42KDJ")
            }
            GuardError::AmbiguousColumn { .. } => {
                ("INVALID_PARAMETER_VALUE.UC_ABAC_AMBIGUOUS_COLUMN_MATCH", "42KDJ")
            }
            GuardError::MultipleMasks { .. } | GuardError::MaskedArgument { .. } => {
                ("COLUMN_MASKS_FEATURE_NOT_SUPPORTED.MULTIPLE_MASKS", "0A000")
            }
            GuardError::Condition { .. } | GuardError::Metastore(_) => ("INTERNAL_ERROR", "XX000"),
        };
        match error {
            GuardError::Metastore(error) => error.into(),
            error => Self::new(class, sql_state, format!("{error}.")).with_source(error),
        }
    }
}
