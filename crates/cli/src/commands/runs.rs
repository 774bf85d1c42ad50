//! `clxs runs`: past runs, from the journal alone. No workspace is contacted.

use std::path::Path;

use chrono::{DateTime, Utc};
use clxs_clone::Journal;
use clxs_clone::journal::{RunId, RunState, RunSummary};
use clxs_clone::plan::write_json;
use clxs_clone::report::Counts;
use serde::Serialize;

use crate::arguments::{RunsCommand, RunsSubcommand};
use crate::context::Context;
use crate::exit::ExitStatus;
use crate::failure::CliError;
use crate::output::Format;
use crate::output::style::Style;
use crate::output::table::Table;
use crate::report;

#[derive(Debug, Serialize)]
struct Runs<'a> {
    runs: Vec<Run<'a>>,
}

#[derive(Debug, Serialize)]
struct Run<'a> {
    id: &'a RunId,
    source: &'a str,
    destination: &'a str,
    state: RunState,
    started_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    counts: Option<Counts>,
}

pub(crate) fn run(command: &RunsCommand, context: &Context) -> anyhow::Result<ExitStatus> {
    let path = context.journal_path();
    let runs = if path.is_file() { Journal::open(&path)?.runs()? } else { Vec::new() };
    match &command.command {
        Some(RunsSubcommand::Bundle { run, out }) => {
            bundle(&Journal::open(&path)?, &find(&runs, run)?, out, command.output, context)?;
        }
        None => list(&runs, command.output, context)?,
        Some(RunsSubcommand::Show { run }) => {
            let report = Journal::open(&path)?.report(&find(&runs, run)?)?;
            let text = match command.output {
                Format::Text => report::text(&report, true),
                Format::Json => serde_json::to_string_pretty(&report)? + "\n",
            };
            context.printer.result(&text)?;
        }
    }
    Ok(ExitStatus::Success)
}

/// Writes the evidence of a run, and tells its last link.
fn bundle(
    journal: &Journal,
    run: &RunId,
    folder: &Path,
    format: Format,
    context: &Context,
) -> anyhow::Result<()> {
    let (plan, report) = (journal.plan_of(run)?, journal.report(run)?);
    let mut planned = Vec::new();
    write_json(&plan, None, &mut planned)?;
    let files = [
        ("plan.json", String::from_utf8(planned)?),
        ("report.json", serde_json::to_string_pretty(&report)? + "\n"),
        ("report.html", report::html(&report)),
    ];
    let (summary, entries) = (journal.summary(run)?, journal.entries(run)?);
    let head = clxs_clone::bundle::write(folder, &summary, &entries, &files)
        .map_err(CliError::file("the bundle"))?;
    if format == Format::Json {
        let told =
            serde_json::json!({ "run": run, "folder": folder, "entries": entries.len(), "head": head });
        return Ok(context.printer.json("clxs.bundle_written", &told)?);
    }
    let text = format!("{}: run {run}, {} journal entries\nhead {head}\n", folder.display(), entries.len());
    Ok(context.printer.result(&text)?)
}

/// Names the newest run.
const LAST: &str = "last";

/// The run that a command is about: the newest unless one is named.
///
/// # Errors
/// When there is none, or the name is that of several.
pub(super) fn named(name: Option<&str>, context: &Context) -> anyhow::Result<RunId> {
    Ok(find(&recorded(context)?, name.unwrap_or(LAST))?)
}

/// The run to undo: the newest that is not undone and is no rollback itself, unless one is named. For a rollback that
/// ended early, the run that it undoes: to undo that goes on with it.
///
/// # Errors
/// When there is none, or the name is that of several.
pub(super) fn to_undo(name: Option<&str>, context: &Context) -> anyhow::Result<RunId> {
    let mut runs = recorded(context)?;
    let Some(name) = name.filter(|name| *name != LAST) else {
        runs.retain(|run| run.undoes.is_none() && run.state != RunState::RolledBack);
        let newest = runs.into_iter().map(|run| run.id).max();
        let hint = "clxs runs lists all".to_owned();
        return Ok(newest.ok_or(CliError::Usage { message: "there is no run to undo".to_owned(), hint })?);
    };
    let named = find(&runs, name)?;
    let begun = runs.into_iter().find(|run| run.id == named && run.state != RunState::Succeeded);
    Ok(begun.and_then(|run| run.undoes).unwrap_or(named))
}

/// The runs of the journal.
///
/// # Errors
/// When it cannot be read.
pub(super) fn recorded(context: &Context) -> anyhow::Result<Vec<RunSummary>> {
    let path = context.journal_path();
    Ok(if path.is_file() { Journal::open(&path)?.runs()? } else { Vec::new() })
}

/// A shorter beginning of an id names no run, least of all an empty one: what is named is rolled back.
const SHORTEST: usize = 8;

/// The run that is named: by its id, by a beginning that no other id has, or as `last`.
fn find(runs: &[RunSummary], name: &str) -> Result<RunId, CliError> {
    let ids = || runs.iter().map(|run| &run.id);
    let named: Vec<&RunId> = match name {
        LAST => ids().max().into_iter().collect(),
        _ if name.len() < SHORTEST => {
            let message = format!("`{name}` names no run: write {SHORTEST} letters of its id, or `last`");
            return Err(CliError::Usage { message, hint: "clxs runs lists them".to_owned() });
        }
        _ => ids().filter(|id| id.as_str().starts_with(name)).collect(),
    };
    let message = match named.as_slice() {
        [id] => return Ok((*id).clone()),
        [] => format!("there is no run `{name}`"),
        _ => format!("{} runs begin with `{name}`", named.len()),
    };
    Err(CliError::Usage { message, hint: "clxs runs lists them".to_owned() })
}

fn list(runs: &[RunSummary], format: Format, context: &Context) -> anyhow::Result<()> {
    if format == Format::Json {
        return Ok(context
            .printer
            .json("clxs.runs", &Runs { runs: runs.iter().map(Run::from).collect() })?);
    }
    if runs.is_empty() {
        context.printer.message(Style::Plain, "There is no run yet; clxs demo makes one.");
        return Ok(());
    }
    let mut table = Table::new(["run", "started (UTC)", "state", "source → destination", "failed"]);
    for run in runs {
        let failed = run.counts.map_or_else(String::new, |counts| counts.failed.to_string());
        let catalogs = format!("{} → {}", run.source, run.destination);
        let started = run.started_at.format("%Y-%m-%d %H:%M:%S").to_string();
        table.row([run.id.to_string(), started, run.state.to_string(), catalogs, failed]);
    }
    Ok(context.printer.result(&table.render())?)
}

impl<'a> From<&'a RunSummary> for Run<'a> {
    fn from(run: &'a RunSummary) -> Self {
        Self {
            id: &run.id,
            source: &run.source,
            destination: &run.destination,
            state: run.state,
            started_at: run.started_at,
            finished_at: run.finished_at,
            counts: run.counts,
        }
    }
}
