//! `clxs workspace`: the embedded workspace as a server of its own.

mod backup;
mod import;

use std::path::{Path, PathBuf};

use futures::TryStreamExt;
use import::Import;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::arguments::WorkspaceCommand;
use crate::context::Context;
use crate::embedded;
use crate::exit::ExitStatus;
use crate::failure::CliError;
use crate::output::Format;
use crate::output::table::Table;

pub(crate) async fn run(
    command: WorkspaceCommand,
    context: &Context,
    stop: CancellationToken,
) -> anyhow::Result<ExitStatus> {
    let folder = |root: Option<PathBuf>| root.unwrap_or_else(|| context.workspace_root());
    match command {
        WorkspaceCommand::Serve { root, listen, faults } => {
            if !listen.ip().is_loopback() {
                return Err(CliError::Usage {
                    message: format!("{listen} is not an address of this machine alone"),
                    hint: "listen on 127.0.0.1 or [::1]; to reach it from elsewhere, put a proxy with TLS before it"
                        .to_owned(),
                }
                .into());
            }
            embedded::serve(&folder(root), listen, faults.as_deref(), stop, &context.printer).await?;
        }
        WorkspaceCommand::Token { principal, root } => {
            let token = embedded::create_token(&folder(root), &principal).await?;
            context.printer.result(&format!("{token}\n"))?;
        }
        WorkspaceCommand::Import { tree, catalog, root, output } => {
            let import = Import { tree, catalog, root: folder(root) };
            return import::run(import, output.output, context).await;
        }
        WorkspaceCommand::Backup { file, root, output } => {
            backup::backup(&file, &folder(root), output.output, context).await?;
        }
        WorkspaceCommand::Restore { file, root } => {
            backup::restore(&file, &folder(root), context).await?;
        }
        WorkspaceCommand::Info { root, output } => info(folder(root), output.output, context).await?,
    }
    Ok(ExitStatus::Success)
}

#[derive(Debug, Serialize)]
struct Info {
    root: PathBuf,
    metastore_id: Option<String>,
    user: Option<String>,
    catalogs: Vec<String>,
    warehouses: Vec<String>,
}

/// Refuses a folder without a workspace, where opening one would make it.
fn require_workspace(root: &Path) -> Result<(), CliError> {
    if root.join("metastore.db").is_file() {
        return Ok(());
    }
    let message = format!("there is no embedded workspace in {}", root.display());
    Err(CliError::Usage { message, hint: "clxs demo makes one with a sample catalog".to_owned() })
}

async fn info(root: PathBuf, format: Format, context: &Context) -> anyhow::Result<()> {
    require_workspace(&root)?;
    let client = embedded::connect(&root).await?;
    let catalogs: Vec<_> = client.list_catalogs().try_collect().await?;
    let warehouses: Vec<_> = client.list_warehouses().try_collect().await?;
    let info = Info {
        root,
        metastore_id: client.metastore_summary().await?.metastore_id,
        user: client.current_user().await?.user_name,
        catalogs: catalogs.into_iter().filter_map(|catalog| catalog.name).collect(),
        warehouses: warehouses.into_iter().filter_map(|warehouse| warehouse.id).collect(),
    };
    if format == Format::Json {
        return Ok(context.printer.json("clxs.workspace", &info)?);
    }
    let mut table = Table::new(["", ""]);
    let text = |value: Option<String>| value.unwrap_or_else(|| "–".to_owned());
    table.row(["root".to_owned(), info.root.display().to_string()]);
    table.row(["metastore".to_owned(), text(info.metastore_id)]);
    table.row(["administrator".to_owned(), text(info.user)]);
    table.row(["catalogs".to_owned(), info.catalogs.join(", ")]);
    table.row(["warehouses".to_owned(), info.warehouses.join(", ")]);
    Ok(context.printer.result(&table.render())?)
}
