//! How a table of the destination differs from what cloning its source would make.

mod compare;
mod tables;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::settings::RowScope;

pub(crate) use compare::drift;
pub use tables::{DriftState, TableDrift, drifts};

/// How a securable of the destination differs from what cloning would make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "drift", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Drift {
    /// The source has another version than the one that was cloned.
    VersionDrift {
        /// The version that was cloned.
        cloned: u64,
        /// The version to clone now.
        current: u64,
    },
    /// The source was dropped and made again since it was cloned.
    SourceRecreated,
    /// It was cloned from another table.
    OtherSource {
        /// The table its last `CLONE` names.
        source: String,
    },
    /// It was written since it was cloned.
    TargetEdited {
        /// What was done to it.
        operation: String,
        /// The version that made.
        version: u64,
    },
    /// It was made of other rows of its source.
    OtherRows {
        /// Which.
        rows: RowScope,
    },
    /// It was not made by `CLONE`.
    NotAClone,
    /// Nobody can tell whether it was written since it was cloned, or whether it is a clone at all.
    EditsUnknown {
        /// Why.
        reason: String,
    },
    /// A run ended while it filled the table.
    Unfinished,
    /// The version of its source cannot be told.
    UnableToCompare {
        /// Why.
        reason: String,
    },
    /// It has its own files where it should refer to the source's, or the other way round.
    OtherCloneType,
    /// Its source maps columns in another way.
    OtherColumnMapping,
    /// It has a column that guards may go by, and that its source lost.
    LostColumn {
        /// Which.
        column: String,
    },
    /// Its text, its columns or its properties differ.
    DefinitionDiffers,
    /// It is equal, and replaced because the settings say so.
    Forced,
}

impl Drift {
    /// Whether replacing would, or might, destroy what somebody did in the destination.
    pub fn is_edit(&self) -> bool {
        matches!(self, Self::TargetEdited { .. } | Self::NotAClone | Self::EditsUnknown { .. })
    }

    /// Whether no statement replaces the table, so that it is dropped first.
    pub(crate) fn drops_first(&self) -> bool {
        matches!(self, Self::OtherCloneType | Self::OtherColumnMapping | Self::LostColumn { .. })
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::VersionDrift { cloned, current } => {
                write!(f, "version {cloned} of the source was cloned, it has version {current}")
            }
            Self::SourceRecreated => f.write_str("the source was dropped and made again"),
            Self::OtherSource { source } => write!(f, "it was cloned from {source}"),
            Self::TargetEdited { operation, version } => {
                write!(f, "edited in the destination since it was cloned ({operation}, version {version})")
            }
            Self::OtherRows { rows: RowScope::Where(condition) } => {
                write!(f, "it has the rows that meet `{condition}`")
            }
            Self::OtherRows { rows } => write!(f, "it has {rows} of the source's rows"),
            Self::NotAClone => f.write_str("the destination's table was not made by cloning"),
            Self::EditsUnknown { reason } => {
                write!(f, "whether it was edited in the destination cannot be told: {reason}")
            }
            Self::Unfinished => f.write_str("an earlier run ended before the table was filled"),
            Self::UnableToCompare { reason } => write!(f, "unable to compare: {reason}"),
            Self::OtherCloneType => {
                f.write_str("dropped first, for deep and shallow clones cannot replace each other")
            }
            Self::OtherColumnMapping => {
                f.write_str("dropped first, for no clone changes how the columns of a table are mapped")
            }
            Self::LostColumn { column } => {
                write!(
                    f,
                    "dropped first, for its history would show the column `{column}`, which the source lost"
                )
            }
            Self::DefinitionDiffers => f.write_str("the definition differs"),
            Self::Forced => f.write_str("force_reclone"),
        }
    }
}
