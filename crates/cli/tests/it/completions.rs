//! Completions of shells.

use crate::clxs::Clxs;
use rstest::rstest;

#[rstest]
#[case("bash", "complete -F _clxs")]
#[case("zsh", "#compdef clxs")]
#[case("fish", "complete -c clxs")]
fn completions_are_those_of_the_shell(#[case] shell: &str, #[case] mark: &str) {
    let script = Clxs::new().run(&["completions", shell]).success();
    assert!(script.contains(mark) && script.contains("include-tables-regex"));
}

#[test]
fn reader_that_goes_away_early_is_no_error() {
    use std::process::Stdio;

    let clxs = Clxs::new();
    let mut command = clxs.command(&["completions", "bash"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn every_command_gets_a_manual_page() {
    let clxs = Clxs::new();
    clxs.run(&["man", "pages/man1"]).success();
    let page = |name: &str| fs_err::read_to_string(clxs.folder().join("pages/man1").join(name)).unwrap();
    assert!(page("clxs.1").contains("Clones, refreshes and migrates"));
    assert!(page("clxs-clone.1").contains("include\\-tables\\-regex"), "{}", page("clxs-clone.1"));
    assert!(page("clxs-auth-describe.1").contains("authorization method"));
}
