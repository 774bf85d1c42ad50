//! Clones of some of the rows, or of none: `where_clauses`, `schema_only`.

use rstest::rstest;
use serde_json::Value;

use crate::clxs::{Clxs, assert_ran};

const CATALOGS: [&str; 4] = ["--source", "shop", "--dest", "copy"];
const FILTER: [&str; 2] = ["--table-filter", "s.events:day >= DATE'2026-01-02' AND kind <> 'it\\'s; no'"];

/// A table with everything that a definition may have, and what hangs on it.
const SOURCE: &str = r"CREATE CATALOG shop; CREATE SCHEMA shop.s;
    CREATE TABLE shop.s.events (
        id BIGINT GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 10),
        day DATE NOT NULL COMMENT 'it\'s the day',
        kind STRING DEFAULT 'view',
        price DECIMAL(10,2),
        code VARCHAR(5),
        year INT GENERATED ALWAYS AS (year(day)),
        note STRUCT<a: INT COMMENT 'inner', b: ARRAY<STRING>>
    ) CLUSTER BY (day) COMMENT 'all events'
    TBLPROPERTIES ('delta.feature.allowColumnDefaults' = 'supported', 'delta.logRetentionDuration' = 'interval 60 days', 'team' = 'web');
    ALTER TABLE shop.s.events ADD CONSTRAINT positive CHECK (price > 0);
    ALTER TABLE shop.s.events ADD CONSTRAINT events_pk PRIMARY KEY (day);
    INSERT INTO shop.s.events (day, kind, price) VALUES
        (DATE'2026-01-01', 'view', 1), (DATE'2026-01-02', 'buy', 2), (DATE'2026-01-03', NULL, 3), (DATE'2026-01-03', 'buy', 4);
    CREATE TABLE shop.s.kinds AS SELECT 'buy' AS kind;
    CREATE VIEW shop.s.latest AS SELECT max(day) AS day FROM shop.s.events;
    GRANT SELECT ON TABLE shop.s.events TO `account users`";

fn shop() -> Clxs {
    let clxs = Clxs::new();
    clxs.run(&["sql", SOURCE]).success();
    clxs
}

fn with<'a>(command: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [command, &CATALOGS, more].concat()
}

fn csv(clxs: &Clxs, query: &str) -> String {
    let text = clxs.run(&["sql", query, "--output", "csv"]).success();
    text.split_once('\n').unwrap().1.to_owned()
}

/// What made each version, the first one first.
fn operations(clxs: &Clxs, table: &str) -> Vec<String> {
    let text = clxs.run(&["sql", &format!("DESCRIBE HISTORY {table}"), "--output", "json"]).success();
    let document: Value = serde_json::from_str(&text).unwrap();
    let result = &document["results"][0];
    let columns = result["columns"].as_array().unwrap();
    let place = columns.iter().position(|column| column["name"] == "operation").unwrap();
    let rows = result["rows"].as_array().unwrap().iter().rev();
    rows.map(|row| row[place].as_str().unwrap().to_owned()).collect()
}

fn assert_in_sync(clxs: &Clxs, more: &[&str]) {
    let plan = clxs.run(&with(&["plan", "--detailed-exitcode"], more));
    assert_eq!(plan.code, 0, "{plan}");
}

#[test]
fn rows_that_meet_a_condition_come_into_a_table_of_the_whole_definition() {
    let clxs = shop();
    clxs.run(&with(&["clone"], &FILTER)).success();
    assert_eq!(
        csv(&clxs, "SELECT id, price, year FROM copy.s.events ORDER BY id"),
        "20,2.00,2026\n40,4.00,2026\n"
    );
    assert_eq!(csv(&clxs, "SELECT count(*) FROM copy.s.kinds"), "1\n", "other tables are cloned whole");
    assert_ran!(clxs.run(&["sql", "SHOW CREATE TABLE copy.s.events", "--output", "csv"]));
    assert_eq!(operations(&clxs, "copy.s.events"), ["CREATE TABLE", "WRITE", "SET TBLPROPERTIES"]);
    assert!(csv(&clxs, "SHOW GRANTS ON TABLE copy.s.events").contains("account users"));
    assert_in_sync(&clxs, &FILTER);
}

#[test]
fn refresh_replaces_the_rows_in_one_commit_and_keeps_what_hangs_on_the_table() {
    let clxs = shop();
    clxs.run(&with(&["clone"], &FILTER)).success();
    clxs.run(&["sql", "DELETE FROM shop.s.events WHERE price = 2"]).success();
    let refreshed = clxs.run(&with(&["clone"], &FILTER));
    assert_eq!(refreshed.code, 0, "{refreshed}");
    assert_eq!(csv(&clxs, "SELECT price FROM copy.s.events"), "4.00\n");
    let properties = "SET TBLPROPERTIES";
    let made = ["CREATE TABLE", "WRITE", properties, properties, "WRITE", properties];
    assert_eq!(operations(&clxs, "copy.s.events"), made);
    assert_eq!(
        csv(&clxs, "SELECT count(*) FROM copy.s.events VERSION AS OF 3"),
        "2\n",
        "no reader saw it empty"
    );
    assert!(csv(&clxs, "SHOW CREATE TABLE copy.s.events").contains("events_pk"));
    assert_in_sync(&clxs, &FILTER);
    clxs.run(&["rollback"]).success();
    assert_eq!(csv(&clxs, "SELECT count(*) FROM copy.s.events"), "2\n");
}

#[test]
fn source_with_another_column_replaces_the_table_and_another_condition_its_rows() {
    let clxs = shop();
    clxs.run(&with(&["clone"], &FILTER)).success();
    clxs.run(&["sql", "ALTER TABLE shop.s.events ADD COLUMNS (extra INT COMMENT 'new')"]).success();
    clxs.run(&with(&["clone"], &FILTER)).success();
    assert_eq!(csv(&clxs, "SELECT count(*), count(extra) FROM copy.s.events"), "2,0\n");
    let other = ["--where", "price > 3", "--include-tables-regex", "events"];
    let plan = clxs.run(&with(&["plan"], &other)).success();
    assert!(plan.contains("table copy.s.events: replaced, it has the rows that meet"), "{plan}");
    clxs.run(&with(&["clone"], &other)).success();
    assert_eq!(csv(&clxs, "SELECT price FROM copy.s.events"), "4.00\n");
    clxs.run(&with(&["clone"], &[])).success();
    assert_eq!(csv(&clxs, "SELECT count(*) FROM copy.s.events"), "4\n", "without a condition all rows come");
    assert_in_sync(&clxs, &[]);
}

#[test]
fn definition_is_changed_in_place_where_statements_can_so_that_no_reader_sees_the_table_empty() {
    let clxs = shop();
    clxs.run(&with(&["clone"], &FILTER)).success();
    clxs.run(&[
        "sql",
        "ALTER TABLE shop.s.events ADD COLUMNS (extra INT COMMENT 'new', later STRING);
         ALTER TABLE shop.s.events ALTER COLUMN kind COMMENT 'which';
         ALTER TABLE shop.s.events CLUSTER BY (kind);
         ALTER TABLE shop.s.events SET TBLPROPERTIES ('team' = 'app');
         UPDATE shop.s.events SET extra = 1 WHERE true",
    ])
    .success();
    let before = operations(&clxs, "copy.s.events").len() - 1;
    let refreshed = clxs.run(&with(&["clone"], &FILTER)).success();
    assert!(!refreshed.contains("empty until"), "{refreshed}");
    let after = operations(&clxs, "copy.s.events").len();
    for version in before..after {
        let rows = csv(&clxs, &format!("SELECT count(*) FROM copy.s.events VERSION AS OF {version}"));
        assert_eq!(rows, "2\n", "version {version}");
    }
    assert_eq!(csv(&clxs, "SELECT sum(extra) FROM copy.s.events"), "2\n");
    let by_default =
        definition(&clxs, "shop").replace("GENERATED ALWAYS AS IDENTITY", "GENERATED BY DEFAULT AS IDENTITY");
    assert_eq!(definition(&clxs, "copy"), by_default);
    assert_in_sync(&clxs, &FILTER);
    clxs.run(&["rollback"]).success();
    assert_eq!(csv(&clxs, "SELECT count(*) FROM copy.s.events"), "2\n");
    assert!(!csv(&clxs, "SHOW CREATE TABLE copy.s.events").contains("extra"));
}

#[test]
fn definition_that_no_statement_changes_in_place_is_replaced_and_the_plan_says_that_the_table_is_empty_meanwhile()
 {
    let clxs = shop();
    clxs.run(&with(&["clone"], &FILTER)).success();
    clxs.run(&["sql", "ALTER TABLE shop.s.events ADD CONSTRAINT cheap CHECK (price < 100)"]).success();
    let plan = clxs.run(&with(&["plan"], &FILTER)).success();
    assert!(plan.contains("empty until its rows are copied"), "{plan}");
    clxs.run(&with(&["clone"], &FILTER)).success();
    assert_eq!(csv(&clxs, "SELECT count(*) FROM copy.s.events"), "2\n");
    assert!(csv(&clxs, "SHOW CREATE TABLE copy.s.events").contains("price < 100"));
    assert_in_sync(&clxs, &FILTER);
}

#[test]
fn edited_destination_is_kept_unless_told_otherwise() {
    let clxs = shop();
    clxs.run(&with(&["clone"], &FILTER)).success();
    clxs.run(&["sql", "DELETE FROM copy.s.events WHERE price = 4"]).success();
    let kept = clxs.run(&with(&["clone"], &FILTER));
    assert!(kept.stderr.contains("edited in the destination since it was cloned (DELETE"), "{kept}");
    assert_eq!(csv(&clxs, "SELECT count(*) FROM copy.s.events"), "1\n");
    clxs.run(&with(&["clone", "--overwrite-edits"], &FILTER)).success();
    assert_eq!(csv(&clxs, "SELECT count(*) FROM copy.s.events"), "2\n");
}

#[test]
fn condition_is_met_by_the_rows_of_an_earlier_version() {
    let clxs = shop();
    let version = operations(&clxs, "shop.s.events").len() - 1;
    clxs.run(&["sql", "DELETE FROM shop.s.events WHERE true"]).success();
    let version = version.to_string();
    let then = ["--as-of-version", &version, "--where", "price > 1", "--include-tables-regex", "events"];
    clxs.run(&with(&["clone"], &then)).success();
    assert_eq!(csv(&clxs, "SELECT count(*) FROM copy.s.events"), "3\n");
    assert_in_sync(&clxs, &then);
}

#[rstest]
#[case::unknown_column(&["--where", "nowhere = 1"], "nowhere")]
#[case::no_expression(&["--where", "price >"], "s.events")]
#[case::no_condition(&["--table-filter", "s.events:price + 1"], "s.events")]
#[case::two_statements(&["--table-filter", "s.events:true; DROP TABLE shop.s.events"], "one expression")]
#[case::closed_early(&["--where", "true) OR (true"], "closes nothing")]
#[case::unknown_table(&["--table-filter", "s.evnts:true"], "where_clauses")]
#[case::no_table(&["--table-filter", "true"], "colon")]
fn condition_that_does_not_fit_is_refused_before_anything_is_touched(
    #[case] more: &[&str],
    #[case] reason: &str,
) {
    let clxs = shop();
    let refused = clxs.run(&with(&["clone"], more));
    assert_eq!(refused.code, 2, "{refused}");
    assert!(refused.stderr.contains(reason), "{refused}");
    assert!(!csv(&clxs, "SHOW CATALOGS").contains("copy"));
    assert_eq!(csv(&clxs, "SELECT count(*) FROM shop.s.events"), "4\n");
}

#[test]
fn shallow_clone_ignores_conditions_and_warns() {
    let clxs = shop();
    let ran = clxs.run(&with(&["clone", "--clone-type", "SHALLOW"], &FILTER));
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.stderr.contains("where_clauses is ignored"), "{ran}");
    assert_eq!(csv(&clxs, "SELECT count(*) FROM copy.s.events"), "4\n");
}

#[test]
fn schema_only_makes_everything_without_rows_and_follows_the_definition() {
    let clxs = shop();
    clxs.run(&["sql", "CREATE VOLUME shop.s.files; CREATE FUNCTION shop.s.one() RETURNS INT RETURN 1"])
        .success();
    let only = ["--schema-only"];
    clxs.run(&with(&["clone"], &only)).success();
    assert_eq!(csv(&clxs, "SELECT count(*), copy.s.one() FROM copy.s.events"), "0,1\n");
    assert_eq!(csv(&clxs, "SELECT day FROM copy.s.latest"), "\n");
    assert!(csv(&clxs, "SHOW VOLUMES IN copy.s").contains("files"));
    let (source, copy) = (definition(&clxs, "shop"), definition(&clxs, "copy"));
    assert_eq!(source, copy);
    clxs.run(&["sql", "INSERT INTO shop.s.events (day, price) VALUES (DATE'2026-05-05', 5)"]).success();
    assert_in_sync(&clxs, &only);
    clxs.run(&["sql", "ALTER TABLE shop.s.kinds ADD COLUMNS (extra INT)"]).success();
    clxs.run(&with(&["clone"], &only)).success();
    assert_eq!(csv(&clxs, "SELECT count(extra) FROM copy.s.kinds"), "0\n");
    assert_in_sync(&clxs, &only);
    // What has its rows is not emptied by the way.
    clxs.run(&with(&["clone"], &[])).success();
    let kept = clxs.run(&with(&["clone"], &only));
    assert!(kept.stderr.contains("force_reclone empties it"), "{kept}");
    assert_ne!(csv(&clxs, "SELECT count(*) FROM copy.s.events"), "0\n");
}

/// What `SHOW CREATE TABLE` says but for the name and what the tool notes.
fn definition(clxs: &Clxs, catalog: &str) -> String {
    let text = csv(clxs, &format!("SHOW CREATE TABLE {catalog}.s.events"));
    let lines = text.lines().filter(|line| !line.contains("clxs."));
    lines.collect::<Vec<_>>().join("\n").replace(&format!("{catalog}.s."), "")
}

/// The process dies before its first write to the journal, then before its second, and so on; the next run ends what
/// was begun, and no row is there twice.
#[test]
fn filtered_clone_that_dies_at_any_write_of_its_journal_is_ended_by_the_next_one() {
    const SMALL: &str =
        "CREATE CATALOG shop; CREATE SCHEMA shop.s; CREATE TABLE shop.s.t AS SELECT id FROM range(5)";
    let clxs = Clxs::new();
    clxs.run(&["sql", SMALL]).success();
    let more = ["--where", "id > 1", "--no-ownership", "--no-permissions"];
    for write in 1..60 {
        let number = write.to_string();
        let variables = [("CLXS_TEST_DIE_BEFORE_JOURNAL_WRITE", number.as_str())];
        let killed = clxs.run_with(&variables, &with(&["clone"], &more));
        if killed.code == 0 {
            assert!(write > 8, "the clone wrote only {write} times");
            return;
        }
        let next = clxs.run(&with(&["clone"], &more));
        assert_eq!(next.code, 0, "write {write}: {next}");
        assert_eq!(csv(&clxs, "SELECT count(*) FROM copy.s.t"), "3\n", "write {write}");
        assert_in_sync(&clxs, &more);
        clxs.run(&["sql", "DROP CATALOG copy CASCADE"]).success();
    }
    panic!("the clone never ended");
}
