//! What makes a table what it is besides its rows: read of tables that statements have to make because `CLONE` cannot.

mod column;

use clxs_api::table::{ColumnInfo, TableInfo};
use clxs_api::{FullName, Identifier, Properties};
use clxs_client::{ErrorKind, Row};
use serde::{Deserialize, Serialize};

pub use column::{Column, ColumnValue};

use super::Table;
use super::containers::own_properties;
use super::reader::Reader;
use crate::{Error, Result};

/// All that `CREATE TABLE` takes, but for name, place and comment. Keys are planned apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableShape {
    /// Its columns in order.
    pub columns: Vec<Column>,
    /// Columns that its files are partitioned by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partitioned_by: Vec<Identifier>,
    /// Columns that its rows are clustered by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clustered_by: Vec<Identifier>,
    /// Its properties without those that speak of its own versions and files. `delta.constraints.…` are its CHECK
    /// constraints; that the platform takes them from `CREATE TABLE … TBLPROPERTIES` is UNCONFIRMED.
    #[serde(default, skip_serializing_if = "Properties::is_empty")]
    pub properties: Properties,
}

impl TableShape {
    /// What REST lists of a table. Nothing there tells of clustering ([`Reader::with_detail`] does).
    ///
    /// # Errors
    /// Why no statement can make the table again.
    pub(super) fn of(info: &TableInfo) -> Result<Self, String> {
        let mut definition = Self { properties: properties(info.properties.clone()), ..Self::default() };
        let mut partitions = Vec::new();
        for column in sorted(&info.columns) {
            let made = Column::of(column)?;
            if let Some(index) = column.partition_index {
                partitions.push((index, made.name.clone()));
            }
            definition.columns.push(made);
        }
        partitions.sort();
        definition.partitioned_by = partitions.into_iter().map(|(_, name)| name).collect();
        Ok(definition)
    }

    /// Whether a table is as this says. Where its identities stand does not count, nor do properties on top: the
    /// platform sets some on every table that it makes.
    pub(crate) fn is_met_by(&self, table: &Table) -> bool {
        let Some(Ok(own)) = &table.definition else { return false };
        let has = |(key, value): (&String, &String)| own.properties.get(key) == Some(value);
        self.columns.len() == own.columns.len()
            && self.columns.iter().zip(&own.columns).all(|(column, own)| column.is_like(own))
            && (&self.partitioned_by, &self.clustered_by) == (&own.partitioned_by, &own.clustered_by)
            && self.properties.iter().all(has)
    }

    /// The columns that a statement gives values for: all but those that the table computes.
    pub fn given_columns(&self) -> Vec<Identifier> {
        let given = self.columns.iter().filter(|column| !column.is_generated());
        given.map(|column| column.name.clone()).collect()
    }
}

impl Reader<'_> {
    /// What `DESCRIBE DETAIL` knows better than REST: properties as the log has them, and clustering. Tables without
    /// a log keep what REST tells.
    pub(super) async fn with_detail(
        &self,
        name: &FullName,
        mut definition: TableShape,
    ) -> Result<TableShape> {
        match self.warehouse.query(format!("DESCRIBE DETAIL {name}")).await {
            Ok(rows) => {
                if let Some(row) = rows.get(0) {
                    add_detail(&mut definition, &row);
                }
                Ok(definition)
            }
            Err(error) if error.kind() == ErrorKind::StatementFailed => Ok(definition),
            Err(error) => Err(Error::client(format!("read the details of table `{}`", name.dotted()))(error)),
        }
    }
}

/// Maps and arrays are JSON texts in results of statements (facts/settled.md §6).
fn add_detail(definition: &mut TableShape, row: &Row<'_>) {
    let text = |column| row.get(column).ok().flatten().unwrap_or_default();
    if let Ok(stored) = serde_json::from_str::<Properties>(text("properties")) {
        definition.properties = properties(Some(stored));
    }
    let clustered: Vec<String> = serde_json::from_str(text("clusteringColumns")).unwrap_or_default();
    let column = |name: &String| definition.columns.iter().find(|column| column.name.matches(name));
    definition.clustered_by =
        clustered.iter().filter_map(|name| column(name).map(|column| column.name.clone())).collect();
}

fn sorted(columns: &[ColumnInfo]) -> Vec<&ColumnInfo> {
    let mut columns: Vec<_> = columns.iter().collect();
    columns.sort_by_key(|column| column.position);
    columns
}

/// Properties that another table can have (facts/settled.md §4, `facts/clone_on_disk.md` §3): none of the protocol, of
/// versions and files, or of where this tool noted what a table was made of.
fn properties(properties: Option<Properties>) -> Properties {
    const OF_ONE_TABLE: [&str; 14] = [
        super::origin::PREFIX,
        "clusteringColumns",
        "delta.columnMapping.maxColumnId",
        "delta.coordinatedCommits.",
        "delta.feature.",
        "delta.inCommitTimestampEnablement",
        "delta.lastCommitTimestamp",
        "delta.lastUpdateVersion",
        "delta.minReaderVersion",
        "delta.minWriterVersion",
        "delta.parquet.format.version.afe.internal",
        "delta.rowTracking.",
        "io.unitycatalog.",
        "ucTableId",
    ];
    let is_carried = |key: &str| !OF_ONE_TABLE.iter().any(|prefix| key.starts_with(prefix));
    own_properties(properties).into_iter().filter(|(key, _)| is_carried(key)).collect()
}
