//! Reads volumes and, where source and destination both have one, the files of it.

use std::collections::BTreeMap;

use clxs_api::volume::{VolumeInfo, VolumeType};
use clxs_api::{FullName, Identifier};
use clxs_client::{Client, ErrorKind, FileRoot};
use futures::TryStreamExt;

use super::containers::some_text;
use super::listed::{Item, Listed};
use super::reader::{Found, Reader, Side, refusal};
use super::{Inventories, Volume};
use crate::at_once::at_once;
use crate::{Error, Kind, Result};

/// Directories of one root that are listed at once.
const DIRECTORIES_AT_ONCE: usize = 8;

/// What is known of the files of a volume.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Files {
    /// Nobody asked.
    #[default]
    NotRead,
    /// By path in the volume.
    Read(BTreeMap<String, FileState>),
    /// Nobody may see them.
    Unreadable {
        /// Why.
        reason: String,
    },
}

/// A file or directory, as lists show it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FileState {
    /// Whether it is a directory.
    pub is_directory: bool,
    /// Its bytes.
    pub size: u64,
    /// When it was last changed, ms.
    pub modified: i64,
}

impl FileState {
    /// Whether a copy that was made of it, if this is one, is as it is now: copies are younger than what they are of.
    pub(crate) fn is_copied_by(&self, copy: Option<&Self>) -> bool {
        copy.is_some_and(|copy| {
            self.is_directory == copy.is_directory
                && (self.is_directory || (self.size == copy.size && copy.modified >= self.modified))
        })
    }
}

impl<'a> Reader<'a> {
    /// Reads the volumes of all schemas that take part.
    pub(super) async fn volumes(&self, own: &Inventories) -> Result<Found<'a>> {
        let schemas = own.schemas_taking_part();
        self.of_schemas(schemas, |schema| self.volumes_of(schema), |schema| &mut schema.volumes).await
    }

    async fn volumes_of(&self, schema: FullName) -> Result<Listed<Volume>> {
        let attempt = format!("list the volumes of schema `{}`", schema.dotted());
        let list = self.warehouse.client().list_volumes(schema.catalog(), schema.name());
        let read = |info: VolumeInfo| {
            let browse_only = info.browse_only;
            Ok(volume_of(info).map(|read| Item { kind: Kind::Volume, browse_only, read }))
        };
        Listed::read((&attempt, &schema), list, read).await
    }

    /// Lists the files of managed volumes that both sides have, and of those to be made where the plan is kept.
    pub(super) async fn files_of_volumes(&self, own: &Inventories) -> Result<Found<'a>> {
        let kinds = self.settings.kinds;
        let is_managed = |volume: &Volume| kinds.volumes && volume.volume_type == Some(VolumeType::Managed);
        let mut volumes = Vec::new();
        for (schema_name, schema) in &own.source.schemas {
            let existing = own.destination.schemas.get(schema_name);
            for (name, _) in schema.volumes.iter().filter(|(_, volume)| is_managed(volume)) {
                let sides: &[Side] = match existing.and_then(|schema| schema.volumes.get(name)) {
                    Some(own) if is_managed(own) => &[Side::Source, Side::Destination],
                    None if self.settings.exact => &[Side::Source],
                    _ => &[],
                };
                volumes.extend(sides.iter().map(|side| (*side, schema_name.clone(), name.clone())));
            }
        }
        let full_name = |(side, schema, name): &(Side, Identifier, Identifier)| {
            self.catalog_name(*side).child(schema.clone()).child(name.clone())
        };
        let found = self.all(volumes.iter().map(full_name).map(|name| self.files(name)).collect()).await?;
        let copied =
            volumes.iter().map(full_name).map(|name| self.provenance.files.get(&name.dotted()).cloned());
        let found: Vec<_> = found.into_iter().zip(copied).collect();
        Ok(Box::new(move |inventories| {
            for ((side, schema, name), (files, copied)) in volumes.iter().zip(found) {
                let schema = inventories.side_mut(*side).schemas.get_mut(schema);
                if let Some(volume) = schema.and_then(|schema| schema.volumes.get_mut(name)) {
                    volume.files = files;
                    volume.copied = copied.unwrap_or_default();
                }
            }
            Ok(())
        }))
    }

    async fn files(&self, volume: FullName) -> Result<Files> {
        match list_files(self.warehouse.client(), &volume.clone().into()).await {
            Ok(files) => Ok(Files::Read(files)),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                Ok(Files::Unreadable { reason: refusal(&error) })
            }
            Err(error) => {
                Err(Error::client(format!("list the files of volume `{}`", volume.dotted()))(error))
            }
        }
    }
}

/// Everything in a volume or version of a model, level by level.
pub(crate) async fn list_files(
    client: &Client,
    root: &FileRoot,
) -> clxs_client::Result<BTreeMap<String, FileState>> {
    let mut found = BTreeMap::new();
    let mut directories = vec![String::new()];
    while !directories.is_empty() {
        let lists = directories.iter().map(|directory| async move {
            let entries: Vec<_> = client.list_directory(root, directory).try_collect().await?;
            Ok::<_, clxs_client::Error>((directory, entries))
        });
        let lists = at_once(lists.collect::<Vec<_>>(), DIRECTORIES_AT_ONCE);
        let mut next = Vec::new();
        for (directory, entries) in lists.await? {
            for entry in entries {
                let Some(name) = entry.name else { continue };
                let path = if directory.is_empty() { name } else { format!("{directory}/{name}") };
                let state = FileState {
                    is_directory: entry.is_directory == Some(true),
                    size: entry.file_size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
                    modified: entry.last_modified.unwrap_or(0),
                };
                if state.is_directory {
                    next.push(path.clone());
                }
                found.insert(path, state);
            }
        }
        directories = next;
    }
    Ok(found)
}

fn volume_of(info: VolumeInfo) -> Option<(Identifier, Volume)> {
    let name = Identifier::new(info.name?).ok()?.to_lowercase();
    let volume = Volume {
        volume_type: info.volume_type,
        location: some_text(info.storage_location),
        owner: info.owner,
        comment: some_text(info.comment),
        ..Volume::default()
    };
    Some((name, volume))
}
