//! The engine: clones a catalog through the Databricks protocol.
//!
//! A run is a value that goes one way:
//! [`Settings`] → [`Inventories`](inventory::Inventories) → [`Plan`] → run → [`Report`].
//! The plan is a pure function of what is there and what is wanted; the run writes to the [`Journal`]
//! before and after every step; the report is made from the journal alone.
//!
//! This crate knows the client and the wire types. It knows no terminal, no HTTP server and no SQL engine:
//! files are copied by the warehouse that executes `CLONE`, never by this crate.

mod at_once;
mod backoff;
mod clock;
mod engine;
mod error;
mod event;
mod named;
mod outcome;
mod securable;

pub mod bundle;
pub mod inventory;
pub mod journal;
pub mod plan;
pub mod report;
pub mod rewrite;
mod run;
pub mod settings;
mod warehouse;

pub use clock::Clock;
pub use engine::Engine;
pub use error::{Error, ErrorKind, Result};
pub use event::{Event, Observer, SilentObserver};
pub use journal::Journal;
pub use outcome::{CloneMetrics, FacetOutcome, FacetStatus, Outcome, StepOutcome};
pub use plan::Plan;
pub use report::Report;
pub use securable::{Kind, Securable};
pub use settings::Settings;
