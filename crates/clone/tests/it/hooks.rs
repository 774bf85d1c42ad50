//! Statements of the user around a clone.

use clxs_clone::journal::RunState;
use clxs_clone::plan::Facet;
use clxs_clone::settings::{Hook, HookSql, Hooks, OnError, Selection};
use clxs_clone::{FacetStatus, Outcome, Report, Settings, SilentObserver};
use rstest::rstest;
use tokio_util::sync::CancellationToken;

use crate::catalogs::settings;
use crate::embedded::{Fixture as Embedded, Reached};
use crate::faults::Fixture;
use crate::scripted::Fault;

fn hook(sql: &str, on_error: OnError) -> Vec<Hook> {
    vec![Hook { sql: HookSql::new(sql).unwrap(), description: String::new(), on_error }]
}

async fn clone_with(fixture: &Fixture, hooks: Hooks) -> Report {
    let settings = Settings { hooks, ..settings() };
    let plan = fixture.engine.plan(&settings).await.unwrap();
    fixture.engine.run(&settings, &plan, &SilentObserver, CancellationToken::new()).await.unwrap()
}

/// The statements that change something, or are hooks, by their first two words.
fn sent(fixture: &Fixture) -> Vec<String> {
    let state = fixture.workspace.state();
    let sent = state.sent.iter().filter(|sql| !sql.starts_with("DESCRIBE") && !sql.starts_with("SELECT"));
    sent.map(|sql| sql.split_whitespace().take(2).collect::<Vec<_>>().join(" ")).collect()
}

#[tokio::test(start_paused = true)]
async fn hooks_run_before_after_each_schema_and_after_everything_with_their_variables() {
    let fixture = Fixture::new();
    let hooks = Hooks {
        pre_clone: hook("ANALYZE pre_${source_catalog}", OnError::Fail),
        post_schema: hook("ANALYZE ${dest_catalog}.${schema}", OnError::Warn),
        post_clone: hook("OPTIMIZE ${dest_catalog}.s.orders", OnError::Ignore),
    };
    let report = clone_with(&fixture, hooks).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    let sent = sent(&fixture);
    assert_eq!(sent.first().map(String::as_str), Some("ANALYZE pre_prod"));
    assert_eq!(sent[sent.len() - 2..], ["ANALYZE dev.s", "OPTIMIZE dev.s.orders"]);
}

#[tokio::test(start_paused = true)]
async fn plan_shows_hooks() {
    let fixture = Fixture::new();
    let hooks =
        Hooks { post_clone: hook("OPTIMIZE ${dest_catalog}.s.orders", OnError::Warn), ..Hooks::default() };
    let plan = fixture.engine.plan(&Settings { hooks, ..settings() }).await.unwrap();
    assert!(plan.to_string().contains("hook OPTIMIZE dev.s.orders"), "{plan}");
}

#[tokio::test(start_paused = true)]
async fn hook_that_must_not_fail_keeps_everything_from_being_done() {
    let fixture = Fixture::new();
    let report =
        clone_with(&fixture, Hooks { pre_clone: hook("BAD", OnError::Fail), ..Hooks::default() }).await;
    assert_eq!((report.state, report.counts.created), (RunState::Failed, 0));
    assert_eq!(sent(&fixture), ["BAD"]);
    assert!(fixture.workspace.state().writes.is_empty());
}

#[tokio::test(start_paused = true)]
async fn hook_of_a_schema_that_must_not_fail_stops_what_comes_after_it() {
    let fixture = Fixture::new();
    let hooks = Hooks {
        post_schema: hook("BAD", OnError::Fail),
        post_clone: hook("OPTIMIZE dev.s.orders", OnError::Warn),
        ..Hooks::default()
    };
    let report = clone_with(&fixture, hooks).await;
    assert_eq!(report.state, RunState::Failed);
    assert_eq!(sent(&fixture).last().map(String::as_str), Some("BAD"));
}

#[tokio::test(start_paused = true)]
async fn what_was_made_before_a_hook_failed_is_created_and_what_it_lacks_is_not_tried() {
    let fixture = Fixture::new();
    let hooks = Hooks {
        post_schema: hook("BAD", OnError::Fail),
        post_clone: hook("ANALYZE dev.s.orders", OnError::Warn),
        ..Hooks::default()
    };
    let report = clone_with(&fixture, hooks).await;
    assert_eq!(report.state, RunState::Failed);
    let catalog = report.securables.iter().find(|it| it.source.dotted() == "prod").unwrap();
    assert_eq!(catalog.outcome, Outcome::Created);
    let last = catalog.facets.iter().find(|it| it.facet == Facet::Hook).unwrap();
    let error = "not tried: the run was failed".to_owned();
    assert_eq!(last.status, FacetStatus::Failed { error });
}

#[tokio::test]
async fn names_with_hyphens_and_quotes_fill_in_strings_and_quoted_names_of_hooks() {
    let fixture = Embedded::new(Reached::InProcess).await;
    fixture
        .sql("CREATE CATALOG prod;\nCREATE SCHEMA prod.`o'k-1`;\nCREATE TABLE prod.`o'k-1`.t (id INT);\n")
        .await;
    let hooks = Hooks {
        post_schema: hook(
            "INSERT INTO `${dest_catalog}`.`${schema}`.t SELECT length('${schema}') /* ${schema} */",
            OnError::Fail,
        ),
        ..Hooks::default()
    };
    let schemas = vec![clxs_api::Identifier::new("o'k-1").unwrap()];
    let selection = Selection { include_schemas: schemas, ..Selection::default() };
    let settings = Settings { hooks, selection, ..settings() };
    let report = fixture.clone_with(&settings).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(fixture.number("SELECT id FROM dev.`o'k-1`.t").await, "5");
}

#[tokio::test(start_paused = true)]
async fn schema_in_a_hook_of_no_schema_is_refused_before_anything_is_sent() {
    let fixture = Fixture::new();
    let hooks = Hooks { pre_clone: hook("ANALYZE ${schema}.t", OnError::Warn), ..Hooks::default() };
    let error = fixture.engine.plan(&Settings { hooks, ..settings() }).await.unwrap_err();
    assert!(matches!(error, clxs_clone::Error::InvalidHook { .. }), "{error}");
    assert!(fixture.workspace.state().sent.is_empty());
}

#[rstest]
#[case::warn(OnError::Warn)]
#[case::ignore(OnError::Ignore)]
#[tokio::test(start_paused = true)]
async fn failure_of_a_hook_that_may_fail_is_in_the_report_and_stops_nothing(#[case] on_error: OnError) {
    let fixture = Fixture::new();
    let report = clone_with(&fixture, Hooks { pre_clone: hook("BAD", on_error), ..Hooks::default() }).await;
    assert_eq!((report.state, report.counts.created), (RunState::Succeeded, 5), "{report:#?}");
    let facets = report.securables.iter().flat_map(|it| &it.facets);
    let hooks: Vec<_> = facets.filter(|it| it.facet == Facet::Hook).collect();
    assert!(matches!(hooks[0].status, FacetStatus::Failed { .. }), "{hooks:?}");
}

#[tokio::test(start_paused = true)]
async fn hook_whose_answer_was_lost_is_not_sent_again_not_even_by_a_run_that_goes_on() {
    let fixture = Fixture::new();
    fixture.workspace.fault("ANALYZE", Fault::LoseAnswer);
    let hooks = Hooks { pre_clone: hook("ANALYZE prod.s.orders", OnError::Fail), ..Hooks::default() };
    let report = clone_with(&fixture, hooks).await;
    assert_eq!(report.state, RunState::Failed);
    let again = fixture.engine.resume(&report.run, &SilentObserver, CancellationToken::new()).await.unwrap();
    assert_eq!(again.state, RunState::Failed);
    assert_eq!(fixture.workspace.count("ANALYZE"), 1);
}
