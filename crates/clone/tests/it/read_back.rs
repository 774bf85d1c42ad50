//! Comments, tags, grants and owners that a workspace answers for and does not keep.

use std::sync::Arc;

use bytes::Bytes;
use clxs_api::binding::{BindingType, UpdateWorkspaceBindings, WorkspaceBinding};
use clxs_api::catalog::{IsolationMode, UpdateCatalog};
use clxs_client::auth::PersonalAccessToken;
use clxs_client::transport::Body;
use clxs_client::{ServiceTransport, Transport, TransportError};
use clxs_clone::journal::RunState;
use clxs_clone::plan::Facet;
use clxs_clone::{Engine, FacetStatus, SilentObserver};
use futures::future::BoxFuture;
use rstest::rstest;
use tokio_util::sync::CancellationToken;

use crate::catalogs::{identifier, settings};
use crate::embedded::{Fixture, Reached, client_over};
use crate::facets::status;

/// Does something else instead of the requests that hold a text, and says that all is well.
#[derive(Debug)]
struct Forgetful {
    inner: ServiceTransport,
    text: &'static str,
}

impl Transport for Forgetful {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let (mut parts, mut body) = request.into_parts();
        let text = format!("{} {} {}", parts.method, parts.uri.path(), String::from_utf8_lossy(&body));
        if text.contains(self.text) {
            if parts.method == http::Method::PATCH {
                (parts.method, body) = (http::Method::GET, Bytes::new());
            } else {
                parts.uri = http::Uri::from_static("/api/2.0/sql/statements");
                let nothing = serde_json::json!({ "statement": "SELECT 1", "warehouse_id": "local" });
                body = nothing.to_string().into();
            }
        }
        self.inner.send(http::Request::from_parts(parts, body))
    }
}

/// An engine whose requests that hold a text do nothing.
pub(crate) fn engine(fixture: &Fixture, text: &'static str) -> Engine {
    let inner = ServiceTransport::new(fixture.workspace.router());
    let token = Arc::new(PersonalAccessToken::new(fixture.workspace.admin_token().unwrap()));
    Engine::new(client_over(Forgetful { inner, text }, token), "local", fixture.engine.journal().clone())
}

const MARKS: &str = "
ALTER TABLE prod.bronze.orders SET TAGS ('pii' = 'no');
ALTER TABLE prod.bronze.orders ALTER COLUMN amount SET TAGS ('unit' = 'EUR');
SET TAG ON COLUMN prod.silver.daily.total `unit` = `EUR`;
ALTER TABLE prod.bronze.items ALTER COLUMN id SET NOT NULL;
ALTER TABLE prod.bronze.items ADD CONSTRAINT items_pk PRIMARY KEY (id);
";

#[rstest]
#[case::comment("COMMENT ON TABLE", "prod.bronze.orders", Facet::Comment, "its comment was \"\"")]
#[case::tags("`orders` SET TAGS", "prod.bronze.orders", Facet::Tags, "its tag \"pii\" was missing")]
#[case::tags_of_a_column(
    "ALTER COLUMN",
    "prod.bronze.orders",
    Facet::ColumnTags,
    "its tag \"unit\" was missing"
)]
#[case::tags_of_a_column_of_a_view(
    "SET TAG ON",
    "prod.silver.daily",
    Facet::ColumnTags,
    "\"unit\" was missing"
)]
#[case::grants(
    "PATCH /api/2.1/unity-catalog/permissions/table/",
    "prod.bronze.orders",
    Facet::Grants,
    "did not hold SELECT"
)]
#[case::owner(
    "PATCH /api/2.1/unity-catalog/tables/",
    "prod.bronze.items",
    Facet::Owner,
    "not \"ann@example.com\""
)]
#[case::key(
    "POST /api/2.1/unity-catalog/constraints",
    "prod.bronze.items",
    Facet::PrimaryKey,
    "its key items_pk was missing"
)]
#[tokio::test(flavor = "multi_thread")]
async fn facet_that_was_answered_for_and_is_not_there_fails_and_is_written_by_going_on(
    #[case] forgotten: &'static str,
    #[case] securable: &str,
    #[case] facet: Facet,
    #[case] told: &str,
) {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.sql(MARKS).await;
    let engine = engine(&fixture, forgotten);
    let plan = engine.plan(&settings()).await.unwrap();
    let report = engine.run(&settings(), &plan, &SilentObserver, CancellationToken::new()).await.unwrap();
    assert_eq!((report.state, report.counts.failed), (RunState::Failed, 1), "{report:#?}");
    let found = status(&report, securable, facet);
    assert!(matches!(&found, Some(FacetStatus::Failed { error }) if error.contains(told)), "{found:?}");
    let resumed =
        fixture.engine.resume(&report.run, &SilentObserver, CancellationToken::new()).await.unwrap();
    assert_eq!(resumed.state, RunState::Succeeded, "{resumed:#?}");
    assert_eq!(status(&resumed, securable, facet), Some(FacetStatus::Carried));
    assert!(fixture.plan(&settings()).await.is_empty());
}

/// What a catalog that was cloned gets later.
const LATER: &str = "
ALTER CATALOG prod SET DBPROPERTIES ('team' = 'sales');
ALTER SCHEMA prod.silver SET DBPROPERTIES ('team' = 'sales');
CREATE FUNCTION prod.bronze.hide(name STRING) RETURNS STRING RETURN '***';
CREATE FUNCTION prod.bronze.all_rows(id BIGINT) RETURNS BOOLEAN RETURN true;
ALTER TABLE prod.bronze.items ALTER COLUMN name SET MASK prod.bronze.hide;
ALTER TABLE prod.bronze.items SET ROW FILTER prod.bronze.all_rows ON (id);
";

#[rstest]
#[case::properties_of_a_catalog(
    "PATCH /api/2.1/unity-catalog/catalogs/dev {\"properties",
    "prod",
    Facet::Properties,
    "its property team was missing"
)]
#[case::properties_of_a_schema(
    "PATCH /api/2.1/unity-catalog/schemas/",
    "prod.silver",
    Facet::Properties,
    "its property team was missing"
)]
#[case::isolation("\"isolation_mode\"", "prod", Facet::Isolation, "its isolation was not ISOLATED")]
#[case::bindings(
    "PATCH /api/2.1/unity-catalog/bindings/",
    "prod",
    Facet::Bindings,
    "workspace 7 was not bound"
)]
#[case::mask("SET MASK", "prod.bronze.items", Facet::ColumnMasks, "its mask of name was none")]
#[case::row_filter("SET ROW FILTER", "prod.bronze.items", Facet::RowFilter, "its row filter was none")]
#[tokio::test(flavor = "multi_thread")]
async fn facet_of_what_is_there_that_was_answered_for_and_is_not_there_fails(
    #[case] forgotten: &'static str,
    #[case] securable: &str,
    #[case] facet: Facet,
    #[case] told: &str,
) {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.clone_with(&settings()).await;
    fixture.sql(LATER).await;
    let prod = identifier("prod");
    let isolated =
        UpdateCatalog { isolation_mode: Some(IsolationMode::Isolated), ..UpdateCatalog::default() };
    fixture.client.update_catalog(&prod, &isolated).await.unwrap();
    let add = vec![WorkspaceBinding { workspace_id: 7, binding_type: Some(BindingType::ReadOnly) }];
    let change = UpdateWorkspaceBindings { add, remove: Vec::new() };
    fixture.client.update_catalog_bindings(&prod, &change).await.unwrap();
    let engine = engine(&fixture, forgotten);
    let plan = engine.plan(&settings()).await.unwrap();
    let report = engine.run(&settings(), &plan, &SilentObserver, CancellationToken::new()).await.unwrap();
    assert_eq!(report.state, RunState::Failed, "{report:#?}");
    let found = status(&report, securable, facet);
    assert!(matches!(&found, Some(FacetStatus::Failed { error }) if error.contains(told)), "{found:?}");
    let again = fixture.clone_with(&settings()).await;
    assert_eq!(again.state, RunState::Succeeded, "{again:#?}");
    assert!(fixture.plan(&settings()).await.is_empty());
}

/// How many requests read during a run that carries the marks of so many tables.
async fn reads_of_a_run(tables: usize) -> usize {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    for number in 0..tables {
        let table = format!("prod.gold.t{number}");
        fixture
            .sql(&format!(
                "CREATE TABLE {table} (id INT) COMMENT 'all';\nALTER TABLE {table} SET TAGS ('a');\n"
            ))
            .await;
    }
    let plan = fixture.plan(&settings()).await;
    fixture.sent.clear();
    let settings = settings();
    let run = fixture.engine.run(&settings, &plan, &SilentObserver, CancellationToken::new());
    assert_eq!(run.await.unwrap().state, RunState::Succeeded);
    let reads = ["SELECT ", "GET /api/2.1/unity-catalog/"].map(|text| fixture.sent.count(text));
    reads.iter().sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_back_costs_no_request_a_table() {
    assert_eq!(reads_of_a_run(2).await, reads_of_a_run(6).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn run_that_writes_no_such_facet_reads_nothing_back() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.clone_with(&settings()).await;
    fixture.query("INSERT INTO prod.bronze.items VALUES (2, 'ink')").await;
    let plan = fixture.plan(&settings()).await;
    fixture.sent.clear();
    fixture.engine.run(&settings(), &plan, &SilentObserver, CancellationToken::new()).await.unwrap();
    assert_eq!(fixture.sent.count("information_schema"), 0, "{:#?}", fixture.sent.all());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_away_and_may_not_be_seen_any_more_is_reported_as_not_verified() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    let client = fixture.cloner().await;
    let engine = Engine::new(client, "local", fixture.engine.journal().clone());
    let mut settings = settings();
    settings.copy.permissions = false;
    let plan = engine.plan(&settings).await.unwrap();
    let report = engine.run(&settings, &plan, &SilentObserver, CancellationToken::new()).await.unwrap();
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    let found = status(&report, "prod.bronze.orders", Facet::Owner);
    assert!(matches!(&found, Some(FacetStatus::Unverified { reason }) if !reason.is_empty()), "{found:?}");
    assert!(report.missed(&[Facet::Owner]).is_empty());
}
