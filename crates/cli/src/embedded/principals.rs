//! Principals of the embedded workspace, made over its SCIM API as any client would.

use anyhow::{Context as _, bail};
use axum::body::{self, Body, Bytes};
use axum::http::Request;
use clxs_client::{ServiceTransport, Transport};
use clxs_workspace::Workspace;
use serde_json::{Value, json};

const SCIM: &str = "/api/2.0/preview/scim/v2";
/// More than any answer about one principal.
const MAX_ANSWER: usize = 1 << 20;

/// Speaks SCIM as the administrator.
pub(super) struct Principals {
    transport: ServiceTransport,
    token: String,
}

impl Principals {
    pub(super) fn of(workspace: &Workspace) -> anyhow::Result<Self> {
        Ok(Self { transport: ServiceTransport::new(workspace.router()), token: workspace.admin_token()? })
    }

    /// Makes a user unless there is one of that name; gives its id.
    pub(super) async fn ensure_user(&self, name: &str) -> anyhow::Result<String> {
        self.ensure("Users", "userName", name, json!({ "userName": name })).await
    }

    /// Makes a group with these members unless there is one of that name.
    pub(super) async fn ensure_group(&self, name: &str, members: &[String]) -> anyhow::Result<String> {
        let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
        self.ensure("Groups", "displayName", name, json!({ "displayName": name, "members": members })).await
    }

    async fn ensure(
        &self,
        resource: &str,
        attribute: &str,
        name: &str,
        new: Value,
    ) -> anyhow::Result<String> {
        let path = format!("{SCIM}/{resource}");
        let found =
            self.send("GET", &format!("{path}?filter={attribute}%20eq%20%22{name}%22"), Value::Null).await?;
        let principal = match found.pointer("/Resources/0") {
            Some(principal) => principal.clone(),
            None => self.send("POST", &path, new).await?,
        };
        principal["id"].as_str().map(str::to_owned).with_context(|| format!("principal {name} has no id"))
    }

    async fn send(&self, method: &str, path: &str, content: Value) -> anyhow::Result<Value> {
        let content = if content.is_null() { Bytes::new() } else { serde_json::to_vec(&content)?.into() };
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", super::IN_PROCESS_URL))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(content)?;
        let response = self.transport.send(request).await?;
        let status = response.status();
        let answer = body::to_bytes(Body::new(response.into_body()), MAX_ANSWER).await?;
        if !status.is_success() {
            bail!("{method} {path} answered {status}: {}", String::from_utf8_lossy(&answer));
        }
        Ok(serde_json::from_slice(&answer)?)
    }
}
