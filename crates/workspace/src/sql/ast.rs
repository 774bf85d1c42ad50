//! What a statement means, as our own types. The parser makes these and nothing else; queries stay
//! `sqlparser` trees, because rewriting and planning them is what that crate is good for.

use clxs_api::{FullName, Identifier, Privilege, SecurableKind};
use datafusion::sql::sqlparser::ast as sqlparser;

use crate::delta::schema::StructField;

/// One statement.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Statement {
    CreateCatalog(CreateCatalog),
    CreateSchema(CreateSchema),
    CreateTable(Box<CreateTable>),
    CreateView(Box<CreateView>),
    Clone(Box<CloneTable>),
    Drop(Drop),
    AlterTable(AlterTable),
    AlterSecurable(AlterSecurable),
    Comment { on: Commented, comment: Option<String> },
    Insert(Box<Insert>),
    Delete(Box<Delete>),
    Query(Box<sqlparser::Query>),
    Use(Use),
    Grant(Grant),
    Revoke(Grant),
    ShowGrants(ShowGrants),
    Show(Show),
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

/// `'key' = 'value'` pairs in the order written.
pub(crate) type PropertyList = Vec<(String, String)>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreateCatalog {
    pub(crate) name: Identifier,
    pub(crate) if_not_exists: bool,
    pub(crate) managed_location: Option<String>,
    pub(crate) comment: Option<String>,
    pub(crate) properties: PropertyList,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreateSchema {
    /// One part, or two with the catalog.
    pub(crate) name: ObjectName,
    pub(crate) if_not_exists: bool,
    pub(crate) managed_location: Option<String>,
    pub(crate) comment: Option<String>,
    pub(crate) properties: PropertyList,
}

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

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreateTable {
    pub(crate) name: TableReference,
    pub(crate) on_existing: OnExisting,
    /// Columns in order; with metadata for comments, defaults, generation and identity, as Delta writes it.
    pub(crate) columns: Vec<StructField>,
    /// `USING …`, in lower case; Delta when absent.
    pub(crate) provider: Option<String>,
    pub(crate) partition_columns: Vec<Identifier>,
    pub(crate) cluster_columns: Vec<Identifier>,
    pub(crate) location: Option<String>,
    pub(crate) comment: Option<String>,
    pub(crate) properties: PropertyList,
    pub(crate) constraints: Vec<CheckConstraint>,
    pub(crate) query: Option<Box<sqlparser::Query>>,
}

/// A CHECK constraint with its expression as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckConstraint {
    pub(crate) name: Identifier,
    pub(crate) expression: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CreateView {
    pub(crate) name: ObjectName,
    pub(crate) on_existing: OnExisting,
    /// Names and comments of the output columns, when they are listed.
    pub(crate) columns: Vec<ViewColumn>,
    pub(crate) comment: Option<String>,
    pub(crate) properties: PropertyList,
    /// `WITH SCHEMA …`: `BINDING`, `COMPENSATION`, `TYPE EVOLUTION` or `EVOLUTION`.
    pub(crate) schema_mode: Option<String>,
    /// The query exactly as written.
    pub(crate) definition: String,
    pub(crate) query: Box<sqlparser::Query>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ViewColumn {
    pub(crate) name: Identifier,
    pub(crate) comment: Option<String>,
}

/// `CREATE TABLE … CLONE …` (facts/sql.md §2).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CloneTable {
    pub(crate) target: TableReference,
    pub(crate) on_existing: OnExisting,
    pub(crate) shallow: bool,
    pub(crate) source: TableReference,
    pub(crate) as_of: Option<AsOf>,
    pub(crate) properties: PropertyList,
    pub(crate) location: Option<String>,
}

/// `DROP CATALOG | SCHEMA | TABLE | VIEW`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drop {
    pub(crate) kind: DropKind,
    pub(crate) name: ObjectName,
    pub(crate) if_exists: bool,
    pub(crate) cascade: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DropKind {
    Catalog,
    Schema,
    Table,
    View,
}

/// `ALTER TABLE` and `ALTER VIEW`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AlterTable {
    pub(crate) name: ObjectName,
    /// Whether `ALTER VIEW` was written.
    pub(crate) view: bool,
    pub(crate) action: AlterTableAction,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum AlterTableAction {
    SetProperties(PropertyList),
    UnsetProperties {
        keys: Vec<String>,
        if_exists: bool,
    },
    SetOwner(Identifier),
    AddCheck(CheckConstraint),
    DropConstraint {
        name: Identifier,
        if_exists: bool,
    },
    CommentColumn {
        column: Identifier,
        comment: String,
    },
    RenameTo(ObjectName),
    /// `ALTER VIEW … AS query`, the query exactly as written.
    SetQuery {
        definition: String,
        query: Box<sqlparser::Query>,
    },
}

/// `ALTER CATALOG` and `ALTER SCHEMA`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AlterSecurable {
    /// `Catalog` or `Schema`.
    pub(crate) kind: SecurableKind,
    pub(crate) name: ObjectName,
    pub(crate) action: AlterSecurableAction,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AlterSecurableAction {
    SetOwner(Identifier),
    /// `SET DBPROPERTIES`
    SetProperties(PropertyList),
    /// `UNSET DBPROPERTIES`
    UnsetProperties {
        keys: Vec<String>,
        if_exists: bool,
    },
}

/// What `COMMENT ON` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Commented {
    Catalog(ObjectName),
    Schema(ObjectName),
    /// A table or a view.
    Table(ObjectName),
    Column {
        table: ObjectName,
        column: Identifier,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Insert {
    pub(crate) table: TableReference,
    pub(crate) overwrite: bool,
    /// Listed columns; empty means all in order.
    pub(crate) columns: Vec<Identifier>,
    pub(crate) by_name: bool,
    pub(crate) source: Box<sqlparser::Query>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Delete {
    pub(crate) table: TableReference,
    pub(crate) alias: Option<Identifier>,
    pub(crate) predicate: Option<sqlparser::Expr>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Use {
    Catalog(Identifier),
    /// One part, or two with the catalog.
    Schema(ObjectName),
}

/// `GRANT … ON … TO …` and `REVOKE … ON … FROM …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) privileges: Vec<Privilege>,
    pub(crate) on: GrantTarget,
    pub(crate) principal: String,
}

/// What a grant is on. The kind is as written; `VIEW` is [`SecurableKind::Table`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GrantTarget {
    pub(crate) kind: SecurableKind,
    /// Absent for the metastore.
    pub(crate) name: Option<ObjectName>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShowGrants {
    pub(crate) principal: Option<String>,
    pub(crate) on: GrantTarget,
}

/// The `SHOW` family but `SHOW GRANTS`. Patterns are Spark's: `*` and `|`, case does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Show {
    Catalogs { pattern: Option<String> },
    Schemas { catalog: Option<Identifier>, pattern: Option<String> },
    Tables { schema: Option<ObjectName>, pattern: Option<String> },
    Views { schema: Option<ObjectName>, pattern: Option<String> },
    Columns { table: ObjectName },
    Properties { table: ObjectName, key: Option<String> },
    CreateTable { table: ObjectName },
}

/// The `DESCRIBE` family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Describe {
    Table { table: TableReference, extended: bool },
    Detail { table: TableReference },
    History { table: TableReference, limit: Option<usize> },
    Schema { name: ObjectName, extended: bool },
    Catalog { name: Identifier, extended: bool },
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
