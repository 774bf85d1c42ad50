//! Removes what a copy has brought to a volume.

use clxs_client::{Client, FileRoot, Result};

use super::TRANSFERS;
use crate::at_once::at_once;
use crate::inventory::{CopiedFile, list_files};
use crate::journal::CopiedFiles;
use crate::outcome::StepOutcome;
use crate::plan::RemoveFiles;
use crate::run::rest::gone;

/// Removes what a copy has brought, but for what was changed since: what is not as the copy left it, or where nobody knows
/// that, what has another size or was changed after its run ended (milliseconds since 1970-01-01 UTC).
pub(in crate::run) async fn remove(
    client: &Client,
    remove: &RemoveFiles,
    copied: &CopiedFiles,
    run_ended_ms: Option<i64>,
) -> Result<StepOutcome> {
    let volume = FileRoot::Volume(remove.volume.clone());
    let mut left = list_files(client, &volume).await?;
    let is_there = |path: &&String| left.contains_key(*path);
    let is_changed = |path: &&String| {
        let file = left.get(*path).copied().unwrap_or_default();
        match copied.get(*path) {
            Some(CopiedFile { left: Some(left), .. }) if *left == file => false,
            Some(CopiedFile { left: Some(_), begun: None }) => true,
            _ => {
                file.is_directory
                    || remove.files.get(*path) != Some(&file.size)
                    || run_ended_ms.is_some_and(|end| file.modified > end)
            }
        }
    };
    let (changed, removed): (Vec<_>, Vec<_>) = remove.files.keys().filter(is_there).partition(is_changed);
    let delete = |path| {
        let deleted = client.delete_file(&volume, path);
        async move { gone(deleted.await) }
    };
    let deletions: Vec<_> = removed.iter().map(|path| delete(path.as_str())).collect();
    at_once(deletions, TRANSFERS).await?;
    for path in removed {
        left.remove(path);
    }
    // Inner ones come behind those that they are in.
    for directory in remove.directories.iter().rev() {
        let prefix = format!("{directory}/");
        let mut inside = left.range(prefix.clone()..);
        if !inside.next().is_some_and(|(path, _)| path.starts_with(&prefix)) {
            gone(client.delete_directory(&volume, directory).await)?;
            left.remove(directory);
        }
    }
    let kept = (!changed.is_empty()).then(|| format!("with {changed:?}, which were changed since"));
    Ok(StepOutcome::Done { metrics: None, missing: Vec::new(), changed: kept, unverified: None })
}
