//! Hashes as hexadecimal text.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// The SHA-256 of what is in a file.
pub(super) fn digest(content: impl AsRef<[u8]>) -> String {
    hex(&Sha256::digest(content))
}

/// Bytes as hexadecimal text.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a text does not fail.
        write!(hex, "{byte:02x}").ok();
        hex
    })
}

/// The link after `before` to what has these parts; their lengths keep one from being taken for another.
pub(super) fn link(before: &str, parts: &[&str]) -> String {
    let parts: Vec<_> = parts.iter().map(|part| format!("{}:{part}\n", part.len())).collect();
    digest(format!("{before}\n{}", parts.concat()))
}
