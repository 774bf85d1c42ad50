//! What can stop the engine. A failed step does not: it is data in the [`Report`](crate::Report).

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clxs_api::{FullName, Identifier};
use thiserror::Error;

use crate::Securable;
use crate::journal::{RunId, RunState};
use crate::named::some_of;

/// The result of an engine call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why the engine stopped.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// Source and destination are one catalog.
    #[error("source and destination are the same catalog `{}`; name another destination", catalog.as_str())]
    SameCatalog {
        /// The catalog.
        catalog: Identifier,
    },
    /// No catalog can be called like the destination.
    #[error(
        "no catalog can be called `{}`: names hold no spaces, periods or forward slashes",
        catalog.as_str()
    )]
    InvalidCatalogName {
        /// What was asked for.
        catalog: Identifier,
    },
    /// A regular expression of the selection is wrong.
    #[error("`{pattern}` is not a valid regular expression")]
    InvalidPattern {
        /// The expression.
        pattern: String,
        /// Where it is wrong.
        source: Box<regex::Error>,
    },
    /// A condition of `where_clauses` is more or less than one expression.
    #[error("`{text}` is no condition: {problem}")]
    InvalidCondition {
        /// The text.
        text: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The workspace takes conditions of `where_clauses` for no conditions of their tables.
    #[error("not every condition of where_clauses fits its table; nothing was changed:{}", lines(tables))]
    UnfitConditions {
        /// The tables, and what the workspace says.
        tables: Vec<(FullName, String)>,
    },
    /// A hook has a variable without a value.
    #[error("the hook `{sql}` cannot be sent: {problem}")]
    InvalidHook {
        /// Its text.
        sql: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A mapping means nothing.
    #[error("`{key}` cannot be mapped: {problem}")]
    InvalidMapping {
        /// Its key.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A moment of the settings has not come yet.
    #[error("`{text}` has not come yet: it is {}; without a moment the newest versions are cloned", now.format("%Y-%m-%dT%H:%M:%SZ"))]
    FutureMoment {
        /// What was written.
        text: String,
        /// What time it is.
        now: DateTime<Utc>,
    },
    /// A schedule of limits is none.
    #[error("{problem}")]
    InvalidSchedule {
        /// What is wrong with it.
        problem: String,
    },
    /// A moment of the settings cannot be read.
    #[error("`{text}` is no moment; write it like 2026-03-04T23:59:59, in UTC or with an offset")]
    InvalidMoment {
        /// What was written.
        text: String,
    },
    /// The settings name tables that the source does not have.
    #[error("catalog `{}` has no {what} {}; correct {key}", catalog.as_str(), names.join(", "))]
    UnknownTables {
        /// The source.
        catalog: Identifier,
        /// What it is to have.
        what: &'static str,
        /// The key of the setting.
        key: &'static str,
        /// The names it does not have.
        names: Vec<String>,
    },
    /// Files of two tables or volumes would lie in each other.
    #[error(
        "{new} would be at {url}, and {other} at {of_other}: none may lie in another; correct location_mapping"
    )]
    SharedPlace {
        /// What would be made.
        new: Securable,
        /// Where.
        url: String,
        /// The other one.
        other: Securable,
        /// Where that is, or would be.
        of_other: String,
    },
    /// Tables cannot be cloned as they were.
    #[error("not every table can be cloned as it was:{}", lines(tables))]
    NotAsOf {
        /// The tables, and why.
        tables: Vec<(FullName, String)>,
    },
    /// Protected tables cannot be copied, and the settings call that an error.
    #[error("not every protected table can be copied (protected_tables: fail):{}", lines(tables))]
    Protected {
        /// The tables, and why.
        tables: Vec<(FullName, String)>,
    },
    /// The selection names schemas that the source does not have.
    #[error("catalog `{}` has no schema {}; correct include_schemas or exclude_schemas", catalog.as_str(), quoted(schemas))]
    UnknownSchemas {
        /// The source.
        catalog: Identifier,
        /// The names it does not have.
        schemas: Vec<Identifier>,
    },
    /// The source is absent, or the caller may not see it.
    #[error("source catalog `{}` does not exist, or you lack USE CATALOG on it", catalog.as_str())]
    SourceNotFound {
        /// The source.
        catalog: Identifier,
    },
    /// Another run writes to the destination.
    #[error("{} (process {process} on {host}); wait for it or stop it", holder(destination, run))]
    Locked {
        /// The destination.
        destination: String,
        /// The run that holds it; empty while a command looks after what a dead run left behind.
        run: String,
        /// Its process id.
        process: u32,
        /// The machine it is on.
        host: String,
    },
    /// A run was cancelled before it began.
    #[error(
        "stopped while statements of an earlier run were waited for; nothing was begun in catalog `{}`, and they go on",
        destination.as_str()
    )]
    Stopped {
        /// The catalog it was to write to.
        destination: Identifier,
    },
    /// Nobody knows so far back whether a table was read.
    #[error("unused_days: {days} cannot be known: system.access.table_lineage goes back {most} days")]
    UnusedBeyondLineage {
        /// The days that were asked for.
        days: u64,
        /// The days that are kept.
        most: u64,
    },
    /// The workspace does not tell which tables are read.
    #[error(
        "skip_unused needs system.access.table_lineage, which cannot be read; enable the system schema `access` and get \
         SELECT on it, or turn skip_unused off"
    )]
    UnreadableUsage {
        /// What the client says.
        #[source]
        source: Box<clxs_client::Error>,
    },
    /// The workspace refused or could not be reached.
    #[error("cannot {attempt}")]
    Client {
        /// What was attempted: `list the schemas of catalog retail`.
        attempt: String,
        /// What the client says.
        #[source]
        source: Box<clxs_client::Error>,
    },
    /// The workspace answered something the engine cannot use.
    #[error("cannot {attempt}: {problem}")]
    Unexpected {
        /// What was attempted.
        attempt: String,
        /// What is wrong with the answer.
        problem: String,
    },
    /// The journal cannot be read or written.
    #[error("cannot {attempt} in the journal {}", path.display())]
    Journal {
        /// The journal's file.
        path: PathBuf,
        /// What was attempted.
        attempt: &'static str,
        /// What `SQLite` or the file system says.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The journal was written by a newer version.
    #[error("the journal {} has version {found}, this program knows up to {known}; use the newer program", path.display())]
    JournalTooNew {
        /// The journal's file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest version known here.
        known: u32,
    },
    /// The plan was made for something that is no longer there.
    #[error("the plan is stale: {} moved since it was made; plan again", some_of(moved))]
    StalePlan {
        /// What would be planned differently now.
        moved: Vec<Securable>,
    },
    /// The file holds no plan that this version can run.
    #[error("the file holds no plan that can be run: {problem}")]
    NotAPlan {
        /// What is wrong with it.
        problem: String,
    },
    /// There is nothing to go on with.
    #[error("run {run} cannot be resumed: it is {state}")]
    NotResumable {
        /// The run.
        run: RunId,
        /// How it ended.
        state: RunState,
    },
    /// A rollback has undone a part of what a run did, or has gone on with an earlier rollback.
    #[error(
        "run {run} cannot be resumed: rollback {rollback} came after it; resume that one, or clone again"
    )]
    BeingUndone {
        /// The run.
        run: RunId,
        /// The rollback.
        rollback: RunId,
    },
    /// The source guards rows otherwise than when a run was planned.
    #[error(
        "run {run} cannot be resumed: {} guarded otherwise in the source since it was planned, and the rest of it would leave \
         rows open; clone again, which goes on from what is there",
        are(moved)
    )]
    GuardedSince {
        /// The run.
        run: RunId,
        /// What would be guarded otherwise now, in the destination.
        moved: Vec<Securable>,
    },
    /// There is nothing to undo.
    #[error("run {run} cannot be rolled back: it is {}", if *state == RunState::RolledBack { "undone already" } else { "a rollback itself" })]
    NotUndoable {
        /// The run.
        run: RunId,
        /// How it ended.
        state: RunState,
    },
    /// A later run wrote to the destination of an earlier one.
    #[error(
        "run {later} wrote to the same catalog after run {run}; roll back the later one first, or clone again"
    )]
    Superseded {
        /// The earlier run.
        run: RunId,
        /// The later one.
        later: RunId,
    },
    /// A run was made in another metastore.
    #[error("run {run} was made in metastore {metastore}; connect to a workspace of that one")]
    OtherMetastore {
        /// The run.
        run: RunId,
        /// Where it was made.
        metastore: String,
    },
    /// There is no such run in the journal.
    #[error("the journal has no run {run}; `clxs runs` lists them")]
    RunNotFound {
        /// The run asked for.
        run: String,
    },
}

/// What a caller can do about an [`enum@Error`]; the command line maps each to an exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The settings are wrong; nothing was changed.
    Usage,
    /// Who calls is unknown or lacks a privilege.
    Authorization,
    /// The workspace was throttling or out of reach after all retries: try later.
    Unavailable,
    /// The plan is stale; nothing was changed.
    Stale,
    /// Another run writes to the destination.
    Locked,
    /// Anything else.
    Other,
}

impl Error {
    /// What a caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::SameCatalog { .. }
            | Self::InvalidCatalogName { .. }
            | Self::InvalidPattern { .. }
            | Self::InvalidCondition { .. }
            | Self::InvalidHook { .. }
            | Self::InvalidMapping { .. }
            | Self::UnfitConditions { .. }
            | Self::InvalidMoment { .. }
            | Self::InvalidSchedule { .. }
            | Self::FutureMoment { .. }
            | Self::UnusedBeyondLineage { .. }
            | Self::UnknownTables { .. }
            | Self::SharedPlace { .. }
            | Self::NotAsOf { .. }
            | Self::Protected { .. }
            | Self::UnknownSchemas { .. }
            | Self::SourceNotFound { .. }
            | Self::NotAPlan { .. }
            | Self::NotResumable { .. }
            | Self::BeingUndone { .. }
            | Self::NotUndoable { .. }
            | Self::Superseded { .. }
            | Self::OtherMetastore { .. }
            | Self::RunNotFound { .. } => ErrorKind::Usage,
            Self::StalePlan { .. } | Self::GuardedSince { .. } => ErrorKind::Stale,
            Self::Locked { .. } => ErrorKind::Locked,
            Self::Client { source, .. } | Self::UnreadableUsage { source } => kind_of(source),
            Self::Stopped { .. }
            | Self::Unexpected { .. }
            | Self::Journal { .. }
            | Self::JournalTooNew { .. } => ErrorKind::Other,
        }
    }

    /// For `map_err`: what was attempted when the client failed.
    pub(crate) fn client(attempt: impl Into<String>) -> impl FnOnce(clxs_client::Error) -> Self {
        move |source| Self::Client { attempt: attempt.into(), source: Box::new(source) }
    }
}

/// Who keeps others from a destination.
fn holder(destination: &str, run: &str) -> String {
    match run {
        "" => format!("a command looks after what a dead run left in flight in catalog `{destination}`"),
        run => format!("catalog `{destination}` is being written by run {run}"),
    }
}

fn kind_of(error: &clxs_client::Error) -> ErrorKind {
    use clxs_client::ErrorKind as Client;
    match error.kind() {
        Client::Unauthenticated | Client::PermissionDenied => ErrorKind::Authorization,
        Client::RateLimited | Client::Unavailable | Client::Transport | Client::Untrusted => {
            ErrorKind::Unavailable
        }
        _ => ErrorKind::Other,
    }
}

fn are(securables: &[Securable]) -> String {
    format!("{} {}", some_of(securables), if securables.len() == 1 { "is" } else { "are" })
}

fn lines(tables: &[(FullName, String)]) -> String {
    tables
        .iter()
        .fold(String::new(), |lines, (table, reason)| lines + &format!("\n{}: {reason}", table.dotted()))
}

fn quoted(names: &[Identifier]) -> String {
    names.iter().map(|name| format!("`{}`", name.as_str())).collect::<Vec<_>>().join(", ")
}
