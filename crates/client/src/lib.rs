//! A typed, asynchronous client of the Databricks workspace protocol.
//!
//! This crate knows the protocol ([`clxs_api`]) and how to speak it well: authentication, timeouts, retry,
//! paging, polling of statements, redaction and tracing. It knows nothing of cloning and nothing of the
//! embedded workspace: that one is reached through the same [`Transport`] seam as a remote one.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use clxs_client::{Client, HttpTransport, Transport, auth};
//! use futures::TryStreamExt;
//!
//! let environment = auth::Environment::of_process();
//! let resolved = auth::resolve(&auth::Explicit::default(), &environment)?.ok_or("no workspace is configured")?;
//! let transport: Arc<dyn Transport> = Arc::new(HttpTransport::new(None)?);
//! let credentials = resolved.credentials(&transport);
//! let client = Client::builder(resolved.host.value).transport(transport).credentials(credentials).build()?;
//! let catalogs: Vec<_> = client.list_catalogs().try_collect().await?;
//! # Ok(()) }
//! ```
//!
//! The way of a request: a function of [`Client`] makes a request, `exchange` sends it as often as
//! [`RetryPolicy`] allows, each time with a fresh token and under a timeout, through a [`Transport`];
//! the answer becomes a type of [`clxs_api`] or an [`Error`].

pub mod auth;
mod client;
mod error;
mod exchange;
mod external;
mod files;
mod page;
mod query_history;
mod redaction;
mod request;
mod retry;
mod secret;
pub mod statement;
mod throttle;
pub mod transport;
mod unity;
mod warehouse;

pub use auth::TokenProvider;
pub use client::{Client, ClientBuilder};
pub use error::{Error, ErrorKind, StatementFailure, with_causes};
pub use exchange::Call;
pub use files::{FileRoot, PartUpload, UploadedPart};
pub use redaction::{holds_token, redact};
pub use retry::{RetryPolicy, count_retries};
pub use secret::Secret;
pub use statement::{Cells, PollPolicy, Row, Rows};
pub use transport::{HttpTransport, ServiceTransport, Transport, TransportError};

/// What functions of this crate return.
pub type Result<T, E = Error> = std::result::Result<T, E>;
