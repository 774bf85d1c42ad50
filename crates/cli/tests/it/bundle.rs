//! Evidence of a run, written and checked.

use crate::clxs::{Clxs, Ran};
use crate::workspace::Server;

fn with_run() -> Clxs {
    let clxs = Clxs::new();
    clxs.run(&["sql", "CREATE CATALOG shop; CREATE SCHEMA shop.s; CREATE TABLE shop.s.t AS SELECT 1 AS id"])
        .success();
    clxs.run(&["clone", "--source", "shop", "--dest", "copy"]).success();
    clxs
}

fn verify(clxs: &Clxs, more: &[&str]) -> Ran {
    clxs.run(&[&["verify-bundle", "evidence"], more].concat())
}

#[test]
fn bundle_of_a_run_is_checked_without_its_journal_and_every_change_is_named() {
    let clxs = with_run();
    let written = clxs.run(&["runs", "bundle", "last", "-o", "evidence"]).success();
    let head = written.lines().last().unwrap().strip_prefix("head ").unwrap().to_owned();
    fs_err::remove_dir_all(clxs.home()).unwrap();
    let right = verify(&clxs, &["--head", &head]);
    assert_eq!(right.code, 0, "{right}");
    assert!(right.stdout.contains("as it was written"), "{right}");
    let file = |name: &str| clxs.folder().join("evidence").join(name);
    let journal = fs_err::read_to_string(file("journal.jsonl")).unwrap();
    assert!(journal.contains("CREATE TABLE `copy`.`s`.`t` DEEP CLONE `shop`.`s`.`t`"), "{journal}");
    fs_err::write(file("journal.jsonl"), journal.replacen("DEEP", "deep", 1)).unwrap();
    fs_err::remove_file(file("report.html")).unwrap();
    let wrong = verify(&clxs, &["--output", "json"]);
    assert_eq!(wrong.code, 6, "{wrong}");
    let told: serde_json::Value = serde_json::from_str(&wrong.stdout).unwrap();
    let problems = told["problems"].to_string();
    assert!(
        problems.contains("report.html is missing") && problems.contains("journal.jsonl: entry"),
        "{wrong}"
    );
    let other = verify(&clxs, &["--head", "0"]);
    assert!(other.code == 6 && other.stderr.contains("the last link is"), "{other}");
}

#[test]
fn bundle_is_not_written_over_something_else_and_a_folder_that_is_none_is_named() {
    let clxs = with_run();
    clxs.write("evidence/mine.txt", "x");
    let refused = clxs.run(&["runs", "bundle", "last", "-o", "evidence"]);
    assert!(refused.code == 2 && refused.stderr.contains("is not empty"), "{refused}");
    let none = verify(&clxs, &[]);
    assert!(none.code == 6 && none.stderr.contains("manifest.json is missing"), "{none}");
    let absent = clxs.run(&["verify-bundle", "nowhere"]);
    assert_eq!(absent.code, 2, "{absent}");
}

#[test]
fn no_token_is_in_a_bundle() {
    let clxs = Clxs::new();
    let server = Server::start(&clxs);
    let admin = fs_err::read_to_string(clxs.folder().join("w/admin.token")).unwrap();
    let run = |arguments: &[&str]| {
        let variables = [
            ("DATABRICKS_HOST", server.url.as_str()),
            ("DATABRICKS_TOKEN", admin.trim()),
            ("DATABRICKS_WAREHOUSE_ID", "local"),
        ];
        clxs.run_with(&variables, arguments)
    };
    run(&["sql", "CREATE CATALOG shop; CREATE SCHEMA shop.s; CREATE TABLE shop.s.t AS SELECT 1 AS id"])
        .success();
    // The workspace puts it together, and says it in the error of a step.
    let told = "dapi0123456789abcdef";
    clxs.write(
        "clxs.yaml",
        "pre_clone_hooks:\n  - sql: SELECT raise_error(concat('dapi', '0123456789abcdef', ' is no good'))\n    on_error: ignore\n",
    );
    run(&["clone", "--source", "shop", "--dest", "copy"]).success();
    run(&["runs", "bundle", "last", "-o", "evidence"]).success();
    let mut all = String::new();
    for entry in fs_err::read_dir(clxs.folder().join("evidence")).unwrap() {
        all += &fs_err::read_to_string(entry.unwrap().path()).unwrap();
    }
    assert!(all.contains("[redacted] is no good"), "{all}");
    assert!(!all.contains(told) && !all.contains(admin.trim()), "{all}");
    server.stop("-TERM");
}
