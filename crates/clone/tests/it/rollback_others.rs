//! What somebody else put into what a run made: a rollback leaves it, and what it is in.

use bytes::Bytes;
use clxs_api::FullName;
use clxs_clone::journal::RunState;
use clxs_clone::plan::{Facet, PlannedChange};
use clxs_clone::{FacetStatus, Outcome, Report, SilentObserver};
use clxs_workspace::FaultPlan;
use tokio_util::sync::CancellationToken;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached, outcome};
use crate::facets::status;
use crate::refusals::{REFUSAL, refuses_request};
use crate::rollback::roll_back;

/// A catalog with a volume of two files, cloned.
async fn with_files() -> (Fixture, Report) {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.query("CREATE VOLUME prod.bronze.scans").await;
    for path in ["one", "two"] {
        upload(&fixture, "prod.bronze.scans", path, "as it was").await;
    }
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    (fixture, report)
}

async fn upload(fixture: &Fixture, volume: &str, path: &str, content: &'static str) {
    let content = Bytes::from_static(content.as_bytes());
    fixture.client.upload_file(&name(volume).into(), path, content).await.unwrap();
}

async fn download(fixture: &Fixture, path: &str) -> Bytes {
    fixture.client.download_file(&name("dev.bronze.scans").into(), path, None).await.unwrap()
}

fn kept(report: &Report, source: &str) -> String {
    match outcome(report, source) {
        Outcome::Skipped { reason } => reason,
        other => panic!("{source}: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn volume_with_files_of_others_stays_with_its_containers_and_is_named_before() {
    let (fixture, report) = with_files().await;
    upload(&fixture, "dev.bronze.scans", "mine", "mine").await;
    upload(&fixture, "dev.bronze.scans", "two", "edited since").await;
    let plan = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    let planned =
        |source: FullName| plan.securables.iter().find(|it| it.source == source).unwrap().change.clone();
    assert!(matches!(planned(name("prod.bronze.scans")), PlannedChange::Skip { .. }), "{plan}");
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    let reason = kept(&undone, "prod.bronze.scans");
    assert!(reason.contains("somebody made or changed since (mine, two)"), "{reason}");
    assert_eq!(download(&fixture, "mine").await, "mine");
    assert_eq!(download(&fixture, "two").await, "edited since");
    assert!(fixture.client.get_table(&name("dev.bronze.orders")).await.is_err());
    assert!(fixture.client.get_schema(&name("dev.gold")).await.is_err());
    let undone = roll_back(&fixture, &report, true).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    assert!(fixture.client.get_volume(&name("dev.bronze.scans")).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn volume_that_nobody_may_look_into_stays_with_the_reason() {
    let (fixture, report) = with_files().await;
    fixture.workspace.set_faults(refuses_request("GET", "/api/2.0/fs/directories/*")).unwrap();
    let undone = roll_back(&fixture, &report, false).await;
    fixture.workspace.set_faults(FaultPlan::default()).unwrap();
    let reason = kept(&undone, "prod.bronze.scans");
    assert!(reason.contains("whether it holds files of others") && reason.contains(REFUSAL), "{reason}");
    assert_eq!(download(&fixture, "one").await, "as it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn volume_as_the_run_left_it_goes() {
    let (fixture, report) = with_files().await;
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.skipped), (RunState::Succeeded, 0), "{undone:#?}");
    assert!(fixture.client.get_catalog(&clxs_api::Identifier::new("dev").unwrap()).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn schema_stays_with_what_somebody_made_in_it() {
    let (fixture, report) = with_files().await;
    fixture.query("CREATE TABLE dev.gold.mine AS SELECT 1 AS id").await;
    fixture.query("CREATE FUNCTION dev.silver.mine() RETURNS INT RETURN 1").await;
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    let reason = kept(&undone, "prod.gold");
    assert!(reason.contains("it holds dev.gold.mine"), "{reason}");
    // Its grants go, and it stays.
    let told = status(&undone, "prod.silver", Facet::Definition);
    let holds = "stays, for it holds dev.silver.mine, which is kept".to_owned();
    assert_eq!(told, Some(FacetStatus::Changed { detail: holds }));
    assert!(fixture.client.get_function(&name("dev.silver.mine")).await.is_ok());
    assert_eq!(fixture.number("SELECT count(*) FROM dev.gold.mine").await, "1");
    assert!(fixture.client.get_schema(&name("dev.bronze")).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn table_that_was_taken_from_who_rolls_back_stays_and_the_others_go() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let cloner = "cloner@example.com";
    let client = fixture.client_as(cloner).await;
    fixture
        .sql(&format!(
            "GRANT USE CATALOG, USE SCHEMA, SELECT, EXECUTE, READ VOLUME ON CATALOG prod TO `{cloner}`;\n\
             GRANT CREATE CATALOG ON METASTORE TO `{cloner}`;\n",
        ))
        .await;
    let engine = fixture.engine_of(client);
    let mut settings = settings();
    (settings.copy.ownership, settings.copy.permissions) = (false, false);
    let plan = engine.plan(&settings).await.unwrap();
    let report = engine.run(&settings, &plan, &SilentObserver, CancellationToken::new()).await.unwrap();
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    fixture.workspace.create_token("bob@example.com").await.unwrap();
    fixture
        .sql(&format!(
            "GRANT USE CATALOG, USE SCHEMA ON CATALOG dev TO `{cloner}`;\n\
             ALTER TABLE dev.bronze.orders OWNER TO `bob@example.com`;\n\
             ALTER SCHEMA dev.bronze OWNER TO `bob@example.com`;\n\
             ALTER CATALOG dev OWNER TO `bob@example.com`;\n",
        ))
        .await;
    let plan = engine.rollback_plan(&report.run, false).await.unwrap();
    let stop = CancellationToken::new();
    let undone = engine.roll_back(&report.run, &plan, &SilentObserver, stop).await.unwrap();
    let reason = kept(&undone, "prod.bronze.orders");
    assert!(reason.contains("nobody can tell whether it was changed since"), "{reason}");
    assert!(fixture.client.get_table(&name("dev.bronze.orders")).await.is_ok());
    assert!(fixture.client.get_table(&name("dev.silver.daily")).await.is_err());
}
