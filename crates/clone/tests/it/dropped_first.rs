//! Tables that `force_reclone` would drop, under policies that only the destination has.

use clxs_clone::plan::{Plan, PlannedChange};
use clxs_clone::settings::CloneType;
use clxs_clone::{Outcome, Settings};
use clxs_workspace::FaultPlan;
use rstest::rstest;
use serde_json::json;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached, outcome};
use crate::policies::reason;
use crate::refusals::{REFUSAL, refuses_request};
use crate::rollback::roll_back;

const ON_TABLE: &str = "CREATE POLICY ours ON TABLE dev.bronze.items ROW FILTER dev.own.nothing TO `account users` FOR TABLES;\n";
const BY_TAG: &str = "ALTER TABLE dev.bronze.items SET TAGS ('secret' = '');\n\
    CREATE POLICY ours ON SCHEMA dev.bronze ROW FILTER dev.own.nothing TO `account users` FOR TABLES WHEN has_tag('secret');\n";
const BY_COLUMN: &str = "ALTER TABLE dev.bronze.items ALTER COLUMN name SET TAGS ('pii' = '');\n\
    CREATE POLICY ours ON CATALOG dev COLUMN MASK dev.own.hide TO `account users` FOR TABLES MATCH COLUMNS has_tag('pii') AS c ON COLUMN c;\n";

/// A deep clone.
async fn cloned() -> Fixture {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.clone_with(&settings()).await;
    fixture
        .sql(
            "CREATE SCHEMA dev.own;\n\
             CREATE FUNCTION dev.own.nothing() RETURNS BOOLEAN RETURN false;\n\
             CREATE FUNCTION dev.own.hide(name STRING) RETURNS STRING RETURN '***';\n",
        )
        .await;
    fixture
}

/// What makes shallow clones of it, which replace nothing.
fn forced() -> Settings {
    Settings { clone_type: CloneType::Shallow, force_reclone: true, ..settings() }
}

fn is_dropped(plan: &Plan, table: &str) -> bool {
    let planned = plan.securables.iter().find(|it| it.source == name(table)).unwrap();
    matches!(planned.change, PlannedChange::Replace { .. })
}

#[rstest]
#[case::on_the_table(ON_TABLE, true)]
#[case::by_a_tag_of_the_table(BY_TAG, true)]
#[case::by_a_tag_of_a_column(BY_COLUMN, true)]
#[case::where_no_tags_are_carried(BY_COLUMN, false)]
#[tokio::test(flavor = "multi_thread")]
async fn table_under_a_policy_of_the_destination_s_own_is_not_dropped_where_its_successor_would_be_without(
    #[case] own: &str,
    #[case] copies_tags: bool,
) {
    let fixture = cloned().await;
    fixture.sql(own).await;
    let mut settings = forced();
    settings.copy.tags = copies_tags;
    let report = fixture.clone_with(&settings).await;
    let Outcome::Skipped { reason } = outcome(&report, "prod.bronze.items") else { panic!("{report:#?}") };
    assert!(reason.starts_with("force_reclone would drop it first, and"), "{reason}");
    assert!(reason.contains("the policy ours"), "{reason}");
    assert_eq!(outcome(&report, "prod.bronze.orders"), Outcome::Replaced, "{report:#?}");
}

#[rstest]
#[case::tag_that_no_policy_goes_by("ALTER TABLE dev.bronze.items SET TAGS ('ours' = '');\n")]
#[case::policy_that_goes_by_no_tag(
    "CREATE POLICY ours ON SCHEMA dev.bronze ROW FILTER dev.own.nothing TO `account users` FOR TABLES;\n"
)]
#[case::policy_about_another_table(
    "ALTER TABLE dev.bronze.items SET TAGS ('ours' = '');\n\
     ALTER TABLE dev.bronze.orders SET TAGS ('secret' = '');\n\
     CREATE POLICY ours ON SCHEMA dev.bronze ROW FILTER dev.own.nothing TO `account users` FOR TABLES WHEN has_tag('secret');\n"
)]
#[tokio::test(flavor = "multi_thread")]
async fn table_is_dropped_where_its_successor_is_under_the_same_policies(#[case] own: &str) {
    let fixture = cloned().await;
    fixture.sql(own).await;
    let plan = fixture.plan(&forced()).await;
    assert!(is_dropped(&plan, "prod.bronze.items"), "{plan}");
}

/// An answer to whom asks for the policies on a table.
fn answer(status: u16, code: &str) -> FaultPlan {
    let error = json!({"status": status, "error_code": code, "message": "ask MANAGE of somebody"});
    let path = "/api/2.1/unity-catalog/policies/table/dev.bronze.items";
    let rule = json!({"method": "GET", "path": path, "effect": {"error": error}});
    serde_json::from_value(json!({ "rules": [rule] })).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn table_is_not_dropped_where_nobody_may_read_its_policies() {
    let fixture = cloned().await;
    fixture.workspace.set_faults(answer(403, "PERMISSION_DENIED")).unwrap();
    let plan = fixture.plan(&forced()).await;
    let skipped = reason(&plan, "prod.bronze.items");
    assert!(skipped.contains("nobody could read") && skipped.contains("ask MANAGE of somebody"), "{skipped}");
    assert!(is_dropped(&plan, "prod.bronze.orders"), "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_of_the_destination_s_tables_are_read_only_of_those_that_would_be_dropped() {
    let fixture = cloned().await;
    let mut reads = Vec::new();
    for settings in [settings(), Settings { force_reclone: true, ..settings() }, forced()] {
        fixture.sent.clear();
        fixture.plan(&settings).await;
        reads.push(fixture.sent.count("/policies/table/dev."));
    }
    assert_eq!(reads, [0, 0, 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_keeps_a_table_of_which_it_may_not_see_whether_it_is_the_one_that_was_dropped() {
    let fixture = cloned().await;
    let report = fixture.clone_with(&forced()).await;
    assert_eq!(outcome(&report, "prod.bronze.items"), Outcome::Replaced, "{report:#?}");
    let items = "/api/2.1/unity-catalog/tables/dev.bronze.items";
    fixture.workspace.set_faults(refuses_request("GET", items)).unwrap();
    let undone = roll_back(&fixture, &report, false).await;
    fixture.workspace.set_faults(FaultPlan::default()).unwrap();
    let Outcome::Skipped { reason } = outcome(&undone, "prod.bronze.items") else { panic!("{undone:#?}") };
    assert!(reason.contains("can be brought back") && reason.contains(REFUSAL), "{reason}");
    assert_eq!(undone.counts.failed, 0, "{undone:#?}");
}
