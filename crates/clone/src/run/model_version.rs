//! Copies versions of registered models: begun, filled and declared complete, as `MLflow` makes them
//! (`mlflow/store/_unity_catalog/registry/rest_store.py` of `MLflow`).
//!
//! What an earlier try, or a run that died, has made of a copy is looked for first: it names what it is of. So no answer
//! that is lost makes a second copy, and one that is half filled is filled further.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::FullName;
use clxs_api::model_version::{
    CreateModelVersion, ModelVersionInfo, ModelVersionStatus, ModelVersionTag, UpdateModelVersion,
};
use clxs_client::{Client, ErrorKind, FileRoot, Result};
use futures::TryStreamExt;
use tokio_util::sync::CancellationToken;

use super::files;
use super::rest::gone;
use crate::inventory::{FileState, ModelVersion, ModelVersions, VersionOrigin, list_files};
use crate::outcome::{CloneMetrics, StepOutcome};
use crate::plan::{AliasTarget, CopyVersion};

/// Copies a version, or goes on with its copy.
pub(super) async fn copy(
    (client, memory): (&Client, &files::Memory),
    copy: &CopyVersion,
    cancellation: &CancellationToken,
) -> Result<StepOutcome> {
    let CopyVersion { origin, destination, .. } = copy;
    let begun = copies(client, destination, origin).await?;
    let ready = begun.ready_copy(origin);
    let (number, untold) = match ready.or_else(|| begun.by_number.into_keys().next_back()) {
        Some(number) => (number, None),
        None => begin(client, copy).await?,
    };
    let to = FileRoot::ModelVersion { model: destination.clone(), version: number };
    let from = FileRoot::ModelVersion { model: origin.model.clone(), version: origin.version };
    if ready.is_none() {
        let files = files::Copy {
            from: from.clone(),
            to: to.clone(),
            max_file_bytes: None,
            kept: BTreeSet::new(),
            overwritten: BTreeSet::new(),
            copied: None,
        };
        let Ok(copied) = files::copy((client, memory), &files, &(), cancellation).await;
        let copied = copied?;
        if !copied.is_done() {
            return Ok(copied);
        }
    }
    // Before it is ready, for then it would stay as it is.
    let metrics = match same_files(client, &from, &to).await? {
        Ok(metrics) => metrics,
        Err(error) => return Ok(StepOutcome::Failed { error }),
    };
    if ready.is_none() {
        client.finalize_model_version(destination, number).await?;
        let status = client.get_model_version(destination, number).await?.status;
        if status != Some(ModelVersionStatus::Ready) {
            let status = status.map_or_else(|| "of no status".to_owned(), |status| status.to_string());
            let error = format!("{to} is {status} although all its files are there");
            return Ok(StepOutcome::Failed { error });
        }
    }
    let renumbered = (number != origin.version)
        .then(|| format!("version {} of the source is version {number}", origin.version));
    let changed: Vec<_> = [renumbered, untold].into_iter().flatten().collect();
    let changed = (!changed.is_empty()).then(|| changed.join("; "));
    Ok(StepOutcome::Done { metrics: Some(metrics), missing: Vec::new(), changed, unverified: None })
}

/// The copies of a version that are ready or on their way.
async fn copies(client: &Client, model: &FullName, origin: &VersionOrigin) -> Result<ModelVersions> {
    let listed = client.list_model_versions(model);
    let copy = |info: ModelVersionInfo| async move {
        let number = info.version;
        let version = ModelVersion::from(info);
        let is_meant = version.status != Some(ModelVersionStatus::Failed) && origin.is_copied_by(&version);
        Ok(number.filter(|_| is_meant).map(|number| (number, version)))
    };
    let by_number = listed.try_filter_map(copy).try_collect().await?;
    Ok(ModelVersions { by_number, ..ModelVersions::default() })
}

/// Begins a copy: its number, and what could not be told of it.
async fn begin(client: &Client, copy: &CopyVersion) -> Result<(i64, Option<String>)> {
    let (tags, untold) = if copy.tags { tags(client, &copy.origin).await? } else { (Vec::new(), None) };
    let version = CreateModelVersion {
        name: copy.destination.dotted(),
        source: copy.origin.uri(),
        run_id: copy.run_id.clone(),
        run_tracking_server_id: copy.run_workspace.map(|id| id.to_string()),
        description: copy.comment.clone(),
        tags,
    };
    Ok((client.create_model_version(&version).await?, untold))
}

/// The tags of a version, which `MLflow`'s requests alone tell; or why nobody tells.
async fn tags(client: &Client, origin: &VersionOrigin) -> Result<(Vec<ModelVersionTag>, Option<String>)> {
    match client.get_mlflow_model_version(&origin.model, origin.version).await {
        Ok(version) => Ok((version.tags, None)),
        Err(error) => match error.kind() {
            ErrorKind::Unsupported | ErrorKind::NotFound | ErrorKind::PermissionDenied => {
                let untold = format!("version {} without tags, which nobody tells", origin.version);
                Ok((Vec::new(), Some(untold)))
            }
            _ => Err(error),
        },
    }
}

/// What a copy holds; the inner error says how it is not what it is to be.
async fn same_files(
    client: &Client,
    from: &FileRoot,
    to: &FileRoot,
) -> Result<std::result::Result<CloneMetrics, String>> {
    let sizes = |listing: BTreeMap<String, FileState>| -> BTreeMap<String, u64> {
        let files = listing.into_iter().filter(|(_, file)| !file.is_directory);
        files.map(|(path, file)| (path, file.size)).collect()
    };
    let (wanted, own) = (sizes(list_files(client, from).await?), sizes(list_files(client, to).await?));
    let differs = |path: &&String| wanted.get(*path) != own.get(*path);
    if let Some(path) = wanted.keys().chain(own.keys()).find(differs) {
        return Ok(Err(format!("`{path}` in {to} is not what it is in {from}")));
    }
    Ok(Ok(CloneMetrics {
        num_copied_files: wanted.len() as u64,
        copied_files_size: wanted.values().sum(),
        ..CloneMetrics::default()
    }))
}

/// Changes the comment of a version.
pub(super) async fn comment(
    client: &Client,
    (model, version): (&FullName, i64),
    comment: &str,
) -> Result<StepOutcome> {
    let update = UpdateModelVersion { comment: Some(comment.to_owned()) };
    let found = client.update_model_version(model, version, &update).await?.comment.unwrap_or_default();
    if found == comment {
        return Ok(StepOutcome::done());
    }
    let error =
        format!("the comment of version {version} was {found:?} after it was written, not {comment:?}");
    Ok(StepOutcome::Failed { error })
}

/// Deletes what a run has made of the copies of a version; before it there was none.
pub(super) async fn delete_copies(client: &Client, model: &FullName, of: &VersionOrigin) -> Result<()> {
    for number in copies(client, model, of).await?.by_number.into_keys() {
        gone(client.delete_model_version(model, number).await)?;
    }
    Ok(())
}

/// Leads an alias to a version.
pub(super) async fn set_alias(
    client: &Client,
    model: &FullName,
    alias: &str,
    to: &AliasTarget,
) -> Result<StepOutcome> {
    let number = match to {
        AliasTarget::Version(number) => Some(*number),
        AliasTarget::CopyOf(origin) => copies(client, model, origin).await?.ready_copy(origin),
    };
    let Some(number) = number else {
        return Ok(StepOutcome::Failed { error: format!("there is no {to} in {}", model.dotted()) });
    };
    let set = client.set_model_alias(model, alias, number).await?;
    if set.version_num == Some(number) {
        return Ok(StepOutcome::done());
    }
    let error =
        format!("the alias {alias} leads to {:?} after it was led to version {number}", set.version_num);
    Ok(StepOutcome::Failed { error })
}
