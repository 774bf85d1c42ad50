//! What `fuzz/` drives and the protocol does not reach directly. It is there only when built for fuzzing.

#![expect(clippy::panic, reason = "a panic is what a fuzzer looks for")]

use std::path::Path;

use clxs_api::{Identifier, SqlLiteral};
use tokio::runtime::{Handle, Runtime};

use crate::delta::{DeltaEngine, Pin, Snapshot, TableLocation, history};
use crate::sql::ast::{Commented, Statement};
use crate::sql::parse;

/// Reads a text as a statement; whatever it is, it is read or refused.
pub fn parse_statement(text: &str) {
    if let Err(error) = parse(text) {
        assert!(!error.to_string().is_empty(), "an error says something");
    }
}

/// Puts a name and a text into a statement, and reads the same back.
pub fn require_quoting_survives(name: &Identifier, text: &str) {
    let statement = format!("COMMENT ON CATALOG {name} IS {}", SqlLiteral::new(text));
    match parse(&statement) {
        Ok(Statement::Comment { on: Commented::Catalog(read), comment: Some(comment) }) => {
            assert_eq!(read.0, [name.clone()], "{statement}");
            assert_eq!(comment, text, "{statement}");
        }
        other => panic!("{statement}: {other:?}"),
    }
}

/// Reads the logs of Delta tables.
#[derive(Debug)]
pub struct LogReader {
    engine: DeltaEngine,
    _runtime: Option<Runtime>,
}

impl LogReader {
    /// A reader with threads of its own, for as long as it lives.
    pub fn new() -> Self {
        let runtime = Runtime::new().ok();
        let handle = runtime.as_ref().map_or_else(Handle::current, |runtime| runtime.handle().clone());
        Self { engine: DeltaEngine::new(handle), _runtime: runtime }
    }

    /// Reads whatever there is in the log of a folder.
    pub fn read(&self, folder: &Path) {
        let Ok(location) = TableLocation::new(folder) else { return };
        if let Ok(snapshot) = Snapshot::open(&self.engine, &location, Pin::Latest) {
            drop(snapshot.files());
            drop(snapshot.into_table_provider());
        }
        drop(history(&location, None));
    }
}

impl Default for LogReader {
    fn default() -> Self {
        Self::new()
    }
}
