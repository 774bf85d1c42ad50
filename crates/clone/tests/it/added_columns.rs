//! `ALTER TABLE … ADD COLUMNS` before a copy, whose answer is lost, on the embedded workspace.

use clxs_clone::journal::RunState;
use clxs_clone::{Outcome, Report, SilentObserver};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::catalogs::settings;
use crate::embedded::outcome;
use crate::protected::Guarded;

/// Columns that the copy lacks, one of them masked, and a row that has them.
const NEW_COLUMNS: &str = "
ALTER TABLE prod.a.people ADD COLUMNS (age INT, nick STRING);
ALTER TABLE prod.a.people ALTER COLUMN nick SET MASK prod.z.hide USING COLUMNS ('***');
INSERT INTO prod.a.people (ssn, region, age, nick) VALUES ('444', 'EU', 4, 'Jo');
";

/// A copy of `people`, and what its source has since.
async fn copied_before_columns_were_added() -> Guarded {
    let guarded = Guarded::new(true).await;
    guarded.fixture.clone_with(&settings()).await;
    guarded.fixture.sql(NEW_COLUMNS).await;
    guarded.fixture.sent.clear();
    guarded
}

/// Loses the statement that adds the columns, or its answer, for a caller whom the warehouse does not tell what it ran.
fn lose(guarded: &Guarded, effect: &str) {
    let forbidden = json!({ "error": { "status": 403, "error_code": "PERMISSION_DENIED", "message": "no" } });
    let rules = json!({ "rules": [
        { "statement": "ALTER TABLE * ADD COLUMNS *", "times": 1, "effect": effect },
        { "path": "/api/2.0/sql/history/*", "effect": forbidden },
    ] });
    guarded.fixture.workspace.set_faults(serde_json::from_value(rules).unwrap()).unwrap();
}

fn times_added(guarded: &Guarded) -> usize {
    guarded.fixture.sent.count("ADD COLUMNS")
}

async fn require_copied(guarded: &Guarded) {
    let query = |catalog: &str| format!("SELECT id, ssn, age, nick FROM {catalog}.a.people ORDER BY id");
    assert_eq!(guarded.seen_by_caller(&query("dev")).await, guarded.seen_by_caller(&query("prod")).await);
    assert_eq!(guarded.seen_by_reader(&query("dev")).await, guarded.seen_by_reader(&query("prod")).await);
    let again = guarded.fixture.plan(&settings()).await;
    assert!(again.is_empty(), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_whose_answer_is_lost_are_found_and_not_added_again() {
    let guarded = copied_before_columns_were_added().await;
    lose(&guarded, "lost_after");
    let report = guarded.fixture.clone_with(&settings()).await;
    assert_eq!((report.state, report.retries), (RunState::Succeeded, 1), "{report:#?}");
    assert_eq!(times_added(&guarded), 1);
    require_copied(&guarded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_whose_request_is_lost_are_added() {
    let guarded = copied_before_columns_were_added().await;
    lose(&guarded, "drop_before");
    let report = guarded.fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    require_copied(&guarded).await;
}

/// Runs until nobody knows whether the columns were added, lets somebody do what `meanwhile` says, and goes on.
async fn interrupted(guarded: &Guarded, effect: &str, meanwhile: &str) -> Report {
    let fixture = &guarded.fixture;
    lose(guarded, effect);
    let mut settings = settings();
    settings.limits.max_retries = 0;
    let report = fixture.clone_with(&settings).await;
    assert!(matches!(outcome(&report, "prod.a.people"), Outcome::Failed { .. }), "{report:#?}");
    fixture.sql(meanwhile).await;
    fixture.engine.resume(&report.run, &SilentObserver, CancellationToken::new()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn resumed_run_does_not_add_columns_again_that_are_there() {
    let guarded = copied_before_columns_were_added().await;
    let resumed = interrupted(&guarded, "lost_after", "").await;
    assert_eq!(resumed.state, RunState::Succeeded, "{resumed:#?}");
    assert_eq!(times_added(&guarded), 1);
    require_copied(&guarded).await;
}

/// Only somebody else can have added one of them: the statement adds all or none.
#[tokio::test(flavor = "multi_thread")]
async fn one_of_the_columns_that_somebody_added_fails_the_copy_and_the_next_plan_adds_the_other() {
    let guarded = copied_before_columns_were_added().await;
    let resumed =
        interrupted(&guarded, "drop_before", "ALTER TABLE dev.a.people ADD COLUMNS (age INT)").await;
    let Outcome::Failed { error } = outcome(&resumed, "prod.a.people") else { panic!("{resumed:#?}") };
    assert!(error.contains("age"), "{error}");
    assert_eq!(guarded.fixture.number("SELECT count(*) FROM dev.a.people").await, "3");
    let report = guarded.fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.a.people"), Outcome::Replaced, "{report:#?}");
    require_copied(&guarded).await;
}
