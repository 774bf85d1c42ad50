//! `clxs resume`: goes on with a run that ended before its plan did.

use std::path::Path;

use anyhow::Context as _;
use clxs_clone::Observer;
use clxs_clone::journal::RunId;
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::{clone, runs};
use crate::arguments::ResumeCommand;
use crate::connection::Connection;
use crate::context::Context;
use crate::events::{EventFormat, WithEvents};
use crate::exit::ExitStatus;
use crate::failure::CliError;
use crate::output::Format;
use crate::progress::Progress;

pub(crate) async fn run(
    command: &ResumeCommand,
    context: &Context,
    stop: CancellationToken,
) -> anyhow::Result<ExitStatus> {
    let run = runs::named(command.run.as_deref(), context)?;
    resume(&run, context, (command.output.output, command.events.events), stop).await
}

/// Goes on with a run and prints its report.
pub(super) async fn resume(
    run: &RunId,
    context: &Context,
    (format, events): (Format, Option<EventFormat>),
    stop: CancellationToken,
) -> anyhow::Result<ExitStatus> {
    let options = context.options()?;
    if options.dry_run == Some(true) {
        return Err(CliError::Usage {
            message: "dry_run is set, and no run is gone on with dry".to_owned(),
            hint: "`clxs plan` shows what is left to do".to_owned(),
        }
        .into());
    }
    let connection = Connection::open(&options, context).await?;
    let engine = connection.engine(context)?;
    let progress = Progress::new(context.printer.clone(), options.show_progress.unwrap_or(true));
    let stream = WithEvents::new(events, &progress, &context.printer);
    let told = stream.as_ref().map_or::<&dyn Observer, _>(&progress, |stream| stream);
    let report = Box::pin(engine.resume(run, told, stop)).await?;
    clone::finish(&report, format, stream, &context.printer)?;
    Ok(clone::status(&report))
}

/// What of a rollback log is needed to go on.
#[derive(Debug, Deserialize)]
struct RollbackLog {
    run: String,
}

/// The run that a file of `rollback_logs/` was written for.
///
/// # Errors
/// When the file cannot be read or is no such log.
pub(super) fn run_of_log(file: &Path) -> anyhow::Result<RunId> {
    let text = fs_err::read_to_string(file).map_err(CliError::file("the rollback log"))?;
    let log: RollbackLog = serde_json::from_str(&text)
        .with_context(|| format!("{} is no rollback log of clxs", file.display()))?;
    Ok(RunId::new(log.run))
}
