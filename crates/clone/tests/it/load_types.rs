//! What a refresh looks at, and of which moment it is.

use clxs_clone::journal::RunState;
use clxs_clone::plan::{Drift, DriftState, PlannedChange};
use clxs_clone::settings::{AsOf, CloneType, Conditions, LoadType};
use clxs_clone::{Error, Outcome, Report, Settings, SilentObserver};
use tokio_util::sync::CancellationToken;

use crate::catalogs::settings;
use crate::embedded::{Fixture, Reached, outcome};

fn selective() -> Settings {
    Settings { load_type: LoadType::Selective, ..settings() }
}

fn consistent() -> Settings {
    Settings { consistent: true, ..settings() }
}

fn drift_of(report: &Report, table: &str) -> Option<Drift> {
    report.securables.iter().find(|own| own.source.dotted() == table).unwrap().replaced_for.clone()
}

#[tokio::test]
async fn selective_replaces_what_drifted_with_its_facets_and_leaves_all_else_alone() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.clone_with(&settings()).await;
    fixture
        .sql(
            "CREATE TABLE prod.bronze.late (id INT);
             INSERT INTO prod.bronze.items VALUES (2, 'ink');
             COMMENT ON TABLE prod.bronze.items IS 'new';
             COMMENT ON SCHEMA prod.silver IS 'and this';
             GRANT SELECT ON TABLE prod.bronze.orders TO `ann@example.com`;
             CREATE VIEW prod.gold.more AS SELECT 1 AS one;
            ",
        )
        .await;
    let report = fixture.clone_with(&selective()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(outcome(&report, "prod.bronze.late"), Outcome::Created);
    assert_eq!(outcome(&report, "prod.bronze.items"), Outcome::Replaced);
    let drift = drift_of(&report, "prod.bronze.items");
    assert!(matches!(drift, Some(Drift::VersionDrift { cloned: 1, current: 2 | 3 })), "{drift:?}");
    for table in ["prod.bronze.orders", "prod.silver", "prod"] {
        assert_eq!(outcome(&report, table), Outcome::Unchanged, "{table}");
    }
    let left_out = outcome(&report, "prod.gold.more");
    assert!(matches!(left_out, Outcome::Skipped { reason } if reason.contains("SELECTIVE")));
    let comment = fixture.client.get_table(&crate::catalogs::name("dev.bronze.items")).await.unwrap().comment;
    assert_eq!(comment.as_deref(), Some("new"));
    assert!(fixture.plan(&selective()).await.is_empty());
    assert!(!fixture.plan(&settings()).await.is_empty(), "FULL brings the rest");
}

#[tokio::test]
async fn selective_keeps_an_edited_table_and_says_so_until_it_may_be_overwritten() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.clone_with(&settings()).await;
    fixture.query("DELETE FROM dev.bronze.items WHERE true").await;
    let report = fixture.clone_with(&selective()).await;
    let kept = outcome(&report, "prod.bronze.items");
    assert!(matches!(kept, Outcome::Skipped { reason } if reason.contains("edited in the destination")));
    let report = fixture.clone_with(&Settings { overwrite_edits: true, ..selective() }).await;
    assert_eq!(outcome(&report, "prod.bronze.items"), Outcome::Replaced);
    let drift = drift_of(&report, "prod.bronze.items");
    assert!(matches!(drift, Some(Drift::TargetEdited { .. })), "{drift:?}");
    assert_eq!(fixture.number("SELECT count(*) FROM dev.bronze.items").await, "1");
}

/// Writers go on between the plan and the clones; every table is of the moment that the plan names.
#[tokio::test]
async fn consistent_clone_is_of_one_moment_whatever_is_written_meanwhile() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let settings = consistent();
    let plan = fixture.plan(&settings).await;
    assert!(plan.consistent_at.is_some());
    fixture.query("INSERT INTO prod.bronze.items VALUES (2, 'ink')").await;
    fixture.query("DELETE FROM prod.bronze.orders WHERE true").await;
    let run = fixture.engine.run(&settings, &plan, &SilentObserver, CancellationToken::new());
    let report = run.await.unwrap();
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(report.consistent_at, plan.consistent_at);
    for (table, rows) in [("bronze.items", "1"), ("bronze.orders", "2")] {
        assert_eq!(fixture.number(&format!("SELECT count(*) FROM dev.{table}")).await, rows);
        let own =
            report.securables.iter().find(|own| own.source.dotted() == format!("prod.{table}")).unwrap();
        assert_eq!(own.source_version, Some(1), "{table}");
    }
    let next = fixture.plan(&settings).await;
    let replaced = next.securables.iter().filter(|own| matches!(own.change, PlannedChange::Replace { .. }));
    assert_eq!(replaced.count(), 2);
    fixture.clone_with(&settings).await;
    assert!(fixture.plan(&settings).await.is_empty());
}

#[tokio::test]
async fn consistent_clone_leaves_out_what_did_not_exist_at_that_moment() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let long_ago = Settings { as_of: AsOf::Timestamp("2001-01-01".to_owned()), ..consistent() };
    let plan = fixture.plan(&long_ago).await;
    let items = plan.securables.iter().find(|own| own.source.dotted() == "prod.bronze.items").unwrap();
    let change = &items.change;
    assert!(
        matches!(change, PlannedChange::Skip { reason } if reason.contains("did not exist")),
        "{change:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn deep_clone_has_drifted_from_a_shallow_one_as_the_plan_says() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.clone_with(&settings()).await;
    let shallow = Settings { clone_type: CloneType::Shallow, ..settings() };
    let drifts = fixture.engine.drift(&shallow).await.unwrap();
    let other = DriftState::Drifted { drift: Drift::OtherCloneType };
    assert!(!drifts.is_empty() && drifts.iter().all(|table| table.state == other), "{drifts:#?}");
    fixture.query("DELETE FROM dev.bronze.items").await;
    let drifts = fixture.engine.drift(&shallow).await.unwrap();
    let edited = drifts.iter().find(|table| table.table.dotted() == "prod.bronze.items").unwrap();
    assert_eq!(edited.state.to_string(), "target_edited");
}

/// What is made by its definition is made by today's.
#[tokio::test(flavor = "multi_thread")]
async fn conditions_over_a_version_with_other_columns_are_refused_and_all_of_its_rows_are_cloned() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE TABLE prod.bronze.wide (id INT, gone STRING) TBLPROPERTIES ('delta.columnMapping.mode' = 'name');\n\
             INSERT INTO prod.bronze.wide VALUES (1, 'x');\n\
             ALTER TABLE prod.bronze.wide DROP COLUMN gone;\n",
        )
        .await;
    let earlier = Settings { as_of_tables: [("bronze.wide".to_owned(), 1)].into(), ..settings() };
    let where_clauses = Conditions::new([(&"bronze.wide".to_owned(), &"id > 0".to_owned())]).unwrap();
    let some = Settings { where_clauses, ..earlier.clone() };
    for narrowed in [some, Settings { schema_only: true, ..earlier.clone() }] {
        let refused = fixture.engine.plan(&narrowed).await.unwrap_err();
        assert!(matches!(refused, Error::NotAsOf { .. }), "{refused}");
        assert!(refused.to_string().contains("other columns at version 1 (gone)"), "{refused}");
    }
    let report = fixture.clone_with(&earlier).await;
    assert_eq!(outcome(&report, "prod.bronze.wide"), Outcome::Created);
    assert_eq!(fixture.number("SELECT gone FROM dev.bronze.wide").await, "x");
}

#[tokio::test(flavor = "multi_thread")]
async fn copy_that_is_narrowed_is_said_to_keep_the_other_rows_in_its_history_and_a_widened_one_is_not() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let where_clauses = Conditions::new([(&"bronze.items".to_owned(), &"false".to_owned())]).unwrap();
    let some = Settings { where_clauses, ..settings() };
    fixture.clone_with(&settings()).await;
    for (wanted, rows, is_told) in [(&some, "0", true), (&some, "0", false), (&settings(), "1", false)] {
        let report = fixture.clone_with(wanted).await;
        assert_eq!(fixture.number("SELECT count(*) FROM dev.bronze.items").await, rows);
        let told = report.findings.iter().any(|finding| finding.message.contains("history keeps the rows"));
        assert_eq!(told, is_told, "{report:#?}");
    }
}
