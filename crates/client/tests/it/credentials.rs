//! The methods that ask services for tokens: what they send, and what they make of the answers.

use std::sync::Arc;

use clxs_client::auth::{Access, CredentialsError, Environment, Explicit, Resolved, resolve};
use clxs_client::{ErrorKind, TokenProvider, Transport};
use rstest::rstest;
use serde_json::json as value;

use crate::queue::{Queue, Reply, chain, json, text};

/// A secret that must never be seen anywhere.
pub(crate) const CANARY: &str = "canary-5d41402abc4b";

/// The provider of what is configured, over a queue.
pub(crate) fn credentials(resolved: &Resolved, queue: &Arc<Queue>) -> Arc<dyn TokenProvider> {
    let transport: Arc<dyn Transport> = queue.clone();
    resolved.credentials(&transport)
}

pub(crate) fn resolved(variables: &[(&str, &str)]) -> Resolved {
    let environment: Environment = variables.iter().copied().collect();
    resolve(&Explicit::default(), &environment).unwrap().unwrap()
}

async fn access(variables: &[(&str, &str)], queue: &Arc<Queue>) -> Result<Access, CredentialsError> {
    credentials(&resolved(variables), queue).token().await
}

/// What a host says of itself.
pub(crate) fn metadata() -> Reply {
    json(200, &value!({"oidc_endpoint": "https://x.example/oidc", "workspace_id": "1"}))
}

pub(crate) fn endpoints() -> Reply {
    json(
        200,
        &value!({
            "authorization_endpoint": "https://x.example/oidc/v1/authorize",
            "token_endpoint": "https://x.example/oidc/v1/token",
        }),
    )
}

pub(crate) fn granted(token: &str) -> Reply {
    json(200, &value!({"access_token": token, "token_type": "Bearer", "expires_in": 3600}))
}

/// The requests as text: what counts for a token, line by line.
fn sent(queue: &Queue) -> String {
    let mut lines = Vec::new();
    for request in queue.requests() {
        lines.push(format!("{} {}", request.method(), request.uri()));
        for name in ["authorization", "metadata", "x-databricks-metadata-version", "x-databricks-host"] {
            if let Some(value) = request.headers().get(name) {
                lines.push(format!("  {name}: {}", value.to_str().unwrap()));
            }
        }
        let body = String::from_utf8(request.body().to_vec()).unwrap();
        lines.extend(body.split('&').filter(|field| !field.is_empty()).map(|field| format!("  {field}")));
    }
    lines.join("\n")
}

const MACHINE: [(&str, &str); 3] = [
    ("DATABRICKS_HOST", "https://x.example"),
    ("DATABRICKS_CLIENT_ID", "id"),
    ("DATABRICKS_CLIENT_SECRET", CANARY),
];

#[tokio::test]
async fn service_principal_shows_its_secret_to_the_endpoint_that_the_host_names() {
    let queue = Queue::new([metadata(), endpoints(), granted("machine")]);
    assert_eq!(access(&MACHINE, &queue).await.unwrap().token.expose(), "machine");
    insta::assert_snapshot!(sent(&queue));
}

#[tokio::test]
async fn host_without_metadata_serves_oauth_at_its_usual_place() {
    let queue = Queue::new([text(404, &[], "no"), endpoints(), granted("machine")]);
    access(&MACHINE, &queue).await.unwrap();
    assert_eq!(queue.targets()[1], "GET /oidc/.well-known/oauth-authorization-server");
}

#[tokio::test]
async fn discovery_url_and_group_are_kept_to() {
    let variables = [
        &MACHINE[..],
        &[("DATABRICKS_DISCOVERY_URL", "https://elsewhere.example/oauth"), ("DATABRICKS_GROUP_ID", "7")],
    ]
    .concat();
    let queue = Queue::new([endpoints(), granted("machine")]);
    access(&variables, &queue).await.unwrap();
    insta::assert_snapshot!(sent(&queue));
}

#[tokio::test]
async fn secret_is_not_sent_over_plain_http() {
    let plain = value!({
        "authorization_endpoint": "https://x.example/oidc/v1/authorize",
        "token_endpoint": "http://x.example/oidc/v1/token",
    });
    let queue = Queue::new([metadata(), json(200, &plain)]);
    let error = access(&MACHINE, &queue).await.unwrap_err();
    assert!(error.to_string().contains("`http://x.example/oidc/v1/token` is not https"), "{error}");
    assert_eq!(queue.requests().len(), 2);
}

#[rstest]
#[case::wrong_secret(401, value!({"error": "invalid_client", "error_description": format!("{CANARY} is no secret")}), ErrorKind::Unauthenticated)]
#[case::wrong_request(400, value!({"errorCode": "invalid_request", "errorSummary": "no"}), ErrorKind::Unauthenticated)]
#[case::unavailable(503, value!({}), ErrorKind::Unavailable)]
#[tokio::test(start_paused = true)]
async fn refusal_of_a_token_says_why_and_not_what_was_sent(
    #[case] status: u16,
    #[case] body: serde_json::Value,
    #[case] kind: ErrorKind,
) {
    let refusals = std::iter::repeat_with(|| json(status, &body)).take(4);
    let queue = Queue::new([metadata(), endpoints()].into_iter().chain(refusals));
    let error = access(&MACHINE, &queue).await.unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    assert!(!format!("{error:?} {}", chain(&error)).contains(CANARY), "{error:?}");
    assert!(error.to_string().starts_with("the authorization method `oauth-m2m` gave no token: "), "{error}");
}

#[tokio::test]
async fn answer_without_a_token_is_no_token_and_is_not_repeated() {
    let odd = value!({"token": CANARY, "access_token": 7});
    let queue = Queue::new([metadata(), endpoints(), json(200, &odd)]);
    let error = access(&MACHINE, &queue).await.unwrap_err();
    assert!(error.to_string().contains("field `access_token`"), "{error}");
    assert!(!format!("{error:?}").contains(CANARY));
}

#[tokio::test]
async fn token_of_a_variable_is_exchanged() {
    let variables = [
        ("DATABRICKS_HOST", "https://x.example"),
        ("DATABRICKS_OIDC_TOKEN_ENV", "CI_TOKEN"),
        ("CI_TOKEN", "id-token"),
    ];
    let queue = Queue::new([metadata(), endpoints(), granted("exchanged")]);
    assert_eq!(access(&variables, &queue).await.unwrap().token.expose(), "exchanged");
    insta::assert_snapshot!(sent(&queue));
}

#[tokio::test]
async fn token_of_a_file_is_exchanged_and_read_anew_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("id");
    fs_err::write(&path, "first\n").unwrap();
    let variables = [
        ("DATABRICKS_HOST", "https://x.example"),
        ("DATABRICKS_CLIENT_ID", "principal"),
        ("DATABRICKS_OIDC_TOKEN_FILEPATH", path.to_str().unwrap()),
        ("DATABRICKS_AUTH_TYPE", "file-oidc"),
    ];
    let queue = Queue::new([metadata(), endpoints(), granted("one"), granted("two")]);
    let provider = credentials(&resolved(&variables), &queue);
    let one = provider.token().await.unwrap().token;
    fs_err::write(&path, "second\n").unwrap();
    assert!(provider.refused(&one));
    assert_eq!(provider.token().await.unwrap().token.expose(), "two");
    let bodies: Vec<_> = queue.requests()[2..]
        .iter()
        .map(|request| String::from_utf8(request.body().to_vec()).unwrap())
        .collect();
    assert!(
        bodies[0].contains("subject_token=first&") && bodies[1].contains("subject_token=second&"),
        "{bodies:?}"
    );
    assert!(bodies[0].contains("client_id=principal"), "{bodies:?}");
}

const GITHUB: [(&str, &str); 2] = [
    ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", CANARY),
    ("ACTIONS_ID_TOKEN_REQUEST_URL", "https://github.example/token?api-version=2.0"),
];

#[tokio::test]
async fn job_of_github_asks_for_a_token_for_the_workspace_and_exchanges_it() {
    let variables =
        [&[("DATABRICKS_HOST", "https://x.example"), ("DATABRICKS_CLIENT_ID", "principal")], &GITHUB[..]]
            .concat();
    let queue =
        Queue::new([metadata(), endpoints(), json(200, &value!({"value": "id-token"})), granted("t")]);
    assert_eq!(access(&variables, &queue).await.unwrap().token.expose(), "t");
    insta::assert_snapshot!(sent(&queue));
}

#[tokio::test]
async fn audience_is_that_of_the_configuration_then_that_of_the_host() {
    let base =
        [&[("DATABRICKS_HOST", "https://x.example"), ("DATABRICKS_CLIENT_ID", "i")], &GITHUB[..]].concat();
    let of_host = value!({"oidc_endpoint": "https://x.example/oidc", "token_federation_default_oidc_audiences": ["host's"]});
    let id_token = || json(200, &value!({"value": "id-token"}));
    let queue = Queue::new([json(200, &of_host), id_token(), endpoints(), granted("t")]);
    access(&base, &queue).await.unwrap();
    assert_eq!(queue.targets()[1], "GET /token?api-version=2.0&audience=host%27s");
    let queue = Queue::new([id_token(), json(200, &of_host), endpoints(), granted("t")]);
    access(&[&base[..], &[("DATABRICKS_TOKEN_AUDIENCE", "ours")]].concat(), &queue).await.unwrap();
    assert_eq!(queue.targets()[0], "GET /token?api-version=2.0&audience=ours");
}

#[tokio::test]
async fn job_of_azure_devops_exchanges_the_token_of_its_service_connection() {
    let variables = [
        ("DATABRICKS_HOST", "https://x.example"),
        ("DATABRICKS_CLIENT_ID", "principal"),
        ("SYSTEM_ACCESSTOKEN", CANARY),
        ("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI", "https://dev.azure.example/org/"),
        ("SYSTEM_TEAMPROJECTID", "project"),
        ("SYSTEM_PLANID", "plan"),
        ("SYSTEM_JOBID", "job"),
        ("SYSTEM_HOSTTYPE", "build"),
    ];
    let id_token = json(200, &value!({"oidcToken": "id-token"}));
    let queue = Queue::new([metadata(), endpoints(), id_token, granted("t")]);
    assert_eq!(access(&variables, &queue).await.unwrap().token.expose(), "t");
    insta::assert_snapshot!(sent(&queue));
}

#[tokio::test]
async fn service_principal_of_azure_asks_entra() {
    let variables = [
        ("DATABRICKS_HOST", "adb-1.azuredatabricks.net"),
        ("ARM_CLIENT_ID", "app"),
        ("ARM_CLIENT_SECRET", CANARY),
        ("ARM_TENANT_ID", "tenant"),
    ];
    let entra = value!({"access_token": "entra", "expires_in": "3599", "expires_on": "1"});
    let queue = Queue::new([json(200, &entra)]);
    let access = access(&variables, &queue).await.unwrap();
    assert_eq!((access.token.expose().as_str(), access.headers.len()), ("entra", 0));
    insta::assert_snapshot!(sent(&queue));
}

#[tokio::test]
async fn manager_of_a_workspace_of_azure_shows_a_second_token() {
    let resource = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Databricks/workspaces/w";
    let variables = [
        ("DATABRICKS_HOST", "adb-1.databricks.azure.us"),
        ("DATABRICKS_AZURE_RESOURCE_ID", resource),
        ("ARM_CLIENT_ID", "app"),
        ("ARM_CLIENT_SECRET", CANARY),
    ];
    let login =
        || text(302, &[("location", "https://login.microsoftonline.us/found/oauth2/authorize?x=1")], "");
    let queue = Queue::new([login(), granted("databricks"), login(), granted("management")]);
    let access = access(&variables, &queue).await.unwrap();
    let header = |name: &str| access.headers[name].to_str().unwrap();
    assert_eq!(header("x-databricks-azure-workspace-resource-id"), resource);
    assert_eq!(header("x-databricks-azure-sp-management-token"), "management");
    assert!(!format!("{access:?}").contains("management"), "{access:?}");
    insta::assert_snapshot!(sent(&queue));
}

#[tokio::test]
async fn tenant_that_nobody_tells_is_asked_for() {
    let variables = [
        ("DATABRICKS_HOST", "adb-1.azuredatabricks.net"),
        ("ARM_CLIENT_ID", "app"),
        ("ARM_CLIENT_SECRET", CANARY),
    ];
    let error = access(&variables, &Queue::new([text(200, &[], "")])).await.unwrap_err();
    assert!(error.to_string().contains("azure_tenant_id (ARM_TENANT_ID) is not set"), "{error}");
}

#[tokio::test]
async fn machine_of_azure_asks_for_the_token_of_its_identity() {
    let variables = [
        ("DATABRICKS_HOST", "adb-1.azuredatabricks.net"),
        ("ARM_USE_MSI", "true"),
        ("ARM_CLIENT_ID", "assigned"),
    ];
    let queue = Queue::new([json(200, &value!({"access_token": "identity", "expires_on": "99999999999"}))]);
    assert_eq!(access(&variables, &queue).await.unwrap().token.expose(), "identity");
    insta::assert_snapshot!(sent(&queue));
}

#[tokio::test]
async fn job_of_github_shows_its_token_to_entra() {
    let variables = [
        &[("DATABRICKS_HOST", "adb-1.azuredatabricks.net"), ("ARM_CLIENT_ID", "app"), ("ARM_TENANT_ID", "t")],
        &GITHUB[..],
    ]
    .concat();
    let queue = Queue::new([json(200, &value!({"value": "id-token"})), granted("entra")]);
    assert_eq!(access(&variables, &queue).await.unwrap().token.expose(), "entra");
    insta::assert_snapshot!(sent(&queue));
}

#[tokio::test]
async fn metadata_service_is_told_the_host() {
    let variables = [
        ("DATABRICKS_HOST", "https://x.example"),
        ("DATABRICKS_METADATA_SERVICE_URL", "http://127.0.0.1:7/canary-path"),
    ];
    let queue = Queue::new([json(
        200,
        &value!({"access_token": "local", "token_type": "Bearer", "expires_on": 99_999_999_999_u64}),
    )]);
    assert_eq!(access(&variables, &queue).await.unwrap().token.expose(), "local");
    insta::assert_snapshot!(sent(&queue));
    let refused =
        access(&variables, &Queue::new([text(404, &[], "no /canary-path here")])).await.unwrap_err();
    assert!(!refused.to_string().contains("7/canary-path"), "{refused}");
}

#[tokio::test]
async fn page_to_log_in_on_that_is_not_https_is_not_opened() {
    let document = json(
        200,
        &value!({"authorization_endpoint": "file:///bin/sh", "token_endpoint": "https://x.example/oidc/v1/token"}),
    );
    let error = access(&MACHINE, &Queue::new([metadata(), document])).await.unwrap_err();
    assert!(error.to_string().contains("`file:///bin/sh` is not https"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn host_that_cannot_say_now_where_to_ask_is_asked_again() {
    const TRIES: usize = 4;
    let failed = || json(503, &value!({"error_code": "TEMPORARILY_UNAVAILABLE", "message": "not now"}));
    let elsewhere = json(200, &value!({"oidc_endpoint": "https://login.example/oidc"}));
    let replies = std::iter::repeat_with(failed).take(TRIES).chain([elsewhere, endpoints(), granted("t")]);
    let queue = Queue::new(replies);
    let provider = credentials(&resolved(&MACHINE), &queue);
    let error = provider.token().await.unwrap_err();
    assert!(error.to_string().contains("not now"), "{error}");
    provider.token().await.unwrap();
    assert_eq!(queue.requests()[TRIES + 1].uri().host(), Some("login.example"));
}
