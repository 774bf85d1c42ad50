//! The aggregates themselves.

use super::Aggregate;

pub(in crate::sql::execute::query::udf) const ALL: &[Aggregate] = &[];
