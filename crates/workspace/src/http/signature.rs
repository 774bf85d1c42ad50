//! Signed URLs: who has one may do the one thing that it says, without a token, until it expires. The key lives as long
//! as the process; clients ask for another URL when one is refused.

use axum::extract::FromRequestParts;
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use chrono::Utc;
use sha2::{Digest, Sha256};

use crate::hex::lower_hex;

/// The block of SHA-256 in bytes.
const BLOCK: usize = 64;
/// Where the workspace is to those in the same process.
const IN_PROCESS: &str = "workspace.internal";

/// Signs what this process hands out; another process does not know the key.
#[derive(Clone)]
pub(crate) struct Signer([u8; BLOCK]);

/// Why a URL is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Forged,
    Expired,
}

impl Signer {
    /// A signer with a key of its own.
    pub(crate) fn new() -> Self {
        let mut key = [0; BLOCK];
        for part in key.chunks_mut(16).take(2) {
            part.copy_from_slice(&rand::random::<u128>().to_le_bytes());
        }
        Self(key)
    }

    /// The signature of what a URL permits until a time in seconds since 1970. Texts of different kinds of URLs begin
    /// differently, so that one is never good for another.
    pub(crate) fn sign(&self, permitted: &str, expires: i64) -> String {
        self.hmac(&format!("{expires}\n{permitted}"))
    }

    /// Whether this is the signature of that, and it has not expired. Takes as long for a wrong one as for the right
    /// one.
    pub(crate) fn check(&self, permitted: &str, expires: i64, signature: &str) -> Result<(), Refusal> {
        let right = self.sign(permitted, expires);
        let differing = right.bytes().zip(signature.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
        if right.len() != signature.len() || differing != 0 {
            return Err(Refusal::Forged);
        }
        if expires < Utc::now().timestamp() { Err(Refusal::Expired) } else { Ok(()) }
    }

    /// HMAC-SHA-256 (RFC 2104), in hexadecimal.
    fn hmac(&self, text: &str) -> String {
        let keyed = |pad: u8| Sha256::new_with_prefix(self.0.map(|byte| byte ^ pad));
        let inner = keyed(0x36).chain_update(text).finalize();
        lower_hex(&keyed(0x5c).chain_update(inner).finalize())
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signer")
    }
}

/// The URL at which the caller reaches the workspace, without a slash at its end.
#[derive(Debug, Clone)]
pub(crate) struct BaseUrl(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for BaseUrl {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let authority = header(HOST.as_str()).or(parts.uri.authority().map(Authority::as_str));
        // A proxy with TLS before the workspace says so.
        let scheme = header("x-forwarded-proto").filter(|scheme| *scheme == "https").unwrap_or("http");
        Ok(Self(format!("{scheme}://{}", authority.unwrap_or(IN_PROCESS))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signature_is_hmac_sha256() {
        // RFC 4231, test case 2.
        let mut key = [0; BLOCK];
        key[..4].copy_from_slice(b"Jefe");
        let signature = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(Signer(key).hmac("what do ya want for nothing?"), signature);
    }

    #[test]
    fn signature_is_good_for_one_thing_until_it_expires() {
        let (signer, expires) = (Signer::new(), Utc::now().timestamp() + 60);
        let signature = signer.sign("result/1", expires);
        assert_eq!(signer.check("result/1", expires, &signature), Ok(()));
        assert_eq!(signer.check("result/2", expires, &signature), Err(Refusal::Forged));
        assert_eq!(signer.check("result/1", expires + 1, &signature), Err(Refusal::Forged));
        assert_eq!(Signer::new().check("result/1", expires, &signature), Err(Refusal::Forged));
        for wrong in ["", &signature[..63], &format!("{signature}0")] {
            assert_eq!(signer.check("result/1", expires, wrong), Err(Refusal::Forged), "{wrong}");
        }
        assert_eq!(signer.check("result/1", 1, &signer.sign("result/1", 1)), Err(Refusal::Expired));
    }
}
