//! `clxs plan`: what a clone would do.

use std::path::Path;

use clxs_clone::plan::{to_json, to_sql, to_text};
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
    let connection = Connection::open(&options, context).await?;
    let engine = connection.engine(context)?;
    let plan = Box::pin(engine.plan(&settings)).await?;
    let text = render(&settings, &plan, format)?;
    match &command.out {
        Some(path) => {
            fs_err::write(path, text)?;
            context.printer.message(Style::Success, &format!("✓ Wrote the plan to {}", path.display()));
        }
        None => context.printer.result(&text)?,
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

fn render(settings: &Settings, plan: &Plan, format: PlanFormat) -> serde_json::Result<String> {
    Ok(match format {
        PlanFormat::Text => to_text(plan),
        PlanFormat::Json => to_json(plan, Some(settings))?,
        PlanFormat::Sql => to_sql(plan),
        PlanFormat::Html => html::page("Plan", &to_text(plan)),
    })
}
