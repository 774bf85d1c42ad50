//! Registered models with their versions.

use std::collections::BTreeMap;

use clxs_api::SecurableKind;
use serde::{Deserialize, Serialize};

use super::row::{Audit, new_id};
use super::{Details, Securable};

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

impl Details for Model {
    const KIND: SecurableKind = SecurableKind::RegisteredModel;

    fn securable_kind(&self, _: bool) -> &'static str {
        "FUNCTION_REGISTERED_MODEL"
    }
}
