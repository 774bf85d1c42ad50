//! Texts.

use super::Row;
use super::Rule::Engine;

pub(super) const FUNCTIONS: &[Row] = &[("md5", Engine("md5"))];
