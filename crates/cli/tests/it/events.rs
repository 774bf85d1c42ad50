//! `--events jsonl`: what happens, as data.

use serde_json::Value;

use crate::clxs::Clxs;

#[test]
fn every_line_is_a_document_and_the_report_is_the_last() {
    let clxs = Clxs::new();
    clxs.run(&["sql", "CREATE CATALOG shop; CREATE SCHEMA shop.s; CREATE TABLE shop.s.t AS SELECT 1 AS id"])
        .success();
    let ran = clxs.run(&["clone", "--source", "shop", "--dest", "copy", "--events", "jsonl"]);
    assert!(ran.stderr.contains("✓ Cloned table: s.t"), "{ran}");
    let lines: Vec<Value> = ran.success().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (report, events) = lines.split_last().unwrap();
    assert_eq!(
        (report["schema"].as_str(), report["state"].as_str()),
        (Some("clxs.report"), Some("succeeded"))
    );
    for event in events {
        assert_eq!(
            (event["schema"].as_str(), event["version"].as_u64()),
            (Some("clxs.event"), Some(1)),
            "{event}"
        );
    }
    let names: Vec<_> = events.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!((names.first(), names.last()), (Some(&"schemas_found"), Some(&"run_finished")));
    for name in ["run_started", "step_started", "step_finished", "securable_finished", "schema_finished"] {
        assert!(names.contains(&name), "{names:?}");
    }
}

#[test]
fn two_forms_of_one_result_exclude_each_other() {
    let both = ["clone", "--source", "a", "--dest", "b", "--events", "jsonl", "--output", "json"];
    assert_eq!(Clxs::new().run(&both).code, 2);
}
