use std::path::Path;

use clxs_api::{FullName, Identifier};
use tempfile::TempDir;

use super::*;
use crate::delta::{MetadataChange, alter};
use crate::metastore::{Metastore, MetastoreError};
use crate::principal::Principal;
use crate::session::{LastingSession, Session};
use crate::sql::{Compute, execute, parse};
use crate::warehouse::{CommitGate, Warehouse};

const ADMIN: &str = "admin@clxs.local";

/// A process that has the workspace open. Dropping it is what a crash leaves.
pub(in crate::sql::execute) struct Process {
    pub(in crate::sql::execute) context: Context,
    _warehouse: Warehouse,
}

impl Process {
    pub(in crate::sql::execute) fn start(root: &Path) -> Self {
        let warehouse = Warehouse::new(1).unwrap();
        let metastore = Metastore::open(root, ADMIN).unwrap();
        let engine = DeltaEngine::new(warehouse.handle().clone());
        let services = Services { metastore, engine, compute: Compute::new().unwrap() };
        let name = |text| Identifier::new(text).unwrap();
        let session = LastingSession::new(Session::new(Principal::new(ADMIN), name("main"), name("default")));
        let context = Context::new(services, session, CommitGate::default(), None);
        Self { context, _warehouse: warehouse }
    }

    pub(in crate::sql::execute) async fn run(&self, statement: &str) {
        Box::pin(execute(&self.context, parse(statement).unwrap())).await.unwrap();
    }

    async fn table(&self) -> TableRow {
        let name = FullName::from_dotted("main.default.t").unwrap();
        let read = self.context.services.metastore.read(move |tx| tx.table(&name));
        read.await.unwrap_or_else(|error: MetastoreError| panic!("{error}"))
    }
}

#[tokio::test]
async fn interrupted_change_of_a_table_is_read_from_its_log() {
    let root = TempDir::new().unwrap();
    let crashed = Process::start(root.path());
    crashed.run("CREATE CATALOG main").await;
    crashed.run("CREATE TABLE t AS SELECT 1 AS id").await;
    crashed.run("CREATE TABLE copy SHALLOW CLONE t").await;
    let table = crashed.table().await;
    let location = crashed.context.location(&table).unwrap();
    let metastore = &crashed.context.services.metastore;
    let _intent = metastore.begin_write(&table.id, &location.to_string(), Folder::Owned).await.unwrap();
    let change = MetadataChange::SetDescription(Some("after".to_owned()));
    crashed.context.blocking(move |engine| alter(engine, &location, &change, ADMIN)).await.unwrap();
    assert_eq!(crashed.table().await.comment, None);
    drop(crashed);

    let next = Process::start(root.path());
    settle_interrupted_writes(&next.context.services).await.unwrap();
    let settled = next.table().await;
    assert_eq!((settled.comment.as_deref(), settled.delta_version), (Some("after"), Some(1)));
    assert_eq!(settled.table_type, TableType::Managed);
    assert!(next.context.services.metastore.settle_dead_writes().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_others_change_of_the_row_while_files_are_written_stays() {
    let root = TempDir::new().unwrap();
    let process = Process::start(root.path());
    process.run("CREATE CATALOG main").await;
    process.run("CREATE TABLE t AS SELECT 1 AS id").await;
    let row = process.table().await;
    let location = process.context.location(&row).unwrap();
    let meanwhile = async {
        process.run("ALTER TABLE t RENAME TO u").await;
        process.run("ALTER TABLE u SET TBLPROPERTIES ('their' = 'own')").await;
        let change = MetadataChange::SetDescription(Some("ours".to_owned()));
        process.context.blocking(move |engine| alter(engine, &location, &change, ADMIN)).await
    };
    let writing = Writing { row, presence: Presence::Existing };
    let written = write_files(&process.context, writing, Box::pin(meanwhile)).await;
    assert_eq!(written.unwrap(), 2);
    process.run("ALTER TABLE u RENAME TO t").await;
    let row = process.table().await;
    assert_eq!((row.comment.as_deref(), row.properties["their"].as_str()), (Some("ours"), "own"));
}

#[tokio::test]
async fn failure_after_the_commit_leaves_the_intent_for_the_next_opening() {
    let root = TempDir::new().unwrap();
    let process = Process::start(root.path());
    process.run("CREATE CATALOG main").await;
    process.run("CREATE TABLE t AS SELECT 1 AS id").await;
    let writing = Writing { row: process.table().await, presence: Presence::Existing };
    let folder = process.context.location(&writing.row).unwrap();
    let meanwhile = async {
        process.run("DROP SCHEMA main.default CASCADE").await;
        fs_err::create_dir_all(folder.path()).unwrap();
        Ok(())
    };
    write_files(&process.context, writing, Box::pin(meanwhile)).await.unwrap_err();
    assert!(folder.path().exists());
    drop(process);

    let next = Process::start(root.path());
    settle_interrupted_writes(&next.context.services).await.unwrap();
    assert!(!folder.path().exists());
}

/// A materialized view whose replacement died between the commit of its log and its row.
async fn half_replaced(root: &Path) -> Process {
    let crashed = Process::start(root);
    crashed.run("CREATE CATALOG main").await;
    crashed.run("CREATE MATERIALIZED VIEW t AS SELECT 1 AS one").await;
    let before = crashed.table().await;
    crashed.run("CREATE OR REPLACE MATERIALIZED VIEW t AS SELECT 2 AS two").await;
    let location = crashed.context.location(&before).unwrap().to_string();
    let metastore = &crashed.context.services.metastore;
    let _intent = metastore.begin_write(&before.id, &location, Folder::Owned).await.unwrap();
    metastore.write(move |tx| tx.update_table(&before)).await.unwrap();
    assert_eq!(definition(&crashed.table().await), "SELECT 1 AS one");
    crashed
}

fn definition(view: &TableRow) -> &str {
    &view.view.as_ref().unwrap().definition
}

fn column(view: &TableRow) -> Option<&str> {
    view.columns[0].name.as_deref()
}

#[tokio::test]
async fn interrupted_replacement_of_a_materialized_view_changes_its_query_with_its_columns() {
    let root = TempDir::new().unwrap();
    drop(half_replaced(root.path()).await);
    let next = Process::start(root.path());
    settle_interrupted_writes(&next.context.services).await.unwrap();
    let settled = next.table().await;
    assert_eq!((definition(&settled), column(&settled)), ("SELECT 2 AS two", Some("two")));
    assert!(settled.properties.keys().all(|key| key.starts_with("delta.")), "{:?}", settled.properties);
}

#[tokio::test]
async fn refresh_computes_the_query_of_the_log() {
    let root = TempDir::new().unwrap();
    let process = half_replaced(root.path()).await;
    process.run("REFRESH MATERIALIZED VIEW t").await;
    let refreshed = process.table().await;
    assert_eq!((definition(&refreshed), column(&refreshed)), ("SELECT 2 AS two", Some("two")));
}

#[tokio::test]
async fn comment_on_a_materialized_view_that_is_replaced_meanwhile_leaves_the_new_query() {
    let root = TempDir::new().unwrap();
    let process = Process::start(root.path());
    process.run("CREATE CATALOG main").await;
    process.run("CREATE MATERIALIZED VIEW t AS SELECT 1 AS one").await;
    let row = process.table().await;
    let location = process.context.location(&row).unwrap();
    let meanwhile = async {
        process.run("CREATE OR REPLACE MATERIALIZED VIEW t AS SELECT 2 AS two").await;
        let change = MetadataChange::SetDescription(Some("ours".to_owned()));
        process.context.blocking(move |engine| alter(engine, &location, &change, ADMIN)).await
    };
    let writing = Writing { row, presence: Presence::Existing };
    write_files(&process.context, writing, Box::pin(meanwhile)).await.unwrap();
    let row = process.table().await;
    assert_eq!((definition(&row), row.comment.as_deref()), ("SELECT 2 AS two", Some("ours")));
}

#[tokio::test]
async fn table_that_never_came_to_be_leaves_no_folder() {
    let root = TempDir::new().unwrap();
    let crashed = Process::start(root.path());
    let location = format!("{}/half", crashed.context.services.metastore.managed_root());
    let _intent =
        crashed.context.services.metastore.begin_write("half", &location, Folder::Owned).await.unwrap();
    let folder = root.path().join("managed/half");
    fs_err::create_dir_all(folder.join("_delta_log")).unwrap();
    drop(crashed);

    let next = Process::start(root.path());
    settle_interrupted_writes(&next.context.services).await.unwrap();
    assert!(!folder.exists());
}

#[tokio::test]
async fn one_of_two_creations_of_a_name_wins_and_the_other_leaves_nothing() {
    let root = TempDir::new().unwrap();
    let process = Process::start(root.path());
    process.run("CREATE CATALOG main").await;
    let create = || execute(&process.context, parse("CREATE TABLE t AS SELECT id FROM range(9)").unwrap());
    let (first, second) = tokio::join!(create(), create());
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    assert_eq!(fs_err::read_dir(root.path().join("managed")).unwrap().count(), 1);
}
