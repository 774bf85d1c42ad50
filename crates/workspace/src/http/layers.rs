//! Layers around all endpoints.

use std::any::Any;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use clxs_api::ErrorCode;
use futures::FutureExt;
use tracing::Instrument;

use super::{AppState, RestError};

const ORG_ID: HeaderName = HeaderName::from_static("x-databricks-org-id");

/// Everything done for a request is traced in the span `workspace`, under the id that its sender gave it.
pub(super) async fn traced(request: Request, next: Next) -> Response {
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).unwrap_or_default();
    let (method, path) = (request.method(), request.uri().path());
    let span = tracing::debug_span!("workspace", %method, path, request_id = id);
    next.run(request).instrument(span).await
}

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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::StatusCode;
    use axum::middleware::from_fn;
    use axum::routing::{get, post};
    use tokio::sync::Notify;
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    async fn panicking() -> &'static str {
        panic!("a secret detail")
    }

    fn request(method: Method) -> Request {
        Request::builder().method(method).uri("/").body(Body::empty()).unwrap()
    }

    #[tokio::test]
    async fn panic_of_a_handler_is_an_answer_without_its_details() {
        let router = Router::new()
            .route("/", get(panicking).post(panicking))
            .layer(from_fn(run_changes_to_their_end))
            .layer(CatchPanicLayer::custom(answer_to_panic));
        for method in [Method::GET, Method::POST] {
            let response = router.clone().oneshot(request(method)).await.unwrap();
            assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
            let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
            let body = String::from_utf8(body.to_vec()).unwrap();
            assert!(body.contains("INTERNAL_ERROR") && !body.contains("secret"), "{body}");
        }
    }

    #[tokio::test]
    async fn change_ends_although_its_caller_hung_up() {
        let [started, go_on, done] = std::array::from_fn(|_| Arc::new(Notify::new()));
        let signals = [&started, &go_on, &done].map(Arc::clone);
        let handler = move || async move {
            let [started, go_on, done] = signals;
            started.notify_one();
            go_on.notified().await;
            done.notify_one();
        };
        let router = Router::new().route("/", post(handler)).layer(from_fn(run_changes_to_their_end));
        let caller = tokio::spawn(router.oneshot(request(Method::POST)));
        started.notified().await;
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        go_on.notify_one();
        done.notified().await;
    }
}
