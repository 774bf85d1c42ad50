//! `clxs auth`: log in, and show who the workspace takes one for.

use std::process::{Command, Stdio};

use clxs_api::current_user::User;
use clxs_client::auth::{Configured, Login};
use clxs_client::{Client, auth};
use serde::Serialize;

use crate::arguments::AuthCommand;
use crate::connection::{self, Connection, Remote};
use crate::context::Context;
use crate::environment::{BROWSER, Environment};
use crate::exit::ExitStatus;
use crate::failure::CliError;
use crate::output::Format;
use crate::output::style::Style;
use crate::output::table::{Table, WIDTH};

pub(crate) async fn run(command: AuthCommand, context: &Context) -> anyhow::Result<ExitStatus> {
    match command {
        AuthCommand::Describe { output } => describe(context, output.output).await,
        AuthCommand::Login => login(context).await,
    }
}

/// What lets one in, and as whom. No secret is in it.
#[derive(Debug, Serialize)]
struct Description {
    host: String,
    method: &'static str,
    /// Absent when the workspace does not let one in.
    identity: Option<Identity>,
    attributes: Vec<DescribedAttribute>,
}

#[derive(Debug, Serialize)]
struct Identity {
    user_name: Option<String>,
    display_name: Option<String>,
    id: Option<String>,
}

#[derive(Debug, Serialize)]
struct DescribedAttribute {
    name: &'static str,
    /// Absent for a secret.
    value: Option<String>,
    origin: String,
}

async fn describe(context: &Context, format: Format) -> anyhow::Result<ExitStatus> {
    let options = context.options()?;
    let (description, error) = match connection::remote(&options, context)? {
        Some(resolved) => of_remote(&resolved, context).await?,
        None => of_embedded(context).await?,
    };
    match format {
        Format::Json => context.printer.json("clxs.auth", &description)?,
        Format::Text => context.printer.result(&text(&description))?,
    }
    error.map_or(Ok(ExitStatus::Success), |error| Err(error.into()))
}

type Described = (Description, Option<clxs_client::Error>);

async fn of_remote(resolved: &auth::Resolved, context: &Context) -> anyhow::Result<Described> {
    let Remote { client, credentials } = Remote::new(resolved, context)?;
    let (identity, error) = identity(&client).await;
    let attributes = resolved.attributes().map(|attribute| DescribedAttribute {
        name: attribute.name,
        value: attribute.value.map(str::to_owned),
        origin: attribute.origin.to_owned(),
    });
    let description = Description {
        host: resolved.host.value.to_string(),
        // Which of several methods works is known only now.
        method: credentials.method(),
        identity,
        attributes: attributes.collect(),
    };
    Ok((description, error))
}

async fn of_embedded(context: &Context) -> anyhow::Result<Described> {
    let connection = Connection::to_embedded(context).await?;
    let (identity, error) = identity(&connection.client).await;
    let token = DescribedAttribute { name: "token", value: None, origin: connection.origin };
    let description =
        Description { host: connection.workspace, method: "pat", identity, attributes: vec![token] };
    Ok((description, error))
}

async fn identity(client: &Client) -> (Option<Identity>, Option<clxs_client::Error>) {
    match client.current_user().await {
        Ok(User { user_name, display_name, id, .. }) => {
            (Some(Identity { user_name, display_name, id }), None)
        }
        Err(error) => (None, Some(error)),
    }
}

fn text(description: &Description) -> String {
    let Description { host, method, identity, attributes } = description;
    let who = identity.as_ref().map_or_else(
        || "unknown".to_owned(),
        |identity| {
            let id = identity.id.as_ref().map(|id| format!(" (id {id})")).unwrap_or_default();
            format!("{}{id}", identity.user_name.as_deref().unwrap_or_default())
        },
    );
    let mut table = Table::new(["attribute", "value", "from"]);
    for attribute in attributes {
        let value = attribute.value.as_deref().unwrap_or("[secret]");
        table.row([attribute.name, value, &attribute.origin]);
    }
    format!("workspace  {host}\nmethod     {method}\nidentity   {who}\n\n{}", table.render_within(WIDTH))
}

/// Logs in with a browser, whatever else is configured.
async fn login(context: &Context) -> anyhow::Result<ExitStatus> {
    let options = context.options()?;
    let explicit = auth::Explicit {
        auth_type: Some(Configured {
            value: "external-browser".to_owned(),
            origin: "clxs auth login".to_owned(),
        }),
        ..connection::explicit(&options, context)
    };
    let resolved = connection::resolve(&explicit, context)?;
    let resolved = resolved.ok_or(CliError::MissingSetting { key: "host", flag: "--host" })?;
    let login = Login::begin(&resolved, &connection::transport(context)?).await;
    let login = login.map_err(clxs_client::Error::from)?;
    context.printer.message(Style::Plain, &format!("Log in on this page:\n{}", login.page()));
    open(login.page().as_str(), &context.environment);
    login.finish().await.map_err(clxs_client::Error::from)?;
    let done = format!("✓ Logged in to {}", resolved.host.value);
    context.printer.message(Style::Success, &done);
    Ok(ExitStatus::Success)
}

/// Opens a page in the user's browser. Where there is none the user opens it, for it was shown.
fn open(page: &str, environment: &Environment) {
    let usual = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let browser = environment.get(BROWSER).unwrap_or(usual);
    let started = Command::new(browser)
        .arg(page)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    if let Err(error) = started {
        tracing::info!(browser, %error, "no browser was opened");
    }
}
