//! `clxs workspace import`: a tree of tables gets names and stays as it is.

use std::path::Path;

use crate::clxs::Clxs;

/// Makes a tree: two Delta tables made by the workspace itself, and folders that are none.
fn tree(clxs: &Clxs) {
    clxs.run(&["sql", "CREATE CATALOG made; CREATE SCHEMA made.s"]).success();
    for path in ["tree/sales/Orders 2024", "tree/sales/lines", "tree/loose"] {
        let location = clxs.folder().join(path);
        fs_err::create_dir_all(&location).unwrap();
        let statement = format!(
            "CREATE TABLE made.s.t (id INT) LOCATION '{0}'; INSERT INTO made.s.t VALUES (1), (2); DROP TABLE made.s.t",
            location.display()
        );
        clxs.run(&["sql", &statement]).success();
    }
    for path in ["tree/sales/notes", "tree/empty"] {
        fs_err::create_dir_all(clxs.folder().join(path)).unwrap();
    }
}

fn files(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.clone(), fs_err::read(path).unwrap()));
        }
    }
    found.sort();
    found
}

fn outcomes(clxs: &Clxs, arguments: &[&str]) -> (i32, Vec<String>) {
    let ran = clxs.run(&[&["workspace", "import", "tree", "--output", "json"], arguments].concat());
    let document: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let folders = document["folders"].as_array().unwrap();
    let shown = folders.iter().map(|folder| {
        let folder_name = folder["folder"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
        format!(
            "{folder_name}: {} {}",
            folder["outcome"].as_str().unwrap(),
            folder["table"].as_str().unwrap_or("–")
        )
    });
    (ran.code, shown.collect())
}

#[test]
fn tables_of_a_tree_get_names_and_nothing_is_copied() {
    let clxs = Clxs::new();
    tree(&clxs);
    let before = files(&clxs.folder().join("tree"));
    let expected = [
        "empty: skipped –",
        "loose: registered imported.default.loose",
        "Orders 2024: registered imported.sales.orders_2024",
        "lines: registered imported.sales.lines",
        "notes: skipped –",
    ];
    assert_eq!(outcomes(&clxs, &["--catalog", "imported"]), (0, expected.map(str::to_owned).to_vec()));
    assert_eq!(files(&clxs.folder().join("tree")), before);
    let rows = clxs.run(&["sql", "SELECT sum(id) AS s FROM imported.sales.orders_2024", "--output", "csv"]);
    assert_eq!(rows.success(), "s\n3\n");
}

#[test]
fn second_import_finds_everything_present() {
    let clxs = Clxs::new();
    tree(&clxs);
    outcomes(&clxs, &["--catalog", "imported"]);
    let (code, second) = outcomes(&clxs, &["--catalog", "imported"]);
    assert_eq!(code, 0);
    assert_eq!(second.iter().filter(|line| line.contains(": present")).count(), 3, "{second:?}");
}

#[test]
fn name_that_is_taken_fails_and_the_others_are_registered() {
    let clxs = Clxs::new();
    tree(&clxs);
    let taken = "CREATE CATALOG tree; CREATE SCHEMA tree.sales; CREATE TABLE tree.sales.lines (a INT)";
    clxs.run(&["sql", taken]).success();
    let (code, outcomes) = outcomes(&clxs, &[]);
    assert_ne!(code, 0);
    assert!(outcomes.contains(&"lines: failed tree.sales.lines".to_owned()), "{outcomes:?}");
    assert!(outcomes.contains(&"loose: registered tree.default.loose".to_owned()), "{outcomes:?}");
}

#[test]
fn parquet_folders_are_read_with_their_partitions_and_not_written() {
    let clxs = Clxs::new();
    let at = clxs.folder().join("made");
    let statement = format!(
        "CREATE CATALOG made; CREATE SCHEMA made.s; CREATE TABLE made.s.t (id INT, day DATE) PARTITIONED BY (day) \
         LOCATION '{}'; INSERT INTO made.s.t VALUES (1, DATE'2024-01-01'), (2, DATE'2024-01-02'); DROP TABLE made.s.t",
        at.display()
    );
    clxs.run(&["sql", &statement]).success();
    fs_err::remove_dir_all(at.join("_delta_log")).unwrap();
    fs_err::create_dir_all(clxs.folder().join("tree/raw")).unwrap();
    fs_err::rename(&at, clxs.folder().join("tree/raw/events")).unwrap();
    assert_eq!(outcomes(&clxs, &[]), (0, vec!["events: registered tree.raw.events".to_owned()]));
    let query = "SELECT id, day FROM tree.raw.events WHERE day > DATE'2024-01-01'";
    assert_eq!(clxs.run(&["sql", query, "--output", "csv"]).success(), "id,day\n2,2024-01-02\n");
    for statement in [
        "INSERT INTO tree.raw.events VALUES (3, DATE'2024-01-03')",
        "DELETE FROM tree.raw.events",
        "CREATE TABLE made.s.c CLONE tree.raw.events",
        "ALTER TABLE tree.raw.events SET TBLPROPERTIES ('a' = 'b')",
        "DESCRIBE HISTORY tree.raw.events",
        "CREATE OR REPLACE TABLE tree.raw.events (id INT)",
    ] {
        let ran = clxs.run(&["sql", statement]);
        assert_ne!(ran.code, 0, "{statement}");
        assert!(ran.stderr.contains("Parquet files"), "{statement}: {ran}");
    }
}
