//! What somebody else has put into what a run made, and what would go with it: securables in its schemas, files in its volumes,
//! versions and aliases of its models.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::volume::VolumeType;
use clxs_api::{FullName, Identifier, SecurableKind};
use clxs_client::{Client, ErrorKind, FileRoot};

use crate::inventory::{CopiedFile, FileState, ModelVersions, Reader, Schema, list_files, unless_denied};
use crate::journal::CopiedFiles;
use crate::named::some_of;
use crate::plan::{Action, Facet, Plan, RestCall, Step, StepId, Transfer};
use crate::{Error, Journal, Kind, Result, Securable};

/// What stays of the destination, and why. A few requests for each schema, volume and model that the run made.
pub(super) async fn find(
    reader: &Reader<'_>,
    (client, journal): (&Client, &Journal),
    metastore: &str,
    (plan, left): (&Plan, &BTreeSet<StepId>),
) -> Result<BTreeMap<FullName, String>> {
    let made = |step: &&Step| {
        let is_removed = step.inverse.as_ref().is_some_and(Action::removes);
        step.facet == Facet::Definition && is_removed && left.contains(&step.id)
    };
    let made: Vec<_> = plan.steps.iter().filter(made).collect();
    let mut kept = in_schemas(reader, plan, &made).await?;
    for volume in made.iter().filter(|step| is_managed_volume(step)).map(|step| &step.securable.name) {
        let copied = journal.copied_files_of(metastore, volume)?;
        if let Some(why) = files(client, volume, &copied).await? {
            kept.insert(volume.clone(), why);
        }
    }
    for model in made.iter().map(|step| &step.securable).filter(|made| made.kind == Kind::Model) {
        let versions = match reader.versions(&model.name).await {
            Err(Error::Client { source, .. }) if source.kind() == ErrorKind::NotFound => continue,
            versions => versions?,
        };
        if let Some(why) = of_model(plan, model, &versions) {
            kept.insert(model.name.clone(), why);
        }
    }
    Ok(kept)
}

/// What the run did not make in schemas that it made.
async fn in_schemas(reader: &Reader<'_>, plan: &Plan, made: &[&Step]) -> Result<BTreeMap<FullName, String>> {
    let schemas = made.iter().filter(|step| step.securable.kind == Kind::Schema);
    let schemas: BTreeSet<_> = schemas.filter_map(|step| step.securable.name.schema()).collect();
    if schemas.is_empty() {
        return Ok(BTreeMap::new());
    }
    let Ok(destination) = unless_denied(reader.list_contents(&schemas).await)? else {
        return Ok(BTreeMap::new());
    };
    let planned = plan.securables.iter();
    let planned: BTreeSet<_> =
        planned.map(|it| (it.kind.securable_kind(), it.destination.to_lowercase())).collect();
    let catalog = FullName::of_catalog(plan.destination.to_lowercase());
    let inside =
        destination.schemas.iter().flat_map(|(name, schema)| contents(&catalog.child(name.clone()), schema));
    let of_others = inside.filter(|place| !planned.contains(place));
    Ok(of_others.map(|(_, name)| (name, "the run did not make it".to_owned())).collect())
}

fn contents(name: &FullName, schema: &Schema) -> Vec<(SecurableKind, FullName)> {
    fn of_kind<'a, T>(
        kind: SecurableKind,
        schema: &FullName,
        all: &'a BTreeMap<Identifier, T>,
    ) -> impl Iterator<Item = (SecurableKind, FullName)> + use<'a, T> {
        let schema = schema.clone();
        all.keys().map(move |name| (kind.clone(), schema.child(name.clone())))
    }
    of_kind(SecurableKind::Table, name, &schema.tables)
        .chain(of_kind(SecurableKind::Function, name, &schema.functions))
        .chain(of_kind(SecurableKind::Volume, name, &schema.volumes))
        .chain(of_kind(SecurableKind::RegisteredModel, name, &schema.models))
        .collect()
}

/// Whether its files go with it.
fn is_managed_volume(step: &Step) -> bool {
    let Action::Rest(RestCall::CreateVolume(body)) = &step.action else { return false };
    body.volume_type == VolumeType::Managed
}

/// Why a volume stays: it holds files that are not as the copy left them.
async fn files(client: &Client, volume: &FullName, copied: &CopiedFiles) -> Result<Option<String>> {
    let found = match list_files(client, &FileRoot::Volume(volume.clone())).await {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {
            return Ok(None);
        }
        found => found.map_err(Error::client(format!("list the files of volume `{}`", volume.dotted())))?,
    };
    let is_of_others =
        |(path, file): &(&String, &FileState)| !file.is_directory && !is_copy(copied.get(*path), file);
    let others: Vec<_> = found.iter().filter(is_of_others).map(|(path, _)| path).collect();
    let why = || format!("it holds files that somebody made or changed since ({})", some_of(&others));
    Ok((!others.is_empty()).then(why))
}

/// Whether a file is as a copy left it, or may be what one wrote that did not end.
fn is_copy(copied: Option<&CopiedFile>, file: &FileState) -> bool {
    copied.is_some_and(|copied| {
        copied.left == Some(*file) || copied.begun.is_some_and(|begun| begun.size == file.size)
    })
}

/// Why a model stays: it has versions or aliases that the run did not bring.
fn of_model(plan: &Plan, model: &Securable, versions: &ModelVersions) -> Option<String> {
    let actions = plan.steps.iter().filter(|step| step.securable == *model).map(|step| &step.action);
    let (mut origins, mut aliases) = (Vec::new(), BTreeSet::new());
    for action in actions {
        match action {
            Action::Transfer(Transfer::CopyVersion(copy)) => origins.push(&copy.origin),
            Action::Rest(RestCall::SetAlias { alias, .. }) => {
                aliases.insert(alias);
            }
            _ => {}
        }
    }
    let is_other = |(_, version): &(&i64, &_)| !origins.iter().any(|origin| origin.is_copied_by(version));
    let numbers = versions.by_number.iter().filter(is_other).map(|(number, _)| format!("version {number}"));
    let names = versions.aliases.keys().filter(|alias| !aliases.contains(alias));
    let others: Vec<_> = numbers.chain(names.map(|alias| format!("alias {alias}"))).collect();
    (!others.is_empty()).then(|| format!("it has what the run did not make ({})", some_of(&others)))
}
