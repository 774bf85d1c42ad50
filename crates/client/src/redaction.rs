//! Takes secrets out of texts that others wrote, before they become errors or traces.

/// What stands in the place of a secret.
const REDACTED: &str = "[redacted]";

/// Names whose value, after `=` or `:`, is a secret. Those of signed URLs begin with `x-amz-`.
const SECRET_NAMES: &[&str] = &[
    "access_token",
    "authorization",
    "awsaccesskeyid",
    "client_secret",
    "password",
    "refresh_token",
    "sig",
    "signature",
    "token",
    "x-goog-credential",
    "x-goog-signature",
];

/// What tokens of the platform begin with, before their hexadecimal digits: personal access tokens and secrets
/// of service principals.
const TOKEN_PREFIXES: [&str; 3] = ["dapi", "dkea", "dose"];

/// Whether a text holds something that has the form of a token: a personal access token, a secret of a service
/// principal, of Databricks or of Entra ID, or a JSON web token.
pub fn holds_token(text: &str) -> bool {
    text.split(is_delimiter).any(is_token)
}

/// Replaces what looks like a credential: values of `Authorization`, `sig=`, `X-Amz-*` and their like, and
/// every token that [`holds_token`] finds.
pub fn redact(text: &str) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut expected = Expected::Nothing;
    for piece in text.split_inclusive(is_delimiter) {
        let word = piece.trim_end_matches(is_delimiter);
        let delimiter = &piece[word.len()..];
        if !word.is_empty() {
            let hidden = is_token(word) || expected.hides(word);
            redacted.push_str(if hidden { REDACTED } else { word });
            expected = expected.after_word(word);
        }
        redacted.push_str(delimiter);
        expected = expected.after_delimiter(delimiter);
    }
    redacted
}

/// Replaces a secret that is known to the caller, wherever it stands, and then everything [`redact`] finds.
pub(crate) fn redact_known(text: &str, secret: Option<&str>) -> String {
    match secret.filter(|secret| !secret.is_empty()) {
        Some(secret) => redact(&text.replace(secret, REDACTED)),
        None => redact(text),
    }
}

/// The same for all texts in a JSON value.
pub(crate) fn redact_json(value: &mut serde_json::Value, secret: Option<&str>) {
    match value {
        serde_json::Value::String(text) => *text = redact_known(text, secret),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| redact_json(item, secret)),
        serde_json::Value::Object(fields) => {
            for (name, field) in fields {
                if is_secret_name(name) && !field.is_null() {
                    *field = REDACTED.into();
                } else {
                    redact_json(field, secret);
                }
            }
        }
        _ => {}
    }
}

/// What the text so far says about the next word.
#[derive(Clone, Copy, PartialEq)]
enum Expected {
    /// Nothing in particular.
    Nothing,
    /// A secret, should `=` or `:` follow.
    SecretAfterSign,
    /// A secret.
    Secret,
    /// A secret, unless it is an English word: `Bearer` and `Basic` stand alone in texts, too.
    LongSecret,
}

impl Expected {
    fn hides(self, word: &str) -> bool {
        match self {
            Self::Nothing | Self::SecretAfterSign => false,
            Self::Secret => !is_scheme(word),
            Self::LongSecret => word.len() >= 12 || word.bytes().any(|byte| byte.is_ascii_digit()),
        }
    }

    fn after_word(self, word: &str) -> Self {
        match self {
            Self::Secret if is_scheme(word) => Self::Secret,
            _ if is_scheme(word) => Self::LongSecret,
            _ if is_secret_name(word) => Self::SecretAfterSign,
            _ => Self::Nothing,
        }
    }

    fn after_delimiter(self, delimiter: &str) -> Self {
        match (self, delimiter) {
            (Self::SecretAfterSign, "=" | ":") => Self::Secret,
            (Self::SecretAfterSign, "\"" | "'" | "\\") => Self::SecretAfterSign,
            (Self::SecretAfterSign, _) | (_, "\n" | "&") => Self::Nothing,
            _ => self,
        }
    }
}

fn is_delimiter(character: char) -> bool {
    character.is_whitespace() || "\"'`\\=:&?,;<>(){}[]|".contains(character)
}

fn is_scheme(word: &str) -> bool {
    ["bearer", "basic"].iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
}

fn is_secret_name(word: &str) -> bool {
    let name = word.to_ascii_lowercase();
    name.starts_with("x-amz-") || SECRET_NAMES.contains(&name.as_str())
}

/// Whether a word is a token by its look, wherever it stands.
fn is_token(word: &str) -> bool {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_hexdigit).count();
    let of_platform =
        |prefix: &str| word.match_indices(prefix).any(|(at, _)| digits(&word[at + prefix.len()..]) >= 16);
    // Header and claims of a web token are JSON objects in base64; names such as `heyJude.a.b` are not.
    let of_web = word.find("eyJ").is_some_and(|at| word[at..].contains(".eyJ"));
    TOKEN_PREFIXES.into_iter().any(of_platform) || of_web || is_secret_of_entra(word)
}

/// Whether a word is the secret of an application of Entra ID: about forty characters with `8Q~` after the third.
fn is_secret_of_entra(word: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_~.-".contains(&byte);
    let bytes = word.as_bytes();
    word.match_indices("Q~").any(|(at, _)| {
        at >= 4
            && bytes[at - 1].is_ascii_digit()
            && bytes[at - 4..at - 1].iter().copied().all(allowed)
            && bytes[at + 2..].iter().copied().take_while(|byte| allowed(*byte)).count() >= 31
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn signed_urls_keep_their_host_and_lose_their_signature() {
        let text =
            "GET https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA%2F1&X-Amz-Signature=abc&x=1 failed";
        assert_eq!(
            redact(text),
            "GET https://b.s3.amazonaws.com/k?X-Amz-Credential=[redacted]&X-Amz-Signature=[redacted]&x=1 failed"
        );
        assert_eq!(redact("https://a.blob/x?sv=1&sig=a%2Fb%3D"), "https://a.blob/x?sv=1&sig=[redacted]");
    }

    #[test]
    fn authorization_headers_lose_their_credentials_in_every_notation() {
        assert_eq!(redact("Authorization: Bearer abc"), "Authorization: Bearer [redacted]");
        assert_eq!(redact(r#"{"authorization": "Basic abc"}"#), r#"{"authorization": "Basic [redacted]"}"#);
        assert_eq!(redact("sent Bearer s3cret"), "sent Bearer [redacted]");
    }

    #[test]
    fn ordinary_words_stay() {
        for text in [
            "the token was refused",
            "Basic support only",
            "token expired: log in",
            "signature mismatch",
            "heyJude.a.b",
        ] {
            assert_eq!(redact(text), text);
            assert!(!holds_token(text));
        }
    }

    #[test]
    fn secret_of_entra_is_seen_wherever_it_stands() {
        let secret = format!("abc8Q~{}", "x.Y-z_~1".repeat(4));
        assert!(holds_token(&format!("the secret={secret}")));
        assert_eq!(redact(&format!("got {secret}!")), "got [redacted]");
        assert!(!holds_token("8Q~short") && !holds_token("plan9Q~a"));
    }

    #[test]
    fn known_secret_is_taken_out_of_json_at_any_depth() {
        let mut value = serde_json::json!({"a": ["x hunter2 y"], "token": 7});
        redact_json(&mut value, Some("hunter2"));
        assert_eq!(value.to_string(), r#"{"a":["x [redacted] y"],"token":"[redacted]"}"#);
    }

    proptest! {
        #[test]
        fn personal_and_web_tokens_never_survive_whatever_stands_around(
            before in ".{0,20}", after in "[^0-9a-fA-F]{0,20}", hex in "[0-9a-f]{32}", part in "[A-Za-z0-9_-]{10,20}",
            prefix in prop::sample::select(&TOKEN_PREFIXES[..]),
        ) {
            let personal = format!("{prefix}{hex}");
            let web = format!("eyJ{part}.eyJ{part}.{part}");
            let text = format!("{before}{personal}{after} {web}{after}");
            let redacted = redact(&text);
            prop_assert!(!redacted.contains(&personal));
            prop_assert!(!redacted.contains(&web));
            prop_assert!(holds_token(&text));
        }
    }
}
