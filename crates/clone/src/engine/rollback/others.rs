//! What somebody else has put into what a run made, and what would go with it: securables in its schemas, files in its volumes,
//! versions and aliases of its models.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::volume::VolumeType;
use clxs_api::{FullName, Identifier, SecurableKind};
use clxs_client::{Client, ErrorKind, FileRoot};

use crate::at_once::at_once;
use crate::inventory::{
    FileState, ModelVersions, READS_AT_ONCE, Reader, Schema, list_files, refusal, unless_denied,
};
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
    let volumes = made.iter().filter(|step| is_managed_volume(step)).map(|step| &step.securable.name);
    let volumes = volumes.map(async |volume| {
        let copied = journal.copied_files_of(metastore, volume)?;
        Ok::<_, Error>((volume, files(client, volume, &copied).await?))
    });
    let models = made.iter().map(|step| &step.securable).filter(|made| made.kind == Kind::Model);
    let models = models.map(async |model| match reader.versions(&model.name).await {
        Err(Error::Client { source, .. }) if source.kind() == ErrorKind::NotFound => Ok((&model.name, None)),
        versions => Ok::<_, Error>((&model.name, of_model(plan, model, &versions?))),
    });
    let mut found = at_once(volumes, READS_AT_ONCE).await?;
    found.extend(at_once(models, READS_AT_ONCE).await?);
    kept.extend(found.into_iter().filter_map(|(name, why)| Some((name.clone(), why?))));
    Ok(kept)
}

/// Why something stays that nobody may look into.
fn unseen(what: &str, reason: &str) -> String {
    format!("nobody can tell whether it holds {what} of others ({reason})")
}

/// What the run did not make in schemas that it made.
async fn in_schemas(reader: &Reader<'_>, plan: &Plan, made: &[&Step]) -> Result<BTreeMap<FullName, String>> {
    let schemas = made.iter().filter(|step| step.securable.kind == Kind::Schema);
    let schemas: BTreeSet<_> = schemas.filter_map(|step| step.securable.name.schema()).collect();
    if schemas.is_empty() {
        return Ok(BTreeMap::new());
    }
    // No schema is dropped with anything in it, whoever may see that.
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
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            return Ok(Some(unseen("files", &refusal(&error))));
        }
        found => found.map_err(Error::client(format!("list the files of volume `{}`", volume.dotted())))?,
    };
    let is_copy = |path: &String, file: &FileState| copied.get(path).is_some_and(|copied| copied.is(file));
    let is_of_others = |(path, file): &(&String, &FileState)| !file.is_directory && !is_copy(path, file);
    let others: Vec<_> = found.iter().filter(is_of_others).map(|(path, _)| path).collect();
    let why = || format!("it holds files that somebody made or changed since ({})", some_of(&others));
    Ok((!others.is_empty()).then(why))
}

/// Why a model stays: it has versions or aliases that the run did not bring.
fn of_model(plan: &Plan, model: &Securable, versions: &ModelVersions) -> Option<String> {
    if let Some(reason) = &versions.unread {
        return Some(unseen("versions", reason));
    }
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
