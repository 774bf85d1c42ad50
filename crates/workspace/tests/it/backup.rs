//! Backups that are damaged or foreign restore nothing.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use clxs_workspace::{BackupError, Workspace, WorkspaceOptions};
use tar::{Builder, EntryType, Header};
use tempfile::TempDir;

use crate::sql::Sql;

/// A folder with the backup of a small workspace.
async fn backup() -> (TempDir, PathBuf) {
    let sql = Sql::start().await;
    sql.run("CREATE SCHEMA main.s").await;
    sql.run("CREATE TABLE main.s.t AS SELECT 1 AS id").await;
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("w.backup");
    sql.server.workspace.backup(&file).await.unwrap();
    (folder, file)
}

/// The reason of a restore that must fail and leave nothing.
fn refused(folder: &Path, file: &Path) -> String {
    let root = folder.join("restored");
    let error = Workspace::restore(file, &root).unwrap_err();
    assert!(matches!(error, BackupError::Damaged { .. } | BackupError::NewerFormat { .. }), "{error:?}");
    assert!(!root.exists());
    let left: Vec<_> = fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("restore")), "{left:?}");
    error.to_string()
}

#[tokio::test]
async fn restored_folder_opens_with_its_tables() {
    let (folder, file) = backup().await;
    let root = folder.path().join("restored");
    let summary = Workspace::restore(&file, &root).unwrap();
    assert!(summary.files > 2, "{summary:?}");
    let workspace = Workspace::open(&root, WorkspaceOptions::default()).await.unwrap();
    let sql = Sql { server: crate::server::Server::of(workspace, folder) };
    assert_eq!(sql.rows("SELECT id FROM main.s.t").await, [["1"]]);
    sql.run("INSERT INTO main.s.t VALUES (2)").await;
}

#[tokio::test]
async fn empty_folder_is_restored_into_and_a_full_one_is_not() {
    let (folder, file) = backup().await;
    let root = folder.path().join("there");
    fs_err::create_dir(&root).unwrap();
    Workspace::restore(&file, &root).unwrap();
    let error = Workspace::restore(&file, &root).unwrap_err();
    assert!(matches!(error, BackupError::NotEmpty { .. }), "{error:?}");
}

#[tokio::test]
async fn backup_that_is_cut_off_is_refused() {
    let (folder, file) = backup().await;
    let whole = fs_err::read(&file).unwrap();
    for length in [0, 3, 20, whole.len() / 2, whole.len() - 5, whole.len() - 1] {
        fs_err::write(&file, &whole[..length]).unwrap();
        refused(folder.path(), &file);
    }
}

#[tokio::test]
async fn changed_byte_is_noticed() {
    let (folder, file) = backup().await;
    let whole = fs_err::read(&file).unwrap();
    for at in (6..whole.len()).step_by(whole.len() / 40) {
        let mut changed = whole.clone();
        // All bits: a compressed stream has single ones that mean nothing.
        changed[at] ^= 0xff;
        fs_err::write(&file, &changed).unwrap();
        refused(folder.path(), &file);
    }
}

/// Packs the entries of a backup anew, with one more before the manifest.
fn with_entry(file: &Path, path: &str, kind: EntryType, content: &[u8]) {
    let mut plain = Vec::new();
    zstd::Decoder::new(fs_err::File::open(file).unwrap()).unwrap().read_to_end(&mut plain).unwrap();
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_size(u64::try_from(content.len()).unwrap());
    header.set_mode(0o600);
    // The library refuses such names; others do not.
    header.as_old_mut().name[..path.len()].copy_from_slice(path.as_bytes());
    if kind == EntryType::Symlink {
        header.set_link_name("/etc").unwrap();
    }
    header.set_cksum();
    let mut builder = Builder::new(Vec::new());
    builder.append(&header, content).unwrap();
    let mut packed = builder.into_inner().unwrap();
    packed.truncate(512 + content.len().next_multiple_of(512));
    packed.extend(plain);
    let mut encoder = zstd::Encoder::new(fs_err::File::create(file).unwrap(), 1).unwrap();
    encoder.write_all(&packed).unwrap();
    encoder.finish().unwrap();
}

#[tokio::test]
async fn entries_that_lead_elsewhere_or_are_unknown_are_refused() {
    let (folder, file) = backup().await;
    let whole = fs_err::read(&file).unwrap();
    for (path, kind) in [
        ("../outside", EntryType::Regular),
        ("managed/../../outside", EntryType::Regular),
        ("/tmp/clxs-outside", EntryType::Regular),
        ("managed/link", EntryType::Symlink),
        ("writers", EntryType::Directory),
        ("admin.token", EntryType::Regular),
        ("managed-too", EntryType::Regular),
    ] {
        fs_err::write(&file, &whole).unwrap();
        let content: &[u8] = if kind == EntryType::Regular { b"x" } else { b"" };
        with_entry(&file, path, kind, content);
        refused(folder.path(), &file);
    }
    assert!(!folder.path().join("outside").exists());
    assert!(!Path::new("/tmp/clxs-outside").exists());
}

#[tokio::test]
async fn backup_of_a_newer_format_is_refused_by_its_number() {
    let (folder, file) = backup().await;
    let mut builder = Builder::new(zstd::Encoder::new(fs_err::File::create(&file).unwrap(), 1).unwrap());
    let text = br#"{"format": 7}"#;
    let mut header = Header::new_gnu();
    header.set_size(u64::try_from(text.len()).unwrap());
    builder.append_data(&mut header, "manifest.json", text.as_slice()).unwrap();
    builder.into_inner().unwrap().finish().unwrap();
    assert!(refused(folder.path(), &file).contains("format 7"));
}

#[tokio::test]
async fn backups_while_tables_are_written_open_and_have_whole_tables() {
    let sql = Sql::start().await;
    sql.run("CREATE SCHEMA main.s").await;
    sql.run("CREATE TABLE main.s.t (id INT)").await;
    let folder = TempDir::new().unwrap();
    let writing = async {
        for number in 0..12 {
            sql.run(&format!("INSERT INTO main.s.t VALUES ({number})")).await;
            sql.run(&format!("CREATE TABLE main.s.x{number} AS SELECT {number} AS n")).await;
            sql.run(&format!("DROP TABLE main.s.x{number}")).await;
        }
    };
    let packing = async {
        for number in 0..4 {
            sql.server.workspace.backup(folder.path().join(format!("{number}.backup"))).await.unwrap();
        }
    };
    tokio::join!(writing, packing);
    for number in 0..4 {
        let root = folder.path().join(format!("root{number}"));
        Workspace::restore(folder.path().join(format!("{number}.backup")), &root).unwrap();
        let workspace = Workspace::open(&root, WorkspaceOptions::default()).await.unwrap();
        let restored = Sql { server: crate::server::Server::of(workspace, TempDir::new().unwrap()) };
        for row in restored.rows("SHOW TABLES IN main.s").await {
            restored.rows(&format!("SELECT * FROM main.s.{}", row[1])).await;
        }
    }
}
