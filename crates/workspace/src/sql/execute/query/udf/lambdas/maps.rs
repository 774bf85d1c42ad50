//! Lambdas over the entries of maps.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, UInt32Array};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};

use super::arrays::truths_of;
use super::{Call, Definition, require_boolean, unexpected};
use crate::sql::SqlError;
use crate::sql::execute::query::udf::arrays::equal;
use crate::sql::execute::query::udf::external;
use crate::sql::execute::query::udf::maps::unique;
use crate::sql::execute::query::udf::row::{common, entry_types, map, map_of};

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition {
        names: &["map_filter"],
        values: 1,
        lambdas: 1..=1,
        parameters: entry,
        output: |values, lambdas| {
            require_boolean(1, &lambdas[0])?;
            let (key, value) = entry_types(&values[0]);
            Ok(map_of(key, value))
        },
        compute: |call| {
            let entries = Entries::of(&call.values[0])?;
            let truths = truths_of(&call.lambda(0, &entries.columns(), &entries.owners)?)?;
            entries.maps(call, |place| {
                (truths.is_valid(place) && truths.value(place)).then(|| entries.entry(place)).transpose()
            })
        },
    },
    Definition {
        names: &["transform_keys"],
        values: 1,
        lambdas: 1..=1,
        parameters: entry,
        output: |values, lambdas| Ok(map_of(lambdas[0].clone(), entry_types(&values[0]).1)),
        compute: |call| {
            let entries = Entries::of(&call.values[0])?;
            let keys = call.lambda(0, &entries.columns(), &entries.owners)?;
            entries.maps(call, |place| {
                Ok(Some((ScalarValue::try_from_array(&keys, place)?, entries.entry(place)?.1)))
            })
        },
    },
    Definition {
        names: &["transform_values"],
        values: 1,
        lambdas: 1..=1,
        parameters: entry,
        output: |values, lambdas| Ok(map_of(entry_types(&values[0]).0, lambdas[0].clone())),
        compute: |call| {
            let entries = Entries::of(&call.values[0])?;
            let values = call.lambda(0, &entries.columns(), &entries.owners)?;
            entries.maps(call, |place| {
                Ok(Some((entries.entry(place)?.0, ScalarValue::try_from_array(&values, place)?)))
            })
        },
    },
    Definition {
        names: &["map_zip_with"],
        values: 2,
        lambdas: 1..=1,
        parameters: |values| {
            let (key, left) = entry_types_of(values, 0)?;
            let (other, right) = entry_types_of(values, 1)?;
            Ok(vec![vec![common(&[key, other], "map_zip_with")?, left, right]])
        },
        output: |values, lambdas| Ok(map_of(entry_types(&values[0]).0, lambdas[0].clone())),
        compute: zipped,
    },
];

/// A key and its value.
fn entry(values: &[DataType]) -> Result<Vec<Vec<DataType>>, SqlError> {
    let (key, value) = entry_types_of(values, 0)?;
    Ok(vec![vec![key, value]])
}

fn entry_types_of(values: &[DataType], index: usize) -> Result<(DataType, DataType), SqlError> {
    match values.get(index) {
        Some(map @ DataType::Map(..)) => Ok(entry_types(map)),
        other => Err(unexpected(index, "\"MAP\"", other.unwrap_or(&DataType::Null))),
    }
}

/// The entries of all rows of a column of maps.
struct Entries {
    keys: ArrayRef,
    values: ArrayRef,
    /// The rows that they are of.
    owners: UInt32Array,
}

impl Entries {
    /// What is behind null rows is left out.
    fn of(column: &ArrayRef) -> Result<Self> {
        let maps = column.as_map();
        let rows = (0..maps.len()).filter(|row| maps.is_valid(*row));
        let places = rows.flat_map(|row| {
            let (start, end) = (maps.value_offsets()[row], maps.value_offsets()[row + 1]);
            (start..end).map(move |place| (row, place))
        });
        let (owners, places): (Vec<_>, Vec<_>) =
            places.map(|(row, place)| (u32::try_from(row).unwrap_or(u32::MAX), place.unsigned_abs())).unzip();
        let places = UInt32Array::from(places);
        Ok(Self {
            keys: take(maps.keys(), &places, None)?,
            values: take(maps.values(), &places, None)?,
            owners: UInt32Array::from(owners),
        })
    }

    fn columns(&self) -> [ArrayRef; 2] {
        [Arc::clone(&self.keys), Arc::clone(&self.values)]
    }

    fn entry(&self, place: usize) -> Result<(ScalarValue, ScalarValue)> {
        Ok((
            ScalarValue::try_from_array(&self.keys, place)?,
            ScalarValue::try_from_array(&self.values, place)?,
        ))
    }

    /// A map for each row, of what is made of its entries.
    fn maps(
        &self,
        call: &Call,
        made: impl Fn(usize) -> Result<Option<(ScalarValue, ScalarValue)>>,
    ) -> Result<ArrayRef> {
        let given = &call.values[0];
        let mut entries: Vec<Vec<(ScalarValue, ScalarValue)>> = vec![Vec::new(); given.len()];
        for (place, owner) in self.owners.values().iter().enumerate() {
            if let Some(entry) = made(place)? {
                entries[*owner as usize].push(entry);
            }
        }
        column(
            entries.into_iter().enumerate().map(|(row, entries)| given.is_valid(row).then_some(entries)),
            call,
        )
    }
}

/// # Errors
/// `NULL_MAP_KEY`, `DUPLICATED_MAP_KEY`
fn column(
    rows: impl Iterator<Item = Option<Vec<(ScalarValue, ScalarValue)>>>,
    call: &Call,
) -> Result<ArrayRef> {
    let maps = rows.map(|entries| match entries {
        Some(entries) => {
            unique(entries, call.result).and_then(|kept| map(kept, call.result)).map_err(external)
        }
        None => ScalarValue::try_from(call.result),
    });
    let maps = maps.collect::<Result<Vec<_>>>()?;
    if maps.is_empty() {
        return Ok(datafusion::arrow::array::new_empty_array(call.result));
    }
    ScalarValue::iter_to_array(maps)
}

/// The values that two maps have for each key of either; null when a map is.
fn zipped(call: &Call) -> Result<ArrayRef> {
    let (left, right) = (&call.values[0], &call.values[1]);
    let (mut keys, mut lefts, mut rights, mut owners) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (key_type, left_type) = entry_types(left.data_type());
    let right_type = entry_types(right.data_type()).1;
    for row in (0..left.len()).filter(|row| left.is_valid(*row) && right.is_valid(*row)) {
        let (mine, others) = (entries(left, row)?, entries(right, row)?);
        let value = |entries: &[(ScalarValue, ScalarValue)], key: &ScalarValue, data_type: &DataType| {
            let found = entries.iter().find(|(known, _)| equal(known, key));
            found.map_or_else(|| ScalarValue::try_from(data_type), |(_, value)| Ok(value.clone()))
        };
        let new = others.iter().filter(|(key, _)| !mine.iter().any(|(known, _)| equal(known, key)));
        for (key, _) in mine.iter().chain(new) {
            lefts.push(value(&mine, key, &left_type)?);
            rights.push(value(&others, key, &right_type)?);
            keys.push(key.clone());
            owners.push(u32::try_from(row).unwrap_or(u32::MAX));
        }
    }
    let parameters =
        [(&keys, key_type), (&lefts, left_type), (&rights, right_type)].map(|(values, data_type)| {
            if values.is_empty() {
                return Ok(datafusion::arrow::array::new_empty_array(&data_type));
            }
            ScalarValue::iter_to_array(values.iter().cloned())
        });
    let [first, second, third] = parameters;
    let owners = UInt32Array::from(owners);
    let made = call.lambda(0, &[first?, second?, third?], &owners)?;
    let mut rows: Vec<Vec<(ScalarValue, ScalarValue)>> = vec![Vec::new(); left.len()];
    for (place, (owner, key)) in owners.values().iter().zip(keys).enumerate() {
        rows[*owner as usize].push((key, ScalarValue::try_from_array(&made, place)?));
    }
    let set = |row: usize| left.is_valid(row) && right.is_valid(row);
    column(rows.into_iter().enumerate().map(|(row, entries)| set(row).then_some(entries)), call)
}

fn entries(maps: &ArrayRef, row: usize) -> Result<Vec<(ScalarValue, ScalarValue)>> {
    let entries = maps.as_map().value(row);
    let pair = |index| {
        Ok((
            ScalarValue::try_from_array(entries.column(0), index)?,
            ScalarValue::try_from_array(entries.column(1), index)?,
        ))
    };
    (0..entries.len()).map(pair).collect()
}
