//! Reads volumes and, where source and destination both have one, the files of it.

use std::collections::BTreeMap;

use clxs_api::volume::{VolumeInfo, VolumeType};
use clxs_api::{FullName, Identifier};
use clxs_client::{Client, ErrorKind};
use futures::TryStreamExt;
use futures::future::try_join;

use super::containers::some_text;
use super::reader::{READS_AT_ONCE, Reader, all, collect};
use super::{Inventories, Inventory, Volume};
use crate::{Error, Result};

/// Directories of one volume that are listed at once.
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

/// A file or directory of a volume, as lists show it.
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

impl Reader<'_> {
    /// Fills the volumes of all schemas that take part.
    pub(super) async fn read_volumes(&self, inventories: &mut Inventories) -> Result<()> {
        if !self.settings.kinds.volumes {
            return Ok(());
        }
        let Inventories { source, destination, .. } = inventories;
        try_join(
            self.list_volumes(&self.settings.source, source),
            self.list_volumes(&self.settings.destination, destination),
        )
        .await?;
        self.read_files(source, destination).await
    }

    async fn list_volumes(&self, catalog: &Identifier, inventory: &mut Inventory) -> Result<()> {
        let catalog = &catalog.to_lowercase();
        let schemas = inventory.taking_part();
        let reads = schemas.iter().map(|schema| async move {
            let attempt = format!("list the volumes of schema `{}.{}`", catalog.as_str(), schema.as_str());
            collect(attempt, self.warehouse.client().list_volumes(catalog, schema)).await
        });
        for (schema, volumes) in schemas.iter().zip(all(reads.collect(), READS_AT_ONCE).await?) {
            if let Some(schema) = inventory.schemas.get_mut(schema) {
                schema.volumes = volumes.into_iter().filter_map(volume_of).collect();
            }
        }
        Ok(())
    }

    /// Lists the files of managed volumes that both sides have.
    async fn read_files(&self, source: &mut Inventory, destination: &mut Inventory) -> Result<()> {
        let is_managed = |volume: &Volume| volume.volume_type == Some(VolumeType::Managed);
        let catalog = FullName::of_catalog(self.settings.source.to_lowercase());
        for (schema_name, schema) in &mut source.schemas {
            let Some(existing) = destination.schemas.get_mut(schema_name) else { continue };
            for (name, volume) in schema.volumes.iter_mut().filter(|(_, volume)| is_managed(volume)) {
                let Some(own) = existing.volumes.get_mut(name).filter(|own| is_managed(own)) else {
                    continue;
                };
                let name = catalog.child(schema_name.clone()).child(name.clone());
                let copy = name.in_catalog(&self.settings.destination.to_lowercase());
                (volume.files, own.files) = try_join(self.files(&name), self.files(&copy)).await?;
            }
        }
        Ok(())
    }

    async fn files(&self, volume: &FullName) -> Result<Files> {
        match list_files(self.warehouse.client(), volume).await {
            Ok(files) => Ok(Files::Read(files)),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                Ok(Files::Unreadable { reason: error.to_string() })
            }
            Err(error) => {
                Err(Error::client(format!("list the files of volume `{}`", volume.dotted()))(error))
            }
        }
    }
}

/// Everything in a volume, level by level.
pub(crate) async fn list_files(
    client: &Client,
    volume: &FullName,
) -> clxs_client::Result<BTreeMap<String, FileState>> {
    let mut found = BTreeMap::new();
    let mut directories = vec![String::new()];
    while !directories.is_empty() {
        let lists = directories.iter().map(|directory| async move {
            let entries: Vec<_> = client.list_directory(volume, directory).try_collect().await?;
            Ok::<_, clxs_client::Error>((directory, entries))
        });
        let lists: Vec<_> = futures::stream::StreamExt::buffered(
            futures::stream::iter(lists.collect::<Vec<_>>()),
            DIRECTORIES_AT_ONCE,
        )
        .try_collect()
        .await?;
        let mut next = Vec::new();
        for (directory, entries) in lists {
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
