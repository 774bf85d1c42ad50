//! A server that answers every request with the same bytes and hangs up.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

pub(crate) struct FixedAnswer {
    url: String,
}

impl FixedAnswer {
    /// Answers with these bytes; with none it just hangs up.
    pub(crate) fn serve(answer: String) -> Self {
        Self::listen(TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap(), answer)
    }

    fn listen(listener: TcpListener, answer: String) -> Self {
        let url = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for connection in listener.incoming() {
                respond(connection.unwrap(), &answer);
            }
        });
        Self { url }
    }

    /// Answers with a JSON document that may name the server itself.
    pub(crate) fn json(document: impl FnOnce(&str) -> serde_json::Value) -> Self {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answer = ok(&document(&url).to_string());
        Self::listen(listener, answer)
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Refuses every token with this message.
    pub(crate) fn unauthenticated(message: &str) -> Self {
        let body = serde_json::json!({ "error_code": "UNAUTHENTICATED", "message": message }).to_string();
        Self::serve(answer("401 Unauthorized", &body))
    }

    /// The environment of somebody who uses this workspace.
    pub(crate) fn variables<'a>(&'a self, token: &'a str) -> [(&'a str, &'a str); 3] {
        [
            ("DATABRICKS_HOST", self.url.as_str()),
            ("DATABRICKS_TOKEN", token),
            ("DATABRICKS_WAREHOUSE_ID", "local"),
        ]
    }
}

/// An answer that says success, with a body of JSON.
pub(crate) fn ok(body: &str) -> String {
    answer("200 OK", body)
}

fn answer(status: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    )
}

/// Reads the head of a request before it answers, so that the other side has sent it.
pub(crate) fn respond(mut connection: TcpStream, answer: &str) {
    let mut lines = BufReader::new(connection.try_clone().unwrap()).lines();
    while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
    // The other side may have gone already, which is its right.
    connection.write_all(answer.as_bytes()).ok();
}
