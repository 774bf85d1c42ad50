//! A tree of folders as tables with names.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use clxs_api::{FullName, Identifier};

use crate::failure::CliError;

/// The schema of tables that lie beside the schemas.
const DEFAULT_SCHEMA: &str = "default";

/// What the files of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TableFormat {
    Delta,
    Parquet,
}

/// A folder of the tree.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Folder {
    Table {
        path: PathBuf,
        name: FullName,
        format: TableFormat,
    },
    /// A table whose folder cannot give it a name.
    Unnamed {
        path: PathBuf,
        reason: String,
    },
    /// No table.
    Other {
        path: PathBuf,
        reason: String,
    },
}

impl fmt::Display for TableFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Delta => "DELTA",
            Self::Parquet => "PARQUET",
        })
    }
}

/// The name of the catalog: the one that is given, else the tree's.
///
/// # Errors
/// When it is no name, and when the tree is itself a table.
pub(super) fn catalog(tree: &Path, given: Option<&str>) -> anyhow::Result<Identifier> {
    if let Some(format) = table_format(tree)? {
        let message = format!("{} is itself a {format} table", tree.display());
        let hint = "give the folder of its schema's folder: tables are taken from SCHEMA/TABLE".to_owned();
        return Err(CliError::Usage { message, hint }.into());
    }
    match given {
        Some(name) => Ok(Identifier::new(name)?.to_lowercase()),
        None => Ok(Identifier::new(clean(&file_name(tree)))?),
    }
}

/// The folders of the tree, in the order of names.
///
/// # Errors
/// Folders that cannot be read.
pub(super) fn find(tree: &Path, catalog: &Identifier) -> io::Result<Vec<Folder>> {
    let mut names = Names::default();
    let mut found = Vec::new();
    for path in subfolders(tree)? {
        if let Some(format) = table_format(&path)? {
            found.push(names.table(catalog, DEFAULT_SCHEMA, path, format));
            continue;
        }
        let tables = subfolders(&path)?;
        if tables.is_empty() {
            found.push(no_table(path));
            continue;
        }
        let schema = file_name(&path);
        for path in tables {
            found.push(match table_format(&path)? {
                Some(format) => names.table(catalog, &schema, path, format),
                None => no_table(path),
            });
        }
    }
    Ok(found)
}

fn no_table(path: PathBuf) -> Folder {
    let reason = "it holds neither a Delta log nor Parquet files; tables are looked for in SCHEMA/TABLE";
    Folder::Other { path, reason: reason.to_owned() }
}

/// The names that are given already.
#[derive(Default)]
struct Names(BTreeMap<FullName, PathBuf>);

impl Names {
    fn table(&mut self, catalog: &Identifier, schema: &str, path: PathBuf, format: TableFormat) -> Folder {
        let name = Identifier::new(clean(schema)).and_then(|schema| {
            let table = Identifier::new(clean(&file_name(&path)))?;
            Ok(FullName::of_catalog(catalog.clone()).child(schema).child(table))
        });
        match name {
            Err(error) => Folder::Unnamed { path, reason: error.to_string() },
            Ok(name) => {
                if let Some(other) = self.0.get(&name) {
                    let reason = format!("{} is the name of {} already", name.dotted(), other.display());
                    return Folder::Unnamed { path, reason };
                }
                self.0.insert(name.clone(), path.clone());
                Folder::Table { path, name, format }
            }
        }
    }
}

/// A name as Unity Catalog takes it: lower case, and `_` for the characters that names may not have
/// (`facts/sql.md` §1).
fn clean(folder: &str) -> String {
    let allowed = |c: char| !(c.is_control() || c.is_whitespace() || ".,/\\".contains(c));
    folder.to_lowercase().chars().map(|c| if allowed(c) { c } else { '_' }).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What kind of table a folder is, if one: Parquet files may lie in folders of partitions.
fn table_format(folder: &Path) -> io::Result<Option<TableFormat>> {
    if folder.join("_delta_log").is_dir() {
        return Ok(Some(TableFormat::Delta));
    }
    Ok(holds_parquet(folder)?.then_some(TableFormat::Parquet))
}

fn holds_parquet(folder: &Path) -> io::Result<bool> {
    for path in entries(folder)? {
        let is_file = path.is_file() && path.extension().is_some_and(|extension| extension == "parquet");
        let is_partition = path.is_dir() && file_name(&path).contains('=');
        if is_file || is_partition && holds_parquet(&path)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn subfolders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    Ok(entries(folder)?.into_iter().filter(|path| path.is_dir()).collect())
}

/// What a folder holds, but for what is hidden, in the order of names.
fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let paths = fs_err::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut paths = paths.collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| !file_name(path).starts_with('.'));
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_lower_case_and_without_what_names_may_not_have() {
        for (folder, name) in [("Sales", "sales"), ("2024.Q1 final", "2024_q1_final"), ("größe-2", "größe-2")]
        {
            assert_eq!(clean(folder), name);
        }
    }

    #[test]
    fn two_folders_of_one_name_are_told_apart() {
        let tree = tempfile::TempDir::new().unwrap();
        for folder in ["s/a b/_delta_log", "s/a.b/_delta_log", "s/empty", "top/_delta_log", "p/t/k=1"] {
            fs_err::create_dir_all(tree.path().join(folder)).unwrap();
        }
        fs_err::write(tree.path().join("p/t/k=1/x.parquet"), "").unwrap();
        let found = find(tree.path(), &Identifier::new("c").unwrap()).unwrap();
        let shown = found.iter().map(|folder| match folder {
            Folder::Table { name, format, .. } => format!("{} {format}", name.dotted()),
            Folder::Unnamed { .. } => "unnamed".to_owned(),
            Folder::Other { .. } => "other".to_owned(),
        });
        let expected = ["c.p.t PARQUET", "c.s.a_b DELTA", "unnamed", "other", "c.default.top DELTA"];
        assert_eq!(shown.collect::<Vec<_>>(), expected);
    }
}
