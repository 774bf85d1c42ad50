//! `clxs workspace backup` and `restore`, on disk.

use crate::clxs::Clxs;

fn filled() -> Clxs {
    let clxs = Clxs::new();
    let at = clxs.folder().join("elsewhere");
    let statements = format!(
        "CREATE CATALOG c; CREATE SCHEMA c.s; CREATE TABLE c.s.t AS SELECT 1 AS id; INSERT INTO c.s.t VALUES (2); \
         CREATE TABLE c.s.e (id INT) LOCATION '{}'",
        at.display()
    );
    clxs.run(&["sql", &statements]).success();
    clxs
}

#[test]
fn restored_workspace_has_the_same_rows_and_names_external_tables() {
    let clxs = filled();
    let ran = clxs.run(&["workspace", "backup", "w.backup"]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(ran.stderr.contains("not in the backup: c.s.e"), "{ran}");
    clxs.run(&["workspace", "restore", "w.backup", "--root", "other/workspace"]).success();
    let query = ["sql", "SELECT sum(id) AS s FROM c.s.t", "--output", "csv"];
    assert_eq!(clxs.run_with(&[("CLXS_HOME", "other")], &query).success(), "s\n3\n");
    let left = fs_err::read_dir(clxs.home().join("workspace")).unwrap();
    assert!(
        !left.into_iter().any(|entry| entry.unwrap().file_name().to_string_lossy().starts_with("backup-"))
    );
}

#[test]
fn backup_does_not_replace_a_file() {
    let clxs = filled();
    clxs.write("w.backup", "mine");
    let ran = clxs.run(&["workspace", "backup", "w.backup"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert_eq!(fs_err::read_to_string(clxs.folder().join("w.backup")).unwrap(), "mine");
}

#[test]
fn backup_of_no_workspace_makes_none() {
    let clxs = Clxs::new();
    let ran = clxs.run(&["workspace", "backup", "w.backup", "--root", "none"]);
    assert_eq!(ran.code, 2, "{ran}");
    assert!(!clxs.folder().join("none").exists());
}

#[test]
fn restore_keeps_a_folder_that_is_not_empty() {
    let clxs = filled();
    clxs.run(&["workspace", "backup", "w.backup"]).success();
    clxs.write("full/notes", "mine");
    let ran = clxs.run(&["workspace", "restore", "w.backup", "--root", "full"]);
    assert!(ran.code != 0 && ran.stderr.contains("not empty"), "{ran}");
    assert_eq!(fs_err::read_dir(clxs.folder().join("full")).unwrap().count(), 1);
}
