//! Primary and foreign keys.

use clxs_api::table::TableConstraint;
use clxs_clone::journal::RunState;
use clxs_clone::plan::Facet;
use clxs_clone::{FacetStatus, Outcome};

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached, outcome};
use crate::facets::status;
use crate::rollback::roll_back;

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
    // Both sides of the two tables that have keys.
    assert_eq!(fixture.sent.count("GET /api/2.1/unity-catalog/tables/"), 4, "{:#?}", fixture.sent.all());
}

/// Two tables point to the primary key, one of them itself: they make way for it and come back.
#[tokio::test(flavor = "multi_thread")]
async fn key_with_other_marks_is_made_again_with_those_that_point_to_it_and_brought_back() {
    let fixture = Fixture::with_keys().await;
    fixture.clone_with(&settings()).await;
    let before = [fixture.keys("dev.z.orders").await, fixture.keys("dev.a.lines").await];
    fixture
        .sql(
            "ALTER TABLE prod.z.orders DROP PRIMARY KEY CASCADE;\n\
             ALTER TABLE prod.z.orders ADD CONSTRAINT orders_pk PRIMARY KEY (id);\n\
             ALTER TABLE prod.z.orders ADD CONSTRAINT again FOREIGN KEY (parent) REFERENCES prod.z.orders (id);\n\
             ALTER TABLE prod.a.lines ADD CONSTRAINT `of``order` FOREIGN KEY (order_id) REFERENCES prod.z.orders (id);\n\
             ALTER TABLE prod.a.lines DROP CONSTRAINT lines_pk;\n\
             ALTER TABLE prod.a.lines ADD CONSTRAINT lines_pk PRIMARY KEY (Line) RELY;\n",
        )
        .await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(outcome(&report, "prod.z.orders"), Outcome::Changed);
    for table in ["z.orders", "a.lines"] {
        let wanted = fixture.moved_keys(&format!("prod.{table}")).await;
        assert_eq!(fixture.keys(&format!("dev.{table}")).await, wanted, "{table}");
    }
    assert!(fixture.plan(&settings()).await.is_empty());
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!(undone.state, RunState::Succeeded, "{undone:#?}");
    assert_eq!([fixture.keys("dev.z.orders").await, fixture.keys("dev.a.lines").await], before);
}

#[tokio::test(flavor = "multi_thread")]
async fn key_that_a_key_of_the_destinations_own_points_to_stays_as_it_is() {
    let fixture = Fixture::with_keys().await;
    fixture.clone_with(&settings()).await;
    fixture
        .sql(
            "CREATE TABLE dev.a.own (id BIGINT);\n\
             ALTER TABLE dev.a.own ADD CONSTRAINT own FOREIGN KEY (id) REFERENCES dev.z.orders (id);\n\
             ALTER TABLE prod.z.orders DROP PRIMARY KEY CASCADE;\n\
             ALTER TABLE prod.z.orders ADD CONSTRAINT orders_pk PRIMARY KEY (id);\n\
             ALTER TABLE prod.z.orders ADD CONSTRAINT again FOREIGN KEY (parent) REFERENCES prod.z.orders (id);\n\
             ALTER TABLE prod.a.lines ADD CONSTRAINT `of``order` FOREIGN KEY (order_id) REFERENCES prod.z.orders (id) RELY;\n",
        )
        .await;
    let before = fixture.keys("dev.z.orders").await;
    let report = fixture.clone_with(&settings()).await;
    let primary = status(&report, "prod.z.orders", Facet::PrimaryKey);
    assert!(
        matches!(primary, Some(FacetStatus::Impossible { reason }) if reason.contains("`own` of dev.a.own"))
    );
    assert_eq!(fixture.keys("dev.z.orders").await, before);
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

/// The source has none of them.
#[tokio::test(flavor = "multi_thread")]
async fn own_keys_of_tables_that_are_replaced_are_made_again_and_a_rollback_leaves_them() {
    let fixture = Fixture::with_keys().await;
    fixture.sql("CREATE TABLE prod.a.t (id INT NOT NULL);\nCREATE TABLE prod.a.c (id INT NOT NULL);\n").await;
    fixture.clone_with(&settings()).await;
    fixture
        .sql(
            "ALTER TABLE dev.a.t ADD CONSTRAINT mine PRIMARY KEY (id);\n\
             ALTER TABLE dev.a.c ADD CONSTRAINT too FOREIGN KEY (id) REFERENCES dev.a.t (id);\n\
             INSERT INTO prod.a.t VALUES (1);\nINSERT INTO prod.a.c VALUES (1);\n",
        )
        .await;
    let own = [fixture.keys("dev.a.t").await, fixture.keys("dev.a.c").await];
    let report = fixture.clone_with(&settings()).await;
    assert!(matches!(outcome(&report, "prod.a.t"), Outcome::Replaced), "{report:#?}");
    let kept =
        FacetStatus::Changed { detail: "keeps the key mine, which the source does not have".to_owned() };
    assert_eq!(status(&report, "prod.a.t", Facet::PrimaryKey), Some(kept));
    assert_eq!([fixture.keys("dev.a.t").await, fixture.keys("dev.a.c").await], own);
    roll_back(&fixture, &report, false).await;
    assert_eq!([fixture.keys("dev.a.t").await, fixture.keys("dev.a.c").await], own);
    assert!(own.iter().all(|keys| keys.len() == 1), "{own:?}");
}
