//! Whose files a path names: those of a volume, or of a version of a registered model. `MLflow` lists, downloads and
//! uploads files of versions below `/Models`, and makes and deletes nothing there
//! (`mlflow/store/artifact/databricks_sdk_models_artifact_repo.py` and `presigned_url_artifact_repo.py` of `MLflow`).

use clxs_api::{ErrorCode, Privilege, SecurableKind};

use super::error;
use crate::authorization::Access;
use crate::files::{FileFolder, FileRoot};
use crate::http::RestError;
use crate::metastore::{MetastoreError, Transaction, VolumeRow, folder_path};
use crate::securables::{self, Versioned};

/// What is to be done with files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Read,
    Write,
    /// To make and delete directories, and to delete files: of volumes only.
    Change,
}

/// Who holds files, and where.
#[derive(Debug, Clone)]
pub(super) struct Holder {
    /// The id of the volume or version: another one under its name is another one.
    pub(super) id: String,
    pub(super) folder: FileFolder,
}

/// The holder whose files the caller may use so.
pub(super) fn usable(
    tx: &Transaction<'_>,
    access: &Access,
    root: &FileRoot,
    wish: Use,
) -> Result<Holder, RestError> {
    match root {
        FileRoot::Volume(name) => {
            let privilege = if wish == Use::Read { Privilege::ReadVolume } else { Privilege::WriteVolume };
            of_volume(tx, &securables::usable_volume(tx, access, name, &privilege).map_err(error::of_holder)?)
        }
        FileRoot::ModelVersion { model, number } => {
            let privilege = match wish {
                Use::Read => Privilege::Execute,
                Use::Write => Privilege::Manage,
                Use::Change => return Err(unchangeable()),
            };
            let version = securables::usable_version(tx, access, (model, *number), &privilege);
            of_version(tx, &version.map_err(error::of_holder)?, wish)
        }
    }
}

/// The holder whose files a signature opens: whoever asked for it might use them.
pub(super) fn signed(
    tx: &Transaction<'_>,
    root: &FileRoot,
    wish: Use,
    id: &str,
) -> Result<Holder, RestError> {
    let holder = match root {
        FileRoot::Volume(name) => {
            let row: VolumeRow = tx.securable(name).map_err(error::of_holder)?;
            of_volume(tx, &row)?
        }
        FileRoot::ModelVersion { model, number } => {
            let version = securables::find_version(tx, model, *number).map_err(error::of_holder)?;
            of_version(tx, &version, wish)?
        }
    };
    if holder.id == id {
        return Ok(holder);
    }
    Err(error::of_holder(match root {
        FileRoot::Volume(name) => MetastoreError::not_found(SecurableKind::Volume, name.dotted()),
        FileRoot::ModelVersion { model, number } => {
            MetastoreError::ModelVersionNotFound { version: format!("'{}/{number}'", model.dotted()) }
        }
    }))
}

fn of_volume(tx: &Transaction<'_>, row: &VolumeRow) -> Result<Holder, RestError> {
    let folder = FileFolder::new(folder_path(&tx.volume_location(row))?);
    Ok(Holder { id: row.id.clone(), folder })
}

/// Files of a version are written before it is ready, and never again ("model version files can only be written at
/// creation time", `databricks_uc_registry_messages.proto` of `MLflow`).
fn of_version(tx: &Transaction<'_>, versioned: &Versioned, wish: Use) -> Result<Holder, RestError> {
    let Versioned { model, number, version } = versioned;
    if wish == Use::Write && version.ready {
        return Err(finished(&model.full_name().dotted(), *number));
    }
    let folder = FileFolder::new(folder_path(&tx.version_location(model, version))?);
    Ok(Holder { id: version.id.clone(), folder })
}

/// UNCONFIRMED: with which code and words the platform refuses to write files of a version that is ready.
fn finished(model: &str, number: i64) -> RestError {
    RestError::new(
        ErrorCode::InvalidState,
        format!("Model Version '{model}/{number}' is READY: its files can only be written before it is."),
    )
}

/// UNCONFIRMED: whether the platform makes directories, or deletes anything, below `/Models`.
fn unchangeable() -> RestError {
    RestError::new(
        ErrorCode::NotImplemented,
        "The embedded workspace makes no directories and deletes nothing below /Models: a file is uploaded with the \
         directories it is in, and files go with their version.",
    )
}
