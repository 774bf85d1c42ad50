//! Writers that computed their rows for a version that is no longer the newest.

use super::*;
use crate::delta::action::Action;
use crate::delta::commit::write_commit;

fn with_two_rows(properties: &[(&str, &str)]) -> Table {
    let (table, new) = table(&[], properties);
    create_table(&table.engine, &table.location, &new).unwrap();
    table.write(WriteMode::Append, TWO, Vec::new()).unwrap();
    table
}

impl Table {
    fn delete_from(&self, table: Snapshot, id: i64) -> Result<ModifyMetrics, DeltaError> {
        self.delete_of(table, Some(col("id").eq(lit(id))))
    }

    fn comment(&self) {
        let change = MetadataChange::SetDescription(Some("new".to_owned()));
        alter(&self.engine, &self.location, &change, "admin@clxs.local").unwrap();
    }
}

#[test]
fn delete_and_overwrite_leave_rows_that_others_appended_meanwhile() {
    for with_vectors in ["true", "false"] {
        let table = with_two_rows(&[("delta.enableDeletionVectors", with_vectors)]);
        let read = table.snapshot();
        table.write(WriteMode::Append, "(1, 'late', 1.0, NULL)", Vec::new()).unwrap();
        let deleted = table.delete_from(read.clone(), 1).unwrap();
        assert_eq!((deleted.num_deleted(), deleted.version), (1, Some(3)));
        assert_eq!(table.count(), 2);

        let read = table.snapshot();
        table.write(WriteMode::Append, "(7, 'late', 1.0, NULL)", Vec::new()).unwrap();
        table.write_to(read, WriteMode::Overwrite, "(9, 'z', 1.0, NULL)", Vec::new()).unwrap();
        assert_eq!(table.count(), 2);
    }
}

#[test]
fn rows_that_somebody_else_took_away_are_a_conflict() {
    let table = with_two_rows(&[]);
    let read = table.snapshot();
    table.delete_from(read.clone(), 1).unwrap();
    let error = table.delete_from(read.clone(), 2).unwrap_err();
    insta::with_settings!({filters => vec![(r"file://\S*", "[location]")]}, {
        insta::assert_snapshot!(error, @"version 2 of the table at [location] was committed by somebody else meanwhile and added rows that this statement would have read; try again");
    });
    assert_eq!(error.class(), ("DELTA_CONCURRENT_APPEND", "2D521"));
    let error = table.write_to(read.clone(), WriteMode::Overwrite, TWO, Vec::new()).unwrap_err();
    assert_eq!(error.class().0, "DELTA_CONCURRENT_APPEND");
    table.write_to(read, WriteMode::Append, TWO, Vec::new()).unwrap();
    assert_eq!((table.snapshot().version(), table.count()), (3, 3));
}

#[test]
fn rows_for_another_shape_of_the_table_are_a_conflict() {
    for mode in [WriteMode::Append, WriteMode::Overwrite] {
        let table = with_two_rows(&[]);
        let read = table.snapshot();
        table.comment();
        let error = table.write_to(read, mode, TWO, Vec::new()).unwrap_err();
        assert_eq!(error.class(), ("DELTA_METADATA_CHANGED", "2D521"));
        assert_eq!(table.snapshot().version(), 2);
    }
}

#[test]
fn concurrent_deletes_take_each_row_once_or_not_at_all() {
    let table = Arc::new(with_two_rows(&[("delta.enableDeletionVectors", "true")]));
    let read = table.snapshot();
    let writers: Vec<_> = [1, 2]
        .map(|id| {
            let (table, read) = (Arc::clone(&table), read.clone());
            std::thread::spawn(move || table.delete_from(read, id).is_ok())
        })
        .into();
    let deleted = writers.into_iter().filter_map(|writer| writer.join().unwrap().then_some(())).count();
    assert_eq!((deleted, table.count()), (1, 1));
}

#[test]
fn files_written_by_a_delete_have_row_ids_where_the_table_needs_them() {
    let (table, new) = table(&[], &[]);
    create_table(&table.engine, &table.location, &new).unwrap();
    let tracking = table.snapshot().protocol().with(["rowTracking", "domainMetadata"]);
    write_commit(&table.location, 1, &[Action::Protocol(tracking)]).unwrap();
    table.write(WriteMode::Append, TWO, Vec::new()).unwrap();
    table.delete_from(table.snapshot(), 1).unwrap();
    let files = table.snapshot().files().unwrap();
    assert_eq!(
        (files.len(), files[0].base_row_id, files[0].default_row_commit_version),
        (1, Some(2), Some(3))
    );
    table.write(WriteMode::Append, TWO, Vec::new()).unwrap();
    let mut ids: Vec<_> = table.snapshot().files().unwrap().iter().map(|file| file.base_row_id).collect();
    ids.sort_unstable();
    assert_eq!(ids, [Some(2), Some(3)]);
}

#[test]
fn deletes_from_other_partitions_go_together() {
    for with_vectors in ["true", "false"] {
        let (table, new) = table(&["kind"], &[("delta.enableDeletionVectors", with_vectors)]);
        create_table(&table.engine, &table.location, &new).unwrap();
        let rows = "(1, 'a', 1.0, NULL), (2, 'a', 1.0, NULL), (3, 'b', 1.0, NULL), (4, 'b', 1.0, NULL)";
        table.write(WriteMode::Append, rows, Vec::new()).unwrap();
        let read = table.snapshot();
        let delete = |id: i64, kind: &str| {
            let partition = col("kind").eq(lit(kind));
            let partitions = vec![table.check("", partition.clone()).predicate];
            table.delete_in(read.clone(), Some(partition.and(col("id").eq(lit(id)))), partitions)
        };
        assert_eq!(delete(1, "a").unwrap().version, Some(2));
        assert_eq!(delete(3, "b").unwrap().version, Some(3));
        assert_eq!(delete(2, "a").unwrap_err().class().1, "2D521");
        assert_eq!(table.count(), 2);
    }
}

#[test]
fn serializable_tables_take_no_append_that_a_reader_has_not_seen() {
    let table = with_two_rows(&[("delta.isolationLevel", "Serializable")]);
    let read = table.snapshot();
    table.write(WriteMode::Append, "(1, 'late', 1.0, NULL)", Vec::new()).unwrap();
    let error = table.delete_from(read.clone(), 1).unwrap_err();
    assert_eq!(error.class(), ("DELTA_CONCURRENT_APPEND", "2D521"));
    table.write_to(read, WriteMode::Append, TWO, Vec::new()).unwrap();
    let level = history(&table.location, Some(1)).unwrap().remove(0).isolation_level;
    assert_eq!(level.as_deref(), Some("Serializable"));
}

#[test]
fn change_of_metadata_takes_no_append_that_it_has_not_seen() {
    let table = with_two_rows(&[]);
    let read = table.snapshot();
    table.write(WriteMode::Append, "(1, 'late', 1.0, NULL)", Vec::new()).unwrap();
    let mut metadata = read.metadata().clone();
    metadata.configuration.insert("k".to_owned(), "v".to_owned());
    let restore = DataChange { metadata: Some(metadata), ..DataChange::new("RESTORE", "admin@clxs.local") };
    assert_eq!(restore.commit(read).unwrap_err().class().0, "DELTA_CONCURRENT_APPEND");
}

#[test]
fn partition_that_cannot_be_read_might_be_the_one_that_was_looked_at() {
    let (table, new) = table(&["at"], &[]);
    create_table(&table.engine, &table.location, &new).unwrap();
    table.write(WriteMode::Append, TWO, Vec::new()).unwrap();
    let read = table.snapshot();
    let mut odd = read.files().unwrap().remove(0);
    odd.path = "at=odd/part-0.parquet".to_owned();
    odd.partition_values.insert("at".to_owned(), Some("the third of may".to_owned()));
    write_commit(&table.location, 2, &[Action::Add(odd)]).unwrap();
    let partition = col("at").is_null();
    let partitions = vec![table.check("", partition.clone()).predicate];
    let error = table.delete_in(read, Some(partition), partitions).unwrap_err();
    assert_eq!(error.class().0, "DELTA_CONCURRENT_APPEND");
}
