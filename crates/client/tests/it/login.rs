//! The login with a browser. The browser is this test, over TCP.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use clxs_client::auth::{CredentialsError, Login, Resolved};
use clxs_client::transport::Body;
use clxs_client::{Transport, TransportError};
use futures::future::BoxFuture;
use serde_json::json as value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use crate::credentials::{CANARY, credentials, endpoints, metadata, resolved};
use crate::queue::{Queue, Reply, json};

fn workspace(home: &Path) -> Resolved {
    let home = home.to_str().unwrap();
    resolved(&[
        ("DATABRICKS_HOST", "https://x.example"),
        ("DATABRICKS_AUTH_TYPE", "external-browser"),
        ("HOME", home),
    ])
}

fn given(token: &str, seconds: u64) -> Reply {
    json(200, &value!({"access_token": token, "refresh_token": CANARY, "expires_in": seconds}))
}

/// What a browser does when the workspace sends it back: asks this address, and shows the answer.
async fn browse(redirect: &str, query: &str) -> String {
    let address = redirect.strip_prefix("http://").unwrap().replace("localhost", "127.0.0.1");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(format!("GET /{query} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn parameter(page: &Url, name: &str) -> String {
    page.query_pairs().find(|(own, _)| own == name).unwrap().1.into_owned()
}

async fn begin(home: &TempDir, queue: &Arc<Queue>) -> Login {
    let transport: Arc<dyn Transport> = queue.clone();
    Login::begin(&workspace(home.path()), &transport).await.unwrap()
}

fn kept(home: &TempDir) -> PathBuf {
    let folder = home.path().join(".config/databricks-sdk-py/oauth");
    let files: Vec<_> = fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

#[tokio::test]
async fn login_gives_a_token_that_is_kept_for_its_owner_alone_and_used() {
    let home = tempfile::tempdir().unwrap();
    let queue = Queue::new([metadata(), endpoints(), given("of-login", 3600)]);
    let login = begin(&home, &queue).await;
    let page = login.page().clone();
    assert!(
        page.as_str()
            .starts_with("https://x.example/oidc/v1/authorize?response_type=code&client_id=databricks-cli&")
    );
    assert_eq!(parameter(&page, "scope"), "all-apis offline_access");
    let (redirect, state) = (parameter(&page, "redirect_uri"), parameter(&page, "state"));
    let browser = async {
        // A connection that says nothing, an icon, and somebody else's code change nothing.
        let silent = TcpStream::connect(redirect.replace("http://localhost", "127.0.0.1")).await.unwrap();
        assert!(browse(&redirect, "favicon.ico").await.starts_with("HTTP/1.1 404"));
        assert!(browse(&redirect, "?code=theirs&state=guessed").await.starts_with("HTTP/1.1 404"));
        let answer = browse(&redirect, &format!("?code=the-code&state={state}")).await;
        assert!(answer.contains("You are logged in"), "{answer}");
        drop(silent);
    };
    let (finished, ()) = tokio::join!(login.finish(), browser);
    finished.unwrap();
    let request = &queue.requests()[2];
    let fields: Vec<_> = url::form_urlencoded::parse(request.body()).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(own, _)| own == name).unwrap().1.clone();
    assert_eq!((field("code").as_str(), field("redirect_uri")), ("the-code", redirect));
    let challenge = {
        use base64::Engine;
        use sha2::Digest;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(field("code_verifier")))
    };
    assert_eq!(challenge, parameter(&page, "code_challenge"));
    let file = kept(&home);
    assert_eq!(fs_err::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    // No request is made: the token is there.
    let provider = credentials(&workspace(home.path()), &Queue::new([]));
    assert_eq!(provider.token().await.unwrap().token.expose(), "of-login");
}

#[tokio::test]
async fn token_of_a_login_is_renewed_and_kept_again() {
    let home = tempfile::tempdir().unwrap();
    logged_in(&home, 1).await;
    let queue = Queue::new([
        metadata(),
        endpoints(),
        json(200, &value!({"access_token": "renewed", "expires_in": 3600})),
    ]);
    let provider = credentials(&workspace(home.path()), &queue);
    assert_eq!(provider.token().await.unwrap().token.expose(), "renewed");
    let body = String::from_utf8(queue.requests()[2].body().to_vec()).unwrap();
    assert_eq!(body, format!("grant_type=refresh_token&refresh_token={CANARY}&client_id=databricks-cli"));
    // The refresh token goes on when there is no new one.
    let document: serde_json::Value = serde_json::from_slice(&fs_err::read(kept(&home)).unwrap()).unwrap();
    assert_eq!(document["token"]["refresh_token"], CANARY);
    assert_eq!(document["token"]["access_token"], "renewed");
}

/// A login whose token is good for so many seconds.
async fn logged_in(home: &TempDir, seconds: u64) {
    let queue = Queue::new([metadata(), endpoints(), given("of-login", seconds)]);
    let login = begin(home, &queue).await;
    let (redirect, state) = (parameter(login.page(), "redirect_uri"), parameter(login.page(), "state"));
    let query = format!("?code=c&state={state}");
    let (finished, _) = tokio::join!(login.finish(), browse(&redirect, &query));
    finished.unwrap();
}

#[tokio::test]
async fn who_is_not_logged_in_any_more_is_told_to_log_in_without_the_refresh_token() {
    let home = tempfile::tempdir().unwrap();
    let provider = credentials(&workspace(home.path()), &Queue::new([]));
    let error = provider.token().await.unwrap_err();
    insta::assert_snapshot!(error, @"nobody is logged in to `https://x.example/`: log in with `clxs auth login`");
    logged_in(&home, 1).await;
    let refused = value!({"error": "invalid_grant", "error_description": format!("{CANARY} is over")});
    let queue = Queue::new([metadata(), endpoints(), json(400, &refused)]);
    let error = credentials(&workspace(home.path()), &queue).token().await.unwrap_err();
    assert!(matches!(error, CredentialsError::LoginNeeded { .. }), "{error}");
    assert!(
        error.to_string().contains("invalid_grant") && !format!("{error:?}").contains(CANARY),
        "{error:?}"
    );
}

#[tokio::test]
async fn token_that_the_workspace_refused_is_renewed_although_it_is_not_over() {
    let home = tempfile::tempdir().unwrap();
    logged_in(&home, 3600).await;
    let renewed = json(200, &value!({"access_token": "renewed", "expires_in": 3600}));
    let provider = credentials(&workspace(home.path()), &Queue::new([metadata(), endpoints(), renewed]));
    let refused = provider.token().await.unwrap().token;
    assert!(provider.refused(&refused));
    assert_eq!(provider.token().await.unwrap().token.expose(), "renewed");
}

#[tokio::test]
async fn login_that_was_revoked_is_told_at_once_and_not_used_again() {
    let home = tempfile::tempdir().unwrap();
    logged_in(&home, 3600).await;
    let revoked = || json(400, &value!({"error": "invalid_grant"}));
    let queue = Queue::new([metadata(), endpoints(), revoked(), revoked()]);
    let provider = credentials(&workspace(home.path()), &queue);
    let refused = provider.token().await.unwrap().token;
    provider.refused(&refused);
    for _ in 0..2 {
        let error = provider.token().await.unwrap_err();
        assert!(matches!(error, CredentialsError::LoginNeeded { .. }), "{error}");
    }
}

/// Another program that keeps a token of its own before anything that this one asks is answered.
#[derive(Debug)]
struct Meanwhile {
    queue: Arc<Queue>,
    file: PathBuf,
    text: String,
}

impl Transport for Meanwhile {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        fs_err::write(&self.file, &self.text).unwrap();
        self.queue.send(request)
    }
}

#[tokio::test]
async fn token_that_another_program_kept_meanwhile_is_used() {
    let home = tempfile::tempdir().unwrap();
    logged_in(&home, 3600).await;
    let file = kept(&home);
    let text = fs_err::read_to_string(&file).unwrap().replace("of-login", "of-the-other");
    // A refresh token is good once, and the other one was first.
    let used = json(400, &value!({"error": "invalid_grant"}));
    let queue = Queue::new([metadata(), endpoints(), used]);
    let transport: Arc<dyn Transport> = Arc::new(Meanwhile { queue, file, text });
    let provider = workspace(home.path()).credentials(&transport);
    let refused = provider.token().await.unwrap().token;
    assert_eq!(refused.expose(), "of-login");
    provider.refused(&refused);
    assert_eq!(provider.token().await.unwrap().token.expose(), "of-the-other");
}

#[tokio::test]
async fn refused_login_says_why() {
    let home = tempfile::tempdir().unwrap();
    let login = begin(&home, &Queue::new([metadata(), endpoints()])).await;
    let (redirect, state) = (parameter(login.page(), "redirect_uri"), parameter(login.page(), "state"));
    let query = format!("?error=access_denied&error_description=not+you&state={state}");
    let (finished, answer) = tokio::join!(login.finish(), browse(&redirect, &query));
    assert_eq!(finished.unwrap_err().to_string(), "the login failed: access_denied: not you");
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[tokio::test]
async fn logins_side_by_side_listen_on_ports_of_their_own() {
    let home = tempfile::tempdir().unwrap();
    let one = begin(&home, &Queue::new([metadata(), endpoints()])).await;
    let other = begin(&home, &Queue::new([metadata(), endpoints()])).await;
    assert_ne!(parameter(one.page(), "redirect_uri"), parameter(other.page(), "redirect_uri"));
}

/// The name that the official SDK for Python gives the file of this workspace (oauth.py `TokenCache.filename`,
/// computed with databricks-sdk 0.162.0).
#[tokio::test]
async fn login_is_kept_where_the_official_sdk_looks_for_it() {
    let home = tempfile::tempdir().unwrap();
    logged_in(&home, 3600).await;
    let name = kept(&home).file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(name, "a5d86046168e45df2dd4168ed4d8e867394c3bfbd8918376f37fa0db33773bc7.json");
}
