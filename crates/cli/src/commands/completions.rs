//! `clxs completions`: what a shell needs to complete our arguments.

use clap::CommandFactory;
use clap_complete::{Shell, generate};

use crate::arguments::{Cli, CompletionShell};
use crate::exit::ExitStatus;
use crate::output::Printer;

pub(crate) fn run(shell: CompletionShell, printer: &Printer) -> anyhow::Result<ExitStatus> {
    let shell = match shell {
        CompletionShell::Bash => Shell::Bash,
        CompletionShell::Zsh => Shell::Zsh,
        CompletionShell::Fish => Shell::Fish,
    };
    let mut script = Vec::new();
    generate(shell, &mut Cli::command(), "clxs", &mut script);
    printer.result(&String::from_utf8_lossy(&script))?;
    Ok(ExitStatus::Success)
}
