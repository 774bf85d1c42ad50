//! stub
mod query;
pub(crate) mod types;
