//! Rows that somebody wrote into a table that a run had begun to copy, by whatever statement, are told from the run's own.

use clxs_clone::journal::RunState;
use clxs_clone::plan::Facet;
use clxs_clone::settings::{Guardrails, LoadType};
use clxs_clone::{Event, Observer, Outcome, Report, Settings, SilentObserver};
use rstest::rstest;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached, outcome};
use crate::ended_early::{Again, broken, failing, go_on, incremental, once, with_condition};
use crate::policies::fixture as policed;
use crate::rollback::roll_back;

const FILL: &str = "INSERT OVERWRITE *";
const LAST: &str = "ALTER TABLE *`t` SET TBLPROPERTIES *complete*";
const PLAIN: &str = "prod.s.t";

/// Catalog `prod` with table `t` of two rows.
async fn with_rows() -> Fixture {
    let fixture = Fixture::new(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE CATALOG prod;\nCREATE SCHEMA prod.s;\n\
             CREATE TABLE prod.s.t (id INT);\nINSERT INTO prod.s.t VALUES (1), (2);\n",
        )
        .await;
    fixture
}

fn of_some_rows() -> Settings {
    with_condition("s.t")
}

async fn ids(fixture: &Fixture) -> Vec<String> {
    fixture.rows("SELECT id FROM dev.s.t ORDER BY id").await
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_replaced_those_of_a_copy_that_did_not_end_are_kept_by_whatever_goes_on(
    #[values(FILL, LAST)] fails: &str,
    #[values("INSERT OVERWRITE dev.s.t VALUES (42)", "INSERT INTO dev.s.t REPLACE WHERE true VALUES (42)")]
    writes: &str,
    #[values(Again::Resume, Again::Clone(LoadType::Full), Again::Clone(LoadType::Incremental))] again: Again,
) {
    let fixture = with_rows().await;
    let report = broken(&fixture, &of_some_rows(), failing(fails)).await;
    fixture.query(writes).await;
    let after = go_on(&fixture, &of_some_rows(), (&report, again)).await;
    assert_eq!(ids(&fixture).await, ["42"], "{after:#?}");
    match (again, outcome(&after, PLAIN)) {
        (Again::Resume, Outcome::Failed { error }) => {
            assert!(error.contains("changed after the plan was made (WRITE); it was kept"), "{error}");
        }
        (Again::Clone(_), Outcome::Skipped { reason }) => {
            assert!(reason.contains("overwrite_edits"), "{reason}");
        }
        (_, other) => panic!("{other:?}"),
    }
    let overwriting = Settings { overwrite_edits: true, ..of_some_rows() };
    let report = fixture.clone_with(&overwriting).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(ids(&fixture).await, ["1", "2"]);
    assert!(fixture.plan(&of_some_rows()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn copy_that_somebody_emptied_is_not_called_whole() {
    let fixture = with_rows().await;
    let report = broken(&fixture, &of_some_rows(), failing(LAST)).await;
    fixture.query("TRUNCATE TABLE dev.s.t").await;
    let again = go_on(&fixture, &of_some_rows(), (&report, Again::Resume)).await;
    assert!(matches!(outcome(&again, PLAIN), Outcome::Failed { .. }), "{again:#?}");
}

/// What another journal did is not known: nobody can tell whose rows these are.
#[tokio::test(flavor = "multi_thread")]
async fn rows_of_which_the_journal_knows_nothing_are_kept() {
    let fixture = with_rows().await;
    broken(&fixture, &of_some_rows(), failing(LAST)).await;
    let other = fixture.engine_of(fixture.client.clone());
    let plan = other.plan(&of_some_rows()).await.unwrap();
    let stop = CancellationToken::new();
    let report = other.run(&of_some_rows(), &plan, &SilentObserver, stop).await.unwrap();
    assert!(matches!(outcome(&report, PLAIN), Outcome::Skipped { .. }), "{report:#?}");
}

/// The table that an earlier run filled is not the one that is there.
#[tokio::test(flavor = "multi_thread")]
async fn what_filled_a_table_that_was_dropped_accounts_for_nothing_in_the_next_one() {
    let fixture = with_rows().await;
    fixture.clone_with(&of_some_rows()).await;
    fixture.query("DROP TABLE dev.s.t").await;
    // A limit, for a statement that fails would note that it was sent.
    let stop = CancellationToken::new();
    let stopping = StopsOnceMade(stop.clone());
    let plan = fixture.plan(&of_some_rows()).await;
    let report = fixture.engine.run(&of_some_rows(), &plan, &stopping, stop).await.unwrap();
    assert_eq!(report.state, RunState::Cancelled, "{report:#?}");
    fixture.query("INSERT OVERWRITE dev.s.t VALUES (42)").await;
    fixture.clone_with(&of_some_rows()).await;
    assert_eq!(ids(&fixture).await, ["42"]);
}

/// Stops the run as soon as the table is made.
struct StopsOnceMade(CancellationToken);

impl Observer for StopsOnceMade {
    fn on_event(&self, event: &Event) {
        if let Event::StepFinished { securable, facet: Facet::Definition, .. } = event
            && securable.name == name("dev.s.t")
        {
            self.0.cancel();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn report_of_a_run_that_was_stopped_says_which_tables_it_made() {
    let fixture = with_rows().await;
    let stop = CancellationToken::new();
    let stopping = StopsOnceMade(stop.clone());
    let plan = fixture.plan(&of_some_rows()).await;
    let report = fixture.engine.run(&of_some_rows(), &plan, &stopping, stop).await.unwrap();
    let Outcome::Failed { error } = outcome(&report, PLAIN) else { panic!("{report:#?}") };
    assert_eq!(error, "begun, and its rows were not copied: the run was cancelled");
}

#[tokio::test(flavor = "multi_thread")]
async fn report_of_a_limited_run_does_not_call_what_it_began_not_tried() {
    let fixture = with_rows().await;
    fixture.sql("CREATE TABLE prod.s.u AS SELECT 1 AS id;\nCREATE TABLE prod.s.v AS SELECT 1 AS id;\n").await;
    let guardrails = Guardrails { max_tables: Some(1), ..Guardrails::default() };
    let where_clauses = with_condition("*").where_clauses;
    let report = fixture.clone_with(&Settings { guardrails, where_clauses, ..settings() }).await;
    assert_eq!(report.state, RunState::Aborted, "{report:#?}");
    for table in ["t", "u", "v"] {
        let is_there = fixture.client.get_table(&name(&format!("dev.s.{table}"))).await.is_ok();
        if let Outcome::Failed { error } = outcome(&report, &format!("prod.s.{table}")) {
            assert_eq!(error.starts_with("not tried"), !is_there, "{table}: {error}");
        }
    }
}

fn kept(report: &Report) -> String {
    match outcome(report, PLAIN) {
        Outcome::Skipped { reason } => reason,
        other => panic!("{other:?}"),
    }
}

fn state_of(fixture: &Fixture, report: &Report) -> RunState {
    fixture.engine.journal().report(&report.run).unwrap().state
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn rollback_keeps_and_names_rows_that_were_written_into_a_new_table_that_was_not_filled(
    #[values(FILL, LAST)] fails: &str,
    #[values("INSERT INTO dev.s.t VALUES (42)", "INSERT OVERWRITE dev.s.t VALUES (42)")] writes: &str,
) {
    let fixture = with_rows().await;
    let report = broken(&fixture, &of_some_rows(), failing(fails)).await;
    fixture.query(writes).await;
    let before = ids(&fixture).await;
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    assert_eq!(ids(&fixture).await, before);
    assert_eq!(kept(&undone), "it was changed since (WRITE); overwrite_edits undoes it too");
    let undone = roll_back(&fixture, &report, true).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    assert!(fixture.client.get_table(&name("dev.s.t")).await.is_err());
    assert_eq!(state_of(&fixture, &report), RunState::RolledBack);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn rollback_of_a_refresh_that_did_not_end_keeps_what_was_written_since_and_nothing_else(
    #[values(FILL, LAST)] fails: &str,
    #[values(true, false)] is_written: bool,
) {
    let fixture = with_rows().await;
    fixture.clone_with(&of_some_rows()).await;
    fixture.query("INSERT INTO prod.s.t VALUES (3)").await;
    let report = broken(&fixture, &of_some_rows(), failing(fails)).await;
    if is_written {
        fixture.query("INSERT INTO dev.s.t VALUES (42)").await;
    }
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    if is_written {
        assert!(ids(&fixture).await.contains(&"42".to_owned()), "{undone:#?}");
        assert!(kept(&undone).contains("(WRITE)"), "{undone:#?}");
    } else {
        assert_eq!(ids(&fixture).await, ["1", "2"]);
        assert_eq!(state_of(&fixture, &report), RunState::RolledBack);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_keeps_rows_that_were_written_into_a_table_that_waited_for_its_policies() {
    let fixture = policed(true).await;
    let report = broken(&fixture, &once(settings()), failing("*`people` DEEP CLONE*")).await;
    fixture.query("INSERT INTO dev.a.people VALUES (42, 'mine')").await;
    let undone = roll_back(&fixture, &report, false).await;
    assert!(matches!(outcome(&undone, "prod.a.people"), Outcome::Skipped { .. }), "{undone:#?}");
    assert_eq!(fixture.rows("SELECT id FROM dev.a.people").await, ["42"]);
}

/// Begins a clone, and drops it once its statement is under way, as a dying process would.
async fn die(fixture: &Fixture, statement: &str) {
    let slow: Value = json!({ "statement": statement, "effect": { "latency": { "milliseconds": 600_000 } } });
    let plan = fixture.plan(&of_some_rows()).await;
    fixture.workspace.set_faults(serde_json::from_value(json!({ "rules": [slow] })).unwrap()).unwrap();
    let engine = fixture.engine.clone();
    let run = tokio::spawn(async move {
        engine.run(&of_some_rows(), &plan, &SilentObserver, CancellationToken::new()).await
    });
    while fixture.client.get_table(&name("dev.s.t")).await.is_err() || ids(fixture).await.is_empty() {
        tokio::task::yield_now().await;
    }
    run.abort();
    assert!(run.await.unwrap_err().is_cancelled());
    fixture.workspace.set_faults(clxs_workspace::FaultPlan::default()).unwrap();
}

/// It is not offered again.
#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_killed_run_are_its_own_for_a_rollback() {
    let fixture = with_rows().await;
    die(&fixture, LAST).await;
    let run = fixture.engine.journal().runs().unwrap().remove(0).id;
    let plan = fixture.engine.rollback_plan(&run, false).await.unwrap();
    let stop = CancellationToken::new();
    let undone = fixture.engine.roll_back(&run, &plan, &SilentObserver, stop).await.unwrap();
    assert_eq!(outcome(&undone, PLAIN), Outcome::Undone, "{undone:#?}");
    assert_eq!(fixture.engine.journal().report(&run).unwrap().state, RunState::RolledBack);
}

#[rstest]
#[case::full(of_some_rows())]
#[case::incremental(incremental(&of_some_rows()))]
#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_killed_run_are_its_own_for_the_next_one(#[case] settings: Settings) {
    let fixture = with_rows().await;
    die(&fixture, LAST).await;
    fixture.query("INSERT INTO prod.s.t VALUES (3)").await;
    let report = fixture.clone_with(&settings).await;
    assert_eq!(outcome(&report, PLAIN), Outcome::Replaced, "{report:#?}");
    assert_eq!(ids(&fixture).await, ["1", "2", "3"]);
}
