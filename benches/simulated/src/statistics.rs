//! What was asked, and how much of it was work of the warehouse.

use std::collections::BTreeMap;
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};

#[derive(Debug, Clone, Default)]
pub(crate) struct Statistics {
    /// Requests by method and the kind of their path.
    requests: BTreeMap<String, u64>,
    /// Statements by their first words.
    statements: BTreeMap<String, u64>,
    service: Duration,
    throttled: u64,
    /// State of the generator that decides which requests are throttled: the same for every run.
    random: u64,
}

impl Statistics {
    /// Counts a request; returns whether it is among the share that is throttled.
    pub(crate) fn count(&mut self, method: &Method, path: &str, share: f64) -> bool {
        *self.requests.entry(format!("{method} {}", kind(path))).or_default() += 1;
        self.random =
            self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let throttled =
            f64::from(u32::try_from(self.random >> 40).unwrap_or_default()) / f64::from(1_u32 << 24) < share;
        self.throttled += u64::from(throttled);
        throttled
    }

    pub(crate) fn statement(&mut self, text: &str, service: Duration) {
        let words: Vec<_> = text.split_whitespace().filter(|word| !word.contains('`')).take(3).collect();
        *self.statements.entry(words.join(" ")).or_default() += 1;
        self.service += service;
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "requests": self.requests,
            "statements": self.statements,
            "service_ms": u64::try_from(self.service.as_millis()).unwrap_or(u64::MAX),
            "throttled": self.throttled,
        })
    }
}

/// The path with names left out: `/statements/…`.
fn kind(path: &str) -> String {
    const KEPT: [&str; 13] = [
        "directories",
        "policies",
        "models",
        "catalogs",
        "schemas",
        "tables",
        "functions",
        "volumes",
        "permissions",
        "statements",
        "chunks",
        "cancel",
        "Me",
    ];
    let parts: Vec<_> = path.split('/').collect();
    let Some(last) = parts.iter().rposition(|part| KEPT.contains(part)) else {
        return path.to_owned();
    };
    let more = if last + 1 < parts.len() { "/…" } else { "" };
    format!("{}{more}", parts[last])
}
