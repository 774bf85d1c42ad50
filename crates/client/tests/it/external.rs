//! The second seam: links to data elsewhere.

use std::sync::Arc;

use clxs_api::statement::{ExecuteStatement, ExternalLink};
use clxs_client::Error;
use rstest::rstest;
use serde_json::json as value;

use crate::queue::{Queue, builder, client, json, stable, text};

const SIGNED: &str = "https://bucket.s3.amazonaws.com/results/1?X-Amz-Signature=canary0123&X-Amz-Expires=900";

fn link(url: &str) -> ExternalLink {
    ExternalLink { external_link: url.to_owned(), ..ExternalLink::default() }
}

#[tokio::test]
async fn linked_rows_are_fetched_without_the_token_and_over_the_second_transport() {
    let answer = value!({
        "statement_id": "s1",
        "status": {"state": "SUCCEEDED"},
        "manifest": {"format": "JSON_ARRAY", "schema": {"columns": [{"name": "n"}]}, "total_chunk_count": 2, "total_row_count": 2},
        "result": {"external_links": [{"chunk_index": 0, "external_link": SIGNED, "next_chunk_index": 1}]},
    });
    let next = value!({"external_links": [{"chunk_index": 1, "external_link": SIGNED}]});
    let (workspace, storage) = (
        Queue::new([json(200, &answer), json(200, &next)]),
        Queue::new([text(200, &[], r#"[["1"]]"#), text(200, &[], r#"[["2"]]"#)]),
    );
    let client = builder(&workspace).external_transport(storage.clone()).build().unwrap();
    let rows = client.query(&ExecuteStatement::default()).await.unwrap();
    assert_eq!(rows.len(), 2);
    for request in storage.requests() {
        assert!(!request.headers().contains_key("authorization"));
    }
}

#[tokio::test]
async fn headers_of_a_link_are_sent_but_never_authorization() {
    let queue = Queue::new([text(200, &[], "data")]);
    let headers = [("x-amz-server-side-encryption-customer-key", "k"), ("Authorization", "Bearer x")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let link = ExternalLink { http_headers: Some(headers.into()), ..link(SIGNED) };
    assert_eq!(client(&queue).fetch_external(&link).await.unwrap(), "data");
    let request = &queue.requests()[0];
    assert_eq!(request.headers()["x-amz-server-side-encryption-customer-key"], "k");
    assert!(!request.headers().contains_key("authorization"));
}

#[rstest]
#[case("http://bucket.example/x")]
#[case("file:///etc/passwd")]
#[case("ftp://localhost.example/x")]
#[case("no url")]
#[tokio::test]
async fn link_that_is_neither_https_nor_local_is_not_followed(#[case] url: &str) {
    let queue = Queue::new([]);
    let error = client(&queue).fetch_external(&link(url)).await.unwrap_err();
    assert!(matches!(error, Error::InvalidRequest { .. }), "{error}");
    assert!(queue.requests().is_empty());
}

#[rstest]
#[case("http://127.0.0.1:9/x")]
#[case("http://localhost:9/x")]
#[case("http://[::1]:9/x")]
#[tokio::test]
async fn link_to_this_machine_may_be_plain_http(#[case] url: &str) {
    let queue = Queue::new([text(200, &[], "")]);
    assert!(client(&queue).fetch_external(&link(url)).await.is_ok());
}

#[tokio::test]
async fn link_to_the_workspace_goes_through_its_own_transport_without_the_token() {
    let (workspace, storage) = (Queue::new([text(200, &[], "")]), Queue::new([]));
    let host = "http://workspace.internal".parse().unwrap();
    let client = clxs_client::Client::builder(host)
        .transport(workspace.clone())
        .external_transport(storage.clone())
        .credentials(Arc::new(clxs_client::auth::PersonalAccessToken::new(crate::queue::TOKEN)))
        .build()
        .unwrap();
    client.fetch_external(&link("http://workspace.internal/results/1?sig=x")).await.unwrap();
    assert!(!workspace.requests()[0].headers().contains_key("authorization"));
    assert!(storage.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn refused_link_names_the_host_alone() {
    let queue = Queue::new([text(403, &[], "<Error><Code>AccessDenied</Code></Error>")]);
    let error = client(&queue).fetch_external(&link(SIGNED)).await.unwrap_err();
    insta::assert_snapshot!(stable(&error), @"PERMISSION_DENIED: <Error><Code>AccessDenied</Code></Error> (HTTP 403, GET external link at bucket.s3.amazonaws.com, request id [id], 1 try in 0.0 s)");
}
