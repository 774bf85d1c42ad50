//! `--require`: metadata that must be carried.

use crate::clxs::Clxs;

/// A catalog with a foreign key to a schema that is left out of the clones here.
const KEYS: &str = "
CREATE CATALOG prod;
CREATE SCHEMA prod.a;
CREATE SCHEMA prod.b;
CREATE TABLE prod.b.orders (id BIGINT NOT NULL, CONSTRAINT orders_pk PRIMARY KEY (id));
CREATE TABLE prod.a.lines (id BIGINT, CONSTRAINT lines_fk FOREIGN KEY (id) REFERENCES prod.b.orders (id));
";

#[test]
fn metadata_that_is_required_and_not_carried_is_named_and_exits_with_6() {
    let clxs = Clxs::new();
    clxs.run(&["sql", KEYS]).success();
    let clone = ["clone", "--source", "prod", "--include-schemas", "a", "--dest"];
    let met = clxs.run(&[&clone[..], &["met", "--require", "owner,tags,pk"]].concat());
    assert_eq!(met.code, 0, "{met}");
    let missed = clxs.run(&[&clone[..], &["missed", "--require", "fk"]].concat());
    assert_eq!(missed.code, 6, "{missed}");
    assert!(missed.stderr.contains("✗ table missed.a.lines lacks what is required: foreign key"), "{missed}");
    assert!(missed.stdout.contains("prod.b.orders, which is not cloned"), "{missed}");
}

#[test]
fn metadata_that_nobody_knows_cannot_be_required() {
    let ran = Clxs::new().run(&["clone", "--source", "a", "--dest", "b", "--require", "colour"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.stderr.contains("`colour`") && ran.stderr.contains("foreign_key"), "{ran}");
}

#[test]
fn metadata_that_a_switch_leaves_out_cannot_be_required() {
    let clone = ["clone", "--source", "a", "--dest", "b"];
    for (switch, required) in [("--no-permissions", "grants"), ("--no-security", "owner,masks")] {
        let ran = Clxs::new().run(&[&clone[..], &[switch, "--require", required]].concat());
        assert_eq!(ran.code, 2, "{ran}");
        assert!(ran.stderr.contains("false leaves it out"), "{ran}");
    }
}

#[test]
fn location_that_is_required_is_missed_by_every_run() {
    let clxs = Clxs::new();
    let place = clxs.folder().join("place");
    fs_err::create_dir(&place).unwrap();
    let made = format!(
        "CREATE CATALOG prod MANAGED LOCATION 'file://{}'; CREATE TABLE prod.default.t (id INT)",
        place.display()
    );
    clxs.run(&["sql", &made]).success();
    for run in ["first", "second"] {
        let ran = clxs.run(&["clone", "--source", "prod", "--dest", "dev", "--require", "location"]);
        assert_eq!(ran.code, 6, "{run}: {ran}");
    }
}

#[test]
fn owner_that_nobody_is_changes_nothing_in_a_second_run() {
    let clxs = Clxs::new();
    clxs.run(&["sql", "CREATE CATALOG prod; CREATE TABLE prod.default.t (id INT)"]).success();
    clxs.write("clxs.yaml", "principal_mapping: {admin@clxs.local: nobody@example.com}\n");
    let clone = ["clone", "--source", "prod", "--dest", "dev", "--output", "json"];
    clxs.run(&clone).success();
    let again: serde_json::Value = serde_json::from_str(&clxs.run(&clone).success()).unwrap();
    assert_eq!((&again["counts"]["changed"], &again["counts"]["created"]), (&0.into(), &0.into()), "{again}");
}

#[test]
fn plan_that_is_applied_is_held_to_what_the_file_requires_and_leaves_the_report_that_it_asks_for() {
    let clxs = Clxs::new();
    clxs.run(&["sql", KEYS]).success();
    let settings = "source_catalog: prod\ndestination_catalog: dev\ninclude_schemas: [a]\n";
    clxs.write(
        "clxs.yaml",
        &format!("{settings}require: [fk]\ngenerate_report: true\nenable_rollback: true\n"),
    );
    clxs.run(&["plan", "-o", "plan.json"]).success();
    let applied = clxs.run(&["apply", "plan.json"]);
    assert_eq!(applied.code, 6, "{applied}");
    assert!(applied.stderr.contains("lacks what is required: foreign key"), "{applied}");
    for folder in ["reports", "rollback_logs"] {
        assert!(clxs.folder().join(folder).is_dir(), "{folder}: {applied}");
    }
}

#[test]
fn rollback_log_that_cannot_be_written_is_told_after_the_report_of_the_run() {
    let clxs = Clxs::new();
    clxs.run(&["sql", "CREATE CATALOG prod; CREATE TABLE prod.default.t (id INT)"]).success();
    clxs.write("rollback_logs", "a file in its place");
    let ran = clxs.run(&["clone", "--source", "prod", "--dest", "dev", "--enable-rollback", "--report"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(clxs.folder().join("reports").is_dir(), "{ran}");
    assert!(
        ran.stdout.contains("1 success") && ran.stderr.contains("the rollback log cannot be written"),
        "{ran}"
    );
}
