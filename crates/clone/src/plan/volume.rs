//! Plans volumes: managed ones with their files, external ones where their location is mapped to.

mod edits;

use std::collections::BTreeMap;

use clxs_api::volume::{CreateVolume, UpdateVolume, VolumeType};
use clxs_api::{FullName, Identifier};
use sha2::{Digest, Sha256};

pub(crate) use edits::Edits;

use super::builder::{Builder, Entry, Facets, NewStep, Sides};
use super::{CopyFiles, Expectation, Facet, PlannedChange, RemoveFiles, RestCall, Statement, Transfer};
use crate::bundle::hex;
use crate::inventory::{FileState, Files, Volume};
use crate::outcome::FacetStatus;
use crate::settings::{LoadType, ObjectType, Settings};
use crate::{Kind, Securable};

pub(super) fn plan(builder: &mut Builder<'_>) {
    for (name, source, destination) in builder.pairs(|schema| &schema.volumes) {
        plan_volume(builder, &Securable::new(Kind::Volume, name), source, destination);
    }
}

fn plan_volume<'a>(
    builder: &mut Builder<'a>,
    securable: &Securable,
    source: &'a Volume,
    destination: Option<&'a Volume>,
) {
    let left_out = builder.settings.selection.skips(&securable.name, ObjectType::Volume);
    let change = left_out.map_or_else(
        || change(builder.settings, source, destination),
        |reason| PlannedChange::Skip { reason: reason.to_owned() },
    );
    builder.add(Entry {
        source: securable.clone(),
        change: change.clone(),
        sides: Sides { source: facets(source), destination: destination.map(facets) },
        table: None,
        facets: Vec::new(),
    });
    match (change, destination) {
        (PlannedChange::Create, _) => create(builder, securable, source),
        (PlannedChange::Unchanged, Some(destination)) => update(builder, securable, source, destination),
        _ => {}
    }
}

fn facets(volume: &Volume) -> Facets<'_> {
    Facets {
        owner: volume.owner.as_deref(),
        comment: volume.comment.as_deref(),
        grants: Some(&volume.grants),
        tags: Some(&volume.tags),
    }
}

fn change(settings: &Settings, source: &Volume, destination: Option<&Volume>) -> PlannedChange {
    let skip = |reason: String| PlannedChange::Skip { reason };
    if !settings.kinds.volumes {
        return skip("clone_volumes is off".to_owned());
    }
    match (settings.load_type, destination) {
        (LoadType::Selective, _) => skip("SELECTIVE refreshes tables only".to_owned()),
        (LoadType::Incremental, Some(own)) if !own.is_copied_in_part => {
            skip("the destination has it (INCREMENTAL)".to_owned())
        }
        (_, Some(own)) if own.volume_type != source.volume_type => {
            skip(format!("the destination has one of type {}; drop or rename it", type_name(own)))
        }
        (_, Some(_)) => PlannedChange::Unchanged,
        (_, None) => match &source.volume_type {
            Some(VolumeType::Managed) => PlannedChange::Create,
            Some(VolumeType::External) if location(settings, source).is_some() => PlannedChange::Create,
            Some(VolumeType::External) => skip(format!(
                "no location_mapping for {}, and two volumes cannot share a place",
                source.location.as_deref().unwrap_or("its location, which cannot be seen")
            )),
            _ => skip(format!("unknown type {}", type_name(source))),
        },
    }
}

fn type_name(volume: &Volume) -> String {
    volume.volume_type.as_ref().map_or_else(|| "(none)".to_owned(), ToString::to_string)
}

fn location(settings: &Settings, source: &Volume) -> Option<String> {
    settings.location_mapping.map(source.location.as_deref()?)
}

fn create(builder: &mut Builder<'_>, securable: &Securable, source: &Volume) {
    let name = builder.renamed(&securable.name);
    let is_managed = source.volume_type == Some(VolumeType::Managed);
    let location = if is_managed { None } else { location(builder.settings, source) };
    let part = |part: Option<&Identifier>| part.map(|name| name.as_str().to_owned()).unwrap_or_default();
    let create = CreateVolume {
        catalog_name: part(Some(name.catalog())),
        schema_name: part(name.schema()),
        name: part(Some(name.name())),
        volume_type: source.volume_type.clone().unwrap_or(VolumeType::Managed),
        storage_location: location.clone(),
        comment: source.comment.clone().filter(|_| builder.settings.copy.comments),
    };
    if create.comment.is_some() {
        builder.facet(securable, Facet::Comment, FacetStatus::Carried);
    }
    let mut step =
        NewStep::new(Facet::Definition, RestCall::CreateVolume(Box::new(create)), Expectation::Absent);
    step.inverse = Some(Statement::Drop(builder.in_destination(securable)).into());
    step.depends_on = builder.steps_around(&securable.name);
    builder.step(securable, step);
    match location {
        None if builder.settings.schema_only => note_without_files(builder, securable),
        None => copy_files(builder, (securable, source), Edits::default(), None),
        Some(location) => {
            let detail = format!("expected at {location}: files of external volumes are not copied");
            builder.facet(securable, Facet::Files, FacetStatus::Changed { detail });
        }
    }
}

fn note_without_files(builder: &mut Builder<'_>, securable: &Securable) {
    let detail = "schema_only: its files are not copied".to_owned();
    builder.facet(securable, Facet::Files, FacetStatus::Changed { detail });
}

fn copy_files(
    builder: &mut Builder<'_>,
    (securable, source): (&Securable, &Volume),
    edits: Edits,
    existing: Option<(&Volume, RemoveFiles)>,
) {
    let copy = CopyFiles {
        source: securable.name.clone(),
        destination: builder.renamed(&securable.name),
        max_file_bytes: builder.settings.max_file_bytes(),
        kept: edits.kept,
        overwritten: edits.overwritten,
        seen: seen(source, existing.as_ref().map(|(volume, _)| *volume)),
    };
    let mut step = NewStep::new(Facet::Files, Transfer::CopyFiles(copy), Expectation::Present);
    step.inverse = existing.map(|(_, remove)| Transfer::RemoveFiles(remove).into());
    step.depends_on = builder.definition_step(securable).into_iter().collect();
    builder.step(securable, step);
}

/// A hash of the files on both sides.
fn seen(source: &Volume, destination: Option<&Volume>) -> Option<String> {
    let Files::Read(files) = &source.files else { return None };
    let own = match destination.map(|volume| &volume.files) {
        Some(Files::Read(own)) => Some(own),
        _ => None,
    };
    let told = |file: Option<&FileState>| {
        file.map(|file| format!("{} {} {}", file.is_directory, file.size, file.modified)).unwrap_or_default()
    };
    let mut hash = Sha256::new();
    for (path, file) in files {
        let own = own.and_then(|own| own.get(path));
        hash.update(format!("{path}\n{}\n{}\n", told(Some(file)), told(own)));
    }
    Some(hex(&hash.finalize()))
}

fn update(builder: &mut Builder<'_>, securable: &Securable, source: &Volume, destination: &Volume) {
    let is_commented = builder.settings.copy.comments && builder.touches(&PlannedChange::Unchanged);
    if is_commented && source.comment.is_some() && source.comment != destination.comment {
        comment(builder, securable, source, destination);
    }
    match (&source.files, &destination.files) {
        _ if builder.settings.schema_only => note_without_files(builder, securable),
        (Files::Read(files), Files::Read(own)) => {
            refresh(builder, (securable, source), destination, (files, own));
        }
        (Files::Unreadable { reason }, _) | (_, Files::Unreadable { reason }) => {
            builder.facet(securable, Facet::Files, FacetStatus::Impossible { reason: reason.clone() });
        }
        _ => {}
    }
}

/// Copies files that are new or were changed, and keeps those that somebody edited in the destination.
fn refresh(
    builder: &mut Builder<'_>,
    (securable, source): (&Securable, &Volume),
    destination: &Volume,
    (files, own): (&BTreeMap<String, FileState>, &BTreeMap<String, FileState>),
) {
    let edits = Edits::of(builder.settings.overwrite_edits, &destination.copied, (files, own));
    let is_wanted = |size| builder.settings.max_file_bytes().is_none_or(|most| size <= most);
    let is_lacking = |(path, file): &(&String, &FileState)| {
        let differs = edits.overwritten.contains(*path) || !file.is_copied_by(own.get(*path));
        is_wanted(file.size) && differs && !edits.kept.contains(*path)
    };
    let lacking: BTreeMap<_, _> = files.iter().filter(is_lacking).collect();
    edits.tell(builder, securable);
    if lacking.is_empty() {
        note_too_large(builder, securable, (files, own));
    } else {
        let inverse = remove(builder.renamed(&securable.name), &lacking, own);
        copy_files(builder, (securable, source), edits, Some((destination, inverse)));
    }
}

/// Files that no copy brings; where others are copied, the copy says so.
fn note_too_large(
    builder: &mut Builder<'_>,
    securable: &Securable,
    (files, own): (&BTreeMap<String, FileState>, &BTreeMap<String, FileState>),
) {
    let Some(most) = builder.settings.max_file_bytes() else { return };
    let is_too_large = |(path, file): &(&String, &FileState)| file.size > most && !own.contains_key(*path);
    let too_large: Vec<_> = files.iter().filter(is_too_large).map(|(path, _)| path.as_str()).collect();
    if !too_large.is_empty() {
        let detail = format!("without {}, larger than volume_max_file_mb", too_large.join(", "));
        builder.facet(securable, Facet::Files, FacetStatus::Changed { detail });
    }
}

/// What undoes a copy of files into a volume that has some.
fn remove(
    volume: FullName,
    copied: &BTreeMap<&String, &FileState>,
    own: &BTreeMap<String, FileState>,
) -> RemoveFiles {
    let new = || copied.iter().filter(|(path, _)| !own.contains_key(**path));
    RemoveFiles {
        volume,
        files: new()
            .filter(|(_, file)| !file.is_directory)
            .map(|(path, file)| ((*path).clone(), file.size))
            .collect(),
        directories: new().filter(|(_, file)| file.is_directory).map(|(path, _)| (*path).clone()).collect(),
        replaced: copied.len() - new().count(),
    }
}

fn comment(builder: &mut Builder<'_>, securable: &Securable, source: &Volume, destination: &Volume) {
    let volume: FullName = builder.renamed(&securable.name);
    let action = |comment: &Option<String>| RestCall::UpdateVolume {
        volume: volume.clone(),
        change: Box::new(UpdateVolume {
            comment: Some(comment.clone().unwrap_or_default()),
            ..UpdateVolume::default()
        }),
    };
    let mut step = NewStep::new(Facet::Comment, action(&source.comment), Expectation::Present);
    step.inverse = Some(action(&destination.comment).into());
    builder.step(securable, step);
}
