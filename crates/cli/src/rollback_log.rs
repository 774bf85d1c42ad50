//! `rollback_logs/`: for every run with `--enable-rollback`, what it makes and what it replaces, under the
//! guide's names. The journal is what a rollback is made from; the file names the run to people and to
//! `--resume`. It is written before the first step, whole or not at all.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use chrono::Utc;
use clxs_clone::plan::PlannedChange;
use clxs_clone::{Event, Observer, Plan};
use serde::Serialize;

/// Where the logs are, below the working folder.
const FOLDER: &str = "rollback_logs";

#[derive(Debug, Serialize)]
struct Log<'a> {
    schema: &'static str,
    version: u32,
    run: &'a str,
    source_catalog: &'a str,
    destination_catalog: &'a str,
    started_at: String,
    /// Full names by kind: `tables`.
    created_objects: BTreeMap<String, Vec<String>>,
    replaced_objects: BTreeMap<String, Vec<String>>,
}

/// Passes events on, and writes the log when the run begins.
pub(crate) struct WithRollbackLog<'a> {
    observer: &'a dyn Observer,
    plan: &'a Plan,
    written: Mutex<Option<std::io::Result<PathBuf>>>,
}

impl<'a> WithRollbackLog<'a> {
    pub(crate) fn new(observer: &'a dyn Observer, plan: &'a Plan) -> Self {
        Self { observer, plan, written: Mutex::default() }
    }

    /// The file, when the run began.
    pub(crate) fn written(self) -> std::io::Result<Option<PathBuf>> {
        self.written.into_inner().unwrap_or_else(PoisonError::into_inner).transpose()
    }
}

impl Observer for WithRollbackLog<'_> {
    fn on_event(&self, event: &Event) {
        if let Event::RunStarted { run, .. } = event {
            let written = write(run.as_str(), self.plan);
            *self.written.lock().unwrap_or_else(PoisonError::into_inner) = Some(written);
        }
        self.observer.on_event(event);
    }
}

fn write(run: &str, plan: &Plan) -> std::io::Result<PathBuf> {
    let now = Utc::now();
    let destination = plan.destination.as_str();
    let log = Log {
        schema: "clxs.rollback_log",
        version: 1,
        run,
        source_catalog: plan.source.as_str(),
        destination_catalog: destination,
        started_at: now.to_rfc3339(),
        created_objects: by_kind(plan, |change| *change == PlannedChange::Create),
        replaced_objects: by_kind(plan, |change| matches!(change, PlannedChange::Replace { .. })),
    };
    let text = serde_json::to_string_pretty(&log)? + "\n";
    fs_err::create_dir_all(FOLDER)?;
    // Two runs may begin in one second, and a name of a catalog may hold what no file name does.
    let place = destination.replace(|letter: char| !letter.is_alphanumeric() && letter != '-', "_");
    let path = Path::new(FOLDER).join(format!("rollback_{place}_{}_{run}.json", now.format("%Y%m%d_%H%M%S")));
    let unfinished = path.with_extension("tmp");
    fs_err::write(&unfinished, text)?;
    fs_err::rename(&unfinished, &path)?;
    Ok(path)
}

fn by_kind(plan: &Plan, wanted: impl Fn(&PlannedChange) -> bool) -> BTreeMap<String, Vec<String>> {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for planned in plan.securables.iter().filter(|planned| wanted(&planned.change)) {
        let kind = format!("{}s", planned.kind.to_string().replace(' ', "_"));
        names.entry(kind).or_default().push(planned.destination.dotted());
    }
    names
}
