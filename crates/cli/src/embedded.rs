//! The embedded workspace: in this process, or served over HTTP on this machine.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use clxs_client::auth::PersonalAccessToken;
use clxs_client::{Client, ServiceTransport};
use clxs_workspace::{BackupSummary, FaultPlan, Workspace, WorkspaceOptions};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::failure::CliError;
use crate::output::{Printer, style::Style};
use crate::settings::file::plain;

/// The base URL within the process. It names no machine.
const IN_PROCESS_URL: &str = "http://workspace.internal";

/// A client of the workspace in a folder, as its administrator. Requests go through the same authentication
/// and authorization as over the network.
///
/// # Errors
/// When the workspace cannot be opened.
pub(crate) async fn connect(root: &Path) -> anyhow::Result<Client> {
    let workspace = open(root).await?;
    let token = PersonalAccessToken::new(workspace.admin_token()?);
    let client = Client::builder(IN_PROCESS_URL.parse()?)
        .transport(Arc::new(ServiceTransport::new(workspace.router())))
        .credentials(Arc::new(token));
    Ok(client.build()?)
}

/// Serves the workspace in a folder until stopped. The URL is printed when requests are taken.
///
/// # Errors
/// When the workspace cannot be opened, the address is taken or the file of faults is none.
pub(crate) async fn serve(
    root: &Path,
    listen: SocketAddr,
    faults: Option<&Path>,
    stop: CancellationToken,
    printer: &Printer,
) -> anyhow::Result<()> {
    // Nothing is opened for a file that is no good.
    let faults = faults.map(|file| Ok::<_, CliError>((file, fault_plan(file)?))).transpose()?;
    let workspace = open(root).await?;
    if let Some((file, plan)) = faults {
        workspace.set_faults(plan)?;
        printer.message(Style::Plain, &format!("faults happen as {} says", file.display()));
    }
    let listener = TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    printer.result(&format!("listening on http://{}\n", listener.local_addr()?))?;
    let token = root.join("admin.token");
    printer.message(Style::Plain, &format!("administrator's token: {}", token.display()));
    Ok(workspace.serve(listener, stop.cancelled_owned()).await?)
}

/// The faults of a file. JSON is YAML too.
///
/// # Errors
/// [`CliError`] when it cannot be read, or is no plan that can be.
fn fault_plan(file: &Path) -> Result<FaultPlan, CliError> {
    let text = fs_err::read_to_string(file).map_err(CliError::file("the file of faults"))?;
    let options = serde_saphyr::options! { with_snippet: false };
    let plan: FaultPlan = serde_saphyr::from_str_with_options(&text, options).map_err(|error| {
        let line = error.location().map_or(1, |location| location.line());
        no_plan(file, &format!("line {line}: {}", plain(&error)))
    })?;
    plan.check().map_err(|error| no_plan(file, &error.to_string()))?;
    Ok(plan)
}

fn no_plan(file: &Path, problem: &str) -> CliError {
    let message = format!("{} is no plan of faults: {problem}", file.display());
    CliError::Usage { message, hint: "docs/faults.md says what can be written".to_owned() }
}

/// A new token for a principal, who is made when new.
///
/// # Errors
/// When the workspace cannot be opened.
pub(crate) async fn create_token(root: &Path, principal: &str) -> anyhow::Result<String> {
    Ok(open(root).await?.create_token(principal).await?)
}

/// Makes users, and groups with users as members, unless they are there.
///
/// # Errors
/// When the workspace cannot be opened or refuses.
pub(crate) async fn create_principals(
    root: &Path,
    users: &[&str],
    groups: &[(&str, &[&str])],
) -> anyhow::Result<()> {
    let workspace = open(root).await?;
    for user in users {
        workspace.create_user(user).await?;
    }
    for (group, members) in groups {
        for member in *members {
            workspace.create_user(member).await?;
        }
        workspace.create_group(group, members).await?;
    }
    Ok(())
}

async fn open(root: &Path) -> anyhow::Result<Workspace> {
    let opened = Workspace::open(root, WorkspaceOptions::default()).await;
    opened.with_context(|| format!("cannot open the embedded workspace in {}", root.display()))
}

/// Writes the workspace in a folder into one file.
///
/// # Errors
/// When the workspace cannot be opened or the file not be written.
pub(crate) async fn backup(root: &Path, file: &Path) -> anyhow::Result<BackupSummary> {
    Ok(open(root).await?.backup(file).await?)
}

/// Makes a workspace from a backup.
///
/// # Errors
/// When the backup is damaged or the folder is not empty.
pub(crate) async fn restore(file: &Path, root: &Path) -> anyhow::Result<BackupSummary> {
    let (file, root) = (file.to_owned(), root.to_owned());
    Ok(tokio::task::spawn_blocking(move || Workspace::restore(file, root)).await??)
}
