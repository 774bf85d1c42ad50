//! `--log-format json`: everything on stderr and in the log file is JSON, a document a line.

use serde_json::Value;

use crate::clxs::Clxs;
use crate::server::FixedAnswer;

fn levels(log: &str) -> Vec<String> {
    let parse =
        |line: &str| -> Value { serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}")) };
    let documents: Vec<Value> = log.lines().map(parse).collect();
    for document in &documents {
        assert!(document["message"].is_string() && document["timestamp"].is_string(), "{document}");
    }
    documents.iter().map(|document| document["level"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn messages_traces_and_errors_are_documents() {
    let clxs = Clxs::new();
    let server = FixedAnswer::unauthenticated("no");
    let arguments = ["sql", "SELECT 1", "-vv", "--log-format", "json", "--log-file", "log"];
    let ran = clxs.run_with(&server.variables("t"), &arguments);
    assert_eq!(ran.code, 4, "{ran}");
    let found = levels(&ran.stderr);
    assert!(found.contains(&"DEBUG".to_owned()) && found.contains(&"ERROR".to_owned()), "{ran}");
    levels(&fs_err::read_to_string(clxs.folder().join("log")).unwrap());
}

#[test]
fn what_the_program_goes_by_and_what_is_tried_again_is_told_to_who_asks_for_more() {
    let clxs = Clxs::new();
    clxs.write("clxs.yaml", "max_workers: 1\n");
    let server = FixedAnswer::serve(String::new());
    let variables = server.variables("s3cr3t");
    let ran = clxs.run_with(&variables, &["sql", "SELECT 1", "-v"]);
    for told in ["read from clxs.yaml", server.url(), "DATABRICKS_TOKEN", "warehouse: local"] {
        assert!(ran.stderr.contains(told), "{told}: {ran}");
    }
    let again = clxs.run_with(&variables, &["doctor", "-v"]);
    assert!(again.stderr.contains("trying again"), "{again}");
    assert!(!ran.stderr.contains("s3cr3t"), "{ran}");
    let silent = clxs.run_with(&variables, &["sql", "SELECT 1"]);
    assert!(!silent.stderr.contains("read from clxs.yaml"), "{silent}");
}

#[test]
fn form_of_messages_can_be_set_like_any_setting() {
    let clxs = Clxs::new();
    clxs.write("clxs.yaml", "log_format: json\n");
    let ran = clxs.run(&["config", "init"]);
    assert_eq!(levels(&ran.stderr), ["INFO", "INFO"], "{ran}");
    let text = clxs.run_with(&[("CLXS_LOG_FORMAT", "text")], &["config", "init", "--file", "x.yaml"]);
    assert!(text.stderr.starts_with("✓ Wrote x.yaml"), "{text}");
}

#[cfg(feature = "embedded")]
#[test]
fn lines_of_a_run_have_their_level_as_a_field() {
    let clxs = Clxs::new();
    clxs.run(&["sql", "CREATE CATALOG shop; CREATE SCHEMA shop.s; CREATE TABLE shop.s.t AS SELECT 1 AS id"])
        .success();
    let ran = clxs.run(&["clone", "--source", "shop", "--dest", "copy", "--log-format", "json"]);
    levels(&ran.stderr);
    assert!(ran.stderr.contains(r#""message":"✓ Cloned table: s.t"#), "{ran}");
}
