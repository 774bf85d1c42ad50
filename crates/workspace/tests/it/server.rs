//! A workspace in a folder of its own, reached in-process or over TCP.

use axum::Router;
use axum::body::Body;
use clxs_workspace::{Workspace, WorkspaceOptions};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tower::ServiceExt;

/// How requests reach the workspace.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Transport {
    InProcess,
    Tcp,
}

/// A running workspace.
pub(crate) struct Server {
    pub(crate) workspace: Workspace,
    pub(crate) token: String,
    address: Option<String>,
    root: TempDir,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Value,
}

impl Server {
    pub(crate) async fn start(transport: Transport) -> Self {
        let root = TempDir::new().unwrap();
        let options = WorkspaceOptions { strict_requests: true, ..WorkspaceOptions::default() };
        let workspace = Workspace::open(root.path().join("workspace"), options).await.unwrap();
        let token = workspace.admin_token().unwrap();
        let address = match transport {
            Transport::InProcess => None,
            Transport::Tcp => Some(serve(workspace.router()).await),
        };
        Self { workspace, token, address, root }
    }

    /// A workspace that is open already, in-process.
    pub(crate) fn of(workspace: Workspace, root: TempDir) -> Self {
        let token = workspace.admin_token().unwrap();
        Self { workspace, token, address: None, root }
    }

    pub(crate) fn root(&self) -> std::path::PathBuf {
        self.root.path().join("workspace")
    }

    /// The URL of a path, over TCP.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address.as_deref().unwrap())
    }

    /// Sends a request with these headers and this body as they are.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<String>,
    ) -> Answer {
        let host = self.address.as_deref().unwrap_or("http://workspace.internal");
        let mut request = http::Request::builder().method(method).uri(format!("{host}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).unwrap();
        let (parts, bytes) = if self.address.is_some() {
            let response = reqwest::Client::new().execute(request.try_into().unwrap()).await.unwrap();
            let (parts, body) = http::Response::<reqwest::Body>::from(response).into_parts();
            (parts, body.collect().await.unwrap().to_bytes())
        } else {
            let response = self.workspace.router().oneshot(request.map(Body::from)).await.unwrap();
            let (parts, body) = response.into_parts();
            (parts, body.collect().await.unwrap().to_bytes())
        };
        let text: &[u8] = if bytes.is_empty() { b"null" } else { &bytes };
        let body = serde_json::from_slice(text).unwrap_or_else(|error| {
            panic!("{method} {path}: {error} in {}", String::from_utf8_lossy(&bytes))
        });
        Answer { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    /// Sends JSON as the holder of a token.
    pub(crate) async fn send_as(&self, token: &str, method: &str, path: &str, body: Value) -> Answer {
        self.send(method, path, &[("authorization", &format!("Bearer {token}"))], body.to_string()).await
    }

    /// Sends JSON as the admin and expects success.
    pub(crate) async fn ok(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.send_as(&self.token, method, path, body).await;
        assert!((200..300).contains(&answer.status), "{method} {path}: {answer:?}");
        answer.body
    }

    /// Sends JSON as the admin and expects an error, which comes back as `status CODE: message`.
    pub(crate) async fn error(&self, method: &str, path: &str, body: Value) -> String {
        self.error_as(&self.token, method, path, body).await
    }

    /// [`Server::error`] as the holder of a token.
    pub(crate) async fn error_as(&self, token: &str, method: &str, path: &str, body: Value) -> String {
        let Answer { status, body, .. } = self.send_as(token, method, path, body).await;
        assert!(status >= 400, "{method} {path}: {status} {body}");
        let text = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
        format!("{status} {}: {}", text("error_code"), text("message"))
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.ok("GET", path, json!({})).await
    }
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}
