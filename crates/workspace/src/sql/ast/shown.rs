//! The `SHOW` and `DESCRIBE` families.

use clxs_api::Identifier;

use super::{ObjectName, TableReference};

/// The `SHOW` family but `SHOW GRANTS`. Patterns are Spark's: `*` and `|`, case does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Show {
    Catalogs { pattern: Option<String> },
    Schemas { catalog: Option<Identifier>, pattern: Option<String> },
    Tables { schema: Option<ObjectName>, pattern: Option<String> },
    Views { schema: Option<ObjectName>, pattern: Option<String> },
    Volumes { schema: Option<ObjectName>, pattern: Option<String> },
    ExternalLocations { pattern: Option<String> },
    StorageCredentials { pattern: Option<String> },
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
    Volume { name: ObjectName },
    ExternalLocation { name: Identifier },
    StorageCredential { name: Identifier },
}
