//! `clxs rollback`: undoes what a run did.

use clxs_clone::Observer;
use clxs_clone::plan::write_json;
use tokio_util::sync::CancellationToken;

use super::{clone, runs};
use crate::arguments::RollbackCommand;
use crate::connection::Connection;
use crate::context::Context;
use crate::events::WithEvents;
use crate::exit::ExitStatus;
use crate::output::Format;
use crate::progress::Progress;

pub(crate) async fn run(
    command: &RollbackCommand,
    context: &Context,
    stop: CancellationToken,
) -> anyhow::Result<ExitStatus> {
    let run = runs::to_undo(command.run.as_deref(), context)?;
    let options = context.options()?;
    let connection = Connection::open(&options, context).await?;
    let engine = connection.engine(context)?;
    let plan = tokio::select! {
        plan = Box::pin(engine.rollback_plan(&run, command.overwrite_edits)) => plan?,
        () = stop.cancelled() => return Ok(ExitStatus::Interrupted),
    };
    if command.dry_run || options.dry_run == Some(true) {
        context.printer.write(|out| match command.output.output {
            Format::Text => write!(out, "{plan}"),
            Format::Json => Ok(write_json(&plan, None, out)?),
        })?;
        return Ok(ExitStatus::Success);
    }
    let progress = Progress::new(context.printer.clone(), options.show_progress.unwrap_or(true));
    let stream = WithEvents::new(command.events.events, &progress, &context.printer);
    let told = stream.as_ref().map_or::<&dyn Observer, _>(&progress, |stream| stream);
    let report = Box::pin(engine.roll_back(&run, &plan, told, stop)).await?;
    clone::finish(&report, command.output.output, stream, &context.printer)?;
    Ok(clone::status(&report))
}
