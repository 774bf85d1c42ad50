//! Tokens that end: when they are renewed, and by whom. Time is paused.

use std::sync::Arc;
use std::time::Duration;

use clxs_client::{Client, ErrorKind, RetryPolicy, TokenProvider};
use serde_json::json as value;

use crate::credentials::{credentials, endpoints, granted, metadata, resolved};
use crate::queue::{Queue, Reply, json};

const MACHINE: [(&str, &str); 3] = [
    ("DATABRICKS_HOST", "https://x.example"),
    ("DATABRICKS_CLIENT_ID", "id"),
    ("DATABRICKS_CLIENT_SECRET", "secret"),
];

/// A provider whose tokens live for an hour, and the queue it asks.
fn provider(replies: impl IntoIterator<Item = Reply>) -> (Arc<dyn TokenProvider>, Arc<Queue>) {
    let queue = Queue::new([metadata(), endpoints()].into_iter().chain(replies));
    (credentials(&resolved(&MACHINE), &queue), queue)
}

async fn token(provider: &Arc<dyn TokenProvider>) -> String {
    provider.token().await.unwrap().token.expose().clone()
}

#[tokio::test(start_paused = true)]
async fn token_is_kept_until_twenty_minutes_before_its_end() {
    let (provider, queue) = provider([granted("one"), granted("two")]);
    assert_eq!(token(&provider).await, "one");
    tokio::time::advance(Duration::from_mins(39)).await;
    assert_eq!(token(&provider).await, "one");
    assert_eq!(queue.requests().len(), 3);
    tokio::time::advance(Duration::from_mins(2)).await;
    assert_eq!(token(&provider).await, "two");
}

#[tokio::test(start_paused = true)]
async fn token_that_cannot_be_renewed_early_is_used_until_its_end() {
    let refused = || json(400, &value!({"error": "temporarily", "error_description": "no"}));
    let (provider, queue) = provider([granted("one"), refused(), granted("two")]);
    token(&provider).await;
    tokio::time::advance(Duration::from_mins(41)).await;
    assert_eq!(token(&provider).await, "one");
    // Within the next minute nobody asks again.
    assert_eq!(token(&provider).await, "one");
    assert_eq!(queue.requests().len(), 4);
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(token(&provider).await, "two");
}

#[tokio::test(start_paused = true)]
async fn token_that_is_over_is_not_used() {
    let refused = json(401, &value!({"error": "invalid_client"}));
    let (provider, _queue) = provider([granted("one"), refused]);
    token(&provider).await;
    // Forty seconds before its end it is over for us.
    tokio::time::advance(Duration::from_secs(3600 - 39)).await;
    assert_eq!(provider.token().await.unwrap_err().kind(), ErrorKind::Unauthenticated);
}

#[tokio::test(start_paused = true)]
async fn many_who_need_a_token_at_once_cause_one_request() {
    let (provider, queue) = provider([granted("one")]);
    let tokens = futures::future::join_all((0..20).map(|_| token(&provider))).await;
    assert!(tokens.iter().all(|token| token == "one"));
    assert_eq!(queue.requests().len(), 3);
}

/// A client of the workspace whose tokens come by another queue.
fn client(workspace: &Arc<Queue>, provider: Arc<dyn TokenProvider>) -> Client {
    let builder = Client::builder("https://x.example".parse().unwrap()).transport(workspace.clone());
    builder
        .external_transport(workspace.clone())
        .credentials(provider)
        .retry(RetryPolicy::never())
        .build()
        .unwrap()
}

fn refused_token(status: u16) -> Reply {
    let code = if status == 403 { value!(403) } else { value!("UNAUTHENTICATED") };
    json(status, &value!({"error_code": code, "message": "Invalid access token."}))
}

fn authorizations(queue: &Queue) -> Vec<String> {
    let authorization =
        |request: &http::Request<_>| request.headers()["authorization"].to_str().unwrap().to_owned();
    queue.requests().iter().map(authorization).collect()
}

#[rstest::rstest]
#[tokio::test(start_paused = true)]
async fn request_whose_token_is_refused_is_sent_again_with_a_new_one(#[values(401, 403)] status: u16) {
    let (provider, _) = provider([granted("one"), granted("two")]);
    let workspace = Queue::new([refused_token(status), json(200, &value!({"userName": "me"}))]);
    client(&workspace, provider).current_user().await.unwrap();
    assert_eq!(authorizations(&workspace), ["Bearer one", "Bearer two"]);
}

#[tokio::test(start_paused = true)]
async fn token_that_is_refused_twice_is_an_error() {
    let (provider, _) = provider([granted("one"), granted("two")]);
    let workspace = Queue::new([refused_token(401), refused_token(401)]);
    let error = client(&workspace, provider).current_user().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert_eq!(workspace.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn refused_privilege_or_personal_token_is_an_error_at_once() {
    let (machine, _) = provider([granted("one")]);
    let denied =
        json(403, &value!({"error_code": "PERMISSION_DENIED", "message": "User does not have USE SCHEMA"}));
    let workspace = Queue::new([denied]);
    client(&workspace, machine).current_user().await.unwrap_err();
    assert_eq!(workspace.requests().len(), 1);
    let personal = resolved(&[("DATABRICKS_HOST", "https://x.example"), ("DATABRICKS_TOKEN", "t")]);
    let workspace = Queue::new([refused_token(403)]);
    client(&workspace, credentials(&personal, &Queue::new([]))).current_user().await.unwrap_err();
    assert_eq!(workspace.requests().len(), 1);
}
