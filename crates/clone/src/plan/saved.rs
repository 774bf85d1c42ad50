//! A plan in a file: the plan with the settings that it was made with, to be checked and run later.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{PLAN_SCHEMA, PLAN_VERSION, Plan};
use crate::{Error, Result, Settings};

/// A plan and the settings that it was made with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedPlan {
    /// The settings.
    pub settings: Settings,
    /// The plan.
    #[serde(flatten)]
    pub plan: Plan,
}

impl SavedPlan {
    /// Reads what [`super::write_json`] wrote.
    ///
    /// # Errors
    /// [`Error::NotAPlan`] when it is something else, of another version, or changed so that it is no plan.
    pub fn from_json(text: &str) -> Result<Self> {
        let not_a_plan = |problem: String| Error::NotAPlan { problem };
        let document: Value = serde_json::from_str(text).map_err(|error| not_a_plan(error.to_string()))?;
        if document["schema"] != PLAN_SCHEMA {
            return Err(not_a_plan(format!("its schema is not `{PLAN_SCHEMA}`")));
        }
        if document["version"] != PLAN_VERSION {
            return Err(not_a_plan(format!("its version is not {PLAN_VERSION}; plan again")));
        }
        serde_json::from_value(document).map_err(|error| not_a_plan(error.to_string()))
    }
}
