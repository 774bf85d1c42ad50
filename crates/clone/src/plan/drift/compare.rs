//! Whether a table of the destination is what cloning its source would make.
//!
//! Versions of source and clone count different things, so they are never compared with each other. What
//! is compared is the version of the source that the destination's last `CLONE` recorded
//! (`facts/better_than_seed.md` 4).

use clxs_api::FullName;

use super::Drift;
use crate::inventory::{Commit, History, Origin, Table, VersionAsOf};
use crate::plan::made;
use crate::settings::{AsOf, RowScope, Settings};

/// How the destination's table differs from a clone of the source; `None` when it does not.
pub(crate) fn drift(
    source: &Table,
    name: &FullName,
    destination: &Table,
    settings: &Settings,
) -> Option<Drift> {
    let made = match &destination.history {
        History::Unreadable { reason } => return Some(edits_unknown(reason)),
        history => history.made(),
    };
    let Some(made) = made else {
        return Some(edits_unknown("the history of the destination was not read"));
    };
    if let Some(copy) = destination.history.begun_copy() {
        return Some(copy.changed_by_others(destination.fill).map_or(Drift::Unfinished, edited));
    }
    let edit = made.since.iter().find(|commit| !commit.keeps_rows());
    match (made.by, edit) {
        (None, _) if destination.cloned_from.is_none() => Some(Drift::NotAClone),
        (_, Some(edit)) => Some(edited(edit)),
        (None, None) => Some(edits_unknown("the log of its last CLONE was cleaned up")),
        (Some((commit, _)), None) if !commit.is_made_of(&name.dotted()) => other_source(commit),
        (Some((commit, _)), None) if is_recreated(source, destination, commit) => {
            Some(Drift::SourceRecreated)
        }
        (Some((_, origin)), None) => source_drift(source, name, destination, &origin, settings),
    }
}

fn edited(commit: &Commit) -> Drift {
    Drift::TargetEdited { operation: commit.operation.clone(), version: commit.version }
}

fn other_source(commit: &Commit) -> Option<Drift> {
    Some(Drift::OtherSource { source: commit.origin()?.source })
}

/// Whether the source was dropped and made again since a commit was made of it. The journal knows the source of the last
/// copy, which is no longer that of this commit where a `RESTORE` brought it back: what was made before there was such a
/// source is of another. UNCONFIRMED: that the clocks of commits and of tables agree, and that a table that is replaced keeps
/// when it was made. Where they do not, a copy is made once more than it need be.
fn is_recreated(source: &Table, destination: &Table, made: &Commit) -> bool {
    let noted = made.origin().and_then(|origin| origin.table_id);
    let journalled = || destination.cloned_from.clone().filter(|_| !destination.history.is_restored());
    match noted.or_else(journalled).zip(source.table_id.as_ref()) {
        Some((then, now)) => then != *now,
        None => made.timestamp.zip(source.created_at).is_some_and(|(made, created)| made < created),
    }
}

fn source_drift(
    source: &Table,
    name: &FullName,
    destination: &Table,
    origin: &Origin,
    settings: &Settings,
) -> Option<Drift> {
    let rows = settings.rows_of(name);
    if rows != origin.rows {
        return Some(Drift::OtherRows { rows: origin.rows.clone() });
    }
    if let Some(Err(reason)) = &destination.definition {
        return Some(unable(&format!("the definition of the destination cannot be read: {reason}")));
    }
    let is_other = || {
        made::wanted(settings, source, &rows).is_ok_and(|wanted| !made::fits(settings, destination, &wanted))
    };
    if rows == RowScope::None {
        return is_other().then_some(Drift::DefinitionDiffers);
    }
    let current = match wanted_version(source, &settings.as_of_table(name)) {
        Ok(version) => version,
        Err(reason) => return Some(unable(&reason)),
    };
    match origin.version {
        Some(cloned) if cloned == current => is_other().then_some(Drift::DefinitionDiffers),
        Some(cloned) => Some(Drift::VersionDrift { cloned, current }),
        None => Some(unable("the last CLONE recorded no version of its source")),
    }
}

fn wanted_version(source: &Table, as_of: &AsOf) -> Result<u64, String> {
    if let Some(VersionAsOf::Version(version)) = source.as_of {
        return Ok(version);
    }
    match (as_of, &source.history) {
        (AsOf::Version(version), _) => Ok(*version),
        (AsOf::Timestamp(_), _) => Err("a timestamp names no version".to_owned()),
        (AsOf::Latest, History::Unreadable { reason }) => Err(reason.clone()),
        (AsOf::Latest, history) => {
            history.version().ok_or_else(|| "the history of the source was not read".to_owned())
        }
    }
}

fn edits_unknown(reason: &str) -> Drift {
    Drift::EditsUnknown { reason: reason.to_owned() }
}

fn unable(reason: &str) -> Drift {
    Drift::UnableToCompare { reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use clxs_api::Identifier;

    use super::*;
    use crate::Kind;
    use crate::inventory::{CopyMark, CopyStage, Fill, FillStage};
    use crate::settings::{Condition, Conditions};

    fn name() -> FullName {
        FullName::from_dotted("prod.sales.orders").unwrap()
    }

    fn settings() -> Settings {
        let catalog = |name: &str| Identifier::new(name).unwrap();
        Settings::new(catalog("prod"), catalog("dev"))
    }

    fn commit(version: u64, operation: &str) -> Commit {
        Commit { version, operation: operation.to_owned(), ..Commit::default() }
    }

    fn clone_commit(version: u64, source_version: u64) -> Commit {
        let parameters =
            [("source", "prod.sales.orders".to_owned()), ("sourceVersion", source_version.to_string())]
                .map(|(key, value)| (key.to_owned(), value));
        Commit { parameters: parameters.into(), ..commit(version, "CLONE") }
    }

    fn table(commits: Vec<Commit>) -> Table {
        Table { history: History::Read(commits), ..Table::new(Kind::Table) }
    }

    fn compare(source: &Table, destination: &Table) -> Option<Drift> {
        drift(source, &name(), destination, &settings())
    }

    #[test]
    fn clone_of_the_current_version_is_unchanged_whatever_its_own_version() {
        let destination =
            table(vec![commit(9, "SET TBLPROPERTIES"), commit(8, "OPTIMIZE"), clone_commit(7, 3)]);
        assert_eq!(compare(&table(vec![commit(3, "WRITE")]), &destination), None);
    }

    #[test]
    fn newer_source_is_version_drift() {
        let drift = compare(&table(vec![commit(4, "WRITE")]), &table(vec![clone_commit(0, 3)]));
        assert_eq!(drift, Some(Drift::VersionDrift { cloned: 3, current: 4 }));
    }

    #[test]
    fn write_after_the_clone_is_an_edit_also_when_the_source_moved() {
        let drift =
            compare(&table(vec![commit(4, "WRITE")]), &table(vec![commit(1, "DELETE"), clone_commit(0, 3)]));
        assert_eq!(drift, Some(Drift::TargetEdited { operation: "DELETE".into(), version: 1 }));
    }

    #[test]
    fn table_that_was_restored_is_the_clone_that_it_was_before() {
        let restore = |to: &str| Commit {
            parameters: [("version".to_owned(), to.to_owned())].into(),
            ..commit(9, "RESTORE")
        };
        let commits = |to| vec![restore(to), commit(8, "DELETE"), clone_commit(7, 3), clone_commit(2, 1)];
        let source = table(vec![commit(3, "WRITE")]);
        assert_eq!(compare(&source, &table(commits("7"))), None);
        let older = compare(&source, &table(commits("2")));
        assert_eq!(older, Some(Drift::VersionDrift { cloned: 1, current: 3 }));
        let edited = compare(&source, &table(commits("8")));
        assert_eq!(edited, Some(Drift::TargetEdited { operation: "DELETE".into(), version: 8 }));
    }

    /// A commit that notes that the table is a copy of the rows `id > 1` of version 3, or is to be.
    fn note(version: u64, operation: &str, stage: CopyStage) -> Commit {
        let rows = RowScope::Where(Condition::new("id > 1").unwrap());
        let mark = CopyMark { origin: Origin::new(&name(), None, Some(3), rows), stage };
        Commit { mark: Some(mark), ..commit(version, operation) }
    }

    /// A table that was made and filled, oldest commit first.
    fn filtered(operations: &[&str]) -> Table {
        let mut commits = vec![note(0, "CREATE TABLE", CopyStage::Begun)];
        commits.extend(operations.iter().zip(1..).map(|(operation, version)| match *operation {
            "complete" => note(version, "SET TBLPROPERTIES", CopyStage::Complete),
            "begun" => note(version, "SET TBLPROPERTIES", CopyStage::Begun),
            other => commit(version, other),
        }));
        commits.reverse();
        table(commits)
    }

    fn compare_filtered(source_version: u64, condition: &str, destination: &Table) -> Option<Drift> {
        let written = [("sales.orders".to_owned(), condition.to_owned())];
        let conditions = Conditions::new(written.iter().map(|(table, text)| (table, text))).unwrap();
        let settings = Settings { where_clauses: conditions, ..settings() };
        drift(&table(vec![commit(source_version, "WRITE")]), &name(), destination, &settings)
    }

    #[test]
    fn table_filled_after_it_was_made_is_a_clone_of_those_rows() {
        let filled = filtered(&["WRITE", "complete", "OPTIMIZE"]);
        assert_eq!(compare_filtered(3, "id > 1", &filled), None);
        let drift = compare_filtered(4, "id > 1", &filled);
        assert_eq!(drift, Some(Drift::VersionDrift { cloned: 3, current: 4 }));
        let drift = compare_filtered(3, "id > 2", &filled);
        assert!(matches!(drift, Some(Drift::OtherRows { .. })), "{drift:?}");
        let drift = compare(&table(vec![commit(3, "WRITE")]), &filled);
        assert!(matches!(drift, Some(Drift::OtherRows { .. })), "{drift:?}");
    }

    #[test]
    fn copy_that_did_not_end_is_unfinished_and_one_that_was_written_by_others_an_edit() {
        let filled_after = |operations: &[&str], after| {
            let fill = Some(Fill { after, stage: FillStage::Trusted });
            compare_filtered(3, "id > 1", &Table { fill, ..filtered(operations) })
        };
        let unfinished = Some(Drift::Unfinished);
        assert_eq!(compare_filtered(3, "id > 1", &filtered(&[])), unfinished);
        assert_eq!(filled_after(&["WRITE"], 0), unfinished);
        assert_eq!(filled_after(&["WRITE", "complete", "begun", "WRITE"], 3), unfinished);
        let edited = |version| Some(Drift::TargetEdited { operation: "WRITE".into(), version });
        assert_eq!(compare_filtered(3, "id > 1", &filtered(&["WRITE"])), edited(1));
        assert_eq!(filled_after(&["WRITE", "WRITE"], 0), edited(2));
        let drift = compare_filtered(3, "id > 1", &filtered(&["WRITE", "complete", "WRITE"]));
        assert_eq!(drift, Some(Drift::TargetEdited { operation: "WRITE".into(), version: 3 }));
        let drift = compare_filtered(3, "id > 1", &filtered(&["WRITE", "DELETE"]));
        assert!(drift.is_some_and(|drift| drift.is_edit()));
    }

    #[test]
    fn table_that_was_never_cloned_is_not_a_clone() {
        let drift = compare(&table(vec![commit(4, "WRITE")]), &table(vec![commit(4, "CREATE TABLE")]));
        assert!(drift.unwrap().is_edit());
    }

    #[test]
    fn clone_whose_commit_was_cleaned_up_may_have_been_edited() {
        let source = table(vec![commit(4, "WRITE")]);
        let known = |commits| Table { cloned_from: Some("id".into()), ..table(commits) };
        let drift = compare(&source, &known(vec![commit(90, "OPTIMIZE")]));
        assert!(matches!(drift, Some(Drift::EditsUnknown { .. })));
        let drift = compare(&source, &known(vec![commit(91, "MERGE"), commit(90, "OPTIMIZE")]));
        assert!(matches!(drift, Some(Drift::TargetEdited { version: 91, .. })));
    }

    #[test]
    fn recreated_source_of_the_same_version_is_drift() {
        let source = Table { table_id: Some("new".into()), ..table(vec![commit(3, "WRITE")]) };
        let destination = Table { cloned_from: Some("old".into()), ..table(vec![clone_commit(0, 3)]) };
        assert_eq!(compare(&source, &destination), Some(Drift::SourceRecreated));
    }

    #[test]
    fn destination_of_unreadable_history_may_hold_edits() {
        let destination = unreadable();
        let drift = compare(&table(vec![commit(3, "WRITE")]), &destination).unwrap();
        assert_eq!(drift, Drift::EditsUnknown { reason: "not a Delta table".into() });
        assert!(drift.is_edit());
    }

    #[test]
    fn source_of_unreadable_history_is_unable_to_compare_and_endangers_nothing() {
        let drift = compare(&unreadable(), &table(vec![clone_commit(0, 3)])).unwrap();
        assert_eq!(drift, Drift::UnableToCompare { reason: "not a Delta table".into() });
        assert!(!drift.is_edit());
    }

    fn unreadable() -> Table {
        let history = History::Unreadable { reason: "not a Delta table".into() };
        Table { history, ..Table::new(Kind::Table) }
    }
}
