//! What people are told in runs that are not plain clones, and what is refused instead of ignored.

use serde_json::Value;

use crate::clxs::{Clxs, Ran, assert_ran};

const CATALOGS: [&str; 4] = ["--source", "shop", "--dest", "copy"];

fn shop() -> Clxs {
    let clxs = Clxs::new();
    let source = "CREATE CATALOG shop; CREATE SCHEMA shop.s; CREATE SCHEMA shop.empty; CREATE TABLE shop.s.t AS SELECT 1 AS id";
    clxs.run(&["sql", source]).success();
    clxs
}

fn with(command: &[&'static str], more: &[&'static str]) -> Vec<&'static str> {
    [command, &CATALOGS, more].concat()
}

fn rollback_log(clxs: &Clxs) -> String {
    let file = fs_err::read_dir(clxs.folder().join("rollback_logs")).unwrap().next().unwrap().unwrap();
    format!("rollback_logs/{}", file.file_name().to_str().unwrap())
}

/// What a rollback says of itself, without what it says of each securable.
fn headlines(ran: &Ran) -> String {
    let lines = ran.stderr.lines().filter(|line| line.contains('◈'));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn rollback_speaks_of_undoing_and_the_next_one_undoes_the_run_before() {
    let clxs = shop();
    clxs.run(&with(&["clone"], &[])).success();
    clxs.run(&["sql", "INSERT INTO shop.s.t VALUES (2)"]).success();
    clxs.run(&with(&["clone"], &[])).success();
    let rows = || clxs.run(&["sql", "SELECT count(*) AS n FROM copy.s.t", "--output", "csv"]).success();
    assert_eq!(rows(), "n\n2\n");
    let ran = clxs.run(&["rollback"]);
    assert_eq!(ran.code, 0, "{ran}");
    insta::with_settings!({ filters => crate::clxs::FILTERS.to_vec() }, {
        insta::assert_snapshot!(headlines(&ran));
    });
    assert_eq!(rows(), "n\n1\n");
    clxs.run(&["rollback", "last"]).success();
    assert!(!clxs.run(&["sql", "SHOW CATALOGS"]).success().contains("copy"));
    let ran = clxs.run(&["rollback"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.stderr.contains("there is no run to undo"), "{ran}");
}

#[test]
fn dry_run_as_events_is_one_document() {
    let clxs = shop();
    let stdout = clxs.run(&with(&["clone"], &["--dry-run", "--events", "jsonl"])).success();
    let documents: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(documents.len(), 1, "{stdout}");
    assert_eq!(documents[0]["schema"], "clxs.plan");
}

#[test]
fn resume_of_a_log_refuses_what_contradicts_it_and_writes_the_report_that_is_asked_for() {
    let clxs = shop();
    clxs.write("limits.yaml", "max_tables: 1\n");
    clxs.run(&["sql", "CREATE TABLE shop.s.u AS SELECT 1 AS id"]).success();
    let ran = clxs.run(&with(&["clone"], &["--enable-rollback", "--config", "limits.yaml"]));
    assert_eq!(ran.code, 7, "{ran}");
    let log = rollback_log(&clxs);
    let refused = |more: &[&str], why: &str| {
        let ran = clxs.run(&[&["clone", "--resume", &log], more].concat());
        assert!(ran.code == 2 && ran.stderr.contains(why), "{ran}");
    };
    refused(&["--source", "shop", "--dest", "other"], "cloned shop to copy, and other catalogs are named");
    refused(&["--clone-type", "SHALLOW"], "--clone-type cannot change a run that is gone on with");
    refused(&["--no-permissions"], "--no-permissions cannot change a run");
    // Those of a file are for new clones.
    clxs.write("home/config.yaml", "source_catalog: other\ndestination_catalog: another\n");
    let again = ["clone", "--resume", &log, "--dest", "COPY", "--report", "--output", "json"];
    let ran = clxs.run(&again);
    assert!(ran.stderr.contains("report: reports/clone_"), "{ran}");
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["schema"], "clxs.report", "{ran}");
}

#[test]
fn moment_that_has_not_come_is_refused() {
    let ran = shop().run(&with(&["clone"], &["--as-of-timestamp", "2999-01-01"]));
    assert_eq!(ran.code, 2, "{ran}");
    assert!(ran.stderr.contains("`2999-01-01` has not come yet"), "{ran}");
}

#[test]
fn names_in_backticks_are_refused_with_the_name_itself() {
    assert_ran!(Clxs::new().run(&["plan", "--source", "shop", "--dest", "`copy`"]));
    let ran = Clxs::new().run(&["config", "lint", "--include-schemas", "a", "`b``c`"]);
    assert!(ran.stdout.contains("write the name itself, without backticks: b`c"), "{ran}");
}

#[test]
fn table_that_a_pattern_leaves_out_is_not_called_non_clonable() {
    let clxs = shop();
    clxs.run(&["sql", "CREATE MATERIALIZED VIEW shop.s.mv AS SELECT id FROM shop.s.t"]).success();
    let lines = |more: &[&'static str]| {
        let ran = clxs.run(&with(&["clone"], more));
        let line = ran.stderr.lines().find(|line| line.contains("s.mv")).unwrap_or_else(|| panic!("{ran}"));
        line.to_owned()
    };
    assert!(lines(&[]).contains("Skipping non-clonable table type MATERIALIZED_VIEW: s.mv"));
    let filtered = lines(&["--include-tables-regex", "^t$"]);
    assert!(filtered.contains("△ Skipped materialized view: s.mv"), "{filtered}");
}

#[test]
fn clone_of_what_has_an_external_volume_or_a_dry_run_of_functions_and_volumes_ends_well() {
    let clxs = shop();
    let scans = clxs.folder().join("scans");
    fs_err::create_dir_all(&scans).unwrap();
    let statements = format!(
        "CREATE EXTERNAL VOLUME shop.s.scans LOCATION 'file://{}'; CREATE VOLUME shop.s.files; \
         CREATE FUNCTION shop.s.f(x INT) RETURNS INT RETURN x + 1",
        scans.display()
    );
    clxs.run(&["sql", &statements]).success();
    let listed = clxs.run(&with(&["clone"], &["--dry-run"])).success();
    for sent in ["FUNCTION `copy`.`s`.`f`", "\"name\":\"files\""] {
        assert!(listed.contains(sent), "{sent}: {listed}");
    }
    let ran = clxs.run(&with(&["clone"], &[]));
    assert!(ran.stdout.contains("location_mapping"), "{ran}");
    ran.success();
}

#[test]
fn catalog_is_made_in_the_location_that_is_named() {
    let clxs = shop();
    let place = format!("file://{}", clxs.folder().join("place").display());
    let location = [&with(&["clone"], &[])[..], &["--location", &place]].concat();
    clxs.run(&location).success();
    let described = clxs.run(&["sql", "DESCRIBE CATALOG EXTENDED copy", "--output", "csv"]).success();
    assert!(described.contains(&place), "{described}");
    assert!(clxs.folder().join("place").read_dir().unwrap().next().is_some());
}

#[test]
fn colour_is_there_when_it_is_asked_for_and_not_by_default_nor_against_no_color() {
    let clxs = shop();
    let coloured = |more: &[&'static str], variables: &[(&str, &str)]| {
        let ran = clxs.run_with(variables, &[&["config", "lint"], &CATALOGS[..], more].concat());
        ran.success().contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]));
    assert!(coloured(&["--color", "always"], &[]));
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&[], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn other_name_of_filter_by_tags_leaves_out_schemas() {
    let clxs = shop();
    clxs.run(&["sql", "ALTER SCHEMA shop.s SET TAGS ('layer' = 'gold')"]).success();
    clxs.write("clxs.yaml", "required_schema_tags:\n  layer: gold\n");
    let plan = clxs.run(&with(&["plan"], &[])).success();
    assert!(plan.contains("+ table copy.s.t") && plan.contains("△ schema shop.empty"), "{plan}");
}

#[test]
fn keys_of_the_command_line_hold_when_a_file_has_them() {
    let clxs = shop();
    clxs.write("clxs.yaml", "source_catalog: shop\ndestination_catalog: copy\ndry_run: true\n");
    assert!(clxs.run(&["clone"]).success().contains("[DRY RUN]"));
    clxs.write(
        "clxs.yaml",
        "source_catalog: shop\ndestination_catalog: copy\nenable_rollback: true\ngenerate_report: true\n\
         log_file: clone.log\nlog_format: json\nrequire: [owner]\n",
    );
    let ran = clxs.run(&["clone"]);
    let first: Value = serde_json::from_str(ran.stderr.lines().next().unwrap()).unwrap();
    assert!(first["message"].is_string(), "{ran}");
    assert!(clxs.folder().join("reports").is_dir() && rollback_log(&clxs).contains("rollback_copy_"));
    assert!(fs_err::read_to_string(clxs.folder().join("clone.log")).unwrap().contains("Cloned table"));
    ran.success();
}
