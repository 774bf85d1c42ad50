use std::collections::{BTreeMap, BTreeSet};

use insta::assert_snapshot;
use tempfile::TempDir;

use super::*;
use crate::delta::action::AddFile;
use crate::delta::deletion_vector;
use crate::delta::history;
use crate::delta::test_tables::{TestTable, delta_table, delta_tables, engine, error_text};

mod sources;

struct Target {
    folder: TempDir,
}

impl Target {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn location(&self, name: &str) -> TableLocation {
        TableLocation::new(self.folder.path().join("50% of it").join(name)).unwrap()
    }
}

fn request(source: &Snapshot, target: TableLocation) -> CloneRequest {
    CloneRequest {
        source: source.clone(),
        source_name: "main.shop.orders".to_owned(),
        target,
        shallow: false,
        replace: false,
        properties: Vec::new(),
        user: "admin@clxs.local".to_owned(),
    }
}

fn latest(engine: &DeltaEngine, location: &TableLocation) -> Snapshot {
    Snapshot::open(engine, location, Pin::Latest).unwrap()
}

/// What must be the same of a file, by the bytes it is made of: independent of where it lies.
fn described(snapshot: &Snapshot) -> BTreeSet<String> {
    let describe = |file: AddFile| {
        let location = snapshot.location();
        let data = fs_err::read(location.resolve(&file.path).unwrap()).unwrap();
        let vector = file.deletion_vector.map(|vector| {
            let bytes =
                deletion_vector::file(location, &vector).unwrap().map(|file| fs_err::read(file).unwrap());
            (vector.offset, vector.size_in_bytes, vector.cardinality, bytes.map(|bytes| checksum(&bytes)))
        });
        let (stats, tags) = (file.stats, file.tags);
        format!("{:?}", (file.size, file.partition_values, stats, tags, vector, data.len(), checksum(&data)))
    };
    snapshot.files().unwrap().into_iter().map(describe).collect()
}

fn checksum(bytes: &[u8]) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

fn rows(snapshot: &Snapshot) -> Option<i64> {
    let deleted = |file: &AddFile| file.deletion_vector.as_ref().map_or(0, |vector| vector.cardinality);
    snapshot.files().unwrap().iter().map(|file| Some(file.num_records()? - deleted(file))).sum()
}

fn assert_equal(source: &Snapshot, clone: &Snapshot) {
    assert_eq!(described(clone), described(source));
    assert_eq!(clone.protocol(), source.protocol());
    assert_eq!(clone.metadata().schema_string, source.metadata().schema_string);
    assert_eq!(clone.metadata().partition_columns, source.metadata().partition_columns);
    assert_eq!(clone.metadata().configuration, source.metadata().configuration);
    assert_ne!(clone.metadata().id, source.metadata().id);
    assert_eq!(clone.clustering_columns().unwrap(), source.clustering_columns().unwrap());
}

/// Clones a table deep, again, and shallow; or the reason why not.
fn clone_every_way(engine: &DeltaEngine, table: &TestTable) -> Result<(), DeltaError> {
    let target = Target::new();
    let source = Snapshot::open(engine, &table.location(), Pin::Latest)?;
    source.detail()?;
    history(&table.location(), None)?;
    let deep = request(&source, target.location("deep"));
    let metrics = clone_table(engine, &deep)?;
    let files = source.files()?;
    let count = i64::try_from(files.len()).unwrap();
    assert_eq!((metrics.source_num_of_files, metrics.num_removed_files), (count, 0));
    assert_eq!(
        (metrics.source_table_size, metrics.removed_files_size),
        (files.iter().map(|f| f.size).sum(), 0)
    );
    assert_eq!(metrics.copied_files_size, metrics.source_table_size);

    let clone = latest(engine, &deep.target);
    assert_equal(&source, &clone);
    assert_eq!(clone.transactions()?, source.transactions()?);
    assert!(
        clone.files()?.iter().all(|file| !file.path.contains("file:")),
        "deep clones have relative paths"
    );
    if let (Some(expected), Some(rows)) = (table.rows, rows(&clone)) {
        assert_eq!(rows, expected);
    }

    let again = clone_table(engine, &CloneRequest { replace: true, ..deep })?;
    assert_eq!((again.num_copied_files, again.num_removed_files), (0, 0));
    let replaced = latest(engine, clone.location());
    assert_eq!((replaced.version(), replaced.files()?), (1, clone.files()?));

    let shallow = CloneRequest { shallow: true, ..request(&source, target.location("shallow")) };
    let metrics = clone_table(engine, &shallow)?;
    assert_eq!((metrics.num_copied_files, metrics.copied_files_size), (0, 0));
    let shallow = latest(engine, &shallow.target);
    assert_equal(&source, &shallow);
    assert!(shallow.files()?.iter().all(|file| file.path.starts_with("file:///")));

    let deep_of_shallow = request(&shallow, target.location("deep of shallow"));
    clone_table(engine, &deep_of_shallow)?;
    let clone = latest(engine, &deep_of_shallow.target);
    assert_equal(&shallow, &clone);
    assert!(clone.files()?.iter().all(|file| !file.path.contains("file:")));
    clone.detail()?;
    Ok(())
}

#[test]
fn every_table_is_cloned_or_refused_with_a_reason() {
    let (_runtime, engine) = engine();
    let mut refused = Vec::new();
    for table in delta_tables() {
        println!("{}", table.name);
        if let Err(error) = clone_every_way(&engine, &table) {
            assert_eq!(table.rows, None, "{}: {}", table.name, error_text(&error));
            refused.push(format!("{}: {} {}", table.name, error.class().0, error_text(&error)));
        }
    }
    if !refused.is_empty() {
        assert_snapshot!(refused.join("\n"));
    }
}

#[test]
fn a_clone_is_recorded_as_the_platform_records_it() {
    let Some(location) = delta_table("dat-basic_append") else { return };
    let (_runtime, engine) = engine();
    let target = Target::new();
    let source = Snapshot::open(&engine, &location, Pin::Version(0)).unwrap();
    let request = request(&source, target.location("t"));
    clone_table(&engine, &request).unwrap();

    let commits = history(&request.target, Some(1)).unwrap();
    let commit = &commits[0];
    assert_eq!(commit.operation.as_deref(), Some("CLONE"));
    let parameters = [("isShallow", "false"), ("source", "main.shop.orders"), ("sourceVersion", "0")];
    let parameters = parameters.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(commit.operation_parameters, BTreeMap::from(parameters));
    assert_eq!((commit.read_version, commit.is_blind_append), (None, Some(false)));
    assert_eq!(commit.isolation_level.as_deref(), Some("Serializable"));
    assert_eq!(commit.user_name.as_deref(), Some("admin@clxs.local"));
    assert_eq!(commit.operation_metrics["numCopiedFiles"], "1");
    assert_eq!(commit.operation_metrics.len(), 6);
}

#[test]
fn a_replacement_copies_only_what_is_new() {
    let Some(location) = delta_table("basic-with-inserts-deletes-checkpoint") else { return };
    let (_runtime, engine) = engine();
    let target = Target::new();
    let newest = latest(&engine, &location);
    let older = Snapshot::open(&engine, &location, Pin::Version(newest.version() - 3)).unwrap();
    let request = request(&older, target.location("t"));
    clone_table(&engine, &request).unwrap();

    let paths = |snapshot: &Snapshot| {
        snapshot.files().unwrap().into_iter().map(|file| file.path).collect::<BTreeSet<_>>()
    };
    let (old, new) = (paths(&older), paths(&newest));
    let metrics =
        clone_table(&engine, &CloneRequest { source: newest.clone(), replace: true, ..request }).unwrap();
    assert_eq!(usize::try_from(metrics.num_copied_files).unwrap(), new.difference(&old).count());
    assert_eq!(usize::try_from(metrics.num_removed_files).unwrap(), old.difference(&new).count());
    assert!(metrics.num_copied_files > 0);
    let clone = latest(&engine, &target.location("t"));
    assert_equal(&newest, &clone);
    let before = Snapshot::open(&engine, clone.location(), Pin::Version(0)).unwrap();
    assert_equal(&older, &before);
}

#[test]
fn a_replacement_by_another_table_leaves_the_old_files_alone() {
    let (Some(one), Some(two)) = (delta_table("uc-numbers"), delta_table("uc-marksheet")) else { return };
    let (_runtime, engine) = engine();
    let target = Target::new();
    let (one, two) = (latest(&engine, &one), latest(&engine, &two));
    clone_table(&engine, &request(&one, target.location("t"))).unwrap();
    let replace = CloneRequest { replace: true, ..request(&two, target.location("t")) };
    clone_table(&engine, &replace).unwrap();
    assert_equal(&two, &latest(&engine, &replace.target));
    let again = clone_table(&engine, &replace).unwrap();
    assert_eq!((again.num_copied_files, again.num_removed_files), (0, 0));
    assert_equal(&one, &Snapshot::open(&engine, &replace.target, Pin::Version(0)).unwrap());
}

#[test]
fn a_rewritten_file_of_the_same_name_is_another_file() {
    let Some(location) = delta_table("dat-basic_append") else { return };
    let (_runtime, engine) = engine();
    let target = Target::new();
    let copy = target.location("source");
    for file in ["_delta_log/00000000000000000000.json", "_delta_log/00000000000000000001.json"] {
        fs_err::create_dir_all(copy.log()).unwrap();
        fs_err::copy(location.path().join(file), copy.path().join(file)).unwrap();
    }
    let original = latest(&engine, &location);
    for file in original.files().unwrap() {
        fs_err::copy(location.resolve(&file.path).unwrap(), copy.resolve(&file.path).unwrap()).unwrap();
    }
    let request = request(&latest(&engine, &copy), target.location("t"));
    clone_table(&engine, &request).unwrap();

    let mut file = original.files().unwrap().remove(0);
    fs_err::write(copy.resolve(&file.path).unwrap(), "other bytes").unwrap();
    file.size = 11;
    write_commit(&copy, 2, &[Action::Add(file)]).unwrap();
    let source = latest(&engine, &copy);
    clone_table(&engine, &CloneRequest { source: source.clone(), replace: true, ..request }).unwrap();
    assert_equal(&source, &latest(&engine, &target.location("t")));
    let before = Snapshot::open(&engine, &target.location("t"), Pin::Version(0)).unwrap();
    assert_equal(&original, &before);
}

#[test]
fn a_deletion_vector_by_absolute_path_is_copied_and_named_by_its_uuid() {
    let Some(location) = delta_table("table-with-dv-special-char") else { return };
    let (runtime, engine) = engine();
    let target = Target::new();
    let vectors =
        format!("{}/folder&with%25special%20char", location.to_string().trim_start_matches("file:"));
    let log = fs_err::read_to_string(location.commit_file(0)).unwrap();
    let source = target.location("source");
    fs_err::create_dir_all(source.log()).unwrap();
    fs_err::write(source.commit_file(0), log.replace("{{FOLDER_WITH_SPECIAL_CHAR}}", &vectors)).unwrap();
    let data = "part-00000-8d24f407-08d3-49ab-9d1c-f7f6c129e882-c000.snappy.parquet";
    fs_err::copy(location.path().join(data), source.path().join(data)).unwrap();

    let source = latest(&engine, &source);
    let request = request(&source, target.location("t"));
    clone_table(&engine, &request).unwrap();
    let clone = latest(&engine, &request.target);
    assert_equal(&source, &clone);
    let vector = clone.files().unwrap().remove(0).deletion_vector.unwrap();
    assert_eq!(vector.storage_type, "u");
    let context = datafusion::prelude::SessionContext::new();
    let frame = context.read_table(clone.into_table_provider().unwrap()).unwrap();
    assert_eq!(runtime.block_on(frame.count()).unwrap(), 5);
}

#[test]
fn what_a_crashed_clone_left_is_not_trusted() {
    let Some(location) = delta_table("dat-basic_append") else { return };
    let (_runtime, engine) = engine();
    let target = Target::new();
    let source = latest(&engine, &location);
    let request = request(&source, target.location("t"));
    fs_err::create_dir_all(request.target.path()).unwrap();
    for file in source.files().unwrap() {
        fs_err::write(request.target.resolve(&file.path).unwrap(), "half of it").unwrap();
    }
    clone_table(&engine, &request).unwrap();
    assert_equal(&source, &latest(&engine, &request.target));
}

#[test]
fn properties_override_and_raise_the_protocol() {
    let Some(location) = delta_table("dat-basic_append") else { return };
    let (_runtime, engine) = engine();
    let target = Target::new();
    let source = latest(&engine, &location);
    let properties = ["delta.enableChangeDataFeed", "delta.enableDeletionVectors"];
    let properties = properties.map(|key| (key.to_owned(), "true".to_owned())).to_vec();
    let request = CloneRequest { properties, ..request(&source, target.location("t")) };
    clone_table(&engine, &request).unwrap();
    let clone = latest(&engine, &request.target);
    assert!(clone.protocol().supports("deletionVectors"));
    assert!(
        !clone.protocol().supports("generatedColumns"),
        "asked for after the writer version of the other"
    );
    assert_eq!(clone.metadata().configuration["delta.enableDeletionVectors"], "true");
}

#[test]
fn clones_that_cannot_be_are_refused() {
    let Some(location) = delta_table("dat-basic_append") else { return };
    let (_runtime, engine) = engine();
    let target = Target::new();
    let source = latest(&engine, &location);
    let valid = || request(&source, target.location("t"));
    clone_table(&engine, &valid()).unwrap();
    let class = |request| clone_table(&engine, &request).unwrap_err().class().0;

    assert_eq!(class(valid()), "DELTA_UNSUPPORTED_NON_EMPTY_CLONE");
    let itself = CloneRequest { target: location.clone(), replace: true, ..valid() };
    assert_eq!(class(itself), "DELTA_UNSUPPORTED_CLONE_REPLACE_SAME_TABLE");
    let mapping = vec![("delta.columnMapping.mode".to_owned(), "name".to_owned())];
    let mapped = CloneRequest { properties: mapping, ..request(&source, target.location("u")) };
    assert_eq!(class(mapped), "DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE");
}

#[test]
fn a_version_that_is_not_there_is_named_with_those_that_are() {
    let Some(location) = delta_table("dat-basic_append") else { return };
    let (_runtime, engine) = engine();
    let error = Snapshot::open(&engine, &location, Pin::Version(7)).unwrap_err();
    assert_snapshot!(error_text(&error), @"cannot time travel the table at file://[tables]/delta/dat-basic_append/delta to version 7. Available versions: [0, 1]");
    let error = Snapshot::open(&engine, &location, Pin::Timestamp(1)).unwrap_err();
    assert_eq!(error.class().0, "DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION");
    let error = Snapshot::open(&engine, &location, Pin::Timestamp(i64::MAX / 2)).unwrap_err();
    assert_eq!(error.class().0, "DELTA_TIMESTAMP_GREATER_THAN_COMMIT");
}
