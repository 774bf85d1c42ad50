//! Secrets where they must not be: on the command line and in configuration files.

/// How to give a token instead.
pub(crate) const RIGHT_WAY: &str = "take the token out and revoke it, as others may have read it; then set the environment variable \
     DATABRICKS_TOKEN, or put the new token into ~/.databrickscfg and name its profile with --profile";

/// Names under which a secret would be written.
const SECRET_NAMES: &[&str] = &[
    "token",
    "access_token",
    "databricks_token",
    "dest_token",
    "client_secret",
    "azure_client_secret",
    "password",
];

/// Flags of other tools that take a secret.
const SECRET_FLAGS: &[&str] = &["--token", "--dest-token", "--access-token", "--client-secret", "--password"];

/// Whether a text holds something that has the form of a token: a personal access token, an OAuth secret or a
/// JSON web token.
pub(crate) fn holds_token(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '-')).any(is_token)
}

/// Whether an argument names a flag that would take a secret.
pub(crate) fn is_secret_flag(argument: &str) -> bool {
    let flag = argument.split_once('=').map_or(argument, |(flag, _)| flag);
    SECRET_FLAGS.contains(&flag)
}

/// Whether a line of YAML gives a value to a key that names a secret.
pub(crate) fn line_sets_secret(line: &str) -> bool {
    let Some((key, value)) = line.split_once(':') else { return false };
    let key = key.trim().trim_start_matches("- ").trim_matches(['"', '\'', ' ']).to_lowercase();
    let value = value.split(" #").next().unwrap_or_default().trim();
    let empty = matches!(value, "" | "\"\"" | "''" | "null" | "~") || value.starts_with('#');
    SECRET_NAMES.contains(&key.as_str()) && !empty
}

fn is_token(word: &str) -> bool {
    let hexadecimal = |prefix: &str| {
        let digits = word.find(prefix).map(|start| &word[start + prefix.len()..]);
        digits.is_some_and(|digits| digits.chars().take_while(char::is_ascii_hexdigit).count() >= 32)
    };
    let web_token = word.starts_with("eyJ") && word.matches('.').count() == 2;
    ["dapi", "dkea", "dose"].into_iter().any(hexadecimal) || web_token
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made here, so that no scanner takes this file for a leak.
    fn token() -> String {
        format!("dapi{}", "0123456789abcdef".repeat(2))
    }

    #[test]
    fn tokens_are_seen_wherever_they_stand() {
        assert!(holds_token(&token()));
        assert!(holds_token(&format!("--header=Bearer {}-2", token())));
        assert!(holds_token("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"));
    }

    #[test]
    fn ordinary_texts_are_no_tokens() {
        for text in ["prod", "dapi", "SELECT * FROM dapi.x.y", "abfss://c@s.dfs.core.windows.net/a", "eyJ"] {
            assert!(!holds_token(text), "{text}");
        }
    }

    #[test]
    fn keys_of_secrets_with_a_value_are_seen() {
        assert!(line_sets_secret("  token: abc"));
        assert!(line_sets_secret("  - client_secret: 'x' # comment"));
        assert!(!line_sets_secret("token: \"\"         # for PAT"));
        assert!(!line_sets_secret("tokens: 5"));
    }
}
