//! Lambdas over the elements of arrays.

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, BooleanBuilder, Int32Array, ListArray, UInt32Array,
    new_null_array,
};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::{filter, interleave, take};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;

use super::{Call, Definition, elements_of, require_boolean, unexpected};
use crate::sql::SqlError;
use crate::sql::execute::query::udf::cast::column_as;
use crate::sql::execute::query::udf::row::{array_of, element_type};

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition {
        names: &["transform"],
        values: 1,
        lambdas: 1..=1,
        parameters: with_position,
        output: |_, lambdas| Ok(array_of(lambdas[0].clone())),
        compute: |call| {
            let elements = Elements::of(&call.values[0]);
            let made = call.lambda(0, &elements.with_positions(), &elements.owners)?;
            elements.list(&made, call.result)
        },
    },
    Definition {
        names: &["filter"],
        values: 1,
        lambdas: 1..=1,
        parameters: with_position,
        output: |values, lambdas| {
            require_boolean(1, &lambdas[0])?;
            Ok(array_of(element_type(&values[0])))
        },
        compute: |call| {
            let elements = Elements::of(&call.values[0]);
            let truths = call.lambda(0, &elements.with_positions(), &elements.owners)?;
            elements.kept(&truths_of(&truths)?, call.result)
        },
    },
    Definition {
        names: &["exists"],
        values: 1,
        lambdas: 1..=1,
        parameters: |values| Ok(vec![vec![elements_of(values, 0)?]]),
        output: |_, lambdas| require_boolean(1, &lambdas[0]).map(|()| DataType::Boolean),
        compute: |call| quantified(call, true),
    },
    Definition {
        names: &["forall"],
        values: 1,
        lambdas: 1..=1,
        parameters: |values| Ok(vec![vec![elements_of(values, 0)?]]),
        output: |_, lambdas| require_boolean(1, &lambdas[0]).map(|()| DataType::Boolean),
        compute: |call| quantified(call, false),
    },
    Definition {
        names: &["aggregate", "reduce"],
        values: 2,
        lambdas: 1..=2,
        parameters: |values| {
            let (element, start) = (elements_of(values, 0)?, values[1].clone());
            Ok(vec![vec![start.clone(), element], vec![start]])
        },
        output: |values, lambdas| {
            let same = lambdas[0] == values[1] || lambdas[0].equals_datatype(&values[1]);
            if !same {
                return Err(unexpected(2, &format!("\"{}\"", super::spark_name(&values[1])), &lambdas[0]));
            }
            Ok(lambdas.last().unwrap_or(&values[1]).clone())
        },
        compute: reduced,
    },
    Definition {
        names: &["zip_with"],
        values: 2,
        lambdas: 1..=1,
        parameters: |values| Ok(vec![vec![elements_of(values, 0)?, elements_of(values, 1)?]]),
        output: |_, lambdas| Ok(array_of(lambdas[0].clone())),
        compute: zipped,
    },
];

/// An element and its position, counted from 0.
fn with_position(values: &[DataType]) -> Result<Vec<Vec<DataType>>, SqlError> {
    Ok(vec![vec![elements_of(values, 0)?, DataType::Int32]])
}

/// The elements of all rows of a column of arrays.
pub(super) struct Elements {
    values: ArrayRef,
    /// The rows that they are of.
    pub(super) owners: UInt32Array,
    offsets: OffsetBuffer<i32>,
    nulls: Option<NullBuffer>,
}

impl Elements {
    /// What is behind null rows is left out.
    pub(super) fn of(column: &ArrayRef) -> Self {
        let list = column.as_list::<i32>();
        let length =
            |row: usize| if list.is_null(row) { 0 } else { list.value_length(row).unsigned_abs() as usize };
        let lengths: Vec<usize> = (0..list.len()).map(length).collect();
        let starts = list.value_offsets();
        let places =
            lengths.iter().zip(starts).flat_map(|(length, start)| *start..*start + position(*length));
        let places = Int32Array::from_iter_values(places);
        let owners = lengths.iter().enumerate().flat_map(|(row, length)| std::iter::repeat_n(row, *length));
        Self {
            // Places are those of the list itself.
            values: take(list.values(), &places, None).unwrap_or_else(|_| Arc::clone(list.values())),
            owners: UInt32Array::from_iter_values(owners.map(|row| u32::try_from(row).unwrap_or(u32::MAX))),
            offsets: OffsetBuffer::from_lengths(lengths),
            nulls: list.nulls().cloned(),
        }
    }

    fn with_positions(&self) -> [ArrayRef; 2] {
        let positions = self.offsets.lengths().flat_map(|length| 0..position(length));
        [Arc::clone(&self.values), Arc::new(Int32Array::from_iter_values(positions))]
    }

    /// Other elements in the places of these.
    fn list(self, values: &ArrayRef, result: &DataType) -> Result<ArrayRef> {
        list(values, self.offsets, self.nulls, result)
    }

    /// The elements for which this is true.
    fn kept(self, truths: &BooleanArray, result: &DataType) -> Result<ArrayRef> {
        let is_kept = |place: i32| {
            let place = usize::try_from(place).unwrap_or_default();
            truths.is_valid(place) && truths.value(place)
        };
        let rows = self.offsets.windows(2);
        let lengths = rows.map(|bounds| (bounds[0]..bounds[1]).filter(|place| is_kept(*place)).count());
        let offsets = OffsetBuffer::from_lengths(lengths.collect::<Vec<_>>());
        list(&filter(&self.values, truths)?, offsets, self.nulls, result)
    }
}

fn position(length: usize) -> i32 {
    i32::try_from(length).unwrap_or(i32::MAX)
}

fn list(
    values: &ArrayRef,
    offsets: OffsetBuffer<i32>,
    nulls: Option<NullBuffer>,
    result: &DataType,
) -> Result<ArrayRef> {
    let DataType::List(field) = result else {
        return datafusion::common::internal_err!("an array of type {result}");
    };
    let values = column_as(values, field.data_type(), false)?;
    Ok(Arc::new(ListArray::try_new(Arc::clone(field), offsets, values, nulls)?))
}

/// What a lambda gives as truths; NULL without a type is one too.
pub(super) fn truths_of(column: &ArrayRef) -> Result<BooleanArray> {
    Ok(column_as(column, &DataType::Boolean, false)?.as_boolean().clone())
}

/// Whether the lambda is `decisive` for an element; null when it is for none, and null for one.
fn quantified(call: &Call, decisive: bool) -> Result<ArrayRef> {
    let elements = Elements::of(&call.values[0]);
    let truths = call.lambda(0, &[Arc::clone(&elements.values)], &elements.owners)?;
    let truths = truths_of(&truths)?;
    let mut answers = BooleanBuilder::with_capacity(call.values[0].len());
    for (row, bounds) in elements.offsets.windows(2).enumerate() {
        let mut places = (bounds[0]..bounds[1]).map(|place| usize::try_from(place).unwrap_or_default());
        let is_null = elements.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
        let decided = places.clone().any(|place| truths.is_valid(place) && truths.value(place) == decisive);
        answers.append_option(match (is_null, decided) {
            (true, _) => None,
            (false, true) => Some(decisive),
            (false, false) => (!places.any(|place| truths.is_null(place))).then_some(!decisive),
        });
    }
    Ok(Arc::new(answers.finish()))
}

/// All rows take a step at once: the n-th elements of those that have one.
fn reduced(call: &Call) -> Result<ArrayRef> {
    let list = call.values[0].as_list::<i32>();
    let mut totals = Arc::clone(&call.values[1]);
    let lengths: Vec<i32> =
        (0..list.len()).map(|row| if list.is_null(row) { 0 } else { list.value_length(row) }).collect();
    for step in 0..lengths.iter().copied().max().unwrap_or_default() {
        let rows = lengths.iter().enumerate().filter(|(_, length)| **length > step).map(|(row, _)| row);
        let rows: Vec<usize> = rows.collect();
        let owners =
            UInt32Array::from_iter_values(rows.iter().map(|row| u32::try_from(*row).unwrap_or(u32::MAX)));
        let places = Int32Array::from_iter_values(rows.iter().map(|row| list.value_offsets()[*row] + step));
        let elements = take(list.values(), &places, None)?;
        let next = call.lambda(0, &[take(&totals, &owners, None)?, elements], &owners)?;
        let next = column_as(&next, totals.data_type(), false)?;
        totals = replaced(&totals, &next, &rows)?;
    }
    let all = UInt32Array::from_iter_values(0..u32::try_from(list.len()).unwrap_or(u32::MAX));
    if call.lambdas.len() > 1 {
        totals = call.lambda(1, &[totals], &all)?;
    }
    // Null of a null array.
    let set = all.iter().enumerate().map(|(row, index)| index.filter(|_| list.is_valid(row)));
    Ok(take(&totals, &set.collect::<UInt32Array>(), None)?)
}

/// The column with other values in some rows.
fn replaced(column: &ArrayRef, values: &ArrayRef, rows: &[usize]) -> Result<ArrayRef> {
    let mut places: Vec<_> = (0..column.len()).map(|row| (0, row)).collect();
    rows.iter().enumerate().for_each(|(index, row)| places[*row] = (1, index));
    Ok(interleave(&[column, values], &places)?)
}

/// The shorter array goes on with nulls; null when an array is.
fn zipped(call: &Call) -> Result<ArrayRef> {
    let (left, right) = (call.values[0].as_list::<i32>(), call.values[1].as_list::<i32>());
    let nulls = NullBuffer::union(left.nulls(), right.nulls());
    let length = |row: usize| {
        let set = nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
        if set { left.value_length(row).max(right.value_length(row)) } else { 0 }
    };
    let lengths: Vec<i32> = (0..left.len()).map(length).collect();
    let owners = lengths.iter().enumerate().flat_map(|(row, length)| (0..*length).map(move |_| row));
    let owners = UInt32Array::from_iter_values(owners.map(|row| u32::try_from(row).unwrap_or(u32::MAX)));
    let parameters = [padded(left, &lengths)?, padded(right, &lengths)?];
    let made = call.lambda(0, &parameters, &owners)?;
    let lengths = lengths.iter().map(|length| length.unsigned_abs() as usize);
    list(&made, OffsetBuffer::from_lengths(lengths), nulls, call.result)
}

/// The elements of each array, followed by nulls up to a length.
fn padded(list: &ListArray, lengths: &[i32]) -> Result<ArrayRef> {
    if list.values().is_empty() {
        let length: i32 = lengths.iter().sum();
        return Ok(new_null_array(list.values().data_type(), length.unsigned_abs() as usize));
    }
    let places = lengths.iter().enumerate().flat_map(|(row, length)| {
        let (start, given) = (list.value_offsets()[row], list.value_length(row));
        (0..*length).map(move |step| (step < given).then_some(start + step))
    });
    Ok(take(list.values(), &places.collect::<Int32Array>(), None)?)
}
