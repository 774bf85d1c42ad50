//! What is lost without a word elsewhere: lists that fail, names that look like somebody's internals, first halves of runs.

use clxs_client::ErrorKind;
use clxs_clone::journal::RunState;
use clxs_clone::settings::Guardrails;
use clxs_clone::{Error, Settings, SilentObserver};
use clxs_workspace::{FaultPlan, FaultRule};
use rstest::rstest;
use tokio_util::sync::CancellationToken;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached};
use crate::refusals::{only, refused, request};
use crate::rollback::roll_back;

fn refusing(kind: &str) -> FaultPlan {
    let path = format!("/api/2.1/unity-catalog/{kind}");
    only(FaultRule { skip: 1, ..request("GET", &path, refused()) })
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn schema_that_cannot_be_listed_ends_the_plan_and_is_no_empty_schema(
    #[values("tables", "functions", "volumes", "models")] kind: &str,
) {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.workspace.set_faults(refusing(kind)).unwrap();
    let error = fixture.engine.plan(&settings()).await.unwrap_err();
    let Error::Client { attempt, source } = &error else { panic!("{error:?}") };
    assert_eq!(source.kind(), ErrorKind::PermissionDenied);
    assert!(attempt.starts_with(&format!("list the {kind} of schema `prod.")), "{attempt}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_named_like_internals_of_pipelines_are_cloned_like_others() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    for table in ["event_log_sales", "__materialization_of_mine"] {
        fixture.query(&format!("CREATE TABLE prod.bronze.{table} AS SELECT 1 AS id")).await;
    }
    fixture.clone_with(&settings()).await;
    for table in ["event_log_sales", "__materialization_of_mine"] {
        assert_eq!(fixture.number(&format!("SELECT id FROM dev.bronze.{table}")).await, "1");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn run_that_was_resumed_is_rolled_back_whole() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let guardrails = Guardrails { max_tables: Some(1), ..Guardrails::default() };
    let stopped = fixture.clone_with(&Settings { guardrails, ..settings() }).await;
    assert_eq!(stopped.state, RunState::Aborted);
    let stop = CancellationToken::new();
    let whole = fixture.engine.resume(&stopped.run, &SilentObserver, stop).await.unwrap();
    assert_eq!(whole.state, RunState::Succeeded, "{whole:#?}");
    let undone = roll_back(&fixture, &whole, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    let gone = fixture.client.get_catalog(name("dev").catalog()).await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
}
