//! Tables of other people, for tests: `CLXS_TEST_TABLES`, or `../shared/tables` beside the repository.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use tokio::runtime::Runtime;

use super::{DeltaEngine, TableLocation};

/// An entry of `manifest.json`.
#[derive(Debug, Deserialize)]
pub(crate) struct TestTable {
    pub(crate) name: String,
    kind: String,
    path: PathBuf,
    /// The number of rows, where there are rows to count.
    pub(crate) rows: Option<i64>,
}

impl TestTable {
    pub(crate) fn location(&self) -> TableLocation {
        TableLocation::new(root().join(&self.path)).unwrap()
    }
}

fn root() -> PathBuf {
    let given = std::env::var_os("CLXS_TEST_TABLES").map(PathBuf::from);
    let root = given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/tables"));
    root.canonicalize().unwrap_or(root)
}

/// The Delta tables; none, and a loud word, when they are not on this machine.
pub(crate) fn delta_tables() -> Vec<TestTable> {
    let Ok(manifest) = fs_err::read_to_string(root().join("manifest.json")) else {
        println!("SKIPPED: no test tables at {}; set CLXS_TEST_TABLES", root().display());
        return Vec::new();
    };
    let mut tables: Vec<TestTable> = serde_json::from_str(&manifest).unwrap();
    tables.retain(|table| table.kind == "delta");
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    tables
}

/// The Delta table of that name, if the tables are on this machine.
pub(crate) fn delta_table(name: &str) -> Option<TableLocation> {
    delta_tables().into_iter().find(|table| table.name == name).map(|table| table.location())
}

/// An error and its causes in one text, without the paths of this machine.
pub(crate) fn error_text(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text.replace(&*root().to_string_lossy(), "[tables]")
}

/// An engine and the runtime it needs.
pub(crate) fn engine() -> (Runtime, DeltaEngine) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let engine = DeltaEngine::new(runtime.handle().clone());
    (runtime, engine)
}
