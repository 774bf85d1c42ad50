//! Copies the files of a volume, and notes what they are then: whoever edits one later is found by that. What somebody edited
//! since the plan was made, or made where a copy broke off, is kept.

use clxs_api::FullName;

use super::{Context, files};
use crate::outcome::StepOutcome;
use crate::plan::CopyFiles;
use crate::{Error, Journal, Result};

/// The journal, of one volume.
struct Noted<'a> {
    journal: &'a Journal,
    metastore: &'a str,
    volume: &'a FullName,
}

impl files::Account for Noted<'_> {
    type Error = Error;

    fn begins(&self, pending: &files::Listing) -> Result<()> {
        let files = pending.iter().filter(|(_, file)| !file.is_directory);
        self.journal.files_begin(self.metastore, self.volume, files)
    }

    fn arrived(&self, files: &files::Listing) -> Result<()> {
        self.journal.files_copied(self.metastore, self.volume, files.iter())
    }
}

/// The outer result is that of the journal, the inner one that of the workspace.
pub(super) async fn copy(context: &Context, copy: &CopyFiles) -> Result<clxs_client::Result<StepOutcome>> {
    let (metastore, volume) = (context.metastore.as_str(), &copy.destination);
    let files = files::Copy {
        from: copy.source.clone().into(),
        to: volume.clone().into(),
        max_file_bytes: copy.max_file_bytes,
        kept: copy.kept.clone(),
        overwritten: copy.overwritten.clone(),
        copied: Some(context.journal.copied_files_of(metastore, volume)?),
    };
    let noted = Noted { journal: &context.journal, metastore, volume };
    let through = (context.warehouse.client(), &context.memory);
    files::copy(through, &files, &noted, &context.cancellation).await
}
