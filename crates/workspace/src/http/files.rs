//! The Files API: files and directories of volumes (`facts/rest_api.md` §6, §7), and files of versions of registered models.
//!
//! Bytes go through in chunks, from and to threads that may block: memory does not grow with files.

mod content;
mod directories;
mod error;
mod holder;
mod multipart;
mod permit;
mod presigned;
mod range;

use clxs_api::endpoint::{DIRECTORIES, FILES};
use tokio::task::spawn_blocking;

use holder::{Holder, Use};
use permit::{Action, Permit};

use super::routes::{Routes, get, head, post};
use super::{AppState, Caller, RestError};
use crate::files::{FileError, FileFolder, FilePath};

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

/// A path, and who holds what is there.
#[derive(Debug, Clone)]
struct Place {
    holder: Holder,
    path: FilePath,
}

impl Place {
    /// The place of a path where the caller may do this.
    async fn of(state: &AppState, caller: Caller, path: &str, wish: Use) -> Result<Self, RestError> {
        let path = FilePath::parse(path).map_err(error::refusal)?;
        let root = path.root().clone();
        let holder = state.read(caller, move |tx, access| holder::usable(tx, access, &root, wish)).await?;
        Ok(Self { holder, path })
    }

    /// The place that a signature opens.
    async fn of_signed(state: &AppState, permit: &Permit) -> Result<Self, RestError> {
        let path = FilePath::parse(&permit.path).map_err(error::refusal)?;
        let (root, wish, id) = (path.root().clone(), permit.action.wish(), permit.holder.clone());
        let holder = state.metastore.read(move |tx| holder::signed(tx, &root, wish, &id)).await?;
        Ok(Self { holder, path })
    }

    /// What a URL is to permit with the file.
    fn permit(&self, action: Action, expires: i64) -> Permit {
        let (holder, path) = (self.holder.id.clone(), self.path.to_string());
        Permit { action, holder, path, session: String::new(), part: 0, expires }
    }

    /// Works on the files of the place, which blocks.
    async fn work<T, F>(self, work: F) -> Result<T, RestError>
    where
        T: Send + 'static,
        F: FnOnce(&FileFolder, &FilePath) -> Result<T, FileError> + Send + 'static,
    {
        let done = spawn_blocking(move || work(&self.holder.folder, &self.path)).await;
        done.map_err(|stopped| error::internal(&stopped))?.map_err(error::refusal)
    }
}
