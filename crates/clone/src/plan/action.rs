//! What a step does: a statement built from typed names, a REST call, or a copy of files.

mod alter_table;
mod copy_files;
mod create_function;
mod guard;
mod made_table;
mod rest_call;
mod statement;

use std::fmt;

use clxs_api::FullName;
use clxs_api::policy::PolicyInfo;
use clxs_client::FileRoot;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use alter_table::{AlterTable, TableChange};
pub use copy_files::{CopyFiles, CopyVersion, RemoveFiles, Transfer};
pub use create_function::CreateFunction;
pub use guard::{SetMask, SetRowFilter};
pub use made_table::{CreateTable, FillTable, MarkCopy, Proof};
pub(crate) use rest_call::AddedKey;
pub use rest_call::{AliasTarget, RestCall};
pub use statement::{CloneTable, CreateView, SchemaMode, Statement, StatementText};

use crate::inventory::{CopyMark, CopyStage, VersionOrigin};
use crate::settings::OnError;

/// What a step does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "a step does nothing that this version knows; plan again")]
pub enum Action {
    /// Sends a statement to the warehouse.
    Statement(Statement),
    /// Calls the REST API.
    Rest(RestCall),
    /// Moves files through this process.
    Transfer(Transfer),
}

impl From<Statement> for Action {
    fn from(statement: Statement) -> Self {
        Self::Statement(statement)
    }
}

impl From<Transfer> for Action {
    fn from(transfer: Transfer) -> Self {
        Self::Transfer(transfer)
    }
}

impl From<RestCall> for Action {
    fn from(call: RestCall) -> Self {
        Self::Rest(call)
    }
}

/// What an action sends.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// A statement.
    Statement(StatementText),
    /// A REST call.
    Rest {
        /// `POST`, `PUT`, `PATCH` or `DELETE`.
        method: &'static str,
        /// The path, names not yet percent-encoded.
        path: String,
        /// The body.
        body: Value,
    },
    /// Files that are read and written by the Files API.
    Copy {
        /// Where they are.
        from: String,
        /// Where they are to be.
        to: String,
    },
    /// Files that are removed by the Files API.
    Remove {
        /// Where they are.
        from: String,
        /// Their paths there.
        files: Vec<String>,
    },
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Statement(statement) => f.write_str(&statement.text),
            Self::Rest { method, path, body } => write!(f, "{method} {path} {body}"),
            Self::Copy { from, to } => write!(f, "copy the files of {from} to {to}"),
            Self::Remove { from, files } => write!(f, "remove {files:?} from {from}"),
        }
    }
}

/// A table that an action makes of another one.
#[derive(Debug)]
pub(crate) struct MakesTable<'a> {
    /// The dotted name of the other one.
    pub(crate) source: String,
    /// The table.
    pub(crate) table: &'a FullName,
}

impl<'a> MakesTable<'a> {
    fn of(table: &'a FullName, mark: &CopyMark) -> Self {
        Self { source: mark.origin.source.clone(), table }
    }
}

impl Action {
    /// Where the files of the table or volume are to be that it makes, when it says.
    pub(crate) fn location(&self) -> Option<&str> {
        match self {
            Self::Statement(Statement::CloneTable(clone)) => clone.location.as_deref(),
            Self::Statement(Statement::CreateTable(create)) => create.location.as_deref(),
            Self::Rest(RestCall::CreateVolume(create)) => create.storage_location.as_deref(),
            _ => None,
        }
    }

    /// The primary or foreign key that it makes.
    pub(crate) fn added_key(&self) -> Option<AddedKey> {
        match self {
            Self::Rest(call) => call.added_key(),
            Self::Statement(_) | Self::Transfer(_) => None,
        }
    }

    /// The policy that it makes, or makes what it is to be.
    pub(crate) fn written_policy(&self) -> Option<&PolicyInfo> {
        match self {
            Self::Rest(RestCall::CreatePolicy(policy) | RestCall::UpdatePolicy { policy, .. }) => {
                Some(policy)
            }
            _ => None,
        }
    }

    /// What the action sends, for people and for the JSON form of a plan.
    pub fn effect(&self) -> Effect {
        match self {
            Self::Statement(statement) => Effect::Statement(statement.text()),
            Self::Rest(call) => {
                let (method, path, body) = call.request();
                Effect::Rest { method, path, body }
            }
            Self::Transfer(Transfer::CopyFiles(copy)) => Effect::Copy {
                from: FileRoot::Volume(copy.source.clone()).to_string(),
                to: FileRoot::Volume(copy.destination.clone()).to_string(),
            },
            Self::Transfer(Transfer::CopyVersion(copy)) => {
                let VersionOrigin { model, version, .. } = &copy.origin;
                Effect::Copy {
                    from: FileRoot::ModelVersion { model: model.clone(), version: *version }.to_string(),
                    to: format!("a new version of {}", copy.destination.dotted()),
                }
            }
            Self::Transfer(Transfer::RemoveFiles(remove)) => Effect::Remove {
                from: FileRoot::Volume(remove.volume.clone()).to_string(),
                files: remove.files.keys().cloned().collect(),
            },
        }
    }

    /// What the failure of a hook means; `None` for everything else.
    pub fn hook(&self) -> Option<OnError> {
        match self {
            Self::Statement(Statement::Hook { on_error, .. }) => Some(*on_error),
            _ => None,
        }
    }

    /// The table that it clones; tables that are made and filled by several statements look for themselves.
    pub(crate) fn clones_table(&self) -> Option<MakesTable<'_>> {
        let clone = self.clone_table()?;
        Some(MakesTable { source: clone.source.dotted(), table: &clone.destination })
    }

    /// Whether it makes a table, of which nothing that was there before is left.
    pub(crate) fn makes_anew(&self) -> bool {
        matches!(self, Self::Statement(Statement::CloneTable(_) | Statement::CreateTable(_)))
    }

    /// The table that is what a run wanted once the action is done.
    pub(crate) fn ends_table(&self) -> Option<MakesTable<'_>> {
        match self.mark() {
            Some((table, mark)) => (mark.stage == CopyStage::Complete).then(|| MakesTable::of(table, mark)),
            None => self.clones_table(),
        }
    }

    /// The table whose rows the action is the first to touch; `None` for actions that look for themselves.
    pub(crate) fn begins_copy(&self) -> Option<MakesTable<'_>> {
        let (table, mark) = self.mark()?;
        let begins = match self {
            Self::Statement(Statement::CreateTable(table)) => table.replace,
            _ => mark.stage == CopyStage::Begun,
        };
        begins.then(|| MakesTable::of(table, mark))
    }

    /// The table that it opens for a copy of another one.
    pub(crate) fn opens_table(&self) -> Option<MakesTable<'_>> {
        let (table, mark) = self.mark()?;
        (mark.stage == CopyStage::Begun).then(|| MakesTable::of(table, mark))
    }

    /// The table that it fills with rows, which an earlier step opened for that.
    pub(crate) fn fills(&self) -> Option<MakesTable<'_>> {
        match self {
            Self::Statement(Statement::FillTable(fill)) => {
                Some(MakesTable { source: fill.source.dotted(), table: &fill.destination })
            }
            _ => None,
        }
    }

    /// The table of which it notes that all rows are there, which earlier steps brought.
    pub(crate) fn ends_copy(&self) -> Option<MakesTable<'_>> {
        self.ends_table().filter(|_| matches!(self, Self::Statement(Statement::MarkCopy(_))))
    }

    /// What it notes of a copy, and in which table.
    fn mark(&self) -> Option<(&FullName, &CopyMark)> {
        match self {
            Self::Statement(Statement::MarkCopy(note)) => Some((&note.table, &note.mark)),
            Self::Statement(Statement::CreateTable(table)) => Some((&table.name, &table.mark)),
            _ => None,
        }
    }

    /// Whether something of it may be left although it did not do what it was to do.
    pub(crate) fn may_leave_a_part(&self) -> bool {
        matches!(self, Self::Transfer(Transfer::CopyVersion(_) | Transfer::CopyFiles(_)))
    }

    /// Whether it makes or replaces a view or a function.
    pub(crate) fn makes_text(&self) -> bool {
        matches!(self, Self::Statement(Statement::CreateView(_) | Statement::CreateFunction(_)))
    }

    /// Whether it sets or drops a row filter or a mask of a table that is there.
    pub(crate) fn sets_guard(&self) -> bool {
        matches!(self, Self::Statement(Statement::SetRowFilter(_) | Statement::SetMask(_)))
    }

    /// Whether it brings back a table that was dropped.
    pub(crate) fn undrops(&self) -> bool {
        matches!(self, Self::Statement(Statement::Undrop { .. }))
    }

    /// Whether it removes a securable whole.
    pub(crate) fn removes(&self) -> bool {
        matches!(self, Self::Statement(Statement::Drop(_)) | Self::Rest(RestCall::DeleteModel { .. }))
    }

    /// Whether it drops a table.
    pub(crate) fn drops_table(&self) -> bool {
        matches!(self, Self::Statement(Statement::Drop(dropped)) if dropped.kind == crate::Kind::Table)
    }

    /// Whether it copies rows, which may take hours.
    pub(crate) fn copies_rows(&self) -> bool {
        matches!(self, Self::Statement(statement) if statement.copies_rows())
    }

    /// The clone it makes, if it makes one.
    pub fn clone_table(&self) -> Option<&CloneTable> {
        match self {
            Self::Statement(Statement::CloneTable(clone)) => Some(clone),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn action_that_nobody_knows_is_told_in_plain_words() {
        let unknown = serde_json::json!({"action": "levitate"});
        let told = serde_json::from_value::<Action>(unknown).unwrap_err();
        insta::assert_snapshot!(told, @"a step does nothing that this version knows; plan again");
    }
}
