//! Runs that are killed, limited, resumed, undone, and plans that are applied later.

use rstest::rstest;

use crate::clxs::{Clxs, Ran};

const CATALOGS: [&str; 4] = ["--source", "shop", "--dest", "copy"];
const SOURCE: &str = "CREATE CATALOG shop; CREATE SCHEMA shop.s; \
     CREATE TABLE shop.s.orders (id INT, name STRING) COMMENT 'all orders'; INSERT INTO shop.s.orders VALUES (1, 'a'); \
     CREATE TABLE shop.s.items AS SELECT 7 AS id; \
     CREATE VIEW shop.s.recent AS SELECT id FROM shop.s.orders; \
     GRANT SELECT ON SCHEMA shop.s TO `account users`";
/// Every table was cloned once, and the view reads its row.
const SEEN: &str = "DESCRIBE HISTORY copy.s.orders; DESCRIBE HISTORY copy.s.items; \
     SELECT concat('rows: ', count(*)) AS n FROM copy.s.recent";
/// Journal writes of such a clone, at most.
const WRITES: usize = 80;

fn with(command: &[&'static str]) -> Vec<&'static str> {
    [command, &CATALOGS].concat()
}

fn shop() -> Clxs {
    let clxs = Clxs::new();
    clxs.run(&["sql", SOURCE]).success();
    clxs
}

fn count_of(clxs: &Clxs, table: &str) -> String {
    let query = format!("SELECT count(*) AS n FROM {table}");
    clxs.run(&["sql", &query, "--output", "csv"]).success().lines().nth(1).unwrap().to_owned()
}

fn clones_of(clxs: &Clxs, table: &str) -> usize {
    let history = clxs.run(&["sql", &format!("DESCRIBE HISTORY {table}"), "--output", "csv"]).success();
    history.matches(",CLONE,").count()
}

fn file_in(clxs: &Clxs, folder: &str, ending: &str) -> String {
    let mut files = fs_err::read_dir(clxs.folder().join(folder)).unwrap();
    let file = files.find_map(|entry| {
        let path = entry.unwrap().path();
        path.to_str().unwrap().ends_with(ending).then_some(path)
    });
    file.unwrap().to_str().unwrap().to_owned()
}

/// The process dies before its first write to the journal, then before its second, and so on. What it began
/// is finished by `resume`, or by a clone where nothing was begun.
#[test]
fn run_that_dies_at_any_write_of_its_journal_is_resumed_without_cloning_twice() {
    let clxs = shop();
    let mut resumed = 0;
    for write in 1..=WRITES {
        let number = write.to_string();
        let killed =
            clxs.run_with(&[("CLXS_TEST_DIE_BEFORE_JOURNAL_WRITE", number.as_str())], &with(&["clone"]));
        if killed.code == 0 {
            assert!(resumed > 20, "only {resumed} runs were resumed");
            return;
        }
        let left = clxs.run(&["runs"]).success();
        assert!(!left.contains("running"), "write {write}: {left}");
        let gone_on = clxs.run(&["resume"]);
        if gone_on.code == 2 {
            clxs.run(&with(&["clone"])).success();
        } else {
            assert_eq!(gone_on.code, 0, "write {write}: {gone_on}");
            resumed += 1;
        }
        let seen = clxs.run(&["sql", SEEN, "--output", "csv"]).success();
        assert_eq!(
            (seen.matches(",CLONE,").count(), seen.contains("rows: 1")),
            (2, true),
            "write {write}: {seen}"
        );
        let plan = clxs.run(&with(&["plan", "--detailed-exitcode"]));
        assert_eq!(plan.code, 0, "write {write}: {plan}");
        let undone = clxs.run(&["rollback"]);
        assert_eq!(undone.code, 0, "write {write}: {undone}");
    }
    panic!("a clone writes more than {WRITES} times to its journal");
}

#[test]
fn limit_ends_a_run_with_exit_code_7_and_its_rollback_log_goes_on_with_it() {
    let clxs = shop();
    clxs.write("clxs.yaml", "max_tables: 1\n");
    let stopped = clxs.run(&with(&["clone", "--enable-rollback"]));
    assert_eq!(stopped.code, 7, "{stopped}");
    assert!(stopped.stdout.contains("aborted (max_tables)"), "{stopped}");
    let log = file_in(&clxs, "rollback_logs", ".json");
    let resumed = clxs.run(&["clone", "--resume", &log]);
    assert_eq!(resumed.code, 0, "{resumed}");
    assert!(resumed.stderr.contains("◈ Resuming run"), "{resumed}");
    assert_eq!(clones_of(&clxs, "copy.s.orders"), 1);
    let again = clxs.run(&["resume"]);
    assert_eq!((again.code, again.stdout.as_str()), (2, ""), "{again}");
    assert!(again.stderr.contains("it is succeeded"), "{again}");
}

#[test]
fn rollback_shows_what_it_would_undo_and_undoes_it() {
    let clxs = shop();
    clxs.run(&with(&["clone"])).success();
    let shown = clxs.run(&["rollback", "--dry-run"]).success();
    assert!(shown.contains("DROP TABLE IF EXISTS `copy`.`s`.`orders`"), "{shown}");
    assert!(
        shown.find("`orders`").unwrap() < shown.find("DROP SCHEMA IF EXISTS `copy`.`s`").unwrap(),
        "{shown}"
    );
    assert_eq!(count_of(&clxs, "copy.s.orders"), "1");
    let undone = clxs.run(&["rollback", "last"]);
    assert_eq!(undone.code, 0, "{undone}");
    assert!(undone.stdout.contains("Rollback of run"), "{undone}");
    assert_eq!(clxs.run(&["sql", "SELECT * FROM copy.s.orders"]).code, 1);
    assert!(clxs.run(&["runs"]).success().contains("rolled_back"));
}

#[rstest]
#[case::source("INSERT INTO shop.s.orders VALUES (2, 'b')", Some("table shop.s.orders"))]
#[case::destination("CREATE CATALOG copy", Some("catalog copy"))]
#[case::nothing("SELECT 1", None)]
fn plan_is_applied_while_it_holds_and_else_refused_with_exit_code_5(
    #[case] statement: &str,
    #[case] moved: Option<&str>,
) {
    let clxs = shop();
    clxs.run(&with(&["plan", "-o", "p.json"])).success();
    clxs.run(&["sql", statement]).success();
    let applied: Ran = clxs.run(&["apply", "p.json"]);
    match moved {
        None => {
            assert_eq!(applied.code, 0, "{applied}");
            assert_eq!(count_of(&clxs, "copy.s.orders"), "1");
        }
        Some(name) => {
            assert_eq!((applied.code, applied.stdout.as_str()), (5, ""), "{applied}");
            assert!(applied.stderr.contains(name), "{applied}");
            assert!(clxs.run(&["runs"]).success().is_empty());
        }
    }
}

#[test]
fn drift_is_told_table_by_table() {
    let clxs = shop();
    clxs.run(&with(&["clone"])).success();
    clxs.run(&["sql", "INSERT INTO shop.s.items VALUES (8); INSERT INTO copy.s.orders VALUES (9, 'ours')"])
        .success();
    let drift = clxs.run(&with(&["drift", "--detailed-exitcode"]));
    assert_eq!(drift.code, 10, "{drift}");
    for line in ["version_drift", "target_edited", "1 target_edited, 1 version_drift"] {
        assert!(drift.stdout.contains(line), "{drift}");
    }
}

#[test]
fn plan_and_report_are_pages_without_markup_from_the_catalog() {
    let clxs = shop();
    clxs.run(&["sql", "CREATE TABLE shop.s.`<script>` (id INT) COMMENT '<b>bold</b>'"]).success();
    clxs.run(&with(&["plan", "-o", "plan.html"])).success();
    clxs.run(&with(&["clone", "--report"]));
    let report = file_in(&clxs, "reports", ".html");
    for page in [clxs.folder().join("plan.html"), report.into()] {
        let page = fs_err::read_to_string(page).unwrap();
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script>"), "{page}");
    }
}

/// `dry_run` where nobody sees it: of the environment.
#[test]
fn dry_run_of_the_environment_holds_for_everything_that_would_write() {
    let clxs = shop();
    let dry = |command: &[&str]| clxs.run_with(&[("CLXS_DRY_RUN", "true")], command);
    clxs.run(&with(&["plan", "-o", "p.json"])).success();
    assert!(dry(&["apply", "p.json"]).success().contains("[DRY RUN] Would execute"));
    assert_eq!(clxs.run(&["sql", "SELECT * FROM copy.s.orders"]).code, 1);
    clxs.write("clxs.yaml", "max_tables: 1\n");
    let stopped = clxs.run(&with(&["clone", "--enable-rollback"]));
    assert_eq!(stopped.code, 7, "{stopped}");
    assert!(dry(&["rollback"]).success().contains("DROP CATALOG IF EXISTS `copy`"));
    let log = file_in(&clxs, "rollback_logs", ".json");
    for refused in [dry(&["resume"]), clxs.run(&["clone", "--dry-run", "--resume", &log])] {
        assert_eq!((refused.code, refused.stdout.as_str()), (2, ""), "{refused}");
        assert!(refused.stderr.contains("no run is gone on with dry"), "{refused}");
    }
    assert_eq!(clxs.run(&["runs"]).success().matches("aborted").count(), 1);
}

/// The process dies at one write after another, in a catalog that was there before: nothing that it left stays.
#[test]
fn rollback_of_a_run_that_died_anywhere_leaves_nothing_of_it() {
    let clxs = shop();
    clxs.run(&["sql", "CREATE CATALOG copy"]).success();
    let before = clxs.run(&["sql", "SHOW SCHEMAS IN copy"]).success();
    for write in (6..30).step_by(2) {
        let number = write.to_string();
        clxs.run_with(&[("CLXS_TEST_DIE_BEFORE_JOURNAL_WRITE", number.as_str())], &with(&["clone"]));
        let rollback = clxs.run(&["rollback", "last"]);
        assert_eq!(rollback.code, 0, "write {write}: {rollback}");
        let left = clxs.run(&["sql", "SHOW SCHEMAS IN copy"]).success();
        assert_eq!(left, before, "write {write}: {rollback}");
    }
}

#[test]
fn beginning_that_is_too_short_names_no_run() {
    let clxs = shop();
    clxs.run(&with(&["clone"])).success();
    for (command, name) in [("rollback", ""), ("resume", ""), ("rollback", "01")] {
        let refused = clxs.run(&[command, name]);
        assert_eq!(refused.code, 2, "{refused}");
        assert!(refused.stderr.contains("8 letters of its id"), "{refused}");
    }
    assert_eq!(count_of(&clxs, "copy.s.items"), "1");
}

#[test]
fn rollback_without_a_name_goes_on_with_one_that_died() {
    let clxs = shop();
    clxs.run(&with(&["clone"])).success();
    let died = clxs.run_with(&[("CLXS_TEST_DIE_BEFORE_JOURNAL_WRITE", "8")], &["rollback"]);
    assert_ne!(died.code, 0, "{died}");
    assert_eq!(clxs.run(&["rollback"]).code, 0);
    assert!(clxs.run(&["runs"]).success().contains("rolled_back"));
    assert_eq!(clxs.run(&["sql", "SHOW SCHEMAS IN copy"]).code, 1);
}

/// Before its first step, and between its steps.
#[test]
fn run_that_is_killed_leaves_a_whole_rollback_log() {
    for write in ["6", "12"] {
        let clxs = shop();
        let variables = [("CLXS_TEST_DIE_BEFORE_JOURNAL_WRITE", write)];
        let died = clxs.run_with(&variables, &with(&["clone", "--enable-rollback"]));
        assert_ne!(died.code, 0, "{died}");
        let log = fs_err::read_to_string(file_in(&clxs, "rollback_logs", ".json")).unwrap();
        let log: serde_json::Value = serde_json::from_str(&log).unwrap();
        assert!(!log["created_objects"]["tables"].as_array().unwrap().is_empty(), "{log}");
        let resumed = clxs.run(&["resume", log["run"].as_str().unwrap()]);
        assert_eq!(resumed.code, 0, "{resumed}");
    }
}

#[test]
fn runs_of_one_second_have_a_rollback_log_each() {
    let clxs = shop();
    for _ in 0..3 {
        clxs.run(&with(&["clone", "--enable-rollback"])).success();
    }
    let logs = fs_err::read_dir(clxs.folder().join("rollback_logs")).unwrap();
    assert_eq!(logs.count(), 3);
}
