//! Tables that nobody reads, where the settings leave them out.

use clxs_clone::plan::{Plan, PlannedChange};
use clxs_clone::settings::Selection;
use clxs_clone::{Engine, Error, ErrorKind, Journal, Settings};
use serde_json::json;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached};
use crate::scripted::Scripted;

fn unused(days: u64) -> Settings {
    let selection = Selection { unused_days: Some(days), ..settings().selection };
    Settings { selection, ..settings() }
}

/// A workspace whose tables are old, and of which these were read.
fn scripted(read: &[&'static str]) -> Scripted {
    let scripted = Scripted::with_prod();
    let mut state = scripted.state();
    state.lineage = Some(read.to_vec());
    for table in state.tables.values_mut() {
        table.info["created_at"] = json!(1);
    }
    drop(state);
    scripted
}

async fn planned(scripted: &Scripted) -> Plan {
    planned_with(scripted, &unused(30)).await
}

async fn planned_with(scripted: &Scripted, settings: &Settings) -> Plan {
    let home = tempfile::tempdir().unwrap();
    let journal = Journal::open(home.path().join("state.db")).unwrap();
    Engine::new(scripted.client(), "w", journal).plan(settings).await.unwrap()
}

fn change(plan: &Plan, table: &str) -> PlannedChange {
    plan.securables.iter().find(|planned| planned.source == name(table)).unwrap().change.clone()
}

fn left_out() -> PlannedChange {
    PlannedChange::Skip { reason: "nobody read it for 30 days (skip_unused)".to_owned() }
}

#[tokio::test]
async fn tables_that_nobody_read_are_left_out_with_the_views_over_them() {
    let scripted = scripted(&["items"]);
    let plan = planned(&scripted).await;
    assert_eq!(change(&plan, "prod.s.items"), PlannedChange::Create);
    assert_eq!(change(&plan, "prod.s.orders"), left_out());
    let PlannedChange::Skip { reason } = change(&plan, "prod.s.daily") else { panic!("{plan}") };
    assert!(reason.contains("reads prod.s.orders, which is skipped: nobody read it"), "{reason}");
}

#[tokio::test]
async fn lineage_is_asked_once_and_without_the_reads_of_clones() {
    let scripted = scripted(&["items"]);
    planned(&scripted).await;
    let sent = scripted.state().sent.clone();
    let asked: Vec<_> = sent.iter().filter(|sql| sql.contains("table_lineage")).cloned().collect();
    insta::assert_snapshot!(asked.join("\n"));
}

#[tokio::test]
async fn nothing_is_asked_about_a_table_that_is_left_out() {
    let scripted = scripted(&["items"]);
    planned_with(&scripted, &Settings { exact: true, ..unused(30) }).await;
    assert_eq!(scripted.count("`items`"), 1, "{:#?}", scripted.state().sent);
    assert_eq!(scripted.count("`orders`"), 0, "{:#?}", scripted.state().sent);
}

#[tokio::test]
async fn table_behind_a_view_that_somebody_read_is_cloned() {
    let plan = planned(&scripted(&["daily"])).await;
    assert_eq!(change(&plan, "prod.s.orders"), PlannedChange::Create);
    assert_eq!(change(&plan, "prod.s.daily"), PlannedChange::Create);
    assert_eq!(change(&plan, "prod.s.items"), left_out());
}

#[tokio::test]
async fn table_that_is_younger_than_that_is_cloned() {
    let scripted = scripted(&[]);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let now = u64::try_from(now).unwrap();
    scripted.state().tables.get_mut("prod.s.items").unwrap().info["created_at"] = json!(now);
    let plan = planned(&scripted).await;
    assert_eq!(change(&plan, "prod.s.items"), PlannedChange::Create);
    assert_eq!(change(&plan, "prod.s.orders"), left_out());
}

#[tokio::test(flavor = "multi_thread")]
async fn workspace_that_does_not_tell_gets_no_plan() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let error = fixture.engine.plan(&unused(30)).await.unwrap_err();
    assert!(matches!(error, Error::UnreadableUsage { .. }), "{error:?}");
    assert!(error.to_string().contains("system.access.table_lineage"), "{error}");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(cause.contains("the system table `system`.`access`.`table_lineage`"), "{cause}");
    let error = fixture.engine.plan(&unused(400)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage, "{error}");
}
