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
use crate::output::table::{Table, WIDTH};
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
    /// The run that a rollback undoes.
    #[serde(skip_serializing_if = "Option::is_none")]
    undoes: Option<&'a RunId>,
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

/// So many letters of an id are shown at least: those of the millisecond in which the run began.
const SHOWN: usize = 13;

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
    Ok(context.printer.result(&table(runs).render_within(WIDTH))?)
}

fn table(runs: &[RunSummary]) -> Table {
    let mut table = Table::new(["run", "started (UTC)", "state", "failed", "source → destination"]);
    let shown = length_of_ids(runs);
    let short = |id: &RunId| -> String { id.as_str().chars().take(shown).collect() };
    for run in runs {
        let id = short(&run.id);
        let started = run.started_at.format("%Y-%m-%d %H:%M").to_string();
        let failed = run.counts.map_or_else(String::new, |counts| counts.failed.to_string());
        let what = match &run.undoes {
            Some(undone) => format!("undoes {}", short(undone)),
            None => format!("{} → {}", run.source, run.destination),
        };
        table.row([id, started, run.state.to_string(), failed, what]);
    }
    table
}

/// How many letters of ids tell all runs apart; whole ids are too wide for a table.
fn length_of_ids(runs: &[RunSummary]) -> usize {
    let mut ids: Vec<&str> = runs.iter().map(|run| run.id.as_str()).collect();
    ids.sort_unstable();
    let common =
        |pair: &[&str]| pair[0].bytes().zip(pair[1].bytes()).take_while(|(one, other)| one == other).count();
    ids.windows(2).map(|pair| common(pair) + 1).max().unwrap_or(0).max(SHOWN)
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
            undoes: run.undoes.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(id: &str) -> RunSummary {
        RunSummary {
            id: RunId::new(id),
            source: "retail_prod".to_owned(),
            destination: "retail_dev".to_owned(),
            state: RunState::RolledBack,
            started_at: DateTime::UNIX_EPOCH,
            finished_at: None,
            counts: Some(Counts::default()),
            undoes: None,
            abort_reason: None,
        }
    }

    #[test]
    fn table_of_runs_fits_in_80_columns_and_tells_their_ids_apart() {
        let text = |ids: [&str; 2]| table(&ids.map(run)).render_within(WIDTH);
        let apart = text(["0199abcd-0123-7abc-8000-000000000000", "0199abcd-0124-7abc-8000-000000000000"]);
        insta::assert_snapshot!(apart, @r"
        run            started (UTC)     state        failed  source → destination
        ─────────────  ────────────────  ───────────  ──────  ────────────────────────
        0199abcd-0123  1970-01-01 00:00  rolled_back  0       retail_prod → retail_dev
        0199abcd-0124  1970-01-01 00:00  rolled_back  0       retail_prod → retail_dev
        ");
        let at_once = text(["0199abcd-0123-7abc-8000-000000000000", "0199abcd-0123-7abd-8000-000000000000"]);
        assert!(at_once.contains("0199abcd-0123-7abc ") && at_once.contains("0199abcd-0123-7abd "));
        let mut runs =
            ["0199abcd-0123-7abc-8000-000000000000", "0199abcd-0124-7abc-8000-000000000000"].map(run);
        runs[1].undoes = Some(runs[0].id.clone());
        assert!(table(&runs).render_within(WIDTH).ends_with("  undoes 0199abcd-0123\n"));
        assert!(at_once.lines().chain(apart.lines()).all(|line| line.chars().count() <= WIDTH));
    }
}
