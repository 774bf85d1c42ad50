//! What is looked for among the arguments before they are parsed: secrets, and flags of the guide that this
//! version cannot do. Both would otherwise be answered with a message that repeats them or does not help.

use std::ffi::OsString;

use crate::failure::CliError;
use crate::settings::secret;
use crate::settings::unavailable::UNAVAILABLE;

/// Refuses secrets and unavailable flags.
///
/// # Errors
/// [`CliError::SecretInArguments`], [`CliError::NotAvailable`].
pub(crate) fn check(arguments: &[OsString]) -> Result<(), CliError> {
    let texts = || arguments.iter().map(|argument| argument.to_string_lossy());
    if texts().any(|text| secret::is_secret_flag(&text) || secret::holds_token(&text)) {
        return Err(CliError::SecretInArguments);
    }
    for text in texts().take_while(|text| text != "--") {
        let Some(flag) = text.strip_prefix("--").and_then(|flag| flag.split('=').next()) else { continue };
        if UNAVAILABLE.iter().any(|key| key.flags.contains(&flag)) {
            return Err(CliError::NotAvailable { what: format!("--{flag}") });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(texts: &[&str]) -> Vec<OsString> {
        texts.iter().map(OsString::from).collect()
    }

    #[test]
    fn unavailable_flags_are_refused_by_name() {
        let error = check(&arguments(&["clxs", "clone", "--volume=/Volumes/x"])).unwrap_err();
        assert_eq!(error.to_string(), "--volume is not available yet in this version");
    }

    #[test]
    fn secrets_are_refused_without_repeating_them() {
        let token = format!("dapi{}", "0123456789abcdef".repeat(2));
        for texts in [["clxs", "--token", "x"], ["clxs", "clone", token.as_str()]] {
            assert!(matches!(check(&arguments(&texts)), Err(CliError::SecretInArguments)));
        }
    }
}
