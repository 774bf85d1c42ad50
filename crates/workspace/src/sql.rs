//! SQL as the platform speaks it: text → [`ast::Statement`] → effects and rows.

pub(crate) mod ast;
mod dialect;
pub(crate) mod error;
mod execute;
mod lexer;
mod literal;
pub(crate) mod metric_view;
mod parser;
pub(crate) mod relations;

pub(crate) use error::SqlError;
pub(crate) use execute::{
    Compute, Context, Services, column_default, execute, function_of_request, settle_interrupted_writes,
    table_field, texts_of,
};
pub(crate) use parser::{
    is_literal, parse, parse_expression, parse_function_body, parse_name, parse_schema, parse_type,
    parse_with,
};
#[cfg(test)]
pub(crate) use parser::{supported_statements, unsupported_statements};
