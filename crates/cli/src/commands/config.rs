//! `clxs config`: make, explain and check the configuration.

use std::fmt::Write;
use std::path::Path;

use clxs_client::auth;
use serde::Serialize;
use serde_json::Value;

use super::clone_settings;
use crate::arguments::ConfigCommand;
use crate::connection::{self, EMBEDDED, EMBEDDED_WAREHOUSE};
use crate::context::Context;
use crate::exit::ExitStatus;
use crate::failure::{CliError, Failure};
use crate::output::table::{Table, WIDTH};
use crate::output::{Format, Printer, style::Style};
use crate::settings::finding::{Finding, Severity};
use crate::settings::keys::{KEYS, Key};
use crate::settings::layer::{Layer, Origin};
use crate::settings::lint;

pub(crate) fn run(command: ConfigCommand, context: &Context) -> anyhow::Result<ExitStatus> {
    match command {
        ConfigCommand::Init { file, force } => init(&file, force, &context.printer),
        ConfigCommand::Explain(command) => explain(context, command.output.output),
        ConfigCommand::Lint { strict, output, .. } => lint(context, strict, output.output),
    }
}

/// Writes a configuration file with every key; all but the catalogs are commented out.
fn init(file: &Path, force: bool, printer: &Printer) -> anyhow::Result<ExitStatus> {
    if file.exists() && !force {
        let message = format!("{} exists already", file.display());
        return Err(CliError::Usage { message, hint: "replace it with --force".to_owned() }.into());
    }
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs_err::create_dir_all(folder)?;
    }
    fs_err::write(file, template())?;
    printer.message(Style::Success, &format!("✓ Wrote {}", file.display()));
    printer.message(Style::Plain, "Set source_catalog and destination_catalog in it, then try: clxs plan");
    Ok(ExitStatus::Success)
}

fn template() -> String {
    let mut text = String::from(
        "# Configuration of clxs. Flags and environment variables win over this file;\n\
         # `clxs config explain` shows every value and where it comes from.\n",
    );
    for key in KEYS {
        let mark = if matches!(key.name, "source_catalog" | "destination_catalog") { "" } else { "# " };
        let value = if key.default.is_empty() { String::new() } else { format!(" {}", key.default) };
        write!(text, "\n# {}\n{mark}{}:{value}\n", key.about, key.name).ok();
    }
    text
}

#[derive(Debug, Serialize)]
struct Explanation<'a> {
    files: Vec<String>,
    settings: Vec<ExplainedSetting<'a>>,
}

#[derive(Debug, Serialize)]
struct ExplainedSetting<'a> {
    key: &'a str,
    value: Option<&'a Value>,
    origin: Option<String>,
}

fn explain(context: &Context, format: Format) -> anyhow::Result<ExitStatus> {
    let workspace = workspace_layer(context);
    let combined = context.loaded.combined.clone().or(workspace.as_ref().cloned().unwrap_or_default());
    let settings: Vec<_> = combined.all().map(explained).collect();
    match format {
        Format::Json => {
            let files = context.loaded.files.iter().map(|path| path.display().to_string()).collect();
            context.printer.json("clxs.settings", &Explanation { files, settings })?;
        }
        Format::Text => context.printer.result(&explanation_table(&settings).render_within(WIDTH))?,
    }
    for finding in &context.loaded.findings {
        context.printer.message(style(finding), &finding.to_string());
    }
    workspace.map(|_| status(&context.loaded.findings, false))
}

/// What the layers say nothing of and the profile of Databricks may: the workspace and its warehouse.
fn workspace_layer(context: &Context) -> anyhow::Result<Layer> {
    let mut layer = Layer::default();
    let mut set = |key, value: String, origin| layer.set(key, Value::String(value), origin);
    match connection::remote(&context.loaded.combined.options()?, context)? {
        Some(auth::Resolved { host, warehouse_id, .. }) => {
            set("host", host.value.to_string(), Origin::Profile(host.origin));
            if let Some(id) = warehouse_id {
                set("sql_warehouse_id", id.value, Origin::Profile(id.origin));
            }
        }
        None if cfg!(feature = "embedded") => {
            set("host", EMBEDDED.to_owned(), Origin::Default);
            set("sql_warehouse_id", EMBEDDED_WAREHOUSE.to_owned(), Origin::Default);
        }
        None => {}
    }
    Ok(layer)
}

fn explained<'a>((key, setting): (&'static Key, Option<(&'a Value, &'a Origin)>)) -> ExplainedSetting<'a> {
    let (value, origin) = setting.unzip();
    ExplainedSetting { key: key.name, value, origin: origin.map(ToString::to_string) }
}

fn explanation_table(settings: &[ExplainedSetting<'_>]) -> Table {
    let mut table = Table::new(["setting", "value", "from"]);
    for setting in settings {
        let value = match setting.value {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => "–".to_owned(),
        };
        table.row([setting.key, &value, setting.origin.as_deref().unwrap_or_default()]);
    }
    table
}

#[derive(Debug, Serialize)]
struct Findings<'a> {
    findings: &'a [Finding],
}

fn lint(context: &Context, strict: bool, format: Format) -> anyhow::Result<ExitStatus> {
    let mut findings = context.loaded.findings.clone();
    let missing = lint::missing_catalogs(&context.loaded.combined);
    findings.extend(if missing.is_empty() { refused(context).into_iter().collect() } else { missing });
    let findings = findings.as_slice();
    match format {
        Format::Json => context.printer.json("clxs.lint", &Findings { findings })?,
        Format::Text if findings.is_empty() => {
            let sign = context.printer.paint(Style::Success, "✓");
            context.printer.result(&format!("{sign} nothing is wrong with the configuration\n"))?;
        }
        Format::Text => {
            for finding in findings {
                let text = context.printer.paint(style(finding), &finding.to_string());
                context.printer.result(&format!("{text}\n"))?;
            }
        }
    }
    Ok(status(findings, strict))
}

/// What a clone would refuse of settings each of which is right by itself.
fn refused(context: &Context) -> Option<Finding> {
    // Its errors are found already.
    let options = context.options().ok()?;
    let required = clone_settings::required(&options).map(drop);
    let settings = || Ok(clone_settings::resolve(options)?.validate()?);
    let error: anyhow::Error = required.and_then(|()| settings()).err()?;
    Some(Finding::error(None, error.to_string(), Failure::from(&error).hint))
}

fn style(finding: &Finding) -> Style {
    match finding.severity {
        Severity::Error => Style::Failure,
        Severity::Warning => Style::Warning,
    }
}

fn status(findings: &[Finding], strict: bool) -> ExitStatus {
    let stops = |finding: &Finding| strict || finding.severity == Severity::Error;
    if findings.iter().any(stops) { ExitStatus::Usage } else { ExitStatus::Success }
}
