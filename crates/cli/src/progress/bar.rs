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
            // Of schemas without tables too: the bar counts all that take part.
            Event::SchemaFinished { failed, .. } => {
                *(if *failed == 0 { &mut self.schemas.ok } else { &mut self.schemas.failed }) += 1;
                self.drawn.inc(1);
            }
            Event::RunFinished { .. } => return self.drawn.finish_and_clear(),
            _ => return,
        }
        self.drawn.set_message(self.message());
    }

    /// Tables are what takes time: the rest is expected to be as quick as those so far.
    fn message(&self) -> String {
        let tables = self.tables.all();
        let left = self.all_tables.saturating_sub(tables);
        let [done, left] = [tables, left].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        let each = self.drawn.elapsed().checked_div(done);
        let eta = match each.map(|each| each.saturating_mul(left).as_secs()) {
            None => "…".to_owned(),
            Some(seconds) if seconds >= 60 => format!("{}m", seconds / 60),
            Some(seconds) => format!("{seconds}s"),
        };
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clxs_api::{FullName, Identifier};
    use clxs_clone::journal::RunId;

    use super::*;

    #[test]
    fn bar_is_full_when_all_schemas_ended_those_without_tables_too() {
        let mut bar = Bar::new();
        let schema = |name: &str, cloned| Event::SchemaFinished {
            schema: Identifier::new(name).unwrap(),
            cloned,
            unchanged: 0,
            undone: 0,
            failed: 0,
            skipped: 0,
            duration: Duration::ZERO,
        };
        let table = Event::SecurableFinished {
            kind: Kind::Table,
            source: FullName::from_dotted("prod.s.t").unwrap(),
            destination: FullName::from_dotted("dev.s.t").unwrap(),
            outcome: Outcome::Created,
            metrics: None,
            resumed: false,
        };
        bar.update(&Event::RunStarted {
            run: RunId::new("r"),
            tables: 1,
            schemas: 2,
            destination: Identifier::new("dev").unwrap(),
            steps: 3,
            undoes: None,
        });
        bar.update(&schema("empty", 0));
        assert_eq!(bar.message(), "[1ok/0fail/0skip] ETA: … · Tables 0/1 [0ok/0fail/0skip]");
        bar.update(&table);
        bar.update(&schema("s", 1));
        assert_eq!((bar.drawn.position(), bar.drawn.length()), (2, Some(2)));
        assert_eq!(bar.message(), "[2ok/0fail/0skip] ETA: 0s · Tables 1/1 [1ok/0fail/0skip]");
    }
}
