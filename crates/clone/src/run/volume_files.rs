//! Copies the files of a volume, and notes what they are then: whoever edits one later is found by that.

use std::collections::BTreeSet;

use super::{Context, files};
use crate::Result;
use crate::inventory::list_files;
use crate::outcome::StepOutcome;
use crate::plan::CopyFiles;

/// The outer result is that of the journal, the inner one that of the workspace.
pub(super) async fn copy(context: &Context, copy: &CopyFiles) -> Result<clxs_client::Result<StepOutcome>> {
    let client = context.warehouse.client();
    let (metastore, volume) = (context.metastore.as_str(), &copy.destination);
    let mut written = BTreeSet::new();
    let files = files::Copy {
        from: copy.source.clone().into(),
        to: volume.clone().into(),
        max_file_bytes: copy.max_file_bytes,
        kept: copy.kept.clone(),
        overwritten: copy.overwritten.clone(),
    };
    let begins = |pending: &files::Listing| {
        written.extend(pending.iter().filter(|(_, file)| !file.is_directory).map(|(path, _)| path.clone()));
        context.journal.files_begin(metastore, volume, pending.keys())
    };
    let outcome = match files::copy((client, &context.memory), &files, begins, &context.cancellation).await? {
        Ok(outcome) if outcome.is_done() && !written.is_empty() => outcome,
        ended => return Ok(ended),
    };
    let now = match list_files(client, &files.to).await {
        Ok(now) => now,
        Err(error) => return Ok(Err(error)),
    };
    let written = now.iter().filter(|(path, file)| !file.is_directory && written.contains(*path));
    context.journal.files_copied(metastore, volume, written)?;
    Ok(Ok(outcome))
}
