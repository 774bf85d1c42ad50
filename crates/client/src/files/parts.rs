//! Files that are uploaded in parts, each to a signed URL, and are there when all parts are (`facts/rest_api.md` §7).

use std::collections::BTreeMap;

use bytes::Bytes;
use clxs_api::endpoint;
use http::{Method, header};
use serde::Deserialize;
use serde_json::json;

use super::FileRoot;
use crate::external::headers_of;
use crate::request::{ApiRequest, path};
use crate::{Client, Error, Result};

/// Makes the URLs of parts.
const PART_URLS: &str = "/api/2.0/fs/create-upload-part-urls";

/// A file that is being uploaded in parts.
#[derive(Debug, Clone)]
pub struct PartUpload {
    /// The REST path of the file.
    path: String,
    /// The path as the service calls it.
    absolute: String,
    session_token: String,
}

/// A part that has arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadedPart {
    number: u32,
    etag: String,
}

#[derive(Debug, Deserialize)]
struct Initiated {
    multipart_upload: Option<Session>,
}

#[derive(Debug, Deserialize)]
struct Session {
    session_token: String,
}

#[derive(Debug, Deserialize)]
struct PartUrls {
    upload_part_urls: Vec<PartUrl>,
}

#[derive(Debug, Deserialize)]
struct PartUrl {
    url: String,
    #[serde(default)]
    headers: Vec<Header>,
}

#[derive(Debug, Deserialize)]
struct Header {
    name: String,
    value: String,
}

impl Client {
    /// Begins to upload a file in parts, in place of one that may be there; nothing where the storage
    /// takes files in another way only (`resumable_upload`, on Google Cloud).
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is no such root.
    pub async fn begin_upload(&self, root: &FileRoot, file: &str) -> Result<Option<PartUpload>> {
        let path = root.path(endpoint::FILES, file)?;
        let request = ApiRequest::repeatable(Method::POST, path.clone());
        let request = request.query("action", "initiate-upload").query("overwrite", "true");
        let initiated: Initiated = self.fetch(request.json(&json!({}))?).await?;
        let absolute = format!("{root}/{file}");
        Ok(initiated.multipart_upload.map(|Session { session_token }| PartUpload {
            path,
            absolute,
            session_token,
        }))
    }

    /// Uploads a part. Numbers count from 1; all parts but the last have the same size, of at least 5 MiB.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Protocol`] when the service does not say where to.
    pub async fn upload_part(
        &self,
        upload: &PartUpload,
        number: u32,
        content: Bytes,
    ) -> Result<UploadedPart> {
        let body = json!({
            "path": upload.absolute, "session_token": upload.session_token, "start_part_number": number,
            "count": 1, "expire_time": in_an_hour(),
        });
        let request = ApiRequest::repeatable(Method::POST, path(PART_URLS, &[])?).json(&body)?;
        let answer = self.send(request).await?;
        let call = answer.call.clone();
        let urls = answer.json::<PartUrls>()?.upload_part_urls;
        let missing =
            |what: &str| Error::Protocol { detail: format!("there is no {what}"), call: call.clone() };
        let url = urls.into_iter().next().ok_or_else(|| missing("URL for the part"))?;
        let headers: BTreeMap<_, _> =
            url.headers.into_iter().map(|header| (header.name, header.value)).collect();
        let sent = self.follow(Method::PUT, &url.url, headers_of(headers.iter())?, content).await?;
        let etag = sent.headers.get(header::ETAG).and_then(|etag| etag.to_str().ok());
        Ok(UploadedPart { number, etag: etag.ok_or_else(|| missing("ETag of the part"))?.to_owned() })
    }

    /// Makes the file of its parts.
    ///
    /// # Errors
    /// [`crate::ErrorKind::InvalidInput`] when a part is missing.
    pub async fn complete_upload(&self, upload: &PartUpload, mut parts: Vec<UploadedPart>) -> Result<()> {
        parts.sort_by_key(|part| part.number);
        let parts: Vec<_> =
            parts.iter().map(|part| json!({"part_number": part.number, "etag": part.etag})).collect();
        let request = ApiRequest::once(Method::POST, upload.path.clone())
            .query("action", "complete-upload")
            .query("upload_type", "multipart")
            .query("session_token", &upload.session_token);
        self.send(request.json(&json!({ "parts": parts }))?).await.map(drop)
    }

    /// Gives up an upload: the parts that have arrived are dropped, and no file is made of them (`mixins/files.py` of the
    /// official SDK, 0.162).
    ///
    /// # Errors
    /// [`crate::ErrorKind::NotFound`] when there is no such upload any more.
    pub async fn abort_upload(&self, upload: &PartUpload) -> Result<()> {
        let request = ApiRequest::repeatable(Method::POST, upload.path.clone())
            .query("action", "abort-upload")
            .query("upload_type", "multipart")
            .query("session_token", &upload.session_token);
        self.send(request).await.map(drop)
    }
}

/// When URLs of parts are over, in RFC 3339.
fn in_an_hour() -> String {
    let at = chrono::Utc::now() + chrono::TimeDelta::hours(1);
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
