//! Copies that were begun and are not noted as complete: which writes since are the copy's own.
//!
//! A commit does not tell which statement made it: neither its operation nor its mode tells a write of the copy from one of
//! somebody else. What tells them apart is what the journal knows: upon which version the statement was sent, and
//! whether it ended well, for then it made one commit, and otherwise none. Whatever that does not account for is somebody's.

use super::{Commit, History};

/// What the journal knows of the newest statement that was to fill a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fill {
    /// The version that it was sent upon: all that the table had then was looked at.
    pub after: u64,
    /// How far it came.
    pub stage: FillStage,
}

/// How far a statement came that was to fill a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FillStage {
    /// It was sent: it failed, or nobody heard how it ended.
    Sent,
    /// It brought its rows. They may have been removed again, where what was copied could not be trusted.
    Landed,
    /// It brought its rows, and they stay.
    Trusted,
}

/// A copy that was begun and is not noted as complete.
#[derive(Debug)]
pub(crate) struct BegunCopy<'a> {
    /// The commit that begins it.
    pub(crate) begun: &'a Commit,
    /// What was done since and counts, newest first.
    since: Vec<&'a Commit>,
    /// The newest commit, where it took back others, and whatever was done since the copy was begun.
    restored: Option<(&'a Commit, Vec<&'a Commit>)>,
}

impl History {
    /// The copy that the table is open for, if it is.
    pub(crate) fn begun_copy(&self) -> Option<BegunCopy<'_>> {
        let (Self::Read(all), mut since) = (self, self.effective()?) else { return None };
        let is_told = |commit: &&Commit| commit.begins_copy() || commit.origin().is_some();
        let place = since.iter().position(is_told)?;
        let begun = since[place];
        since.truncate(place);
        let newest =
            all.first().filter(|newest| since.first().is_none_or(|first| first.version < newest.version));
        let restored = newest.filter(|newest| newest.version > begun.version).map(|newest| {
            (newest, all.iter().skip(1).take_while(|commit| commit.version > begun.version).collect())
        });
        begun.begins_copy().then_some(BegunCopy { begun, since, restored })
    }
}

impl<'a> BegunCopy<'a> {
    /// The newest change of its rows that is not shown to be the copy's own.
    pub(crate) fn changed_by_others(&self, fill: Option<Fill>) -> Option<&'a Commit> {
        // One that was sent before this copy was begun belongs to another.
        let fill = fill.filter(|fill| fill.after >= self.begun.version);
        let is_new = |commit: &&Commit| {
            let is_known = fill.is_some_and(|fill| commit.version <= fill.after);
            !(is_known || commit.keeps_rows() || commit.adds_columns())
        };
        let changes: Vec<_> = self.since.iter().copied().filter(|commit| is_new(commit)).collect();
        let stage = fill.map_or(FillStage::Sent, |fill| fill.stage);
        match (changes.as_slice(), stage) {
            ([], FillStage::Sent) => None,
            // Its rows were there, and somebody took them back.
            ([], _) => self.restored.as_ref().filter(|(_, past)| past.iter().any(is_new)).map(|(by, _)| *by),
            ([own], FillStage::Landed | FillStage::Trusted) if own.replaces_rows() => None,
            ([removed @ .., own], FillStage::Landed)
                if own.replaces_rows() && removed.iter().all(|commit| commit.removes_rows()) =>
            {
                None
            }
            ([newest, ..], _) => Some(newest),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::inventory::{CopyMark, CopyStage, Origin};
    use crate::settings::RowScope;

    /// A history, oldest first: `append` and `overwrite` write rows, `to N` restores version N.
    fn history(operations: &[&str]) -> History {
        let mark = |stage| {
            let source = clxs_api::FullName::from_dotted("prod.s.t").unwrap();
            Some(CopyMark { origin: Origin::new(&source, None, Some(3), RowScope::All), stage })
        };
        let commit = |(version, operation): (u64, &&str)| {
            let (name, parameter) = match *operation {
                "append" => ("WRITE", Some(("mode", "Append"))),
                "overwrite" => ("WRITE", Some(("mode", "Overwrite"))),
                "begun" | "complete" => ("SET TBLPROPERTIES", None),
                other => match other.strip_prefix("to ") {
                    Some(version) => ("RESTORE", Some(("version", version))),
                    None => (other, None),
                },
            };
            let stage = match *operation {
                "begun" => mark(CopyStage::Begun),
                "complete" => mark(CopyStage::Complete),
                _ => None,
            };
            let parameters = parameter.map(|(key, value)| (key.to_owned(), value.to_owned()));
            Commit {
                version,
                operation: name.to_owned(),
                parameters: parameters.into_iter().collect(),
                mark: stage,
                ..Commit::default()
            }
        };
        let mut commits: Vec<_> = (0..).zip(operations).map(commit).collect();
        commits.reverse();
        History::Read(commits)
    }

    /// Upon which version a statement was sent, and how far it came.
    type Sent = Option<(u64, FillStage)>;

    fn changed_by_others(operations: &[&str], sent: Sent) -> Option<u64> {
        let (history, fill) = (history(operations), sent.map(|(after, stage)| Fill { after, stage }));
        history.begun_copy().unwrap().changed_by_others(fill).map(|commit| commit.version)
    }

    #[rstest]
    #[case::nothing_was_sent(&["begun"], None)]
    #[case::nothing_arrived(&["begun", "OPTIMIZE"], Some((0, FillStage::Sent)))]
    #[case::landed(&["begun", "ADD COLUMNS", "overwrite", "OPTIMIZE"], Some((1, FillStage::Landed)))]
    #[case::trusted(&["begun", "overwrite"], Some((0, FillStage::Trusted)))]
    #[case::removed_again(&["begun", "overwrite", "TRUNCATE", "TRUNCATE"], Some((0, FillStage::Landed)))]
    #[case::sent_again_after_that(&["begun", "overwrite", "TRUNCATE", "overwrite"], Some((2, FillStage::Trusted)))]
    #[case::no_row_came(&["begun"], Some((0, FillStage::Trusted)))]
    #[case::edit_was_taken_back(&["begun", "append", "to 0"], Some((0, FillStage::Sent)))]
    #[case::edit_of_rows_was_taken_back(&["begun", "overwrite", "append", "to 1"], Some((0, FillStage::Trusted)))]
    fn writes_that_the_journal_accounts_for_are_the_copys_own(
        #[case] operations: &[&str],
        #[case] sent: Sent,
    ) {
        assert_eq!(changed_by_others(operations, sent), None);
    }

    #[rstest]
    #[case::nothing_was_sent(&["begun", "overwrite"], None, 1)]
    #[case::none_ended_well(&["begun", "overwrite"], Some((0, FillStage::Sent)), 1)]
    #[case::appended(&["begun", "append"], Some((0, FillStage::Trusted)), 1)]
    #[case::written_behind_it(&["begun", "overwrite", "overwrite"], Some((0, FillStage::Trusted)), 2)]
    #[case::written_behind_one_that_was_removed(&["begun", "overwrite", "TRUNCATE", "overwrite"], Some((0, FillStage::Landed)), 3)]
    #[case::emptied(&["begun", "overwrite", "TRUNCATE"], Some((0, FillStage::Trusted)), 2)]
    #[case::taken_back(&["begun", "overwrite", "to 0"], Some((0, FillStage::Trusted)), 2)]
    #[case::sent_for_an_earlier_copy(&["begun", "overwrite", "complete", "begun", "overwrite"], Some((0, FillStage::Trusted)), 4)]
    fn writes_that_it_does_not_account_for_are_those_of_others(
        #[case] operations: &[&str],
        #[case] sent: Sent,
        #[case] version: u64,
    ) {
        assert_eq!(changed_by_others(operations, sent), Some(version));
    }

    #[test]
    fn copy_that_is_complete_or_was_never_begun_is_not_open() {
        assert!(history(&["begun", "overwrite", "complete", "append"]).begun_copy().is_none());
        assert!(history(&["CREATE TABLE", "append"]).begun_copy().is_none());
        assert!(history(&["begun", "overwrite", "complete", "begun", "to 2"]).begun_copy().is_none());
    }
}
