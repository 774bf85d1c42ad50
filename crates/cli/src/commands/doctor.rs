//! `clxs doctor`: can a clone work from here? Each check has a sign, what was found, and what to do.

mod check;
mod identity;
mod privileges;

use std::time::Duration;

use clxs_api::Identifier;
use clxs_api::metastore::MetastoreSummary;
use clxs_api::warehouse::WarehouseState;
use clxs_client::{Client, ErrorKind, RetryPolicy};
use clxs_clone::plan::PlanCounts;
use serde::Serialize;

use super::clone_settings;
use crate::arguments::DoctorCommand;
use crate::connection::Connection;
use crate::context::Context;
use crate::exit::ExitStatus;
use crate::output::Format;
use crate::output::style::Style;
use crate::output::table::{Table, WIDTH};
use crate::settings::options::Options;
use check::Check;
use identity::Identity;
use privileges::Asking;

#[derive(Debug, Serialize)]
struct Checks {
    checks: Vec<Check>,
}

pub(crate) async fn run(command: &DoctorCommand, context: &Context) -> anyhow::Result<ExitStatus> {
    let checks = examine(context).await;
    let status = checks.iter().find_map(|check| check.failure).unwrap_or(ExitStatus::Success);
    match command.output.output {
        Format::Json => context.printer.json("clxs.doctor", &Checks { checks })?,
        Format::Text => context.printer.result(&render(&checks, context))?,
    }
    Ok(status)
}

fn render(checks: &[Check], context: &Context) -> String {
    let mut table = Table::new(["", "check", "found"]);
    for check in checks {
        table.row([check.sign(), check.name, check.found.as_str()]);
    }
    let mut text = table.render_within(WIDTH);
    for check in checks.iter().filter(|check| check.failure.is_some()) {
        let line = format!("✗ {}: {}", check.name, check.advice.as_deref().unwrap_or("see above"));
        text = text + "\n" + &context.printer.paint(Style::Failure, &line) + "\n";
    }
    text
}

/// Checks in order; what depends on a failed one is left out.
async fn examine(context: &Context) -> Vec<Check> {
    let options = match context.options() {
        Ok(options) => options,
        Err(error) => return vec![Check::failed("configuration", &error, "run clxs config lint")],
    };
    let mut checks = vec![Check::passed("configuration", files(context))];
    let connection = match Connection::open(&options, context).await {
        Ok(connection) => connection,
        Err(error) => {
            checks.push(Check::failed(
                "workspace",
                &error,
                "set DATABRICKS_HOST and DATABRICKS_TOKEN, or a --profile",
            ));
            return checks;
        }
    };
    checks.push(Check::passed("workspace", connection.workspace.clone()));
    checks.push(Check::passed("credentials", connection.origin.clone()));
    let client = &connection.client.with_retry(quick());
    let user = match client.current_user().await {
        Ok(user) => user,
        Err(error) => {
            checks.push(Check::failed("current user", &error.into(), "check host and credentials"));
            return checks;
        }
    };
    checks.push(Check::passed("current user", user.user_name.clone().unwrap_or_default()));
    let summary = match client.metastore_summary().await {
        Ok(summary) => {
            checks.push(metastore(&summary));
            Some(summary)
        }
        Err(error) => {
            let advice = "have the workspace assigned to a Unity Catalog metastore";
            checks.push(Check::failed("metastore", &error.into(), advice));
            None
        }
    };
    checks.push(warehouse(client, &connection).await);
    checks.extend(catalogs(client, &options, summary.as_ref()).await);
    if let Some(metastore) = summary.filter(|_| checks.iter().all(|check| check.failure.is_none())) {
        // A plan asks for much, and workspaces throttle: it is as patient as that of a clone.
        let client = &connection.client;
        let asking = Asking { client, metastore: &metastore, identity: &Identity::new(user) };
        checks.extend(plan(options, &connection, context, &asking).await);
    }
    checks
}

/// The plan that is in hand when both catalogs are named: whether it can be made, and run.
async fn plan(
    options: Options,
    connection: &Connection,
    context: &Context,
    asking: &Asking<'_>,
) -> Vec<Check> {
    if options.source_catalog.is_none() || options.destination_catalog.is_none() {
        return Vec::new();
    }
    let made = async {
        let settings = clone_settings::resolve(options)?;
        anyhow::Ok(Box::pin(connection.engine(context)?.plan(&settings)).await?)
    };
    match made.await {
        Ok(plan) => {
            let PlanCounts { create, replace, change, skip, .. } = plan.counts();
            let found =
                format!("{create} to create, {replace} to replace, {change} to change, {skip} left out");
            vec![Check::passed("plan", found), privileges::check(asking, &plan).await]
        }
        Err(error) => vec![Check::failed("plan", &error, "run clxs plan for the whole of it")],
    }
}

/// Who asks is waiting, and can ask again: a workspace that cannot be reached is told within seconds.
fn quick() -> RetryPolicy {
    RetryPolicy { max_tries: 3, budget: Duration::from_secs(10), ..RetryPolicy::default() }
}

fn files(context: &Context) -> String {
    let files: Vec<String> = context.loaded.files.iter().map(|path| path.display().to_string()).collect();
    if files.is_empty() { "no file, defaults only".to_owned() } else { files.join(", ") }
}

fn metastore(summary: &MetastoreSummary) -> Check {
    let id = summary.global_metastore_id.as_ref().or(summary.metastore_id.as_ref());
    let name = summary.name.as_deref().unwrap_or_default();
    Check::passed("metastore", format!("{name} ({})", id.map_or("", String::as_str)))
}

/// The warehouse's state; one that is stopped is started.
async fn warehouse(client: &Client, connection: &Connection) -> Check {
    const NAME: &str = "warehouse";
    let advice = "name a SQL warehouse that you may use with --warehouse-id or DATABRICKS_WAREHOUSE_ID";
    let id = match connection.warehouse_id() {
        Ok(id) => id,
        Err(error) => return Check::failed(NAME, &error.into(), advice),
    };
    let state = match client.get_warehouse(id).await {
        Ok(warehouse) => warehouse.state,
        Err(error) => return Check::failed(NAME, &error.into(), advice),
    };
    match state {
        Some(WarehouseState::Stopped) => match client.start_warehouse(id).await {
            Ok(()) => Check::passed(NAME, format!("{id} was stopped and is starting")),
            Err(error) => {
                Check::failed(NAME, &error.into(), "start the warehouse, or have CAN_USE granted on it")
            }
        },
        Some(state @ (WarehouseState::Deleted | WarehouseState::Deleting)) => {
            Check::failed(NAME, &anyhow::anyhow!("{id} is {state}"), advice)
        }
        state => Check::passed(
            NAME,
            format!("{id} is {}", state.map_or_else(String::new, |state| state.to_string())),
        ),
    }
}

async fn catalogs(client: &Client, options: &Options, summary: Option<&MetastoreSummary>) -> Vec<Check> {
    let mut checks = Vec::new();
    if let Some(source) = &options.source_catalog {
        checks.push(match get(client, source).await {
            Ok(Some(())) => Check::passed("source catalog", source.clone()),
            Ok(None) => {
                let error = anyhow::anyhow!("`{source}` does not exist, or you may not see it");
                Check::failed("source catalog", &error, "check the name; have USE CATALOG granted on it")
            }
            Err(error) => Check::failed("source catalog", &error, "have USE CATALOG granted on it"),
        });
    }
    if let Some(destination) = &options.destination_catalog {
        checks.push(match get(client, destination).await {
            Ok(Some(())) => Check::passed("destination catalog", destination.clone()),
            Ok(None) => to_be_made(destination, options.location.as_deref(), summary),
            Err(error) => Check::failed("destination catalog", &error, "have USE CATALOG granted on it"),
        });
    }
    checks
}

/// A catalog that is to be made needs a place: its own, or that of the metastore (`facts/settled.md` §1).
fn to_be_made(destination: &str, location: Option<&str>, summary: Option<&MetastoreSummary>) -> Check {
    const NAME: &str = "destination catalog";
    let rootless = summary.is_some_and(|summary| summary.storage_root.is_none());
    match location {
        Some(location) => {
            Check::passed(NAME, format!("{destination} is not there yet; it will be made in {location}"))
        }
        None if rootless => {
            let error =
                anyhow::anyhow!("{destination} is not there yet, and the metastore has no storage root");
            Check::failed(
                NAME,
                &error,
                "name a place for it with --location, or have the catalog made beforehand",
            )
        }
        None => Check::passed(NAME, format!("{destination} is not there yet; it will be made")),
    }
}

async fn get(client: &Client, catalog: &str) -> anyhow::Result<Option<()>> {
    match client.get_catalog(&Identifier::new(catalog)?).await {
        Ok(_) => Ok(Some(())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}
