//! `clxs sql`: runs statements on whatever workspace is configured.

mod rows;

use std::io::Read;
use std::path::Path;

use anyhow::Context as _;
use clxs_api::statement::{ExecuteStatement, OnWaitTimeout};
use clxs_client::{Client, Rows};
use tokio_util::sync::CancellationToken;

use crate::arguments::{SqlCommand, SqlFormat};
use crate::connection::Connection;
use crate::context::Context;
use crate::exit::ExitStatus;
use crate::failure::{CliError, Failure};
use crate::output::style::Style;
use crate::sql;
use rows::StatementResult;

/// Runs the statements one after the other, each result as soon as it is there; in JSON all in one document.
pub(crate) async fn run(
    command: SqlCommand,
    context: &Context,
    stop: CancellationToken,
) -> anyhow::Result<ExitStatus> {
    let script = script(&command)?;
    let statements = sql::split(&script);
    if statements.is_empty() {
        let hint = "give a statement such as: clxs sql \"SHOW CATALOGS\"".to_owned();
        return Err(CliError::Usage { message: "there is no statement to run".to_owned(), hint }.into());
    }
    let connection = Connection::open(&context.options()?, context).await?;
    let session = Session { connection: &connection, command: &command, stop };
    let mut results = Vec::new();
    let mut status = ExitStatus::Success;
    for (statement, number) in statements.into_iter().zip(1..) {
        match session.execute(statement).await {
            Ok(rows) if command.output == SqlFormat::Json => {
                results.push(StatementResult::new(statement, &rows));
            }
            Ok(rows) => context.printer.result(&rows::render(&rows, command.output))?,
            Err(error) => {
                let error = anyhow::Error::from(CliError::statement(number, statement)(error));
                if !command.keep_going || session.stop.is_cancelled() {
                    finish(&command, context, &results)?;
                    return Err(error);
                }
                context.printer.message(Style::Failure, &Failure::from(&error).message);
                status = ExitStatus::SomeFailed;
            }
        }
    }
    finish(&command, context, &results)?;
    Ok(status)
}

fn finish(command: &SqlCommand, context: &Context, results: &[StatementResult]) -> anyhow::Result<()> {
    if command.output == SqlFormat::Json {
        context.printer.json("clxs.sql", &rows::Results { results })?;
    }
    Ok(())
}

fn script(command: &SqlCommand) -> anyhow::Result<String> {
    match (&command.statements, &command.file) {
        (Some(text), _) => Ok(text.clone()),
        (None, Some(path)) if path == Path::new("-") => {
            let mut text = String::new();
            std::io::stdin().lock().read_to_string(&mut text)?;
            Ok(text)
        }
        (None, Some(path)) => {
            Ok(fs_err::read_to_string(path).map_err(CliError::file("the file of statements"))?)
        }
        (None, None) => Ok(String::new()),
    }
}

/// Where and how the statements run.
struct Session<'a> {
    connection: &'a Connection,
    command: &'a SqlCommand,
    stop: CancellationToken,
}

impl Session<'_> {
    /// Runs a statement to its end, or cancels it in the warehouse when stopped.
    async fn execute(&self, statement: &str) -> anyhow::Result<Rows> {
        let client: &Client = &self.connection.client;
        let request = ExecuteStatement {
            statement: statement.to_owned(),
            warehouse_id: self.connection.warehouse_id()?.to_owned(),
            catalog: self.command.catalog.clone(),
            schema: self.command.schema.clone(),
            wait_timeout: Some("0s".to_owned()),
            on_wait_timeout: Some(OnWaitTimeout::Continue),
            ..ExecuteStatement::default()
        };
        let id = client
            .submit_statement(&request)
            .await?
            .statement_id
            .context("the workspace gave no statement id")?;
        tokio::select! {
            rows = client.wait_for_statement(&id) => Ok(rows?),
            () = self.stop.cancelled() => {
                client.cancel_statement(&id).await?;
                anyhow::bail!("stopped by a signal; statement {id} was cancelled")
            }
        }
    }
}
