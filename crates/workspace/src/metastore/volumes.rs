//! Volumes.

use clxs_api::SecurableKind;
use clxs_api::volume::VolumeType;
use rusqlite::params;
use serde::{Deserialize, Serialize};

use super::{Container, Details, Folder, MetastoreError, Securable, Transaction, WriteIntent};

/// A volume.
pub(crate) type VolumeRow = Securable<Volume>;

/// What only volumes have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Volume {
    pub(crate) volume_type: VolumeType,
    /// As locations are kept in the database: [`Transaction::volume_location`] makes a URL of it.
    location: String,
}

impl Default for Volume {
    fn default() -> Self {
        Self { volume_type: VolumeType::Managed, location: String::new() }
    }
}

impl Details for Volume {
    const KIND: SecurableKind = SecurableKind::Volume;

    fn securable_kind(&self, _: bool) -> &'static str {
        "VOLUME_STANDARD"
    }
}

impl VolumeRow {
    /// Whether its folder is the workspace's own and goes with it.
    pub(crate) fn is_managed(&self) -> bool {
        self.details.volume_type == VolumeType::Managed
    }
}

impl Transaction<'_> {
    /// Puts a volume at the folder of a `file://` URL.
    pub(crate) fn place_volume(&self, row: &mut VolumeRow, location: &str) {
        row.details.location = self.shared.managed.stored(location);
    }

    /// The `file://` URL of the folder of a volume.
    pub(crate) fn volume_location(&self, row: &VolumeRow) -> String {
        self.shared.managed.resolve(row.details.location.clone())
    }

    /// Removes a volume with its grants. The folder of a managed one is still there: its intent is returned, as by
    /// [`Transaction::delete_table`].
    pub(crate) fn delete_volume(&self, row: &VolumeRow) -> Result<Option<WriteIntent>, MetastoreError> {
        let location = self.volume_location(row);
        let intent =
            row.is_managed().then(|| self.begin_write(&row.id, &location, Folder::Owned)).transpose()?;
        self.delete_securable(row)?;
        Ok(intent)
    }

    /// The intents for the folders of all managed volumes of a container, which is about to be deleted with them.
    pub(super) fn begin_volume_drops_in(
        &self,
        container: Container<'_>,
    ) -> Result<Vec<WriteIntent>, MetastoreError> {
        let mut statement = self.inner.prepare_cached(&format!(
            "SELECT id, details ->> '$.location' FROM securables
             WHERE {} AND kind = 'VOLUME' AND details ->> '$.volume_type' = ?2",
            container.holds("parent_id")
        ))?;
        let managed = VolumeType::Managed;
        let rows = statement.query_map(params![container.id(), managed.as_str()], |row| {
            Ok((row.get::<_, String>(0)?, row.get(1)?))
        })?;
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let intents = rows
            .into_iter()
            .map(|(id, stored)| self.begin_write(&id, &self.shared.managed.resolve(stored), Folder::Owned));
        intents.collect()
    }
}
