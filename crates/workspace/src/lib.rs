//! The embedded lakehouse: a folder that answers Databricks' own REST API and SQL.
//!
//! ```text
//! http ─► securables ────────────────► authorization ─► metastore (SQLite)
//!   ├───► warehouse ─► sql ─► securables
//!   │                   └───► delta, parquet (tables in folders)
//!   └───► volume (files in folders)
//! ```
//!
//! [`Workspace::router`] is the whole of it: an authenticated HTTP service, to be called in-process or served over
//! TCP. There is no other way in, so what works here works on the wire.

mod authorization;
mod backup;
#[cfg(test)]
mod coverage;
mod delta;
mod error;
mod faults;
mod files;
#[cfg(fuzzing)]
pub mod fuzzing;
mod guards;
mod hex;
mod http;
mod information_schema;
mod metastore;
mod parquet;
mod principal;
mod securables;
mod session;
mod sql;
mod warehouse;
mod workspace;

pub use backup::{BackupError, BackupSummary};
pub use error::{Error, Result};
pub use faults::{FaultEffect, FaultError, FaultPlan, FaultRule};
pub use workspace::{ADMIN, Workspace, WorkspaceOptions, WorkspaceSummary};
