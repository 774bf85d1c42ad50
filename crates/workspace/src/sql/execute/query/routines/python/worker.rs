//! The process that runs a function.

use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use clxs_api::FullName;
use serde::Deserialize;
use serde_json::Value;

use crate::sql::SqlError;
use crate::warehouse::CommitGate;

/// How long a batch may take.
const TIME_LIMIT: Duration = Duration::from_mins(10);
/// How often a cancel is looked for meanwhile.
const CANCEL_INTERVAL: Duration = Duration::from_millis(50);
/// The program of the process.
const PROGRAM: &str = include_str!("worker.py");

/// A process; it is killed when this goes.
#[derive(Debug)]
pub(super) struct Worker {
    process: Child,
    batches: ChildStdin,
    answers: Receiver<String>,
}

/// What the process says to a batch.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Answer {
    Values { values: Vec<Value> },
    Failure { error: String, stack: String },
}

impl Answer {
    /// # Errors
    /// `UDF_USER_CODE_ERROR` when the function raised.
    pub(super) fn values(self, function: &FullName) -> Result<Vec<Value>, SqlError> {
        match self {
            Self::Values { values } => Ok(values),
            Self::Failure { error, stack } => Err(SqlError::python_exception(function, &error, &stack)),
        }
    }
}

impl Worker {
    /// Starts a Python of this name.
    ///
    /// # Errors
    /// `UNSUPPORTED_FEATURE` when it is not on the `PATH`.
    pub(super) fn start(python: &str, definition: &Value) -> Result<Self, SqlError> {
        let mut command = Command::new(python);
        command
            .args(["-I", "-c", PROGRAM])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut process = command.spawn().map_err(|error| match error.kind() {
            ErrorKind::NotFound => {
                let way_out = "Install Python 3, or run the statement on a Databricks workspace.";
                let feature = format!("running a Python function without {python} on the PATH");
                SqlError::unsupported_but(feature, way_out)
            }
            _ => failed(error),
        })?;
        let lost = || SqlError::internal("the process of a Python function has no pipes");
        let batches = process.stdin.take().ok_or_else(lost)?;
        let output = process.stdout.take().ok_or_else(lost)?;
        let (sender, answers) = channel();
        std::thread::spawn(move || {
            // Ends with the process, or when nobody listens.
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut worker = Self { process, batches, answers };
        worker.send(definition)?;
        Ok(worker)
    }

    /// Sends a batch and waits for the answer.
    ///
    /// # Errors
    /// `OPERATION_CANCELED`; `INTERNAL_ERROR` when the process ended or took too long.
    pub(super) fn ask(&mut self, rows: &Value, gate: &CommitGate) -> Result<Answer, SqlError> {
        self.send(rows)?;
        let deadline = Instant::now() + TIME_LIMIT;
        loop {
            gate.check()?;
            match self.answers.recv_timeout(CANCEL_INTERVAL) {
                Ok(line) => {
                    return serde_json::from_str(&line).map_err(|error| {
                        SqlError::internal("the process of a Python function answered no JSON")
                            .with_source(error)
                    });
                }
                Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => {}
                Err(RecvTimeoutError::Timeout) => {
                    let limit = TIME_LIMIT.as_secs();
                    return Err(SqlError::internal(format!("a Python function took longer than {limit} s")));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(SqlError::internal(
                        "the process of a Python function ended before it answered",
                    ));
                }
            }
        }
    }

    fn send(&mut self, message: &Value) -> Result<(), SqlError> {
        let mut line = message.to_string();
        line.push('\n');
        self.batches.write_all(line.as_bytes()).and_then(|()| self.batches.flush()).map_err(failed)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn failed(error: std::io::Error) -> SqlError {
    SqlError::internal("the process of a Python function could not be used").with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_python_is_named_with_a_way_out() {
        let error = Worker::start("no-such-python3", &Value::Null).unwrap_err();
        assert_eq!(error.class, "UNSUPPORTED_FEATURE");
        assert!(error.message.contains("without no-such-python3 on the PATH"), "{error}");
        assert!(error.message.contains("Install Python 3"), "{error}");
    }
}
