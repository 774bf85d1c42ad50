//! The `SHOW` and `DESCRIBE` families.

use clxs_api::Identifier;
use datafusion::sql::sqlparser::ast as sqlparser;

use super::{ObjectName, PolicyName, PolicyTarget, TableReference};

/// The `SHOW` family but `SHOW GRANTS`. Patterns are Spark's: `*` and `|`, case does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Show {
    Catalogs {
        pattern: Option<String>,
    },
    Schemas {
        catalog: Option<Identifier>,
        pattern: Option<String>,
    },
    Tables {
        schema: Option<ObjectName>,
        pattern: Option<String>,
    },
    /// `SHOW TABLES DROPPED`
    DroppedTables {
        schema: Option<ObjectName>,
        limit: Option<usize>,
    },
    Views {
        schema: Option<ObjectName>,
        pattern: Option<String>,
    },
    Columns {
        table: ObjectName,
    },
    Properties {
        table: ObjectName,
        key: Option<String>,
    },
    CreateTable {
        table: ObjectName,
    },
    /// The conditions are those of `PARTITION (…)` as written.
    Partitions {
        table: ObjectName,
        conditions: Vec<String>,
    },
    Volumes {
        schema: Option<ObjectName>,
        pattern: Option<String>,
    },
    Functions {
        scope: FunctionScope,
        schema: Option<ObjectName>,
        pattern: Option<String>,
    },
    ExternalLocations {
        pattern: Option<String>,
    },
    StorageCredentials {
        pattern: Option<String>,
    },
    /// With `effective` also those of what the securable is in.
    Policies {
        on: PolicyTarget,
        effective: bool,
    },
    /// `SHOW TABLES IN CATALOG c`, or `IN ALL CATALOGS`.
    TablesOfCatalog {
        catalog: Option<Identifier>,
        schemas: Option<String>,
        pattern: Option<String>,
    },
    /// `SHOW COLUMNS IN CATALOG c`
    ColumnsOfCatalog {
        catalog: Identifier,
        schemas: Option<String>,
        tables: Option<String>,
        pattern: Option<String>,
    },
}

/// Whose functions are shown: users', the platform's, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FunctionScope {
    User,
    System,
    All,
}

/// The `DESCRIBE` family.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Describe {
    Table {
        table: TableReference,
        extended: bool,
    },
    /// `DESCRIBE TABLE EXTENDED … AS JSON`
    TableAsJson {
        table: ObjectName,
    },
    TableColumn {
        table: ObjectName,
        column: Identifier,
    },
    Query(Box<sqlparser::Query>),
    Detail {
        table: TableReference,
    },
    History {
        table: TableReference,
        limit: Option<usize>,
    },
    Schema {
        name: ObjectName,
        extended: bool,
    },
    Catalog {
        name: Identifier,
        extended: bool,
    },
    Volume {
        name: ObjectName,
    },
    Function {
        name: ObjectName,
        extended: bool,
    },
    ExternalLocation {
        name: Identifier,
    },
    StorageCredential {
        name: Identifier,
    },
    Policy(PolicyName),
}
