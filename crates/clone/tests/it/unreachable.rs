//! A workspace, or the storage behind it, that is gone in the middle of a run.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use clxs_client::auth::PersonalAccessToken;
use clxs_client::transport::Body;
use clxs_client::{RetryPolicy, ServiceTransport, Transport, TransportError};
use clxs_clone::journal::RunState;
use clxs_clone::{Engine, ErrorKind, Outcome, Settings, SilentObserver};
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached, builder_over, outcome};

/// A workspace of which nobody is there for some requests.
struct PartlyGone<F> {
    inner: ServiceTransport,
    is_gone: F,
}

impl<F> fmt::Debug for PartlyGone<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartlyGone")
    }
}

impl<F: Fn(&http::Request<Bytes>) -> bool + Send + Sync> Transport for PartlyGone<F> {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        if (self.is_gone)(&request) {
            return Box::pin(async { Err(TransportError::not_sent("connection refused")) });
        }
        self.inner.send(request)
    }
}

/// An engine that reaches the workspace so, does nothing twice and one statement at a time, with its settings.
fn engine<F>(fixture: &Fixture, is_gone: F) -> (Engine, Settings)
where
    F: Fn(&http::Request<Bytes>) -> bool + Send + Sync + 'static,
{
    let inner = ServiceTransport::new(fixture.workspace.router());
    let token = Arc::new(PersonalAccessToken::new(fixture.workspace.admin_token().unwrap()));
    let client = builder_over(PartlyGone { inner, is_gone }, token);
    let client = client.retry(RetryPolicy::never()).build().unwrap();
    let mut settings = settings();
    settings.limits.max_retries = 0;
    settings.limits.max_parallel_queries = std::num::NonZeroUsize::MIN;
    (Engine::new(client, "local", fixture.engine.journal().clone()), settings)
}

#[tokio::test(flavor = "multi_thread")]
async fn run_ends_once_the_workspace_is_gone_and_is_gone_on_with_when_it_is_back() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    for number in 0..20 {
        fixture.query(&format!("CREATE TABLE prod.gold.t{number} AS SELECT 1 AS id")).await;
    }
    let (is_gone, refused) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let counted = refused.clone();
    let (engine, settings) = engine(&fixture, move |request| {
        let clones = String::from_utf8_lossy(request.body()).contains("DEEP CLONE");
        let is_gone = is_gone.fetch_or(clones, Ordering::SeqCst) || clones;
        counted.fetch_add(usize::from(is_gone), Ordering::SeqCst);
        is_gone
    });
    let plan = engine.plan(&settings).await.unwrap();
    let stop = CancellationToken::new();
    let error = engine.run(&settings, &plan, &SilentObserver, stop).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    let asked = refused.load(Ordering::SeqCst);
    assert!(asked < 22, "{asked} requests for 22 tables");
    let run = fixture.engine.journal().runs().unwrap().remove(0);
    assert_eq!(run.state, RunState::Failed);
    let report = fixture.engine.resume(&run.id, &SilentObserver, CancellationToken::new()).await.unwrap();
    assert_eq!((report.state, report.counts.failed), (RunState::Succeeded, 0), "{report:#?}");
    assert!(fixture.client.get_table(&name("dev.gold.t19")).await.is_ok());
}

/// A firewall may close the storage of volumes to this machine, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn storage_that_is_out_of_reach_fails_its_volume_alone() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    fixture.query("CREATE VOLUME prod.bronze.scans").await;
    let large = Bytes::from(vec![7; 9_000_000]);
    fixture.client.upload_file(&name("prod.bronze.scans").into(), "large.bin", large).await.unwrap();
    let (engine, settings) = engine(&fixture, |request| request.uri().path().ends_with("/presigned"));
    let plan = engine.plan(&settings).await.unwrap();
    let report = engine.run(&settings, &plan, &SilentObserver, CancellationToken::new()).await.unwrap();
    let volume = outcome(&report, "prod.bronze.scans");
    assert!(
        matches!(&volume, Outcome::Failed { error } if error.contains("connection refused")),
        "{volume:?}"
    );
    assert_eq!(report.counts.failed, 1, "{report:#?}");
}
