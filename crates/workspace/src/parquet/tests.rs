use std::path::Path;

use tempfile::TempDir;

use super::partition::inferred_type;
use super::{ParquetError, infer};
use crate::delta::TableLocation;
use crate::delta::schema::DataType;

fn location(folder: &TempDir) -> TableLocation {
    TableLocation::new(folder.path()).unwrap()
}

fn write(folder: &TempDir, path: &str) {
    let path = folder.path().join(path);
    fs_err::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
    fs_err::write(path, "no Parquet").unwrap();
}

#[test]
fn partition_columns_have_the_narrowest_type_of_their_values() {
    for (values, expected) in [
        (vec!["1", "-2"], DataType::INTEGER),
        (vec!["1", "3000000000"], DataType::LONG),
        (vec!["1", "2.5"], DataType::DOUBLE),
        (vec!["2024-01-31"], DataType::DATE),
        (vec!["2024-01-31", "1"], DataType::STRING),
        (vec!["nan", "inf"], DataType::STRING),
        (vec![], DataType::STRING),
    ] {
        assert_eq!(inferred_type(&values), expected, "{values:?}");
    }
}

#[test]
fn folder_without_data_files_is_no_table() {
    let folder = TempDir::new().unwrap();
    for hidden in ["_SUCCESS", ".part.crc", "_temporary/0/part.parquet"] {
        write(&folder, hidden);
    }
    assert!(matches!(infer(&location(&folder)).unwrap_err(), ParquetError::NoFiles { .. }));
}

#[test]
fn files_of_different_partition_columns_are_refused() {
    let folder = TempDir::new().unwrap();
    write(&folder, "day=1/hour=2/a.parquet");
    write(&folder, "hour=1/day=2/b.parquet");
    let error = infer(&location(&folder)).unwrap_err();
    assert!(matches!(error, ParquetError::ConflictingPartitions { .. }), "{error}");
}

#[test]
fn file_that_is_no_parquet_is_named() {
    let folder = TempDir::new().unwrap();
    write(&folder, "a.parquet");
    let error = infer(&location(&folder)).unwrap_err().to_string();
    assert!(error.contains("a.parquet is no Parquet file"), "{error}");
}
