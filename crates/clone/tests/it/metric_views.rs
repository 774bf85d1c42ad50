//! Metric views are cloned by their YAML, in one order with what they read.

use clxs_api::SecurableKind;
use clxs_clone::Outcome;
use clxs_clone::journal::RunState;
use clxs_clone::plan::PlannedChange;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached, outcome};
use crate::rollback::roll_back;

const METRICS: &str = "
CREATE FUNCTION prod.bronze.net(x DOUBLE) RETURNS DOUBLE RETURN x * 0.8;
CREATE VIEW prod.bronze.sales WITH METRICS LANGUAGE YAML TBLPROPERTIES ('team' = 'a') AS $$
version: 1.1
comment: of prod.bronze.orders
source: prod.bronze.orders  # facts
joins:
  - name: daily
    source: |
      SELECT day, total -- of prod.silver.daily
      FROM prod.silver.daily
    on: source.day = daily.day
dimensions:
  - name: day
    expr: source.day
    display_name: day in prod.bronze.orders
measures:
  - name: net
    expr: prod.bronze.net(SUM(amount))
$$;
COMMENT ON COLUMN prod.bronze.sales.net IS 'After tax';
ALTER VIEW prod.bronze.sales SET TAGS ('kind' = 'kpi');
SET TAG ON COLUMN prod.bronze.sales.net `unit` = `EUR`;
GRANT SELECT ON TABLE prod.bronze.sales TO `analysts@example.com`;
ALTER VIEW prod.bronze.sales OWNER TO `ann@example.com`;
GRANT USE CATALOG, USE SCHEMA, SELECT, EXECUTE ON CATALOG prod TO `ann@example.com`;
";

async fn with_metrics() -> Fixture {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.sql(METRICS).await;
    fixture
}

async fn definition(fixture: &Fixture, view: &str) -> String {
    fixture.client.get_table(&name(view)).await.unwrap().view_definition.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn metric_view_reads_the_destination_and_keeps_every_facet() {
    let fixture = with_metrics().await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!((report.state, report.counts.failed), (RunState::Succeeded, 0), "{report:#?}");
    let own = definition(&fixture, "prod.bronze.sales").await;
    let cloned = definition(&fixture, "dev.bronze.sales").await;
    let wanted = own
        .replace("source: prod.", "source: dev.")
        .replace("FROM prod.", "FROM dev.")
        .replace("expr: prod.", "expr: dev.");
    assert_eq!(cloned, wanted);
    let info = fixture.client.get_table(&name("dev.bronze.sales")).await.unwrap();
    assert_eq!(info.table_type.unwrap().as_str(), "METRIC_VIEW");
    assert_eq!(info.owner.as_deref(), Some("ann@example.com"));
    assert_eq!(info.comment.as_deref(), Some("of prod.bronze.orders"));
    assert_eq!(info.properties.unwrap()["team"], "a");
    assert_eq!(info.columns[1].comment.as_deref(), Some("After tax"));
    let grants =
        fixture.client.get_permissions(&SecurableKind::Table, &name("dev.bronze.sales")).await.unwrap();
    assert_eq!(grants[0].principal, "analysts@example.com");
    for relation in ["table_tags", "column_tags"] {
        let tags = "tag_name, tag_value FROM system.information_schema";
        let tags = |catalog| format!("SELECT {tags}.{relation} WHERE catalog_name = '{catalog}'");
        assert_eq!(fixture.rows(&tags("dev")).await, fixture.rows(&tags("prod")).await);
        assert_eq!(fixture.rows(&tags("dev")).await.len(), 1);
    }
    let plan = fixture.plan(&settings()).await;
    assert!(plan.is_empty(), "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_metric_view_is_replaced_and_a_rollback_brings_back_the_one_before() {
    let fixture = with_metrics().await;
    fixture.clone_with(&settings()).await;
    let before = definition(&fixture, "dev.bronze.sales").await;
    let own = definition(&fixture, "prod.bronze.sales").await;
    let changed = own.replace("source.day\n    display_name", "year(source.day)\n    display_name");
    assert_ne!(changed, own);
    let statement =
        format!("CREATE OR REPLACE VIEW prod.bronze.sales WITH METRICS LANGUAGE YAML AS $${changed}$$");
    fixture.query(&statement).await;
    let report = fixture.clone_with(&settings()).await;
    assert_eq!(outcome(&report, "prod.bronze.sales"), Outcome::Replaced, "{report:#?}");
    assert!(definition(&fixture, "dev.bronze.sales").await.contains("year(source.day)"));
    let undone = roll_back(&fixture, &report, false).await;
    assert_eq!((undone.state, undone.counts.failed), (RunState::Succeeded, 0), "{undone:#?}");
    assert_eq!(definition(&fixture, "dev.bronze.sales").await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn metric_view_that_nobody_can_rewrite_or_whose_source_is_left_out_is_skipped_with_the_reason() {
    let fixture = with_metrics().await;
    fixture
        .query(
            "CREATE VIEW prod.bronze.anchored WITH METRICS LANGUAGE YAML AS $$\nversion: 1.1\nsource: &s \
             prod.bronze.orders\njoins:\n  - {name: b, source: *s, on: source.id = b.id}\nmeasures:\n  - {name: n, \
             expr: count(1)}\n$$",
        )
        .await;
    let selected = clxs_clone::settings::Selection {
        exclude_tables: Some(clxs_clone::settings::Pattern::new("^daily$").unwrap()),
        ..settings().selection
    };
    let plan = fixture.plan(&clxs_clone::Settings { selection: selected, ..settings() }).await;
    let reason = |view: &str| {
        let planned = plan.securables.iter().find(|planned| planned.source == name(view)).unwrap();
        match &planned.change {
            PlannedChange::Skip { reason } => reason.clone(),
            other => panic!("{view}: {other:?}"),
        }
    };
    let anchored = reason("prod.bronze.anchored");
    assert!(anchored.ends_with("its YAML has line 5: an alias"), "{anchored}");
    let sales = reason("prod.bronze.sales");
    assert!(sales.contains("prod.silver.daily, which is skipped"), "{sales}");
}
