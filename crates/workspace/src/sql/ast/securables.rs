//! Catalogs and schemas, and what all kinds of securables have in common.

use clxs_api::{Identifier, SecurableKind};

use super::{ObjectName, PropertyList};

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

/// `DROP` of any kind; `cascade` also stands for `FORCE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drop {
    pub(crate) kind: DropKind,
    pub(crate) name: ObjectName,
    pub(crate) if_exists: bool,
    pub(crate) cascade: bool,
}

/// `UNDROP TABLE`
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Undrop {
    Name(ObjectName),
    /// `WITH ID`
    Id(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DropKind {
    Catalog,
    Schema,
    Table,
    View,
    MaterializedView,
    Volume,
    Function,
    ExternalLocation,
    StorageCredential,
}

/// What `COMMENT ON` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Commented {
    Catalog(ObjectName),
    Schema(ObjectName),
    /// A table or a view.
    Table(ObjectName),
    Volume(ObjectName),
    Function(ObjectName),
    Column {
        table: ObjectName,
        column: Identifier,
    },
}
