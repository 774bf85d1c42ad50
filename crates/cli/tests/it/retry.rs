//! How often requests are tried, and what is told of it, on a workspace that throttles.

use serde_json::Value;

use crate::clxs::{Clxs, Ran};
use crate::workspace::Server;

/// A served workspace with a catalog of one table, on which faults happen.
struct Prepared {
    clxs: Clxs,
    _server: Server,
    url: String,
    token: String,
}

impl Prepared {
    fn new(faults: &str) -> Self {
        let clxs = Clxs::new();
        clxs.write("faults.yaml", faults);
        let server = Server::start_with(&clxs, &["--faults", "faults.yaml"]);
        let token = fs_err::read_to_string(clxs.folder().join("w/admin.token")).unwrap().trim().to_owned();
        let prepared = Self { clxs, url: server.url.clone(), _server: server, token };
        let statements = "CREATE CATALOG shop; CREATE SCHEMA shop.s; CREATE TABLE shop.s.t AS SELECT 1 AS id";
        prepared.run(&[], &["sql", statements]).success();
        prepared
    }

    fn run(&self, settings: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let connection = [
            ("DATABRICKS_HOST", &*self.url),
            ("DATABRICKS_TOKEN", &self.token),
            ("DATABRICKS_WAREHOUSE_ID", "local"),
        ];
        self.clxs.run_with(&[&connection[..], settings].concat(), arguments)
    }

    fn clone_with(&self, settings: &[(&str, &str)]) -> Ran {
        self.run(settings, &["clone", "--source", "shop", "--dest", "copy", "--output", "json"])
    }
}

/// Refuses a request so many times.
fn refused(request: &str, status: u16, times: u32) -> String {
    format!("rules:\n  - {{{request}, times: {times}, effect: {{status: {{code: {status}}}}}}}\n")
}

#[test]
fn requests_that_were_throttled_are_among_the_retries_of_the_report() {
    let prepared = Prepared::new(&refused("statement: CREATE * CLONE *", 429, 3));
    let report: Value = serde_json::from_str(&prepared.clone_with(&[]).success()).unwrap();
    assert_eq!(report["retries"], 3, "{report}");
}

#[test]
fn nothing_is_tried_again_when_retries_are_off() {
    let prepared = Prepared::new(&refused("method: GET, path: /api/2.1/unity-catalog/catalogs/shop", 503, 1));
    let ran = prepared.clone_with(&[("CLXS_ENABLE_RETRY", "false")]);
    assert_eq!(ran.code, 8, "{ran}");
    assert!(ran.stderr.contains("1 try in"), "{ran}");
    prepared.clone_with(&[("CLXS_ENABLE_RETRY", "false")]).success();
}

#[test]
fn requests_are_tried_as_often_as_max_retries_says() {
    let prepared = Prepared::new(&refused("method: GET, path: /api/2.1/unity-catalog/catalogs/shop", 503, 4));
    let ran = prepared.clone_with(&[("CLXS_MAX_RETRIES", "2")]);
    assert_eq!(ran.code, 8, "{ran}");
    assert!(ran.stderr.contains("3 tries in"), "{ran}");
    prepared.clone_with(&[("CLXS_MAX_RETRIES", "2")]).success();
}

/// As on accounts with Default Storage (facts/settled.md §1).
#[test]
fn catalog_that_is_refused_without_a_location_is_told_how_to_be_given_one() {
    let prepared = Prepared::new(
        "rules:\n  - {method: POST, path: /api/2.1/unity-catalog/catalogs, effect: {error: {status: 400, \
         error_code: INVALID_STATE, message: Metastore storage root URL does not exist.}}}\n",
    );
    let ran = prepared.clone_with(&[]);
    assert_ne!(ran.code, 0, "{ran}");
    assert!(ran.stderr.contains("name one with --location, or make the catalog first"), "{ran}");
}
