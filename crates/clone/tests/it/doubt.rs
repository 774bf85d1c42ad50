//! What a run may have done although it does not know, and what nobody read back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use clxs_client::auth::PersonalAccessToken;
use clxs_client::transport::Body;
use clxs_client::{ErrorKind, ServiceTransport, Transport, TransportError};
use clxs_clone::journal::RunState;
use clxs_clone::{Engine, Event, FacetStatus, Observer, Outcome, Report, Settings, SilentObserver};
use clxs_workspace::{FaultEffect, FaultPlan};
use futures::future::BoxFuture;
use rstest::rstest;
use tokio_util::sync::CancellationToken;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture as Embedded, Reached, client_over, outcome};
use crate::faults::Fixture;
use crate::refusals::{REFUSAL, refused, refuses_request, request};
use crate::rollback::roll_back;

/// The answer to the making of something is lost, and nobody may look whether it is there.
fn loses(path: &str) -> FaultPlan {
    let rules =
        vec![request("POST", path, FaultEffect::LostAfter), request("GET", &format!("{path}/*"), refused())];
    FaultPlan { seed: 0, rules }
}

/// Catalog `prod` with a schema, a table and a volume, and catalog `dev`, which was there before.
async fn with_volume() -> Embedded {
    let fixture = Embedded::new(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE CATALOG prod;\nCREATE SCHEMA prod.s;\nCREATE TABLE prod.s.t AS SELECT 1 AS id;\n\
             CREATE VOLUME prod.s.files;\nCREATE CATALOG dev;\n",
        )
        .await;
    fixture
}

/// A clone that does nothing twice.
async fn clone_once(fixture: &Embedded, faults: FaultPlan) -> Report {
    let mut settings = settings();
    settings.limits.max_retries = 0;
    let plan = fixture.plan(&settings).await;
    fixture.workspace.set_faults(faults).unwrap();
    let stop = CancellationToken::new();
    let report = fixture.engine.run(&settings, &plan, &SilentObserver, stop).await.unwrap();
    fixture.workspace.set_faults(FaultPlan::default()).unwrap();
    report
}

#[rstest]
#[case::schema("/api/2.1/unity-catalog/schemas")]
#[case::volume("/api/2.1/unity-catalog/volumes")]
#[tokio::test(flavor = "multi_thread")]
async fn rollback_removes_what_was_made_although_its_answer_was_lost(#[case] path: &str) {
    let fixture = with_volume().await;
    let report = clone_once(&fixture, loses(path)).await;
    assert_eq!(report.state, RunState::Failed, "{report:#?}");
    assert!(fixture.client.get_schema(&name("dev.s")).await.is_ok());
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    let gone = fixture.client.get_schema(&name("dev.s")).await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
    let first = fixture.engine.journal().report(&report.run).unwrap();
    assert_eq!(first.state, RunState::RolledBack);
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_keeps_what_it_may_not_see_of_what_may_have_been_made() {
    let fixture = with_volume().await;
    let path = "/api/2.1/unity-catalog/volumes";
    let report = clone_once(&fixture, loses(path)).await;
    fixture.workspace.set_faults(refuses_request("GET", &format!("{path}/*"))).unwrap();
    let undone = roll_back(&fixture, &report, false).await;
    fixture.workspace.set_faults(FaultPlan::default()).unwrap();
    let volume = outcome(&undone, "prod.s.files");
    let Outcome::Skipped { reason } = &volume else { panic!("{undone:#?}") };
    assert!(
        reason.contains("nobody can tell whether the run made it") && reason.contains(REFUSAL),
        "{reason}"
    );
    assert!(fixture.client.get_volume(&name("dev.s.files")).await.is_ok());
    assert!(fixture.client.get_table(&name("dev.s.t")).await.is_err());
}

/// It never was made.
#[tokio::test(flavor = "multi_thread")]
async fn rollback_has_nothing_to_remove_of_what_never_arrived() {
    let fixture = with_volume().await;
    let mut faults = loses("/api/2.1/unity-catalog/volumes");
    faults.rules[0].effect = FaultEffect::DropBefore;
    let report = clone_once(&fixture, faults).await;
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert!(fixture.client.get_schema(&name("dev.s")).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn run_of_which_a_table_is_kept_is_not_rolled_back_and_can_be_undone_to_its_end() {
    let fixture = with_volume().await;
    let report = fixture.clone_with(&settings()).await;
    fixture.query("INSERT INTO dev.s.t VALUES (2)").await;
    let kept = roll_back(&fixture, &report, false).await;
    assert_eq!(kept.state, RunState::Succeeded, "{kept:#?}");
    assert_eq!(fixture.number("SELECT count(*) FROM dev.s.t").await, "2");
    assert_eq!(fixture.engine.journal().report(&report.run).unwrap().state, RunState::Succeeded);
    let undone = roll_back(&fixture, &report, true).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert_eq!(fixture.engine.journal().report(&report.run).unwrap().state, RunState::RolledBack);
    assert!(fixture.client.get_schema(&name("dev.s")).await.is_err());
}

/// Does something when the last securable of a clone of five is finished.
struct AtTheEnd<F>(AtomicUsize, F);

impl<F: Fn() + Send + Sync> Observer for AtTheEnd<F> {
    fn on_event(&self, event: &Event) {
        if matches!(event, Event::SecurableFinished { .. }) && self.0.fetch_add(1, Ordering::Relaxed) == 4 {
            (self.1)();
        }
    }
}

async fn resume(fixture: &Fixture, report: &Report) -> Report {
    fixture.engine.resume(&report.run, &SilentObserver, CancellationToken::new()).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn run_that_is_cancelled_before_anything_was_read_back_is_cancelled_and_goes_on_with_that() {
    let fixture = Fixture::new();
    let stop = CancellationToken::new();
    let token = stop.clone();
    let report = fixture.run(&AtTheEnd(AtomicUsize::new(0), move || token.cancel()), stop).await.unwrap();
    assert_eq!((report.state, report.counts.failed), (RunState::Cancelled, 0), "{report:#?}");
    let report = resume(&fixture, &report).await;
    assert_eq!((report.state, report.counts.created), (RunState::Succeeded, 5), "{report:#?}");
}

/// Cancels when a file is written.
#[derive(Debug)]
struct StopAtFile(ServiceTransport, CancellationToken);

impl Transport for StopAtFile {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        if request.method() == http::Method::PUT && request.uri().path().contains("/fs/files/") {
            self.1.cancel();
        }
        self.0.send(request)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn copy_of_files_that_was_cancelled_is_cancelled_and_blocks_nothing() {
    let fixture = with_volume().await;
    for number in 0..40 {
        let path = format!("{number}.txt");
        fixture.client.upload_file(&name("prod.s.files").into(), &path, "x".into()).await.unwrap();
    }
    let stop = CancellationToken::new();
    let transport = StopAtFile(ServiceTransport::new(fixture.workspace.router()), stop.clone());
    let token = Arc::new(PersonalAccessToken::new(fixture.workspace.admin_token().unwrap()));
    let engine = Engine::new(client_over(transport, token), "local", fixture.engine.journal().clone());
    let plan = engine.plan(&settings()).await.unwrap();
    let report = engine.run(&settings(), &plan, &SilentObserver, stop).await.unwrap();
    let files = report.securables.iter().find(|it| it.source == name("prod.s.files")).unwrap();
    assert!(files.facets.iter().all(|facet| !format!("{facet:?}").contains("blocked")), "{files:#?}");
    assert_eq!(report.state, RunState::Cancelled, "{report:#?}");
    let again = engine.resume(&report.run, &SilentObserver, CancellationToken::new()).await.unwrap();
    assert_eq!((again.state, again.counts.failed), (RunState::Succeeded, 0), "{again:#?}");
}

#[tokio::test(start_paused = true)]
async fn run_that_cannot_read_back_what_it_wrote_says_why_and_goes_on_with_that() {
    let fixture = Fixture::new();
    let workspace = fixture.workspace.clone();
    let breaks = move || workspace.state().fails_lists = true;
    let report = fixture.run(&AtTheEnd(AtomicUsize::new(0), breaks), CancellationToken::new()).await.unwrap();
    assert_eq!(report.state, RunState::Failed, "{report:#?}");
    let orders = report.securables.iter().find(|it| it.source == name("prod.s.orders")).unwrap();
    assert_eq!(orders.outcome, Outcome::Created);
    let unverified = |status: &FacetStatus| matches!(status, FacetStatus::Unverified { reason } if reason.contains("INTERNAL_ERROR"));
    assert!(orders.facets.iter().any(|facet| unverified(&facet.status)), "{orders:#?}");
    fixture.workspace.state().fails_lists = false;
    let report = resume(&fixture, &report).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert!(!report.securables.iter().flat_map(|it| &it.facets).any(|facet| unverified(&facet.status)));
}

#[tokio::test(start_paused = true)]
async fn run_is_refused_while_a_plan_waits_for_what_a_dead_one_left_and_is_told_so() {
    let fixture = Fixture::new();
    crate::faults::die_while_cloning_orders(&fixture).await;
    let (dead, _) = fixture.last_run();
    let plan = fixture.engine.journal().plan_of(&dead).unwrap();
    let settings: Settings = settings();
    let planning = async {
        fixture.engine.plan(&settings).await.unwrap();
    };
    let refused = async {
        tokio::time::sleep(std::time::Duration::from_secs(30)).await;
        let run = fixture.engine.run(&settings, &plan, &SilentObserver, CancellationToken::new());
        let refused = run.await.unwrap_err().to_string();
        fixture.workspace.release();
        refused
    };
    let ((), refused) = tokio::join!(planning, refused);
    assert!(refused.contains("looks after") && !refused.contains(dead.as_str()), "{refused}");
}
