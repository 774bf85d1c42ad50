//! The Files API: files and directories of volumes (`facts/rest_api.md` §6, §7).
//!
//! Bytes go through in chunks, from and to threads that may block: memory does not grow with files.

mod content;
mod directories;
mod error;
mod multipart;
mod permit;
mod presigned;
mod range;

use clxs_api::endpoint::{DIRECTORIES, FILES};
use clxs_api::{Privilege, SecurableKind};
use tokio::task::spawn_blocking;

use permit::{Action, Permit};

use super::routes::{Routes, get, head, post};
use super::{AppState, Caller, RestError};
use crate::authorization::Access;
use crate::metastore::{MetastoreError, Transaction, VolumeRow, folder_path};
use crate::securables;
use crate::volume::{VolumeError, VolumeFolder, VolumePath};

pub(super) fn routes() -> Routes {
    let file = head(content::head).get(content::download).put(content::upload);
    let directory = head(directories::head).get(directories::list).put(directories::create);
    Routes::new()
        .route(&format!("{FILES}/{{*path}}"), file.delete(content::delete).post(multipart::act))
        .route(&format!("{DIRECTORIES}/{{*path}}"), directory.delete(directories::delete))
        .route("/api/2.0/fs/list", get(directories::list_plainly))
        .route("/api/2.0/fs/create-download-url", post(presigned::create_download_url))
        .route("/api/2.0/fs/create-upload-url", post(presigned::create_upload_url))
        .route("/api/2.0/fs/create-upload-part-urls", post(multipart::create_part_urls))
}

/// What is answered to who has a signed URL and no token.
pub(super) fn open_routes() -> Routes {
    Routes::new().route(presigned::PATH, get(presigned::download).put(presigned::upload))
}

/// A path, its volume's id and folder.
#[derive(Debug, Clone)]
struct Place {
    volume: String,
    folder: VolumeFolder,
    path: VolumePath,
}

impl Place {
    /// The place of a path whose volume the caller may read or write.
    async fn of(
        state: &AppState,
        caller: Caller,
        path: &str,
        privilege: Privilege,
    ) -> Result<Self, RestError> {
        let path = VolumePath::parse(path).map_err(error::refusal)?;
        let name = path.volume().clone();
        let found = state.read(caller, move |tx, access| {
            let row = usable_volume(tx, access, &name, &privilege)?;
            Ok((folder_of(tx, &row)?, row.id))
        });
        let (folder, volume) = found.await?;
        Ok(Self { volume, folder, path })
    }

    /// The place that a signature opens: whoever asked for it had the privilege.
    async fn of_signed(state: &AppState, permit: &Permit) -> Result<Self, RestError> {
        let path = VolumePath::parse(&permit.path).map_err(error::refusal)?;
        let (name, volume) = (path.volume().clone(), permit.volume.clone());
        let folder = state.metastore.read(move |tx| {
            let row: VolumeRow = tx.securable(&name).map_err(error::of_volume)?;
            if row.id != volume {
                return Err(error::of_volume(MetastoreError::not_found(
                    SecurableKind::Volume,
                    name.dotted(),
                )));
            }
            folder_of(tx, &row)
        });
        Ok(Self { folder: folder.await?, volume: permit.volume.clone(), path })
    }

    /// What a URL is to permit with the file.
    fn permit(&self, action: Action, expires: i64) -> Permit {
        let (volume, path) = (self.volume.clone(), self.path.to_string());
        Permit { action, volume, path, session: String::new(), part: 0, expires }
    }

    /// Works on the files of the place, which blocks.
    async fn work<T, F>(self, work: F) -> Result<T, RestError>
    where
        T: Send + 'static,
        F: FnOnce(&VolumeFolder, &VolumePath) -> Result<T, VolumeError> + Send + 'static,
    {
        let done = spawn_blocking(move || work(&self.folder, &self.path)).await;
        done.map_err(|stopped| error::internal(&stopped))?.map_err(error::refusal)
    }
}

fn usable_volume(
    tx: &Transaction<'_>,
    access: &Access,
    name: &clxs_api::FullName,
    privilege: &Privilege,
) -> Result<VolumeRow, RestError> {
    securables::usable_volume(tx, access, name, privilege).map_err(error::of_volume)
}

fn folder_of(tx: &Transaction<'_>, row: &VolumeRow) -> Result<VolumeFolder, RestError> {
    Ok(VolumeFolder::new(folder_path(&tx.volume_location(row))?))
}
