//! The progress bar: schemas, and behind them the tables of all schemas.

use clxs_clone::{Event, Kind, Outcome};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The guide's, but for the length of the bar: on 80 columns the tables are seen too, and what is longer is cut, for a bar
/// that is broken into two lines leaves its first one behind whenever it is drawn anew.
const TEMPLATE: &str = "Schemas |{bar:10}| {pos}/{len} ({percent}%) {wide_msg}";

/// The bar and what it counts.
#[derive(Debug)]
pub(super) struct Bar {
    drawn: ProgressBar,
    schemas: Tally,
    tables: Tally,
    all_tables: usize,
}

#[derive(Debug, Default)]
struct Tally {
    ok: usize,
    failed: usize,
    skipped: usize,
}

impl Bar {
    /// A bar that is drawn once the run has begun and its length is known.
    pub(super) fn new() -> Self {
        let bar = ProgressBar::hidden();
        if let Ok(style) = ProgressStyle::with_template(TEMPLATE) {
            bar.set_style(style.progress_chars("█░"));
        }
        Self { drawn: bar, schemas: Tally::default(), tables: Tally::default(), all_tables: 0 }
    }

    /// Takes the bar away while something else is written.
    pub(super) fn suspend(&self, write: impl FnOnce()) {
        self.drawn.suspend(write);
    }

    pub(super) fn update(&mut self, event: &Event) {
        match event {
            Event::RunStarted { tables, schemas, .. } => {
                self.all_tables = *tables;
                self.drawn.set_length(*schemas as u64);
                self.drawn.set_draw_target(ProgressDrawTarget::stderr());
            }
            Event::SecurableFinished { kind: Kind::Table, outcome, .. } => self.tables.add(outcome),
            Event::SchemaFinished { failed, .. } => {
                *(if *failed == 0 { &mut self.schemas.ok } else { &mut self.schemas.failed }) += 1;
                self.drawn.inc(1);
            }
            Event::RunFinished { .. } => return self.drawn.finish_and_clear(),
            _ => return,
        }
        self.drawn.set_message(self.message());
    }

    fn message(&self) -> String {
        let eta = self.drawn.eta().as_secs();
        let eta = if eta >= 60 { format!("{}m", eta / 60) } else { format!("{eta}s") };
        let tables = self.tables.all();
        format!("{} ETA: {eta} · Tables {tables}/{} {}", self.schemas, self.all_tables, self.tables)
    }
}

impl Tally {
    fn add(&mut self, outcome: &Outcome) {
        *match outcome {
            Outcome::Failed { .. } => &mut self.failed,
            Outcome::Skipped { .. } => &mut self.skipped,
            _ => &mut self.ok,
        } += 1;
    }

    fn all(&self) -> usize {
        self.ok + self.failed + self.skipped
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "[{}ok/{}fail/{}skip]", self.ok, self.failed, self.skipped)
    }
}
