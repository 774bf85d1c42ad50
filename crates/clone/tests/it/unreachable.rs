//! A workspace that is gone in the middle of a run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use clxs_client::auth::PersonalAccessToken;
use clxs_client::transport::Body;
use clxs_client::{Client, RetryPolicy, ServiceTransport, Transport, TransportError};
use clxs_clone::journal::RunState;
use clxs_clone::{Engine, ErrorKind, SilentObserver};
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::catalogs::{name, settings};
use crate::embedded::{Fixture, Reached};

/// Nobody is there once a table has begun to be cloned.
#[derive(Debug)]
struct GoneWithAClone {
    inner: ServiceTransport,
    is_gone: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
}

impl Transport for GoneWithAClone {
    fn send(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        let clones = |body: &Bytes| String::from_utf8_lossy(body).contains("DEEP CLONE");
        if clones(request.body()) {
            self.is_gone.store(true, Ordering::SeqCst);
        }
        if self.is_gone.load(Ordering::SeqCst) {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return Box::pin(async { Err(TransportError::not_sent("connection refused")) });
        }
        self.inner.send(request)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn run_ends_once_the_workspace_is_gone_and_is_gone_on_with_when_it_is_back() {
    let fixture = Fixture::with_retail(Reached::InProcess).await;
    for number in 0..20 {
        fixture.query(&format!("CREATE TABLE prod.gold.t{number} AS SELECT 1 AS id")).await;
    }
    let (is_gone, refused) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let inner = ServiceTransport::new(fixture.workspace.router());
    let transport = GoneWithAClone { inner, is_gone: is_gone.clone(), refused: refused.clone() };
    let token = Arc::new(PersonalAccessToken::new(fixture.workspace.admin_token().unwrap()));
    let client = Client::builder(Url::parse("http://workspace.internal").unwrap())
        .transport(Arc::new(transport))
        .credentials(token)
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    let engine = Engine::new(client, "local", fixture.engine.journal().clone());
    let mut settings = settings();
    settings.limits.max_retries = 0;
    settings.limits.max_parallel_queries = std::num::NonZeroUsize::MIN;
    let plan = engine.plan(&settings).await.unwrap();
    let stop = CancellationToken::new();
    let error = engine.run(&settings, &plan, &SilentObserver, stop).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    let asked = refused.load(Ordering::SeqCst);
    assert!(asked < 22, "{asked} requests for 22 tables");
    is_gone.store(false, Ordering::SeqCst);
    let run = engine.journal().runs().unwrap().remove(0);
    assert_eq!(run.state, RunState::Failed);
    let report = fixture.engine.resume(&run.id, &SilentObserver, CancellationToken::new()).await.unwrap();
    assert_eq!((report.state, report.counts.failed), (RunState::Succeeded, 0), "{report:#?}");
    assert!(fixture.client.get_table(&name("dev.gold.t19")).await.is_ok());
}
