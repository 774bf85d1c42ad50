//! Statements whose answers were lost: what is found of them in the history of statements, and what is not taken for them.

use std::time::Duration;

use clxs_clone::journal::{RunId, RunState};
use clxs_clone::settings::{Hook, HookSql, Hooks, OnError};
use clxs_clone::{Engine, Journal, Report, Settings, SilentObserver};
use rstest::rstest;
use tokio_util::sync::CancellationToken;

use crate::catalogs::settings;
use crate::faults::{Fixture, die_while_cloning_orders, outcome};
use crate::scripted::Fault;

const CLONE_OF_ORDERS: &str = "TABLE `dev`.`s`.`orders` DEEP CLONE";

fn with_history(hides_tags: bool) -> Fixture {
    let fixture = Fixture::new();
    {
        let mut state = fixture.workspace.state();
        state.has_history = true;
        state.hides_tags = hides_tags;
    }
    fixture
}

/// Lets what hangs end well after some minutes.
fn release_later(fixture: &Fixture) {
    let workspace = fixture.workspace.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_mins(5)).await;
        workspace.release();
    });
}

/// Begins a run, and drops it after some seconds as a dying process would.
async fn die(fixture: &Fixture) -> RunId {
    let run = fixture.run(&SilentObserver, CancellationToken::new());
    tokio::time::timeout(Duration::from_secs(5), run).await.unwrap_err();
    fixture.last_run().0
}

fn statements_of_orders(fixture: &Fixture, run: &RunId) -> Vec<String> {
    let report = fixture.engine.journal().report(run).unwrap();
    let orders = report.securables.into_iter().find(|it| it.source.dotted() == "prod.s.orders").unwrap();
    orders.statement_ids
}

async fn resume(fixture: &Fixture, run: &RunId) -> Report {
    fixture.engine.resume(run, &SilentObserver, CancellationToken::new()).await.unwrap()
}

/// It still runs, so that neither its id nor the history of its table tells of it.
#[rstest]
#[case::by_its_tags(false)]
#[case::by_its_text_where_no_tags_are_shown(true)]
#[tokio::test(start_paused = true)]
async fn running_clone_whose_answer_was_lost_is_found_and_waited_for(#[case] hides_tags: bool) {
    let fixture = with_history(hides_tags);
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::HangUnanswered);
    release_later(&fixture);
    let report = fixture.clone_catalog().await;
    assert_eq!((report.state, report.files_copied), (RunState::Succeeded, 4), "{report:#?}");
    assert_eq!(fixture.workspace.count(CLONE_OF_ORDERS), 1);
}

/// The request is open for the first seconds of a statement, so that the dead run never knew its id.
#[rstest]
#[case::by_its_tags(false)]
#[case::by_its_text_where_no_tags_are_shown(true)]
#[tokio::test(start_paused = true)]
async fn statement_whose_request_was_open_when_its_run_died_is_found_waited_for_and_not_sent_again(
    #[case] hides_tags: bool,
) {
    let fixture = with_history(hides_tags);
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::HangOpen);
    die(&fixture).await;
    release_later(&fixture);
    let report = fixture.clone_catalog().await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(fixture.workspace.count(CLONE_OF_ORDERS), 1);
    assert!(fixture.engine.plan(&settings()).await.unwrap().is_empty());
}

/// Somebody else cloned the same table at the same time, and dropped it again.
#[rstest]
#[case::tags_are_shown(false)]
#[case::no_tags_are_shown(true)]
#[tokio::test(start_paused = true)]
async fn statement_of_somebody_else_with_the_same_text_is_not_taken_for_that_of_a_step(
    #[case] hides_tags: bool,
) {
    let fixture = with_history(hides_tags);
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::LostAmongAlike);
    let report = fixture.clone_catalog().await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(fixture.workspace.count(CLONE_OF_ORDERS), 1);
    assert!(fixture.workspace.state().tables.contains_key("dev.s.orders"));
}

#[rstest]
#[case::tags_are_shown(false)]
#[case::no_tags_are_shown(true)]
#[tokio::test(start_paused = true)]
async fn run_that_goes_on_sends_what_only_somebody_else_has_sent(#[case] hides_tags: bool) {
    let fixture = with_history(hides_tags);
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::LostAmongAlike);
    let run = die(&fixture).await;
    let report = resume(&fixture, &run).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert!(fixture.workspace.state().tables.contains_key("dev.s.orders"));
    assert!(!statements_of_orders(&fixture, &run).contains(&"z-statement".to_owned()));
}

#[rstest]
#[case::tags_are_shown(false)]
#[case::no_tags_are_shown(true)]
#[tokio::test(start_paused = true)]
async fn statement_that_the_journal_knows_is_not_taken_for_an_older_one_of_the_same_text(
    #[case] hides_tags: bool,
) {
    let fixture = with_history(hides_tags);
    die_while_cloning_orders(&fixture).await;
    let (run, _) = fixture.last_run();
    let known = statements_of_orders(&fixture, &run);
    let sent = fixture.workspace.state().sent.iter().find(|sql| sql.contains(CLONE_OF_ORDERS)).cloned();
    fixture.workspace.sent_by_hand(&sent.unwrap());
    fixture.workspace.release();
    fixture.engine.plan(&settings()).await.unwrap();
    fixture.engine.plan(&settings()).await.unwrap();
    assert_eq!(statements_of_orders(&fixture, &run), known);
}

fn with_hook(on_error: OnError) -> Settings {
    let hook =
        Hook { sql: HookSql::new("ANALYZE dev.s.orders").unwrap(), description: String::new(), on_error };
    Settings { hooks: Hooks { post_clone: vec![hook], ..Hooks::default() }, ..settings() }
}

async fn clone_with(fixture: &Fixture, settings: &Settings) -> Report {
    let plan = fixture.engine.plan(settings).await.unwrap();
    fixture.engine.run(settings, &plan, &SilentObserver, CancellationToken::new()).await.unwrap()
}

#[rstest]
#[case::tags_are_shown(false)]
#[case::no_tags_are_shown(true)]
#[tokio::test(start_paused = true)]
async fn hook_that_never_arrived_is_in_doubt_although_somebody_ran_the_same_by_hand(
    #[case] hides_tags: bool,
) {
    let fixture = with_history(hides_tags);
    fixture.workspace.fault("ANALYZE", Fault::LostAmongAlike);
    let report = clone_with(&fixture, &with_hook(OnError::Fail)).await;
    assert_eq!((report.state, fixture.workspace.count("ANALYZE")), (RunState::Failed, 0), "{report:#?}");
    let again = resume(&fixture, &report.run).await;
    assert_eq!((again.state, fixture.workspace.count("ANALYZE")), (RunState::Failed, 0), "{again:#?}");
}

#[tokio::test(start_paused = true)]
async fn hook_whose_answer_was_lost_is_found_by_its_tags_and_has_run_once() {
    let fixture = with_history(false);
    fixture.workspace.fault("ANALYZE", Fault::LoseAnswer);
    let report = clone_with(&fixture, &with_hook(OnError::Fail)).await;
    assert_eq!((report.state, fixture.workspace.count("ANALYZE")), (RunState::Succeeded, 1), "{report:#?}");
}

/// Nothing of the run can be done about the hook: it is told of, and the run ends.
#[rstest]
#[case::warn(OnError::Warn)]
#[case::ignore(OnError::Ignore)]
#[tokio::test(start_paused = true)]
async fn hook_in_doubt_that_may_fail_does_not_fail_a_run_that_goes_on(#[case] on_error: OnError) {
    let fixture = Fixture::new();
    fixture.workspace.fault("ANALYZE", Fault::LoseAnswer);
    fixture.workspace.fault("TABLE `dev`.`s`.`items`", Fault::Fail);
    let report = clone_with(&fixture, &with_hook(on_error)).await;
    assert_eq!(report.state, RunState::Failed, "{report:#?}");
    let again = resume(&fixture, &report.run).await;
    assert_eq!((again.state, fixture.workspace.count("ANALYZE")), (RunState::Succeeded, 1), "{again:#?}");
}

/// The outage loses the answer, and for a while nobody can ask for it.
#[tokio::test(start_paused = true)]
async fn nothing_is_sent_again_before_the_history_was_asked() {
    let fixture = with_history(false);
    fixture.workspace.state().history_outages = 20;
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::HangUnanswered);
    let workspace = fixture.workspace.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_hours(1)).await;
        workspace.release();
    });
    let mut settings = settings();
    settings.limits.max_retries = 20;
    let report = clone_with(&fixture, &settings).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(fixture.workspace.count(CLONE_OF_ORDERS), 1);
}

#[tokio::test(start_paused = true)]
async fn plan_is_refused_while_the_history_of_a_dead_run_cannot_be_read() {
    let fixture = with_history(false);
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::HangOpen);
    die(&fixture).await;
    fixture.workspace.state().history_outages = usize::MAX;
    let error = fixture.engine.plan(&settings()).await.unwrap_err();
    assert!(error.to_string().contains("history"), "{error}");
    fixture.workspace.state().history_outages = 0;
    fixture.workspace.release();
    assert_eq!(fixture.clone_catalog().await.state, RunState::Succeeded);
    assert_eq!(fixture.workspace.count(CLONE_OF_ORDERS), 1);
}

/// The platform shows a statement to who submitted it, and another principal goes on.
#[tokio::test(start_paused = true)]
async fn statement_that_somebody_else_may_not_ask_for_does_not_lock_its_destination() {
    let fixture = Fixture::new();
    die_while_cloning_orders(&fixture).await;
    let (run, _) = fixture.last_run();
    fixture.workspace.release();
    fixture.workspace.state().unanswered = Some(("`orders` DEEP CLONE", 403));
    let report = resume(&fixture, &run).await;
    assert_eq!(report.state, RunState::Succeeded, "{:?}", outcome(&report, "prod.s.orders"));
    assert_eq!(fixture.workspace.count(CLONE_OF_ORDERS), 1);
}

#[tokio::test(start_paused = true)]
async fn statement_on_another_warehouse_is_found_by_the_run_that_goes_on() {
    let fixture = with_history(false);
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::HangOpen);
    let run = die(&fixture).await;
    release_later(&fixture);
    let journal = Journal::open(fixture.home.path().join("state.db")).unwrap();
    let elsewhere = Engine::new(fixture.workspace.client(), "another", journal);
    let report = elsewhere.resume(&run, &SilentObserver, CancellationToken::new()).await.unwrap();
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(fixture.workspace.count(CLONE_OF_ORDERS), 1);
}
