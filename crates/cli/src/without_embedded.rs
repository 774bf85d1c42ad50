//! Stands in for the embedded workspace in a program built without it: every call says so.

#![expect(clippy::unused_async, reason = "the functions are those of the module it stands in for")]

use std::net::SocketAddr;
use std::path::Path;

use clxs_client::Client;
use tokio_util::sync::CancellationToken;

use crate::failure::CliError;
use crate::output::Printer;

pub(crate) async fn connect(_root: &Path) -> anyhow::Result<Client> {
    absent()
}

pub(crate) async fn serve(
    _root: &Path,
    _listen: SocketAddr,
    _faults: Option<&Path>,
    _stop: CancellationToken,
    _printer: &Printer,
) -> anyhow::Result<()> {
    absent()
}

pub(crate) async fn create_token(_root: &Path, _principal: &str) -> anyhow::Result<String> {
    absent()
}

pub(crate) async fn create_principals(
    _root: &Path,
    _users: &[&str],
    _groups: &[(&str, &[&str])],
) -> anyhow::Result<()> {
    absent()
}

pub(crate) async fn backup(_root: &Path, _file: &Path) -> anyhow::Result<BackupSummary> {
    absent()
}

pub(crate) async fn restore(_file: &Path, _root: &Path) -> anyhow::Result<BackupSummary> {
    absent()
}

/// What a backup would hold.
pub(crate) struct BackupSummary {
    pub(crate) files: usize,
    pub(crate) bytes: u64,
    pub(crate) external: Vec<(String, String)>,
}

fn absent<T>() -> anyhow::Result<T> {
    Err(CliError::WithoutEmbedded.into())
}
