//! Texts.

use super::Row;
use super::Rule::{Engine, Expression};
use crate::sql::execute::query::syntax::{call, text};

pub(super) const FUNCTIONS: &[Row] = &[
    (
        "concat",
        Expression(|arguments| Some(if arguments.is_empty() { text("") } else { call("concat", arguments) })),
    ),
    ("md5", Engine("md5")),
];
