//! A clone that is killed at any point is finished by the next one, and nobody ever sees half a table.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::clxs::Clxs;

const KILLS: usize = 50;

const TABLES: [&str; 6] = ["customers", "orders", "items", "payments", "visits", GUARDED];

/// The table with a column mask. It is made empty, and filled once it is guarded.
const GUARDED: &str = "salaries";

/// What somebody sees in a table: its rows and the sum of its ids.
type Contents = BTreeMap<String, String>;

#[test]
fn clone_killed_fifty_times_is_finished_by_the_next_one() {
    let clxs = Clxs::new();
    clxs.run(&["sql", &source()]).success();
    let all_lines = clone_until(&clxs, "undisturbed", usize::MAX);
    for round in 0..KILLS {
        // Every other round refreshes what the one before it made, so replacements are killed as well.
        let destination = format!("copy_{}", round / 2);
        let before = contents(&clxs, "shop");
        if round % 2 == 1 {
            grow(&clxs, round);
        }
        let after = contents(&clxs, "shop");
        clone_until(&clxs, &destination, point(round, all_lines));

        for (table, seen) in contents(&clxs, &destination) {
            let whole = [&before[&table], &after[&table]];
            let is_empty = table == GUARDED && seen == "0,";
            assert!(
                is_empty || whole.contains(&&seen),
                "round {round}: {table} shows {seen}, its source {whole:?}"
            );
        }
        require_guarded(&clxs, &destination);
        clone(&clxs, &["clone"], &destination);
        assert_eq!(contents(&clxs, &destination), after, "round {round}");
        clone(&clxs, &["plan", "--detailed-exitcode"], &destination);
    }
    let interrupted = clxs.run(&["runs"]).success().matches("interrupted").count();
    assert!(interrupted >= KILLS / 3, "only {interrupted} of {KILLS} kills hit a run at work");
}

/// The guarded table of a catalog, if it is there, has its mask by the catalog's own function.
fn require_guarded(clxs: &Clxs, catalog: &str) {
    let unguarded = format!(
        "SELECT table_name FROM system.information_schema.tables AS t WHERE t.table_catalog = '{catalog}' \
         AND t.table_name = '{GUARDED}' AND t.table_name NOT IN (SELECT m.table_name \
         FROM system.information_schema.column_masks AS m WHERE m.mask_name = '{catalog}.s.hide')"
    );
    let unguarded = clxs.run(&["sql", &unguarded, "--output", "csv"]).success();
    assert_eq!(unguarded.lines().count(), 1, "{unguarded}");
}

/// Runs clone or plan; both must end with exit code 0, which for the plan says that nothing is left to do.
fn clone(clxs: &Clxs, command: &[&str], destination: &str) {
    let arguments = [command, &["--source", "shop", "--dest", destination]].concat();
    let ran = clxs.run(&arguments);
    assert_eq!(ran.code, 0, "{arguments:?}: {ran}");
}

/// Clones, and kills the process when it has written so many lines. Returns how many it wrote.
fn clone_until(clxs: &Clxs, destination: &str, lines: usize) -> usize {
    let arguments = ["clone", "-vv", "--source", "shop", "--dest", destination];
    let mut process = clxs.command(&arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let stderr = BufReader::new(process.stderr.take().unwrap());
    let written = stderr.lines().take(lines).map(Result::unwrap).count();
    process.kill().unwrap();
    process.wait().unwrap();
    written
}

/// A point between the first line and the last: multiples of the golden ratio are spread evenly.
fn point(round: usize, all_lines: usize) -> usize {
    const STEPS: usize = 1000;
    (round * 618 % STEPS) * all_lines / STEPS
}

fn source() -> String {
    let mut script = String::from("CREATE CATALOG shop; CREATE SCHEMA shop.s;");
    for table in TABLES {
        script += &format!("CREATE TABLE shop.s.{table} (id INT, name STRING) COMMENT 'all {table}';");
        script += &format!("INSERT INTO shop.s.{table} VALUES (1, 'a'), (2, 'b');");
        script += &format!("INSERT INTO shop.s.{table} VALUES (3, 'c');");
    }
    script += "CREATE FUNCTION shop.s.hide(name STRING) RETURNS STRING \
               RETURN if(is_account_group_member('interns'), '***', name);";
    script += &format!("ALTER TABLE shop.s.{GUARDED} ALTER COLUMN name SET MASK shop.s.hide;");
    script += "CREATE VIEW shop.s.recent AS SELECT id FROM shop.s.orders WHERE id > 1;";
    script + "GRANT SELECT ON SCHEMA shop.s TO `account users`"
}

fn grow(clxs: &Clxs, round: usize) {
    let inserts: Vec<_> = TABLES
        .iter()
        .map(|table| format!("INSERT INTO shop.s.{table} VALUES ({}, 'n')", round + 10))
        .collect();
    clxs.run(&["sql", &inserts.join(";")]).success();
}

/// The contents of all tables of a catalog that are visible; none when the catalog is not.
fn contents(clxs: &Clxs, catalog: &str) -> Contents {
    let tables = format!(
        "SELECT table_name FROM system.information_schema.tables \
         WHERE table_catalog = '{catalog}' AND table_schema = 's' AND table_type = 'MANAGED' ORDER BY table_name"
    );
    let tables = clxs.run(&["sql", &tables, "--output", "csv"]).success();
    let counts: Vec<_> = tables
        .lines()
        .skip(1)
        .map(|table| format!("SELECT '{table}' AS t, count(*) AS n, sum(id) AS ids FROM {catalog}.s.{table}"))
        .collect();
    if counts.is_empty() {
        return Contents::new();
    }
    let rows = clxs.run(&["sql", &counts.join(" UNION ALL "), "--output", "csv"]).success();
    let rows = rows.lines().skip(1).filter_map(|row| row.split_once(','));
    rows.map(|(table, seen)| (table.to_owned(), seen.to_owned())).collect()
}
