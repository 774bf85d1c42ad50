//! `clxs plan`: what a clone would do.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use clxs_clone::plan::{AsSql, write_json};
use clxs_clone::{Plan, Settings};

use super::clone_settings;
use crate::arguments::{PlanCommand, PlanFormat};
use crate::connection::Connection;
use crate::context::Context;
use crate::exit::ExitStatus;
use crate::output::html;
use crate::output::style::Style;

pub(crate) async fn run(command: &PlanCommand, context: &Context) -> anyhow::Result<ExitStatus> {
    let options = context.clone_options()?;
    let format = format(command);
    let is_saved = command.out.is_some() && format == PlanFormat::Json;
    let settings = Settings { exact: is_saved, ..clone_settings::resolve(options.clone())? };
    clone_settings::required(&options)?;
    let connection = Connection::open(&options, context).await?;
    let engine = connection.engine(context)?;
    let plan = Box::pin(engine.plan(&settings)).await?;
    match &command.out {
        Some(path) => {
            let mut file = BufWriter::new(fs_err::File::create(path)?);
            write(&mut file, &settings, &plan, format)?;
            file.flush()?;
            context.printer.message(Style::Success, &format!("✓ Wrote the plan to {}", path.display()));
        }
        None => context.printer.write(|out| write(out, &settings, &plan, format))?,
    }
    let differs = command.detailed_exitcode && !plan.is_empty();
    Ok(if differs { ExitStatus::Differences } else { ExitStatus::Success })
}

fn format(command: &PlanCommand) -> PlanFormat {
    let extension = command.out.as_deref().and_then(Path::extension).and_then(|extension| extension.to_str());
    let of_file = match extension {
        Some("json") => PlanFormat::Json,
        Some("sql") => PlanFormat::Sql,
        Some("html") => PlanFormat::Html,
        _ => PlanFormat::Text,
    };
    command.format.unwrap_or(of_file)
}

fn write(out: &mut dyn Write, settings: &Settings, plan: &Plan, format: PlanFormat) -> io::Result<()> {
    match format {
        PlanFormat::Text => write!(out, "{plan}"),
        PlanFormat::Json => Ok(write_json(plan, Some(settings), out)?),
        PlanFormat::Sql => write!(out, "{}", AsSql(plan)),
        PlanFormat::Html => write!(out, "{}", html::page("Plan", &plan.to_string())),
    }
}
