//! Wrong arguments: exit code 2, nothing is contacted, the message helps.

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
    assert_ran!(Clxs::new().run(&["clone", "--source", "a", "--dest", "b", "--enable-rollback"]));
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

#[test]
fn host_without_credentials_names_what_to_set() {
    let variables = [("DATABRICKS_HOST", "https://example.cloud.databricks.com")];
    let ran = Clxs::new().run_with(&variables, &["sql", "SELECT 1"]);
    assert_ran!(ran);
}

#[test]
fn workspace_that_hangs_up_is_exit_code_8() {
    let server = FixedAnswer::serve(String::new());
    let ran = Clxs::new().run_with(&server.variables("x"), &["sql", "SELECT 1"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (8, ""), "{ran}");
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
