//! The Files API over volumes: bytes, ranges, signed URLs, and paths that would like to leave.

use axum::body::Body;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use proptest::prelude::*;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::server::{Server, Transport};

const VOLUMES: &str = "/api/2.1/unity-catalog/volumes";
const FILES: &str = "/api/2.0/fs/files/Volumes/main/s/v";
const DIRECTORIES: &str = "/api/2.0/fs/directories/Volumes/main/s/v";

/// What came back, as bytes.
pub(crate) struct Raw {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Raw {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

async fn send(server: &Server, token: &str, request: http::request::Builder, body: impl Into<Body>) -> Raw {
    let request = request.header("authorization", format!("Bearer {token}")).body(body.into()).unwrap();
    answer(server, request).await
}

async fn answer(server: &Server, request: Request<Body>) -> Raw {
    let response = server.workspace.router().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Raw { status: parts.status, headers: parts.headers, body }
}

pub(crate) async fn as_admin(server: &Server, method: &str, path: &str, body: impl Into<Body>) -> Raw {
    as_holder(server, &server.token, method, path, body).await
}

/// As the holder of a token.
pub(crate) async fn as_holder(
    server: &Server,
    token: &str,
    method: &str,
    path: &str,
    body: impl Into<Body>,
) -> Raw {
    send(server, token, Request::builder().method(method).uri(path), body).await
}

/// A workspace with the volume `main.s.v`.
async fn start() -> Server {
    let server = Server::start(Transport::InProcess).await;
    server.ok("POST", "/api/2.1/unity-catalog/catalogs", json!({ "name": "main" })).await;
    let schema = json!({ "name": "s", "catalog_name": "main" });
    server.ok("POST", "/api/2.1/unity-catalog/schemas", schema).await;
    let volume = json!({ "catalog_name": "main", "schema_name": "s", "name": "v", "volume_type": "MANAGED" });
    server.ok("POST", VOLUMES, volume).await;
    server
}

/// The folder of the volume.
async fn folder(server: &Server) -> std::path::PathBuf {
    let volume = server.get(&format!("{VOLUMES}/main.s.v")).await;
    volume["storage_location"].as_str().unwrap().strip_prefix("file://").unwrap().into()
}

#[tokio::test]
async fn file_lives_from_upload_to_deletion() {
    let server = start().await;
    let put = as_admin(&server, "PUT", &format!("{FILES}/a%20b/%E2%98%83.txt"), "0123456789").await;
    assert_eq!((put.status, put.body.len()), (StatusCode::NO_CONTENT, 0));
    let got = as_admin(&server, "GET", &format!("{FILES}/a%20b/%E2%98%83.txt"), "").await;
    assert_eq!((got.status, got.body.as_slice()), (StatusCode::OK, b"0123456789".as_slice()));
    let whole =
        as_admin(&server, "GET", "/api/2.0/fs/files/Volumes%2Fmain%2Fs%2Fv%2Fa%20b%2F%E2%98%83.txt", "")
            .await;
    assert_eq!(whole.body, got.body, "the command line escapes slashes");
    let head = as_admin(&server, "HEAD", &format!("{FILES}/a%20b/%E2%98%83.txt"), "").await;
    assert_eq!(head.headers["content-length"], "10");
    assert_eq!(head.headers["last-modified"], got.headers["last-modified"]);
    let deleted = as_admin(&server, "DELETE", &format!("{FILES}/a%20b/%E2%98%83.txt"), "").await;
    assert_eq!(deleted.status, StatusCode::NO_CONTENT);
    let gone = as_admin(&server, "GET", &format!("{FILES}/a%20b/%E2%98%83.txt"), "").await;
    assert_eq!((gone.status, &gone.json()["error_code"]), (StatusCode::NOT_FOUND, &json!("NOT_FOUND")));
    let gone = as_admin(&server, "HEAD", &format!("{FILES}/a%20b/%E2%98%83.txt"), "").await;
    assert_eq!((gone.status, gone.body.len()), (StatusCode::NOT_FOUND, 0));
}

#[tokio::test]
async fn existing_file_is_replaced_only_when_asked() {
    let server = start().await;
    as_admin(&server, "PUT", &format!("{FILES}/a"), "first").await;
    let refused = as_admin(&server, "PUT", &format!("{FILES}/a?overwrite=false"), "second").await;
    assert_eq!(
        (refused.status, &refused.json()["error_code"]),
        (StatusCode::CONFLICT, &json!("ALREADY_EXISTS"))
    );
    as_admin(&server, "PUT", &format!("{FILES}/a?overwrite=true"), "third").await;
    assert_eq!(as_admin(&server, "GET", &format!("{FILES}/a"), "").await.body, b"third");
    as_admin(&server, "PUT", &format!("{DIRECTORIES}/d"), "").await;
    for path in ["d?overwrite=true", "a/b?overwrite=true"] {
        let refused = as_admin(&server, "PUT", &format!("{FILES}/{path}"), "x").await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{path}");
    }
    let refused = as_admin(&server, "PUT", &format!("{DIRECTORIES}/a"), "").await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn upload_that_breaks_off_leaves_what_was_there() {
    let server = start().await;
    as_admin(&server, "PUT", &format!("{FILES}/a"), "whole").await;
    let chunks = [Ok(bytes::Bytes::from("half")), Err(std::io::Error::other("hung up"))];
    let broken = Body::from_stream(futures::stream::iter(chunks));
    let refused = as_admin(&server, "PUT", &format!("{FILES}/a?overwrite=true"), broken).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(as_admin(&server, "GET", &format!("{FILES}/a"), "").await.body, b"whole");
    let left = fs_err::read_dir(folder(&server).await.join(".clxs-uploads")).unwrap().count();
    assert_eq!(left, 0, "the workspace keeps no half of an upload");
}

#[tokio::test]
async fn directories_are_listed_in_pages_and_deleted_when_empty() {
    let server = start().await;
    let empty = as_admin(&server, "GET", DIRECTORIES, "").await;
    assert_eq!((empty.status, empty.json()), (StatusCode::OK, json!({ "contents": [] })));
    for path in ["a/x", "a/y", "a/z"] {
        as_admin(&server, "PUT", &format!("{FILES}/{path}"), "1").await;
    }
    let page = as_admin(&server, "GET", &format!("{DIRECTORIES}/a?page_size=2"), "").await.json();
    assert_eq!(
        (&page["contents"][0]["path"], &page["contents"][1]["name"]),
        (&json!("/Volumes/main/s/v/a/x"), &json!("y"))
    );
    let token = page["next_page_token"].as_str().unwrap();
    let last =
        as_admin(&server, "GET", &format!("{DIRECTORIES}/a?page_size=2&page_token={token}"), "").await.json();
    assert_eq!((&last["contents"][0]["name"], &last["next_page_token"]), (&json!("z"), &Value::Null));
    let refused = as_admin(&server, "DELETE", &format!("{DIRECTORIES}/a"), "").await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.json()["details"][0]["reason"], "FILES_API_DIRECTORY_IS_NOT_EMPTY");
    assert_eq!(
        as_admin(&server, "HEAD", &format!("{DIRECTORIES}/nowhere"), "").await.status,
        StatusCode::NOT_FOUND
    );
    let token = as_admin(&server, "GET", &format!("{DIRECTORIES}/a?page_token=%C2%A7"), "").await;
    assert_eq!(token.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn drivers_list_has_files_before_directories() {
    let server = start().await;
    for path in ["z.csv", "a/x.csv", "B.csv", "m/x.csv"] {
        as_admin(&server, "PUT", &format!("{FILES}/{path}"), "1").await;
    }
    let listed = server.get("/api/2.0/fs/list?path=%2FVolumes%2Fmain%2Fs%2Fv%2F").await;
    let paths: Vec<_> =
        listed["files"].as_array().unwrap().iter().map(|entry| entry["path"].as_str().unwrap()).collect();
    let expected = ["B.csv", "z.csv", "a/", "m/"].map(|name| format!("/Volumes/main/s/v/{name}"));
    assert_eq!(paths, expected);
    assert_eq!(server.get("/api/2.0/fs/list?path=%2FVolumes%2Fmain%2Fs%2Fv%2Fnone%2F").await, json!({}));
}

#[tokio::test]
async fn reading_and_writing_need_their_privileges() {
    let server = start().await;
    as_admin(&server, "PUT", &format!("{FILES}/a"), "secret").await;
    let ann = server.workspace.create_token("ann@x").await.unwrap();
    let ask = async |method: &str, path: &str| {
        send(&server, &ann, Request::builder().method(method).uri(path), "x").await
    };
    assert_eq!(ask("GET", &format!("{FILES}/a")).await.status, StatusCode::NOT_FOUND, "it looks absent");
    let grant = async |kind: &str, name: &str, privilege: &str| {
        let change = json!({ "changes": [{ "principal": "ann@x", "add": [privilege] }] });
        server.ok("PATCH", &format!("/api/2.1/unity-catalog/permissions/{kind}/{name}"), change).await;
    };
    grant("catalog", "main", "USE_CATALOG").await;
    grant("schema", "main.s", "USE_SCHEMA").await;
    assert_eq!(ask("GET", &format!("{FILES}/a")).await.status, StatusCode::FORBIDDEN);
    grant("volume", "main.s.v", "READ_VOLUME").await;
    assert_eq!(ask("GET", &format!("{FILES}/a")).await.body, b"secret");
    for (method, path) in
        [("PUT", format!("{FILES}/b")), ("DELETE", format!("{FILES}/a")), ("PUT", format!("{DIRECTORIES}/d"))]
    {
        let refused = ask(method, &path).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{method} {path}");
        assert_eq!(refused.json()["message"], "User does not have WRITE VOLUME on Volume 'main.s.v'.");
    }
    grant("volume", "main.s.v", "WRITE_VOLUME").await;
    assert_eq!(ask("PUT", &format!("{FILES}/b")).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn links_out_of_the_volume_are_not_followed() {
    let server = start().await;
    as_admin(&server, "PUT", &format!("{FILES}/a"), "inside").await;
    let (folder, outside) = (folder(&server).await, server.root().join("outside"));
    fs_err::create_dir(&outside).unwrap();
    fs_err::write(outside.join("secret"), "secret").unwrap();
    std::os::unix::fs::symlink(outside.join("secret"), folder.join("link")).unwrap();
    std::os::unix::fs::symlink(&outside, folder.join("linked")).unwrap();
    for path in ["link", "linked/secret"] {
        for method in ["GET", "HEAD", "DELETE"] {
            let refused = as_admin(&server, method, &format!("{FILES}/{path}"), "").await;
            assert_eq!(refused.status, StatusCode::NOT_FOUND, "{method} {path}");
        }
    }
    assert_eq!(
        as_admin(&server, "PUT", &format!("{FILES}/linked/new"), "x").await.status,
        StatusCode::CONFLICT
    );
    assert_eq!(
        as_admin(&server, "GET", &format!("{DIRECTORIES}/linked"), "").await.status,
        StatusCode::NOT_FOUND
    );
    as_admin(&server, "PUT", &format!("{FILES}/link?overwrite=true"), "mine").await;
    assert_eq!(fs_err::read_to_string(outside.join("secret")).unwrap(), "secret");
    assert_eq!(fs_err::read_dir(&outside).unwrap().count(), 1);
}

#[tokio::test]
async fn signed_url_opens_one_file_for_one_thing_without_a_token() {
    let server = start().await;
    as_admin(&server, "PUT", &format!("{FILES}/a"), "content").await;
    let create = "/api/2.0/fs/create-download-url?path=/Volumes/main/s/v/a";
    let url = server.ok("POST", create, json!({})).await["url"].as_str().unwrap().to_owned();
    let open = async |method: &str, url: &str| {
        answer(&server, Request::builder().method(method).uri(url).body(Body::from("x")).unwrap()).await
    };
    assert_eq!(open("GET", &url).await.body, b"content");
    for (method, url) in [
        ("PUT", url.clone()),
        ("GET", url.replace("%2Fa&", "%2Fb&")),
        ("GET", url.replace("expires=", "expires=9")),
    ] {
        assert_eq!(open(method, &url).await.status, StatusCode::FORBIDDEN, "{method} {url}");
    }
    let past = server.ok("POST", &format!("{create}&expire_time=2001-01-01T00:00:00Z"), json!({})).await;
    let expired = open("GET", past["url"].as_str().unwrap()).await;
    assert_eq!(expired.status, StatusCode::FORBIDDEN);
    assert!(String::from_utf8(expired.body).unwrap().contains("<Message>Request has expired</Message>"));
    let upload =
        server.ok("POST", "/api/2.0/fs/create-upload-url", json!({ "path": "/Volumes/main/s/v/new" })).await;
    assert_eq!(open("PUT", upload["url"].as_str().unwrap()).await.status, StatusCode::OK);
    assert_eq!(as_admin(&server, "GET", &format!("{FILES}/new"), "").await.body, b"x");
}

#[tokio::test]
async fn signed_url_does_not_open_another_volume_that_took_the_name() {
    let server = start().await;
    as_admin(&server, "PUT", &format!("{FILES}/a"), "content").await;
    let create = "/api/2.0/fs/create-download-url?path=/Volumes/main/s/v/a";
    let url = server.ok("POST", create, json!({})).await["url"].as_str().unwrap().to_owned();
    let opened = async || answer(&server, Request::get(url.as_str()).body(Body::empty()).unwrap()).await;
    assert_eq!(opened().await.body, b"content");
    server.ok("DELETE", "/api/2.1/unity-catalog/volumes/main.s.v", json!({})).await;
    let volume = json!({ "catalog_name": "main", "schema_name": "s", "name": "v", "volume_type": "MANAGED" });
    server.ok("POST", "/api/2.1/unity-catalog/volumes", volume).await;
    as_admin(&server, "PUT", &format!("{FILES}/a"), "secret").await;
    assert_eq!(opened().await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn session_is_good_for_its_path_and_its_parts_alone() {
    let server = start().await;
    let begun = server.ok("POST", &format!("{FILES}/big?action=initiate-upload"), json!({})).await;
    let token = begun["multipart_upload"]["session_token"].as_str().unwrap().to_owned();
    let urls = async |path: &str| {
        let request = json!({ "path": path, "session_token": token, "start_part_number": 1, "count": 2 });
        server.send_as(&server.token, "POST", "/api/2.0/fs/create-upload-part-urls", request).await
    };
    assert_eq!(urls("/Volumes/main/s/v/other").await.status, 404);
    let urls = urls("/Volumes/main/s/v/big").await.body;
    let mut parts = Vec::new();
    for number in 0..2 {
        let url = urls["upload_part_urls"][number]["url"].as_str().unwrap();
        let put =
            Request::builder().method("PUT").uri(url).body(Body::from(format!("part{number}"))).unwrap();
        let tag = answer(&server, put).await.headers["etag"].to_str().unwrap().to_owned();
        parts.push(json!({ "part_number": number + 1, "etag": tag }));
    }
    let complete = format!("{FILES}/big?action=complete-upload&upload_type=multipart&session_token={token}");
    for wrong in [json!([]), json!([parts[1], parts[0]]), json!([{ "part_number": 1, "etag": "../x" }])] {
        let refused = server.error("POST", &complete, json!({ "parts": wrong })).await;
        assert!(refused.starts_with("400 INVALID_PARAMETER_VALUE"), "{refused}");
    }
    server.ok("POST", &complete, json!({ "parts": parts })).await;
    assert_eq!(as_admin(&server, "GET", &format!("{FILES}/big"), "").await.body, b"part0part1");
    assert!(server.error("POST", &complete, json!({ "parts": parts })).await.starts_with("404 NOT_FOUND"));
    assert_eq!(fs_err::read_dir(folder(&server).await.join(".clxs-uploads")).unwrap().count(), 0);
}

#[test]
fn no_path_reads_or_writes_outside_the_volume() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(start());
    let outside = server.root().join("managed/canary");
    fs_err::create_dir_all(&outside).unwrap();
    fs_err::write(outside.join("a"), "canary").unwrap();
    let piece = "(/|\\.\\.|\\.|%2e|%2E|%2F|%2f|%5c|%00|a|canary|managed|metastore\\.db){1,12}";
    let config = ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(path in piece)| {
        let (before, after) = runtime.block_on(async {
            let before = listing(&server.root(), &folder(&server).await);
            for url in [format!("{FILES}/{path}"), format!("/api/2.0/fs/files/{path}"), format!("{DIRECTORIES}/{path}")] {
                let put = as_admin(&server, "PUT", &url, "written").await;
                prop_assert!(put.status.as_u16() < 500, "PUT {url}: {}", put.status);
                let got = as_admin(&server, "GET", &url, "").await;
                prop_assert!(got.body != b"canary" && got.status.as_u16() < 500, "GET {url}: {}", got.status);
                as_admin(&server, "DELETE", &url, "").await;
            }
            Ok((before, listing(&server.root(), &folder(&server).await)))
        })?;
        prop_assert_eq!(before, after);
    });
}

/// All paths below a folder but those of the volume and of the database.
fn listing(root: &std::path::Path, volume: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(root).unwrap().map(|entry| entry.unwrap().path()) {
        let is_database = entry.file_name().unwrap().to_string_lossy().starts_with("metastore.db");
        if entry.is_dir() && entry != volume {
            found.extend(listing(&entry, volume));
        }
        if !is_database && entry != volume {
            found.push(entry);
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn missing_volume_is_told_in_the_recorded_body() {
    let server = start().await;
    let mut answer = as_admin(&server, "GET", "/api/2.0/fs/files/Volumes/main/s/nov/a", "").await.json();
    let message = "Volume 'main.s.nov' does not exist.";
    assert_eq!((&answer["error_code"], &answer["message"]), (&json!("NOT_FOUND"), &json!(message)));
    assert_eq!(
        answer["details"][0],
        json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "FILES_API_RESOURCE_NOT_FOUND",
            "domain": "filesystem.databricks.com",
            "metadata": { "unity_catalog_error_message": message },
        })
    );
    assert!(answer["details"][1]["request_id"].take().is_string());
    assert_eq!(answer["details"][1]["@type"], "type.googleapis.com/google.rpc.RequestInfo");
    let volume =
        json!({ "catalog_name": "main", "schema_name": "nos", "name": "v", "volume_type": "MANAGED" });
    let error = server.error("POST", VOLUMES, volume).await;
    assert_eq!(error, "404 SCHEMA_DOES_NOT_EXIST: Schema 'main.nos' does not exist.");
}
