//! `clone_tbl_properties` on clones that are there, and properties that somebody set on a clone.

use clxs_api::Properties;
use clxs_clone::plan::Facet;
use clxs_clone::{FacetStatus, Outcome, Settings};

use crate::catalogs::settings;
use crate::embedded::{Fixture, Reached, outcome};
use crate::facets::status;
use crate::rollback::roll_back;

const RETENTION: &str = "delta.deletedFileRetentionDuration";

fn with(properties: &[(&str, &str)]) -> Settings {
    let properties = properties.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    Settings { table_properties: properties.collect::<Properties>(), ..settings() }
}

impl Fixture {
    /// The value of a property of the clone of `prod.bronze.items`.
    async fn property(&self, key: &str) -> Option<String> {
        let rows = self.rows("SHOW TBLPROPERTIES dev.bronze.items").await;
        let found = rows.iter().find_map(|row| row.strip_prefix(&format!("{key}|")));
        found.map(str::to_owned)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn clone_that_is_there_gets_new_and_changed_properties_of_the_settings_and_loses_them_in_a_rollback() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.clone_with(&with(&[(RETENTION, "3650 days")])).await;
    assert_eq!(fixture.property(RETENTION).await.as_deref(), Some("3650 days"));
    let settings = with(&[(RETENTION, "100 days"), ("it's", "a \\ copy")]);
    let report = fixture.clone_with(&settings).await;
    assert_eq!(outcome(&report, "prod.bronze.items"), Outcome::Changed, "{report:#?}");
    assert_eq!(status(&report, "prod.bronze.items", Facet::Properties), Some(FacetStatus::Carried));
    assert_eq!(fixture.property(RETENTION).await.as_deref(), Some("100 days"));
    assert_eq!(fixture.property("it's").await.as_deref(), Some("a \\ copy"));
    assert_eq!(fixture.sent.count(" DEEP CLONE "), 2);
    assert!(fixture.plan(&settings).await.is_empty());
    roll_back(&fixture, &report, false).await;
    assert_eq!(fixture.property(RETENTION).await.as_deref(), Some("3650 days"));
    assert_eq!(fixture.property("it's").await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn properties_that_are_set_on_a_clone_are_named_when_its_refresh_takes_them_away() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.clone_with(&settings()).await;
    let properties = format!("'ours' = '1', '{RETENTION}' = '7 days'");
    fixture.query(&format!("ALTER TABLE dev.bronze.items SET TBLPROPERTIES ({properties})")).await;
    assert!(fixture.plan(&settings()).await.is_empty());
    fixture.query("INSERT INTO prod.bronze.items VALUES (2, 'ink')").await;
    let report = fixture.clone_with(&with(&[(RETENTION, "7 days")])).await;
    assert_eq!(fixture.property("ours").await, None);
    assert_eq!(fixture.property(RETENTION).await.as_deref(), Some("7 days"));
    let securable =
        report.securables.iter().find(|it| it.source == crate::catalogs::name("prod.bronze.items"));
    let detail =
        "ours of the destination gives way to the source's; clone_tbl_properties keeps it".to_owned();
    let told = FacetStatus::Changed { detail };
    assert!(securable.unwrap().facets.iter().any(|facet| facet.status == told), "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_and_clustering_of_a_clones_own_are_named_when_its_refresh_takes_them_away() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.clone_with(&settings()).await;
    fixture.query("COMMENT ON COLUMN dev.bronze.items.id IS 'ours'").await;
    fixture.query("ALTER TABLE dev.bronze.items CLUSTER BY (id)").await;
    fixture.query("INSERT INTO prod.bronze.items VALUES (2, 'ink')").await;
    let report = fixture.clone_with(&settings()).await;
    let told = status(&report, "prod.bronze.items", Facet::Definition);
    let detail = "what CHANGE COLUMN, CLUSTER BY changed in the destination gives way to the source's";
    assert_eq!(told, Some(FacetStatus::Changed { detail: detail.into() }), "{report:#?}");
}
