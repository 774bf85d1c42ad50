//! Files of volumes (`facts/rest_api.md` §6, §7) and of versions of registered models.
//!
//! Files are given as whose they are and a path in it, with `/` between its parts. What a request
//! carries is held in memory: whoever moves large files asks for ranges and uploads in parts.

mod parts;
mod root;

use std::ops::Range;

use bytes::Bytes;
use clxs_api::endpoint;
use clxs_api::file::{DirectoryEntry, ListDirectoryResponse};
use futures::Stream;
use http::Method;

use crate::page::items;
use crate::request::ApiRequest;
use crate::{Client, Result};

pub use parts::{PartUpload, UploadedPart};
pub use root::FileRoot;

impl Client {
    /// What is in a directory, not what is in directories in it; the empty path is the root itself.
    pub fn list_directory(
        &self,
        root: &FileRoot,
        directory: &str,
    ) -> impl Stream<Item = Result<DirectoryEntry>> + Send + use<> {
        let request = root.path(endpoint::DIRECTORIES, directory).map(ApiRequest::get);
        items::<ListDirectoryResponse>(self.clone(), request)
    }

    /// Makes a directory with those it is in; one that is there stays.
    ///
    /// # Errors
    /// [`crate::ErrorKind::AlreadyExists`] when there is a file of that name.
    pub async fn create_directory(&self, root: &FileRoot, directory: &str) -> Result<()> {
        let path = root.path(endpoint::DIRECTORIES, directory)?;
        self.send(ApiRequest::repeatable(Method::PUT, path)).await.map(drop)
    }

    /// The bytes of a file, or those in a range of it that is not empty.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is no such file, [`crate::ErrorKind::Protocol`] for more bytes than
    /// an answer may have (128 MiB).
    pub async fn download_file(
        &self,
        root: &FileRoot,
        file: &str,
        range: Option<Range<u64>>,
    ) -> Result<Bytes> {
        let request = ApiRequest::get(root.path(endpoint::FILES, file)?);
        let request = match &range {
            Some(range) => request.range(range),
            None => request,
        };
        Ok(self.send(request).await?.body)
    }

    /// Writes a file, in place of one that may be there.
    ///
    /// # Errors
    /// [`crate::ErrorKind::InvalidInput`] for more than 5 GiB: they go in parts.
    pub async fn upload_file(&self, root: &FileRoot, file: &str, content: Bytes) -> Result<()> {
        let request = ApiRequest::repeatable(Method::PUT, root.path(endpoint::FILES, file)?);
        self.send(request.query("overwrite", "true").bytes(content)).await.map(drop)
    }

    /// Deletes a file.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is no such file.
    pub async fn delete_file(&self, root: &FileRoot, file: &str) -> Result<()> {
        let path = root.path(endpoint::FILES, file)?;
        self.send(ApiRequest::repeatable(Method::DELETE, path)).await.map(drop)
    }

    /// Deletes a directory with nothing in it.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is no such directory.
    pub async fn delete_directory(&self, root: &FileRoot, directory: &str) -> Result<()> {
        let path = root.path(endpoint::DIRECTORIES, directory)?;
        self.send(ApiRequest::repeatable(Method::DELETE, path)).await.map(drop)
    }
}
