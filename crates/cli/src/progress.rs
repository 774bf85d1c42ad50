//! What people see while a run goes on: the guide's log lines and its progress bar, made from events.

mod bar;
mod line;

use std::sync::{Mutex, PoisonError};

use clxs_clone::{Event, Observer};

use crate::output::{LogFormat, Printer};
use bar::Bar;

/// Renders events. The bar is drawn only when stderr is a terminal; the lines are always written.
#[derive(Debug)]
pub(crate) struct Progress {
    printer: Printer,
    bar: Option<Mutex<Bar>>,
}

impl Progress {
    pub(crate) fn new(printer: Printer, show_bar: bool) -> Self {
        let terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
        let show_bar = show_bar && printer.log_format() == LogFormat::Text;
        Self { printer, bar: (show_bar && terminal).then(|| Mutex::new(Bar::new())) }
    }

    fn write_line(&self, event: &Event) {
        if let Some((style, text)) = line::of(event) {
            self.printer.message(style, &text);
        }
    }
}

impl Observer for Progress {
    fn on_event(&self, event: &Event) {
        match &self.bar {
            None => self.write_line(event),
            Some(bar) => {
                let mut bar = bar.lock().unwrap_or_else(PoisonError::into_inner);
                bar.suspend(|| self.write_line(event));
                bar.update(event);
            }
        }
    }
}
