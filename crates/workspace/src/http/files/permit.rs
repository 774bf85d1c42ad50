//! What a signed URL permits with a file.

use chrono::{DateTime, Utc};
use clxs_api::ErrorCode;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use super::Use;
use crate::http::RestError;
use crate::http::signature::{Refusal, Signer};

/// How long a URL is good when the caller does not say, and at most, in seconds.
const USUAL: i64 = 15 * 60;
const LONGEST: i64 = 7 * 24 * 60 * 60;

/// What a URL permits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Permit {
    pub(super) action: Action,
    /// The id of the volume or version: another one under its name is not opened.
    pub(super) holder: String,
    pub(super) path: String,
    /// Of an upload in parts; else empty.
    #[serde(default)]
    pub(super) session: String,
    /// Of an upload in parts; else 0.
    #[serde(default)]
    pub(super) part: u32,
    /// Seconds since 1970-01-01 UTC.
    pub(super) expires: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Action {
    Download,
    Upload,
    UploadPart,
}

impl Action {
    /// What it does with the file.
    pub(super) fn wish(self) -> Use {
        if self == Self::Download { Use::Read } else { Use::Write }
    }
}

impl Permit {
    /// The query of a URL that permits this.
    pub(super) fn query(&self, signer: &Signer) -> Result<String, RestError> {
        let fields = serde_json::to_value(self)
            .map_err(|error| RestError::new(ErrorCode::InternalError, error.to_string()))?;
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields.as_object().into_iter().flatten() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            query.append_pair(name, &value);
        }
        query.append_pair("signature", &signer.sign(&self.text(), self.expires));
        Ok(query.finish())
    }

    /// Whether the signature is that of the permit, and it has not expired.
    pub(super) fn check(&self, signer: &Signer, signature: &str) -> Result<(), Refusal> {
        signer.check(&self.text(), self.expires, signature)
    }

    /// The path comes last: it may hold any character.
    fn text(&self) -> String {
        let Self { action, holder, path, session, part, expires: _ } = self;
        format!("file\n{action:?}\n{holder:?}\n{session:?}\n{part}\n{path}")
    }
}

/// When a URL is to expire: at `expire_time` (RFC 3339), in 15 minutes when there is none, in a week at the latest.
pub(super) fn expiry(expire_time: Option<&str>) -> Result<i64, RestError> {
    let now = Utc::now().timestamp();
    let Some(text) = expire_time else { return Ok(now + USUAL) };
    let time = DateTime::parse_from_rfc3339(text)
        .map_err(|error| RestError::invalid(format!("expire_time '{text}' is no time: {error}.")))?;
    Ok(time.timestamp().min(now + LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_different_permits_differ() {
        let permit = Permit {
            action: Action::Upload,
            holder: "1".into(),
            path: "/Volumes/c/s/v/a".into(),
            session: String::new(),
            part: 0,
            expires: 1,
        };
        for other in [
            Permit { action: Action::Download, ..permit.clone() },
            Permit { path: "/Volumes/c/s/v/b".into(), ..permit.clone() },
            Permit { holder: "2".into(), ..permit.clone() },
            Permit { session: "1".into(), ..permit.clone() },
            Permit { part: 1, ..permit.clone() },
        ] {
            assert_ne!(other.text(), permit.text(), "{other:?}");
        }
    }
}
