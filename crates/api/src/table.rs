//! Tables and everything REST lists with them: views, materialized views, streaming tables.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::null_as_default;
use crate::wire_enum::wire_enum;
use crate::{Extra, Properties};

wire_enum! {
    /// What a table is.
    pub enum TableType {
        Managed = "MANAGED",
        External = "EXTERNAL",
        View = "VIEW",
        MaterializedView = "MATERIALIZED_VIEW",
        StreamingTable = "STREAMING_TABLE",
        MetricView = "METRIC_VIEW",
        Foreign = "FOREIGN",
        ManagedShallowClone = "MANAGED_SHALLOW_CLONE",
        ExternalShallowClone = "EXTERNAL_SHALLOW_CLONE",
    }
}

wire_enum! {
    /// The format of a table's files.
    pub enum DataSourceFormat {
        Delta = "DELTA",
        Parquet = "PARQUET",
        Iceberg = "ICEBERG",
        Csv = "CSV",
        Json = "JSON",
        Orc = "ORC",
        Avro = "AVRO",
        Text = "TEXT",
        DeltaSharing = "DELTASHARING",
        UnityCatalog = "UNITY_CATALOG",
        BigQueryFormat = "BIGQUERY_FORMAT",
        DatabricksFormat = "DATABRICKS_FORMAT",
        DatabricksRowStoreFormat = "DATABRICKS_ROW_STORE_FORMAT",
        DeltaUniformHudi = "DELTA_UNIFORM_HUDI",
        DeltaUniformIceberg = "DELTA_UNIFORM_ICEBERG",
        Hive = "HIVE",
        MongoDbFormat = "MONGODB_FORMAT",
        MySqlFormat = "MYSQL_FORMAT",
        NetSuiteFormat = "NETSUITE_FORMAT",
        OracleFormat = "ORACLE_FORMAT",
        PostgreSqlFormat = "POSTGRESQL_FORMAT",
        RedshiftFormat = "REDSHIFT_FORMAT",
        SalesforceDataCloudFormat = "SALESFORCE_DATA_CLOUD_FORMAT",
        SalesforceFormat = "SALESFORCE_FORMAT",
        SnowflakeFormat = "SNOWFLAKE_FORMAT",
        SqlDwFormat = "SQLDW_FORMAT",
        SqlServerFormat = "SQLSERVER_FORMAT",
        TeradataFormat = "TERADATA_FORMAT",
        VectorIndexFormat = "VECTOR_INDEX_FORMAT",
        WorkdayRaasFormat = "WORKDAY_RAAS_FORMAT",
    }
}

wire_enum! {
    /// The kind of a column's type, without its parameters.
    pub enum ColumnTypeName {
        Array = "ARRAY",
        Binary = "BINARY",
        Boolean = "BOOLEAN",
        Byte = "BYTE",
        Char = "CHAR",
        Date = "DATE",
        Decimal = "DECIMAL",
        Double = "DOUBLE",
        Float = "FLOAT",
        Int = "INT",
        Interval = "INTERVAL",
        Long = "LONG",
        Map = "MAP",
        Null = "NULL",
        Short = "SHORT",
        String = "STRING",
        Struct = "STRUCT",
        TableType = "TABLE_TYPE",
        Timestamp = "TIMESTAMP",
        TimestampNtz = "TIMESTAMP_NTZ",
        UserDefinedType = "USER_DEFINED_TYPE",
        Variant = "VARIANT",
        Geography = "GEOGRAPHY",
        Geometry = "GEOMETRY",
    }
}

/// A column of a table or view.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ColumnInfo {
    /// Its name.
    pub name: Option<String>,
    /// Its place, from 0.
    pub position: Option<i32>,
    /// Its type in SQL: `decimal(10,2)`.
    pub type_text: Option<String>,
    /// Its field as Spark writes it in JSON.
    pub type_json: Option<String>,
    /// The kind of its type.
    pub type_name: Option<ColumnTypeName>,
    /// Digits of a decimal.
    pub type_precision: Option<i32>,
    /// Digits behind the point of a decimal.
    pub type_scale: Option<i32>,
    /// Unit of an interval.
    pub type_interval_type: Option<String>,
    /// Whether it takes nulls.
    pub nullable: Option<bool>,
    /// Free text about it.
    pub comment: Option<String>,
    /// Its place among the partition columns, from 0.
    pub partition_index: Option<i32>,
    /// Its column mask.
    pub mask: Option<ColumnMask>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The mask of a column.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ColumnMask {
    /// The full name of the masking function.
    pub function_name: Option<String>,
    /// The further columns it is given.
    #[serde(deserialize_with = "null_as_default")]
    pub using_column_names: Vec<String>,
    /// Its further arguments, columns and constants.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub using_arguments: Vec<PolicyFunctionArgument>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// The row filter of a table.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct RowFilter {
    /// The full name of the filter function.
    pub function_name: String,
    /// The columns it is given.
    #[serde(deserialize_with = "null_as_default")]
    pub input_column_names: Vec<String>,
    /// Its arguments, columns and constants.
    #[serde(deserialize_with = "null_as_default", skip_serializing_if = "Vec::is_empty")]
    pub input_arguments: Vec<PolicyFunctionArgument>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// An argument of the function of a row filter or column mask: exactly one field is present.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PolicyFunctionArgument {
    /// A column of the table.
    pub column: Option<String>,
    /// A literal.
    pub constant: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A table, view, materialized view or streaming table.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableInfo {
    /// Its own name.
    pub name: Option<String>,
    /// The catalog it is in.
    pub catalog_name: Option<String>,
    /// The schema it is in.
    pub schema_name: Option<String>,
    /// `catalog.schema.name`.
    pub full_name: Option<String>,
    /// Its id: another one after it was dropped and made again.
    pub table_id: Option<String>,
    /// What it is.
    pub table_type: Option<TableType>,
    /// The format of its files; absent for views.
    pub data_source_format: Option<DataSourceFormat>,
    /// Its columns in order.
    #[serde(deserialize_with = "null_as_default")]
    pub columns: Vec<ColumnInfo>,
    /// The URL of its files.
    pub storage_location: Option<String>,
    /// The query of a view, as written.
    pub view_definition: Option<String>,
    /// What a view reads. Only in answers about one table (`facts/rest_api.md` §6).
    pub view_dependencies: Option<DependencyList>,
    /// Primary and foreign keys. Only in answers about one table (`facts/rest_api.md` §6).
    #[serde(deserialize_with = "null_as_default")]
    pub table_constraints: Vec<TableConstraint>,
    /// Its row filter.
    pub row_filter: Option<RowFilter>,
    /// Who owns it.
    pub owner: Option<String>,
    /// Free text about it.
    pub comment: Option<String>,
    /// Its properties.
    pub properties: Option<Properties>,
    /// The schemas in which unqualified names of a view are looked up.
    pub sql_path: Option<String>,
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
    /// Whether the caller may only see that it exists.
    pub browse_only: Option<bool>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// What a view or function reads.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DependencyList {
    /// Each thing once.
    #[serde(deserialize_with = "null_as_default")]
    pub dependencies: Vec<Dependency>,
}

/// One thing a view or function reads: exactly one field is present.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Dependency {
    /// A table or view.
    pub table: Option<TableDependency>,
    /// A function.
    pub function: Option<FunctionDependency>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// A table or view that something reads.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TableDependency {
    /// Its full name.
    pub table_full_name: String,
}

/// A function that something calls.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FunctionDependency {
    /// Its full name.
    pub function_full_name: String,
}

/// A constraint: exactly one field is present.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableConstraint {
    /// A primary key.
    pub primary_key_constraint: Option<PrimaryKeyConstraint>,
    /// A foreign key.
    pub foreign_key_constraint: Option<ForeignKeyConstraint>,
    /// A constraint of another kind.
    pub named_table_constraint: Option<NamedTableConstraint>,
}

/// A primary key.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PrimaryKeyConstraint {
    /// Its name.
    pub name: String,
    /// Its columns.
    #[serde(deserialize_with = "null_as_default")]
    pub child_columns: Vec<String>,
    /// The columns marked `TIMESERIES`.
    pub timeseries_columns: Option<Vec<String>>,
    /// Whether the optimizer may rely on it.
    pub rely: Option<bool>,
}

/// A foreign key.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ForeignKeyConstraint {
    /// Its name.
    pub name: String,
    /// Its columns.
    #[serde(deserialize_with = "null_as_default")]
    pub child_columns: Vec<String>,
    /// The full name of the table it points to.
    pub parent_table: String,
    /// The columns it points to.
    #[serde(deserialize_with = "null_as_default")]
    pub parent_columns: Vec<String>,
    /// Whether the optimizer may rely on it.
    pub rely: Option<bool>,
}

/// A constraint known by its name only.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct NamedTableConstraint {
    /// Its name.
    pub name: String,
}

/// Body of a request to add a primary or foreign key.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateTableConstraint {
    /// The full name of the table.
    pub full_name_arg: String,
    /// The key.
    pub constraint: TableConstraint,
}

/// A table's name and type: the cheapest listing of a catalog.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableSummary {
    /// `catalog.schema.name`.
    pub full_name: Option<String>,
    /// What it is.
    pub table_type: Option<TableType>,
}

/// A page of tables of one schema.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListTablesResponse {
    /// The tables of this page; a page may be empty and not the last.
    #[serde(deserialize_with = "null_as_default")]
    pub tables: Vec<TableInfo>,
    /// Present unless this is the last page.
    pub next_page_token: Option<String>,
}

/// A page of the tables of a catalog.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListTableSummariesResponse {
    /// The tables of this page; a page may be empty and not the last.
    #[serde(deserialize_with = "null_as_default")]
    pub tables: Vec<TableSummary>,
    /// Present unless this is the last page.
    pub next_page_token: Option<String>,
}

/// Body of a request to register an external table.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateTable {
    /// Its own name.
    pub name: String,
    /// The catalog it is to be in.
    pub catalog_name: String,
    /// The schema it is to be in.
    pub schema_name: String,
    /// What it is.
    pub table_type: Option<TableType>,
    /// The format of its files.
    pub data_source_format: Option<DataSourceFormat>,
    /// Its columns.
    #[serde(deserialize_with = "null_as_default")]
    pub columns: Vec<ColumnInfo>,
    /// The URL of its files.
    pub storage_location: String,
    /// Its properties.
    pub properties: Option<Properties>,
}

/// Body of a request to change a table: REST changes the owner only (`facts/rest_api.md` §6).
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateTable {
    /// A new owner.
    pub owner: Option<String>,
}

/// Whether a table exists.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableExistsResponse {
    /// Whether it exists.
    pub table_exists: bool,
}
