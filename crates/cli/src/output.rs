//! The only place that writes to the terminal: results on stdout, everything else on stderr.

pub(crate) mod csv;
pub(crate) mod html;
pub(crate) mod name;
pub(crate) mod style;
pub(crate) mod table;

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use chrono::{SecondsFormat, Utc};
use clap::ValueEnum;
use serde::Serialize;

use crate::environment::{CLICOLOR_FORCE, Environment, NO_COLOR};
use style::Style;

/// The form of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON document with `schema` and `version`
    Json,
}

/// When colour is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The form of messages on stderr and in the log file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    #[default]
    Text,
    /// A JSON document a line
    Json,
}

impl LogFormat {
    /// Its name as a setting.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }

    /// The form by its name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::from_str(name, true).ok()
    }
}

/// A message as JSON.
#[derive(Debug, Serialize)]
struct LogLine<'a> {
    timestamp: String,
    level: &'static str,
    message: &'a str,
}

/// A JSON result: the document with the name and version of its schema in front.
#[derive(Debug, Serialize)]
struct Document<'a, T> {
    schema: &'a str,
    version: u32,
    #[serde(flatten)]
    content: &'a T,
}

/// Writes results and messages. Cheap to clone; all clones write to the same log file.
#[derive(Debug, Clone)]
pub(crate) struct Printer {
    color_out: bool,
    color_err: bool,
    log_file: Option<Arc<Mutex<fs_err::File>>>,
    log_format: Arc<OnceLock<LogFormat>>,
}

impl Printer {
    pub(crate) fn new(choice: ColorChoice, environment: &Environment) -> Self {
        let color = |terminal: bool| match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if environment.get(NO_COLOR).is_some() => false,
            ColorChoice::Auto => {
                terminal || environment.get(CLICOLOR_FORCE).is_some_and(|value| value != "0")
            }
        };
        Self {
            color_out: color(io::stdout().is_terminal()),
            color_err: color(io::stderr().is_terminal()),
            log_file: None,
            log_format: Arc::default(),
        }
    }

    /// A printer that also appends every message, without colour, to a file.
    pub(crate) fn with_log_file(self, file: fs_err::File) -> Self {
        Self { log_file: Some(Arc::new(Mutex::new(file))), ..self }
    }

    /// Sets the form of messages, for all clones. The first one who does wins.
    pub(crate) fn set_log_format(&self, format: LogFormat) {
        self.log_format.set(format).ok();
    }

    /// The form of messages.
    pub(crate) fn log_format(&self) -> LogFormat {
        self.log_format.get().copied().unwrap_or_default()
    }

    /// Writes a result to stdout as it is.
    #[expect(clippy::unused_self, reason = "only who holds a printer prints")]
    pub(crate) fn result(&self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// Writes a result to stdout part by part: one that is too large to be held at once.
    #[expect(clippy::unused_self, reason = "only who holds a printer prints")]
    pub(crate) fn write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let mut stdout = io::BufWriter::new(io::stdout().lock());
        write(&mut stdout)?;
        stdout.flush()
    }

    /// Writes a JSON result to stdout: one document of the schema named.
    pub(crate) fn json(&self, schema: &str, content: &impl Serialize) -> io::Result<()> {
        self.result(&document(schema, content)?)
    }

    /// Writes one message to stderr, and to the log file when there is one.
    pub(crate) fn message(&self, style: Style, text: &str) {
        match self.log_format() {
            LogFormat::Text => self.log(text, &style.paint(text, self.color_err)),
            LogFormat::Json => self.log_line(&log_line(style, text)),
        }
    }

    /// Writes a line as it is to where messages go.
    pub(crate) fn log_line(&self, line: &str) {
        self.log(line, line);
    }

    /// A message that cannot be delivered is not worth failing for: the result and the exit code tell the rest.
    fn log(&self, text: &str, painted: &str) {
        let mut stderr = io::stderr().lock();
        writeln!(stderr, "{painted}").ok();
        if let Some(file) = &self.log_file {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            writeln!(file, "{text}").ok();
        }
    }

    /// Paints a part of a result in a style, when stdout takes colour.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        style.paint(text, self.color_out)
    }
}

/// A message as one line of JSON. The level that lines of a run begin with is a field of its own.
fn log_line(style: Style, text: &str) -> String {
    let message = ["[INFO] ", "[WARN] ", "[ERROR] "].iter().find_map(|level| text.strip_prefix(level));
    let line = LogLine {
        timestamp: Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
        level: style.level(),
        message: message.unwrap_or(text),
    };
    serde_json::to_string(&line).unwrap_or_default()
}

/// A JSON document as text: pretty, ending with a newline.
pub(crate) fn document(schema: &str, content: &impl Serialize) -> io::Result<String> {
    let document = Document { schema, version: 1, content };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}
