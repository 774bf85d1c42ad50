//! One file per command: settings in, a result on stdout, an exit status out.

mod apply;
mod auth;
mod clone;
mod clone_settings;
mod completions;
mod config;
mod demo;
mod doctor;
mod drift;
mod man;
mod plan;
mod resume;
mod rollback;
mod runs;
mod sql;
mod verify_bundle;
mod workspace;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use crate::arguments::{Cli, CloneArguments, Command, ConfigCommand, WorkspaceCommand};
use crate::context::Context;
use crate::environment::Environment;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::logging;
use crate::output::Printer;
use crate::output::style::Style;

/// Runs the command.
///
/// # Errors
/// Whatever stopped it; [`crate::failure`] says which exit status that means.
pub(crate) fn run(cli: Cli, environment: Environment, printer: Printer) -> anyhow::Result<ExitStatus> {
    if let Command::Completions { shell } = cli.command {
        return completions::run(shell, &printer);
    }
    if let Command::Man { folder } = &cli.command {
        return man::run(folder, &printer);
    }
    let flags = clone_arguments(&cli.command).options(&cli.global);
    let context = Context::load(&flags, cli.global.config.as_deref(), environment, printer)?;
    logging::start(&context, cli.global.verbose)?;
    context.log();
    run_async(cli.command, &context)
}

fn run_async(command: Command, context: &Context) -> anyhow::Result<ExitStatus> {
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let result = runtime.block_on(until_done_or_stopped(command, context));
    // Copies of files that were cancelled may still be going on in threads; the workspace is safe against their end.
    runtime.shutdown_background();
    result
}

async fn until_done_or_stopped(command: Command, context: &Context) -> anyhow::Result<ExitStatus> {
    // A server that is told to stop, and stops, has done its work.
    let serves = matches!(command, Command::Workspace(WorkspaceCommand::Serve { .. }));
    let interrupt = Interrupt::listen(context.printer.clone())?;
    let result = dispatch(command, context, interrupt.token()).await;
    let Some(status) = interrupt.status().filter(|_| !serves) else { return result };
    if let Err(error) = result {
        context.printer.message(Style::Failure, &Failure::from(&error).message);
    }
    Ok(status)
}

/// Commands that can stop cleanly are given the token; the others only read, and are dropped where they are.
async fn dispatch(
    command: Command,
    context: &Context,
    stop: CancellationToken,
) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Clone(command) => Box::pin(clone::run(&command, context, stop)).await,
        Command::Apply(command) => Box::pin(apply::run(&command, context, stop)).await,
        Command::Resume(command) => Box::pin(resume::run(&command, context, stop)).await,
        Command::Rollback(command) => Box::pin(rollback::run(&command, context, stop)).await,
        Command::Demo(command) => Box::pin(demo::run(&command, context, stop)).await,
        Command::Sql(command) => Box::pin(sql::run(command, context, stop)).await,
        Command::Workspace(command) => Box::pin(workspace::run(command, context, stop)).await,
        Command::Plan(command) => until_stopped(Box::pin(plan::run(&command, context)), stop).await,
        Command::Drift(command) => until_stopped(Box::pin(drift::run(&command, context)), stop).await,
        Command::Auth(command) => until_stopped(Box::pin(auth::run(command, context)), stop).await,
        Command::Doctor(command) => until_stopped(Box::pin(doctor::run(&command, context)), stop).await,
        Command::Runs(command) => runs::run(&command, context),
        Command::VerifyBundle(command) => verify_bundle::run(&command, context),
        Command::Config(command) => config::run(command, context),
        Command::Completions { shell } => completions::run(shell, &context.printer),
        Command::Man { folder } => man::run(&folder, &context.printer),
    }
}

async fn until_stopped(
    work: impl Future<Output = anyhow::Result<ExitStatus>>,
    stop: CancellationToken,
) -> anyhow::Result<ExitStatus> {
    tokio::select! {
        result = work => result,
        () = stop.cancelled() => Ok(ExitStatus::Interrupted),
    }
}

/// The flags of a clone that a command takes.
fn clone_arguments(command: &Command) -> CloneArguments {
    match command {
        Command::Clone(command) | Command::Config(ConfigCommand::Explain(command)) => command.clone.clone(),
        Command::Plan(command) => command.clone.clone(),
        Command::Drift(command) => command.clone.clone(),
        Command::Config(ConfigCommand::Lint { clone, .. }) => (**clone).clone(),
        Command::Doctor(command) => CloneArguments::of_catalogs(command.source.clone(), command.dest.clone()),
        _ => CloneArguments::default(),
    }
}
