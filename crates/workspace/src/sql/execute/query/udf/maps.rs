//! Maps and structs.

use std::sync::Arc;

use datafusion::arrow::array::StructArray;
use datafusion::arrow::datatypes::{DataType, Field};
use datafusion::common::ScalarValue;

use super::arrays::equal;
use super::cast::convert;
use super::definition::Parameter::{Any, Array, Map, Text};
use super::definition::{Answer, Definition, Output};
use super::row::{Row, array, array_of, common, element_type, entry_types, map, map_of, truth};
use crate::sql::SqlError;
use crate::sql::execute::query::casts::spark_name;
use crate::sql::execute::query::common_type;
use crate::sql::execute::query::error::sql_error;

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::rows(&["map"], &[Any], Output::Of(|types, _| made_type(types)), |row| {
        let pairs = row.values().chunks(2).map(|pair| (pair[0].clone(), pair[1].clone()));
        made(pairs.collect(), row)
    })
    .variadic()
    .with_nulls(),
    Definition::rows(
        &["@empty_map"],
        &[Any],
        Output::Of(|_, _| Ok(map_of(DataType::Null, DataType::Null))),
        |row| map(Vec::new(), row.result()),
    )
    .with_nulls(),
    Definition::rows(
        &["map_from_arrays"],
        &[Array, Array],
        Output::Of(|types, _| Ok(map_of(element_type(&types[0]), element_type(&types[1])))),
        |row| {
            let (keys, values) = (row.elements(0)?, row.elements(1)?);
            if keys.len() != values.len() {
                let detail =
                    format!("expects as many values as keys, but got {} and {}", keys.len(), values.len());
                return Err(SqlError::invalid_parameter(
                    "INVALID_PARAMETER_VALUE",
                    "map_from_arrays",
                    &detail,
                ));
            }
            made(keys.into_iter().zip(values).collect(), row)
        },
    ),
    Definition::rows(
        &["map_keys"],
        &[Map],
        Output::Of(|types, _| Ok(array_of(entry_types(&types[0]).0))),
        |row| array(row.entries(0)?.into_iter().map(|(key, _)| key).collect(), row.result()),
    ),
    Definition::rows(
        &["map_values"],
        &[Map],
        Output::Of(|types, _| Ok(array_of(entry_types(&types[0]).1))),
        |row| array(row.entries(0)?.into_iter().map(|(_, value)| value).collect(), row.result()),
    ),
    Definition::rows(
        &["map_entries"],
        &[Map],
        Output::Of(|types, _| Ok(array_of(entry_type(&types[0])))),
        |row| {
            let DataType::Struct(fields) = element_type(row.result()) else {
                return Err(SqlError::internal("entries that are no structs"));
            };
            let entries = row.entries(0)?.into_iter().map(|(key, value)| {
                let columns = [key, value].map(|part| part.to_array());
                let columns = columns.into_iter().collect::<Result<Vec<_>, _>>().map_err(sql_error)?;
                let entry = StructArray::try_new(fields.clone(), columns, None);
                let entry =
                    entry.map_err(|error| SqlError::internal(error.to_string()).with_source(error))?;
                Ok(ScalarValue::Struct(Arc::new(entry)))
            });
            array(entries.collect::<Result<_, SqlError>>()?, row.result())
        },
    ),
    Definition::rows(
        &["map_contains_key"],
        &[Any, Any],
        Output::Of(|types, _| searched_type(types)),
        |row| {
            let entries = row.entries(0)?;
            truth(entries.iter().any(|(key, _)| equal(key, row.value(1))))
        },
    ),
    Definition::rows(&["map_concat"], &[Map], Output::Of(|types, _| common(types, "map_concat")), |row| {
        let maps = (0..row.len()).map(|index| row.entries(index)).collect::<Result<Vec<_>, _>>()?;
        made(maps.into_iter().flatten().collect(), row)
    })
    .variadic(),
    Definition::rows(
        &["str_to_map"],
        &[Text, Text, Text],
        Output::Of(|_, _| Ok(map_of(DataType::Utf8, DataType::Utf8))),
        |row| {
            let (pairs, values) = (row.text_or(1, ","), row.text_or(2, ":"));
            if [pairs, values]
                .iter()
                .any(|delimiter| regex::escape(delimiter) != **delimiter || delimiter.is_empty())
            {
                return Err(SqlError::unsupported("a delimiter of str_to_map that is a regular expression"));
            }
            let entry = |pair: &str| match pair.split_once(values) {
                Some((key, value)) => (ScalarValue::from(key), ScalarValue::from(value)),
                None => (ScalarValue::from(pair), ScalarValue::Utf8(None)),
            };
            made(row.text(0).split(pairs).map(entry).collect(), row)
        },
    )
    .required(1),
];

/// Keys and values alternate.
fn made_type(types: &[DataType]) -> Result<DataType, SqlError> {
    if !types.len().is_multiple_of(2) {
        return Err(SqlError::wrong_num_args("map", "2n (n > 0)", types.len()));
    }
    let every_second = |first: usize| types.iter().skip(first).step_by(2).cloned().collect::<Vec<_>>();
    Ok(map_of(common(&every_second(0), "map")?, common(&every_second(1), "map")?))
}

/// The entries in the types of a map.
///
/// # Errors
/// `NULL_MAP_KEY`, `DUPLICATED_MAP_KEY`
pub(super) fn unique(
    entries: Vec<(ScalarValue, ScalarValue)>,
    result: &DataType,
) -> Result<Vec<(ScalarValue, ScalarValue)>, SqlError> {
    let (key_type, value_type) = entry_types(result);
    let mut kept: Vec<(ScalarValue, ScalarValue)> = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        if key.is_null() {
            return Err(SqlError::null_map_key());
        }
        let key = convert(&key, &key_type)?;
        if kept.iter().any(|(known, _)| equal(known, &key)) {
            return Err(SqlError::duplicated_map_key(&key.to_string()));
        }
        kept.push((key, convert(&value, &value_type)?));
    }
    Ok(kept)
}

/// # Errors
/// Those of [`unique`].
fn made(entries: Vec<(ScalarValue, ScalarValue)>, row: &Row) -> Answer {
    map(unique(entries, row.result())?, row.result())
}

fn entry_type(given: &DataType) -> DataType {
    let (key, value) = entry_types(given);
    DataType::Struct(vec![Field::new("key", key, false), Field::new("value", value, true)].into())
}

fn searched_type(types: &[DataType]) -> Result<DataType, SqlError> {
    match types {
        [_, DataType::Null] => Err(SqlError::null_type("map_contains_key")),
        [given @ DataType::Map(..), key] if common_type::of(&entry_types(given).0, key).is_some() => {
            Ok(DataType::Boolean)
        }
        _ => {
            let types: Vec<_> = types.iter().map(spark_name).collect();
            Err(SqlError::map_function_diff_types(&types.join(" and ")))
        }
    }
}
