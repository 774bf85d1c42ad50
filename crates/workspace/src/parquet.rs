//! Tables of Parquet files: folders without a log, read as Spark reads them and never written.
//!
//! Everything here blocks: call it from `spawn_blocking`.

mod error;
mod files;
mod partition;
mod provider;
mod schema;

pub(crate) use error::ParquetError;
pub(crate) use provider::ParquetTable;

use crate::delta::TableLocation;
use crate::delta::schema::StructType;

/// What the files of a folder say about their table.
#[derive(Debug)]
pub(crate) struct Inferred {
    /// The columns of the first file, and after them the partition columns.
    pub(crate) schema: StructType,
    /// Outermost first.
    pub(crate) partition_columns: Vec<String>,
}

/// Infers columns from the first file, in the order of names, and partition columns from the folders above the
/// files, as Spark does without `mergeSchema`.
///
/// # Errors
/// [`ParquetError::NoFiles`], [`ParquetError::ConflictingPartitions`], files that are no Parquet, and types that
/// Spark does not have.
pub(crate) fn infer(location: &TableLocation) -> Result<Inferred, ParquetError> {
    let files = files::list(location)?;
    let first = files.first().ok_or_else(|| ParquetError::NoFiles { location: location.clone() })?;
    let partition_columns: Vec<_> = first.partition.iter().map(|(name, _)| name.clone()).collect();
    if let Some(other) =
        files.iter().find(|file| !file.partition.iter().map(|(name, _)| name).eq(&partition_columns))
    {
        let files = [first.path.clone(), other.path.clone()];
        return Err(ParquetError::ConflictingPartitions { location: location.clone(), files });
    }
    let partitions = partition_columns.iter().enumerate().map(|(index, name)| {
        let values = files.iter().filter_map(|file| file.partition.get(index)?.1.as_deref());
        (name.as_str(), partition::inferred_type(&values.collect::<Vec<_>>()))
    });
    let schema = schema::with_partitions(&schema::of_file(&first.path)?, &partitions.collect::<Vec<_>>())?;
    Ok(Inferred { schema, partition_columns })
}

#[cfg(test)]
mod tests;
