//! Partition values as the log writes them (Delta protocol, "Partition Value Serialization").

use std::fmt::Write as _;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Scalar, StringArray};
use datafusion::arrow::compute::kernels::cmp::eq;
use datafusion::arrow::compute::{CastOptions, cast, cast_with_options, nullif};
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::arrow::error::ArrowError;

use crate::delta::location::encode;

/// The values of the partition columns, in their order.
pub(super) type Partition = Vec<Option<String>>;

/// What Hive writes for null.
const NULL_DIRECTORY: &str = "__HIVE_DEFAULT_PARTITION__";
/// Bytes in the name of a folder.
const LONGEST_FOLDER: usize = 255;

/// The values of a column as the log has them. An empty text is the same as null.
pub(super) fn partition_values(column: &ArrayRef) -> Result<Vec<Option<String>>, ArrowError> {
    let timestamps = matches!(column.data_type(), DataType::Timestamp(..));
    let column = match column.data_type() {
        DataType::Timestamp(..) => cast(column, &DataType::Timestamp(TimeUnit::Microsecond, None))?,
        _ => ArrayRef::clone(column),
    };
    // A value that is no text, as bytes may be, must not become null.
    let texts =
        cast_with_options(&column, &DataType::Utf8, &CastOptions { safe: false, ..CastOptions::default() })?;
    let texts = texts.as_string::<i32>();
    let text = |row| match texts.value(row) {
        "" => None,
        text if timestamps => Some(text.replace('T', " ")),
        text => Some(text.to_owned()),
    };
    Ok((0..texts.len()).map(|row| if texts.is_null(row) { None } else { text(row) }).collect())
}

/// A column with null for empty texts, as the log will have it: it is these values that constraints are about (open
/// Delta, `Empty2Null`).
pub(super) fn without_empty_texts(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    if *column.data_type() != DataType::Utf8 {
        return Ok(ArrayRef::clone(column));
    }
    nullif(column, &eq(column, &Scalar::new(StringArray::from(vec![""])))?)
}

/// The directory of a partition as a path of the log: escaped as Hive does it, then percent-encoded. None where a
/// name would be longer than those of folders may be; readers find the values in the log.
pub(super) fn directory(names: &[String], partition: &Partition) -> String {
    let folder = |(name, value): (&String, &Option<String>)| {
        let value = value.as_deref().map_or_else(|| NULL_DIRECTORY.to_owned(), escaped);
        format!("{}={value}", escaped(name))
    };
    let folders: Vec<_> = names.iter().zip(partition).map(folder).collect();
    if folders.iter().any(|folder| folder.len() > LONGEST_FOLDER) {
        return String::new();
    }
    folders.iter().map(|folder| encode(folder) + "/").collect()
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_control() || "\"#%'*/:=?\\{[]^".contains(c) {
            // Writing to a text cannot fail.
            write!(escaped, "%{:02X}", u32::from(c)).unwrap_or_default();
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use datafusion::arrow::array::{BinaryArray, StringArray, TimestampMicrosecondArray};

    use super::*;

    #[test]
    fn directories_are_escaped_twice() {
        let partition = vec![Some("a b/c%".to_owned()), None];
        assert_eq!(
            directory(&["x".to_owned(), "y".to_owned()], &partition),
            "x=a%20b%252Fc%2525/y=__HIVE_DEFAULT_PARTITION__/"
        );
    }

    #[test]
    fn partition_whose_folder_would_have_too_long_a_name_has_none() {
        let partition = vec![Some("x".repeat(253))];
        assert_eq!(directory(&["y".to_owned()], &partition).len(), 256);
        assert_eq!(directory(&["yy".to_owned()], &partition), "");
    }

    #[test]
    fn timestamps_and_empty_texts_are_written_as_the_protocol_says() {
        let times: ArrayRef =
            Arc::new(TimestampMicrosecondArray::from(vec![Some(1_500_000), None]).with_timezone("UTC"));
        assert_eq!(partition_values(&times).unwrap(), [Some("1970-01-01 00:00:01.500".to_owned()), None]);
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["", "x"]));
        assert_eq!(partition_values(&texts).unwrap(), [None, Some("x".to_owned())]);
    }

    #[test]
    fn bytes_that_are_no_text_are_refused_and_not_lost() {
        let values =
            |bytes: &[u8]| partition_values(&(Arc::new(BinaryArray::from_vec(vec![bytes])) as ArrayRef));
        assert_eq!(values(b"a").unwrap(), [Some("a".to_owned())]);
        assert!(values(b"\xff").is_err());
    }
}
