//! Signed URLs: who has one may do one thing with one file until it expires, without a token. The key lives as long
//! as the process; clients ask for another URL when one is refused.

use chrono::{DateTime, Utc};
use clxs_api::ErrorCode;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::form_urlencoded;

use crate::hex::lower_hex;
use crate::http::RestError;

/// How long a URL is good when the caller does not say, and at most, in seconds.
const USUAL: i64 = 15 * 60;
const LONGEST: i64 = 7 * 24 * 60 * 60;
/// The block of SHA-256.
const BLOCK: usize = 64;

/// Signs what URLs permit.
#[derive(Clone)]
pub(in crate::http) struct Signer {
    key: [u8; 32],
}

/// What a URL permits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Permit {
    pub(super) action: Action,
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

/// Why a URL is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    Forged,
    Expired,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer")
    }
}

impl Signer {
    /// A signer with a key of its own.
    pub(in crate::http) fn new() -> Self {
        Self { key: rand::random() }
    }

    /// The query of a URL that permits this.
    pub(super) fn query(&self, permit: &Permit) -> Result<String, RestError> {
        let fields = serde_json::to_value(permit)
            .map_err(|error| RestError::new(ErrorCode::InternalError, error.to_string()))?;
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in fields.as_object().into_iter().flatten() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            query.append_pair(name, &value);
        }
        query.append_pair("signature", &self.signature(permit));
        Ok(query.finish())
    }

    /// Whether the signature is that of the permit, and it has not expired.
    pub(super) fn check(&self, permit: &Permit, signature: &str) -> Result<(), Refusal> {
        let expected = self.signature(permit);
        // As long for a wrong first character as for a wrong last one.
        let difference =
            expected.bytes().zip(signature.bytes()).fold(0, |found, (one, other)| found | (one ^ other));
        if difference != 0 || expected.len() != signature.len() {
            return Err(Refusal::Forged);
        }
        if permit.expires < Utc::now().timestamp() { Err(Refusal::Expired) } else { Ok(()) }
    }

    /// The path comes last: it may hold any character.
    fn signature(&self, permit: &Permit) -> String {
        let Permit { action, path, session, part, expires } = permit;
        let text = format!("{action:?}\n{}\n{session}\n{part}\n{expires}\n{path}", session.len());
        hmac(&self.key, text.as_bytes())
    }
}

/// HMAC-SHA-256 (RFC 2104), in hexadecimal.
fn hmac(key: &[u8; 32], text: &[u8]) -> String {
    let keyed = |with: u8, text: &[u8]| {
        let mut block = [with; BLOCK];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        Sha256::new().chain_update(block).chain_update(text).finalize()
    };
    let digest = keyed(0x5c, &keyed(0x36, text));
    lower_hex(&digest)
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

    fn permit() -> Permit {
        let expires = Utc::now().timestamp() + 60;
        Permit {
            action: Action::Upload,
            path: "/Volumes/c/s/v/a".into(),
            session: String::new(),
            part: 0,
            expires,
        }
    }

    #[test]
    fn signature_is_good_for_one_thing_until_it_expires() {
        let (signer, permit) = (Signer::new(), permit());
        let signature = signer.signature(&permit);
        assert_eq!(signer.check(&permit, &signature), Ok(()));
        for other in [
            Permit { action: Action::Download, ..permit.clone() },
            Permit { path: "/Volumes/c/s/v/b".into(), ..permit.clone() },
            Permit { session: "1".into(), ..permit.clone() },
            Permit { part: 1, ..permit.clone() },
            Permit { expires: permit.expires + 1, ..permit.clone() },
        ] {
            assert_eq!(signer.check(&other, &signature), Err(Refusal::Forged), "{other:?}");
        }
        assert_eq!(signer.check(&permit, ""), Err(Refusal::Forged));
        assert_eq!(Signer::new().check(&permit, &signature), Err(Refusal::Forged));
        let past = Permit { expires: 1, ..permit };
        assert_eq!(signer.check(&past, &signer.signature(&past)), Err(Refusal::Expired));
    }

    #[test]
    fn signature_is_the_standards_hmac() {
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let text = hmac(&key, b"what do ya want for nothing?");
        assert_eq!(text, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
