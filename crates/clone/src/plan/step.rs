//! A step: one thing to do to one facet of one securable.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Action;
use crate::Securable;

/// The place of a step in its plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub u32);

impl StepId {
    /// The index of the step in [`Plan::steps`](super::Plan::steps).
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What of a securable a step brings about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Facet {
    /// The securable itself: its existence, its data, its text.
    Definition,
    /// Whether only bound workspaces see a catalog.
    Isolation,
    /// The workspaces that see an isolated catalog.
    Bindings,
    /// Where its files are.
    Location,
    /// The files of a volume.
    Files,
    /// The versions of a registered model.
    Versions,
    /// The aliases of its versions.
    Aliases,
    /// Its comment.
    Comment,
    /// Its properties.
    Properties,
    /// Its tags.
    Tags,
    /// The tags of its columns.
    ColumnTags,
    /// Its primary key.
    PrimaryKey,
    /// Its foreign keys.
    ForeignKey,
    /// Its row filter.
    RowFilter,
    /// The masks of its columns.
    ColumnMasks,
    /// Policies by attribute on it.
    Policies,
    /// Direct grants on it.
    Grants,
    /// Its owner.
    Owner,
    /// A statement of the user around it.
    Hook,
}

impl Facet {
    /// Every facet that a securable carries; hooks are nobody's.
    pub const ALL: [Self; 18] = [
        Self::Definition,
        Self::Isolation,
        Self::Bindings,
        Self::Location,
        Self::Files,
        Self::Versions,
        Self::Aliases,
        Self::Comment,
        Self::Properties,
        Self::Tags,
        Self::ColumnTags,
        Self::PrimaryKey,
        Self::ForeignKey,
        Self::RowFilter,
        Self::ColumnMasks,
        Self::Policies,
        Self::Grants,
        Self::Owner,
    ];
}

impl Facet {
    /// Whether it keeps people from seeing rows or values.
    pub(crate) fn is_guard(self) -> bool {
        matches!(self, Self::RowFilter | Self::ColumnMasks | Self::Policies)
    }
}

impl FromStr for Facet {
    type Err = ();

    /// Reads a name of a facet as people write it: `tags`, `column_tags`, `fk`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.to_lowercase().replace(['_', '-'], " ");
        let name = match text.as_str() {
            "fk" => "foreign key",
            "pk" => "primary key",
            "comments" => "comment",
            "owners" | "ownership" => "owner",
            "permissions" => "grants",
            "filters" | "filter" | "row filters" => "row filter",
            "masks" | "mask" | "column mask" => "column masks",
            "policy" => "policies",
            other => other,
        };
        Self::ALL.into_iter().find(|facet| facet.to_string() == name).ok_or(())
    }
}

impl fmt::Display for Facet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Definition => "definition",
            Self::Isolation => "isolation",
            Self::Bindings => "bindings",
            Self::Location => "location",
            Self::Files => "files",
            Self::Versions => "versions",
            Self::Aliases => "aliases",
            Self::Comment => "comment",
            Self::Properties => "properties",
            Self::Tags => "tags",
            Self::ColumnTags => "column tags",
            Self::PrimaryKey => "primary key",
            Self::ForeignKey => "foreign key",
            Self::RowFilter => "row filter",
            Self::ColumnMasks => "column masks",
            Self::Policies => "policies",
            Self::Grants => "grants",
            Self::Owner => "owner",
            Self::Hook => "hook",
        })
    }
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its place in the plan.
    pub id: StepId,
    /// The destination's securable.
    pub securable: Securable,
    /// What of it this step brings about.
    pub facet: Facet,
    /// What to do.
    pub action: Action,
    /// What undoes it; absent when nothing does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inverse: Option<Action>,
    /// Steps that must have succeeded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<StepId>,
    /// Steps that must have ended, well or not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<StepId>,
    /// What the plan was made for.
    pub expects: Expectation,
    /// Bytes of the source's files, when known: larger steps begin first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

/// What a step expects to find.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "expects", rename_all = "snake_case")]
pub enum Expectation {
    /// The destination lacks the securable.
    Absent,
    /// The destination has the securable, or an earlier step makes it.
    Present,
    /// As [`Present`](Self::Present), or there is nothing to do: what undoes a facet of what is dropped afterwards.
    PresentOrGone,
    /// The destination has the table as described.
    Table(TableState),
}

impl Expectation {
    /// The version of the table that it expects.
    pub(crate) fn version(&self) -> Option<u64> {
        match self {
            Self::Table(state) => state.version,
            Self::Absent | Self::Present | Self::PresentOrGone => None,
        }
    }
}

/// A table at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableState {
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table_id: Option<String>,
    /// Its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

#[cfg(test)]
impl Step {
    /// Some step that waits for others.
    pub(crate) fn waiting(id: u32, depends_on: &[u32], after: &[u32]) -> Self {
        let name = clxs_api::FullName::of_catalog("c".parse().unwrap());
        Self {
            id: StepId(id),
            securable: Securable::new(crate::Kind::Catalog, name.clone()),
            facet: Facet::Definition,
            action: super::Statement::RestoreTable { table: name, version: 0 }.into(),
            inverse: None,
            depends_on: depends_on.iter().copied().map(StepId).collect(),
            after: after.iter().copied().map(StepId).collect(),
            expects: Expectation::Present,
            size: None,
        }
    }
}
