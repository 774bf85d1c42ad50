//! Files of volumes (`facts/rest_api.md` §6, §7).
//!
//! Files are given as the full name of their volume and a path in it, with `/` between its parts. What a request
//! carries is held in memory: whoever moves large files asks for ranges and uploads in parts.

mod parts;

use std::ops::Range;

use bytes::Bytes;
use clxs_api::file::{DirectoryEntry, ListDirectoryResponse};
use clxs_api::{FullName, endpoint};
use futures::Stream;
use http::Method;

use crate::page::items;
use crate::request::{ApiRequest, path};
use crate::{Client, Result};

pub use parts::{PartUpload, UploadedPart};

impl Client {
    /// What is in a directory of a volume, not what is in directories in it; the empty path is the volume itself.
    pub fn list_directory(
        &self,
        volume: &FullName,
        directory: &str,
    ) -> impl Stream<Item = Result<DirectoryEntry>> + Send + use<> {
        let request = in_volume(endpoint::DIRECTORIES, volume, directory).map(ApiRequest::get);
        items::<ListDirectoryResponse>(self.clone(), request)
    }

    /// Makes a directory with those it is in; one that is there stays.
    ///
    /// # Errors
    /// [`crate::ErrorKind::AlreadyExists`] when there is a file of that name.
    pub async fn create_directory(&self, volume: &FullName, directory: &str) -> Result<()> {
        let path = in_volume(endpoint::DIRECTORIES, volume, directory)?;
        self.send(ApiRequest::repeatable(Method::PUT, path)).await.map(drop)
    }

    /// The bytes of a file, or those in a range of it that is not empty.
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is no such file, [`crate::ErrorKind::Protocol`] for more bytes than
    /// an answer may have (128 MiB).
    pub async fn download_file(
        &self,
        volume: &FullName,
        file: &str,
        range: Option<Range<u64>>,
    ) -> Result<Bytes> {
        let request = ApiRequest::get(in_volume(endpoint::FILES, volume, file)?);
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
    pub async fn upload_file(&self, volume: &FullName, file: &str, content: Bytes) -> Result<()> {
        let request = ApiRequest::repeatable(Method::PUT, in_volume(endpoint::FILES, volume, file)?);
        self.send(request.query("overwrite", "true").bytes(content)).await.map(drop)
    }
}

/// The REST path of a path in a volume.
fn in_volume(endpoint: &str, volume: &FullName, inner: &str) -> Result<String> {
    let names = volume.parts().iter().map(clxs_api::Identifier::as_str);
    let inner = inner.split('/').filter(|_| !inner.is_empty());
    let segments: Vec<_> = std::iter::once("Volumes").chain(names).chain(inner).collect();
    path(endpoint, &segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_path_are_encoded_one_by_one() {
        let volume = FullName::from_dotted("c.s.v").unwrap();
        let path = |inner| in_volume("/files", &volume, inner).unwrap();
        assert_eq!(path(""), "/files/Volumes/c/s/v");
        assert_eq!(path("a b/50%.txt"), "/files/Volumes/c/s/v/a%20b/50%25.txt");
    }
}
