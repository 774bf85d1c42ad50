//! `clxs apply`: runs a plan that `clxs plan -o` wrote, exactly that and only while it still holds.

use clxs_clone::Observer;
use clxs_clone::plan::SavedPlan;
use tokio_util::sync::CancellationToken;

use super::clone;
use crate::arguments::ApplyCommand;
use crate::connection::Connection;
use crate::context::Context;
use crate::events::WithEvents;
use crate::exit::ExitStatus;
use crate::failure::CliError;
use crate::progress::Progress;

pub(crate) async fn run(
    command: &ApplyCommand,
    context: &Context,
    stop: CancellationToken,
) -> anyhow::Result<ExitStatus> {
    let text = fs_err::read_to_string(&command.plan).map_err(CliError::file("the plan"))?;
    let saved = SavedPlan::from_json(&text)?;
    let options = context.options()?;
    let connection = Connection::open(&options, context).await?;
    let engine = connection.engine(context)?;
    tokio::select! {
        checked = Box::pin(engine.check_saved(&saved)) => checked?,
        () = stop.cancelled() => return Ok(ExitStatus::Interrupted),
    }
    if options.dry_run == Some(true) {
        let forms = (command.output.output, command.events.events);
        return clone::dry_run(&saved.plan, forms, &context.printer);
    }
    let progress = Progress::new(context.printer.clone(), options.show_progress.unwrap_or(true));
    let stream = WithEvents::new(command.events.events, &progress, &context.printer);
    let told = stream.as_ref().map_or::<&dyn Observer, _>(&progress, |stream| stream);
    let report = Box::pin(engine.run(&saved.settings, &saved.plan, told, stop)).await?;
    clone::finish(&report, command.output.output, stream, &context.printer)?;
    Ok(clone::status(&report))
}
