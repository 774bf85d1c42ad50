//! Catalogs.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::null_as_default;
use crate::wire_enum::wire_enum;
use crate::{Extra, Properties};

wire_enum! {
    /// What a catalog is made of.
    pub enum CatalogType {
        Managed = "MANAGED_CATALOG",
        System = "SYSTEM_CATALOG",
        DeltaSharing = "DELTASHARING_CATALOG",
        Foreign = "FOREIGN_CATALOG",
        Internal = "INTERNAL_CATALOG",
        ManagedOnline = "MANAGED_ONLINE_CATALOG",
    }
}

wire_enum! {
    /// Whether every workspace of the metastore sees the catalog, or only those bound to it.
    pub enum IsolationMode {
        Open = "OPEN",
        Isolated = "ISOLATED",
    }
}

/// A catalog.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CatalogInfo {
    /// Its name.
    pub name: Option<String>,
    /// The same as `name`.
    pub full_name: Option<String>,
    /// Who owns it.
    pub owner: Option<String>,
    /// Free text about it.
    pub comment: Option<String>,
    /// Its properties; `unity.catalog.managed.*` are the platform's own.
    pub properties: Option<Properties>,
    /// What it is made of.
    pub catalog_type: Option<CatalogType>,
    /// Who sees it.
    pub isolation_mode: Option<IsolationMode>,
    /// The URL under which managed tables are kept, as given.
    pub storage_root: Option<String>,
    /// The URL under which managed tables are kept, as resolved.
    pub storage_location: Option<String>,
    /// The metastore it is in.
    pub metastore_id: Option<String>,
    /// When it was made, ms.
    pub created_at: Option<i64>,
    /// By whom.
    pub created_by: Option<String>,
    /// When it was last changed, ms.
    pub updated_at: Option<i64>,
    /// By whom.
    pub updated_by: Option<String>,
    /// `CATALOG_STANDARD`, `CATALOG_SYSTEM` … (`facts/settled.md` §1).
    pub securable_kind: Option<String>,
    /// Whether the caller may only see that it exists.
    pub browse_only: Option<bool>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Body of a request to make a catalog.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateCatalog {
    /// Its name.
    pub name: String,
    /// Free text about it.
    pub comment: Option<String>,
    /// Its properties.
    pub properties: Option<Properties>,
    /// The URL under which managed tables are to be kept.
    pub storage_root: Option<String>,
}

/// Body of a request to change a catalog: what is absent stays.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateCatalog {
    /// A new name.
    pub new_name: Option<String>,
    /// A new owner.
    pub owner: Option<String>,
    /// A new comment.
    pub comment: Option<String>,
    /// All properties from now on.
    pub properties: Option<Properties>,
    /// Who sees it.
    pub isolation_mode: Option<IsolationMode>,
}

/// A page of catalogs.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListCatalogsResponse {
    /// The catalogs of this page; a page may be empty and not the last.
    #[serde(deserialize_with = "null_as_default")]
    pub catalogs: Vec<CatalogInfo>,
    /// Present unless this is the last page.
    pub next_page_token: Option<String>,
}
