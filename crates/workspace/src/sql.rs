//! SQL as the platform speaks it: text → [`ast::Statement`] → effects and rows.

pub(crate) mod ast;
