//! `clxs`: the command line. It reads arguments and settings, wires a workspace, the client and the engine
//! together, and prints what they say. It decides nothing about cloning.

mod arguments;
mod commands;
mod connection;
mod context;
#[cfg_attr(not(feature = "embedded"), path = "without_embedded.rs")]
mod embedded;
mod environment;
mod events;
mod exit;
mod failure;
mod interrupt;
mod logging;
mod output;
mod panic_hook;
mod progress;
#[cfg(test)]
mod reference;
mod report;
mod rollback_log;
mod settings;
mod sql;
mod units;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Cli, guard};
use environment::Environment;
use exit::ExitStatus;
use failure::Failure;
use output::{ColorChoice, Printer, style::Style};

fn main() -> ExitCode {
    panic_hook::install();
    let environment = Environment::of_process();
    let plain = Printer::new(ColorChoice::Auto, &environment);
    let arguments: Vec<_> = std::env::args_os().collect();
    if let Err(error) = guard::check(&arguments) {
        return fail(&error.into(), &plain).into();
    }
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error).into(),
    };
    let printer = Printer::new(cli.global.color, &environment);
    if let Some(format) = cli.global.log_format {
        printer.set_log_format(format);
    }
    commands::run(cli, environment, printer.clone()).unwrap_or_else(|error| fail(&error, &printer)).into()
}

/// What clap says: help and versions go to stdout, wrong arguments to stderr.
fn usage(error: &clap::Error) -> ExitStatus {
    let printed = error.print();
    let wrong =
        error.use_stderr() || printed.is_err_and(|error| error.kind() != std::io::ErrorKind::BrokenPipe);
    if wrong { ExitStatus::Usage } else { ExitStatus::Success }
}

/// Prints an error once, with its causes and apart from them what to do. A reader that went away early, as
/// `head` does, is no error.
fn fail(error: &anyhow::Error, printer: &Printer) -> ExitStatus {
    let io = error.chain().find_map(|cause| cause.downcast_ref::<std::io::Error>());
    if io.is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe) {
        return ExitStatus::Success;
    }
    let failure = Failure::from(error);
    printer.message(Style::Failure, &failure.message);
    if let Some(hint) = failure.hint {
        printer.message(Style::Plain, &format!("hint: {hint}"));
    }
    failure.status
}
