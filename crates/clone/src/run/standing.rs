//! What the history of a destination says about a table that is to be made, perhaps again.

use crate::inventory::{Commit, Fill, History};
use crate::outcome::CloneMetrics;
use crate::plan::Expectation;

/// How a destination stands to its plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// As the plan knew it, or nobody can say.
    AsPlanned,
    /// It was made of this source after the plan was made, and not changed since.
    Cloned(CloneMetrics),
    /// Something else was done to it after the plan was made.
    Changed {
        /// The newest thing.
        operation: String,
    },
}

fn changed(by: &Commit) -> Standing {
    Standing::Changed { operation: by.operation.clone() }
}

/// Compares the newest commits of a table that is being filled with what its run leaves there: the note that the copy
/// begins, what changes no row, and what the journal accounts for; where an earlier try may have ended the copy, that. That
/// masks, row filters and tags are in no commit is UNCONFIRMED; comments and properties are in such as change no row.
pub(crate) fn standing_in_copy(
    history: &History,
    source: &str,
    fill: Option<Fill>,
    tried_before: bool,
) -> Standing {
    let Some(commits) = history.effective() else { return Standing::AsPlanned };
    if let Some(copy) = history.begun_copy().filter(|copy| copy.begun.begins_copy_of(source)) {
        return copy.changed_by_others(fill).map_or(Standing::AsPlanned, changed);
    }
    match commits.iter().position(|commit| commit.begins_copy_of(source)) {
        Some(begun) if tried_before => {
            let since = History::Read(commits[..begun].iter().map(|commit| (*commit).clone()).collect());
            standing(&since, source, &Expectation::Present)
        }
        _ => commits.first().map_or(Standing::AsPlanned, |newest| changed(newest)),
    }
}

/// Compares the newest commits of a table that a run made, or began to make, with what it leaves there.
pub(crate) fn standing_as_left(
    history: &History,
    source: &str,
    expects: &Expectation,
    fill: Option<Fill>,
) -> Standing {
    let before = expects.version();
    let is_left_open =
        |begun: &Commit| begun.begins_copy_of(source) && before.is_none_or(|before| begun.version > before);
    match history.begun_copy().filter(|copy| is_left_open(copy.begun)) {
        Some(copy) => copy.changed_by_others(fill).map_or(Standing::Cloned(CloneMetrics::default()), changed),
        None => standing(history, source, expects),
    }
}

/// Compares the newest commits of a destination with what the plan expects to find.
pub(crate) fn standing(history: &History, source: &str, expects: &Expectation) -> Standing {
    let Some(made) = history.made() else { return Standing::AsPlanned };
    let before = match expects {
        Expectation::Absent | Expectation::Present | Expectation::PresentOrGone => None,
        // A history that the plan could not read may hold clones of long ago.
        Expectation::Table(state) if state.version.is_none() => return Standing::AsPlanned,
        Expectation::Table(state) => state.version,
    };
    let is_new = |commit: &&Commit| before.is_none_or(|before| commit.version > before);
    let by = made.by.as_ref().map(|(commit, _)| *commit).filter(is_new);
    let is_edited = made.since.iter().copied().filter(is_new).any(|commit| !commit.keeps_rows());
    match by {
        Some(commit) if !is_edited && commit.is_made_of(source) => Standing::Cloned(commit.clone_metrics()),
        _ => match made.since.first().copied().filter(is_new).or(by) {
            Some(newest) => Standing::Changed { operation: newest.operation.clone() },
            None => Standing::AsPlanned,
        },
    }
}
