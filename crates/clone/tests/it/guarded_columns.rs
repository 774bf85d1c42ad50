//! Tables under policies by the tags of columns of which a column is not there any more, or was not there then.

use clxs_api::statement::ExecuteStatement;
use clxs_clone::journal::RunState;
use clxs_clone::{Outcome, Settings};
use rstest::rstest;

use crate::catalogs::settings;
use crate::embedded::{Fixture, Reached, outcome};
use crate::policies::seen_by_reader;
use crate::rollback::roll_back;

/// A table whose column of that name is masked for a reader and not for who clones, by a tag.
async fn masked(column: &str) -> Fixture {
    let fixture = Fixture::new(Reached::InProcess).await;
    fixture.workspace.create_token("reader@example.com").await.unwrap();
    let caller = fixture.client.current_user().await.unwrap().user_name.unwrap();
    fixture
        .sql(&format!(
            "CREATE CATALOG prod;\nCREATE SCHEMA prod.a;\n\
             CREATE FUNCTION prod.a.hide(text STRING) RETURNS STRING RETURN '***';\n\
             CREATE POLICY hides ON SCHEMA prod.a COLUMN MASK prod.a.hide TO `account users` EXCEPT `{caller}` \
             FOR TABLES MATCH COLUMNS has_tag('pii') AS c ON COLUMN c;\n\
             GRANT USE CATALOG, USE SCHEMA, SELECT ON CATALOG prod TO `reader@example.com`;\n\
             CREATE TABLE prod.a.t (id INT, {column} STRING) TBLPROPERTIES ('delta.columnMapping.mode' = 'name');\n\
             ALTER TABLE prod.a.t ALTER COLUMN {column} SET TAGS ('pii' = '');\n\
             INSERT INTO prod.a.t VALUES (1, 'CLEAR');\n"
        ))
        .await;
    fixture
}

/// Whether the reader reads the clear value in some version of a table; who is refused does not.
async fn is_clear(fixture: &Fixture, table: &str) -> bool {
    let reader = fixture.client_as("reader@example.com").await;
    let versions = fixture.number(&format!("SELECT count(*) FROM (DESCRIBE HISTORY {table})")).await;
    for version in 0..versions.parse::<u64>().unwrap() {
        let request = ExecuteStatement {
            statement: format!("SELECT * FROM {table} VERSION AS OF {version}"),
            warehouse_id: "local".to_owned(),
            wait_timeout: Some("30s".to_owned()),
            ..ExecuteStatement::default()
        };
        let rows = reader.query(&request).await;
        let is_shown = |cell: &Option<String>| cell.as_deref() == Some("CLEAR");
        if rows.is_ok_and(|rows| rows.iter().any(|row| row.cells().iter().any(is_shown))) {
            return true;
        }
    }
    false
}

#[rstest]
#[case::remade(
    "DROP TABLE prod.a.t;\nCREATE TABLE prod.a.t (id INT) TBLPROPERTIES ('delta.columnMapping.mode' = 'name');\n"
)]
#[case::renamed("ALTER TABLE prod.a.t RENAME COLUMN ssn TO social;\n")]
#[tokio::test(flavor = "multi_thread")]
async fn copy_whose_history_would_show_a_masked_column_stays_and_goes_when_forced(#[case] change: &str) {
    let fixture = masked("ssn").await;
    fixture.clone_with(&settings()).await;
    fixture.sql(change).await;
    let report = fixture.clone_with(&settings()).await;
    let Outcome::Skipped { reason } = outcome(&report, "prod.a.t") else { panic!("{report:#?}") };
    assert!(reason.contains("no column `ssn` any more") && reason.contains("force_reclone"), "{reason}");
    assert!(!is_clear(&fixture, "dev.a.t").await);
    fixture.query("ALTER TABLE dev.a.t DROP COLUMN ssn").await;
    assert!(is_clear(&fixture, "dev.a.t").await, "the history shows what nothing hides");
    fixture.query("RESTORE TABLE dev.a.t TO VERSION AS OF 1").await;
    fixture.query("ALTER TABLE dev.a.t ALTER COLUMN ssn SET TAGS ('pii' = '')").await;

    let report = fixture.clone_with(&Settings { force_reclone: true, ..settings() }).await;
    assert_eq!((report.state, outcome(&report, "prod.a.t")), (RunState::Succeeded, Outcome::Replaced));
    assert!(!is_clear(&fixture, "dev.a.t").await);
    roll_back(&fixture, &report, false).await;
    assert_eq!(seen_by_reader(&fixture, "SELECT ssn FROM dev.a.t").await, ["***"]);
}

#[rstest]
#[case::renamed("ssn", "ALTER TABLE prod.a.t RENAME COLUMN ssn TO social;\n", true)]
#[case::added("id2", "ALTER TABLE prod.a.t ADD COLUMN ssn STRING;\n", true)]
#[case::written("ssn", "INSERT INTO prod.a.t VALUES (2, 'CLEAR');\n", false)]
#[tokio::test(flavor = "multi_thread")]
async fn earlier_version_with_other_columns_than_those_that_are_tagged_is_left_out(
    #[case] tagged: &str,
    #[case] change: &str,
    #[case] is_left_out: bool,
) {
    let fixture = masked(tagged).await;
    fixture.sql(change).await;
    let earlier = Settings { as_of_tables: [("a.t".to_owned(), 1)].into(), ..settings() };
    let report = fixture.clone_with(&earlier).await;
    let outcome = outcome(&report, "prod.a.t");
    if is_left_out {
        let Outcome::Skipped { reason } = &outcome else { panic!("{report:#?}") };
        assert!(reason.contains("whose tags nobody knows: ") && reason.contains("ssn"), "{reason}");
    } else {
        assert_eq!(outcome, Outcome::Created, "{report:#?}");
        assert!(!is_clear(&fixture, "dev.a.t").await);
    }
}

/// Only what is known to be dropped has its own policies read.
#[tokio::test(flavor = "multi_thread")]
async fn table_with_a_policy_of_its_own_is_not_dropped_for_a_column_that_the_source_lost() {
    let fixture = masked("ssn").await;
    fixture.clone_with(&settings()).await;
    fixture
        .sql(
            "ALTER TABLE prod.a.t DROP COLUMN ssn;\n\
             CREATE FUNCTION dev.a.none() RETURNS BOOLEAN RETURN false;\n\
             CREATE POLICY own ON TABLE dev.a.t ROW FILTER dev.a.none TO `reader@example.com` FOR TABLES;\n",
        )
        .await;
    let report = fixture.clone_with(&Settings { force_reclone: true, ..settings() }).await;
    let Outcome::Skipped { reason } = outcome(&report, "prod.a.t") else { panic!("{report:#?}") };
    assert!(reason.contains("with it the policy own"), "{reason}");
    assert!(seen_by_reader(&fixture, "SELECT ssn FROM dev.a.t").await.is_empty());
}

/// All columns that are tagged in the source are so in the copy, and its outline is read all the same.
#[tokio::test(flavor = "multi_thread")]
async fn copy_that_is_dropped_for_one_of_two_tagged_columns_is_made_again() {
    let fixture = masked("ssn").await;
    fixture
        .sql(
            "ALTER TABLE prod.a.t ADD COLUMN mail STRING;\n\
             ALTER TABLE prod.a.t ALTER COLUMN mail SET TAGS ('pii' = '');\n",
        )
        .await;
    fixture.clone_with(&settings()).await;
    fixture.query("ALTER TABLE prod.a.t DROP COLUMN ssn").await;
    let report = fixture.clone_with(&Settings { force_reclone: true, ..settings() }).await;
    assert_eq!(outcome(&report, "prod.a.t"), Outcome::Replaced, "{report:#?}");
    assert_eq!(seen_by_reader(&fixture, "SELECT mail FROM dev.a.t").await, ["***"]);
}
