//! Any request is answered in time, and writes nothing outside the folder of the workspace.
#![no_main]

use std::ffi::OsString;
use std::sync::LazyLock;
use std::time::Duration;

use arbitrary::Arbitrary;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use clxs_workspace::{Workspace, WorkspaceOptions};
use http_body_util::BodyExt;
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt;

/// No request waits that long: statements are answered with their id before.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where most requests of clients go.
const PREFIXES: [&str; 7] = [
    "",
    "/api/2.1/unity-catalog/",
    "/api/2.0/sql/statements/",
    "/api/2.0/sql/",
    "/api/2.0/fs/files/Volumes/",
    "/api/2.0/fs/directories/",
    "/api/2.0/preview/scim/v2/",
];

#[derive(Debug, Arbitrary)]
struct Input<'a> {
    method: Method,
    prefix: u8,
    path: &'a str,
    authenticated: bool,
    body: &'a [u8],
}

#[derive(Debug, Arbitrary)]
enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
    Head,
}

/// A workspace in `workspace` of a folder that holds nothing else.
struct Fixture {
    folder: TempDir,
    runtime: Runtime,
    router: Router,
    token: String,
}

static FIXTURE: LazyLock<Fixture> = LazyLock::new(|| {
    let folder = TempDir::new().expect("a folder");
    let runtime = Runtime::new().expect("a runtime");
    let opened = runtime.block_on(Workspace::open(folder.path().join("workspace"), WorkspaceOptions::default()));
    let workspace = opened.expect("a workspace");
    let token = workspace.admin_token().expect("a token");
    Fixture { folder, runtime, router: workspace.router(), token }
});

fuzz_target!(|input: Input<'_>| {
    if let Some(request) = request(&input) {
        let answer = FIXTURE.runtime.block_on(async {
            tokio::time::timeout(PATIENCE, async {
                let answer = FIXTURE.router.clone().oneshot(request).await.expect("an answer");
                let status = answer.status();
                answer.into_body().collect().await.expect("a whole body");
                status
            })
            .await
        });
        let status = answer.expect("an answer in time");
        assert_ne!(status, StatusCode::INTERNAL_SERVER_ERROR, "{input:?}");
        assert_eq!(entries(), ["workspace"], "{input:?}");
    }
});

/// The request, when the path is one.
fn request(input: &Input<'_>) -> Option<Request<Body>> {
    let method = format!("{:?}", input.method).to_uppercase();
    let prefix = PREFIXES[usize::from(input.prefix) % PREFIXES.len()];
    let mut request = Request::builder().method(&*method).uri(format!("{prefix}{}", input.path));
    if input.authenticated {
        request = request.header("authorization", format!("Bearer {}", FIXTURE.token));
    }
    request.header("content-type", "application/json").body(Body::from(input.body.to_vec())).ok()
}

fn entries() -> Vec<OsString> {
    let entries = fs_err::read_dir(FIXTURE.folder.path()).expect("the folder");
    entries.map(|entry| entry.expect("an entry").file_name()).collect()
}
