//! The files of a folder, with the partition that the folders above them name, as Hive does.

use std::path::{Path, PathBuf};

use percent_encoding::percent_decode_str;

use super::ParquetError;
use crate::delta::TableLocation;

/// What Hive writes for null.
const NULL_FOLDER: &str = "__HIVE_DEFAULT_PARTITION__";

/// A data file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DataFile {
    pub(super) path: PathBuf,
    /// Names and values of its partition, outermost first; none is null.
    pub(super) partition: Vec<(String, Option<String>)>,
}

/// All data files, in the order of names.
///
/// # Errors
/// [`ParquetError::Io`]
pub(super) fn list(location: &TableLocation) -> Result<Vec<DataFile>, ParquetError> {
    let mut files = Vec::new();
    collect(location.path(), &[], &mut files)
        .map_err(|source| ParquetError::Io { location: location.clone(), source })?;
    Ok(files)
}

fn collect(
    folder: &Path,
    partition: &[(String, Option<String>)],
    files: &mut Vec<DataFile>,
) -> std::io::Result<()> {
    let mut paths: Vec<_> =
        fs_err::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if is_hidden(&name) {
            continue;
        }
        let mut partition = partition.to_vec();
        // Links are not followed: a circle of them would have no end.
        let kind = fs_err::symlink_metadata(&path)?.file_type();
        if kind.is_dir() {
            partition.extend(partition_of(&name));
            collect(&path, &partition, files)?;
        } else if kind.is_file() {
            files.push(DataFile { path, partition });
        }
    }
    Ok(())
}

/// Names that are no data to Spark.
fn is_hidden(name: &str) -> bool {
    name.starts_with('.') || name.starts_with('_') && !name.contains('=')
}

fn partition_of(folder: &str) -> Option<(String, Option<String>)> {
    let (name, value) = folder.split_once('=')?;
    let text = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some((text(name), (value != NULL_FOLDER).then(|| text(value))))
}
