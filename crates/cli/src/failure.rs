//! Errors at the edge: which exit code they mean, how they are printed, what to do about them.

use std::fmt::Write;

use clxs_clone::journal::RunState;
use thiserror::Error;

use crate::environment::CLXS_LOG;
use crate::exit::ExitStatus;
use crate::settings::finding::Finding;

/// What goes wrong in the command line itself. What the client, the engine or the embedded workspace say
/// keeps its own type.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum CliError {
    #[error("the configuration is not usable\n{}", list(findings))]
    Configuration { findings: Vec<Finding> },
    #[error("{what} cannot be opened")]
    File { what: &'static str, source: std::io::Error },
    #[error("{CLXS_LOG} is not a list of directives")]
    LogDirectives { source: tracing_subscriber::filter::ParseError },
    #[error("{key} is not set")]
    MissingSetting { key: &'static str, flag: &'static str },
    #[error("{what} is not available yet in this version")]
    NotAvailable { what: String },
    #[error("a secret was found among the arguments")]
    SecretInArguments,
    #[error("no folder for state is known, as neither CLXS_HOME nor HOME is set")]
    NoHome,
    #[error("{message}")]
    Usage { message: String, hint: String },
    #[error("statement {number} failed: {beginning}")]
    Statement { number: usize, beginning: String, source: anyhow::Error },
    #[cfg(not(feature = "embedded"))]
    #[error("this program is built without the embedded workspace, and no other one is configured")]
    WithoutEmbedded,
}

impl CliError {
    /// For `map_err`: which file that was asked for is not to be had.
    pub(crate) fn file(what: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::File { what, source }
    }

    /// For `map_err`: which statement of a script failed.
    pub(crate) fn statement<E: Into<anyhow::Error>>(number: usize, text: &str) -> impl FnOnce(E) -> Self {
        const SHOWN: usize = 60;
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown: String = line.chars().take(SHOWN).collect();
        let more = if shown.len() < line.len() { "…" } else { "" };
        let beginning = clxs_client::redact(&format!("{shown}{more}"));
        move |source| Self::Statement { number, beginning, source: source.into() }
    }

    fn status(&self) -> Option<ExitStatus> {
        match self {
            Self::Statement { .. } => None,
            _ => Some(ExitStatus::Usage),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::MissingSetting { key, flag } => Some(format!(
                "give it with {flag}, or as {key} in {}",
                crate::settings::file::PROJECT_FILES.join(" or ")
            )),
            Self::SecretInArguments => Some(crate::settings::secret::RIGHT_WAY.to_owned()),
            Self::NoHome => Some("set CLXS_HOME to a folder that clxs may use".to_owned()),
            #[cfg(not(feature = "embedded"))]
            Self::WithoutEmbedded => Some(
                "set DATABRICKS_HOST and DATABRICKS_TOKEN, or a --profile; for the embedded workspace install clxs \
                 with its default features"
                    .to_owned(),
            ),
            Self::Usage { hint, .. } => Some(hint.clone()),
            _ => None,
        }
    }
}

/// What is said of an error, and the exit code it means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) status: ExitStatus,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}

impl From<&anyhow::Error> for Failure {
    fn from(error: &anyhow::Error) -> Self {
        let own = || error.chain().filter_map(|cause| cause.downcast_ref::<CliError>());
        let status = error.chain().find_map(status).unwrap_or(ExitStatus::Failure);
        let hint = own().find_map(CliError::hint).or_else(|| error.chain().find_map(hint));
        Self { status, message: message(error), hint }
    }
}

fn status(cause: &(dyn std::error::Error + 'static)) -> Option<ExitStatus> {
    if let Some(error) = cause.downcast_ref::<CliError>() {
        return error.status();
    }
    if let Some(error) = cause.downcast_ref::<clxs_clone::Error>() {
        return Some(engine_status(error.kind()));
    }
    cause.downcast_ref::<clxs_client::Error>().map(|error| client_status(error.kind()))
}

fn engine_status(kind: clxs_clone::ErrorKind) -> ExitStatus {
    use clxs_clone::ErrorKind as Engine;
    match kind {
        Engine::Usage => ExitStatus::Usage,
        Engine::Authorization => ExitStatus::Unauthorized,
        Engine::Unavailable => ExitStatus::Unavailable,
        Engine::Locked => ExitStatus::Locked,
        Engine::Stale => ExitStatus::PlanStale,
        _ => ExitStatus::Failure,
    }
}

fn client_status(kind: clxs_client::ErrorKind) -> ExitStatus {
    use clxs_client::ErrorKind as Client;
    match kind {
        Client::Unauthenticated | Client::PermissionDenied => ExitStatus::Unauthorized,
        Client::RateLimited | Client::Unavailable | Client::Transport | Client::Untrusted => {
            ExitStatus::Unavailable
        }
        Client::Configuration => ExitStatus::Usage,
        _ => ExitStatus::Failure,
    }
}

/// The engine keeps the client's error in a box, which a chain shows as a type of its own.
fn hint(cause: &(dyn std::error::Error + 'static)) -> Option<String> {
    if let Some(clxs_clone::Error::NotResumable { state, .. }) = cause.downcast_ref() {
        return Some(instead_of_resuming(*state).to_owned());
    }
    let boxed = || cause.downcast_ref::<Box<clxs_client::Error>>().map(AsRef::as_ref);
    let error = cause.downcast_ref::<clxs_client::Error>().or_else(boxed)?;
    error.hint().map(str::to_owned)
}

fn instead_of_resuming(state: RunState) -> &'static str {
    match state {
        RunState::Succeeded => {
            "it has nothing left to do: `clxs clone` begins a new run, `clxs rollback` undoes this one"
        }
        _ => "`clxs clone` begins a new run; `clxs runs` lists those there are",
    }
}

/// The chain of causes, each once, one to a line.
fn message(error: &anyhow::Error) -> String {
    let mut text = String::from("error: ");
    let mut said = String::new();
    for (depth, cause) in error.chain().enumerate() {
        let cause = cause.to_string();
        if said.contains(&cause) {
            continue;
        }
        let lead = if depth == 0 { "" } else { "\n  caused by: " };
        write!(text, "{lead}{}", cause.replace('\n', "\n  ")).ok();
        said = cause;
    }
    text
}

fn list(findings: &[Finding]) -> String {
    let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
    findings.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    #[test]
    fn causes_are_told_once_and_the_hint_apart() {
        let inner: anyhow::Result<()> =
            Err(CliError::MissingSetting { key: "source_catalog", flag: "--source" }.into());
        let error = inner.context("cannot plan").context("cannot plan").unwrap_err();
        let failure = Failure::from(&error);
        assert_eq!(failure.status, ExitStatus::Usage);
        insta::assert_snapshot!(failure.message, @r"
        error: cannot plan
          caused by: source_catalog is not set
        ");
        insta::assert_snapshot!(failure.hint.unwrap(), @"give it with --source, or as source_catalog in config/clone_config.yaml or clxs.yaml");
    }

    #[test]
    fn run_that_has_nothing_left_to_do_is_told_with_what_to_do_instead() {
        let run = clxs_clone::journal::RunId::new("run-1");
        let error = clxs_clone::Error::NotResumable { run, state: RunState::Succeeded };
        let failure = Failure::from(&error.into());
        insta::assert_snapshot!(failure.hint.unwrap(), @"it has nothing left to do: `clxs clone` begins a new run, `clxs rollback` undoes this one");
    }

    #[test]
    fn exit_status_is_that_of_the_first_cause_that_has_one() {
        let same = clxs_api::Identifier::new("prod").unwrap();
        let engine = || clxs_clone::Error::SameCatalog { catalog: same.clone() };
        assert_eq!(Failure::from(&engine().into()).status, ExitStatus::Usage);
        let wrapped = CliError::statement(2, "SELECT 1")(engine());
        assert_eq!(Failure::from(&wrapped.into()).status, ExitStatus::Usage);
        assert_eq!(Failure::from(&anyhow::anyhow!("something else")).status, ExitStatus::Failure);
    }
}
