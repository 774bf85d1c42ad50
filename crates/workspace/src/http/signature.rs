//! Signed links: who has one may read what it leads to, without a token, until it expires.

use axum::extract::FromRequestParts;
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::uri::Authority;
use sha2::{Digest, Sha256};

/// The block of SHA-256 in bytes.
const BLOCK: usize = 64;
/// Where the workspace is to those in the same process.
const IN_PROCESS: &str = "workspace.internal";

/// Signs what this process hands out; another process does not know the key.
#[derive(Clone)]
pub(crate) struct Signer([u8; BLOCK]);

impl Signer {
    /// A signer with a key of its own.
    pub(crate) fn new() -> Self {
        let mut key = [0; BLOCK];
        for part in key.chunks_mut(16).take(2) {
            part.copy_from_slice(&rand::random::<u128>().to_le_bytes());
        }
        Self(key)
    }

    /// The signature of a text: HMAC-SHA-256, in hexadecimal.
    pub(crate) fn sign(&self, text: &str) -> String {
        let keyed = |pad: u8| Sha256::new_with_prefix(self.0.map(|byte| byte ^ pad));
        let inner = keyed(0x36).chain_update(text).finalize();
        let outer = keyed(0x5c).chain_update(inner).finalize();
        outer.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }

    /// Whether this is the signature of that text. Takes as long for a wrong one as for the right one.
    pub(crate) fn verify(&self, text: &str, signature: &str) -> bool {
        let right = self.sign(text);
        let differing = right.bytes().zip(signature.bytes()).fold(0, |all, (a, b)| all | (a ^ b));
        right.len() == signature.len() && differing == 0
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
        assert_eq!(Signer(key).sign("what do ya want for nothing?"), signature);
        assert!(Signer(key).verify("what do ya want for nothing?", signature));
        for wrong in ["", &signature[..63], &signature.replace('5', "6")] {
            assert!(!Signer(key).verify("what do ya want for nothing?", wrong), "{wrong}");
        }
    }
}
