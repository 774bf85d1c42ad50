//! `clxs resume`: goes on with a run that ended before its plan did.

use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use clxs_clone::journal::RunId;
use clxs_clone::{Observer, Report};
use serde::Deserialize;
use tokio_util::sync::CancellationToken;

use super::{clone, clone_settings, runs};
use crate::arguments::ResumeCommand;
use crate::connection::Connection;
use crate::context::Context;
use crate::events::{EventFormat, WithEvents};
use crate::exit::ExitStatus;
use crate::failure::CliError;
use crate::output::Format;
use crate::output::style::Style;
use crate::progress::Progress;
use crate::settings::finding::Place;
use crate::settings::keys::OF_THE_COMMAND_LINE;
use crate::settings::layer::Origin;
use crate::units;

pub(crate) async fn run(
    command: &ResumeCommand,
    context: &Context,
    stop: CancellationToken,
) -> anyhow::Result<ExitStatus> {
    let run = runs::named(command.run.as_deref(), context)?;
    let forms = (command.output.output, command.events.events);
    let options = context.options()?;
    let required = clone_settings::required(&options)?;
    let report = resume(&run, context, forms, stop).await?;
    clone::conclude(&report, &required, &options, &context.printer)
}

/// Whether nothing contradicts that this run is gone on with.
///
/// # Errors
/// [`CliError::Usage`] when other catalogs are named, or flags that would change what it does.
pub(super) fn require_same(run: &RunId, context: &Context) -> anyhow::Result<()> {
    let usage = |message, hint: &str| Err(CliError::Usage { message, hint: hint.to_owned() }.into());
    let combined = &context.loaded.combined;
    let is_flag = |origin: &Origin| matches!(origin.place(), Some(Place::Flag { .. }));
    if let Some(begun) = runs::recorded(context)?.iter().find(|recorded| recorded.id == *run) {
        // Catalogs of a file or variable are those of new clones; whoever goes on with a run named it.
        let is_other = |key: &str, own: &str| {
            let named = combined.get(key).filter(|(_, origin)| is_flag(origin));
            let named = named.and_then(|(name, _)| name.as_str());
            named.is_some_and(|name| name.to_lowercase() != own.to_lowercase())
        };
        if is_other("source_catalog", &begun.source) || is_other("destination_catalog", &begun.destination) {
            let message = format!(
                "run {run} cloned {} to {}, and other catalogs are named",
                begun.source, begun.destination
            );
            return usage(message, "take them out, or give the log of another run");
        }
    }
    let given = combined
        .all()
        .find(|(key, setting)| setting.is_some_and(|(_, origin)| is_flag(origin)) && !may_be_given(key.name));
    match given {
        Some((key, _)) => usage(
            format!("{} cannot change a run that is gone on with", key.flag),
            "take it out: the run keeps the settings that it began with; a new clone takes others",
        ),
        None => Ok(()),
    }
}

/// Goes on with a run and prints its report.
pub(super) async fn resume(
    run: &RunId,
    context: &Context,
    (format, events): (Format, Option<EventFormat>),
    stop: CancellationToken,
) -> anyhow::Result<Report> {
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
    let began = Instant::now();
    let report = Box::pin(engine.resume(run, told, stop)).await?;
    clone::finish(&report, format, stream, &context.printer)?;
    let took = units::duration(began.elapsed());
    let text = format!("this go took {took}; the report counts from the begin of the run, pauses included");
    context.printer.message(Style::Plain, &text);
    Ok(report)
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

/// Settings that a run which is gone on with does not have from its begin, and its catalogs, which are compared.
fn may_be_given(key: &str) -> bool {
    OF_THE_COMMAND_LINE.contains(&key) || ["source_catalog", "destination_catalog"].contains(&key)
}
