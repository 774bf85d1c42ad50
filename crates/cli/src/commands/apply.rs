//! `clxs apply`: runs a plan that `clxs plan -o` wrote, exactly that and only while it still holds.

use clxs_clone::plan::SavedPlan;
use tokio_util::sync::CancellationToken;

use super::{clone, clone_settings};
use crate::arguments::ApplyCommand;
use crate::connection::Connection;
use crate::context::Context;
use crate::exit::ExitStatus;
use crate::failure::CliError;

pub(crate) async fn run(
    command: &ApplyCommand,
    context: &Context,
    stop: CancellationToken,
) -> anyhow::Result<ExitStatus> {
    let text = fs_err::read_to_string(&command.plan).map_err(CliError::file("the plan"))?;
    let saved = SavedPlan::from_json(&text)?;
    let options = context.options()?;
    let required = clone_settings::required(&options)?;
    let connection = Connection::open(&options, context).await?;
    let engine = connection.engine(context)?;
    let plan = tokio::select! {
        checked = Box::pin(engine.check_saved(&saved)) => checked?,
        () = stop.cancelled() => return Ok(ExitStatus::Interrupted),
    };
    if command.dry_run || options.dry_run == Some(true) {
        let forms = (command.output.output, command.events.events);
        return clone::dry_run(&plan, forms, &context.printer);
    }
    let forms = (command.output.output, command.events.events);
    let what = (&engine, &saved.settings, &plan);
    Box::pin(clone::run_plan(what, (&options, &required), (forms, &context.printer), stop)).await
}
