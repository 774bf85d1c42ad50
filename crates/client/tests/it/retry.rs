//! When requests are sent again, and what is said when they are not. Time is paused: waits take none.

use std::time::Duration;

use clxs_api::Identifier;
use clxs_api::catalog::UpdateCatalog;
use clxs_client::{Error, ErrorKind, RetryPolicy};
use rstest::rstest;
use serde_json::json as value;
use tokio::time::Instant;

use crate::queue::{Queue, Reply, builder, client, json, select, stable, text};

fn catalog() -> Identifier {
    Identifier::new("retail").unwrap()
}

fn found() -> Reply {
    json(200, &value!({"name": "retail"}))
}

#[tokio::test(start_paused = true)]
async fn throttled_statement_is_sent_again_after_the_time_the_server_asks_for() {
    let queue =
        Queue::new([text(429, &[("retry-after", "7")], ""), json(200, &value!({"statement_id": "s"}))]);
    let began = Instant::now();
    client(&queue).submit_statement(&select()).await.unwrap();
    assert!((Duration::from_secs(7)..Duration::from_secs(8)).contains(&began.elapsed()));
    let ids: Vec<_> =
        queue.requests().iter().map(|request| request.headers()["x-request-id"].clone()).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test(start_paused = true)]
async fn wait_asked_for_is_cut_at_the_cap() {
    let queue = Queue::new([text(503, &[("retry-after", "100000")], ""), found()]);
    let began = Instant::now();
    client(&queue).get_catalog(&catalog()).await.unwrap();
    assert!(began.elapsed() <= Duration::from_secs(121));
}

#[rstest]
#[case::date_form(text(429, &[("retry-after", "Fri, 31 Dec 1999 23:59:59 GMT")], ""))]
#[case::no_header(text(503, &[], ""))]
#[case::bad_gateway(text(502, &[], ""))]
#[case::gateway_timeout(text(504, &[], ""))]
#[case::lost(Reply::Interrupted("reset".into()))]
#[case::unsent(Reply::NotSent("refused".into()))]
#[case::silent(Reply::Silence)]
#[tokio::test(start_paused = true)]
async fn read_is_sent_again_after_every_passing_failure(#[case] reply: Reply) {
    let queue = Queue::new([reply, found()]);
    let catalog = client(&queue).get_catalog(&catalog()).await.unwrap();
    assert_eq!(catalog.name.as_deref(), Some("retail"));
}

#[rstest]
#[case::lost(Reply::Interrupted("reset".into()))]
#[case::silent(Reply::Silence)]
#[case::bad_gateway(text(502, &[], ""))]
#[case::internal(text(500, &[], ""))]
#[case::unreadable(text(200, &[], "<html>"))]
#[tokio::test(start_paused = true)]
async fn statement_that_may_have_been_taken_is_not_sent_again_and_says_so(#[case] reply: Reply) {
    let queue = Queue::new([reply]);
    let error = client(&queue).submit_statement(&select()).await.unwrap_err();
    assert!(error.outcome_unknown() && !error.is_retryable(), "{error}");
    assert_eq!(queue.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn statement_that_was_not_sent_is_sent_again() {
    let queue = Queue::new([Reply::NotSent("refused".into()), json(200, &value!({"statement_id": "s"}))]);
    client(&queue).submit_statement(&select()).await.unwrap();
    assert_eq!(queue.requests().len(), 2);
}

#[rstest]
#[case::comment(UpdateCatalog { comment: Some("x".into()), ..UpdateCatalog::default() }, true)]
#[case::name(UpdateCatalog { new_name: Some("x".into()), ..UpdateCatalog::default() }, false)]
#[tokio::test(start_paused = true)]
async fn change_is_sent_again_unless_it_renames(#[case] update: UpdateCatalog, #[case] again: bool) {
    let queue = Queue::new([Reply::Interrupted("reset".into()), found()]);
    let result = client(&queue).update_catalog(&catalog(), &update).await;
    assert_eq!(result.is_ok(), again);
    assert_eq!(result.is_err_and(|error| error.outcome_unknown()), !again);
}

#[rstest]
#[case(500)]
#[case(501)]
#[case(400)]
#[case(404)]
#[tokio::test(start_paused = true)]
async fn lasting_failure_of_a_read_is_not_tried_again(#[case] status: u16) {
    let queue = Queue::new([text(status, &[], ""), found()]);
    let error = client(&queue).get_catalog(&catalog()).await.unwrap_err();
    assert_eq!(queue.requests().len(), 1);
    assert!(!error.outcome_unknown());
}

#[tokio::test(start_paused = true)]
async fn error_says_how_often_and_how_long_it_was_tried() {
    let refusal =
        || text(429, &[("retry-after", "2")], r#"{"error_code":"REQUEST_LIMIT_EXCEEDED","message":"Slow."}"#);
    let queue = Queue::new([refusal(), refusal(), refusal()]);
    let retry = RetryPolicy { max_tries: 3, first_delay: Duration::ZERO, ..RetryPolicy::default() };
    let error = builder(&queue).retry(retry).build().unwrap().get_catalog(&catalog()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RateLimited);
    assert!(error.is_retryable());
    insta::assert_snapshot!(stable(&error), @"REQUEST_LIMIT_EXCEEDED: Slow. (HTTP 429, GET /api/2.1/unity-catalog/catalogs/retail, request id [id], 3 tries in 4.0 s)");
}

#[tokio::test(start_paused = true)]
async fn client_with_another_policy_leaves_the_first_as_it_was() {
    let queue = Queue::new([text(429, &[], ""), text(429, &[], ""), found()]);
    let patient = client(&queue);
    let error = patient.with_retry(RetryPolicy::never()).get_catalog(&catalog()).await.unwrap_err();
    assert_eq!(error.call().unwrap().tries(), 1);
    patient.get_catalog(&catalog()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn wait_that_would_end_after_the_budget_is_not_begun() {
    let queue = Queue::new([text(429, &[("retry-after", "60")], ""), found()]);
    let retry = RetryPolicy { budget: Duration::from_secs(30), ..RetryPolicy::default() };
    let began = Instant::now();
    builder(&queue).retry(retry).build().unwrap().get_catalog(&catalog()).await.unwrap_err();
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn errors_without_an_answer_name_request_cause_and_doubt() {
    let queue = Queue::new([
        Reply::Interrupted("connection reset".into()),
        Reply::Silence,
        Reply::NotSent("no route".into()),
    ]);
    let client = builder(&queue).retry(RetryPolicy::never()).build().unwrap();
    let lost = client.submit_statement(&select()).await.unwrap_err();
    let late = client.submit_statement(&select()).await.unwrap_err();
    let unsent = client.submit_statement(&select()).await.unwrap_err();
    assert!(matches!(late, Error::Timeout { .. }));
    assert!(!unsent.outcome_unknown() && unsent.is_retryable());
    insta::assert_snapshot!([lost, late, unsent].map(|error| stable(&error)).join("\n"), @r"
    no answer (POST /api/2.0/sql/statements, request id [id], 1 try in 0.0 s); it may have been carried out: look before sending it again: the connection was lost before the answer was complete: connection reset
    no answer within 60 s (POST /api/2.0/sql/statements, request id [id], 1 try in 60.0 s); it may have been carried out: look before sending it again
    no answer (POST /api/2.0/sql/statements, request id [id], 1 try in 0.0 s): the request could not be sent: no route
    ");
}
