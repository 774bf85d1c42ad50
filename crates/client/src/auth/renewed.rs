//! Keeps a token and renews it in time, once for all who wait for it.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::Instant;

use super::token::{Access, Token};
use super::{CredentialsError, TokenProvider};
use crate::secret::Secret;

/// Where new tokens come from.
pub(super) trait TokenSource: Send + Sync + fmt::Debug {
    /// A new token.
    fn fetch(&self) -> BoxFuture<'_, Result<Token, CredentialsError>>;

    /// Another token than one that the workspace has refused. Sources that keep none have nothing to look out for.
    fn replace<'a>(&'a self, _refused: &'a Secret<String>) -> BoxFuture<'a, Result<Token, CredentialsError>> {
        self.fetch()
    }
}

/// How long before its end a token is over for us: Azure Databricks refuses tokens in their last 30 seconds
/// (official SDK, oauth.py `Token.expired`).
const MARGIN: Duration = Duration::from_secs(40);

/// A token is renewed when half of its life is left, or this (official SDK, oauth.py `Refreshable`).
const LONGEST_STALE: Duration = Duration::from_mins(20);

/// How long to go on with a token that could not be renewed before that is tried again.
const PATIENCE: Duration = Duration::from_mins(1);

/// A provider of tokens that end.
#[derive(Debug)]
pub(super) struct Renewed {
    method: &'static str,
    source: Box<dyn TokenSource>,
    held: Mutex<Option<Held>>,
    /// The last token that was refused, until there is another one.
    refused: Mutex<Option<Secret<String>>>,
    /// Held by the one who fetches a token.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Debug, Clone)]
struct Held {
    access: Access,
    /// From when on it is renewed, but still good.
    stale: Option<Instant>,
    /// From when on it is not good any more.
    over: Option<Instant>,
}

/// What can be done with the token at hand.
enum State {
    Fresh(Access),
    Stale(Access),
    Over,
}

impl Renewed {
    pub(super) fn new(method: &'static str, source: impl TokenSource + 'static) -> Self {
        let (held, refused, fetching) = (Mutex::default(), Mutex::default(), tokio::sync::Mutex::default());
        Self { method, source: Box::new(source), held, refused, fetching }
    }

    fn state(&self) -> State {
        let held = self.held();
        let Some(Held { access, stale, over }) = held.as_ref() else { return State::Over };
        let past = |moment: &Option<Instant>| moment.is_some_and(|moment| moment <= Instant::now());
        match (past(over), past(stale)) {
            (true, _) => State::Over,
            (false, true) => State::Stale(access.clone()),
            (false, false) => State::Fresh(access.clone()),
        }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Option<Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refusal(&self) -> std::sync::MutexGuard<'_, Option<Secret<String>>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fetch(&self) -> Result<Access, CredentialsError> {
        let refused = self.refusal().clone();
        let Token { access, expires } = match &refused {
            Some(refused) => self.source.replace(refused).await?,
            None => self.source.fetch().await?,
        };
        *self.refusal() = None;
        let now = Instant::now();
        let life = expires.map(|expires| expires.saturating_duration_since(now));
        *self.held() = Some(Held {
            access: access.clone(),
            stale: life.map(|life| now + life.saturating_sub((life / 2).min(LONGEST_STALE))),
            over: life.map(|life| now + life.saturating_sub(MARGIN)),
        });
        Ok(access)
    }

    /// Renews a token that is still good, unless somebody is at it. What goes wrong can wait.
    async fn renew_early(&self, access: Access) -> Access {
        let Ok(_fetching) = self.fetching.try_lock() else { return access };
        match self.fetch().await {
            Ok(access) => access,
            Err(error) => {
                tracing::warn!(method = self.method, %error, "the token could not be renewed yet");
                if let Some(held) = self.held().as_mut() {
                    held.stale = Some(Instant::now() + PATIENCE);
                }
                access
            }
        }
    }
}

impl TokenProvider for Renewed {
    fn token(&self) -> BoxFuture<'_, Result<Access, CredentialsError>> {
        Box::pin(async move {
            match self.state() {
                State::Fresh(access) => return Ok(access),
                State::Stale(access) => return Ok(self.renew_early(access).await),
                State::Over => {}
            }
            let _fetching = self.fetching.lock().await;
            // Somebody else may have fetched one while this one waited.
            match self.state() {
                State::Fresh(access) | State::Stale(access) => Ok(access),
                State::Over => self.fetch().await,
            }
        })
    }

    fn refused(&self, token: &Secret<String>) -> bool {
        let mut held = self.held();
        if held.as_ref().is_some_and(|held| held.access.token == *token) {
            *held = None;
            *self.refusal() = Some(token.clone());
        }
        true
    }

    fn method(&self) -> &'static str {
        self.method
    }
}
