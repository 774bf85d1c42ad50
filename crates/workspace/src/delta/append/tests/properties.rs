//! Properties that say what may be done to a table.

use super::*;
use crate::delta::action::Action;
use crate::delta::commit::write_commit;
use crate::delta::{VacuumRequest, vacuum};

#[test]
fn append_only_is_heard_in_any_case() {
    let (table, new) = table(&[], &[("delta.appendOnly", "true")]);
    create_table(&table.engine, &table.location, &new).unwrap();
    let mut metadata = table.snapshot().metadata().clone();
    metadata.configuration.insert("delta.appendOnly".to_owned(), "TRUE".to_owned());
    write_commit(&table.location, 1, &[Action::MetaData(metadata)]).unwrap();
    let error = table.write(WriteMode::Overwrite, TWO, Vec::new()).unwrap_err();
    assert_eq!(error.class().0, "DELTA_CANNOT_MODIFY_APPEND_ONLY");
}

#[test]
fn vacuum_does_not_shorten_a_retention_that_it_does_not_understand() {
    let (table, new) = table(&[], &[]);
    create_table(&table.engine, &table.location, &new).unwrap();
    let mut metadata = table.snapshot().metadata().clone();
    let retention = ("delta.deletedFileRetentionDuration".to_owned(), "interval 2 months".to_owned());
    metadata.configuration.extend([retention]);
    write_commit(&table.location, 1, &[Action::MetaData(metadata)]).unwrap();
    let user = "admin@clxs.local".to_owned();
    let request = VacuumRequest { retain_hours: Some(1000.0), dry_run: true, clones: Vec::new(), user };
    let error = vacuum(&table.snapshot(), &request).unwrap_err();
    assert!(matches!(error, DeltaError::UnknownRetention { .. }), "{error}");
}

#[test]
fn time_travel_ends_where_files_may_be_deleted() {
    let (table, new) = table(&[], &[]);
    create_table(&table.engine, &table.location, &new).unwrap();
    table.write(WriteMode::Append, TWO, Vec::new()).unwrap();
    let travel = |version| Snapshot::travel(&table.engine, &table.location, Pin::Version(version));
    assert_eq!(travel(0).unwrap().version(), 0);
    let eight_days_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(8 * 24);
    for version in [0, 1] {
        let commit =
            fs_err::OpenOptions::new().append(true).open(table.location.commit_file(version)).unwrap();
        commit.file().set_modified(eight_days_ago).unwrap();
    }
    let class = travel(0).unwrap_err().class();
    assert_eq!(class, ("DELTA_UNSUPPORTED_TIME_TRAVEL_BEYOND_DELETED_FILE_RETENTION_DURATION", "0AKDC"));
    assert_eq!(travel(1).unwrap().version(), 1, "the latest version is always there");
    let retention = ("delta.deletedFileRetentionDuration".to_owned(), "interval 30 days".to_owned());
    let change = MetadataChange::SetProperties(vec![retention]);
    alter(&table.engine, &table.location, &change, "admin@clxs.local").unwrap();
    assert_eq!(travel(0).unwrap().version(), 0);
}
