//! The embedded lakehouse: a folder that answers Databricks' own REST API and SQL.

mod delta;
mod metastore;
mod sql;
