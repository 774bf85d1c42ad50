//! Log lines, worded as in the guide.

use clxs_api::{FullName, Identifier};
use clxs_clone::{CloneMetrics, Event, Kind, Outcome};

use crate::output::style::Style;
use crate::units;

/// The line of an event, if it has one.
pub(super) fn of(event: &Event) -> Option<(Style, String)> {
    let (style, text) = match event {
        Event::Recovered { run, steps } => {
            let steps = units::plural(*steps, "step");
            (Style::Warning, format!("△ Run {run} had died; {steps} that were in flight have ended"))
        }
        Event::SchemasFound { schemas } => (Style::Plain, schemas_found(schemas)),
        Event::RunStarted { tables, schemas, destination, .. } => {
            let (tables, schemas) = (units::plural(*tables, "table"), units::plural(*schemas, "schema"));
            (Style::Plain, format!("◈ Starting clone: {tables} across {schemas} → {}", destination.as_str()))
        }
        Event::SecurableFinished { kind, source, outcome, metrics, .. } => {
            return securable(*kind, source, outcome, metrics.as_ref());
        }
        Event::SchemaFinished { schema, cloned, failed, skipped, duration } => {
            let total = cloned + failed + skipped;
            let counts = format!("{cloned}/{total} tables cloned ({failed} failed, {skipped} skipped)");
            let duration = units::duration(*duration);
            (Style::Plain, format!("◈ Schema {} complete: {counts} in {duration}", schema.as_str()))
        }
        _ => return None,
    };
    Some((style, format!("[INFO] {text}")))
}

fn schemas_found(schemas: &[Identifier]) -> String {
    const SHOWN: usize = 10;
    let names: Vec<&str> = schemas.iter().take(SHOWN).map(Identifier::as_str).collect();
    let more = if schemas.len() > SHOWN { ", …" } else { "" };
    format!("◈ Found {} to clone: {}{more}", units::plural(schemas.len(), "schema"), names.join(", "))
}

/// What is unchanged has no line of its own: a refresh of a large catalog would be nothing else.
fn securable(
    kind: Kind,
    source: &FullName,
    outcome: &Outcome,
    metrics: Option<&CloneMetrics>,
) -> Option<(Style, String)> {
    let name = within_catalog(source);
    let verb = match (outcome, kind) {
        (Outcome::Created | Outcome::Replaced, Kind::Table) => "Cloned",
        (Outcome::Created, _) => "Created",
        (Outcome::Replaced, _) => "Replaced",
        (Outcome::Changed, _) => "Changed",
        (Outcome::Unchanged, _) => return None,
        (Outcome::Skipped { reason }, Kind::StreamingTable | Kind::MaterializedView | Kind::ForeignTable) => {
            let kind = kind.to_string().to_uppercase().replace(' ', "_");
            let text = format!("[WARN] △ Skipping non-clonable table type {kind}: {name} ({reason})");
            return Some((Style::Warning, text));
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

fn copied(metrics: &CloneMetrics) -> String {
    let files = units::count(metrics.num_copied_files);
    format!(" ({files} files, {} copied)", units::bytes(metrics.copied_files_size))
}

/// The name without its catalog, which is the same in all lines; a catalog itself keeps its own.
fn within_catalog(name: &FullName) -> String {
    match name.parts() {
        [_, rest @ ..] if !rest.is_empty() => {
            rest.iter().map(Identifier::as_str).collect::<Vec<_>>().join(".")
        }
        _ => name.dotted(),
    }
}
