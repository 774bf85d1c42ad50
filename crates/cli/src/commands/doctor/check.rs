//! One check and what came of it.

use serde::Serialize;

use crate::exit::ExitStatus;
use crate::failure::Failure;

#[derive(Debug, Serialize)]
pub(super) struct Check {
    pub(super) name: &'static str,
    /// Nothing when nobody can tell.
    ok: Option<bool>,
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
        Self { name, ok: Some(true), found, advice: None, failure: None }
    }

    /// Something that cannot be told from here.
    pub(super) fn untold(name: &'static str, found: String) -> Self {
        Self { ok: None, ..Self::passed(name, found) }
    }

    /// Something that the caller may not do.
    pub(super) fn lacking(name: &'static str, found: String, advice: String) -> Self {
        Self { name, ok: Some(false), found, advice: Some(advice), failure: Some(ExitStatus::Unauthorized) }
    }

    /// The hint of the error, when it has one, is better than the general advice.
    pub(super) fn failed(name: &'static str, error: &anyhow::Error, advice: &str) -> Self {
        let failure = Failure::from(error);
        Self {
            name,
            ok: Some(false),
            found: format!("{error:#}").split_whitespace().collect::<Vec<_>>().join(" "),
            advice: Some(failure.hint.unwrap_or_else(|| advice.to_owned())),
            failure: Some(failure.status),
        }
    }

    pub(super) fn sign(&self) -> &'static str {
        match self.ok {
            Some(true) => "✓",
            Some(false) => "✗",
            None => "?",
        }
    }
}
