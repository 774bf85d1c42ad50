//! Registered models.

use clxs_api::SecurableKind;
use serde::{Deserialize, Serialize};

use super::{Details, Securable};

/// A registered model.
pub(crate) type ModelRow = Securable<Model>;

/// What only registered models have: nothing, as long as the workspace keeps no versions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Model {}

impl Details for Model {
    const KIND: SecurableKind = SecurableKind::RegisteredModel;

    fn securable_kind(&self, _: bool) -> &'static str {
        "FUNCTION_REGISTERED_MODEL"
    }
}
