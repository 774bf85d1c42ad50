//! Both transports carry the same request and bring back the same answer.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use clxs_api::schema::CreateSchema;
use clxs_client::auth::PersonalAccessToken;
use clxs_client::{Client, Error, HttpTransport, RetryPolicy, ServiceTransport, Transport};
use http_body_util::{BodyExt, Full};
use rstest::rstest;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::queue::{TOKEN, stable};

/// What a server received: target, headers and body.
#[derive(Debug, Clone, PartialEq)]
struct Received {
    target: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

type Log = Arc<Mutex<Vec<Received>>>;

/// The server's side, the same for both: redirects one path, never answers another.
async fn serve(log: &Log, received: Received) -> (u16, &'static str) {
    let target = received.target.clone();
    log.lock().unwrap().push(received);
    match target.as_str() {
        "/api/2.1/unity-catalog/metastore_summary" => (307, ""),
        "/api/2.0/preview/scim/v2/Me" => std::future::pending().await,
        _ => (200, r#"{"name":"s"}"#),
    }
}

fn in_process(log: &Log) -> ServiceTransport {
    let log = log.clone();
    ServiceTransport::new(tower::service_fn(move |request: http::Request<Full<Bytes>>| {
        let log = log.clone();
        async move {
            let (parts, body) = request.into_parts();
            let headers = parts
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
            let received = Received {
                target: parts.uri.to_string(),
                headers: headers.collect(),
                body: body.collect().await.unwrap().to_bytes().to_vec(),
            };
            let (status, body) = serve(&log, received).await;
            let response =
                http::Response::builder().status(status).header("location", "https://elsewhere.example/x");
            Ok::<_, Infallible>(response.body(Full::from(body)).unwrap())
        }
    }))
}

async fn over_tcp(log: &Log) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let log = log.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let log = log.clone();
            tokio::spawn(async move { answer(stream, &log).await });
        }
    });
    url
}

/// Answers one HTTP/1.1 request and closes the connection.
async fn answer(mut stream: TcpStream, log: &Log) {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        stream.read_buf(&mut bytes).await.unwrap();
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let target = head.split(' ').nth(1).unwrap().to_owned();
    let headers: BTreeMap<_, _> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    while bytes.len() < head_end + length {
        stream.read_buf(&mut bytes).await.unwrap();
    }
    let (status, body) = serve(log, Received { target, headers, body: bytes[head_end..].to_vec() }).await;
    let answer = format!(
        "HTTP/1.1 {status} x\r\nlocation: https://elsewhere.example/x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await.unwrap();
}

#[derive(Debug, Clone, Copy)]
enum Over {
    Process,
    Tcp,
}

async fn connect(over: Over, timeout: Duration) -> (Client, Log) {
    let log = Log::default();
    let (url, transport): (Url, Arc<dyn Transport>) = match over {
        Over::Process => ("http://workspace.internal".parse().unwrap(), Arc::new(in_process(&log))),
        Over::Tcp => {
            let url = over_tcp(&log).await;
            let transport = HttpTransport::new(None).unwrap();
            (url, Arc::new(transport))
        }
    };
    let client = Client::builder(url)
        .transport(transport)
        .credentials(Arc::new(PersonalAccessToken::new(TOKEN)))
        .retry(RetryPolicy::never())
        .timeout(timeout)
        .build()
        .unwrap();
    (client, log)
}

const PATIENT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn both_transports_carry_the_same_requests() {
    let mut sides = Vec::new();
    for over in [Over::Process, Over::Tcp] {
        let (client, log) = connect(over, PATIENT).await;
        client.create_schema(&CreateSchema { name: "né".into(), ..CreateSchema::default() }).await.unwrap();
        client.get_warehouse("a b/c").await.unwrap();
        let mut received = log.lock().unwrap().clone();
        for one in &mut received {
            one.headers.insert("x-request-id".into(), one.headers["x-request-id"].len().to_string());
            one.headers.insert("host".into(), "[host]".into());
        }
        sides.push(received);
    }
    assert_eq!(sides[0], sides[1]);
}

#[rstest]
#[tokio::test]
async fn redirect_is_returned_and_not_followed(#[values(Over::Process, Over::Tcp)] over: Over) {
    let (client, log) = connect(over, PATIENT).await;
    let error = client.metastore_summary().await.unwrap_err();
    assert!(stable(&error).contains("HTTP 307 redirects to `elsewhere.example`"), "{error}");
    assert_eq!(log.lock().unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn answer_that_does_not_come_is_a_timeout(#[values(Over::Process, Over::Tcp)] over: Over) {
    let (client, _log) = connect(over, Duration::from_millis(200)).await;
    let error = client.current_user().await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
}

#[tokio::test]
async fn refused_connection_is_known_not_to_be_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let client = Client::builder(url).retry(RetryPolicy::never()).build().unwrap();
    let error = client.create_schema(&CreateSchema::default()).await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }) && !error.outcome_unknown(), "{error}");
}

#[tokio::test]
async fn connection_that_ends_without_an_answer_leaves_the_outcome_unknown() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url: Url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = [0; 1024];
        assert!(stream.read(&mut bytes).await.unwrap() > 0);
    });
    let client = Client::builder(url).retry(RetryPolicy::never()).build().unwrap();
    let error = client.create_schema(&CreateSchema::default()).await.unwrap_err();
    assert!(error.outcome_unknown(), "{error}");
}
