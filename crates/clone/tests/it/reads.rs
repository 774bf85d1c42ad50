//! What a plan asks the workspace.

use clxs_clone::journal::RunState;
use clxs_clone::plan::{AsSql, Facet, Finding};
use clxs_clone::{FacetOutcome, FacetStatus, Settings};
use serde_json::json;

use crate::catalogs::{name, settings};
use crate::faults::Fixture;
use crate::scripted::{Fault, Scripted};

fn asked(workspace: &Scripted, text: &str) -> Vec<String> {
    workspace.state().sent.iter().filter(|sql| sql.contains(text)).cloned().collect()
}

#[tokio::test(start_paused = true)]
async fn relation_of_the_metastore_is_asked_once_for_both_catalogs() {
    let fixture = Fixture::new();
    fixture.clone_catalog().await;
    fixture.workspace.state().sent.clear();
    fixture.engine.plan(&settings()).await.unwrap();
    let sent = asked(&fixture.workspace, "system.information_schema.table_tags");
    insta::assert_snapshot!(sent.join("\n"), @"SELECT catalog_name AS in_catalog, schema_name, table_name, tag_name, tag_value FROM system.information_schema.table_tags WHERE catalog_name IN ('prod', 'dev')");
}

#[tokio::test(start_paused = true)]
async fn relation_that_the_metastore_refuses_is_asked_of_each_catalog() {
    let fixture = Fixture::new();
    fixture.clone_catalog().await;
    fixture.workspace.state().sent.clear();
    fixture.engine.plan(&settings()).await.unwrap();
    let sent = asked(&fixture.workspace, "information_schema.table_tags");
    let schemas = ["system.", "`prod`.", "`dev`."].map(|schema| format!("{schema}information_schema"));
    assert_eq!(sent.len(), schemas.len(), "{sent:?}");
    for (sent, schema) in sent.iter().zip(schemas) {
        assert!(sent.contains(&schema), "{sent}");
    }
}

#[tokio::test(start_paused = true)]
async fn plans_of_one_state_are_equal_although_the_workspace_refuses_reads() {
    let fixture = Fixture::new();
    let first = fixture.engine.plan(&settings()).await.unwrap();
    let again = fixture.engine.plan(&settings()).await.unwrap();
    assert!(first.to_string().contains("nobody could read the tags"), "{first}");
    assert_eq!(first, again);
}

/// The relation of the metastore, then those of the catalogs.
#[tokio::test(start_paused = true)]
async fn tags_that_are_refused_with_a_status_of_http_are_reported_and_all_else_is_cloned() {
    let fixture = Fixture::new();
    fixture.workspace.state().catalogs.insert("dev".into(), json!({"name": "dev", "owner": "ann"}));
    for _ in 0..3 {
        fixture.workspace.fault("column_tags", Fault::Forbid);
    }
    let report = fixture.clone_catalog().await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    let told = |finding: &Finding| {
        finding.message.contains("column tags") && finding.message.contains("PERMISSION_DENIED")
    };
    assert!(report.findings.iter().any(told), "{:#?}", report.findings);
}

#[tokio::test(start_paused = true)]
async fn metastore_is_asked_once_a_plan_and_once_by_a_run_that_reads_back() {
    let fixture = Fixture::new();
    let summaries = || fixture.workspace.state().summaries;
    let settings: Settings = settings();
    let plan = fixture.engine.plan(&settings).await.unwrap();
    assert_eq!(summaries(), 1);
    let token = tokio_util::sync::CancellationToken::new();
    fixture.engine.run(&settings, &plan, &clxs_clone::SilentObserver, token).await.unwrap();
    assert_eq!(summaries(), 2);
    let again = fixture.engine.plan(&settings).await.unwrap();
    let token = tokio_util::sync::CancellationToken::new();
    fixture.engine.run(&settings, &again, &clxs_clone::SilentObserver, token).await.unwrap();
    assert_eq!(summaries(), 3);
}

#[tokio::test(start_paused = true)]
async fn tags_of_a_column_that_no_statement_can_name_are_reported_and_the_others_are_carried() {
    let fixture = Fixture::new();
    let long = "x".repeat(256);
    let row = |table: &str, column: &str| json!(["prod", "s", table, column, "pii", "ssn"]);
    fixture.workspace.state().column_tags =
        vec![row("orders", &long), row("orders", "id"), row("gone", &long)];
    let plan = fixture.engine.plan(&settings()).await.unwrap();
    let orders = plan.securables.iter().find(|it| it.source == name("prod.s.orders")).unwrap();
    let of_columns: Vec<_> = orders.facets.iter().filter(|it| it.facet == Facet::ColumnTags).collect();
    let [FacetOutcome { status: FacetStatus::Impossible { reason }, .. }] = of_columns.as_slice() else {
        panic!("{plan}")
    };
    assert!(reason.contains("the tags of a column") && reason.contains("256 characters"), "{reason}");
    let findings: Vec<_> = plan.findings.iter().filter(|it| it.message == *reason).collect();
    assert_eq!(findings.len(), 1, "{plan}");
    assert!(AsSql(&plan).to_string().contains("ALTER COLUMN `id` SET TAGS ('pii' = 'ssn')"), "{plan}");
}
