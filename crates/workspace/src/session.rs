//! What a statement is run with, and what lasts from one statement to the next.

mod configuration;
mod registry;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clxs_api::Identifier;

pub(crate) use configuration::{Configuration, ConfigurationError};
pub(crate) use registry::Sessions;

use crate::principal::Principal;

/// Who runs a statement, where its unqualified names are looked up, and how it is configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) principal: Principal,
    pub(crate) catalog: Identifier,
    pub(crate) schema: Identifier,
    pub(crate) configuration: Configuration,
}

/// A session as `USE` and `SET` change it. A statement that names no session has one of its own, which ends with it
/// (`facts/rest_api.md` §7). Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct LastingSession(Arc<Mutex<Session>>);

impl Session {
    /// A session without configuration of its own.
    pub(crate) fn new(principal: Principal, catalog: Identifier, schema: Identifier) -> Self {
        Self { principal, catalog, schema, configuration: Configuration::default() }
    }
}

impl LastingSession {
    /// A session that begins like this.
    pub(crate) fn new(session: Session) -> Self {
        Self(Arc::new(Mutex::new(session)))
    }

    /// The session as it is now.
    pub(crate) fn now(&self) -> Session {
        self.lock().clone()
    }

    /// Changes it for the statements to come.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Session) -> T) -> T {
        change(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
