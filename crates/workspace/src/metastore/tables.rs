//! Tables, and views: to the metastore a view is a table with a definition.

use clxs_api::table::{ColumnInfo, DataSourceFormat, DependencyList, TableType};
use clxs_api::{FullName, Identifier, Properties};
use rusqlite::Row;
use serde::{Deserialize, Serialize};

use super::row::{Audit, identifier, json, new_id};
use super::{MetastoreError, SchemaRow, TableGuards, Transaction};

mod dropped;
mod list;
mod write;

pub(crate) use dropped::DroppedTable;
pub(crate) use list::{TableFilter, TableHead};

/// A table or view.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TableRow {
    pub(crate) id: String,
    pub(crate) schema_id: String,
    pub(crate) catalog: Identifier,
    pub(crate) schema: Identifier,
    pub(crate) name: Identifier,
    pub(crate) table_type: TableType,
    /// Absent for views.
    pub(crate) format: Option<DataSourceFormat>,
    /// A normalised `file://` URL; absent for views.
    pub(crate) location: Option<String>,
    pub(crate) owner: String,
    pub(crate) comment: Option<String>,
    pub(crate) properties: Properties,
    /// The version of the Delta log that the row mirrors.
    pub(crate) delta_version: Option<u64>,
    /// What a shallow clone reads its files from.
    pub(crate) source: Option<FullName>,
    pub(crate) audit: Audit,
    pub(crate) view: Option<ViewDetails>,
    /// Its row filter and column masks.
    pub(crate) guards: TableGuards,
    /// In order; empty when listed with [`ColumnDetail::Omitted`].
    pub(crate) columns: Vec<ColumnInfo>,
}

/// In the order in which rows are read and written; the last is most of a row.
const COLUMNS: [&str; 18] = [
    "id",
    "schema_id",
    "name",
    "table_type",
    "format",
    "location",
    "owner",
    "comment",
    "properties",
    "delta_version",
    "source",
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "view",
    "guards",
    "columns",
];

/// What a view has and a table has not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ViewDetails {
    /// The query as written.
    pub(crate) definition: String,
    /// The catalog in which its unqualified names are looked up.
    pub(crate) current_catalog: Identifier,
    /// The schema in which its unqualified names are looked up.
    pub(crate) current_schema: Identifier,
    /// What it reads.
    pub(crate) dependencies: DependencyList,
    /// The names of the query's own columns when the view was made, by which they are found again; empty in views of
    /// early versions, which show them by position.
    #[serde(default)]
    pub(crate) output: Vec<String>,
}

/// Whether a listing reads columns, which are most of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnDetail {
    Loaded,
    Omitted,
}

impl TableRow {
    /// A table with nothing but a name, which becomes lower case, owned by its maker.
    pub(crate) fn new(schema: &SchemaRow, name: &Identifier, table_type: TableType, maker: &str) -> Self {
        Self {
            id: new_id(),
            schema_id: schema.id.clone(),
            catalog: schema.catalog().clone(),
            schema: schema.name.clone(),
            name: name.to_lowercase(),
            table_type,
            format: None,
            location: None,
            owner: maker.to_owned(),
            comment: None,
            properties: Properties::new(),
            delta_version: None,
            source: None,
            audit: Audit::now(maker),
            view: None,
            guards: TableGuards::default(),
            columns: Vec::new(),
        }
    }

    /// Its full name.
    pub(crate) fn full_name(&self) -> FullName {
        FullName::of_catalog(self.catalog.clone()).child(self.schema.clone()).child(self.name.clone())
    }

    /// Whether a query defines it: a view of any kind.
    pub(crate) fn is_query(&self) -> bool {
        self.view.is_some()
    }

    /// Whether it is a query and has no files.
    pub(crate) fn is_view(&self) -> bool {
        self.is_query() && !self.is_materialized()
    }

    /// Whether it is a query whose result is in files of its own.
    pub(crate) fn is_materialized(&self) -> bool {
        self.table_type == TableType::MaterializedView
    }

    /// Whether its folder is the workspace's own and goes with it.
    pub(crate) fn is_managed(&self) -> bool {
        matches!(
            self.table_type,
            TableType::Managed | TableType::ManagedShallowClone | TableType::MaterializedView
        )
    }

    /// The column of this name, in any case.
    ///
    /// # Errors
    /// [`MetastoreError::ColumnNotFound`]
    pub(crate) fn column(&self, name: &Identifier) -> Result<&ColumnInfo, MetastoreError> {
        let found =
            self.columns.iter().find(|column| column.name.as_deref().is_some_and(|own| name.matches(own)));
        found.ok_or_else(|| MetastoreError::ColumnNotFound {
            column: name.as_str().to_owned(),
            table: self.full_name().dotted(),
        })
    }

    /// The names of its partition columns, outermost first.
    pub(crate) fn partition_columns(&self) -> Vec<&str> {
        let mut columns: Vec<_> = self
            .columns
            .iter()
            .filter_map(|column| Some((column.partition_index?, column.name.as_deref()?)))
            .collect();
        columns.sort_unstable();
        columns.into_iter().map(|(_, name)| name).collect()
    }

    /// The platform's finer kind, such as `TABLE_DELTA`, for messages.
    pub(crate) fn securable_kind(&self) -> &'static str {
        match self.table_type {
            TableType::View => "TABLE_VIEW",
            TableType::MaterializedView => "TABLE_MATERIALIZED_VIEW",
            TableType::MetricView => "TABLE_METRIC_VIEW",
            TableType::External | TableType::ExternalShallowClone => "TABLE_DELTA_EXTERNAL",
            _ => "TABLE_DELTA",
        }
    }
}

impl Transaction<'_> {
    /// Reads the columns of `SELECT`: catalog and schema, then those of the table.
    fn read_table(&self, row: &Row<'_>) -> rusqlite::Result<TableRow> {
        let source: Option<String> = row.get(12)?;
        let view: Option<String> = row.get(17)?;
        Ok(TableRow {
            catalog: identifier(row, 0)?,
            schema: identifier(row, 1)?,
            id: row.get(2)?,
            schema_id: row.get(3)?,
            name: identifier(row, 4)?,
            table_type: TableType::from(row.get_ref(5)?.as_str()?),
            format: row.get::<_, Option<String>>(6)?.as_deref().map(DataSourceFormat::from),
            location: row.get::<_, Option<String>>(7)?.map(|stored| self.shared.managed.resolve(stored)),
            owner: row.get(8)?,
            comment: row.get(9)?,
            properties: json(row, 10)?,
            delta_version: row.get(11)?,
            source: source.map(|_| json(row, 12)).transpose()?,
            audit: Audit::read(row, 13)?,
            view: view.map(|_| json(row, 17)).transpose()?,
            guards: json(row, 18)?,
            columns: json(row, 19)?,
        })
    }
}
