//! What commands print as JSON is what `docs/schemas` says, and nothing else.

mod validator;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::clxs::Clxs;
use validator::{folder, problems};

/// Checks documents, and remembers of which schemas they were.
#[derive(Default)]
struct Checked(BTreeSet<String>);

impl Checked {
    fn text(&mut self, text: &str) -> Value {
        let document: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        self.document(&document);
        document
    }

    fn document(&mut self, document: &Value) {
        let name = document["schema"].as_str().unwrap().strip_prefix("clxs.").unwrap();
        assert_eq!(document["version"], 1, "{document}");
        let file = format!("{name}.json");
        let found = problems(document, &file);
        assert!(found.is_empty(), "{file}: {}", found.join("\n"));
        self.0.insert(file);
    }

    fn lines(&mut self, text: &str) {
        for line in text.lines() {
            self.text(line);
        }
    }
}

/// A catalog with something of each kind, two things that fail, and something for every facet of tables.
const SHOP: &str = "
CREATE CATALOG shop; CREATE SCHEMA shop.s COMMENT 'a schema'; CREATE SCHEMA shop.empty;
CREATE TABLE shop.s.t (id INT NOT NULL, name STRING) COMMENT 'a table' TBLPROPERTIES ('a' = 'b');
INSERT INTO shop.s.t VALUES (1, 'x'), (2, 'y');
ALTER TABLE shop.s.t ADD CONSTRAINT pk PRIMARY KEY (id);
CREATE TABLE shop.s.u AS SELECT 1 AS id;
CREATE FUNCTION shop.s.f(x INT) RETURNS INT RETURN x + 1;
CREATE VIEW shop.s.v AS SELECT shop.s.f(id) AS id FROM shop.s.t;
CREATE VIEW shop.s.outward AS SELECT * FROM other.s.t;
CREATE VOLUME shop.s.files;
ALTER TABLE shop.s.t SET TAGS ('k' = 'v');
GRANT SELECT ON TABLE shop.s.t TO `account users`";

const CATALOGS: [&str; 4] = ["--source", "shop", "--dest", "copy"];

fn catalogs<'a>(command: &[&'a str], flags: &[&'a str]) -> Vec<&'a str> {
    [command, &CATALOGS, flags].concat()
}

#[test]
fn every_json_document_is_what_its_schema_says() {
    let clxs = Clxs::new();
    let mut checked = Checked::default();
    clxs.run(&[
        "sql",
        "CREATE CATALOG other; CREATE SCHEMA other.s; CREATE TABLE other.s.t AS SELECT 1 AS id",
    ])
    .success();
    clxs.run(&["sql", SHOP]).success();
    let run = |arguments: &[&str]| clxs.run(arguments).stdout;

    checked.text(&run(&catalogs(&["plan"], &["--format", "json"])));
    checked.lines(&run(&catalogs(&["clone"], &["--events", "jsonl", "--enable-rollback"])));
    checked.text(&run(&["runs", "show", "last", "--output", "json"]));
    clxs.run(&["sql", "INSERT INTO shop.s.t VALUES (3, 'z'); INSERT INTO copy.s.u VALUES (9)"]).success();
    let plan = checked.text(&run(&catalogs(&["plan"], &["--format", "json"])));
    assert_eq!(plan["counts"]["replace"], 1, "{plan}");
    checked.text(&run(&catalogs(&["drift"], &["--output", "json"])));
    checked.lines(&run(&catalogs(&["clone"], &["--events", "jsonl", "--consistent"])));
    let again = ["clone", "--source", "shop", "--dest", "copy", "--output", "json", "--overwrite-edits"];
    checked.text(&run(&again));
    checked.lines(&run(&["rollback", "last", "--events", "jsonl"]));
    let sample = ["clone", "--source", "shop", "--dest", "sample", "--where", "id = 1", "--output", "json"];
    checked.text(&run(&sample));
    checked.text(&run(&["drift", "--source", "shop", "--dest", "sample", "--output", "json"]));
    let failing =
        ["clone", "--source", "shop", "--dest", "broken", "--clone-type", "SHALLOW", "--events", "jsonl"];
    checked.lines(&run(&failing));
    checked.text(&run(&["runs", "--output", "json"]));
    checked.text(&run(&["runs", "bundle", "last", "--out", "evidence", "--output", "json"]));
    checked.text(&run(&["verify-bundle", "evidence", "--output", "json"]));
    for file in fs_err::read_dir(clxs.folder().join("rollback_logs")).unwrap() {
        checked.text(&fs_err::read_to_string(file.unwrap().path()).unwrap());
    }

    checked.text(&run(&["sql", "SELECT 1 AS a, NULL AS b; CREATE SCHEMA shop.more", "--output", "json"]));
    checked.text(&run(&catalogs(&["config", "explain"], &["--output", "json"])));
    checked.text(&run(&["config", "lint", "--output", "json"]));
    clxs.write("wrong.yaml", "sourc_catalog: a\nmax_workers: none\n");
    checked.text(&run(&["config", "lint", "--config", "wrong.yaml", "--output", "json"]));
    checked.text(&run(&catalogs(&["doctor"], &["--output", "json"])));
    checked.text(&run(&["doctor", "--source", "absent", "--output", "json"]));
    checked.text(&run(&["auth", "describe", "--output", "json"]));
    checked.text(&run(&["workspace", "info", "--output", "json"]));
    checked.text(&run(&["workspace", "backup", "saved", "--output", "json"]));
    clxs.write("tree/s/nothing/readme.txt", "no table");
    checked.text(&run(&["workspace", "import", "tree", "--output", "json"]));

    let all: BTreeSet<String> = fs_err::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let unchecked: Vec<_> = all.difference(&checked.0).filter(|file| *file != "common.json").collect();
    assert!(unchecked.is_empty(), "no document of these was seen: {unchecked:?}");
}
