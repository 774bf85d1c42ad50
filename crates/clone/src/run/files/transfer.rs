//! Copies one file: in one request or in parts, read back and compared.

use std::ops::Range;

use bytes::Bytes;
use clxs_client::{ErrorKind, PartUpload, Result, UploadedPart};
use sha2::{Digest, Sha256};

use super::{Copying, TRANSFERS};
use crate::at_once::at_once;

/// The bytes of a part; smaller files go in one request.
const PART: u64 = 8 << 20;
/// Parts that a file may have (`facts/rest_api.md` §7).
const MOST_PARTS: u64 = 10_000;
/// The largest file that goes in one request where storage takes no parts: what an answer may have.
const LARGEST_WHOLE: u64 = 120 << 20;

type Hash = [u8; 32];

impl Copying<'_> {
    /// Copies one file; nothing is begun after a cancellation, which ends the copy. Says what is wrong with it where it did not
    /// arrive as it is.
    pub(super) async fn file(&self, path: &str, size: u64) -> Result<Option<String>> {
        if self.cancellation.is_cancelled() {
            return Ok(Some("the run was cancelled".to_owned()));
        }
        let upload = if size > PART { self.client.begin_upload(&self.copy.to, path).await? } else { None };
        let Some(upload) = upload else { return self.whole(path, size).await };
        let parts = ranges(size);
        let hashes = match self.in_parts(&upload, path, &parts).await {
            Ok(hashes) => hashes,
            Err(error) => {
                self.give_up(&upload, path).await;
                return Err(error);
            }
        };
        let arrived = parts.into_iter().map(|range| self.arrived(path, (length(&range), Some(range))));
        let arrived: Vec<_> = arrived.collect();
        Ok((at_once(arrived, TRANSFERS).await? != hashes).then(|| self.differs(path)))
    }

    /// Sends all parts of a file and makes it of them. The hashes are of what was sent.
    async fn in_parts(&self, upload: &PartUpload, path: &str, parts: &[Range<u64>]) -> Result<Vec<Hash>> {
        let part = |(number, range): (u32, &Range<u64>)| self.part(upload, path, number, range.clone());
        let parts: Vec<_> = (1..).zip(parts).map(part).collect();
        let (uploaded, hashes): (Vec<_>, Vec<_>) = at_once(parts, TRANSFERS).await?.into_iter().unzip();
        self.client.complete_upload(upload, uploaded).await?;
        Ok(hashes)
    }

    /// Parts of a file that never came to be would be kept, and paid for. What failed is told, not that this failed too.
    async fn give_up(&self, upload: &PartUpload, path: &str) {
        if let Err(error) = self.client.abort_upload(upload).await
            && error.kind() != ErrorKind::NotFound
        {
            let error = clxs_client::with_causes(&error);
            tracing::warn!(path, %error, "parts of a file that was not uploaded may be left in the storage of {}", self.copy.to);
        }
    }

    async fn part(
        &self,
        upload: &PartUpload,
        path: &str,
        number: u32,
        range: Range<u64>,
    ) -> Result<(UploadedPart, Hash)> {
        let _room = self.memory.hold(length(&range)).await;
        let content = self.client.download_file(&self.copy.from, path, Some(range)).await?;
        let hash = hash(&content);
        Ok((self.client.upload_part(upload, number, content).await?, hash))
    }

    async fn whole(&self, path: &str, size: u64) -> Result<Option<String>> {
        if size > LARGEST_WHOLE {
            let way_out =
                if self.makes_directories() { "; leave it out with volume_max_file_mb" } else { "" };
            return Ok(Some(format!(
                "`{path}` has {size} bytes, and the storage of {} takes files of that size in no way that clxs \
                 knows{way_out}",
                self.copy.to
            )));
        }
        let sent = {
            let _room = self.memory.hold(size).await;
            let content = self.client.download_file(&self.copy.from, path, None).await?;
            let sent = hash(&content);
            self.client.upload_file(&self.copy.to, path, content).await?;
            sent
        };
        let arrived = self.arrived(path, (size, None)).await?;
        Ok((arrived != sent).then(|| self.differs(path)))
    }

    async fn arrived(&self, path: &str, (size, range): (u64, Option<Range<u64>>)) -> Result<Hash> {
        let _room = self.memory.hold(size).await;
        Ok(hash(&self.client.download_file(&self.copy.to, path, range).await?))
    }

    fn differs(&self, path: &str) -> String {
        format!("`{path}` in {} is not what was written to it (SHA-256)", self.copy.to)
    }
}

/// The parts of a file.
fn ranges(size: u64) -> Vec<Range<u64>> {
    let part = PART.max(size.div_ceil(MOST_PARTS));
    (0..size.div_ceil(part)).map(|number| number * part..size.min((number + 1) * part)).collect()
}

fn length(range: &Range<u64>) -> u64 {
    range.end - range.start
}

fn hash(content: &Bytes) -> Hash {
    Sha256::digest(content).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_a_file_without_gap_and_are_at_most_as_many_as_storage_takes() {
        for size in [PART + 1, 3 * PART, PART * MOST_PARTS + 1] {
            let ranges = ranges(size);
            assert!(ranges.len() <= usize::try_from(MOST_PARTS).unwrap());
            assert_eq!((ranges[0].start, ranges[ranges.len() - 1].end), (0, size));
            assert!(ranges.windows(2).all(|pair| pair[0].end == pair[1].start));
        }
    }
}
