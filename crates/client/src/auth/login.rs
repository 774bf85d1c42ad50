//! The login of people with their browser: authorization code with PKCE, to a loopback address (RFC 7636, RFC 8252;
//! official SDK, oauth.py `OAuthClient`, `Consent`).

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use url::Url;

use super::asking::{Asking, Question};
use super::cache::{Cache, Kept};
use super::configuration::Configuration;
use super::discovery::Discovery;
use super::method::browser::METHOD;
use super::scope::Scope;
use super::{CredentialsError, Resolved};
use crate::secret::Secret;
use crate::transport::Transport;

/// The public client that every workspace knows.
const CLIENT: &str = "databricks-cli";
/// The ports that the official command line listens on. Any other one is as good (RFC 8252 §7.3); that every
/// workspace takes it is UNCONFIRMED, so these come first.
const PORTS: std::ops::RangeInclusive<u16> = 8020..=8040;
/// How long people have for their login.
const PATIENCE: Duration = Duration::from_mins(5);
/// The longest request of a browser that is read.
const MAX_REQUEST_BYTES: usize = 16 * 1024;

/// The client that people log in with.
pub(super) fn client_id(configuration: &Configuration) -> &str {
    configuration.value("client_id").unwrap_or(CLIENT)
}

/// What is asked for: with a token to renew the others by.
pub(super) fn scopes(configuration: &Configuration) -> Vec<String> {
    let scope = Scope::of(configuration);
    let mut scopes: Vec<_> = scope.scopes().into_iter().map(str::to_owned).collect();
    if !scopes.iter().any(|scope| scope == "offline_access") {
        scopes.push("offline_access".to_owned());
    }
    scopes
}

/// A login that waits for its browser.
#[derive(Debug)]
pub struct Login {
    asking: Asking,
    cache: Cache,
    listener: TcpListener,
    page: Url,
    redirect: String,
    token_endpoint: Url,
    client_id: String,
    client_secret: Option<Secret<String>>,
    state: String,
    verifier: Secret<String>,
}

impl Login {
    /// Begins a login to a workspace: finds out where, and listens for the browser's return on this machine.
    ///
    /// # Errors
    /// [`CredentialsError`] when the workspace does not say where to log in, or no port is free.
    pub async fn begin(
        resolved: &Resolved,
        transport: &Arc<dyn Transport>,
    ) -> Result<Self, CredentialsError> {
        let configuration = &resolved.configuration;
        let asking = Asking::new(METHOD, transport.clone());
        let no_home = || failed("there is no HOME to keep the token in");
        let cache = Cache::of(configuration, &resolved.host.value).ok_or_else(no_home)?;
        let discovery = Discovery::new(resolved, &asking);
        let endpoints = discovery.endpoints().await?;
        let (listener, port) =
            listen().await.map_err(|error| failed(&format!("no port is free: {error}")))?;
        let redirect = format!("http://localhost:{port}");
        let (state, verifier) = (random(), random());
        let mut page = endpoints.authorization_endpoint.clone();
        page.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", client_id(configuration))
            .append_pair("redirect_uri", &redirect)
            .append_pair("scope", &scopes(configuration).join(" "))
            .append_pair("state", &state)
            .append_pair("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier)))
            .append_pair("code_challenge_method", "S256");
        if let Some(group) = configuration.value("group_id") {
            page.query_pairs_mut().append_pair("assume_group", group);
        }
        Ok(Self {
            asking,
            cache,
            listener,
            page,
            redirect,
            token_endpoint: endpoints.token_endpoint.clone(),
            client_id: client_id(configuration).to_owned(),
            client_secret: configuration.secret("client_secret"),
            state,
            verifier: Secret::new(verifier),
        })
    }

    /// The page to open in a browser.
    pub fn page(&self) -> &Url {
        &self.page
    }

    /// Waits for the browser's return, gets the tokens and keeps them.
    ///
    /// # Errors
    /// [`CredentialsError`] when the login is refused or takes more than five minutes, or the tokens cannot be kept.
    pub async fn finish(self) -> Result<(), CredentialsError> {
        let waited = tokio::time::timeout(PATIENCE, self.code()).await;
        let code =
            waited.map_err(|_elapsed| failed("nobody came back from the browser in five minutes"))??;
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code.expose().as_str()),
            ("code_verifier", self.verifier.expose().as_str()),
            ("redirect_uri", self.redirect.as_str()),
            ("client_id", self.client_id.as_str()),
        ];
        fields.extend(self.client_secret.as_ref().map(|secret| ("client_secret", secret.expose().as_str())));
        let question = Question::form(self.token_endpoint.clone(), &fields).once();
        let mut question = question.secret(&code).secret(&self.verifier);
        if let Some(secret) = &self.client_secret {
            question = question.secret(secret);
        }
        let answer = self.asking.token(question).await?;
        self.cache.save(&Kept::of(answer, None))
    }

    /// The code that the browser brings. Browsers also open connections that they do not use, and ask for
    /// icons: each connection is read beside the others.
    async fn code(&self) -> Result<Secret<String>, CredentialsError> {
        let (sender, mut returns) = mpsc::channel(1);
        loop {
            tokio::select! {
                accepted = self.listener.accept() => {
                    let (stream, _) = accepted.map_err(|error| failed(&error.to_string()))?;
                    tokio::spawn(answer(stream, self.state.clone(), sender.clone()));
                }
                Some(outcome) = returns.recv() => return outcome.map_err(|detail| failed(&detail)),
            }
        }
    }
}

/// What a browser came back with: a code, or why there is none.
type Outcome = Result<Secret<String>, String>;

/// Answers one request of a browser. One without the state of this login is not ours, and changes nothing.
async fn answer(mut stream: TcpStream, state: String, sender: mpsc::Sender<Outcome>) {
    let Some(target) = read_target(&mut stream).await else { return };
    let (status, text, outcome) = match outcome(&target, &state) {
        None => ("404 Not Found", "Nothing is here.", None),
        Some(Ok(code)) => ("200 OK", "You are logged in. You can close this page.", Some(Ok(code))),
        Some(Err(why)) => ("400 Bad Request", "The login failed. The terminal says why.", Some(Err(why))),
    };
    let page = format!("<!doctype html><title>clxs</title><p>{text}</p>");
    let length = page.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    // A browser that is gone has brought what it had to bring.
    stream.write_all(format!("{head}{page}").as_bytes()).await.ok();
    stream.shutdown().await.ok();
    if let Some(outcome) = outcome {
        sender.send(outcome).await.ok();
    }
}

async fn read_target(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    while !bytes.windows(4).any(|window| window == b"\r\n\r\n") {
        if bytes.len() > MAX_REQUEST_BYTES || stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    head.split(' ').nth(1).map(str::to_owned)
}

fn outcome(target: &str, state: &str) -> Option<Outcome> {
    let url = Url::parse("http://localhost").ok()?.join(target).ok()?;
    let get =
        |name: &str| url.query_pairs().find(|(own, _)| own == name).map(|(_, value)| value.into_owned());
    if get("state").as_deref() != Some(state) {
        return None;
    }
    match (get("error"), get("code")) {
        (Some(error), _) => {
            let description = get("error_description").map(|text| format!(": {text}")).unwrap_or_default();
            Some(Err(crate::redaction::redact(&format!("{error}{description}"))))
        }
        (None, Some(code)) => Some(Ok(Secret::new(code))),
        (None, None) => None,
    }
}

async fn listen() -> std::io::Result<(TcpListener, u16)> {
    for port in PORTS.chain([0]) {
        match TcpListener::bind(("127.0.0.1", port)).await {
            Ok(listener) => {
                let port = listener.local_addr()?.port();
                return Ok((listener, port));
            }
            Err(error) if port == 0 => return Err(error),
            Err(_taken) => {}
        }
    }
    Err(std::io::ErrorKind::AddrInUse.into())
}

/// Thirty-two bytes that nobody can guess, as text.
fn random() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

fn failed(detail: &str) -> CredentialsError {
    CredentialsError::Login { detail: detail.to_owned() }
}
