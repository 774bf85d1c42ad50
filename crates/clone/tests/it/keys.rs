//! Primary and foreign keys.

use clxs_api::table::TableConstraint;
use clxs_clone::journal::RunState;
use clxs_clone::plan::Facet;
use clxs_clone::{FacetStatus, Outcome};

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached, outcome};
use crate::facets::status;

/// `a.lines` points to `z.orders`, which comes later by name, and `z.orders` to itself.
const KEYS: &str = "
CREATE CATALOG prod;
CREATE SCHEMA prod.a;
CREATE SCHEMA prod.z;
CREATE TABLE prod.z.orders (id BIGINT NOT NULL, at TIMESTAMP NOT NULL, parent BIGINT);
CREATE TABLE prod.a.lines (order_id BIGINT, Line INT NOT NULL);
CREATE TABLE prod.a.plain (id INT);
ALTER TABLE prod.z.orders ADD CONSTRAINT orders_pk PRIMARY KEY (id) RELY;
ALTER TABLE prod.z.orders ADD CONSTRAINT again FOREIGN KEY (parent) REFERENCES prod.z.orders (id);
ALTER TABLE prod.a.lines ADD CONSTRAINT lines_pk PRIMARY KEY (Line TIMESERIES);
ALTER TABLE prod.a.lines ADD CONSTRAINT `of``order` FOREIGN KEY (order_id) REFERENCES prod.z.orders (id) RELY;
INSERT INTO prod.z.orders VALUES (1, TIMESTAMP '2026-01-01 00:00:00', 1);
";

impl Fixture {
    async fn with_keys() -> Self {
        let fixture = Self::new(Reached::InProcess).await;
        fixture.sql(KEYS).await;
        fixture
    }

    async fn keys(&self, table: &str) -> Vec<TableConstraint> {
        let mut keys = self.client.get_table(&name(table)).await.unwrap().table_constraints;
        keys.sort_by_key(|key| format!("{key:?}"));
        keys
    }

    /// The keys of a table of `prod` as `dev` is to have them.
    async fn moved_keys(&self, table: &str) -> Vec<TableConstraint> {
        let mut keys = self.keys(table).await;
        for key in keys.iter_mut().filter_map(|key| key.foreign_key_constraint.as_mut()) {
            key.parent_table = key.parent_table.replacen("prod.", "dev.", 1);
        }
        keys
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_carried_across_schemas_with_rely_and_timeseries() {
    let fixture = Fixture::with_keys().await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    for table in ["z.orders", "a.lines", "a.plain"] {
        let wanted = fixture.moved_keys(&format!("prod.{table}")).await;
        assert_eq!(fixture.keys(&format!("dev.{table}")).await, wanted, "{table}");
    }
    assert_eq!(fixture.keys("dev.z.orders").await.len(), 2);
    fixture.sent.clear();
    let again = fixture.plan(&settings()).await;
    assert!(again.is_empty(), "{again}");
    // Nothing is read table by table when the bulk read says that all keys are there.
    assert_eq!(fixture.sent.count("GET /api/2.1/unity-catalog/tables/"), 0, "{:#?}", fixture.sent.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn table_that_is_replaced_has_its_keys_afterwards() {
    let fixture = Fixture::with_keys().await;
    fixture.clone_with(&settings()).await;
    fixture.query("INSERT INTO prod.z.orders VALUES (2, TIMESTAMP '2026-01-02 00:00:00', 1)").await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(outcome(&report, "prod.z.orders"), Outcome::Replaced);
    assert_eq!(fixture.keys("dev.z.orders").await, fixture.moved_keys("prod.z.orders").await);
    assert_eq!(fixture.keys("dev.a.lines").await, fixture.moved_keys("prod.a.lines").await);
    assert!(fixture.plan(&settings()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn key_that_is_another_in_the_source_now_takes_the_place_of_the_old_one() {
    let fixture = Fixture::with_keys().await;
    fixture.clone_with(&settings()).await;
    fixture
        .sql(
            "ALTER TABLE prod.a.lines DROP CONSTRAINT lines_pk;\n\
             ALTER TABLE prod.a.lines ADD CONSTRAINT other_pk PRIMARY KEY (Line);\n",
        )
        .await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(fixture.keys("dev.a.lines").await, fixture.moved_keys("prod.a.lines").await);
    assert!(fixture.plan(&settings()).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn key_to_a_table_that_is_not_cloned_is_reported_as_impossible() {
    let fixture = Fixture::with_keys().await;
    let mut settings = settings();
    settings.selection.include_schemas = vec!["a".parse().unwrap()];
    let report = fixture.clone_with(&settings).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(status(&report, "prod.a.lines", Facet::PrimaryKey), Some(FacetStatus::Carried));
    let foreign = status(&report, "prod.a.lines", Facet::ForeignKey);
    assert!(matches!(foreign, Some(FacetStatus::Impossible { reason }) if reason.contains("prod.z.orders")));
}

#[tokio::test(flavor = "multi_thread")]
async fn key_that_the_destination_refuses_is_impossible_and_its_table_stands() {
    let fixture = Fixture::with_keys().await;
    fixture
        .sql(
            "CREATE CATALOG dev;\nCREATE SCHEMA dev.z;\n\
             CREATE TABLE dev.z.orders (id BIGINT, at TIMESTAMP, parent BIGINT);\n",
        )
        .await;
    let mut settings = settings();
    settings.selection.include_schemas = vec!["a".parse().unwrap()];
    let report = fixture.clone_with(&settings).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(outcome(&report, "prod.a.lines"), Outcome::Created);
    let foreign = status(&report, "prod.a.lines", Facet::ForeignKey);
    assert!(matches!(foreign, Some(FacetStatus::Impossible { reason }) if reason.contains("primary key")));
}
