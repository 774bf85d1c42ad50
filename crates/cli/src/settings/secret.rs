//! Secrets where they must not be: on the command line and in configuration files.

pub(crate) use clxs_client::holds_token;

/// How to give a token instead.
pub(crate) const RIGHT_WAY: &str = "take the secret out and revoke it, as others may have read it; then set a variable of the environment, such \
     as DATABRICKS_TOKEN or DATABRICKS_CLIENT_SECRET, put the new one into ~/.databrickscfg and name its profile with \
     --profile, or give a token by --token-file or --token-command";

/// Names under which a secret would be written.
const SECRET_NAMES: &[&str] = &[
    "token",
    "access_token",
    "databricks_token",
    "dest_token",
    "refresh_token",
    "id_token",
    "oidc_token",
    "databricks_oidc_token",
    "client_secret",
    "databricks_client_secret",
    "azure_client_secret",
    "arm_client_secret",
    "google_credentials",
    "password",
    "databricks_password",
];

/// Whether an argument names a flag, of whatever tool, that would take a secret.
pub(crate) fn is_secret_flag(argument: &str) -> bool {
    let flag = argument.split_once('=').map_or(argument, |(flag, _)| flag);
    flag.strip_prefix("--").is_some_and(|name| SECRET_NAMES.contains(&name.replace('-', "_").as_str()))
}

/// Whether a line of YAML gives a value to a key that names a secret.
pub(crate) fn line_sets_secret(line: &str) -> bool {
    let Some((key, value)) = line.split_once(':') else { return false };
    let key = key.trim().trim_start_matches("- ").trim_matches(['"', '\'', ' ']).to_lowercase();
    let value = value.split(" #").next().unwrap_or_default().trim();
    let empty = matches!(value, "" | "\"\"" | "''" | "null" | "~") || value.starts_with('#');
    SECRET_NAMES.contains(&key.as_str()) && !empty
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_secrets_with_a_value_are_seen() {
        assert!(line_sets_secret("  token: abc"));
        assert!(line_sets_secret("  - client_secret: 'x' # comment"));
        assert!(!line_sets_secret("token: \"\"         # for PAT"));
        assert!(!line_sets_secret("tokens: 5"));
    }

    #[test]
    fn flags_that_are_named_as_a_secret_are_seen_and_those_of_ours_are_not() {
        assert!(is_secret_flag("--client-secret") && is_secret_flag("--dest-token=x"));
        assert!(
            ["--token-file", "--token-command", "--no-token", "token"]
                .iter()
                .all(|flag| !is_secret_flag(flag))
        );
    }
}
