//! Policies of which something changes while tables are copied, refreshed or rolled back.

use clxs_clone::journal::RunState;
use clxs_clone::plan::{Action, PlannedChange, RestCall, Statement};
use clxs_clone::settings::{Conditions, Guardrails, LoadType, SizeOrder};
use clxs_clone::{Error, Outcome, Report, Settings, SilentObserver};
use rstest::rstest;
use tokio_util::sync::CancellationToken;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached, outcome, query_as};
use crate::policies::fixture;

#[tokio::test(flavor = "multi_thread")]
async fn rows_go_before_the_policy_that_hides_them_when_a_run_is_rolled_back() {
    let fixture = fixture(true).await;
    let where_clauses = Conditions::new([(&"b.sales".to_owned(), &"id > 0".to_owned())]).unwrap();
    let report = fixture.clone_with(&Settings { where_clauses, ..settings() }).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    let undo = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    let hides = |action: &Action| matches!(action, Action::Rest(RestCall::DeletePolicy { name, .. }) if name == "only_eu");
    let drops = |action: &Action| matches!(action, Action::Statement(Statement::Drop(table)) if table.name == name("dev.b.sales"));
    let removed = undo.steps.iter().find(|step| hides(&step.action)).unwrap();
    let mut before = removed.depends_on.iter().filter_map(|id| undo.step(*id));
    assert!(before.any(|step| drops(&step.action)), "{undo}");
}

async fn change_of(fixture: &Fixture, load_type: LoadType, table: &str) -> PlannedChange {
    let plan = fixture.plan(&Settings { load_type, ..settings() }).await;
    plan.securables.iter().find(|it| it.source == name(table)).unwrap().change.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn new_table_is_left_out_where_the_load_type_leaves_what_its_policy_goes_by() {
    let fixture = fixture(true).await;
    fixture.clone_with(&settings()).await;
    fixture
        .sql(
            "CREATE TABLE prod.b.persons (ssn STRING);\n\
             ALTER TABLE prod.b.persons ALTER COLUMN ssn SET TAGS ('pii' = 'ssn');\n\
             ALTER SCHEMA prod.b SET TAGS ('personal' = '');\n",
        )
        .await;
    let change = change_of(&fixture, LoadType::Incremental, "prod.b.persons").await;
    let PlannedChange::Skip { reason } = &change else { panic!("{change:?}") };
    assert!(reason.contains("hide_ssn") && reason.contains("goes by tags"), "{reason}");
    assert_eq!(change_of(&fixture, LoadType::Full, "prod.b.persons").await, PlannedChange::Create);
    fixture.query("ALTER SCHEMA dev.b SET TAGS ('personal' = '')").await;
    assert_eq!(change_of(&fixture, LoadType::Incremental, "prod.b.persons").await, PlannedChange::Create);
}

#[tokio::test(flavor = "multi_thread")]
async fn policy_that_is_made_between_plan_and_copy_fails_the_copy() {
    let fixture = fixture(true).await;
    fixture
        .sql(
            "CREATE FUNCTION prod.z.same(text STRING) RETURNS STRING RETURN text;\n\
             CREATE TABLE prod.b.own (text STRING MASK prod.z.same);\n\
             INSERT INTO prod.b.own VALUES ('a');\n",
        )
        .await;
    let plan = fixture.plan(&settings()).await;
    fixture
        .query("CREATE POLICY late ON SCHEMA prod.b ROW FILTER prod.z.nothing TO `account users` FOR TABLES")
        .await;
    let cancel = CancellationToken::new();
    let report = fixture.engine.run(&settings(), &plan, &SilentObserver, cancel).await.unwrap();
    let Outcome::Failed { error } = outcome(&report, "prod.b.own") else { panic!("{report:#?}") };
    assert!(error.contains("the policies on"), "{error}");
}

/// A clone that stops after one of two tables, with a reader of both copies.
async fn half_cloned() -> (Fixture, clxs_client::Client, Report) {
    let fixture = Fixture::new(Reached::InProcess).await;
    let reader = fixture.client_as("reader@example.com").await;
    fixture
        .sql(
            "CREATE CATALOG prod;\nCREATE SCHEMA prod.a;\n\
             CREATE FUNCTION prod.a.hide(text STRING) RETURNS STRING RETURN '***';\n\
             CREATE TABLE prod.a.first (text STRING);\nCREATE TABLE prod.a.second (text STRING);\n\
             INSERT INTO prod.a.second VALUES ('secret');\n\
             GRANT USE CATALOG, USE SCHEMA, SELECT ON CATALOG prod TO `reader@example.com`;\n",
        )
        .await;
    let guardrails = Guardrails { max_tables: Some(1), ..Guardrails::default() };
    let limited = Settings { guardrails, order_by_size: Some(SizeOrder::Asc), ..settings() };
    let report = fixture.clone_with(&limited).await;
    assert_eq!(report.state, RunState::Aborted, "{report:#?}");
    (fixture, reader, report)
}

async fn resume(fixture: &Fixture, report: &Report) -> clxs_clone::Result<Report> {
    fixture.engine.resume(&report.run, &SilentObserver, CancellationToken::new()).await
}

/// What is left of its plan would copy rows that nothing hides.
#[rstest]
#[case::policy_by_a_tag(
    "CREATE POLICY pii ON SCHEMA prod.a COLUMN MASK prod.a.hide TO `account users` EXCEPT `admin@clxs.local` \
     FOR TABLES MATCH COLUMNS has_tag('pii') AS c ON COLUMN c;\n\
     ALTER TABLE prod.a.second ALTER COLUMN text SET TAGS ('pii' = 'x');\n"
)]
#[case::mask("ALTER TABLE prod.a.second ALTER COLUMN text SET MASK prod.a.hide;\n")]
#[tokio::test(flavor = "multi_thread")]
async fn run_is_not_resumed_after_the_source_began_to_hide_what_is_left_to_copy(#[case] change: &str) {
    let (fixture, reader, report) = half_cloned().await;
    fixture.sql(change).await;
    let refused = resume(&fixture, &report).await;
    assert!(matches!(refused, Err(Error::GuardedSince { .. })), "{refused:?}");
    fixture.clone_with(&settings()).await;
    let seen = query_as(&reader, "SELECT text FROM prod.a.second").await.into_parts().1;
    assert_eq!(seen, [[Some("***".to_owned())]]);
    if fixture.client.get_table(&name("dev.a.second")).await.is_ok() {
        let seen = query_as(&reader, "SELECT text FROM dev.a.second").await.into_parts().1;
        assert_eq!(seen, [[Some("***".to_owned())]]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn run_is_resumed_although_much_else_has_changed_in_the_source() {
    let (fixture, _, report) = half_cloned().await;
    fixture
        .sql(
            "CREATE TABLE prod.a.third (text STRING);\nCREATE FUNCTION prod.a.one() RETURNS INT RETURN 1;\n\
             INSERT INTO prod.a.second VALUES ('more');\n\
             ALTER TABLE prod.a.second ALTER COLUMN text SET TAGS ('pii' = 'x');\n",
        )
        .await;
    assert_eq!(resume(&fixture, &report).await.unwrap().counts.failed, 0);
    assert!(fixture.client.get_table(&name("dev.a.second")).await.is_ok());
    assert!(fixture.client.get_table(&name("dev.a.third")).await.is_err());
}
