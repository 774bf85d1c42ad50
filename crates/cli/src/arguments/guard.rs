//! What is looked for among the arguments before they are parsed: secrets, and flags of the guide that this
//! version cannot do. Both would otherwise be answered with a message that repeats them or does not help.

use std::ffi::OsString;

use crate::failure::CliError;
use crate::settings::secret;
use crate::settings::unavailable::{UNAVAILABLE, Unavailable};

/// Removes flags that ask for nothing, and refuses secrets and unavailable flags.
///
/// # Errors
/// [`CliError::SecretInArguments`], [`CliError::NotAvailable`].
pub(crate) fn check(arguments: Vec<OsString>) -> Result<Vec<OsString>, CliError> {
    let texts = || arguments.iter().map(|argument| argument.to_string_lossy());
    if texts().any(|text| secret::is_secret_flag(&text) || secret::holds_token(&text)) {
        return Err(CliError::SecretInArguments);
    }
    let flags = texts().take_while(|text| text != "--").enumerate();
    let of_guide: Vec<(usize, String, &Unavailable)> = flags
        .filter_map(|(index, text)| {
            let flag = text.strip_prefix("--")?.split('=').next()?.to_owned();
            let key = UNAVAILABLE.iter().find(|key| key.flags.contains(&flag.as_str()))?;
            Some((index, flag, key))
        })
        .collect();
    if let Some((_, flag, _)) = of_guide.iter().find(|(_, flag, key)| key.refuses(flag)) {
        return Err(CliError::NotAvailable { what: format!("--{flag}") });
    }
    let idle: Vec<usize> = of_guide.into_iter().map(|(index, ..)| index).collect();
    let kept = arguments.into_iter().enumerate().filter(|(index, _)| !idle.contains(index));
    Ok(kept.map(|(_, argument)| argument).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(texts: &[&str]) -> Vec<OsString> {
        texts.iter().map(OsString::from).collect()
    }

    #[test]
    fn unavailable_flags_are_refused_by_name() {
        let error = check(arguments(&["clxs", "clone", "--resume=x.json"])).unwrap_err();
        assert_eq!(error.to_string(), "--resume is not available yet in this version");
    }

    #[test]
    fn flags_that_ask_for_nothing_are_accepted() {
        let kept = check(arguments(&["clxs", "clone", "--no-security", "--dest", "d"])).unwrap();
        assert_eq!(kept, arguments(&["clxs", "clone", "--dest", "d"]));
    }

    #[test]
    fn secrets_are_refused_without_repeating_them() {
        let token = format!("dapi{}", "0123456789abcdef".repeat(2));
        for texts in [["clxs", "--token", "x"], ["clxs", "clone", token.as_str()]] {
            assert!(matches!(check(arguments(&texts)), Err(CliError::SecretInArguments)));
        }
    }
}
