//! Configuration files, variables and flags: which holds, and what is wrong with them.

use crate::clxs::{Clxs, assert_ran};

#[test]
fn init_writes_a_file_that_lint_accepts() {
    let clxs = Clxs::new();
    assert_ran!(clxs.run(&["config", "init"]));
    insta::assert_snapshot!(fs_err::read_to_string(clxs.folder().join("config/clone_config.yaml")).unwrap());
    assert_ran!(clxs.run(&["config", "lint"]));
    assert_eq!(clxs.run(&["config", "lint", "--strict"]).code, 2);
}

#[test]
fn init_keeps_a_file_unless_forced() {
    let clxs = Clxs::new();
    clxs.write("clxs.yaml", "source_catalog: mine\n");
    assert_ran!(clxs.run(&["config", "init", "--file", "clxs.yaml"]));
    assert_eq!(clxs.run(&["config", "init", "--file", "clxs.yaml", "--force"]).code, 0);
}

#[test]
fn explain_shows_the_origin_of_every_value() {
    let clxs = Clxs::new();
    clxs.write("home/config.yaml", "source_catalog: user\nmax_workers: 2\nclone_type: shallow\n");
    clxs.write("clxs.yaml", "# the project's\nmax_workers: 3\nload_type: INCREMENTAL\nparallel_tables: 5\n");
    clxs.write(
        ".databrickscfg",
        "[DEFAULT]\nhost = https://example.cloud.databricks.com\ntoken = x\nwarehouse_id = w1\n",
    );
    let variables = [("CLXS_MAX_WORKERS", "8"), ("CLXS_EXCLUDE_SCHEMAS", "tmp,scratch")];
    assert_ran!(clxs.run_with(&variables, &["config", "explain", "--dest", "flag", "--no-comments"]));
}

#[test]
fn explain_shows_the_settings_of_a_workspace_without_credentials_too() {
    let ran = Clxs::new().run_with(&[("CLXS_HOST", "x.example")], &["config", "explain"]);
    assert_eq!(ran.code, 2);
    let host = ran.stdout.lines().find(|line| line.starts_with("host ")).unwrap();
    assert!(host.contains("x.example") && host.ends_with("variable CLXS_HOST"), "{ran}");
    assert!(ran.stderr.contains("there are no credentials"), "{ran}");
}

#[test]
fn profile_that_is_named_wins_over_the_host_that_the_demo_wrote() {
    let clxs = Clxs::new();
    clxs.write("home/config.yaml", "host: embedded\n");
    clxs.write(".databrickscfg", "[prod]\nhost = https://prod.example\ntoken = x\n");
    let explained = clxs.run(&["config", "explain", "--profile", "prod"]).success();
    let host = explained.lines().find(|line| line.starts_with("host ")).unwrap();
    assert!(host.contains("https://prod.example/"), "{explained}");
}

#[test]
fn explain_as_json_has_schema_and_version() {
    let stdout = Clxs::new().run(&["config", "explain", "--output", "json"]).success();
    let document: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((document["schema"].as_str(), document["version"].as_u64()), (Some("clxs.settings"), Some(1)));
    let host = document["settings"].as_array().unwrap().iter().find(|it| it["key"] == "host").unwrap();
    let default = cfg!(feature = "embedded").then_some("embedded");
    assert_eq!(host["value"].as_str(), default);
}

#[test]
fn every_mistake_is_found_at_once_with_its_line() {
    let clxs = Clxs::new();
    clxs.write(
        "clxs.yaml",
        "source_catalog: prod\nparralel_tables: 4\nmax_workers: 0\nclone_type: DEPE\nauto_mask_pii: true\n\
         validate_after_clone: false\ninclude_tables_regex: \"fact_(\"\nexclude_schemas: default\n\
         as_of_version: 3\nas_of_timestamp: \"2026-01-01\"\n",
    );
    assert_ran!(clxs.run(&["config", "lint"]));
}

#[test]
fn clone_refuses_a_file_with_an_unknown_key() {
    let clxs = Clxs::new();
    clxs.write(
        "config/clone_config.yaml",
        "source_catalog: a\ndestination_catalog: b\ncopy_permission: true\n",
    );
    assert_ran!(clxs.run(&["clone"]));
}

#[test]
fn broken_yaml_and_repeated_keys_are_named_with_their_line() {
    let clxs = Clxs::new();
    clxs.write("clxs.yaml", "source_catalog: a\n  b: c\n");
    assert_ran!(clxs.run(&["clone"]));
    clxs.write("clxs.yaml", "source_catalog: a\nsource_catalog: b\n");
    assert_ran!(clxs.run(&["clone"]));
    clxs.write("clxs.yaml", "location: s3://a\ncatalog_location: s3://b\n");
    assert_ran!(clxs.run(&["clone"]));
}

#[test]
fn file_that_is_named_must_be_there() {
    assert_ran!(Clxs::new().run(&["clone", "--config", "absent.yaml"]));
}

#[test]
fn warnings_do_not_stop_unless_strict() {
    let clxs = Clxs::new();
    let arguments = ["config", "lint", "--source", "a", "--dest", "b", "--as-of-version", "0"];
    assert_ran!(clxs.run(&arguments));
    assert_eq!(clxs.run(&[&arguments[..], &["--strict"]].concat()).code, 2);
}

#[test]
fn secret_in_a_file_hides_no_other_mistake() {
    let clxs = Clxs::new();
    clxs.write(
        "clxs.yaml",
        "source_catalog: a\ndestination_catalog: b\nclient_secret: |\n  s3cr3t\n  s3cr3t\nmax_workers: 0\n\
         parralel_tables: 2\n",
    );
    let ran = clxs.run(&["config", "lint"]);
    assert!(!ran.stdout.contains("s3cr3t"), "{ran}");
    assert_ran!(ran);
}

#[test]
fn yaml_is_judged_in_words_of_people() {
    let clxs = Clxs::new();
    for (text, why) in [
        ("source_catalog: a\n---\nsource_catalog: b\n", "only single YAML document expected"),
        ("source_catalog: &a [*a]\n", "ecursive reference"),
    ] {
        clxs.write("clxs.yaml", text);
        let ran = clxs.run(&["config", "lint"]);
        assert!(ran.code == 2 && ran.stdout.contains(why), "{ran}");
        assert!(!ran.stdout.contains("from_str") && !ran.stdout.contains("weak"), "{ran}");
    }
}

#[test]
fn second_file_of_a_project_is_told_not_to_be_read() {
    let clxs = Clxs::new();
    clxs.write("config/clone_config.yaml", "source_catalog: a\ndestination_catalog: b\n");
    clxs.write("clxs.yaml", "source_catalog: c\n");
    assert_ran!(clxs.run(&["config", "lint"]));
}

#[test]
fn types_of_included_objects_are_read_in_any_case() {
    let clxs = Clxs::new();
    let lint = |kind: &str| {
        let objects = format!("[{{schema: s, name: t, type: {kind}}}]");
        clxs.write(
            "clxs.yaml",
            &format!("source_catalog: a\ndestination_catalog: b\ninclude_objects: {objects}\n"),
        );
        clxs.run(&["config", "lint", "--strict"])
    };
    assert_eq!(lint("TABLE").code, 0);
    let ran = lint("tabel");
    assert!(ran.stdout.contains("`tabel` is no type: write table, view, function, volume or model"), "{ran}");
}

#[test]
fn values_that_a_clone_would_refuse_are_refused_by_lint_with_their_line() {
    let clxs = Clxs::new();
    clxs.write(
        "clxs.yaml",
        "source_catalog: a\ndestination_catalog: b\nrequire: [owner, nope]\nas_of_timestamp: yesterday\n\
         where_clauses:\n  s.t: id > 1\n  t: id > 1\nas_of_tables: {c.s.t: 1}\n\
         pre_clone_hooks:\n  - sql: SELECT 1\n  - sql: \"\"\npost_schema_hooks:\n  - sql: SELECT 1\n  - SELECT 2\n\
         post_clone_hooks:\n  - {sql: SELECT 1, on_error: stop}\n",
    );
    assert_ran!(clxs.run(&["config", "lint"]));
    assert_eq!(clxs.run(&["plan"]).code, 2);
}

#[test]
fn values_of_flags_are_checked_like_those_of_files() {
    let catalogs = ["config", "lint", "--source", "a", "--dest", "b"];
    for (flag, value) in
        [("--as-of-timestamp", "yesterday"), ("--require", "nope"), ("--table-filter", "t: id > 1")]
    {
        let ran = Clxs::new().run(&[&catalogs[..], &[flag, value]].concat());
        assert!(ran.code == 2 && ran.stdout.contains("at flag --"), "{ran}");
    }
}

#[test]
fn settings_that_do_not_go_together_are_found_by_lint() {
    let clxs = Clxs::new();
    let lint = |settings: &str| {
        clxs.write("clxs.yaml", &format!("source_catalog: a\ndestination_catalog: b\n{settings}\n"));
        clxs.run(&["config", "lint"])
    };
    for (settings, why) in [
        ("require: [owner]\ncopy_ownership: false", "copy_ownership: false leaves it out"),
        ("skip_unused: true\nunused_days: 400", "365"),
        ("include_schemas: [\"\"]", "a name must not be empty"),
    ] {
        let ran = lint(settings);
        assert!(ran.code == 2 && ran.stdout.contains(why), "{ran}");
    }
    assert_eq!(lint("unused_days: 400").code, 0);
}
