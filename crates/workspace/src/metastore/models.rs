//! Registered models with their versions.

use std::collections::BTreeMap;

use clxs_api::SecurableKind;
use serde::{Deserialize, Serialize};

use super::row::{Audit, new_id};
use super::{Container, Details, Folder, MetastoreError, Securable, Transaction, WriteIntent};

/// A registered model.
pub(crate) type ModelRow = Securable<Model>;

/// What only registered models have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Model {
    /// The number of the version that was begun last, whether it is still there or not: no number comes twice.
    last: i64,
    pub(crate) versions: BTreeMap<i64, ModelVersion>,
    /// The numbers of the versions that aliases lead to.
    pub(crate) aliases: BTreeMap<String, i64>,
}

/// A version of a registered model, as `MLflow` registered it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ModelVersion {
    pub(crate) id: String,
    pub(crate) source: String,
    pub(crate) run_id: Option<String>,
    pub(crate) run_workspace: Option<String>,
    pub(crate) comment: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    /// Whether `MLflow` has said that its files are there.
    pub(crate) ready: bool,
    pub(crate) audit: Audit,
}

impl Model {
    /// Begins a version. Returns its number.
    pub(crate) fn begin(&mut self, mut version: ModelVersion, maker: &str) -> i64 {
        version.id = new_id();
        version.audit = Audit::now(maker);
        self.last += 1;
        self.versions.insert(self.last, version);
        self.last
    }

    /// The names of the aliases that lead to a version.
    pub(crate) fn aliases_of(&self, number: i64) -> impl Iterator<Item = &String> {
        self.aliases.iter().filter(move |(_, version)| **version == number).map(|(alias, _)| alias)
    }
}

impl Transaction<'_> {
    /// The `file://` URL of the folder of a model.
    pub(crate) fn model_location(&self, row: &ModelRow) -> String {
        self.model_folder(&row.id)
    }

    /// The `file://` URL of the folder of a version.
    pub(crate) fn version_location(&self, row: &ModelRow, version: &ModelVersion) -> String {
        format!("{}/versions/{}", self.model_folder(&row.id), version.id)
    }

    fn model_folder(&self, id: &str) -> String {
        format!("{}/models/{id}", self.managed_root())
    }

    /// Removes a model with its grants. The folder with its files is still there: its intent is returned, as by
    /// [`Transaction::delete_table`].
    pub(crate) fn delete_model(&self, row: &ModelRow) -> Result<WriteIntent, MetastoreError> {
        let intent = self.begin_write(&row.id, &self.model_location(row), Folder::Owned)?;
        self.delete_securable(row)?;
        Ok(intent)
    }

    /// The intent for the folder of a version that is about to be removed from its model.
    pub(crate) fn begin_version_drop(
        &self,
        row: &ModelRow,
        version: &ModelVersion,
    ) -> Result<WriteIntent, MetastoreError> {
        self.begin_write(&version.id, &self.version_location(row, version), Folder::Owned)
    }

    /// The intents for the folders of all models of a container, which is about to be deleted with them.
    pub(super) fn begin_model_drops_in(
        &self,
        container: Container<'_>,
    ) -> Result<Vec<WriteIntent>, MetastoreError> {
        let query = format!("SELECT id FROM securables WHERE {} AND kind = ?2", container.holds("parent_id"));
        let mut statement = self.inner.prepare_cached(&query)?;
        let kind = SecurableKind::RegisteredModel;
        let ids = statement.query_map([container.id(), kind.as_str()], |row| row.get::<_, String>(0))?;
        let ids = ids.collect::<Result<Vec<_>, _>>()?;
        ids.into_iter().map(|id| self.begin_write(&id, &self.model_folder(&id), Folder::Owned)).collect()
    }
}

impl Details for Model {
    const KIND: SecurableKind = SecurableKind::RegisteredModel;

    fn securable_kind(&self, _: bool) -> &'static str {
        "FUNCTION_REGISTERED_MODEL"
    }
}
