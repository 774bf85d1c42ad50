//! `clxs drift`: how every table of the destination stands to its source.

use std::collections::BTreeMap;

use clxs_clone::plan::{DriftState, TableDrift};
use serde::Serialize;

use super::clone_settings;
use crate::arguments::DriftCommand;
use crate::connection::Connection;
use crate::context::Context;
use crate::exit::ExitStatus;
use crate::output::Format;
use crate::output::name::within_catalog;
use crate::output::table::{Table, WIDTH};

#[derive(Debug, Serialize)]
struct Drifts<'a> {
    source: &'a str,
    destination: &'a str,
    counts: BTreeMap<String, usize>,
    tables: &'a [TableDrift],
}

pub(crate) async fn run(command: &DriftCommand, context: &Context) -> anyhow::Result<ExitStatus> {
    let options = context.clone_options()?;
    let settings = clone_settings::resolve(options.clone())?;
    let connection = Connection::open(&options, context).await?;
    let tables = Box::pin(connection.engine(context)?.drift(&settings)).await?;
    let mut counts = BTreeMap::new();
    for table in &tables {
        *counts.entry(table.state.to_string()).or_default() += 1;
    }
    match command.output.output {
        Format::Text => context.printer.result(&text(&tables, &counts))?,
        Format::Json => {
            let (source, destination) = (settings.source.as_str(), settings.destination.as_str());
            context.printer.json("clxs.drift", &Drifts { source, destination, counts, tables: &tables })?;
        }
    }
    let differs = tables.iter().any(|table| table.state != DriftState::InSync);
    Ok(if command.detailed_exitcode && differs { ExitStatus::Differences } else { ExitStatus::Success })
}

fn text(tables: &[TableDrift], counts: &BTreeMap<String, usize>) -> String {
    let mut shown = Table::new(["table", "state", ""]);
    for TableDrift { table, state } in tables.iter().filter(|table| table.state != DriftState::InSync) {
        let detail = match state {
            DriftState::Drifted { drift } => drift.to_string(),
            DriftState::NeverCloned | DriftState::InSync => String::new(),
        };
        shown.row([within_catalog(table), state.to_string(), detail]);
    }
    let counted: Vec<_> = counts.iter().map(|(state, count)| format!("{count} {state}")).collect();
    let drifted = tables.iter().any(|table| table.state != DriftState::InSync);
    let list = if drifted { shown.render_within(WIDTH) + "\n" } else { String::new() };
    format!("{list}{}\n", if counted.is_empty() { "no tables".to_owned() } else { counted.join(", ") })
}
