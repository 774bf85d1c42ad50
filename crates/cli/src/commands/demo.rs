//! `clxs demo`: a catalog that looks like somebody's, and a clone of it, in the embedded workspace.

mod source;

use clxs_api::Identifier;
use clxs_clone::Settings;
use tokio_util::sync::CancellationToken;

use super::clone;
use crate::arguments::DemoCommand;
use crate::connection::Connection;
use crate::context::Context;
use crate::exit::ExitStatus;
use crate::output::Printer;
use crate::output::style::Style;
use crate::progress::Progress;
use crate::settings::USER_FILE;

/// The sample catalog.
const SOURCE: &str = "retail_prod";
/// Its clone.
const DESTINATION: &str = "retail_dev";

const NEXT: &str = "
What to try next:
  clxs plan                      what a refresh would do: nothing, until the source changes
  clxs sql \"INSERT INTO retail_prod.hr.departments VALUES (4, 'Legal')\"
  clxs plan                      now one table has drifted
  clxs clone                     only that table is copied
  clxs sql \"SELECT * FROM retail_dev.gold.executive_summary\"
  clxs runs                      every run so far
  clxs workspace serve           the same workspace for any Databricks client";

pub(crate) async fn run(
    command: &DemoCommand,
    context: &Context,
    stop: CancellationToken,
) -> anyhow::Result<ExitStatus> {
    let printer = &context.printer;
    let connection = Connection::to_embedded(context).await?;
    tokio::select! {
        made = source::ensure(&connection, context) => made?,
        () = stop.cancelled() => return Ok(ExitStatus::Interrupted),
    }
    write_user_file(context)?;
    let settings = Settings::new(Identifier::new(SOURCE)?, Identifier::new(DESTINATION)?);
    let engine = connection.engine(context)?;
    let plan = tokio::select! {
        plan = Box::pin(engine.plan(&settings)) => plan?,
        () = stop.cancelled() => return Ok(ExitStatus::Interrupted),
    };
    let progress = Progress::new(printer.clone(), !command.no_progress);
    let report = engine.run(&settings, &plan, &progress, stop).await?;
    clone::print(&report, command.output.output, printer)?;
    say_what_is_unchanged(report.counts.unchanged, report.securables.len(), printer);
    printer.message(Style::Plain, NEXT);
    Ok(clone::status(&report))
}

fn say_what_is_unchanged(unchanged: usize, all: usize, printer: &Printer) {
    if unchanged > 0 {
        printer.message(
            Style::Success,
            &format!("✓ {unchanged} of {all} securables were up to date and left alone"),
        );
    }
}

/// Names the two catalogs in the user's configuration, so that `clxs plan` knows what to compare.
fn write_user_file(context: &Context) -> anyhow::Result<()> {
    let path = context.home.join(USER_FILE);
    if path.exists() {
        return Ok(());
    }
    let text = format!(
        "# Written by clxs demo; change or delete it as you like.\n\
         host: embedded\nsource_catalog: {SOURCE}\ndestination_catalog: {DESTINATION}\n"
    );
    fs_err::write(&path, text)?;
    context.printer.message(
        Style::Plain,
        &format!("◈ Wrote {}: commands without flags compare these catalogs", path.display()),
    );
    Ok(())
}
