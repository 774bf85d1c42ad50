//! Makes the sample catalog, once. A property of the catalog says how far it is, so that one that was left
//! half made is made anew, and a catalog of that name which is somebody else's is never touched.

use clxs_api::catalog::{CreateCatalog, UpdateCatalog};
use clxs_api::statement::ExecuteStatement;
use clxs_api::{Identifier, Properties};
use clxs_client::{Client, ErrorKind};

use super::SOURCE;
use crate::connection::{Connection, EMBEDDED_WAREHOUSE};
use crate::context::Context;
use crate::embedded;
use crate::failure::CliError;
use crate::output::style::Style;
use crate::sql;

/// The statements, readable as they are.
const SCRIPT: &str = include_str!("../../demo/retail.sql");

/// Users with grants or ownership of their own.
const USERS: [&str; 2] = ["ana.silva@example.com", "ben.okafor@example.com"];
/// Groups and their members.
const GROUPS: [(&str, &[&str]); 3] = [
    ("analysts", &["chen.wei@example.com", "dora.novak@example.com"]),
    ("data_engineers", &["ben.okafor@example.com"]),
    ("people_team", &["ana.silva@example.com"]),
];

/// The property, and its value at the end.
const STATE: &str = "clxs.demo";
const READY: &str = "ready";

/// Makes the sample catalog unless it is there.
pub(super) async fn ensure(connection: &Connection, context: &Context) -> anyhow::Result<()> {
    let client = &connection.client;
    let catalog = Identifier::new(SOURCE)?;
    match state(client, &catalog).await? {
        State::Ready => {
            context
                .printer
                .message(Style::Plain, &format!("◈ Catalog {SOURCE} is there already and is left as it is"));
            return Ok(());
        }
        State::Unfinished => client.delete_catalog(&catalog, true).await?,
        State::Foreign => {
            let message = format!("catalog {SOURCE} is there, and clxs demo did not make it");
            let hint = "use another CLXS_HOME for the demo".to_owned();
            return Err(CliError::Usage { message, hint }.into());
        }
        State::Absent => {}
    }
    let statements = sql::split(SCRIPT);
    context
        .printer
        .message(Style::Plain, &format!("◈ Making catalog {SOURCE} with {} statements", statements.len()));
    embedded::create_principals(&context.workspace_root(), &USERS, &GROUPS).await?;
    client.create_catalog(&new_catalog(&catalog)).await?;
    for (statement, number) in statements.into_iter().zip(1..) {
        let request = ExecuteStatement {
            statement: statement.to_owned(),
            warehouse_id: EMBEDDED_WAREHOUSE.to_owned(),
            catalog: Some(SOURCE.to_owned()),
            ..ExecuteStatement::default()
        };
        let executed = client.query(&request).await;
        executed.map_err(CliError::statement(number, statement))?;
    }
    let ready = UpdateCatalog { properties: Some(properties(READY)), ..UpdateCatalog::default() };
    client.update_catalog(&catalog, &ready).await?;
    Ok(())
}

enum State {
    Absent,
    Unfinished,
    Ready,
    Foreign,
}

async fn state(client: &Client, catalog: &Identifier) -> anyhow::Result<State> {
    match client.get_catalog(catalog).await {
        Ok(info) => Ok(match info.properties.unwrap_or_default().get(STATE).map(String::as_str) {
            Some(READY) => State::Ready,
            Some(_) => State::Unfinished,
            None => State::Foreign,
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(State::Absent),
        Err(error) => Err(error.into()),
    }
}

fn new_catalog(catalog: &Identifier) -> CreateCatalog {
    CreateCatalog {
        name: catalog.as_str().to_owned(),
        comment: Some("Sales, stores and people of a retailer".to_owned()),
        properties: Some(properties("unfinished")),
        ..CreateCatalog::default()
    }
}

fn properties(state: &str) -> Properties {
    Properties::from([(STATE.to_owned(), state.to_owned())])
}
