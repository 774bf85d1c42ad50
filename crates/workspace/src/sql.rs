//! SQL as the platform speaks it: text → [`ast::Statement`] → effects and rows.

pub(crate) mod ast;
mod dialect;
pub(crate) mod error;
mod lexer;
mod literal;
mod parser;
pub(crate) mod relations;

pub(crate) use parser::{parse, parse_with};
