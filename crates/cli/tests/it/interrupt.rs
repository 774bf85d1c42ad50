//! Signals: the first stops the work cleanly, the second the process; the exit code says which signal it was.

use std::fmt::Write;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::process::{Child, ChildStderr, Command, Stdio};

use rstest::rstest;

use crate::clxs::Clxs;
use crate::server;

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
    send(signal, &child);
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    assert!(stderr.contains("was cancelled"), "{stderr}");
}

#[test]
fn terminated_clone_says_so_and_the_next_one_finishes_it() {
    let clxs = Clxs::new();
    clxs.run(&["sql", &tables(20)]).success();
    let names = ["--source", "shop", "--dest", "copy"];
    let clone = [&["clone", "--max-workers", "1"], &names[..]].concat();
    let mut command = clxs.command(&clone);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut messages = BufReader::new(child.stderr.take().unwrap());
    wait_for("Cloned table", &mut messages);
    send("-TERM", &child);
    wait_for("Stopping cleanly", &mut messages);
    let mut rest = String::new();
    messages.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143), "{rest}");

    let runs = clxs.run(&["runs"]).success();
    assert!(runs.contains("cancelled"), "{runs}");
    let next = clxs.run(&clone);
    assert_eq!(next.code, 0, "{next}");
    assert!(next.stdout.contains("= unchanged") && next.stdout.contains("+ created"), "{next}");
    let plan = clxs.run(&[&["plan", "--detailed-exitcode"], &names[..]].concat());
    assert_eq!(plan.code, 0, "{plan}");
}

#[test]
fn second_signal_ends_a_process_that_cannot_stop() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let clxs = Clxs::new();
    let mut command = clxs.command(&["sql", "SELECT 1", "--host", &url, "--warehouse-id", "w"]);
    command.env("DATABRICKS_TOKEN", "x").stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut messages = BufReader::new(child.stderr.take().unwrap());

    // The statement is taken. Whether it still runs and whether it may be cancelled is never answered.
    let (submission, _) = listener.accept().unwrap();
    server::respond(submission, &server::ok(r#"{"statement_id":"s","status":{"state":"RUNNING"}}"#));
    let _question = listener.accept().unwrap();
    send("-INT", &child);
    wait_for("Ctrl-C again", &mut messages);
    let _cancellation = listener.accept().unwrap();
    send("-INT", &child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

fn send(signal: &str, child: &Child) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

/// Reads messages up to one with this text in it.
fn wait_for(text: &str, messages: &mut BufReader<ChildStderr>) {
    let found = messages.by_ref().lines().map(Result::unwrap).find(|line| line.contains(text));
    assert!(found.is_some(), "the process has ended without a message `{text}`");
}

fn tables(count: usize) -> String {
    let mut script = String::from("CREATE CATALOG shop; CREATE SCHEMA shop.s");
    for number in 0..count {
        write!(script, "; CREATE TABLE shop.s.t{number} AS SELECT {number} AS id").unwrap();
    }
    script
}
