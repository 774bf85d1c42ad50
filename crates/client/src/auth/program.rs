//! Programs that print tokens. They are run without a shell, with the environment that was given and nothing
//! to read.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use super::{CredentialsError, Environment};
use crate::ErrorKind;
use crate::redaction::redact;

/// How long a program may take: `az` starts slowly, and asks a service.
const TIMEOUT: Duration = Duration::from_mins(1);

/// How long what a program has printed may take to be read once it has ended.
const REMAINDER: Duration = Duration::from_millis(500);

/// The longest output that is read: many times the longest token.
const MAX_OUTPUT_BYTES: usize = 1024 * 1024;

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
    // An empty entry would be the working folder, which may be anybody's.
    let folders = std::env::split_paths(folders).filter(|folder| !folder.as_os_str().is_empty());
    folders.map(|folder| folder.join(name)).collect()
}

impl Program {
    pub(super) fn new(method: &'static str, path: &Path, environment: &Environment) -> Self {
        Self { method, path: path.to_owned(), environment: environment.clone() }
    }

    /// Runs the program and gives what it printed. It does not outlive the wait for it.
    pub(super) async fn run(&self, arguments: &[&str]) -> Result<String, CredentialsError> {
        let mut command = Command::new(&self.path);
        command.args(arguments).env_clear().envs(self.environment.all());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let failed = |error: io::Error| self.failed(arguments, &error.to_string());
        let mut program = command.spawn().map_err(failed)?;
        let outcome = tokio::time::timeout(TIMEOUT, end(&mut program)).await;
        let outcome = outcome.map_err(|_elapsed| self.failed(arguments, "it did not end within a minute"))?;
        let Outcome { status, printed, complained } = outcome.map_err(failed)?;
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

struct Outcome {
    status: ExitStatus,
    printed: String,
    complained: String,
}

/// Waits for the end of a program and reads what it says until then.
async fn end(program: &mut Child) -> io::Result<Outcome> {
    let (mut printed, mut complained) = (Vec::new(), Vec::new());
    let (stdout, stderr) = (program.stdout.take(), program.stderr.take());
    let status = {
        let reads = async { tokio::try_join!(read(stdout, &mut printed), read(stderr, &mut complained)) };
        tokio::pin!(reads);
        tokio::select! {
            read = &mut reads => {
                read?;
                program.wait().await?
            }
            // What it has started and left behind may keep the pipes open.
            status = program.wait() => {
                tokio::time::timeout(REMAINDER, reads).await.unwrap_or(Ok(((), ())))?;
                status?
            }
        }
    };
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(Outcome { status, printed: text(printed), complained: text(complained) })
}

async fn read(pipe: Option<impl AsyncRead + Unpin>, bytes: &mut Vec<u8>) -> io::Result<()> {
    let Some(mut pipe) = pipe else { return Ok(()) };
    while pipe.read_buf(bytes).await? > 0 {
        if bytes.len() > MAX_OUTPUT_BYTES {
            return Err(io::Error::other("it prints without end"));
        }
    }
    Ok(())
}
