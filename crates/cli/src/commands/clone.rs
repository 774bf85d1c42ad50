//! `clxs clone`: plans, runs, and prints the report.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clxs_clone::journal::RunState;
use clxs_clone::plan::{Facet, PlannedChange, write_json, write_json_line};
use clxs_clone::{Engine, Kind, Observer, Plan, Report, Settings};
use tokio_util::sync::CancellationToken;

use super::{clone_settings, resume};
use crate::arguments::CloneCommand;
use crate::connection::Connection;
use crate::context::Context;
use crate::events::{EventFormat, WithEvents};
use crate::exit::ExitStatus;
use crate::output::style::Style;
use crate::output::{Format, Printer};
use crate::progress::Progress;
use crate::report;
use crate::rollback_log::WithRollbackLog;
use crate::settings::options::Options;

/// Where `--report` writes to, below the working folder.
const REPORTS: &str = "reports";

pub(crate) async fn run(
    command: &CloneCommand,
    context: &Context,
    stop: CancellationToken,
) -> anyhow::Result<ExitStatus> {
    let options = context.clone_options()?;
    if let Some(log) = &options.resume {
        let run = resume::run_of_log(Path::new(log))?;
        let required = clone_settings::required(&options)?;
        resume::require_same(&run, context)?;
        let forms = (command.output.output, command.events.events);
        let report = resume::resume(&run, context, forms, stop).await?;
        return conclude(&report, &required, &options, &context.printer);
    }
    let settings = clone_settings::resolve(options.clone())?;
    let required = clone_settings::required(&options)?;
    let connection = Connection::open(&options, context).await?;
    let engine = connection.engine(context)?;
    let plan = tokio::select! {
        plan = Box::pin(engine.plan(&settings)) => plan?,
        () = stop.cancelled() => return Ok(ExitStatus::Interrupted),
    };
    if options.dry_run == Some(true) {
        return dry_run(&plan, (command.output.output, command.events.events), &context.printer);
    }
    let forms = (command.output.output, command.events.events);
    let what = (&engine, &settings, &plan);
    Box::pin(run_plan(what, (&options, &required), (forms, &context.printer), stop)).await
}

/// Runs a plan, tells what happens in the form that is asked for, writes the report and the rollback log that the settings
/// ask for, and says how it went.
pub(super) async fn run_plan(
    (engine, settings, plan): (&Engine, &Settings, &Plan),
    (options, required): (&Options, &[Facet]),
    ((format, events), printer): ((Format, Option<EventFormat>), &Printer),
    stop: CancellationToken,
) -> anyhow::Result<ExitStatus> {
    let progress = Progress::new(printer.clone(), options.show_progress.unwrap_or(true));
    let log = WithRollbackLog::new(&progress, plan);
    let observer: &dyn Observer = if options.enable_rollback == Some(true) { &log } else { &progress };
    let stream = WithEvents::new(events, observer, printer);
    let told = stream.as_ref().map_or(observer, |stream| stream);
    let report = engine.run(settings, plan, told, stop).await?;
    finish(&report, format, stream, printer)?;
    let status = conclude(&report, required, options, printer)?;
    let written = log.written();
    let written = written.context(
        "the rollback log cannot be written; the run ended as reported, and can be rolled back without",
    );
    if let Some(path) = written? {
        printer.message(Style::Plain, &format!("rollback log: {}", path.display()));
    }
    Ok(status)
}

/// Writes the report where the settings ask for it, and says how the run went.
pub(super) fn conclude(
    report: &Report,
    required: &[Facet],
    options: &Options,
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    if options.generate_report == Some(true) {
        for path in write_report(report)? {
            printer.message(Style::Plain, &format!("report: {}", path.display()));
        }
    }
    Ok(match status(report) {
        ExitStatus::Success if misses(report, required, printer) => ExitStatus::NotVerified,
        status => status,
    })
}

/// Tells what was required and is not there.
fn misses(report: &Report, required: &[Facet], printer: &Printer) -> bool {
    let missed = report.missed(required);
    for (securable, outcome) in &missed {
        let name = securable.destination.dotted();
        let text = format!("✗ {} {name} lacks what is required: {}", securable.kind, outcome.facet);
        printer.message(Style::Failure, &text);
    }
    !missed.is_empty()
}

/// Tells of the end of a run: as the last of its events, or by its report on stdout.
pub(super) fn finish(
    report: &Report,
    format: Format,
    stream: Option<WithEvents<'_>>,
    printer: &Printer,
) -> anyhow::Result<()> {
    match stream {
        Some(stream) => stream.end(report),
        None => print(report, format, printer),
    }
}

/// Prints a report to stdout.
pub(super) fn print(report: &Report, format: Format, printer: &Printer) -> anyhow::Result<()> {
    let text = match format {
        Format::Text => report::text(report, false),
        Format::Json => serde_json::to_string_pretty(report)? + "\n",
    };
    Ok(printer.result(&text)?)
}

/// What the exit status says of a run. A run that was cancelled is told by the signal.
pub(super) fn status(report: &Report) -> ExitStatus {
    match report.state {
        RunState::Succeeded => ExitStatus::Success,
        RunState::Aborted => ExitStatus::LimitReached,
        _ if report.counts.failed > 0 => ExitStatus::SomeFailed,
        _ => ExitStatus::Failure,
    }
}

/// Everything a run would send, in order. Reads have been made, nothing is written.
/// As data it is the plan.
pub(super) fn dry_run(
    plan: &Plan,
    (format, events): (Format, Option<EventFormat>),
    printer: &Printer,
) -> anyhow::Result<ExitStatus> {
    if let Some(EventFormat::Jsonl) = events {
        printer.write(|out| Ok(write_json_line(plan, out)?))?;
        return Ok(ExitStatus::Success);
    }
    if format == Format::Json {
        printer.write(|out| Ok(write_json(plan, None, out)?))?;
        return Ok(ExitStatus::Success);
    }
    for step in &plan.steps {
        printer.result(&format!("[DRY RUN] Would execute: {}\n", step.action.effect()))?;
    }
    // Every catalog has a system schema, and nobody misses it.
    for planned in plan.securables.iter().filter(|planned| planned.kind != Kind::SystemSchema) {
        if let PlannedChange::Skip { reason } = &planned.change {
            let (kind, name) = (planned.kind, planned.source.dotted());
            printer.message(Style::Warning, &format!("△ Would leave out {kind} {name}: {reason}"));
        }
    }
    for planned in &plan.securables {
        for facet in planned.facets.iter().filter_map(report::facet) {
            let (kind, name) = (planned.kind, planned.destination.dotted());
            printer.message(Style::Warning, &format!("△ {kind} {name}: {facet}"));
        }
    }
    for finding in &plan.findings {
        printer.message(Style::Warning, &format!("! {finding}"));
    }
    if plan.is_empty() {
        printer.message(Style::Success, "✓ Nothing to do: the destination has whatever takes part");
    }
    Ok(ExitStatus::Success)
}

/// As a document for programs, and as a page for people.
fn write_report(report: &Report) -> anyhow::Result<[PathBuf; 2]> {
    fs_err::create_dir_all(REPORTS)?;
    let path = |ending| Path::new(REPORTS).join(format!("clone_{}.{ending}", report.run));
    let (json, html) = (path("json"), path("html"));
    fs_err::write(&json, serde_json::to_string_pretty(report)? + "\n")?;
    fs_err::write(&html, report::html(report))?;
    Ok([json, html])
}
