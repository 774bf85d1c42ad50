//! Reads volumes and, where source and destination both have one, the files of it.

use std::collections::BTreeMap;

use clxs_api::file::DirectoryEntry;
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

/// What is known of a file that a copy has written, or was about to write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CopiedFile {
    /// How the last copy left it of which somebody heard the end.
    pub left: Option<FileState>,
    /// The source's file that another copy was about to write, of which nobody did.
    pub begun: Option<FileState>,
}

impl CopiedFile {
    /// Whether a file is what a copy has written. The Files API writes a file whole or not at all, in one request or by the one
    /// that completes its parts (`facts/rest_api.md` §7), so that no copy leaves a torn one, however it ends: where nobody heard
    /// the end of a copy there is the file of before, or all of the new one, which has the size of the source's and is
    /// younger. Whatever else there is somebody wrote.
    pub(crate) fn is(&self, found: &FileState) -> bool {
        self.left.as_ref() == Some(found) || self.begun.is_some_and(|begun| begun.is_copied_by(Some(found)))
    }
}

/// Who wrote a file of the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileOrigin {
    /// A copy.
    Copied,
    /// Somebody, after it was copied.
    Edited,
    /// Nobody knows: somebody, or a copy of which this journal knows nothing.
    Unknown,
}

impl FileOrigin {
    /// Who wrote a file that is to be a copy of the source's, by what is known of it.
    pub(crate) fn of(found: &FileState, source: &FileState, known: Option<&CopiedFile>) -> Self {
        match known {
            Some(known) if known.is(found) => Self::Copied,
            Some(CopiedFile { left: Some(_), .. }) => Self::Edited,
            _ if source.is_copied_by(Some(found)) => Self::Copied,
            _ => Self::Unknown,
        }
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
            let read = volume_of(info).map(|(name, volume)| {
                let full_name = schema.child(name.clone()).dotted();
                let is_copied_in_part = self.provenance.open_copies.contains(&full_name);
                (name, Volume { is_copied_in_part, ..volume })
            });
            Ok(read.map(|read| Item { kind: Kind::Volume, browse_only, read }))
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
        let level = list_directories(client, root, &directories).await?;
        let inside = level.iter().filter(|(_, state)| state.is_directory);
        directories = inside.map(|(path, _)| path.clone()).collect();
        found.extend(level);
    }
    Ok(found)
}

/// What is in these directories, and not in those inside.
pub(crate) async fn list_directories(
    client: &Client,
    root: &FileRoot,
    directories: &[String],
) -> clxs_client::Result<BTreeMap<String, FileState>> {
    let lists = directories.iter().map(|directory| async move {
        let entries: Vec<_> = client.list_directory(root, directory).try_collect().await?;
        Ok::<_, clxs_client::Error>(entries.into_iter().filter_map(|entry| state_of(entry, directory)))
    });
    let lists = at_once(lists.collect::<Vec<_>>(), DIRECTORIES_AT_ONCE).await?;
    Ok(lists.into_iter().flatten().collect())
}

/// The path and the state of an entry of a directory.
fn state_of(entry: DirectoryEntry, directory: &str) -> Option<(String, FileState)> {
    let name = entry.name?;
    let path = if directory.is_empty() { name } else { format!("{directory}/{name}") };
    let state = FileState {
        is_directory: entry.is_directory == Some(true),
        size: entry.file_size.and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
        modified: entry.last_modified.unwrap_or(0),
    };
    Some((path, state))
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
