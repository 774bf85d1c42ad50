//! Signals: the statement is cancelled, the exit code says which signal it was.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use rstest::rstest;

use crate::clxs::Clxs;

/// Quick, then so long that nobody waits for it.
const STATEMENTS: &str = "SELECT 1 AS started; WITH d(n) AS (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) \
     SELECT sum(a.n * b.n + c.n * e.n + f.n * g.n + h.n * i.n) FROM d a CROSS JOIN d b CROSS JOIN d c CROSS JOIN d e \
     CROSS JOIN d f CROSS JOIN d g CROSS JOIN d h CROSS JOIN d i CROSS JOIN d j CROSS JOIN d k";

#[rstest]
#[case("-INT", 130)]
#[case("-TERM", 143)]
fn signal_cancels_the_running_statement(#[case] signal: &str, #[case] code: i32) {
    let clxs = Clxs::new();
    let mut command = clxs.command(&["sql", STATEMENTS]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(stderr.contains("was cancelled"), "{stderr}");
}
