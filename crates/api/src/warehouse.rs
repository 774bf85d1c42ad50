//! SQL warehouses: where statements run.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Extra;
use crate::null_as_default;
use crate::wire_enum::wire_enum;

wire_enum! {
    /// What a warehouse is doing.
    pub enum WarehouseState {
        Starting = "STARTING",
        Running = "RUNNING",
        Stopping = "STOPPING",
        Stopped = "STOPPED",
        Deleting = "DELETING",
        Deleted = "DELETED",
    }
}

/// A warehouse.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WarehouseInfo {
    /// Its id.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// What it is doing.
    pub state: Option<WarehouseState>,
    /// `2X-Small` …
    pub cluster_size: Option<String>,
    /// Clusters now.
    pub num_clusters: Option<i32>,
    /// Clusters at least.
    pub min_num_clusters: Option<i32>,
    /// Clusters at most; classic and pro run 10 statements on each (`facts/settled.md` §11).
    pub max_num_clusters: Option<i32>,
    /// `PRO`, `CLASSIC` …
    pub warehouse_type: Option<String>,
    /// Whether it is serverless.
    pub enable_serverless_compute: Option<bool>,
    /// Who made it.
    pub creator_name: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A page of warehouses.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListWarehousesResponse {
    /// The warehouses of this page.
    #[serde(deserialize_with = "null_as_default")]
    pub warehouses: Vec<WarehouseInfo>,
    /// Present unless this is the last page.
    pub next_page_token: Option<String>,
}
