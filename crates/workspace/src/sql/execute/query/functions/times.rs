//! Dates and timestamps.

use super::Row;

pub(super) const FUNCTIONS: &[Row] = &[];
