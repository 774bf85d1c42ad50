//! `clxs sql` on the embedded workspace.

use crate::clxs::{Clxs, assert_ran};

const SCRIPT: &str = "CREATE CATALOG shop; CREATE SCHEMA shop.s; CREATE TABLE shop.s.t (id INT, name STRING);\n\
     INSERT INTO shop.s.t VALUES (1, 'a;b'), (2, NULL), (3, 'say \"x\", y');\n\
     SELECT * FROM shop.s.t ORDER BY id";

#[test]
fn rows_are_a_table_for_people() {
    assert_ran!(Clxs::new().run(&["sql", SCRIPT]));
}

#[test]
fn rows_are_csv() {
    assert_ran!(Clxs::new().run(&["sql", SCRIPT, "--output", "csv"]));
}

#[test]
fn rows_are_one_json_document() {
    let clxs = Clxs::new();
    clxs.write("script.sql", SCRIPT);
    assert_ran!(clxs.run(&["sql", "-f", "script.sql", "--output", "json"]));
}

#[test]
fn first_error_stops_the_script() {
    assert_ran!(Clxs::new().run(&["sql", "SELECT 1 AS one; SELECT * FROM absent.s.t; SELECT 2 AS two"]));
}

#[test]
fn other_statements_run_when_told_to_keep_going() {
    let arguments = ["sql", "--keep-going", "SELECT 1 AS one; SELECT * FROM absent.s.t; SELECT 2 AS two"];
    assert_ran!(Clxs::new().run(&arguments));
}
