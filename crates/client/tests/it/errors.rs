//! What refusals mean.

use clxs_api::ErrorCode;
use clxs_client::{ErrorKind, RetryPolicy};
use rstest::rstest;

use crate::queue::{Queue, builder, text};

#[rstest]
#[case(
    404,
    r#"{"error_code":"CATALOG_DOES_NOT_EXIST","message":"Catalog 'x' does not exist."}"#,
    ErrorKind::NotFound
)]
#[case(404, r#"{"error_code":"SHARE_DOES_NOT_EXIST","message":""}"#, ErrorKind::NotFound)]
#[case(404, r#"{"error_code":"ENDPOINT_NOT_FOUND","message":""}"#, ErrorKind::Unsupported)]
#[case(400, r#"{"error_code":"SCHEMA_ALREADY_EXISTS","message":""}"#, ErrorKind::AlreadyExists)]
#[case(409, r#"{"error_code":"VOLUME_ALREADY_EXISTS","message":""}"#, ErrorKind::AlreadyExists)]
#[case(409, "", ErrorKind::Conflict)]
#[case(400, r#"{"error_code":"SCHEMA_NOT_EMPTY","message":""}"#, ErrorKind::InvalidState)]
#[case(400, r#"{"error_code":"INVALID_STATE","message":""}"#, ErrorKind::InvalidState)]
#[case(400, r#"{"error_code":"INVALID_PARAMETER_VALUE","message":""}"#, ErrorKind::InvalidInput)]
#[case(403, r#"{"error_code":"PERMISSION_DENIED","message":""}"#, ErrorKind::PermissionDenied)]
#[case(403, r#"{"error_code":403,"message":"Invalid access token."}"#, ErrorKind::Unauthenticated)]
#[case(401, r#"{"error_code":401,"message":"Credential was not sent"}"#, ErrorKind::Unauthenticated)]
#[case(429, r#"{"error_code":"RESOURCE_EXHAUSTED","message":""}"#, ErrorKind::RateLimited)]
#[case(503, "<html><title>Down</title></html>", ErrorKind::Unavailable)]
#[case(502, "", ErrorKind::Unavailable)]
#[case(500, r#"{"error_code":"SOMETHING_NEW","message":""}"#, ErrorKind::Internal)]
#[case(501, "", ErrorKind::Unsupported)]
#[tokio::test]
async fn refusal_is_of_the_kind_its_code_or_else_its_status_says(
    #[case] status: u16,
    #[case] body: &str,
    #[case] kind: ErrorKind,
) {
    let queue = Queue::new([text(status, &[], body)]);
    let client = builder(&queue).retry(RetryPolicy::never()).build().unwrap();
    assert_eq!(client.metastore_summary().await.unwrap_err().kind(), kind);
}

#[tokio::test]
async fn refusal_keeps_code_and_the_request_id_of_the_answer() {
    let body =
        r#"{"error_code":"PRINCIPAL_DOES_NOT_EXIST","message":"Could not find principal with name p"}"#;
    let queue = Queue::new([text(404, &[("x-request-id", "theirs")], body)]);
    let error = builder(&queue).build().unwrap().current_user().await.unwrap_err();
    assert_eq!(error.api_error().unwrap().error_code, ErrorCode::PrincipalDoesNotExist);
    assert_eq!(error.request_id(), Some("theirs"));
}
