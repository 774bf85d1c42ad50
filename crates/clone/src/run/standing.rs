//! What the history of a destination says about a clone that is to be sent, perhaps again.

use clxs_api::FullName;

use crate::inventory::{Commit, History};
use crate::outcome::CloneMetrics;
use crate::plan::Expectation;

/// How a destination stands to its plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// As the plan knew it, or nobody can say.
    AsPlanned,
    /// It was cloned from this source after the plan was made, and not changed since.
    Cloned(CloneMetrics),
    /// Something else was done to it after the plan was made.
    Changed {
        /// The newest thing.
        operation: String,
    },
}

/// Compares the newest commits of a destination with what the plan expects to find.
pub(crate) fn standing(history: &History, source: &FullName, expects: &Expectation) -> Standing {
    let Some(commits) = history.effective() else { return Standing::AsPlanned };
    let before = match expects {
        Expectation::Absent | Expectation::Present => None,
        // A history that the plan could not read may hold clones of long ago.
        Expectation::Table(state) if state.version.is_none() => return Standing::AsPlanned,
        Expectation::Table(state) => state.version,
    };
    let is_new = |commit: &&Commit| before.is_none_or(|before| commit.version > before);
    let Some(newest) = commits.first().copied().filter(is_new) else { return Standing::AsPlanned };
    match commits.iter().copied().take_while(is_new).find(|commit| !is_maintenance(commit)) {
        Some(commit) if commit.clone_source().is_some() && commit.is_clone_of(source) => {
            Standing::Cloned(commit.clone_metrics())
        }
        _ => Standing::Changed { operation: newest.operation.clone() },
    }
}

/// Whether the commit neither cloned nor edited the table.
fn is_maintenance(commit: &Commit) -> bool {
    commit.clone_source().is_none() && commit.keeps_rows()
}
