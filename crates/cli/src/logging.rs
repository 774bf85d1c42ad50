//! Tracing of the program's own doings, for `-v` and `CLXS_LOG`. Log lines of a run are not tracing: they are
//! made from the engine's events.

use std::io::{self, Write};

use tracing_subscriber::EnvFilter;

use crate::context::Context;
use crate::environment::CLXS_LOG;
use crate::failure::CliError;
use crate::output::{LogFormat, Printer, style::Style};

/// Starts tracing to stderr, and to the log file when there is one.
///
/// # Errors
/// When `CLXS_LOG` is not valid.
pub(crate) fn start(context: &Context, verbosity: u8) -> Result<(), CliError> {
    let configured = context.loaded.combined.get("verbose").is_some_and(|(value, _)| value == true);
    let directives = match (context.environment.get(CLXS_LOG), verbosity.max(u8::from(configured))) {
        (Some(directives), _) => directives,
        // Whose certificate is not accepted is told as an error of the request.
        (None, 0) => "error,rustls_platform_verifier=off",
        (None, 1) => "warn,clxs=debug,clxs_clone=debug,clxs_client=info,clxs_workspace=info",
        (None, _) => "info,clxs=trace,clxs_clone=trace,clxs_client=debug,clxs_workspace=debug",
    };
    let filter = EnvFilter::try_new(directives).map_err(|source| CliError::LogDirectives { source })?;
    let printer = context.printer.clone();
    let format = printer.log_format();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(move || LogWriter(printer.clone()));
    match format {
        LogFormat::Text => subscriber.init(),
        LogFormat::Json => subscriber.json().flatten_event(true).init(),
    }
    Ok(())
}

/// Gives each event, which comes as one write, to the printer.
struct LogWriter(Printer);

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        match self.0.log_format() {
            LogFormat::Text => self.0.message(Style::Faint, text.trim_end()),
            LogFormat::Json => self.0.log_line(text.trim_end()),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
