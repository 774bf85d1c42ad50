//! `clxs workspace import`: names for a tree of Delta and Parquet tables, which stay where and as they are.

mod folders;

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clxs_api::catalog::CreateCatalog;
use clxs_api::schema::CreateSchema;
use clxs_api::statement::ExecuteStatement;
use clxs_api::table::TableInfo;
use clxs_api::{FullName, Identifier, SqlLiteral};
use clxs_client::{Client, ErrorKind};
use serde::Serialize;
use url::Url;

use crate::connection::EMBEDDED_WAREHOUSE;
use crate::context::Context;
use crate::embedded;
use crate::exit::ExitStatus;
use crate::failure::Failure;
use crate::output::Format;
use crate::output::table::{Table, WIDTH};
use folders::{Folder, TableFormat};

/// What is imported, and where to.
#[derive(Debug)]
pub(super) struct Import {
    /// The tree: `SCHEMA/TABLE`, or `TABLE` for the schema `default`.
    pub(super) tree: PathBuf,
    /// The name of the tree when absent.
    pub(super) catalog: Option<String>,
    /// The workspace.
    pub(super) root: PathBuf,
}

/// What became of one folder.
#[derive(Debug, Serialize)]
struct Imported {
    folder: PathBuf,
    table: Option<FullName>,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Debug, Serialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum Outcome {
    Registered,
    /// It was registered before.
    Present,
    /// It is no table.
    Skipped {
        reason: String,
    },
    /// It is a table that the workspace does not take.
    Failed {
        reason: String,
    },
}

/// Imports the tree; `SomeFailed` when the workspace did not take a table.
pub(super) async fn run(import: Import, format: Format, context: &Context) -> anyhow::Result<ExitStatus> {
    let tree = fs_err::canonicalize(&import.tree).context("the tree cannot be read")?;
    let catalog = folders::catalog(&tree, import.catalog.as_deref())?;
    let found = folders::find(&tree, &catalog).context("the tree cannot be read")?;
    let client = embedded::connect(&import.root).await?;
    if found.iter().any(|folder| matches!(folder, Folder::Table { .. })) {
        ensure_catalog(&client, &catalog).await?;
    }
    let mut imported = Vec::new();
    for folder in found {
        imported.push(take(&client, folder).await);
    }
    print(&imported, format, context)?;
    let failed = imported.iter().any(|folder| matches!(folder.outcome, Outcome::Failed { .. }));
    Ok(if failed { ExitStatus::SomeFailed } else { ExitStatus::Success })
}

async fn ensure_catalog(client: &Client, name: &Identifier) -> anyhow::Result<()> {
    let catalog = CreateCatalog { name: name.as_str().to_owned(), ..CreateCatalog::default() };
    unless_there(client.create_catalog(&catalog).await)
}

fn unless_there<T>(made: clxs_client::Result<T>) -> anyhow::Result<()> {
    match made {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

async fn take(client: &Client, folder: Folder) -> Imported {
    match folder {
        Folder::Other { path, reason } => {
            Imported { folder: path, table: None, outcome: Outcome::Skipped { reason } }
        }
        Folder::Unnamed { path, reason } => {
            Imported { folder: path, table: None, outcome: Outcome::Failed { reason } }
        }
        Folder::Table { path, name, format } => {
            let outcome = register(client, &path, &name, format)
                .await
                .unwrap_or_else(|error| Outcome::Failed { reason: Failure::from(&error).message });
            Imported { folder: path, table: Some(name), outcome }
        }
    }
}

async fn register(
    client: &Client,
    folder: &Path,
    name: &FullName,
    format: TableFormat,
) -> anyhow::Result<Outcome> {
    match client.get_table(name).await {
        Ok(table) => return present(&table, folder),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    let location = folder.to_str().context("the path is not valid UTF-8")?;
    if let [catalog, schema, _] = name.parts() {
        let schema = CreateSchema {
            name: schema.as_str().to_owned(),
            catalog_name: catalog.as_str().to_owned(),
            ..CreateSchema::default()
        };
        unless_there(client.create_schema(&schema).await)?;
    }
    let statement = ExecuteStatement {
        statement: format!("CREATE TABLE {name} USING {format} LOCATION {}", SqlLiteral::new(location)),
        warehouse_id: EMBEDDED_WAREHOUSE.to_owned(),
        ..ExecuteStatement::default()
    };
    client.query(&statement).await?;
    Ok(Outcome::Registered)
}

/// A name that is taken is no fault when it is this folder's.
fn present(table: &TableInfo, folder: &Path) -> anyhow::Result<Outcome> {
    let at = table.storage_location.as_deref().unwrap_or_default();
    let same = Url::parse(at).ok().and_then(|url| url.to_file_path().ok()).is_some_and(|path| path == folder);
    anyhow::ensure!(
        same,
        "the name is taken by a table or view at {}; rename one of them",
        nothing_as_dash(at)
    );
    Ok(Outcome::Present)
}

fn nothing_as_dash(text: &str) -> &str {
    if text.is_empty() { "no location" } else { text }
}

fn print(imported: &[Imported], format: Format, context: &Context) -> anyhow::Result<()> {
    if format == Format::Json {
        return Ok(context.printer.json("clxs.import", &serde_json::json!({ "folders": imported }))?);
    }
    let mut table = Table::new(["outcome", "table", "folder"]);
    for one in imported {
        let name = one.table.as_ref().map_or_else(|| "–".to_owned(), FullName::dotted);
        let folder = match &one.outcome {
            Outcome::Skipped { reason } | Outcome::Failed { reason } => {
                format!("{}: {reason}", one.folder.display())
            }
            _ => one.folder.display().to_string(),
        };
        table.row([one.outcome.to_string(), name, folder]);
    }
    Ok(context.printer.result(&table.render_within(WIDTH.max(120)))?)
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Registered => "registered",
            Self::Present => "present",
            Self::Skipped { .. } => "skipped",
            Self::Failed { .. } => "failed",
        })
    }
}
