//! Wrong arguments: exit code 2, nothing is contacted, the message helps.

use std::net::TcpListener;

use rstest::rstest;

use crate::clxs::{Clxs, assert_ran};
use crate::server::FixedAnswer;

#[test]
fn unknown_flag_names_the_nearest() {
    assert_ran!(Clxs::new().run(&["clone", "--sourc", "prod"]));
}

#[test]
fn unknown_command_is_refused() {
    assert_ran!(Clxs::new().run(&["colne"]));
}

#[test]
fn clone_without_a_source_says_how_to_name_one() {
    assert_ran!(Clxs::new().run(&["clone"]));
}

#[test]
fn source_that_is_the_destination_is_refused_in_any_case() {
    assert_ran!(Clxs::new().run(&["clone", "--source", "prod", "--dest", "PROD"]));
}

#[test]
fn flag_of_the_guide_that_is_not_built_yet_is_refused_by_name() {
    assert_ran!(Clxs::new().run(&["clone", "--source", "a", "--dest", "b", "--validate"]));
}

#[test]
fn invalid_regex_is_refused_before_anything_runs() {
    assert_ran!(
        Clxs::new()
            .run_with(&[("CLXS_INCLUDE_TABLES_REGEX", "fact_(")], &["plan", "--source", "a", "--dest", "b"]),
    );
}

#[test]
fn zero_workers_are_refused() {
    let ran = Clxs::new().run(&["clone", "--max-workers", "0"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("at least 1"), "{ran}");
}

#[test]
fn sql_without_a_statement_is_refused() {
    assert_ran!(Clxs::new().run(&["sql", " -- nothing"]));
}

#[rstest]
#[case::statements(&["sql", "-f", "absent.sql"], &[])]
#[case::log(&["sql", "SELECT 1", "--log-file", "absent/log"], &[])]
#[case::directives(&["sql", "SELECT 1"], &[("CLXS_LOG", "=====")])]
fn file_or_variable_that_is_no_good_is_refused_before_anything_runs(
    #[case] arguments: &[&str],
    #[case] variables: &[(&str, &str)],
) {
    let clxs = Clxs::new();
    let ran = clxs.run_with(variables, arguments);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran}");
    assert!(ran.stderr.contains("caused by"), "{ran}");
    assert!(!clxs.home().exists());
}

#[test]
fn host_without_credentials_names_what_to_set() {
    let variables = [("DATABRICKS_HOST", "https://example.cloud.databricks.com")];
    let ran = Clxs::new().run_with(&variables, &["sql", "SELECT 1"]);
    assert_ran!(ran);
}

#[test]
fn host_of_a_file_without_credentials_is_named_by_its_line() {
    let clxs = Clxs::new();
    clxs.write("clxs.yaml", "# ours\nhost: example.cloud.databricks.com\n");
    assert_ran!(clxs.run(&["sql", "SELECT 1"]));
}

#[test]
fn workspace_that_hangs_up_is_exit_code_8() {
    let server = FixedAnswer::serve(String::new());
    let ran = Clxs::new().run_with(&server.variables("x"), &["sql", "SELECT 1"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (8, ""), "{ran}");
}

#[test]
fn doctor_does_not_try_for_minutes_to_reach_a_workspace() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let variables = [("DATABRICKS_HOST", url.as_str()), ("DATABRICKS_TOKEN", "x")];
    let ran = Clxs::new().run_with(&variables, &["doctor", "--output", "json"]);
    assert_eq!(ran.code, 8, "{ran}");
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let last = document["checks"].as_array().unwrap().last().unwrap();
    assert_eq!((last["name"].as_str(), last["ok"].as_bool()), (Some("current user"), Some(false)));
    assert!(last["found"].as_str().unwrap().contains("3 tries"), "{ran}");
}

#[test]
fn token_that_is_refused_is_exit_code_4() {
    let server = FixedAnswer::unauthenticated("Invalid access token");
    let ran = Clxs::new().run_with(&server.variables("x"), &["sql", "SELECT 1"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (4, ""), "{ran}");
}

#[test]
fn serving_to_other_machines_is_refused() {
    assert_ran!(Clxs::new().run(&["workspace", "serve", "--root", "w", "--listen", "0.0.0.0:0"]));
}

#[test]
fn runs_without_a_journal_make_none() {
    let clxs = Clxs::new();
    assert_ran!(clxs.run(&["runs"]));
    assert!(!clxs.home().exists());
    assert_ran!(clxs.run(&["runs", "show", "last"]));
}

#[test]
fn token_for_nobody_is_refused() {
    for name in ["", " "] {
        let ran = Clxs::new().run(&["workspace", "token", "--principal", name]);
        assert!(ran.code == 2 && ran.stderr.contains("a principal has a name"), "{ran}");
    }
}
