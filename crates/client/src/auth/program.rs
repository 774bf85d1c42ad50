//! Programs that print tokens. They are run without a shell, with the environment that was given and nothing
//! to read.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use tokio::task::spawn_blocking;

use super::{CredentialsError, Environment};
use crate::ErrorKind;
use crate::redaction::redact;

/// How long a program may take: `az` starts slowly, and asks a service.
const TIMEOUT: Duration = Duration::from_mins(1);

/// How much of what a program complains about is told.
const MAX_COMPLAINT_CHARS: usize = 500;

/// A program that is somewhere on this machine.
#[derive(Debug, Clone)]
pub(super) struct Program {
    method: &'static str,
    path: PathBuf,
    environment: Environment,
}

/// Finds a program: as a path when it has a slash, else in `PATH`.
pub(super) fn find(name: &str, environment: &Environment) -> Option<PathBuf> {
    candidates(name, environment).into_iter().find(|path| path.is_file())
}

/// All places where a program could be.
pub(super) fn candidates(name: &str, environment: &Environment) -> Vec<PathBuf> {
    if name.contains('/') {
        return vec![environment.path(name)];
    }
    let folders = environment.get("PATH").unwrap_or_default();
    std::env::split_paths(folders).map(|folder| folder.join(name)).collect()
}

impl Program {
    pub(super) fn new(method: &'static str, path: &Path, environment: &Environment) -> Self {
        Self { method, path: path.to_owned(), environment: environment.clone() }
    }

    /// Runs the program and gives what it printed.
    pub(super) async fn run(&self, arguments: &[&str]) -> Result<String, CredentialsError> {
        let mut command = Command::new(&self.path);
        command.args(arguments).env_clear().envs(self.environment.all());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running =
            Running(command.spawn().map_err(|error| self.failed(arguments, &error.to_string()))?);
        let printed = read(running.0.stdout.take());
        let complained = read(running.0.stderr.take());
        let both = async { Ok::<_, io::Error>((printed.await?, complained.await?)) };
        let (printed, complained) = match tokio::time::timeout(TIMEOUT, both).await {
            Ok(read) => read.map_err(|error| self.failed(arguments, &error.to_string()))?,
            Err(_elapsed) => return Err(self.failed(arguments, "it did not end within a minute")),
        };
        let status = running.end().map_err(|error| self.failed(arguments, &error.to_string()))?;
        if status.success() {
            return Ok(printed);
        }
        let complaint = complained.split_whitespace().collect::<Vec<_>>().join(" ");
        let complaint: String = redact(&complaint).chars().take(MAX_COMPLAINT_CHARS).collect();
        let reason = if complaint.is_empty() { status.to_string() } else { format!("{status}: {complaint}") };
        Err(self.failed(arguments, &reason))
    }

    /// The program failed, or printed what nobody understands.
    pub(super) fn failed(&self, arguments: &[&str], reason: &str) -> CredentialsError {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let words: Vec<_> = arguments.iter().take_while(|argument| !argument.starts_with('-')).collect();
        let command = words.iter().fold(name.into_owned(), |command, word| format!("{command} {word}"));
        CredentialsError::NoToken {
            method: self.method,
            detail: format!("`{}`: {reason}", redact(&command)),
            kind: ErrorKind::Unauthenticated,
        }
    }
}

/// A child that does not outlive the wait for it.
struct Running(Child);

impl Running {
    /// How it ended. It has closed its output, so there is nothing left to do for it.
    fn end(&mut self) -> io::Result<ExitStatus> {
        self.0.wait()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already cannot be killed, which is fine.
        if self.0.kill().is_ok() {
            self.0.wait().ok();
        }
    }
}

async fn read(pipe: Option<impl Read + Send + 'static>) -> io::Result<String> {
    let Some(mut pipe) = pipe else { return Ok(String::new()) };
    let read = spawn_blocking(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    });
    read.await.map_err(io::Error::other)?
}
