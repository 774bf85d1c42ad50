//! A report for people, 80 columns wide.

use std::fmt::Write;
use std::time::Duration;

use clxs_clone::report::{Counts, SecurableReport};
use clxs_clone::{Kind, Outcome, Report};

use crate::output::html;
use crate::output::name::within_catalog;
use crate::output::table::{Table, WIDTH};
use crate::units;

/// Up to this many securables a report lists all; beyond, only what is not simply right.
const LISTED: usize = 200;

/// The whole report: summary and securables.
pub(crate) fn text(report: &Report, list_all: bool) -> String {
    let mut text = heading(report);
    text.push_str(&securables(report, list_all || report.securables.len() <= LISTED));
    text.push_str(&findings(report));
    text.push('\n');
    text.push_str(&summary(report));
    text
}

/// The same as a page for a browser.
pub(crate) fn html(report: &Report) -> String {
    let title = format!("Clone of {} to {}", report.source.as_str(), report.destination.as_str());
    html::page(&title, &text(report, true))
}

fn heading(report: &Report) -> String {
    let duration = report.duration_ms.map(Duration::from_millis).map(units::duration);
    let duration = duration.map(|duration| format!(" in {duration}")).unwrap_or_default();
    let what = match &report.undoes {
        None => format!("{} clone of {}", report.clone_type, report.source.as_str()),
        Some(run) => format!("Rollback of run {run}"),
    };
    let state = match &report.abort_reason {
        None => report.state.to_string(),
        Some(limit) => format!("{} ({limit})", report.state),
    };
    let destination = report.destination.as_str();
    format!("{what} to {destination}: {state}{duration}\nrun {}\n\n", report.run)
}

fn securables(report: &Report, all: bool) -> String {
    let mut table = Table::new(["", "securable", "outcome", ""]);
    let shown = |securable: &&SecurableReport| all || is_notable(&securable.outcome);
    for securable in report.securables.iter().filter(shown) {
        let name = within_catalog(&securable.destination);
        let outcome = format!("{} {}", sign(&securable.outcome), securable.outcome.name());
        table.row([securable.kind.to_string(), name, outcome, detail(securable)]);
    }
    let left_out = report.securables.iter().filter(|securable| !shown(securable)).count();
    let mut text =
        if left_out == report.securables.len() { String::new() } else { table.render_within(WIDTH) };
    if left_out > 0 {
        let securables = units::plural(left_out as u64, "securable");
        writeln!(text, "{securables} more went well: clxs runs show {}", report.run).ok();
    }
    text
}

fn is_notable(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Skipped { .. } | Outcome::Failed { .. })
}

fn sign(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Created => "+",
        Outcome::Replaced | Outcome::Changed => "~",
        Outcome::Unchanged => "=",
        Outcome::Undone => "-",
        Outcome::Skipped { .. } => "△",
        Outcome::Failed { .. } => "✗",
    }
}

fn detail(securable: &SecurableReport) -> String {
    match &securable.outcome {
        Outcome::Skipped { reason } => return one_line(reason),
        Outcome::Failed { error } => return one_line(error),
        _ => {}
    }
    let facets = securable.facets.iter().filter_map(facet);
    let copied = securable.metrics.map(|metrics| {
        let files = units::plural(metrics.num_copied_files, "file");
        format!("{files}, {}", units::bytes(metrics.copied_files_size))
    });
    one_line(&copied.into_iter().chain(facets).collect::<Vec<_>>().join("; "))
}

/// What a platform says may have lines of its own, which would be none of the table.
fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A facet that is not as in the source.
pub(crate) fn facet(facet: &clxs_clone::FacetOutcome) -> Option<String> {
    use clxs_clone::FacetStatus::{Carried, Changed, Failed, Impossible, Unverified};
    match &facet.status {
        Carried => None,
        Unverified { reason } => Some(format!("{} not verified: {reason}", facet.facet)),
        Changed { detail } => Some(format!("{} changed: {detail}", facet.facet)),
        Impossible { reason } => Some(format!("{} impossible: {reason}", facet.facet)),
        Failed { error } => Some(format!("{} failed: {error}", facet.facet)),
    }
}

fn findings(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        writeln!(text, "△ {}", one_line(&finding.to_string())).ok();
    }
    text
}

/// The guide's summary, by kind.
fn summary(report: &Report) -> String {
    let mut text = String::new();
    for (kind, counts) in &report.counts_by_kind {
        let made = counts.created + counts.replaced + counts.changed + counts.undone;
        let Counts { unchanged, failed, skipped, .. } = counts;
        let label = format!("{}:", plural_of(*kind));
        writeln!(
            text,
            "{label:<20} {made} success, {unchanged} unchanged, {failed} failed, {skipped} skipped"
        )
        .ok();
    }
    let formats: Vec<String> =
        report.source_formats.iter().map(|(name, count)| format!("{name}: {count}")).collect();
    if !formats.is_empty() {
        writeln!(text, "Source formats: {}", formats.join(" ")).ok();
    }
    let (bytes, files) = (units::bytes(report.bytes_copied), units::count(report.files_copied));
    writeln!(text, "Bytes Copied: {bytes} Files Copied: {files}").ok();
    if report.grants_skipped + report.ownership_skipped > 0 {
        let grants = units::plural(report.grants_skipped as u64, "grant");
        let owners = units::plural(report.ownership_skipped as u64, "owner");
        writeln!(text, "Not given: {grants}, {owners}").ok();
    }
    if report.retries > 0 {
        writeln!(text, "Retries: {}", report.retries).ok();
    }
    text
}

fn plural_of(kind: Kind) -> String {
    let name = match kind {
        Kind::Unknown => return "Unknown".to_owned(),
        kind => kind.to_string() + "s",
    };
    let mut characters = name.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn securable(kind: &str, name: &str, rest: &serde_json::Value) -> serde_json::Value {
        let mut securable = json!({
            "kind": kind, "source": format!("prod.{name}"), "destination": format!("dev.{name}"), "duration_ms": 5
        });
        securable.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        securable
    }

    fn report() -> Report {
        let metrics = json!({
            "source_table_size": 2_500_000, "source_num_of_files": 3, "num_removed_files": 0,
            "num_copied_files": 3, "removed_files_size": 0, "copied_files_size": 2_500_000
        });
        let none =
            json!({ "created": 0, "replaced": 0, "changed": 0, "unchanged": 0, "skipped": 0, "failed": 0 });
        let mut tables = none.clone();
        tables["created"] = json!(1);
        tables["skipped"] = json!(1);
        tables["failed"] = json!(1);
        serde_json::from_value(json!({
            "schema": "clxs.report", "version": 1, "run": "run-1", "state": "failed", "source": "prod",
            "destination": "dev", "clone_type": "DEEP", "load_type": "FULL",
            "started_at": "2026-01-01T00:00:00Z", "finished_at": "2026-01-01T00:00:18Z", "duration_ms": 18_000,
            "counts": tables, "counts_by_kind": { "table": tables }, "bytes_copied": 2_500_000,
            "files_copied": 3, "source_formats": { "DELTA": 26, "PARQUET": 2 }, "grants_skipped": 1,
            "ownership_skipped": 0, "retries": 2,
            "securables": [
                securable("schema", "bronze", &json!({ "outcome": "unchanged" })),
                securable("table", "bronze.orders", &json!({ "outcome": "created", "metrics": metrics })),
                securable("table", "bronze.pos", &json!({
                    "outcome": "skipped", "reason": "a streaming table belongs to its pipeline and is made by it"
                })),
                securable("table", "bronze.big", &json!({ "outcome": "failed", "error": "no space left" })),
            ],
            "findings": []
        }))
        .unwrap()
    }

    #[test]
    fn report_shows_every_securable_in_80_columns() {
        let text = text(&report(), false);
        insta::assert_snapshot!(text, @r"
        DEEP clone of prod to dev: failed in 18s
        run run-1

                securable      outcome
        ──────  ─────────────  ───────────  ────────────────────────────────────────────
        schema  bronze         = unchanged
        table   bronze.orders  + created    3 files, 2.5 MB
        table   bronze.pos     △ skipped    a streaming table belongs to its pipeline
                                            and is made by it
        table   bronze.big     ✗ failed     no space left

        Tables:              1 success, 0 unchanged, 1 failed, 1 skipped
        Source formats: DELTA: 26 PARQUET: 2
        Bytes Copied: 2.5 MB Files Copied: 3
        Not given: 1 grant, 0 owners
        Retries: 2
        ");
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
    }

    #[test]
    fn lines_of_an_error_are_one_in_the_table() {
        let mut failed = report();
        failed.securables[3].outcome = Outcome::Failed { error: "hook failed:\n  no table t\n".to_owned() };
        assert!(text(&failed, false).contains("✗ failed     hook failed: no table t\n"));
    }

    #[test]
    fn long_report_lists_only_what_is_not_right() {
        let mut long = report();
        long.securables.extend(vec![long.securables[0].clone(); LISTED]);
        let text = text(&long, false);
        assert!(
            text.contains("bronze.pos") && text.contains("bronze.big") && !text.contains("bronze.orders")
        );
        assert!(text.contains("202 securables more went well: clxs runs show run-1"), "{text}");
    }
}
