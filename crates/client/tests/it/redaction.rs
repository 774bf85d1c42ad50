//! A secret occurs in no error and no trace, whatever comes back.

use std::fmt::Write;
use std::io;
use std::sync::{Arc, Mutex};

use clxs_api::statement::{ExecuteStatement, ExternalLink};
use clxs_client::RetryPolicy;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::queue::{Queue, Reply, TOKEN, builder, chain, text};

/// Secrets of others that an answer may hold: a web token, a signature, a session.
const FOREIGN: &[&str] = &["eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl", "canarysignature", "canarysession"];

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Sink {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// A text that holds every secret in a form in which they occur.
fn leak() -> String {
    let [jwt, signature, session] = FOREIGN else { panic!("three secrets") };
    format!(
        "Authorization: Bearer {TOKEN} and {jwt} at https://x/y?sig={signature}&X-Amz-Security-Token={session}&a={TOKEN}"
    )
}

fn leaking_replies() -> Vec<Reply> {
    let leak = leak();
    let quoted = serde_json::to_string(&leak).unwrap();
    vec![
        text(
            400,
            &[],
            &format!(r#"{{"error_code":"BAD_REQUEST","message":{quoted},"details":[{{"m":{quoted}}}]}}"#),
        ),
        text(400, &[], &format!(r#"{{"error_code":{quoted},"message":"x"}}"#)),
        text(400, &[], &format!(r#"{{"detail":{quoted},"status":"400"}}"#)),
        text(500, &[], &format!("<html><pre>{leak}</pre></html>")),
        text(500, &[], &leak),
        text(400, &[("x-request-id", TOKEN)], "{}"),
        text(302, &[("location", &format!("https://x/?token={TOKEN}"))], ""),
        text(200, &[], &format!(r#"{{"statement_id": 7, "message": {quoted}}}"#)),
        text(200, &[], &format!(r#"{{"status": {quoted}}}"#)),
        text(200, &[], &leak),
        text(
            200,
            &[],
            &format!(
                r#"{{"statement_id":"s","status":{{"state":"FAILED","error":{{"message":{quoted}}}}}}}"#
            ),
        ),
        Reply::Interrupted(leak.clone()),
        Reply::NotSent(leak),
        Reply::Silence,
    ]
}

/// Collects the traces of the whole process. The cache of what is traced is filled by whichever test comes
/// first, so it is filled anew once every place that traces was passed.
async fn trace_into(sink: &Sink) {
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(LevelFilter::TRACE)
        .with_writer(sink.clone())
        .finish();
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let queue = Queue::new([text(503, &[], ""), text(200, &[], "")]);
    builder(&queue).build().unwrap().current_user().await.unwrap();
    tracing::callsite::rebuild_interest_cache();
}

#[tokio::test(start_paused = true)]
async fn no_secret_occurs_in_any_error_or_trace() {
    let sink = Sink::default();
    trace_into(&sink).await;
    let mut shown = String::new();
    for reply in leaking_replies() {
        let queue = Queue::new([reply]);
        let client = builder(&queue).retry(RetryPolicy::never()).build().unwrap();
        let error = client.query(&ExecuteStatement::default()).await.unwrap_err();
        writeln!(shown, "{}\n{error:?}\n{client:?}", chain(&error)).unwrap();
    }
    let queue = Queue::new([text(403, &[], &leak())]);
    let client = builder(&queue).retry(RetryPolicy::never()).build().unwrap();
    let link =
        ExternalLink { external_link: format!("https://x/y?sig={}", FOREIGN[1]), ..ExternalLink::default() };
    let error = client.fetch_external(&link).await.unwrap_err();
    writeln!(shown, "{}\n{error:?}\n{link:?}", chain(&error)).unwrap();
    let traces = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
    assert!(traces.contains("client{"), "spans are traced: {traces}");
    for secret in FOREIGN.iter().chain([&TOKEN]) {
        assert!(!shown.contains(secret), "{secret} is shown:\n{shown}");
        assert!(!traces.contains(secret), "{secret} is traced:\n{traces}");
    }
}
