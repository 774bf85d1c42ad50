//! The REST API: one thin file per group of endpoints, and what they share.
//!
//! Every request goes through the same layers, in-process or over TCP: panics become answers, the token
//! becomes a [`Principal`](crate::principal::Principal), and what changes something runs to its end.

mod auth;
mod bindings;
mod catalogs;
mod constraints;
mod error;
mod external_locations;
mod extract;
mod faults;
mod files;
mod functions;
mod history;
mod layers;
mod metastore;
mod models;
mod neighbours;
mod oauth;
mod paging;
mod permissions;
mod policies;
mod routes;
mod schemas;
mod scim;
mod securables;
mod sessions;
mod signature;
mod statements;
mod storage_credentials;
mod tables;
mod tags;
mod volumes;
mod warehouses;

pub(crate) use auth::Caller;
pub(crate) use error::RestError;
pub(crate) use extract::{Body, Params, Path};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::http::Uri;
use axum::middleware::{from_fn, from_fn_with_state};
use clxs_api::ErrorCode;
use tower_http::catch_panic::CatchPanicLayer;

use routes::Routes;

use crate::authorization::Access;
use crate::delta::DeltaEngine;
use crate::faults::Faults;
use crate::metastore::{Metastore, Transaction};
use crate::session::Sessions;
use crate::sql::{Compute, Services};
use crate::warehouse::Warehouse;
use signature::Signer;

/// A statement's text may have 16 MiB (`facts/rest_api.md` §7); the rest of its request needs little more.
const BODY_LIMIT: usize = 17 << 20;

/// What handlers work on. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct AppState {
    pub(crate) metastore: Metastore,
    pub(crate) engine: DeltaEngine,
    pub(crate) warehouse: Warehouse,
    pub(crate) sessions: Sessions,
    pub(crate) faults: Faults,
    compute: Compute,
    /// Signs the URLs of results and of files.
    signer: Signer,
    /// Whether fields that the protocol does not have are refused instead of ignored.
    pub(crate) strict_requests: bool,
}

impl AppState {
    /// A workspace on this metastore that runs `slots` statements at once.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub(crate) fn new(metastore: Metastore, slots: usize, strict_requests: bool) -> std::io::Result<Self> {
        let warehouse = Warehouse::new(slots)?;
        let engine = DeltaEngine::new(warehouse.handle().clone());
        Ok(Self {
            metastore,
            engine,
            warehouse,
            sessions: Sessions::default(),
            faults: Faults::default(),
            compute: Compute::new()?,
            signer: Signer::new(),
            strict_requests,
        })
    }

    /// What statements work with.
    pub(crate) fn services(&self) -> Services {
        Services {
            metastore: self.metastore.clone(),
            engine: self.engine.clone(),
            compute: self.compute.clone(),
        }
    }

    /// Runs `work` on one view of the metastore, for a caller.
    pub(crate) async fn read<T, F>(&self, caller: Caller, work: F) -> Result<T, RestError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &Access) -> Result<T, RestError> + Send + 'static,
    {
        self.metastore.read(move |tx| work(tx, &Access::load(tx, &caller.0)?)).await
    }

    /// Runs `work` in one writing transaction, for a caller.
    pub(crate) async fn write<T, F>(&self, caller: Caller, work: F) -> Result<T, RestError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &Access) -> Result<T, RestError> + Send + 'static,
    {
        self.metastore.write(move |tx| work(tx, &Access::load(tx, &caller.0)?)).await
    }
}

/// The endpoints that need a token.
fn endpoints() -> Routes {
    Routes::new()
        .merge(securables::routes::<catalogs::Catalogs>())
        .merge(faults::routes())
        .merge(bindings::routes())
        .merge(external_locations::routes())
        .merge(files::routes())
        .merge(functions::routes())
        .merge(constraints::routes())
        .merge(history::routes())
        .merge(metastore::routes())
        .merge(models::routes())
        .merge(neighbours::routes())
        .merge(permissions::routes())
        .merge(policies::routes())
        .merge(securables::routes::<schemas::Schemas>())
        .merge(scim::routes())
        .merge(sessions::routes())
        .merge(statements::routes())
        .merge(storage_credentials::routes())
        .merge(tables::routes())
        .merge(securables::routes::<volumes::Volumes>())
        .merge(tags::routes())
        .merge(warehouses::routes())
}

/// The endpoints that need none.
fn open_endpoints() -> Routes {
    Routes::new()
        .merge(files::open_routes())
        .merge(metastore::open_routes())
        .merge(oauth::open_routes())
        .merge(statements::open_routes())
}

/// Methods and paths of all endpoints.
#[cfg(test)]
pub(crate) fn endpoints_of_the_router() -> Vec<(&'static str, String)> {
    let listed = [endpoints(), open_endpoints()].into_iter().flat_map(Routes::into_endpoints);
    listed.collect()
}

/// The whole protocol.
pub(crate) fn router(state: AppState) -> Router {
    let protocol = endpoints()
        .into_router()
        .fallback(no_such_endpoint)
        .method_not_allowed_fallback(no_such_endpoint)
        .layer(from_fn(layers::run_changes_to_their_end))
        .layer(from_fn_with_state(state.clone(), auth::authenticate));
    Router::new()
        .merge(protocol)
        .merge(open_endpoints().into_router())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn_with_state(state.clone(), faults::happen))
        .layer(from_fn(layers::traced))
        .layer(from_fn_with_state(state.clone(), layers::name_the_workspace))
        .layer(CatchPanicLayer::custom(layers::answer_to_panic))
        .with_state(state)
}

async fn no_such_endpoint(method: Method, uri: Uri) -> RestError {
    RestError::new(ErrorCode::EndpointNotFound, format!("No API found for '{method} {}'", uri.path()))
}

#[cfg(test)]
mod tests;
