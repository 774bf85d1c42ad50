//! Limits of the caller on what is sent.

use std::fmt;

use futures::future::BoxFuture;

/// Holds back the statements of a client.
pub trait Pacer: fmt::Debug + Send + Sync {
    /// Waits until another one may be sent.
    fn turn(&self) -> BoxFuture<'_, ()>;
}
