//! One check and what came of it.

use serde::Serialize;

use crate::exit::ExitStatus;
use crate::failure::Failure;

#[derive(Debug, Serialize)]
pub(super) struct Check {
    pub(super) name: &'static str,
    ok: bool,
    /// What was found, or what went wrong.
    pub(super) found: String,
    /// What to do, when something went wrong.
    pub(super) advice: Option<String>,
    /// The exit status that a failure means.
    #[serde(skip)]
    pub(super) failure: Option<ExitStatus>,
}

impl Check {
    pub(super) fn passed(name: &'static str, found: String) -> Self {
        Self { name, ok: true, found, advice: None, failure: None }
    }

    /// Something that the caller may not do.
    pub(super) fn lacking(name: &'static str, found: String, advice: String) -> Self {
        Self { name, ok: false, found, advice: Some(advice), failure: Some(ExitStatus::Unauthorized) }
    }

    /// The hint of the error, when it has one, is better than the general advice.
    pub(super) fn failed(name: &'static str, error: &anyhow::Error, advice: &str) -> Self {
        let failure = Failure::from(error);
        let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
        Self {
            name,
            ok: false,
            found: causes.join(": ").split_whitespace().collect::<Vec<_>>().join(" "),
            advice: Some(failure.hint.unwrap_or_else(|| advice.to_owned())),
            failure: Some(failure.status),
        }
    }
}
