//! Reads results chunk by chunk.

use clxs_api::statement::{ExternalLink, ResultData, ResultFormat, ResultManifest, StatementId};

use super::rows::{Cells, Rows};
use crate::{Client, Error, Result};

impl Client {
    /// Reads a result from its first chunk to the last, and checks that no row is missing.
    pub(super) async fn read_result(
        &self,
        id: StatementId,
        manifest: ResultManifest,
        first: ResultData,
    ) -> Result<Rows> {
        let mut rows = Vec::new();
        let mut index = first.chunk_index.unwrap_or(0);
        let mut chunk = first;
        loop {
            let next = next_chunk(&manifest, &chunk, index);
            self.append_rows(&id, &manifest, chunk, &mut rows).await?;
            match next {
                None => break,
                Some(next) if next <= index => {
                    return Err(unreadable(&id, format!("chunk {index} is followed by chunk {next}")));
                }
                Some(next) => index = next,
            }
            chunk = self.get_statement_chunk(&id, index).await?;
        }
        match manifest.total_row_count.and_then(|total| usize::try_from(total).ok()) {
            Some(total) if total != rows.len() => {
                Err(unreadable(&id, format!("{total} rows were announced and {} came", rows.len())))
            }
            _ => Ok(Rows::new(id, manifest, rows)),
        }
    }

    /// Adds the rows of a chunk: those in it, or those its links lead to.
    async fn append_rows(
        &self,
        id: &StatementId,
        manifest: &ResultManifest,
        chunk: ResultData,
        rows: &mut Vec<Cells>,
    ) -> Result<()> {
        rows.extend(chunk.data_array.unwrap_or_default());
        for link in chunk.external_links.unwrap_or_default() {
            rows.extend(self.linked_rows(id, manifest, &link).await?);
        }
        Ok(())
    }

    async fn linked_rows(
        &self,
        id: &StatementId,
        manifest: &ResultManifest,
        link: &ExternalLink,
    ) -> Result<Vec<Cells>> {
        match &manifest.format {
            None | Some(ResultFormat::JsonArray) => {
                let bytes = self.fetch_external(link).await?;
                serde_json::from_slice(&bytes).map_err(|error| {
                    let place = format!("line {} column {}", error.line(), error.column());
                    unreadable(id, format!("linked rows are no JSON_ARRAY: {place}"))
                })
            }
            Some(format) => {
                Err(unreadable(id, format!("rows of format {format} are not read here: ask for JSON_ARRAY")))
            }
        }
    }
}

/// The chunk after this one, as the chunk says or, when it says nothing, as the manifest counts.
fn next_chunk(manifest: &ResultManifest, chunk: &ResultData, index: i32) -> Option<i32> {
    let last_link = chunk.external_links.as_ref().and_then(|links| links.last());
    let told = chunk.next_chunk_index.or_else(|| last_link.and_then(|link| link.next_chunk_index));
    let counted = (index + 1 < manifest.total_chunk_count.unwrap_or(0)).then_some(index + 1);
    told.or(counted)
}

fn unreadable(id: &StatementId, detail: String) -> Error {
    Error::InvalidResult { id: id.clone(), detail }
}
