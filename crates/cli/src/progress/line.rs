//! Log lines, worded as in the guide.

use clxs_api::{FullName, Identifier};
use clxs_clone::plan::Facet;
use clxs_clone::{CloneMetrics, Event, Kind, Outcome, Securable, StepOutcome};

use crate::output::name::within_catalog;
use crate::output::style::Style;
use crate::units;

/// The line of an event, if it has one.
pub(super) fn of(event: &Event) -> Option<(Style, String)> {
    let (style, text) = match event {
        Event::Recovered { run, steps } => {
            let steps = units::plural(*steps as u64, "step");
            (Style::Warning, format!("△ Run {run} left {steps} in flight, which have ended"))
        }
        Event::SchemasFound { schemas } => (Style::Plain, schemas_found(schemas)),
        Event::RunStarted { tables, schemas, destination, undoes, .. } => {
            let (tables, schemas) =
                (units::plural(*tables as u64, "table"), units::plural(*schemas as u64, "schema"));
            let destination = destination.as_str();
            let text = match undoes {
                Some(run) => format!("◈ Undoing run {run}: {tables} of {destination}"),
                None => format!("◈ Starting clone: {tables} across {schemas} → {destination}"),
            };
            (Style::Plain, text)
        }
        Event::Resumed { run, done, left } => {
            let done = units::plural(*done as u64, "step");
            (Style::Plain, format!("◈ Resuming run {run}: {done} done, {left} left"))
        }
        Event::LimitsChanged { statements, per_second } => {
            let statements = units::plural(*statements as u64, "statement");
            let rate = if *per_second == 0 { String::new() } else { format!(", {per_second} a second") };
            (Style::Plain, format!("◈ Limits of this hour: {statements} at once{rate}"))
        }
        Event::StepFinished { facet: Facet::Hook, securable, outcome, .. } => {
            return hook(securable, outcome);
        }
        Event::DroppedForReclone { table } => {
            let text = format!("[WARN] △ Dropped table for re-clone: {}", within_catalog(table));
            return Some((Style::Warning, text));
        }
        Event::SecurableFinished { resumed: true, .. } => return None,
        Event::SecurableFinished { kind, destination, outcome, metrics, .. } => {
            return securable(*kind, destination, outcome, metrics.as_ref());
        }
        Event::SchemaFinished { cloned: 0, undone: 0, failed: 0, skipped: 0, .. } => return None,
        Event::SchemaFinished { schema, cloned: 0, undone, failed, skipped, duration, .. } if *undone > 0 => {
            let total = undone + failed + skipped;
            let counts = format!("{undone}/{total} tables undone ({failed} failed, {skipped} skipped)");
            let duration = units::duration(*duration);
            (Style::Plain, format!("◈ Schema {}: {counts} in {duration}", schema.as_str()))
        }
        Event::SchemaFinished { schema, unchanged, failed: 0, skipped: 0, cloned, .. }
            if unchanged == cloned =>
        {
            let tables = units::plural(*unchanged as u64, "table");
            (Style::Plain, format!("◈ Schema {} in sync: {tables}", schema.as_str()))
        }
        Event::SchemaFinished { schema, cloned, failed, skipped, duration, .. } => {
            let total = cloned + failed + skipped;
            let counts = format!("{cloned}/{total} tables cloned ({failed} failed, {skipped} skipped)");
            let duration = units::duration(*duration);
            (Style::Plain, format!("◈ Schema {} complete: {counts} in {duration}", schema.as_str()))
        }
        _ => return None,
    };
    Some((style, format!("[INFO] {text}")))
}

/// A hook; one that failed and is to be ignored is in the report alone.
fn hook(securable: &Securable, outcome: &StepOutcome) -> Option<(Style, String)> {
    let place = within_catalog(&securable.name);
    match outcome {
        StepOutcome::Done { .. } => Some((Style::Plain, format!("[INFO] ◈ Hook of {place} done"))),
        StepOutcome::Tolerated { error, silent: false } => {
            Some((Style::Warning, format!("[WARN] △ Hook of {place} failed: {error}")))
        }
        StepOutcome::Failed { error } => {
            Some((Style::Failure, format!("[ERROR] ✗ Hook of {place} failed: {error}")))
        }
        _ => None,
    }
}

fn schemas_found(schemas: &[Identifier]) -> String {
    const SHOWN: usize = 10;
    let names: Vec<&str> = schemas.iter().take(SHOWN).map(Identifier::as_str).collect();
    let more = if schemas.len() > SHOWN { ", …" } else { "" };
    format!("◈ Found {} to clone: {}{more}", units::plural(schemas.len() as u64, "schema"), names.join(", "))
}

/// What is unchanged has no line of its own: a refresh of a large catalog would be nothing else.
fn securable(
    kind: Kind,
    name: &FullName,
    outcome: &Outcome,
    metrics: Option<&CloneMetrics>,
) -> Option<(Style, String)> {
    let name = within_catalog(name);
    let verb = match (outcome, kind) {
        (Outcome::Created | Outcome::Replaced, Kind::Table) => "Cloned",
        (Outcome::Created, _) => "Created",
        (Outcome::Replaced, _) => "Replaced",
        (Outcome::Changed, _) => "Changed",
        (Outcome::Undone, _) => "Undid",
        (Outcome::Unchanged, _) => return None,
        (Outcome::Skipped { reason }, _) if is_about_type(reason, kind) => {
            let kind = in_capitals(kind);
            let text = format!("[WARN] △ Skipping non-clonable table type {kind}: {name} ({reason})");
            return Some((Style::Warning, text));
        }
        (Outcome::Skipped { reason }, Kind::SystemSchema) => {
            return Some((Style::Plain, format!("[INFO] ◈ Leaving {kind} {name} alone: {reason}")));
        }
        (Outcome::Skipped { reason }, _) => {
            return Some((Style::Warning, format!("[WARN] △ Skipped {kind}: {name} ({reason})")));
        }
        (Outcome::Failed { error }, _) => {
            return Some((Style::Failure, format!("[ERROR] ✗ Failed {kind}: {name}: {error}")));
        }
    };
    let copied = metrics.map(copied).unwrap_or_default();
    Some((Style::Success, format!("[INFO] ✓ {verb} {kind}: {name}{copied}")))
}

/// Whether something is left out for what it is, and not because the settings say so: such reasons begin with the type.
fn is_about_type(reason: &str, kind: Kind) -> bool {
    let is_type = matches!(kind, Kind::StreamingTable | Kind::MaterializedView | Kind::ForeignTable);
    is_type && reason.replace(' ', "_").to_uppercase().starts_with(&in_capitals(kind))
}

fn in_capitals(kind: Kind) -> String {
    kind.to_string().to_uppercase().replace(' ', "_")
}

fn copied(metrics: &CloneMetrics) -> String {
    let files = units::plural(metrics.num_copied_files, "file");
    format!(" ({files}, {} copied)", units::bytes(metrics.copied_files_size))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn finished(kind: Kind, name: &str, outcome: Outcome, metrics: Option<CloneMetrics>) -> Event {
        let source = FullName::from_dotted(name).unwrap();
        let destination = source.clone();
        Event::SecurableFinished { kind, source, destination, outcome, metrics, resumed: false }
    }

    #[test]
    fn lines_are_those_of_the_guide() {
        let schemas = ["bronze", "silver"].map(|name| Identifier::new(name).unwrap()).to_vec();
        let schema = schemas[0].clone();
        let metrics =
            CloneMetrics { num_copied_files: 1200, copied_files_size: 480_000, ..CloneMetrics::default() };
        let skipped = || Outcome::Skipped { reason: "owned by a pipeline".to_owned() };
        let of_pipeline = || Outcome::Skipped { reason: "STREAMING_TABLE is owned by a pipeline".to_owned() };
        let filtered = || Outcome::Skipped { reason: "does not match include_tables_regex".to_owned() };
        let failed = || Outcome::Failed { error: "no space left".to_owned() };
        let events = [
            Event::SchemasFound { schemas },
            finished(Kind::SystemSchema, "prod.information_schema", skipped(), None),
            Event::LimitsChanged { statements: 2, per_second: 10 },
            finished(Kind::Schema, "prod.bronze", Outcome::Created, None),
            Event::LimitsChanged { statements: 128, per_second: 0 },
            finished(Kind::Table, "prod.bronze.orders", Outcome::Created, Some(metrics)),
            finished(Kind::Table, "prod.bronze.stores", Outcome::Replaced, Some(metrics)),
            Event::DroppedForReclone { table: FullName::from_dotted("prod.bronze.daily").unwrap() },
            finished(Kind::View, "prod.bronze.lines", Outcome::Replaced, None),
            finished(Kind::StreamingTable, "prod.bronze.pos", of_pipeline(), None),
            finished(Kind::StreamingTable, "prod.bronze.tmp_pos", filtered(), None),
            finished(Kind::Table, "prod.bronze.tmp", skipped(), None),
            finished(Kind::Table, "prod.bronze.big", failed(), None),
            Event::SchemaFinished {
                schema,
                cloned: 42,
                unchanged: 10,
                undone: 0,
                failed: 2,
                skipped: 1,
                duration: Duration::from_secs(18),
            },
        ];
        let lines: Vec<String> = events.iter().filter_map(of).map(|(_, text)| text).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        [INFO] ◈ Found 2 schemas to clone: bronze, silver
        [INFO] ◈ Leaving system schema information_schema alone: owned by a pipeline
        [INFO] ◈ Limits of this hour: 2 statements at once, 10 a second
        [INFO] ✓ Created schema: bronze
        [INFO] ◈ Limits of this hour: 128 statements at once
        [INFO] ✓ Cloned table: bronze.orders (1,200 files, 480 kB copied)
        [INFO] ✓ Cloned table: bronze.stores (1,200 files, 480 kB copied)
        [WARN] △ Dropped table for re-clone: bronze.daily
        [INFO] ✓ Replaced view: bronze.lines
        [WARN] △ Skipping non-clonable table type STREAMING_TABLE: bronze.pos (STREAMING_TABLE is owned by a pipeline)
        [WARN] △ Skipped streaming table: bronze.tmp_pos (does not match include_tables_regex)
        [WARN] △ Skipped table: bronze.tmp (owned by a pipeline)
        [ERROR] ✗ Failed table: bronze.big: no space left
        [INFO] ◈ Schema bronze complete: 42/45 tables cloned (2 failed, 1 skipped) in 18s
        ");
    }

    #[test]
    fn schema_whose_tables_are_all_unchanged_is_in_sync() {
        let schema = Identifier::new("bronze").unwrap();
        let (cloned, unchanged, duration) = (3, 3, Duration::ZERO);
        let event =
            Event::SchemaFinished { schema, cloned, unchanged, undone: 0, failed: 0, skipped: 0, duration };
        assert_eq!(of(&event).unwrap().1, "[INFO] ◈ Schema bronze in sync: 3 tables");
    }

    #[test]
    fn what_is_unchanged_has_no_line() {
        assert_eq!(of(&finished(Kind::Table, "prod.s.t", Outcome::Unchanged, None)), None);
    }
}
