//! `--events jsonl`: what happens during a run, a JSON document a line on stdout, and the report as the last one.
//! Every line has `schema` and `version`.

use std::sync::{Mutex, PoisonError};

use chrono::Utc;
use clap::ValueEnum;
use clxs_clone::{Event, Observer, Report};
use serde::Serialize;

use crate::output::Printer;

/// Name of the JSON form of an event.
const SCHEMA: &str = "clxs.event";
const VERSION: u32 = 1;

/// The form in which events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EventFormat {
    /// One JSON document a line
    Jsonl,
}

#[derive(Debug, Serialize)]
struct Line<'a> {
    schema: &'static str,
    version: u32,
    /// When, in UTC.
    time: String,
    #[serde(flatten)]
    event: &'a Event,
}

/// Writes events to stdout, and passes them on.
pub(crate) struct WithEvents<'a> {
    observer: &'a dyn Observer,
    printer: Printer,
    /// The first line that could not be written.
    failed: Mutex<Option<std::io::Error>>,
}

impl<'a> WithEvents<'a> {
    /// Nothing when no events are asked for.
    pub(crate) fn new(
        format: Option<EventFormat>,
        observer: &'a dyn Observer,
        printer: &Printer,
    ) -> Option<Self> {
        let EventFormat::Jsonl = format?;
        Some(Self { observer, printer: printer.clone(), failed: Mutex::default() })
    }

    /// Ends the stream with the report.
    ///
    /// # Errors
    /// When a line could not be written.
    pub(crate) fn end(self, report: &Report) -> anyhow::Result<()> {
        let failed = self.failed.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = failed {
            return Err(error.into());
        }
        Ok(self.printer.result(&(serde_json::to_string(report)? + "\n"))?)
    }

    fn write(&self, event: &Event) -> std::io::Result<()> {
        let time = Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let line = serde_json::to_string(&Line { schema: SCHEMA, version: VERSION, time, event })?;
        self.printer.result(&(line + "\n"))
    }
}

impl Observer for WithEvents<'_> {
    /// A run goes on when nobody reads its events any more; the end of the stream tells.
    fn on_event(&self, event: &Event) {
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.is_none()
            && let Err(error) = self.write(event)
        {
            *failed = Some(error);
        }
        drop(failed);
        self.observer.on_event(event);
    }
}
