//! Plans that are written down and run later.

use clxs_clone::journal::RunState;
use clxs_clone::plan::{DriftState, SavedPlan, write_json};
use clxs_clone::{Error, Settings, SilentObserver};
use rstest::rstest;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::catalogs::settings;
use crate::faults::Fixture;

async fn saved(fixture: &Fixture) -> SavedPlan {
    let settings = Settings { exact: true, ..settings() };
    let plan = fixture.engine.plan(&settings).await.unwrap();
    let mut json = Vec::new();
    write_json(&plan, Some(&settings), &mut json).unwrap();
    SavedPlan::from_json(std::str::from_utf8(&json).unwrap()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn saved_plan_of_what_has_not_moved_is_run_as_it_is() {
    let fixture = Fixture::new();
    let saved = saved(&fixture).await;
    fixture.engine.check_saved(&saved).await.unwrap();
    let run =
        fixture.engine.run(&saved.settings, &saved.plan, &SilentObserver, CancellationToken::new()).await;
    assert_eq!(run.unwrap().state, RunState::Succeeded);
}

/// A table that is still to be made, and one that the destination has: its own edit counts as well.
#[rstest]
#[case::source_of_a_new_table(false, "prod.s.orders")]
#[case::source_of_a_table_that_is_there(true, "prod.s.orders")]
#[case::destination(true, "dev.s.orders")]
#[tokio::test(start_paused = true)]
async fn saved_plan_is_refused_by_the_names_of_what_moved(#[case] cloned: bool, #[case] moves: &str) {
    let fixture = Fixture::new();
    if cloned {
        fixture.clone_catalog().await;
    }
    let saved = saved(&fixture).await;
    fixture.workspace.commit(moves, "9", "WRITE");
    let refused = fixture.engine.check_saved(&saved).await.unwrap_err();
    let Error::StalePlan { moved } = &refused else { panic!("{refused}") };
    assert_eq!(moved.iter().map(|it| it.name.dotted()).collect::<Vec<_>>(), [moves]);
    assert!(refused.to_string().contains(&format!("table {moves} moved")), "{refused}");
}

/// To apply a plan twice does nothing: the destination is by then what the plan makes of it.
#[tokio::test(start_paused = true)]
async fn destination_that_a_saved_plan_refreshed_already_is_named() {
    let fixture = Fixture::new();
    fixture.clone_catalog().await;
    fixture.workspace.commit("prod.s.orders", "9", "WRITE");
    let saved = saved(&fixture).await;
    fixture.clone_catalog().await;
    let refused = fixture.engine.check_saved(&saved).await.unwrap_err();
    let Error::StalePlan { moved } = &refused else { panic!("{refused}") };
    assert_eq!(moved.iter().map(|it| it.name.dotted()).collect::<Vec<_>>(), ["dev.s.orders"]);
}

#[tokio::test(start_paused = true)]
async fn destination_that_somebody_made_meanwhile_is_named() {
    let fixture = Fixture::new();
    let saved = saved(&fixture).await;
    fixture.workspace.state().catalogs.insert("dev".into(), json!({"name": "dev", "owner": "root"}));
    let Err(Error::StalePlan { moved }) = fixture.engine.check_saved(&saved).await else { panic!() };
    assert!(moved.iter().any(|it| it.name.dotted() == "dev"), "{moved:?}");
    assert!(!moved.iter().any(|it| it.name.dotted() == "prod"), "{moved:?}");
}

#[rstest]
#[case::other_document(r#"{"schema": "clxs.report", "version": 1}"#, "schema")]
#[case::other_version(r#"{"schema": "clxs.plan", "version": 99}"#, "version")]
#[case::no_settings(r#"{"schema": "clxs.plan", "version": 1}"#, "settings")]
#[case::no_json("plan", "expected")]
fn what_is_no_plan_is_refused(#[case] text: &str, #[case] problem: &str) {
    let refused = SavedPlan::from_json(text).unwrap_err().to_string();
    assert!(refused.contains(problem), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn drift_tells_every_table_apart() {
    let fixture = Fixture::new();
    let states = async || {
        let tables = fixture.engine.drift(&settings()).await.unwrap();
        tables.into_iter().map(|it| format!("{} {}", it.table.dotted(), it.state)).collect::<Vec<_>>()
    };
    assert_eq!(states().await, ["prod.s.items never_cloned", "prod.s.orders never_cloned"]);
    fixture.clone_catalog().await;
    assert!(fixture.engine.drift(&settings()).await.unwrap().iter().all(|it| it.state == DriftState::InSync));
    fixture.workspace.commit("prod.s.items", "4", "WRITE");
    fixture.workspace.commit("dev.s.orders", "2", "DELETE");
    assert_eq!(states().await, ["prod.s.items version_drift", "prod.s.orders target_edited"]);
}
