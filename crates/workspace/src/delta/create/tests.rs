use tempfile::TempDir;

use super::*;
use crate::delta::alter::{MetadataChange, alter};
use crate::delta::history;
use crate::delta::schema::{DataType, StructField};
use crate::delta::test_tables::engine;

fn folder() -> (TempDir, TableLocation) {
    let folder = tempfile::tempdir().unwrap();
    let location = TableLocation::new(folder.path().join("a table")).unwrap();
    (folder, location)
}

fn table() -> NewTable {
    let fields = [
        StructField::not_null("id", DataType::LONG),
        StructField::nullable("Name", DataType::STRING),
        StructField::nullable("day", DataType::DATE),
    ];
    NewTable {
        schema: StructType::try_new(fields).unwrap(),
        partition_columns: Vec::new(),
        cluster_columns: Vec::new(),
        properties: Vec::new(),
        constraints: Vec::new(),
        description: Some("orders".to_owned()),
        replace: Replace::Never,
        managed: true,
        user: "admin@clxs.local".to_owned(),
    }
}

fn properties(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_plain_table_needs_the_lowest_protocol() {
    let (_folder, location) = folder();
    let (_runtime, engine) = engine();
    let plain = NewTable { partition_columns: vec!["DAY".to_owned()], ..table() };
    assert_eq!(create_table(&engine, &location, &plain).unwrap(), 0);
    let snapshot = Snapshot::open(&engine, &location, Pin::Latest).unwrap();
    assert_eq!(snapshot.protocol(), &Protocol::basic());
    let detail = snapshot.detail().unwrap();
    assert_eq!((detail.description.as_deref(), detail.num_files), (Some("orders"), 0));
    assert_eq!(detail.partition_columns, ["day"]);
    assert_eq!(snapshot.schema(), &plain.schema);
    let commits = history(&location, None).unwrap();
    assert_eq!(commits[0].operation.as_deref(), Some("CREATE TABLE"));

    let error = create_table(&engine, &location, &plain).unwrap_err();
    assert!(matches!(error, DeltaError::TableExists { .. }));
    assert_eq!(create_table(&engine, &location, &NewTable { replace: Replace::Latest, ..plain }).unwrap(), 1);
}

#[test]
fn properties_columns_and_clustering_decide_the_protocol() {
    let (_folder, location) = folder();
    let (_runtime, engine) = engine();
    let clustered = NewTable {
        cluster_columns: vec!["name".to_owned()],
        properties: properties(&[
            ("delta.columnMapping.mode", "name"),
            ("delta.enableDeletionVectors", "true"),
            ("delta.enableInCommitTimestamps", "true"),
            ("delta.feature.v2Checkpoint", "supported"),
            ("team", "sales"),
        ]),
        constraints: vec![("Positive".to_owned(), "id > 0".to_owned())],
        ..table()
    };
    create_table(&engine, &location, &clustered).unwrap();
    let detail = Snapshot::open(&engine, &location, Pin::Latest).unwrap().detail().unwrap();
    insta::assert_debug_snapshot!((
        detail.clustering_columns,
        detail.min_reader_version,
        detail.min_writer_version,
        detail.table_features,
        detail.properties,
    ));
}

#[test]
fn features_are_those_that_are_needed_in_whatever_order_they_are_asked_for() {
    let (_runtime, engine) = engine();
    let mut asked = [
        ("delta.columnMapping.mode", "name"),
        ("delta.feature.allowColumnDefaults", "supported"),
        ("delta.enableChangeDataFeed", "true"),
    ];
    for turn in 0..asked.len() {
        asked.rotate_left(1);
        let (_folder, location) = folder();
        create_table(&engine, &location, &NewTable { properties: properties(&asked), ..table() }).unwrap();
        let features = Snapshot::open(&engine, &location, Pin::Latest).unwrap().protocol().features();
        let needed = ["allowColumnDefaults", "appendOnly", "changeDataFeed", "columnMapping", "invariants"];
        assert!(features.iter().eq(needed), "{turn}: {features:?}");
    }
}

#[test]
fn version_that_is_to_be_replaced_is_no_other_one() {
    let (_folder, location) = folder();
    let (_runtime, engine) = engine();
    create_table(&engine, &location, &table()).unwrap();
    let replacing = |version| NewTable { replace: Replace::Version(version), ..table() };
    assert_eq!(create_table(&engine, &location, &replacing(0)).unwrap(), 1);
    let error = create_table(&engine, &location, &replacing(0)).unwrap_err();
    assert!(matches!(error, DeltaError::Conflict { version: 1, .. }), "{error}");
}

#[test]
fn features_that_one_change_asks_for_list_nothing_of_each_other() {
    let (_folder, location) = folder();
    let (_runtime, engine) = engine();
    create_table(&engine, &location, &table()).unwrap();
    let asked = properties(&[("delta.columnMapping.mode", "name"), ("delta.enableDeletionVectors", "true")]);
    alter(&engine, &location, &MetadataChange::SetProperties(asked), "admin@clxs.local").unwrap();
    let features = Snapshot::open(&engine, &location, Pin::Latest).unwrap().protocol().features();
    let needed = ["appendOnly", "columnMapping", "deletionVectors", "invariants"];
    assert!(features.iter().eq(needed), "{features:?}");
}

#[test]
fn feature_that_is_listed_lists_what_the_versions_of_the_table_imply() {
    let (_folder, location) = folder();
    let (_runtime, engine) = engine();
    let checked = NewTable { constraints: vec![("c".to_owned(), "id > 0".to_owned())], ..table() };
    create_table(&engine, &location, &checked).unwrap();
    let asked = properties(&[("delta.enableDeletionVectors", "true")]);
    alter(&engine, &location, &MetadataChange::SetProperties(asked), "admin@clxs.local").unwrap();
    let features = Snapshot::open(&engine, &location, Pin::Latest).unwrap().protocol().features();
    let needed = ["appendOnly", "checkConstraints", "deletionVectors", "invariants"];
    assert!(features.iter().eq(needed), "{features:?}");
}

#[test]
fn names_with_blanks_need_column_mapping() {
    let (_folder, location) = folder();
    let (_runtime, engine) = engine();
    let field = StructField::nullable("total (net)", DataType::LONG);
    let odd = NewTable { schema: StructType::try_new([field]).unwrap(), ..table() };
    let error = create_table(&engine, &location, &odd).unwrap_err();
    assert!(matches!(error, DeltaError::InvalidColumnName { .. }));
    let mapped = NewTable { properties: properties(&[("delta.columnMapping.mode", "id")]), ..odd };
    create_table(&engine, &location, &mapped).unwrap();
}

#[test]
fn metadata_changes_are_commits() {
    let (_folder, location) = folder();
    let (_runtime, engine) = engine();
    create_table(&engine, &location, &table()).unwrap();
    let change = |change| alter(&engine, &location, &change, "admin@clxs.local");
    let name = || "POSITIVE".to_owned();
    let check = MetadataChange::AddCheck { name: name(), expression: "id > 0".to_owned(), met_at: 0 };
    change(check.clone()).unwrap();
    assert!(matches!(change(check), Err(DeltaError::Conflict { .. })), "version 1 was not checked");
    let again = MetadataChange::AddCheck { name: name(), expression: "id > 0".to_owned(), met_at: 1 };
    assert!(matches!(change(again), Err(DeltaError::ConstraintExists { .. })));
    change(MetadataChange::SetProperties(properties(&[("team", "a"), ("delta.columnMapping.mode", "name")])))
        .unwrap();
    change(MetadataChange::CommentColumn { column: "NAME".to_owned(), comment: Some("who".to_owned()) })
        .unwrap();
    change(MetadataChange::SetDescription(None)).unwrap();
    let unset = |if_exists| MetadataChange::UnsetProperties { keys: vec!["gone".to_owned()], if_exists };
    assert!(matches!(change(unset(false)), Err(DeltaError::PropertyNotFound { .. })));
    change(unset(true)).unwrap();

    let snapshot = Snapshot::open(&engine, &location, Pin::Latest).unwrap();
    let protocol = snapshot.protocol();
    assert_eq!((protocol.min_reader_version, protocol.min_writer_version), (2, 5));
    assert_eq!(snapshot.metadata().description, None);
    assert!(snapshot.metadata().schema_string.contains(r#""comment":"who""#));
    assert_eq!(snapshot.metadata().configuration["delta.constraints.positive"], "id > 0");
    assert_eq!(snapshot.metadata().configuration["delta.columnMapping.maxColumnId"], "3");

    change(MetadataChange::DropConstraint { name: name(), if_exists: false }).unwrap();
    let again = change(MetadataChange::DropConstraint { name: name(), if_exists: false });
    assert!(matches!(again, Err(DeltaError::ConstraintNotFound { .. })));
    let operations: Vec<_> =
        history(&location, None).unwrap().into_iter().filter_map(|commit| commit.operation).collect();
    insta::assert_debug_snapshot!(operations);
}
