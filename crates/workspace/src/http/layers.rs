//! Layers around all endpoints.

use std::any::Any;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use clxs_api::ErrorCode;
use futures::FutureExt;

use super::{AppState, RestError};

const ORG_ID: HeaderName = HeaderName::from_static("x-databricks-org-id");

/// Puts the number of the workspace into every answer (`facts/rest_api.md` §1).
pub(super) async fn name_the_workspace(
    State(state): State<AppState>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let workspace_id = state.metastore.metastore().workspace_id;
    response.headers_mut().insert(ORG_ID, HeaderValue::from(workspace_id));
    response
}

/// A caller who hangs up drops the handler's future. What only reads may stop there; what changes something
/// could stop half-way, so it gets a task of its own.
pub(super) async fn run_changes_to_their_end(request: Request, next: Next) -> Response {
    if request.method() == Method::GET || request.method() == Method::HEAD {
        return next.run(request).await;
    }
    match tokio::spawn(next.run(request).boxed()).await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => answer_to_panic(panic),
            Err(error) => internal_error(&error.to_string()),
        },
    }
}

/// A panic in a handler must reach neither the connection nor, in-process, the caller's task.
#[expect(clippy::needless_pass_by_value, reason = "the signature is the layer's")]
pub(super) fn answer_to_panic(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    internal_error(
        text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("panic without a message"),
    )
}

fn internal_error(details: &str) -> Response {
    tracing::error!(details, "a request failed inside the workspace");
    RestError::new(ErrorCode::InternalError, "The request failed inside the workspace; its log says why.")
        .into_response()
}
