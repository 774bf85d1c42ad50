//! What can go wrong with a Delta table, with the platform's error class of each case.

use std::io;

use datafusion::error::DataFusionError;
use delta_kernel::KernelError;

use super::location::TableLocation;

/// The operation of [`DeltaError::UnsupportedFeatures`] that needs nothing of writers.
pub(super) const READING: &str = "reading";

/// An error of a Delta table. `Display` says what happened, to which table, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum DeltaError {
    #[error("`{text}` is no table location: {reason}; give an absolute path or a file:// URL")]
    InvalidLocation { text: String, reason: &'static str },
    #[error("{location} is not a Delta table: it has no `_delta_log` with commits; check the location")]
    NotATable { location: TableLocation },
    #[error(
        "the table at {location} is catalog-managed: its newest commits are known to its catalog alone; \
         clone it through the workspace that owns it, or drop the feature `catalogManaged` there first"
    )]
    CatalogManaged { location: TableLocation },
    #[error(
        "the table at {location} needs {} `{}`, which {operation} does not support; \
         drop the feature with ALTER TABLE … DROP FEATURE in the system that wrote the table, \
         or use a system that supports it",
        if features.len() == 1 { "the feature" } else { "the features" },
        features.join("`, `")
    )]
    UnsupportedFeatures { location: TableLocation, features: Vec<String>, operation: &'static str },
    #[error(
        "the log of the table at {location} has no {action} action up to version {version}; \
         restore the missing files of `_delta_log` or recreate the table"
    )]
    IncompleteLog { location: TableLocation, action: &'static str, version: u64 },
    #[error(
        "the log of the table at {location} has a gap: version {missing} is missing; \
         restore `_delta_log/{missing:020}.json`, or clone an earlier version with VERSION AS OF"
    )]
    NotContiguous { location: TableLocation, missing: u64 },
    #[error("the log of the table at {location} cannot be read; repair it or clone an earlier version")]
    BrokenLog {
        location: TableLocation,
        #[source]
        source: Box<KernelError>,
    },
    #[error(
        "cannot time travel the table at {location} to version {version}. Available versions: [{earliest}, {latest}]"
    )]
    VersionNotFound { location: TableLocation, version: u64, earliest: u64, latest: u64 },
    #[error(
        "the provided timestamp ({timestamp}) is after the latest version available to the table at {location}; \
         use a timestamp before or at {latest}"
    )]
    TimestampAfterLatest { location: TableLocation, timestamp: String, latest: String },
    #[error(
        "the provided timestamp ({timestamp}) is before the earliest version available to the table at \
         {location}; use a timestamp after {earliest}"
    )]
    TimestampBeforeEarliest { location: TableLocation, timestamp: String, earliest: String },
    #[error(
        "cannot time travel beyond delta.deletedFileRetentionDuration ({hours} HOURS) set on the table at {location}; \
         use a newer version"
    )]
    TravelBeyondRetention { location: TableLocation, hours: i64 },
    #[error("cannot restore: {reason}")]
    CannotRestore { reason: Box<DeltaError> },
    #[error(
        "the file {path} of the table at {location} does not exist; it was removed by VACUUM or by hand: \
         clone a version that does not need it, or restore the file"
    )]
    FileNotFound { location: TableLocation, path: String },
    #[error(
        "version {version} of the table at {location} was committed by somebody else meanwhile{}; try again",
        reason.text()
    )]
    Conflict { location: TableLocation, version: u64, reason: Conflict },
    #[error("there is a Delta table at {location} already; use CREATE OR REPLACE, or another location")]
    TableExists { location: TableLocation },
    #[error("there is a Delta table at {location} already; use CREATE OR REPLACE TABLE … CLONE")]
    CloneTargetExists { location: TableLocation },
    #[error("the table at {location} cannot be replaced by a clone of itself; name another target")]
    CloneSameTable { location: TableLocation },
    #[error(
        "the column mapping mode of the table at {location} cannot be changed from '{from}' to '{to}'; \
         leave delta.columnMapping.mode out"
    )]
    ColumnMappingModeChange { location: TableLocation, from: String, to: String },
    #[error(
        "the table at {location} tracks rows, but the file {path} has no numRecords statistics; \
         recompute the statistics of the source first"
    )]
    RowTrackingWithoutStats { location: TableLocation, path: String },
    #[error("unknown configuration was specified: {key}; check its spelling")]
    UnknownProperty { key: String },
    #[error("the property {key} cannot be set to '{value}': {reason}")]
    UnsupportedProperty { key: String, value: String, reason: String },
    #[error(
        "the column name `{column}` has a character among ' ,;{{}}()\\n\\t='; rename the column, or set \
         'delta.columnMapping.mode' = 'name'"
    )]
    InvalidColumnName { column: String },
    #[error(
        "unable to enable Change Data Capture on the table. The table already contains the reserved column `{column}` \
         that will be used internally as metadata for the table's Change Data Feed; rename or drop it"
    )]
    ChangeColumn { column: String },
    #[error("the table at {location} has no column `{column}`")]
    ColumnNotFound { location: TableLocation, column: String },
    #[error("cannot add column, because `{column}` already exists in the table at {location}")]
    ColumnExists { location: TableLocation, column: String },
    #[error(
        "dropping the column `{column}` of the table at {location} is not possible: it is its {reason} column"
    )]
    ColumnStays { location: TableLocation, column: String, reason: &'static str },
    #[error(
        "{operation} is not supported for the Delta table at {location}. Please enable Column Mapping on your Delta \
         table with mapping mode 'name': ALTER TABLE table_name SET TBLPROPERTIES ('delta.columnMapping.mode' = 'name')"
    )]
    ColumnMappingNeeded { location: TableLocation, operation: &'static str },
    #[error(
        "failed to execute {command} command because it assigned a column DEFAULT value, but the corresponding table \
         feature was not enabled. Please retry the command again after executing ALTER TABLE tableName SET \
         TBLPROPERTIES('delta.feature.allowColumnDefaults' = 'supported')"
    )]
    DefaultsNotEnabled { command: &'static str },
    #[error("ALTER TABLE CLUSTER BY cannot be applied to a partitioned table: {location}")]
    ClusteringOfPartitions { location: TableLocation },
    #[error("the schema of the table at {location} is not valid: {reason}")]
    InvalidSchema { location: TableLocation, reason: String },
    #[error("the constraint `{name}` already exists in the table at {location}; drop the old one first")]
    ConstraintExists { location: TableLocation, name: String },
    #[error("cannot drop the constraint `{name}` of the table at {location}: there is none of that name")]
    ConstraintNotFound { location: TableLocation, name: String },
    #[error("the property {key} is not set on the table at {location}; use UNSET TBLPROPERTIES IF EXISTS")]
    PropertyNotFound { location: TableLocation, key: String },
    #[error(
        "{operation} is not possible: the table at {location} is append-only; \
         set 'delta.appendOnly' = 'false' first"
    )]
    AppendOnly { location: TableLocation, operation: &'static str },
    #[error("NOT NULL constraint violated for column: {column}")]
    NotNullViolated { column: String },
    #[error("CHECK constraint {name} ({expression}) violated by row with values: {values}")]
    CheckViolated { name: String, expression: String, values: String },
    #[error(
        "cannot perform Merge as multiple source rows matched and attempted to modify the same target row in the \
         table at {location} in possibly conflicting ways. When different rows in the source match a target row, \
         preprocess the source table to eliminate the possibility of multiple matches"
    )]
    MultipleSourceRows { location: TableLocation },
    #[error(
        "the specified VACUUM retention period is too low and may corrupt the table at {location} if any writes are \
         in progress. Use a retention period of at least {hours} hours"
    )]
    RetentionTooShort { location: TableLocation, hours: i64 },
    #[error(
        "the retention '{text}' of the table at {location} is not understood: VACUUM cannot tell which files are \
         needed; set 'delta.deletedFileRetentionDuration' to a length such as 'interval 30 days'"
    )]
    UnknownRetention { location: TableLocation, text: String },
    #[error(
        "the log of the table at {location} does not reach back as far as the retention: VACUUM cannot tell which \
         files are needed; vacuum with a shorter retention, or in the system that cleaned the log up"
    )]
    LogTooShort { location: TableLocation },
    #[error("the rows are not as the table at {location} needs them: {reason}")]
    InvalidRows { location: TableLocation, reason: String },
    #[error("the rows for the table at {location} cannot be computed")]
    Query {
        location: TableLocation,
        #[source]
        source: Box<DataFusionError>,
    },
    #[error("cannot reach the files of the table at {location}")]
    Io {
        location: TableLocation,
        #[source]
        source: io::Error,
    },
    #[error("a line of {file} of the table at {location} is not a valid action")]
    Json {
        location: TableLocation,
        file: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("cannot read the table at {location}")]
    Kernel {
        location: TableLocation,
        #[source]
        source: Box<KernelError>,
    },
}

/// Why what somebody else committed does not go together with what was to be committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Conflict {
    /// It has the version.
    Version,
    Protocol,
    Metadata,
    /// It changed rows that were looked at.
    Rows,
    /// It added rows that would have been looked at.
    Append,
    /// It removed files that were looked at.
    DeleteRead,
    /// It removed files that were to be removed.
    DeleteDelete,
}

impl Conflict {
    fn text(self) -> &'static str {
        match self {
            Self::Version => "",
            Self::Protocol => " and changed its protocol",
            Self::Metadata => " and changed its metadata",
            Self::Rows => " and changed its rows",
            Self::Append => " and added rows that this statement would have read",
            Self::DeleteRead => " and deleted rows that this statement read",
            Self::DeleteDelete => " and deleted rows that this statement was to delete",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Version | Self::Rows => "DELTA_CONCURRENT_WRITE",
            Self::Append => "DELTA_CONCURRENT_APPEND",
            Self::DeleteRead => "DELTA_CONCURRENT_DELETE_READ",
            Self::DeleteDelete => "DELTA_CONCURRENT_DELETE_DELETE",
            Self::Protocol => "DELTA_PROTOCOL_CHANGED",
            Self::Metadata => "DELTA_METADATA_CHANGED",
        }
    }
}

impl DeltaError {
    pub(super) fn conflict(location: &TableLocation, version: u64, reason: Conflict) -> Self {
        Self::Conflict { location: location.clone(), version, reason }
    }

    /// The platform's error class and SQLSTATE (`facts/sql.md` §14, `facts/clone_on_disk.md` §2).
    pub(crate) fn class(&self) -> (&'static str, &'static str) {
        match self {
            Self::InvalidLocation { .. } => ("DELTA_INVALID_CLONE_PATH", "22KD1"),
            Self::NotATable { .. } => ("DELTA_NOT_A_DELTA_TABLE", "0AKDD"),
            Self::UnsupportedFeatures { operation, .. } if *operation != READING => {
                ("DELTA_UNSUPPORTED_FEATURES_FOR_WRITE", "56038")
            }
            Self::CatalogManaged { .. } | Self::UnsupportedFeatures { .. } => {
                ("DELTA_UNSUPPORTED_FEATURES_FOR_READ", "56038")
            }
            Self::IncompleteLog { .. } | Self::BrokenLog { .. } | Self::Json { .. } => {
                ("DELTA_STATE_RECOVER_ERROR", "XXKDS")
            }
            Self::NotContiguous { .. } => ("DELTA_VERSIONS_NOT_CONTIGUOUS", "KD00C"),
            Self::VersionNotFound { .. } => ("DELTA_VERSION_NOT_FOUND", "22003"),
            Self::TimestampAfterLatest { .. } => ("DELTA_TIMESTAMP_GREATER_THAN_COMMIT", "42816"),
            Self::TimestampBeforeEarliest { .. } => {
                ("DELTA_TIMESTAMP_EARLIER_THAN_COMMIT_RETENTION", "42816")
            }
            Self::TravelBeyondRetention { .. } => {
                ("DELTA_UNSUPPORTED_TIME_TRAVEL_BEYOND_DELETED_FILE_RETENTION_DURATION", "0AKDC")
            }
            Self::CannotRestore { reason } => match **reason {
                Self::TimestampAfterLatest { .. } => ("DELTA_CANNOT_RESTORE_TIMESTAMP_GREATER", "22003"),
                Self::TimestampBeforeEarliest { .. } => ("DELTA_CANNOT_RESTORE_TIMESTAMP_EARLIER", "22003"),
                _ => ("DELTA_CANNOT_RESTORE_TABLE_VERSION", "22003"),
            },
            Self::FileNotFound { .. } => ("DELTA_FILE_NOT_FOUND", "42K03"),
            Self::Conflict { reason, .. } => (reason.class(), "2D521"),
            Self::TableExists { .. } => ("DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION", "42601"),
            Self::CloneTargetExists { .. } => ("DELTA_UNSUPPORTED_NON_EMPTY_CLONE", "0AKDC"),
            Self::CloneSameTable { .. } => ("DELTA_UNSUPPORTED_CLONE_REPLACE_SAME_TABLE", "0AKDC"),
            Self::ColumnMappingModeChange { .. } => ("DELTA_UNSUPPORTED_COLUMN_MAPPING_MODE_CHANGE", "0AKDC"),
            Self::RowTrackingWithoutStats { .. } => ("DELTA_CLONE_WITH_ROW_TRACKING_WITHOUT_STATS", "22000"),
            other => other.class_of_change(),
        }
    }

    /// The class of an error of what a statement is to change or to write.
    fn class_of_change(&self) -> (&'static str, &'static str) {
        match self {
            Self::UnknownProperty { .. } => ("DELTA_UNKNOWN_CONFIGURATION", "F0000"),
            Self::UnsupportedProperty { .. } => ("UNSUPPORTED_FEATURE.SET_TABLE_PROPERTY", "0A000"),
            Self::InvalidColumnName { .. } => ("DELTA_INVALID_CHARACTERS_IN_COLUMN_NAMES", "42K05"),
            Self::ChangeColumn { .. } => ("DELTA_TABLE_ALREADY_CONTAINS_CDC_COLUMNS", "42711"),
            Self::ColumnExists { .. } => ("FIELD_ALREADY_EXISTS", "42710"),
            Self::ColumnStays { reason: "partition", .. } => {
                ("DELTA_UNSUPPORTED_DROP_PARTITION_COLUMN", "0AKDC")
            }
            Self::ColumnStays { reason: "clustering", .. } => {
                ("DELTA_UNSUPPORTED_DROP_CLUSTERING_COLUMN", "0AKDC")
            }
            Self::ColumnStays { .. } => ("DELTA_DROP_COLUMN_ON_SINGLE_FIELD_SCHEMA", "0AKDC"),
            Self::ColumnMappingNeeded { operation: "RENAME COLUMN", .. } => {
                ("DELTA_UNSUPPORTED_RENAME_COLUMN", "0AKDC")
            }
            Self::ColumnMappingNeeded { .. } => ("DELTA_UNSUPPORTED_DROP_COLUMN", "0AKDC"),
            Self::DefaultsNotEnabled { .. } => {
                ("WRONG_COLUMN_DEFAULTS_FOR_DELTA_FEATURE_NOT_ENABLED", "0AKDE")
            }
            Self::ClusteringOfPartitions { .. } => {
                ("DELTA_ALTER_TABLE_CLUSTER_BY_ON_PARTITIONED_TABLE_NOT_ALLOWED", "42000")
            }
            Self::ColumnNotFound { .. } => ("FIELD_NOT_FOUND", "42704"),
            Self::InvalidSchema { .. } | Self::InvalidRows { .. } => ("DATATYPE_MISMATCH", "42K09"),
            Self::ConstraintExists { .. } => ("DELTA_CONSTRAINT_ALREADY_EXISTS", "42710"),
            Self::ConstraintNotFound { .. } => ("DELTA_CONSTRAINT_DOES_NOT_EXIST", "42704"),
            Self::PropertyNotFound { .. } => ("DELTA_UNSET_NON_EXISTENT_PROPERTY", "42616"),
            Self::MultipleSourceRows { .. } => {
                ("DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE", "21506")
            }
            Self::RetentionTooShort { .. } => ("DELTA_VACUUM_RETENTION_PERIOD_TOO_SHORT", "22003"),
            Self::LogTooShort { .. } | Self::UnknownRetention { .. } => {
                ("UNSUPPORTED_FEATURE.VACUUM", "0A000")
            }
            Self::AppendOnly { .. } => ("DELTA_CANNOT_MODIFY_APPEND_ONLY", "42809"),
            Self::NotNullViolated { .. } => ("DELTA_NOT_NULL_CONSTRAINT_VIOLATED", "23502"),
            Self::CheckViolated { .. } => ("DELTA_VIOLATE_CONSTRAINT_WITH_VALUES", "23001"),
            _ => ("INTERNAL_ERROR", "XX000"),
        }
    }

    /// For `map_err`: an error of the file system under `location`.
    pub(crate) fn io(location: &TableLocation) -> impl FnOnce(io::Error) -> Self {
        let location = location.clone();
        move |source| Self::Io { location, source }
    }

    /// For `map_err`: an error of computing or writing rows.
    pub(crate) fn query<E: Into<DataFusionError>>(location: &TableLocation) -> impl FnOnce(E) -> Self {
        let location = location.clone();
        move |source| Self::Query { location, source: Box::new(source.into()) }
    }

    /// For `map_err`: an error of the kernel while reading the table at `location`.
    pub(crate) fn kernel(location: &TableLocation) -> impl FnOnce(KernelError) -> Self {
        let location = location.clone();
        move |source| match source {
            KernelError::FileNotFound(path) => Self::FileNotFound { location, path },
            source => Self::Kernel { location, source: Box::new(source) },
        }
    }
}
