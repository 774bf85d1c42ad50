//! The list of endpoints, and the router that is made of it.
//!
//! A route is made here with its method and its path written down: an endpoint that the list does not
//! name cannot be reached. `docs/coverage.md` is made from the list.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{self, MethodRouter};

use super::AppState;

/// Routes with their list.
#[derive(Default)]
pub(super) struct Routes {
    router: Router<AppState>,
    /// Methods and paths, with `{…}` for what is variable.
    endpoints: Vec<(&'static str, String)>,
}

/// What answers the methods of one path.
pub(super) struct Methods {
    router: MethodRouter<AppState>,
    names: Vec<&'static str>,
}

impl Routes {
    /// No routes.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds the methods of one path.
    pub(super) fn route(mut self, path: &str, methods: Methods) -> Self {
        let endpoints = methods.names.into_iter().map(|method| (method, path.to_owned()));
        self.endpoints.extend(endpoints);
        Self { router: self.router.route(path, methods.router), ..self }
    }

    /// Adds all of other routes.
    pub(super) fn merge(mut self, other: Self) -> Self {
        self.endpoints.extend(other.endpoints);
        Self { router: self.router.merge(other.router), ..self }
    }

    /// Every endpoint there is.
    #[cfg(test)]
    pub(super) fn into_endpoints(self) -> Vec<(&'static str, String)> {
        self.endpoints
    }

    /// The router, for layers and fallbacks.
    pub(super) fn into_router(self) -> Router<AppState> {
        self.router
    }
}

/// Answers every method with a refusal that says more than that there is no endpoint: the list does not have it.
pub(super) fn refuse<H, T>(handler: H) -> Methods
where
    H: Handler<T, AppState>,
    T: 'static,
{
    Methods { router: routing::any(handler), names: Vec::new() }
}

/// The functions of axum's `routing` that begin the methods of a path, and those that add one; each writes its method
/// down. One that is needed is a word more in the lists below.
macro_rules! methods {
    (begin: $($first:ident $first_name:literal),+; add: $($next:ident $next_name:literal),+;) => {
        $(
            pub(super) fn $first<H, T>(handler: H) -> Methods
            where
                H: Handler<T, AppState>,
                T: 'static,
            {
                Methods { router: routing::$first(handler), names: vec![$first_name] }
            }
        )+

        impl Methods {
            $(
                pub(super) fn $next<H, T>(mut self, handler: H) -> Self
                where
                    H: Handler<T, AppState>,
                    T: 'static,
                {
                    self.names.push($next_name);
                    Self { router: self.router.$next(handler), ..self }
                }
            )+
        }
    };
}

methods! {
    begin: delete "DELETE", get "GET", head "HEAD", post "POST";
    add: delete "DELETE", get "GET", patch "PATCH", post "POST", put "PUT";
}
