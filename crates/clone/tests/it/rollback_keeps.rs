//! What a rollback leaves beside the tables that somebody changed: whatever guards them, and whatever their keys point to.

use clxs_clone::journal::RunState;
use clxs_clone::plan::PlannedChange;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached};
use crate::policies::{fixture, seen_by_reader};
use crate::protected::Guarded;
use crate::rollback::roll_back;

#[tokio::test(flavor = "multi_thread")]
async fn policies_tags_and_functions_over_a_table_that_is_kept_stay() {
    let fixture = fixture(true).await;
    fixture
        .sql(
            "CREATE CATALOG dev;\n\
             GRANT USE CATALOG, USE SCHEMA, SELECT ON CATALOG dev TO `reader@example.com`;\n",
        )
        .await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    fixture.query("INSERT INTO dev.a.people VALUES (3, '333')").await;
    fixture.query("INSERT INTO dev.b.sales VALUES (3, 'US')").await;
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    assert_eq!(seen_by_reader(&fixture, "SELECT ssn FROM dev.a.people").await, ["***", "***", "***"]);
    assert_eq!(seen_by_reader(&fixture, "SELECT region FROM dev.b.sales").await, ["EU"]);
    assert!(fixture.client.get_table(&name("dev.a.plain")).await.is_err());
    let told = "its policies stay: dev.a.people, which is kept, needs them";
    assert!(undone.findings.iter().any(|finding| finding.message == told), "{:#?}", undone.findings);
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_of_the_guards_of_a_table_that_is_kept_stay() {
    let guarded = Guarded::new(true).await;
    let report = guarded.fixture.clone_with(&settings()).await;
    guarded.fixture.query("INSERT INTO dev.a.people (ssn, region) VALUES ('333', 'EU')").await;
    let undone = roll_back(&guarded.fixture, &report, false).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    assert_eq!(guarded.seen_by_caller("SELECT count(*) FROM dev.a.people").await, [[Some("4".to_owned())]]);
    assert!(guarded.fixture.client.get_function(&name("dev.z.hide")).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn table_that_a_key_of_a_kept_one_points_to_stays_with_its_own_key() {
    let fixture = Fixture::new(Reached::InProcess).await;
    fixture
        .sql(
            "CREATE CATALOG prod;\nCREATE SCHEMA prod.s;\n\
             CREATE TABLE prod.s.parent (id INT NOT NULL, CONSTRAINT parent_pk PRIMARY KEY (id));\n\
             CREATE TABLE prod.s.child (id INT, CONSTRAINT to_parent FOREIGN KEY (id) REFERENCES prod.s.parent (id));\n\
             CREATE TABLE prod.s.other (id INT);\n",
        )
        .await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    fixture.query("INSERT INTO dev.s.child VALUES (1)").await;
    let plan = fixture.engine.rollback_plan(&report.run, false).await.unwrap();
    let parent = plan.securables.iter().find(|it| it.source == name("prod.s.parent")).unwrap();
    let reason = "dev.s.child, which is kept, needs it".to_owned();
    assert_eq!(parent.change, PlannedChange::Skip { reason });
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    assert_eq!(fixture.rows("SELECT id FROM dev.s.child").await, ["1"]);
    assert!(fixture.client.get_table(&name("dev.s.other")).await.is_err());
    assert_eq!(fixture.client.get_table(&name("dev.s.parent")).await.unwrap().table_constraints.len(), 1);
}
