//! The help of every command: what people learn the tool from.

use crate::clxs::{Clxs, assert_ran};
use rstest::rstest;

#[rstest]
#[case::all("")]
#[case::clone("clone")]
#[case::plan("plan")]
#[case::apply("apply")]
#[case::drift("drift")]
#[case::resume("resume")]
#[case::rollback("rollback")]
#[case::demo("demo")]
#[case::sql("sql")]
#[case::workspace("workspace")]
#[case::workspace_serve("workspace serve")]
#[case::workspace_token("workspace token")]
#[case::workspace_info("workspace info")]
#[case::runs("runs")]
#[case::runs_show("runs show")]
#[case::config("config")]
#[case::config_init("config init")]
#[case::config_explain("config explain")]
#[case::config_lint("config lint")]
#[case::auth("auth")]
#[case::auth_describe("auth describe")]
#[case::auth_login("auth login")]
#[case::doctor("doctor")]
#[case::man("man")]
#[case::completions("completions")]
fn help_of(#[case] command: &str) {
    let arguments: Vec<&str> = command.split_whitespace().chain(["--help"]).collect();
    let help = Clxs::new().run(&arguments);
    assert!(help.stdout.lines().all(|line| line.chars().count() <= 80), "{help}");
    insta::with_settings!({ snapshot_suffix => command.replace(' ', "_") }, {
        assert_ran!(help);
    });
}

#[test]
fn version_names_the_program() {
    assert_ran!(Clxs::new().run(&["--version"]));
}

#[test]
fn without_a_command_the_help_is_shown_as_an_error() {
    let ran = Clxs::new().run(&[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("Usage: clxs"));
}
