//! External locations and storage credentials, and which folders are taken by what.

use clxs_api::SecurableKind;
use clxs_api::binding::WorkspaceBinding;
use clxs_api::storage::IsolationMode;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::location::{ancestors, overlap, resolved};
use super::row::json_text;
use super::{Bound, Details, MetastoreError, PageRequest, Securable, Transaction};

/// An external location.
pub(crate) type ExternalLocationRow = Securable<ExternalLocation>;

/// A storage credential.
pub(crate) type StorageCredentialRow = Securable<StorageCredential>;

/// What only external locations have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ExternalLocation {
    /// A normalised URL.
    pub(crate) url: String,
    pub(crate) credential_id: String,
    pub(crate) read_only: bool,
    pub(crate) fallback: bool,
    pub(crate) isolation_mode: IsolationMode,
    pub(crate) bindings: Vec<WorkspaceBinding>,
}

/// What only storage credentials have. Folders need none, so it opens nothing; what it names is kept as it came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct StorageCredential {
    pub(crate) aws_iam_role: Option<Value>,
    pub(crate) azure_managed_identity: Option<Value>,
    pub(crate) databricks_gcp_service_account: Option<Value>,
    pub(crate) read_only: bool,
    pub(crate) isolation_mode: IsolationMode,
    pub(crate) bindings: Vec<WorkspaceBinding>,
}

impl Default for ExternalLocation {
    fn default() -> Self {
        Self {
            url: String::new(),
            credential_id: String::new(),
            read_only: false,
            fallback: false,
            isolation_mode: IsolationMode::Open,
            bindings: Vec::new(),
        }
    }
}

impl Default for StorageCredential {
    fn default() -> Self {
        Self {
            aws_iam_role: None,
            azure_managed_identity: None,
            databricks_gcp_service_account: None,
            read_only: false,
            isolation_mode: IsolationMode::Open,
            bindings: Vec::new(),
        }
    }
}

impl Details for ExternalLocation {
    const KIND: SecurableKind = SecurableKind::ExternalLocation;

    fn securable_kind(&self, _: bool) -> &'static str {
        "EXTERNAL_LOCATION_STANDARD"
    }
}

impl Details for StorageCredential {
    const KIND: SecurableKind = SecurableKind::StorageCredential;

    fn securable_kind(&self, _: bool) -> &'static str {
        "STORAGE_CREDENTIAL_STANDARD"
    }
}

impl Bound for ExternalLocation {
    fn is_isolated(&self) -> bool {
        self.isolation_mode == IsolationMode::Isolated
    }

    fn bindings(&self) -> &[WorkspaceBinding] {
        &self.bindings
    }

    fn bindings_mut(&mut self) -> &mut Vec<WorkspaceBinding> {
        &mut self.bindings
    }
}

impl Bound for StorageCredential {
    fn is_isolated(&self) -> bool {
        self.isolation_mode == IsolationMode::Isolated
    }

    fn bindings(&self) -> &[WorkspaceBinding] {
        &self.bindings
    }

    fn bindings_mut(&mut self) -> &mut Vec<WorkspaceBinding> {
        &mut self.bindings
    }
}

/// The conditions of a folder being, holding or being in another: `?1` are the folders from the root down to it,
/// `?2` is the folder. `'0'` is the character after `/`.
fn touching(column: &str) -> String {
    format!(
        "({column} IN (SELECT value FROM json_each(?1)) OR ({column} > ?2 || '/' AND {column} < ?2 || '0'))"
    )
}

impl Transaction<'_> {
    /// Refuses a folder that is, contains or is inside the folder of a table or volume (facts/settled.md §7).
    /// `call` is what asks for it, such as `CreateTable`.
    ///
    /// # Errors
    /// [`MetastoreError::LocationOverlap`] names the other.
    pub(crate) fn require_free_location(
        &self,
        location: &str,
        call: &'static str,
    ) -> Result<(), MetastoreError> {
        match self.user_of(location)? {
            None => Ok(()),
            Some(conflict) => {
                Err(MetastoreError::LocationOverlap { location: location.to_owned(), call, conflict })
            }
        }
    }

    /// The full name of a table or volume whose folder is, contains or is inside this one.
    pub(crate) fn user_of(&self, location: &str) -> Result<Option<String>, MetastoreError> {
        let stored = self.shared.managed.stored(location);
        let query = format!(
            "WITH used AS (
                 SELECT schema_id, name FROM tables WHERE {}
                 UNION ALL SELECT parent_id, name FROM securables WHERE kind = 'VOLUME' AND {}
             )
             SELECT c.name || '.' || s.name || '.' || used.name FROM used
             JOIN securables s ON s.id = used.schema_id JOIN securables c ON c.id = s.parent_id LIMIT 1",
            touching("location"),
            touching("(details ->> '$.location')"),
        );
        let mut statement = self.inner.prepare_cached(&query)?;
        let values = params![json_text(&ancestors(&stored))?, stored];
        Ok(statement.query_row(values, |row| row.get(0)).optional()?)
    }

    /// Refuses a folder that is, contains or is inside a folder under which managed tables and volumes are kept.
    ///
    /// # Errors
    /// [`MetastoreError::ManagedStorageOverlap`]
    pub(crate) fn require_outside_managed_storage(
        &self,
        location: &str,
        call: &'static str,
    ) -> Result<(), MetastoreError> {
        self.require_outside_managed_root(location, call)?;
        let query = format!(
            "SELECT count(*) FROM securables WHERE kind IN ('CATALOG', 'SCHEMA') AND {}",
            touching("(details ->> '$.storage_root')")
        );
        let mut statement = self.inner.prepare_cached(&query)?;
        for place in [location, &resolved(location)?] {
            let values = params![json_text(&ancestors(place))?, place];
            let roots: u64 = statement.query_row(values, |row| row.get(0))?;
            if roots > 0 {
                return Err(MetastoreError::ManagedStorageOverlap { location: location.to_owned(), call });
            }
        }
        Ok(())
    }

    /// Refuses a folder that is, contains or is inside the workspace's own, by name or through symbolic links.
    ///
    /// # Errors
    /// [`MetastoreError::ManagedStorageOverlap`]
    pub(crate) fn require_outside_managed_root(
        &self,
        location: &str,
        call: &'static str,
    ) -> Result<(), MetastoreError> {
        let managed = self.shared.managed.url();
        if overlap(location, managed) || overlap(&resolved(location)?, managed) {
            return Err(MetastoreError::ManagedStorageOverlap { location: location.to_owned(), call });
        }
        Ok(())
    }

    /// The external location that a folder is in, or is. There is at most one: they do not overlap.
    pub(crate) fn covering_location(
        &self,
        location: &str,
    ) -> Result<Option<ExternalLocationRow>, MetastoreError> {
        let around = ancestors(location);
        let rows = self.external_locations()?;
        Ok(rows.into_iter().find(|row| around.contains(&row.details.url.as_str())))
    }

    /// Refuses a URL that is, contains or is inside that of another external location.
    ///
    /// # Errors
    /// [`MetastoreError::ExternalLocationOverlap`] names the other.
    pub(crate) fn require_own_url(&self, row: &ExternalLocationRow) -> Result<(), MetastoreError> {
        let url = row.details.url.as_str();
        for other in self.external_locations()? {
            let their = other.details.url.as_str();
            if other.id != row.id && overlap(url, their) {
                let conflict = other.name.as_str().to_owned();
                return Err(MetastoreError::ExternalLocationOverlap { url: url.to_owned(), conflict });
            }
        }
        Ok(())
    }

    /// All external locations: there are few.
    pub(crate) fn external_locations(&self) -> Result<Vec<ExternalLocationRow>, MetastoreError> {
        Ok(self.securables(None, &PageRequest::all())?.items)
    }

    /// The storage credential of an external location; absent when it was deleted by force.
    pub(crate) fn credential_of(
        &self,
        location: &ExternalLocationRow,
    ) -> Result<Option<StorageCredentialRow>, MetastoreError> {
        let rows: Vec<StorageCredentialRow> = self.securables(None, &PageRequest::all())?.items;
        Ok(rows.into_iter().find(|row| row.id == location.details.credential_id))
    }

    /// How many securables of a kind are in a catalog or schema.
    pub(crate) fn count_securables(
        &self,
        parent_id: &str,
        kind: &SecurableKind,
    ) -> Result<u64, MetastoreError> {
        let query = "SELECT count(*) FROM securables WHERE parent_id = ?1 AND kind = ?2";
        let mut statement = self.inner.prepare_cached(query)?;
        Ok(statement.query_row(params![parent_id, kind.as_str()], |row| row.get(0))?)
    }
}
