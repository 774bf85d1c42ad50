//! Runs that ended before their plan did, and go on.

use std::time::Duration;

use clxs_clone::journal::{RunId, RunState};
use clxs_clone::settings::Guardrails;
use clxs_clone::{Error, Outcome, Report, Settings, SilentObserver};
use tokio_util::sync::CancellationToken;

use crate::catalogs::settings;
use crate::faults::{Fixture, die_while_cloning_orders, outcome};
use crate::scripted::Fault;

async fn resume(fixture: &Fixture, run: &RunId) -> clxs_clone::Result<Report> {
    fixture.engine.resume(run, &SilentObserver, CancellationToken::new()).await
}

async fn run_with(fixture: &Fixture, settings: &Settings) -> Report {
    let plan = fixture.engine.plan(settings).await.unwrap();
    fixture.engine.run(settings, &plan, &SilentObserver, CancellationToken::new()).await.unwrap()
}

fn guarded(guardrails: Guardrails) -> Settings {
    Settings { guardrails, ..settings() }
}

/// Tables with their descriptions and grants, as the scripted workspace holds them.
fn contents(fixture: &Fixture) -> String {
    let state = fixture.workspace.state();
    format!("{:?} {:?} {:?} {:?}", state.catalogs, state.schemas, state.tables, state.grants)
}

#[tokio::test(start_paused = true)]
async fn resumed_run_sends_no_clone_again_and_ends_like_an_undisturbed_one() {
    let fixture = Fixture::new();
    die_while_cloning_orders(&fixture).await;
    fixture.workspace.release();
    let (run, _) = fixture.last_run();
    let report = resume(&fixture, &run).await.unwrap();
    assert_eq!((report.state, report.run, report.counts.created), (RunState::Succeeded, run, 5));
    assert_eq!(report.files_copied, 4);
    for table in ["orders", "items"] {
        assert_eq!(fixture.workspace.count(&format!("TABLE `dev`.`s`.`{table}` DEEP CLONE")), 1);
    }
    let undisturbed = Fixture::new();
    undisturbed.clone_catalog().await;
    assert_eq!(contents(&fixture), contents(&undisturbed));
    assert_eq!(fixture.engine.journal().runs().unwrap().len(), 1);
}

/// What it waits for may go on for hours.
#[tokio::test(start_paused = true)]
async fn run_that_waits_for_a_dead_one_stops_when_it_is_told_to_and_has_begun_nothing() {
    let fixture = Fixture::new();
    die_while_cloning_orders(&fixture).await;
    let (run, _) = fixture.last_run();
    let stop = CancellationToken::new();
    let waiting = fixture.engine.resume(&run, &SilentObserver, stop.clone());
    let told = async {
        tokio::time::sleep(Duration::from_mins(3)).await;
        stop.cancel();
    };
    let (stopped, ()) = tokio::join!(waiting, told);
    assert!(matches!(stopped, Err(Error::Stopped { .. })), "{stopped:?}");
    assert_eq!(fixture.workspace.states_of("TABLE `dev`.`s`.`orders` DEEP"), ["RUNNING"]);
    fixture.workspace.release();
    assert_eq!(resume(&fixture, &run).await.unwrap().state, RunState::Succeeded);
    assert_eq!(fixture.workspace.count("TABLE `dev`.`s`.`orders` DEEP CLONE"), 1);
}

#[tokio::test(start_paused = true)]
async fn resume_tries_what_failed_and_what_was_blocked_by_it() {
    let fixture = Fixture::new();
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::Fail);
    let first = fixture.clone_catalog().await;
    assert_eq!(first.counts.failed, 2);
    let report = resume(&fixture, &first.run).await.unwrap();
    assert_eq!((report.state, report.counts.created, report.counts.failed), (RunState::Succeeded, 5, 0));
    assert_eq!(fixture.workspace.count("TABLE `dev`.`s`.`items` DEEP CLONE"), 1);
}

/// Nobody heard whether the clone was made, and then the process died.
#[tokio::test(start_paused = true)]
async fn clone_in_doubt_is_looked_for_before_it_is_sent() {
    let fixture = Fixture::new();
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::LoseAnswer);
    for _ in 0..9 {
        fixture.workspace.fault("HISTORY `dev`.`s`.`orders`", Fault::Fail);
    }
    let mut settings = settings();
    settings.limits.max_retries = 0;
    let first = run_with(&fixture, &settings).await;
    assert!(matches!(outcome(&first, "prod.s.orders"), Outcome::Failed { .. }), "{first:#?}");
    fixture.workspace.forget_faults();
    let report = resume(&fixture, &first.run).await.unwrap();
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(fixture.workspace.count("TABLE `dev`.`s`.`orders` DEEP CLONE"), 1);
}

#[tokio::test(start_paused = true)]
async fn run_that_succeeded_and_run_that_a_later_one_followed_are_not_resumed() {
    let fixture = Fixture::new();
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::Fail);
    let first = fixture.clone_catalog().await;
    let second = fixture.clone_catalog().await;
    let refused = resume(&fixture, &second.run).await;
    assert!(matches!(refused, Err(Error::NotResumable { state: RunState::Succeeded, .. })));
    let refused = resume(&fixture, &first.run).await;
    assert!(matches!(refused, Err(Error::Superseded { later, .. }) if later == second.run));
    let unknown = resume(&fixture, &RunId::new("no-such-run")).await;
    assert!(matches!(unknown, Err(Error::RunNotFound { .. })));
}

#[tokio::test(start_paused = true)]
async fn limit_of_tables_stops_within_a_schema_and_the_rest_is_resumed() {
    let fixture = Fixture::new();
    let settings = guarded(Guardrails { max_tables: Some(1), ..Guardrails::default() });
    let report = run_with(&fixture, &settings).await;
    assert_eq!((report.state, report.aborted), (RunState::Aborted, true));
    assert_eq!(report.abort_reason.as_deref(), Some("max_tables"));
    assert_eq!(fixture.workspace.count(" DEEP CLONE "), 1);
    let rest = resume(&fixture, &report.run).await.unwrap();
    assert_eq!((rest.state, rest.abort_reason), (RunState::Succeeded, None), "{:#?}", rest.securables);
    assert_eq!(fixture.workspace.count(" DEEP CLONE "), 2);
}

#[tokio::test(start_paused = true)]
async fn table_that_fails_each_time_does_not_keep_a_limited_run_from_the_others() {
    let fixture = Fixture::new();
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::Fail);
    let settings = guarded(Guardrails { max_tables: Some(1), ..Guardrails::default() });
    let report = run_with(&fixture, &settings).await;
    assert_eq!(report.abort_reason.as_deref(), Some("max_tables"));
    assert!(matches!(outcome(&report, "prod.s.orders"), Outcome::Failed { .. }));
    let rest = resume(&fixture, &report.run).await.unwrap();
    assert_eq!(outcome(&rest, "prod.s.items"), Outcome::Created);
}

#[tokio::test(start_paused = true)]
async fn limit_of_bytes_stops_after_the_table_that_reached_it() {
    let fixture = Fixture::new();
    let mut settings = guarded(Guardrails { max_bytes: Some(15), ..Guardrails::default() });
    settings.limits.max_parallel_queries = std::num::NonZeroUsize::MIN;
    let report = run_with(&fixture, &settings).await;
    assert_eq!(report.abort_reason.as_deref(), Some("max_bytes"));
    assert_eq!(report.bytes_copied, 20);
}

#[tokio::test(start_paused = true)]
async fn time_limit_cancels_statements_under_way_only_when_asked_to() {
    for cancel_in_flight in [true, false] {
        let fixture = Fixture::new();
        fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::Hang);
        let workspace = fixture.workspace.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_mins(3)).await;
            workspace.release();
        });
        let guardrails = Guardrails { max_duration_min: Some(1), cancel_in_flight, ..Guardrails::default() };
        let report = run_with(&fixture, &guarded(guardrails)).await;
        assert_eq!(report.abort_reason.as_deref(), Some("max_duration_min"));
        let ended = if cancel_in_flight { "CANCELED" } else { "SUCCEEDED" };
        assert_eq!(fixture.workspace.states_of("TABLE `dev`.`s`.`orders` DEEP"), [ended]);
        assert_eq!(resume(&fixture, &report.run).await.unwrap().state, RunState::Succeeded);
    }
}

#[tokio::test(start_paused = true)]
async fn limit_that_the_last_table_reaches_stops_nothing() {
    let fixture = Fixture::new();
    let settings = guarded(Guardrails { max_tables: Some(2), ..Guardrails::default() });
    let report = run_with(&fixture, &settings).await;
    assert_eq!((report.state, report.aborted), (RunState::Succeeded, false));
}

#[tokio::test(start_paused = true)]
async fn table_whose_history_nobody_may_read_is_kept_by_a_rollback_with_the_reason() {
    let fixture = Fixture::new();
    let report = fixture.clone_catalog().await;
    for _ in 0..4 {
        fixture.workspace.fault("HISTORY `dev`.`s`.`orders`", Fault::Fail);
    }
    let plan = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    let text = plan.to_string();
    assert!(text.contains("nobody can tell whether it was changed since"), "{text}");
    assert!(!text.contains("DROP TABLE IF EXISTS `dev`.`s`.`orders`"), "{text}");
    assert!(text.contains("DROP TABLE IF EXISTS `dev`.`s`.`items`"), "{text}");
    let plan = fixture.engine.rollback_plan(&report.run, true).await.unwrap();
    assert!(plan.to_string().contains("DROP TABLE IF EXISTS `dev`.`s`.`orders`"), "{plan}");
}
