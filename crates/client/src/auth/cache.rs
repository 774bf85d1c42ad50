//! What a login gave, kept in a file that only its owner reads. Place and form are those of the official SDK for
//! Python (oauth.py `TokenCache`), so that one login serves both.

use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use fs_err::os::unix::fs::OpenOptionsExt;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use super::CredentialsError;
use super::configuration::Configuration;
use super::login::{client_id, scopes};
use super::token::{Token, TokenAnswer, moment, until};
use crate::secret::Secret;

/// Below the user's home.
const FOLDER: &str = ".config/databricks-sdk-py/oauth";

/// A kept token that is over within this time is renewed before it is used.
const NEARLY_OVER: TimeDelta = TimeDelta::minutes(5);

/// The file of one login.
#[derive(Debug, Clone)]
pub(super) struct Cache(PathBuf);

/// What a login gave.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) access_token: Secret<String>,
    pub(super) refresh_token: Option<Secret<String>>,
    expiry: Option<DateTime<Utc>>,
}

impl Cache {
    /// The file for this workspace, client, scopes and profile; none without a home.
    pub(super) fn of(configuration: &Configuration, host: &Url) -> Option<Self> {
        let home = configuration.environment.home()?;
        Some(Self(home.join(FOLDER).join(format!("{}.json", key(configuration, host)))))
    }

    /// What is kept, if it can be read: a broken file is as good as none.
    pub(super) fn load(&self) -> Option<Kept> {
        let document: Value = serde_json::from_str(&fs_err::read_to_string(&self.0).ok()?).ok()?;
        let text = |name: &str| document["token"][name].as_str();
        Some(Kept {
            access_token: Secret::new(text("access_token")?.to_owned()),
            refresh_token: text("refresh_token").map(|token| Secret::new(token.to_owned())),
            expiry: text("expiry").and_then(moment),
        })
    }

    /// Keeps a token, in the place of what was there.
    pub(super) fn save(&self, kept: &Kept) -> Result<(), CredentialsError> {
        self.write(kept).map_err(|source| CredentialsError::Cache { source })
    }

    fn write(&self, kept: &Kept) -> std::io::Result<()> {
        let folder = self.0.parent().unwrap_or(Path::new("."));
        fs_err::create_dir_all(folder)?;
        // A file of its own until it is whole, for other programs read here, too.
        let whole = self.0.with_extension(format!("{}.new", uuid::Uuid::now_v7()));
        let mut file = fs_err::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&whole)?;
        file.write_all(kept.document().to_string().as_bytes())?;
        fs_err::rename(&whole, &self.0)
    }
}

/// The digest by which the official SDK names the file: of JSON with its keys sorted, written as Python does.
fn key(configuration: &Configuration, host: &Url) -> String {
    let text = |text: &str| Value::from(text).to_string();
    let scopes: Vec<_> = scopes(configuration).iter().map(|scope| text(scope)).collect();
    let group = configuration.value("group_id");
    let key = format!(
        r#"{{"client_id": {}, {}"host": {}, "profile": {}, "scopes": [{}]}}"#,
        text(client_id(configuration)),
        group.map(|group| format!(r#""group_id": {}, "#, text(group))).unwrap_or_default(),
        text(host.as_str().trim_end_matches('/')),
        text(configuration.profile.as_deref().unwrap_or_default()),
        scopes.join(", "),
    );
    Sha256::digest(key).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

impl Kept {
    /// A new token; the refresh token before it goes on when there is no new one (RFC 6749 §6).
    pub(super) fn of(answer: TokenAnswer, refresh_token: Option<Secret<String>>) -> Self {
        let life = answer.life().and_then(|life| TimeDelta::from_std(life).ok());
        Self {
            access_token: Secret::new(answer.access_token().to_owned()),
            expiry: life.map(|life| Utc::now() + life),
            refresh_token: answer.refresh_token.map(Secret::new).or(refresh_token),
        }
    }

    pub(super) fn is_nearly_over(&self) -> bool {
        self.expiry.is_none_or(|expiry| expiry - Utc::now() < NEARLY_OVER)
    }

    pub(super) fn token(&self) -> Token {
        Token::new(self.access_token.expose().as_str(), self.expiry.map(until))
    }

    fn document(&self) -> Value {
        let mut token = json!({ "access_token": self.access_token.expose(), "token_type": "Bearer" });
        // Python reads a moment up to microseconds, and its offset in digits.
        let expiry = self.expiry.unwrap_or_else(Utc::now).to_rfc3339_opts(SecondsFormat::Micros, false);
        token["expiry"] = expiry.into();
        if let Some(refresh_token) = &self.refresh_token {
            token["refresh_token"] = refresh_token.expose().as_str().into();
        }
        json!({ "token": token })
    }
}
