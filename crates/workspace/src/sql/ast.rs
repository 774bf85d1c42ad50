//! What a statement means, as our own types. The parser makes these and nothing else; queries stay
//! `sqlparser` trees, because rewriting and planning them is what that crate is good for.
//!
//! The statements of a family are in its file; here are the list of all and what they share.

mod functions;
mod grants;
mod guards;
mod keys;
mod rows;
mod securables;
mod session;
mod shown;
mod storage;
mod tables;
mod tags;

use clxs_api::{FullName, Identifier};
use datafusion::sql::sqlparser::ast as sqlparser;

pub(crate) use functions::{AlterFunction, CreateFunction, FunctionBody, FunctionResult};
pub(crate) use grants::{Grant, GrantTarget, ShowGrants};
pub(crate) use guards::{CreatePolicy, GuardClause, PolicyName, PolicyTarget};
pub(crate) use keys::{DropConstraint, DroppedConstraint, KeyConstraint, References};
pub(crate) use rows::{Assignment, Delete, Insert, Merge, MergeAction, MergeClause, MergeWhen, Update};
pub(crate) use securables::{
    AlterSecurable, AlterSecurableAction, Commented, CreateCatalog, CreateSchema, Drop, DropKind, Undrop,
};
pub(crate) use session::{Set, Use};
pub(crate) use shown::{Describe, FunctionScope, Show};
pub(crate) use storage::{AlterVolume, AlterVolumeAction, CreateExternalLocation, CreateVolume};
pub(crate) use tables::{
    AlterTable, AlterTableAction, AlteredKind, CheckConstraint, CloneTable, CreateMaterializedView,
    CreateTable, CreateView, Optimize, Restore, Vacuum, ViewBody, ViewColumn,
};
pub(crate) use tags::{AlterTags, TagChange, TagTarget};

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Statement {
    CreateCatalog(CreateCatalog),
    CreateSchema(CreateSchema),
    CreateTable(Box<CreateTable>),
    CreateView(Box<CreateView>),
    CreateMaterializedView(Box<CreateMaterializedView>),
    /// `REFRESH MATERIALIZED VIEW`
    RefreshMaterializedView(ObjectName),
    CreateVolume(CreateVolume),
    CreateFunction(Box<CreateFunction>),
    CreateExternalLocation(CreateExternalLocation),
    CreatePolicy(Box<CreatePolicy>),
    DropPolicy(PolicyName),
    Clone(Box<CloneTable>),
    Drop(Drop),
    Undrop(Undrop),
    AlterTable(AlterTable),
    AlterSecurable(AlterSecurable),
    AlterVolume(AlterVolume),
    AlterFunction(AlterFunction),
    AlterTags(AlterTags),
    Comment {
        on: Commented,
        comment: Option<String>,
    },
    Insert(Box<Insert>),
    Delete(Box<Delete>),
    Update(Box<Update>),
    Merge(Box<Merge>),
    Truncate(TableReference),
    Restore(Box<Restore>),
    Optimize(Box<Optimize>),
    Vacuum(Vacuum),
    Query(Box<sqlparser::Query>),
    Use(Use),
    Set(Set),
    /// `RESET name`, or of all parameters.
    Reset(Option<String>),
    Grant(Grant),
    Revoke(Grant),
    ShowGrants(ShowGrants),
    Show(Show),
    /// The files and directories of a directory of a volume.
    List {
        path: String,
        limit: Option<usize>,
    },
    Describe(Describe),
}

/// A name as written: one to three parts, to be completed with the session's catalog and schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ObjectName(pub(crate) Vec<Identifier>);

/// A table as written: by name, or by its folder as in ``delta.`/path` ``.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TableReference {
    Name(ObjectName),
    Path { format: Identifier, path: String },
}

/// The `VERSION AS OF` or `TIMESTAMP AS OF` of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum AsOf {
    Version(u64),
    /// The text of a timestamp literal, or of a constant expression the query engine can fold.
    Timestamp(Box<sqlparser::Expr>),
}

/// `DESCRIBE HISTORY` in the place of a table: so many of the newest versions, or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct History {
    pub(crate) limit: Option<usize>,
}

/// `'key' = 'value'` pairs in the order written.
pub(crate) type PropertyList = Vec<(String, String)>;

/// Whether an existing securable of that name is an error, is left alone or is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnExisting {
    /// `CREATE`
    Fail,
    /// `CREATE … IF NOT EXISTS`
    Keep,
    /// `CREATE OR REPLACE`
    Replace,
    /// `REPLACE`: there must be one.
    ReplaceOnly,
}

impl ObjectName {
    /// The full name, with what is missing taken from the session.
    ///
    /// # Errors
    /// Those of [`FullName::new`].
    pub(crate) fn resolve(
        &self,
        catalog: &Identifier,
        schema: &Identifier,
    ) -> Result<FullName, clxs_api::NameError> {
        let written = self.0.len().min(3);
        let defaults = [catalog.clone(), schema.clone()];
        let missing = defaults.into_iter().take(3 - written);
        Ok(FullName::new(missing.chain(self.0.iter().cloned()))?.to_lowercase())
    }
}
