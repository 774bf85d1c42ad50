//! What goes wrong with tables of Parquet files.

use std::path::PathBuf;

use datafusion::arrow::error::ArrowError;
use datafusion::parquet::errors::ParquetError as FileError;
use thiserror::Error;

use crate::delta::TableLocation;

/// Why a table of Parquet files cannot be read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub(crate) enum ParquetError {
    #[error("the table at {location} cannot be read; check the folder and its permissions")]
    Io { location: TableLocation, source: std::io::Error },
    #[error("there is no Parquet file in {location}; check the location")]
    NoFiles { location: TableLocation },
    #[error("the file {} is no Parquet file that can be read; remove it, or write it anew", file.display())]
    File { file: PathBuf, source: FileError },
    #[error("the columns of the file {} have types that a table cannot have; write it anew", file.display())]
    Types { file: PathBuf, source: ArrowError },
    #[error(
        "the files {} and {} of the table at {location} lie in folders of different partition columns; \
         move them, or register their folders as tables of their own", files[0].display(), files[1].display()
    )]
    ConflictingPartitions { location: TableLocation, files: [PathBuf; 2] },
    #[error("the value of partition column {column} of the file {} is no {data_type}; move the file", file.display())]
    PartitionValue { file: PathBuf, column: String, data_type: String, source: ArrowError },
}

impl ParquetError {
    /// The platform's error class and SQLSTATE. Those of files are UNCONFIRMED.
    pub(crate) fn class(&self) -> (&'static str, &'static str) {
        match self {
            Self::NoFiles { .. } => ("UNABLE_TO_INFER_SCHEMA", "42KD9"),
            Self::ConflictingPartitions { .. } => ("CONFLICTING_PARTITION_COLUMN_NAMES", "KD009"),
            Self::Types { .. } => ("UNSUPPORTED_DATATYPE", "0A000"),
            Self::Io { .. } | Self::File { .. } | Self::PartitionValue { .. } => {
                ("FAILED_READ_FILE.NO_HINT", "KD001")
            }
        }
    }
}
