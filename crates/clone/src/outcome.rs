//! How things ended: of a step, of a facet, of a securable.

use clxs_api::table::DataSourceFormat;
use serde::{Deserialize, Serialize};

use crate::plan::{Action, Facet, RestCall, Step};

/// How a securable of the source ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// It was absent from the destination and is there now.
    Created,
    /// It was there, differed, and was replaced.
    Replaced,
    /// It was there and only facets of it were changed.
    Changed,
    /// It was there already and equal.
    Unchanged,
    /// What a run did to it was undone.
    Undone,
    /// It was left out on purpose.
    Skipped {
        /// Why.
        reason: String,
    },
    /// A step of it failed, was blocked by a failure elsewhere, or was cancelled.
    Failed {
        /// Why.
        error: String,
    },
}

impl Outcome {
    /// Its name in JSON, for counting.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Replaced => "replaced",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Undone => "undone",
            Self::Skipped { .. } => "skipped",
            Self::Failed { .. } => "failed",
        }
    }
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case")]
pub enum StepOutcome {
    /// It did what the plan says.
    Done {
        /// What `CLONE` reported, or what was copied of files.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        metrics: Option<CloneMetrics>,
        /// What could not be carried although the step worked: principals that do not exist, files that are too
        /// large.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        missing: Vec<String>,
        /// In which other form the destination has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        changed: Option<String>,
        /// Why nobody could read back what was written.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unverified: Option<String>,
    },
    /// The platform cannot do it here; everything else of the securable stands.
    Impossible {
        /// Why.
        reason: String,
    },
    /// It failed.
    Failed {
        /// What happened, with all causes.
        error: String,
    },
    /// A hook failed, and the settings say to go on.
    Tolerated {
        /// What happened, with all causes.
        error: String,
        /// Whether nobody needs to be told while it happens.
        silent: bool,
    },
    /// It was not tried because a step it depends on failed.
    Blocked {
        /// The securable, or the facet of one, that failed.
        by: String,
    },
    /// The run was cancelled before it ended.
    Cancelled,
    /// Its statement was taken, and then nobody could be asked how it ended. The next plan asks.
    Unknown {
        /// Why nobody could be asked, with all causes.
        error: String,
    },
    /// The process died before it ended, and nobody can say how it ended.
    Lost,
}

impl StepOutcome {
    /// It did what the plan says, and there is nothing to tell.
    pub fn done() -> Self {
        Self::without(Vec::new())
    }

    /// It did what the plan says, but for these.
    pub(crate) fn without(missing: Vec<String>) -> Self {
        Self::Done { metrics: None, missing, changed: None, unverified: None }
    }

    /// It did what the plan says, in another form.
    pub(crate) fn changed(detail: String) -> Self {
        Self::Done { metrics: None, missing: Vec::new(), changed: Some(detail), unverified: None }
    }

    /// It did what the plan says, and counted.
    pub(crate) fn counted(metrics: Option<CloneMetrics>) -> Self {
        Self::Done { metrics, missing: Vec::new(), changed: None, unverified: None }
    }

    /// The same, but that nobody could read back what was written.
    pub(crate) fn unverified(&self, reason: String) -> Self {
        match self.clone() {
            Self::Done { metrics, missing, changed, .. } => {
                Self::Done { metrics, missing, changed, unverified: Some(reason) }
            }
            ended => ended,
        }
    }

    /// Whether steps that depend on it may run.
    pub fn is_done(&self) -> bool {
        matches!(self, Self::Done { .. })
    }

    /// Whether anything is otherwise for it: principals that do not exist were given nothing.
    pub(crate) fn did_something(&self, step: &Step) -> bool {
        let Self::Done { missing, .. } = self else { return false };
        match &step.action {
            Action::Rest(RestCall::UpdatePermissions { changes, .. }) => missing.len() < changes.len(),
            Action::Rest(RestCall::SetOwner { .. }) => missing.is_empty(),
            _ => true,
        }
    }

    /// Why the securable failed by it; `None` when it did not.
    pub fn failure(&self) -> Option<String> {
        match self {
            Self::Done { .. } | Self::Impossible { .. } | Self::Tolerated { .. } => None,
            Self::Failed { error } => Some(error.clone()),
            Self::Blocked { by } => Some(format!("blocked: {by} failed")),
            Self::Cancelled => Some("the run was cancelled".to_owned()),
            Self::Unknown { error } => Some(format!("{error}; whether it was done, the next plan asks")),
            Self::Lost => Some("the process ended before the step did".to_owned()),
        }
    }
}

/// What happened to one facet of a securable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FacetOutcome {
    /// The facet.
    pub facet: Facet,
    /// What happened to it.
    #[serde(flatten)]
    pub status: FacetStatus,
}

/// What happens to a facet of a securable, planned or done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum FacetStatus {
    /// The destination has it as the source has it.
    Carried,
    /// It was written, and the caller may not see whether the destination has it.
    Unverified {
        /// Why.
        reason: String,
    },
    /// The destination has it in another form, on purpose.
    Changed {
        /// In which form.
        detail: String,
    },
    /// The destination cannot have it.
    Impossible {
        /// Why.
        reason: String,
    },
    /// It failed.
    Failed {
        /// Why.
        error: String,
    },
}

/// What `CLONE` reports (facts/settled.md §5). Zero copied files may mean that nobody counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloneMetrics {
    /// Bytes of the source's live files.
    pub source_table_size: u64,
    /// The source's live files.
    pub source_num_of_files: u64,
    /// Files the destination no longer has.
    pub num_removed_files: u64,
    /// Files copied.
    pub num_copied_files: u64,
    /// Bytes of the removed files.
    pub removed_files_size: u64,
    /// Bytes copied.
    pub copied_files_size: u64,
}

impl CloneMetrics {
    /// Both together.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            source_table_size: self.source_table_size + other.source_table_size,
            source_num_of_files: self.source_num_of_files + other.source_num_of_files,
            num_removed_files: self.num_removed_files + other.num_removed_files,
            num_copied_files: self.num_copied_files + other.num_copied_files,
            removed_files_size: self.removed_files_size + other.removed_files_size,
            copied_files_size: self.copied_files_size + other.copied_files_size,
        }
    }
}

/// The source format as the guide prints it; Delta unless the platform says otherwise.
pub(crate) fn format_name(format: Option<&DataSourceFormat>) -> String {
    format.unwrap_or(&DataSourceFormat::Delta).to_string()
}
