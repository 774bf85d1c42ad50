//! What the engine clones, with the distinctions REST does not make in [`SecurableKind`].
//!
//! All that other modules ask of a kind is answered here, by matches without a default: a new kind is a variant
//! that the compiler leads through these, a file that reads it and a file that plans it.

use std::fmt;

use clxs_api::table::TableType;
use clxs_api::{FullName, Privilege, SecurableKind, endpoint};
use serde::{Deserialize, Serialize};

use crate::settings::ObjectType;

/// The kind of a securable, as people tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// A catalog.
    Catalog,
    /// A schema.
    Schema,
    /// A schema of the platform's own: `information_schema`.
    SystemSchema,
    /// A managed or external table, shallow clones included.
    Table,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// A streaming table.
    StreamingTable,
    /// A metric view.
    MetricView,
    /// A table of another system.
    ForeignTable,
    /// A volume.
    Volume,
    /// A registered model.
    Model,
    /// A function.
    Function,
    /// Something this version does not know.
    Unknown,
}

impl Kind {
    /// What REST lists as a table. A missing type is unknown, never a guess.
    pub fn of_table(table_type: Option<&TableType>) -> Self {
        match table_type {
            Some(
                TableType::Managed
                | TableType::External
                | TableType::ManagedShallowClone
                | TableType::ExternalShallowClone,
            ) => Self::Table,
            Some(TableType::View) => Self::View,
            Some(TableType::MaterializedView) => Self::MaterializedView,
            Some(TableType::StreamingTable) => Self::StreamingTable,
            Some(TableType::MetricView) => Self::MetricView,
            Some(TableType::Foreign) => Self::ForeignTable,
            Some(_) | None => Self::Unknown,
        }
    }

    /// The kind in REST paths: everything listed as a table is one (`facts/rest_api.md` §6). Securables of one
    /// REST kind share their names, those of different kinds do not.
    pub fn securable_kind(self) -> SecurableKind {
        match self {
            Self::Catalog => SecurableKind::Catalog,
            Self::Schema | Self::SystemSchema => SecurableKind::Schema,
            Self::Table
            | Self::View
            | Self::MaterializedView
            | Self::StreamingTable
            | Self::MetricView
            | Self::ForeignTable
            | Self::Unknown => SecurableKind::Table,
            Self::Volume => SecurableKind::Volume,
            Self::Model => SecurableKind::RegisteredModel,
            Self::Function => SecurableKind::Function,
        }
    }

    /// The REST path of securables of this kind.
    pub(crate) fn endpoint(self) -> &'static str {
        match self {
            Self::Catalog => endpoint::CATALOGS,
            Self::Schema | Self::SystemSchema => endpoint::SCHEMAS,
            Self::Table
            | Self::View
            | Self::MaterializedView
            | Self::StreamingTable
            | Self::MetricView
            | Self::ForeignTable
            | Self::Unknown => endpoint::TABLES,
            Self::Volume => endpoint::VOLUMES,
            Self::Model => endpoint::MODELS,
            Self::Function => endpoint::FUNCTIONS,
        }
    }

    /// The word after `DROP` and `ALTER`.
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Self::Catalog => "CATALOG",
            Self::Schema | Self::SystemSchema => "SCHEMA",
            Self::View | Self::MetricView => "VIEW",
            Self::MaterializedView => "MATERIALIZED VIEW",
            Self::Volume => "VOLUME",
            Self::Model => "MODEL",
            Self::Function => "FUNCTION",
            Self::Table | Self::StreamingTable | Self::ForeignTable | Self::Unknown => "TABLE",
        }
    }

    /// The privilege that its container must give to who makes one; `None` for what no plan makes (`facts/sql.md` §4; of
    /// what pipelines fill, <https://docs.databricks.com/gcp/en/ldp/dbsql/compute>, "Requirements").
    pub(crate) fn privilege_to_make(self) -> Option<Privilege> {
        match self {
            Self::Catalog => Some(Privilege::CreateCatalog),
            Self::Schema => Some(Privilege::CreateSchema),
            Self::Table | Self::View | Self::MetricView | Self::StreamingTable => {
                Some(Privilege::CreateTable)
            }
            Self::MaterializedView => Some(Privilege::CreateMaterializedView),
            Self::Function => Some(Privilege::CreateFunction),
            Self::Volume => Some(Privilege::CreateVolume),
            Self::Model => Some(Privilege::CreateModel),
            Self::SystemSchema | Self::ForeignTable | Self::Unknown => None,
        }
    }

    /// Whether it is a text that reads others, and has no rows of its own.
    pub(crate) fn is_view(self) -> bool {
        matches!(self, Self::View | Self::MetricView)
    }

    /// Whether a pipeline owns and fills it.
    pub(crate) fn is_of_pipeline(self) -> bool {
        matches!(self, Self::MaterializedView | Self::StreamingTable)
    }

    /// What the settings call it, of what REST lists as a table.
    pub(crate) fn object_type(self) -> ObjectType {
        if self.has_rows() { ObjectType::Table } else { ObjectType::View }
    }

    /// Whether it has rows of its own: what the guide's lines count as tables.
    pub(crate) fn has_rows(self) -> bool {
        match self {
            Self::Table
            | Self::MaterializedView
            | Self::StreamingTable
            | Self::ForeignTable
            | Self::Unknown => true,
            Self::Catalog
            | Self::Schema
            | Self::SystemSchema
            | Self::View
            | Self::MetricView
            | Self::Volume
            | Self::Model
            | Self::Function => false,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Catalog => "catalog",
            Self::Schema => "schema",
            Self::SystemSchema => "system schema",
            Self::Table => "table",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::StreamingTable => "streaming table",
            Self::MetricView => "metric view",
            Self::ForeignTable => "foreign table",
            Self::Volume => "volume",
            Self::Model => "registered model",
            Self::Function => "function",
            Self::Unknown => "securable of unknown type",
        })
    }
}

/// A securable by kind and full name. `Display` is for people: `table retail.sales.orders`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Securable {
    /// What it is.
    pub kind: Kind,
    /// Its full name.
    pub name: FullName,
}

impl Securable {
    /// A securable of this kind and name.
    pub fn new(kind: Kind, name: FullName) -> Self {
        Self { kind, name }
    }

    /// Whether whoever uses it does so with the rights of its owner.
    pub(crate) fn lends_rights(&self) -> bool {
        self.kind == Kind::Function || self.kind.is_view()
    }
}

impl fmt::Display for Securable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.name.dotted())
    }
}
