//! Queries: stub
mod arithmetic;
mod column_name;
mod error;
mod functions;
mod number_text;
mod parameters;
mod range;
mod refused;
mod render;
mod rewrite;
mod session;
mod session_values;
mod spark_text;
mod syntax;
mod udf;
