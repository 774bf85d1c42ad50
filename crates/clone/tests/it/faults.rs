//! Runs on a workspace that fails on demand.

use std::sync::Mutex;
use std::time::Duration;

use clxs_clone::journal::{RunId, RunState};
use clxs_clone::{Engine, Error, Event, Journal, Observer, Outcome, Report, SilentObserver};
use rstest::rstest;
use tokio_util::sync::CancellationToken;

use crate::catalogs::settings;
use crate::scripted::{Fault, Scripted};

pub(crate) struct Fixture {
    pub(crate) workspace: Scripted,
    pub(crate) engine: Engine,
    pub(crate) home: tempfile::TempDir,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let workspace = Scripted::with_prod();
        let journal = Journal::open(home.path().join("state.db")).unwrap();
        let engine = Engine::new(workspace.client(), "w", journal);
        Self { workspace, engine, home }
    }

    pub(crate) async fn clone_catalog(&self) -> Report {
        self.run(&SilentObserver, CancellationToken::new()).await.unwrap()
    }

    pub(crate) async fn run(
        &self,
        observer: &dyn Observer,
        cancellation: CancellationToken,
    ) -> clxs_clone::Result<Report> {
        let plan = self.engine.plan(&settings()).await?;
        self.engine.run(&settings(), &plan, observer, cancellation).await
    }

    pub(crate) fn last_run(&self) -> (RunId, RunState) {
        let run = self.engine.journal().runs().unwrap().remove(0);
        (run.id, run.state)
    }
}

pub(crate) fn outcome(report: &Report, name: &str) -> Outcome {
    report.securables.iter().find(|it| it.source.dotted() == name).unwrap().outcome.clone()
}

#[tokio::test(start_paused = true)]
async fn clone_of_a_new_catalog_is_complete_and_planning_again_is_empty() {
    let fixture = Fixture::new();
    let report = fixture.clone_catalog().await;
    assert_eq!((report.state, report.counts.created, report.bytes_copied), (RunState::Succeeded, 5, 40));
    let again = fixture.engine.plan(&settings()).await.unwrap();
    assert!(again.is_empty(), "{again}");
    let state = fixture.workspace.state();
    assert_eq!(state.tables["dev.s.daily"].info["view_definition"], "SELECT * FROM dev.s.orders");
    assert_eq!(state.tables["dev.s.orders"].info["comment"], "A table");
    assert!(state.grants["table/dev.s.orders"]["team"].contains("SELECT"));
}

#[tokio::test(start_paused = true)]
async fn run_of_an_empty_plan_reports_everything_as_unchanged() {
    let fixture = Fixture::new();
    fixture.clone_catalog().await;
    let report = fixture.clone_catalog().await;
    assert_eq!((report.state, report.counts.unchanged), (RunState::Succeeded, 5));
    assert_eq!(fixture.workspace.count(" CLONE "), 2);
}

#[tokio::test(start_paused = true)]
async fn clone_whose_answer_was_lost_is_not_sent_again() {
    let fixture = Fixture::new();
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::LoseAnswer);
    let report = fixture.clone_catalog().await;
    assert_eq!(report.state, RunState::Succeeded);
    assert_eq!(report.files_copied, 4);
    assert_eq!(fixture.workspace.count("TABLE `dev`.`s`.`orders` DEEP CLONE"), 1);
}

/// The schema cannot be looked at either, so it is made again and found to be there.
#[rstest]
#[case::catalog("dev")]
#[case::schema("s")]
#[tokio::test(start_paused = true)]
async fn container_whose_creation_lost_its_answer_is_taken_as_made(#[case] name: &'static str) {
    let fixture = Fixture::new();
    fixture.workspace.state().lose_creation_of = Some(name);
    let report = fixture.clone_catalog().await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
}

#[tokio::test(start_paused = true)]
async fn clone_whose_answer_was_lost_is_not_sent_again_while_nobody_can_say_whether_it_was_made() {
    let fixture = Fixture::new();
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::LoseAnswer);
    fixture.workspace.fault("HISTORY `dev`.`s`.`orders`", Fault::LoseAnswer);
    fixture.workspace.fault("HISTORY `dev`.`s`.`orders`", Fault::LoseAnswer);
    let report = fixture.clone_catalog().await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(fixture.workspace.count("TABLE `dev`.`s`.`orders` DEEP CLONE"), 1);
}

#[tokio::test(start_paused = true)]
async fn statement_that_runs_through_an_outage_is_asked_for_and_not_sent_again() {
    let fixture = Fixture::new();
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::Hang);
    fixture.workspace.state().unanswered = Some(("`orders` DEEP CLONE", 502));
    let workspace = fixture.workspace.clone();
    tokio::spawn(async move {
        // Longer than the client tries, far shorter than twenty times that.
        tokio::time::sleep(Duration::from_secs(90)).await;
        workspace.release();
        workspace.state().unanswered = None;
    });
    let mut settings = settings();
    settings.limits.max_retries = 20;
    let plan = fixture.engine.plan(&settings).await.unwrap();
    let run = fixture.engine.run(&settings, &plan, &SilentObserver, CancellationToken::new());
    let report = run.await.unwrap();
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert!(report.retries > 0);
    assert_eq!(fixture.workspace.count("TABLE `dev`.`s`.`orders` DEEP CLONE"), 1);
}

/// Neither a run that gives up nor one whose token ends knows how its statement ends: the next plan asks.
#[rstest]
#[case::workspace_out_of_reach(502)]
#[case::token_is_over(401)]
#[tokio::test(start_paused = true)]
async fn statement_of_unknown_end_is_asked_for_by_the_next_plan_and_not_sent_again(#[case] status: u16) {
    let fixture = Fixture::new();
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::Hang);
    fixture.workspace.state().unanswered = Some(("`orders` DEEP CLONE", status));
    let ended = fixture.run(&SilentObserver, CancellationToken::new()).await;
    assert_eq!(ended.is_err(), status == 401);
    let (first, state) = fixture.last_run();
    assert_eq!(state, RunState::Failed);
    let report = fixture.engine.journal().report(&first).unwrap();
    let Outcome::Failed { error } = outcome(&report, "prod.s.orders") else { panic!("{report:#?}") };
    assert!(error.contains("the next plan asks"), "{error}");

    fixture.workspace.state().unanswered = None;
    fixture.workspace.release();
    let again = fixture.clone_catalog().await;
    assert_eq!(again.state, RunState::Succeeded, "{again:#?}");
    assert_eq!(fixture.workspace.count("TABLE `dev`.`s`.`orders` DEEP CLONE"), 1);
    assert!(fixture.engine.plan(&settings()).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn statement_that_cannot_be_journalled_is_cancelled_and_ends_the_run() {
    struct JournalBreaker(std::path::PathBuf);
    impl Observer for JournalBreaker {
        fn on_event(&self, event: &Event) {
            if matches!(event, Event::RunStarted { .. }) {
                let connection = rusqlite::Connection::open(&self.0).unwrap();
                connection.execute_batch("DROP TABLE statements").unwrap();
            }
        }
    }
    let fixture = Fixture::new();
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::Hang);
    let breaker = JournalBreaker(fixture.engine.journal().path().to_owned());
    let ended = fixture.run(&breaker, CancellationToken::new()).await;
    assert!(matches!(ended, Err(Error::Journal { .. })));
    assert_eq!(fixture.workspace.states_of("`orders` DEEP CLONE"), ["CANCELED"]);
}

#[tokio::test(start_paused = true)]
async fn table_edited_after_the_plan_was_made_is_kept() {
    let fixture = Fixture::new();
    fixture.clone_catalog().await;
    fixture.workspace.commit("prod.s.orders", "4", "WRITE");
    let plan = fixture.engine.plan(&settings()).await.unwrap();
    assert_eq!(plan.counts().replace, 1);
    fixture.workspace.commit("dev.s.orders", "2", "MERGE");
    let settings = settings();
    let run = fixture.engine.run(&settings, &plan, &SilentObserver, CancellationToken::new());
    let report = run.await.unwrap();
    assert!(
        matches!(outcome(&report, "prod.s.orders"), Outcome::Failed { error } if error.contains("(MERGE)"))
    );
    assert_eq!(fixture.workspace.count("OR REPLACE TABLE"), 0);
}

#[tokio::test(start_paused = true)]
async fn whatever_is_sent_changes_the_destination_alone() {
    let fixture = Fixture::new();
    fixture.clone_catalog().await;
    fixture.workspace.commit("prod.s.orders", "4", "WRITE");
    fixture.clone_catalog().await;
    let state = fixture.workspace.state();
    for write in &state.writes {
        let is_destination = ["/dev ", "/dev.", "\"name\":\"dev\"", "\"catalog_name\":\"dev\""];
        assert!(is_destination.iter().any(|text| write.contains(text)), "{write}");
        assert!(!write.contains("prod"), "{write}");
    }
    let changing =
        state.sent.iter().filter(|sql| !sql.starts_with("DESCRIBE ") && !sql.starts_with("SELECT "));
    let targets: Vec<_> = changing.map(|sql| sql.split('`').nth(1).unwrap()).collect();
    assert!(targets.len() > 4 && targets.iter().all(|catalog| *catalog == "dev"), "{targets:?}");
    assert!(!state.writes.is_empty());
}

#[tokio::test(start_paused = true)]
async fn transient_failure_is_tried_again_and_counted() {
    let fixture = Fixture::new();
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::FailForNow);
    let report = fixture.clone_catalog().await;
    assert_eq!((report.state, report.retries), (RunState::Succeeded, 1));
}

#[tokio::test(start_paused = true)]
async fn failed_table_blocks_its_view_and_nothing_else() {
    let fixture = Fixture::new();
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::Fail);
    let report = fixture.clone_catalog().await;
    assert_eq!(report.state, RunState::Failed);
    assert!(
        matches!(outcome(&report, "prod.s.orders"), Outcome::Failed { error } if error.contains("DIVIDE_BY_ZERO"))
    );
    let blocked = "blocked: table dev.s.orders failed".to_owned();
    assert_eq!(outcome(&report, "prod.s.daily"), Outcome::Failed { error: blocked });
    assert_eq!(outcome(&report, "prod.s.items"), Outcome::Created);
    assert_eq!(fixture.clone_catalog().await.state, RunState::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn unknown_principal_is_listed_and_the_others_get_their_grants() {
    let fixture = Fixture::new();
    {
        let mut state = fixture.workspace.state();
        state.unknown_principals.insert("gone".into());
        let grants = state.grants.get_mut("table/prod.s.orders").unwrap();
        grants.insert("gone".into(), ["MODIFY".to_owned()].into());
    }
    let report = fixture.clone_catalog().await;
    assert_eq!((report.state, report.grants_skipped), (RunState::Succeeded, 1));
    let state = fixture.workspace.state();
    assert!(state.grants["table/dev.s.orders"].contains_key("team"));
    assert!(!state.grants["table/dev.s.orders"].contains_key("gone"));
}

#[tokio::test(start_paused = true)]
async fn cancelled_run_cancels_its_statements_and_can_be_finished_later() {
    let fixture = Fixture::new();
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::Hang);
    let cancellation = CancellationToken::new();
    let timer = cancellation.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_mins(1)).await;
        timer.cancel();
    });
    let report = fixture.run(&SilentObserver, cancellation).await.unwrap();
    assert_eq!(report.state, RunState::Cancelled);
    assert_eq!(fixture.workspace.states_of("TABLE `dev`.`s`.`orders` DEEP"), ["CANCELED"]);
    assert_eq!(outcome(&report, "prod.s.items"), Outcome::Created);
    assert_eq!(fixture.clone_catalog().await.state, RunState::Succeeded);
    assert_eq!(fixture.workspace.count("TABLE `dev`.`s`.`items` DEEP CLONE"), 1);
}

/// Runs until a statement hangs, and then drops the run as a dying process would.
pub(crate) async fn die_while_cloning_orders(fixture: &Fixture) {
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::Hang);
    let run = fixture.run(&SilentObserver, CancellationToken::new());
    tokio::time::timeout(Duration::from_mins(1), run).await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn statement_of_a_dead_run_is_waited_for_and_not_sent_again() {
    let fixture = Fixture::new();
    die_while_cloning_orders(&fixture).await;
    let (dead, state) = fixture.last_run();
    assert_eq!(state, RunState::Running);
    fixture.workspace.release();
    let report = fixture.clone_catalog().await;
    assert_eq!(report.state, RunState::Succeeded);
    assert_eq!(fixture.workspace.count("TABLE `dev`.`s`.`orders` DEEP CLONE"), 1);
    let dead = fixture.engine.journal().report(&dead).unwrap();
    assert_eq!(dead.state, RunState::Interrupted);
    assert!(fixture.engine.plan(&settings()).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn second_run_on_a_destination_is_refused_while_the_first_runs() {
    let fixture = Fixture::new();
    let plan = fixture.engine.plan(&settings()).await.unwrap();
    fixture.workspace.fault("TABLE `dev`.`s`.`orders`", Fault::Hang);
    let settings = settings();
    let first = fixture.engine.run(&settings, &plan, &SilentObserver, CancellationToken::new());
    let second = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        let refused = fixture.engine.run(&settings, &plan, &SilentObserver, CancellationToken::new()).await;
        fixture.workspace.release();
        refused
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(first.unwrap().state, RunState::Succeeded);
    assert!(matches!(second, Err(Error::Locked { .. })));
}

#[derive(Default)]
struct Recorder(Mutex<Vec<Event>>);

impl Observer for Recorder {
    fn on_event(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

#[tokio::test(start_paused = true)]
async fn events_tell_the_lines_of_the_log() {
    let fixture = Fixture::new();
    let recorder = Recorder::default();
    fixture.run(&recorder, CancellationToken::new()).await.unwrap();
    let events = recorder.0.lock().unwrap();
    assert!(matches!(&events[0], Event::SchemasFound { schemas } if schemas.len() == 1));
    assert!(matches!(&events[1], Event::RunStarted { tables: 2, schemas: 1, .. }));
    let finished = events.iter().filter(|event| matches!(event, Event::SecurableFinished { .. })).count();
    assert_eq!(finished, 5);
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::SchemaFinished { cloned: 2, failed: 0, skipped: 0, .. }))
    );
    assert!(matches!(events.last(), Some(Event::RunFinished { state: RunState::Succeeded, .. })));
}

#[tokio::test(start_paused = true)]
async fn statement_that_was_refused_for_now_waits_for_its_turn_like_every_other() {
    let fixture = Fixture::new();
    fixture.workspace.state().refused_clones = 6;
    let mut settings = settings();
    settings.limits.max_rps = 1;
    let plan = fixture.engine.plan(&settings).await.unwrap();
    fixture.workspace.state().submissions.clear();
    let run = fixture.engine.run(&settings, &plan, &SilentObserver, CancellationToken::new());
    assert_eq!(run.await.unwrap().state, RunState::Succeeded);
    let submissions = fixture.workspace.state().submissions.clone();
    assert!(submissions.len() > 8);
    let gaps = submissions.windows(2).map(|pair| pair[1] - pair[0]);
    assert!(gaps.min() >= Some(Duration::from_millis(990)), "{submissions:?}");
}
