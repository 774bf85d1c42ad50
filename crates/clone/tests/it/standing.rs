//! What is there already and is to be narrowed: new grants, owners and readers wait until it is, and stay away where it is not.

use clxs_api::SecurableKind;
use clxs_clone::journal::RunState;
use clxs_clone::plan::Facet;
use clxs_clone::settings::{LoadType, Pattern};
use clxs_clone::{FacetStatus, Outcome, Report, Settings};
use clxs_workspace::FaultPlan;
use rstest::rstest;

use crate::catalogs::{identifier, name, settings};
use crate::embedded::{Fixture, Reached, outcome};
use crate::refusals::{refuses, refuses_request};
use crate::rollback::roll_back;

const READER: &str = "reader@example.com";
const OPEN: &str = "RETURN x;\n";
const NARROW: &str = "RETURN CASE WHEN is_account_group_member('hr') THEN x ELSE '***' END;\n";

/// A clone of tables under a mask, a filter and a policy whose functions hide nothing yet, and of views and functions.
async fn cloned() -> Fixture {
    let fixture = Fixture::new(Reached::InProcess).await;
    for principal in [READER, "bob@example.com"] {
        fixture.workspace.create_token(principal).await.unwrap();
    }
    let caller = fixture.client.current_user().await.unwrap().user_name.unwrap();
    fixture.workspace.create_group("hr", &[caller.as_str()]).await.unwrap();
    fixture
        .sql(&format!(
            "CREATE CATALOG prod;\nCREATE SCHEMA prod.s;\nCREATE SCHEMA prod.pub;\n\
             CREATE FUNCTION prod.pub.hide(x STRING) RETURNS STRING {OPEN}\
             CREATE TABLE prod.s.masked (ssn STRING MASK prod.pub.hide);\n\
             CREATE TABLE prod.s.policed (ssn STRING);\n\
             ALTER TABLE prod.s.policed ALTER COLUMN ssn SET TAGS ('pii' = '');\n\
             CREATE POLICY p ON SCHEMA prod.s COLUMN MASK prod.pub.hide TO `account users` EXCEPT hr FOR TABLES MATCH COLUMNS has_tag('pii') AS c ON COLUMN c;\n\
             CREATE TABLE prod.s.plain (ssn STRING);\n\
             INSERT INTO prod.s.plain VALUES ('CLEAR');\n\
             GRANT USE CATALOG, USE SCHEMA, SELECT ON CATALOG prod TO `bob@example.com`;\n\
             CREATE VIEW prod.pub.inner AS SELECT * FROM prod.s.plain;\n\
             CREATE FUNCTION prod.pub.reads() RETURNS STRING RETURN (SELECT max(ssn) FROM prod.s.plain);\n\
             CREATE VIEW prod.pub.outer AS SELECT * FROM prod.pub.inner;\n\
             CREATE VIEW prod.pub.over_masked AS SELECT * FROM prod.s.masked;\n",
        ))
        .await;
    fixture.clone_with(&settings()).await;
    fixture
}

async fn clone_under(fixture: &Fixture, faults: FaultPlan) -> Report {
    fixture.workspace.set_faults(faults).unwrap();
    let report = fixture.clone_with(&settings()).await;
    fixture.workspace.set_faults(FaultPlan::default()).unwrap();
    report
}

async fn is_granted(fixture: &Fixture, kind: SecurableKind, securable: &str) -> bool {
    let granted = fixture.client.get_permissions(&kind, &name(securable)).await.unwrap();
    granted.iter().any(|granted| granted.principal == READER)
}

fn grants(on: &str) -> String {
    format!("GRANT SELECT ON {on} TO `{READER}`;\n")
}

#[rstest]
#[case::masked_table("TABLE prod.s.masked", SecurableKind::Table, "dev.s.masked")]
#[case::policed_table("TABLE prod.s.policed", SecurableKind::Table, "dev.s.policed")]
#[case::view_over_it("VIEW prod.pub.over_masked", SecurableKind::Table, "dev.pub.over_masked")]
#[case::schema("SCHEMA prod.s", SecurableKind::Schema, "dev.s")]
#[case::schema_of_the_view("SCHEMA prod.pub", SecurableKind::Schema, "dev.pub")]
#[case::catalog("CATALOG prod", SecurableKind::Catalog, "dev")]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_let_into_what_a_function_guards_that_could_not_be_narrowed(
    #[case] on: &str,
    #[case] kind: SecurableKind,
    #[case] copy: &str,
) {
    let fixture = cloned().await;
    fixture.sql(&format!("CREATE OR REPLACE FUNCTION prod.pub.hide(x STRING) RETURNS STRING {NARROW}")).await;
    fixture.sql(&grants(on)).await;
    let report = clone_under(&fixture, refuses("*FUNCTION*hide*")).await;
    assert!(matches!(outcome(&report, "prod.pub.hide"), Outcome::Failed { .. }), "{report:#?}");
    assert!(!is_granted(&fixture, kind.clone(), copy).await, "{report:#?}");
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert!(is_granted(&fixture, kind, copy).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_filled_or_made_over_what_a_function_guards_that_could_not_be_narrowed() {
    let fixture = cloned().await;
    fixture
        .sql(&format!(
            "CREATE OR REPLACE FUNCTION prod.pub.hide(x STRING) RETURNS STRING {NARROW}\
             INSERT INTO prod.s.masked VALUES ('CLEAR');\nINSERT INTO prod.s.policed VALUES ('CLEAR');\n\
             CREATE VIEW prod.pub.fresh AS SELECT * FROM prod.s.masked;\n"
        ))
        .await;
    let report = clone_under(&fixture, refuses("*FUNCTION*hide*")).await;
    for blocked in ["prod.s.masked", "prod.s.policed", "prod.pub.fresh"] {
        let outcome = outcome(&report, blocked);
        assert!(
            matches!(&outcome, Outcome::Failed { error } if error.contains("hide")),
            "{blocked}: {outcome:?}"
        );
    }
    assert_eq!(fixture.number("SELECT count(*) FROM dev.s.policed").await, "0");
}

#[rstest]
#[case::grants(&grants("VIEW prod.pub.outer"))]
#[case::schema_grants(&grants("SCHEMA prod.pub"))]
#[case::owner("ALTER VIEW prod.pub.outer OWNER TO `bob@example.com`;\n")]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_let_into_a_view_over_one_that_could_not_be_replaced(#[case] change: &str) {
    let fixture = cloned().await;
    fixture.sql("CREATE OR REPLACE VIEW prod.pub.inner AS SELECT '***' AS ssn;\n").await;
    fixture.sql(change).await;
    let report = clone_under(&fixture, refuses("*VIEW*inner*")).await;
    assert!(matches!(outcome(&report, "prod.pub.inner"), Outcome::Failed { .. }), "{report:#?}");
    assert!(!is_granted(&fixture, SecurableKind::Table, "dev.pub.outer").await);
    assert!(!is_granted(&fixture, SecurableKind::Schema, "dev.pub").await);
    let owner = fixture.client.get_table(&name("dev.pub.outer")).await.unwrap().owner;
    assert_ne!(owner.as_deref(), Some("bob@example.com"));
    assert_eq!(fixture.clone_with(&settings()).await.state, RunState::Succeeded);
}

fn schema_left_out() -> Settings {
    let mut settings = settings();
    settings.selection.include_schemas = vec![identifier("s")];
    settings
}

fn excluded() -> Settings {
    let mut settings = settings();
    settings.selection.exclude_tables = Some(Pattern::new("^inner$").unwrap());
    settings
}

fn incremental() -> Settings {
    Settings { load_type: LoadType::Incremental, ..settings() }
}

const OTHER_TEXT: &str = "CREATE OR REPLACE VIEW prod.pub.inner AS SELECT '***' AS ssn;\n\
    CREATE OR REPLACE FUNCTION prod.pub.reads() RETURNS STRING RETURN '***';\n";
const OTHER_OWNER: &str = "ALTER VIEW prod.pub.inner OWNER TO `bob@example.com`;\n\
    ALTER FUNCTION prod.pub.reads OWNER TO `bob@example.com`;\n";

#[rstest]
#[case::text_in_a_schema_left_out(OTHER_TEXT, schema_left_out(), &["v", "f"])]
#[case::text_and_incremental(OTHER_TEXT, incremental(), &["v", "f"])]
#[case::text_that_is_excluded(OTHER_TEXT, excluded(), &["v"])]
#[case::owner_in_a_schema_left_out(OTHER_OWNER, schema_left_out(), &["v", "f"])]
#[case::owner_and_incremental(OTHER_OWNER, incremental(), &["v", "f"])]
#[case::owner_of_what_is_excluded(OTHER_OWNER, excluded(), &["v"])]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_new_is_made_over_a_view_or_function_that_stays_otherwise_than_in_the_source(
    #[case] change: &str,
    #[case] with: Settings,
    #[case] kept_back: &[&str],
) {
    let fixture = cloned().await;
    fixture.sql(change).await;
    fixture
        .sql(
            "CREATE VIEW prod.s.v AS SELECT * FROM prod.pub.inner;\n\
             CREATE VIEW prod.s.f AS SELECT prod.pub.reads() AS ssn;\n",
        )
        .await;
    let report = fixture.clone_with(&with).await;
    for text in kept_back {
        let outcome = outcome(&report, &format!("prod.s.{text}"));
        let is_told = |reason: &str| {
            reason.contains("does something else") || reason.contains("runs with the rights of")
        };
        assert!(matches!(&outcome, Outcome::Skipped { reason } if is_told(reason)), "{text}: {outcome:?}");
    }
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    for text in kept_back {
        assert_eq!(outcome(&report, &format!("prod.s.{text}")), Outcome::Created, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn view_where_the_source_has_a_table_by_now_is_named_and_nobody_is_newly_let_through_it() {
    let fixture = cloned().await;
    fixture
        .sql(
            "DROP VIEW prod.pub.inner;\nCREATE TABLE prod.pub.inner (ssn STRING);\n\
             CREATE VIEW prod.pub.fresh AS SELECT * FROM prod.pub.inner;\n",
        )
        .await;
    fixture.sql(&grants("VIEW prod.pub.outer")).await;
    fixture.sql(&grants("SCHEMA prod.pub")).await;
    let report = fixture.clone_with(&settings()).await;
    let missed = report.missed(&[Facet::RowFilter, Facet::ColumnMasks, Facet::Policies]);
    assert!(
        missed.iter().all(|(it, _)| it.source == name("prod.pub.inner")) && missed.len() == 3,
        "{report:#?}"
    );
    let fresh = outcome(&report, "prod.pub.fresh");
    let is_told = |reason: &str| reason.contains("is a view, where the source has a table");
    assert!(matches!(&fresh, Outcome::Skipped { reason } if is_told(reason)), "{fresh:?}");
    assert!(!is_granted(&fixture, SecurableKind::Table, "dev.pub.outer").await);
    assert!(!is_granted(&fixture, SecurableKind::Schema, "dev.pub").await);
}

#[rstest]
#[case::table("TABLE prod.s.plain", SecurableKind::Table, "dev.s.plain")]
#[case::schema("SCHEMA prod.s", SecurableKind::Schema, "dev.s")]
#[case::catalog("CATALOG prod", SecurableKind::Catalog, "dev")]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_newly_let_into_a_table_that_is_said_to_be_open(
    #[case] on: &str,
    #[case] kind: SecurableKind,
    #[case] copy: &str,
) {
    let fixture = cloned().await;
    fixture.query("ALTER TABLE prod.s.plain ALTER COLUMN ssn SET MASK prod.pub.hide").await;
    fixture.sql(&grants(on)).await;
    let mut with = settings();
    with.selection.exclude_tables = Some(Pattern::new("^plain$").unwrap());
    let report = fixture.clone_with(&with).await;
    assert!(!is_granted(&fixture, kind.clone(), copy).await, "{report:#?}");
    let kept_back = |(_, facet): &(_, &clxs_clone::FacetOutcome)| matches!(&facet.status, FacetStatus::Impossible { reason } if reason.contains("dev.s.plain"));
    let missed = report.missed(&[Facet::Grants]);
    assert_eq!(missed.iter().any(kept_back), kind != SecurableKind::Table, "{missed:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_gives_no_view_back_to_whom_it_had_whose_text_could_not_be_put_back() {
    let fixture = cloned().await;
    fixture
        .sql(
            "CREATE OR REPLACE VIEW prod.pub.inner AS SELECT ssn FROM prod.s.masked;\n\
             DROP VIEW prod.pub.outer;\nALTER VIEW prod.pub.inner OWNER TO `bob@example.com`;\n",
        )
        .await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    fixture.workspace.set_faults(refuses("*VIEW*inner*")).unwrap();
    let undone = roll_back(&fixture, &report, false).await;
    fixture.workspace.set_faults(FaultPlan::default()).unwrap();
    assert_ne!(undone.state, RunState::Succeeded, "{undone:#?}");
    let owner = |info: clxs_api::table::TableInfo| info.owner.unwrap();
    assert_eq!(owner(fixture.client.get_table(&name("dev.pub.inner")).await.unwrap()), "bob@example.com");
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    assert_ne!(owner(fixture.client.get_table(&name("dev.pub.inner")).await.unwrap()), "bob@example.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_takes_no_tag_that_a_policy_goes_by_while_grants_of_its_run_stay() {
    let fixture = cloned().await;
    fixture.query("ALTER TABLE prod.s.plain ALTER COLUMN ssn SET TAGS ('pii' = '')").await;
    fixture.sql(&grants("CATALOG prod")).await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    let refused = refuses_request("PATCH", "/api/2.1/unity-catalog/permissions/catalog/dev");
    fixture.workspace.set_faults(refused).unwrap();
    roll_back(&fixture, &report, false).await;
    fixture.workspace.set_faults(FaultPlan::default()).unwrap();
    assert!(is_granted(&fixture, SecurableKind::Catalog, "dev").await);
    let tags = "SELECT count(*) FROM dev.information_schema.column_tags WHERE table_name = 'plain'";
    assert_eq!(fixture.number(tags).await, "1");
}
