//! Logs with anything in them are read or refused: the commits of the input are separated by zero bytes.
#![no_main]

use std::sync::LazyLock;

use clxs_workspace::fuzzing::LogReader;
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

/// Later commits would only be more of the same.
const COMMITS: usize = 4;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| TempDir::new().expect("a folder"));
static READER: LazyLock<LogReader> = LazyLock::new(LogReader::new);

fuzz_target!(|bytes: &[u8]| {
    let log = FOLDER.path().join("_delta_log");
    if log.exists() {
        fs_err::remove_dir_all(&log).expect("the log of the last run goes");
    }
    fs_err::create_dir(&log).expect("a log");
    for (version, commit) in bytes.split(|byte| *byte == 0).take(COMMITS).enumerate() {
        fs_err::write(log.join(format!("{version:020}.json")), commit).expect("a commit");
    }
    READER.read(FOLDER.path());
});
