//! One check and what came of it.

use serde::Serialize;

use crate::exit::ExitStatus;
use crate::failure::Failure;

#[derive(Debug, Serialize)]
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) ok: bool,
    /// What was found, or what went wrong.
    pub(super) found: String,
    /// What to do, when something went wrong.
    pub(super) advice: Option<String>,
    #[serde(skip)]
    pub(super) unauthorized: bool,
}

impl Check {
    pub(super) fn passed(name: &'static str, found: String) -> Self {
        Self { name, ok: true, found, advice: None, unauthorized: false }
    }

    /// The hint of the error, when it has one, is better than the general advice.
    pub(super) fn failed(name: &'static str, error: &anyhow::Error, advice: &str) -> Self {
        let failure = Failure::from(error);
        let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
        Self {
            name,
            ok: false,
            found: causes.join(": "),
            advice: Some(failure.hint.unwrap_or_else(|| advice.to_owned())),
            unauthorized: failure.status == ExitStatus::Unauthorized,
        }
    }
}
