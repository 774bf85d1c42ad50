//! Secrets where they must not be are refused, and no output repeats them.

use crate::clxs::{Clxs, Ran, assert_ran};
use crate::server::FixedAnswer;

/// Made here, so that no scanner takes this file for a leak.
fn token() -> String {
    format!("dapi{}", "0123456789abcdef".repeat(2))
}

fn assert_silent(ran: &Ran) {
    assert!(!ran.to_string().contains(&token()), "{ran}");
}

#[test]
fn token_flag_is_refused_with_the_right_way() {
    assert_ran!(Clxs::new().run(&["clone", "--token", "anything"]));
}

#[test]
fn token_anywhere_among_the_arguments_is_refused_and_not_repeated() {
    for arguments in [["clone", "--source", &token()], ["sql", "--catalog", &format!("x={}", token())]] {
        let ran = Clxs::new().run(&arguments);
        assert_eq!(ran.code, 2);
        assert_silent(&ran);
    }
}

#[test]
fn token_in_a_file_is_refused_and_not_repeated() {
    let clxs = Clxs::new();
    clxs.write("clxs.yaml", &format!("target_workspace:\n  token: {}\n", token()));
    let ran = clxs.run(&["clone"]);
    assert_silent(&ran);
    assert_ran!(ran);
}

#[test]
fn token_of_the_environment_is_in_no_output() {
    let clxs = Clxs::new();
    let token = token();
    let server = FixedAnswer::unauthenticated(&format!("{token} is no good"));
    for arguments in [
        &["config", "explain", "-vv"][..],
        &["config", "explain", "--output", "json"],
        &["doctor", "-vv"],
        &["sql", "SELECT 1", "-vv", "--log-file", "log"],
    ] {
        assert_silent(&clxs.run_with(&server.variables(&token), arguments));
    }
    assert!(!fs_err::read_to_string(clxs.folder().join("log")).unwrap().contains(&token));
}
