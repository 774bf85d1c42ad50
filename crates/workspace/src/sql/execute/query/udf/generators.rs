//! Functions that make rows: each gives an array of structs, which the plan unnests ([`super::super::lateral`]).

use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Int32Array, ListArray, StructArray, make_array, new_null_array,
};
use datafusion::arrow::buffer::{NullBuffer, OffsetBuffer};
use datafusion::arrow::compute::take;
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::{Result, ScalarValue};
use serde_json::Value;

use super::cast::convert;
use super::definition::Parameter::{Any, Int, Text};
use super::definition::{Answer, Definition, Output};
use super::operands;
use super::row::{Row, array, array_of, common, element_type, entry_types};
use crate::sql::SqlError;
use crate::sql::execute::query::casts::spark_name;
use crate::sql::execute::query::error::sql_error;

pub(super) const FUNCTIONS: &[Definition] = &[
    Definition::columns(
        &["@explode"],
        &[Any],
        Output::Of(|types, _| exploded_type(&types[0], false)),
        |columns, result| exploded(columns, result, false),
    ),
    Definition::columns(
        &["@explode_outer"],
        &[Any],
        Output::Of(|types, _| exploded_type(&types[0], false)),
        |columns, result| exploded(columns, result, true),
    ),
    Definition::columns(
        &["@posexplode"],
        &[Any],
        Output::Of(|types, _| exploded_type(&types[0], true)),
        |columns, result| exploded(columns, result, false),
    ),
    Definition::columns(
        &["@posexplode_outer"],
        &[Any],
        Output::Of(|types, _| exploded_type(&types[0], true)),
        |columns, result| exploded(columns, result, true),
    ),
    Definition::columns(
        &["@inline"],
        &[Any],
        Output::Of(|types, _| inlined_type(&types[0])),
        |columns, result| exploded(columns, result, false),
    ),
    Definition::columns(
        &["@inline_outer"],
        &[Any],
        Output::Of(|types, _| inlined_type(&types[0])),
        |columns, result| exploded(columns, result, true),
    ),
    Definition::rows(&["@stack"], &[Int, Any], Output::Of(stacked_type), stacked).variadic().with_nulls(),
    Definition::rows(
        &["@json_tuple"],
        &[Text, Text],
        Output::Of(|types, _| Ok(tuple_type(types.len() - 1))),
        tuple,
    )
    .variadic()
    .with_nulls(),
];

/// The function of this name in Spark, in lower case.
pub(in crate::sql::execute::query) fn generator(name: &str) -> Option<&'static Definition> {
    let has_name = |definition: &&Definition| definition.name().strip_prefix('@') == Some(name);
    FUNCTIONS.iter().find(has_name)
}

fn rows_of(fields: Vec<Field>) -> DataType {
    array_of(DataType::Struct(fields.into()))
}

fn exploded_type(given: &DataType, with_position: bool) -> Result<DataType, SqlError> {
    let mut fields = Vec::new();
    if with_position {
        fields.push(Field::new("pos", DataType::Int32, true));
    }
    match given {
        DataType::List(_) => fields.push(Field::new("col", element_type(given), true)),
        DataType::Map(..) => {
            let (key, value) = entry_types(given);
            fields.extend([Field::new("key", key, true), Field::new("value", value, true)]);
        }
        other => {
            return Err(SqlError::unexpected_input_type(1, "(\"ARRAY\" or \"MAP\")", &spark_name(other)));
        }
    }
    Ok(rows_of(fields))
}

fn inlined_type(given: &DataType) -> Result<DataType, SqlError> {
    match element_type(given) {
        DataType::Struct(fields) => {
            let fields = fields.iter().map(|field| field.as_ref().clone().with_nullable(true));
            Ok(rows_of(fields.collect()))
        }
        _ => Err(SqlError::unexpected_input_type(1, "\"ARRAY<STRUCT>\"", &spark_name(given))),
    }
}

fn fields(result: &DataType) -> Fields {
    match element_type(result) {
        DataType::Struct(fields) => fields,
        _ => Fields::empty(),
    }
}

/// A row for each element or entry; with `outer` one of nulls where there is none.
fn exploded(columns: &[ArrayRef], result: &DataType, outer: bool) -> Result<ArrayRef> {
    let [column] = operands(columns)?;
    let (offsets, sources): (&[i32], Vec<ArrayRef>) = if let DataType::Map(..) = column.data_type() {
        let map = column.as_map();
        (map.value_offsets(), vec![Arc::clone(map.keys()), Arc::clone(map.values())])
    } else {
        let list = column.as_list::<i32>();
        (list.value_offsets(), sources(list.values(), result))
    };
    let lengths: Vec<i32> = (0..column.len())
        .map(|row| if column.is_null(row) { 0 } else { offsets[row + 1] - offsets[row] })
        .collect();
    let least = i32::from(outer);
    let steps = lengths.iter().zip(offsets).flat_map(|(length, start)| {
        (0..(*length).max(least)).map(move |step| (step < *length).then_some((step, start + step)))
    });
    let (positions, places): (Vec<_>, Vec<_>) =
        steps.map(|step| (step.map(|(step, _)| step), step.map(|(_, place)| place))).unzip();
    let (fields, places) = (fields(result), Int32Array::from(places));
    let mut made: Vec<ArrayRef> = Vec::with_capacity(fields.len());
    if fields.len() > sources.len() {
        made.push(Arc::new(Int32Array::from(positions)));
    }
    for source in &sources {
        made.push(if source.is_empty() {
            new_null_array(source.data_type(), places.len())
        } else {
            take(source, &places, None)?
        });
    }
    let rows = StructArray::try_new_with_length(fields, made, None, places.len())?;
    let offsets =
        OffsetBuffer::from_lengths(lengths.iter().map(|length| (*length).max(least).unsigned_abs() as usize));
    let DataType::List(element) = result else {
        return datafusion::common::internal_err!("rows of type {result}");
    };
    Ok(Arc::new(ListArray::try_new(Arc::clone(element), offsets, Arc::new(rows), None)?))
}

/// The elements, or their fields where the rows have the fields of the elements.
fn sources(values: &ArrayRef, result: &DataType) -> Vec<ArrayRef> {
    let DataType::Struct(given) = values.data_type() else { return vec![Arc::clone(values)] };
    let made = fields(result);
    let inlined = made.len() == given.len()
        && made
            .iter()
            .zip(given)
            .all(|(made, given)| made.name() == given.name() && made.data_type() == given.data_type());
    if !inlined {
        return vec![Arc::clone(values)];
    }
    let field = |column: &ArrayRef| {
        let data = column.to_data();
        let nulls = NullBuffer::union(data.nulls(), values.nulls());
        // The same values with nulls of the same length are always an array.
        data.into_builder().nulls(nulls).build().map_or_else(|_| Arc::clone(column), make_array)
    };
    values.as_struct().columns().iter().map(field).collect()
}

/// So many rows of the values that follow the number.
fn stacked_type(types: &[DataType], known: &[Option<&ScalarValue>]) -> Result<DataType, SqlError> {
    let rows = known.first().copied().flatten().and_then(|rows| match convert(rows, &DataType::Int64) {
        Ok(ScalarValue::Int64(Some(rows))) => usize::try_from(rows).ok(),
        _ => None,
    });
    let Some(rows) = rows.filter(|rows| *rows > 0) else {
        return Err(SqlError::unsupported("stack with a number of rows that is no positive literal"));
    };
    let values = types.get(1..).unwrap_or_default();
    let width = values.len().div_ceil(rows);
    let column = |index: usize| {
        let types: Vec<_> = values.iter().skip(index).step_by(width).cloned().collect();
        Ok(Field::new(format!("col{index}"), common(&types, "stack")?, true))
    };
    Ok(rows_of((0..width).map(column).collect::<Result<_, SqlError>>()?))
}

fn stacked(row: &Row) -> Answer {
    let fields = fields(row.result());
    let rows = row.values().get(1..).unwrap_or_default().chunks(fields.len().max(1));
    let rows = rows.map(|values| structure(values.iter().cloned(), &fields));
    array(rows.collect::<Result<_, _>>()?, row.result())
}

fn tuple_type(width: usize) -> DataType {
    rows_of((0..width).map(|index| Field::new(format!("c{index}"), DataType::Utf8, true)).collect())
}

/// The values of an object by their names.
fn tuple(row: &Row) -> Answer {
    let object = serde_json::from_str::<Value>(row.text(0)).ok();
    let values = (1..row.len()).map(|index| {
        let value = object.as_ref().and_then(|object| object.get(row.text(index)));
        ScalarValue::Utf8(match value {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(other) => Some(other.to_string()),
        })
    });
    array(vec![structure(values, &fields(row.result()))?], row.result())
}

/// A struct; fields without a value are null.
fn structure(values: impl Iterator<Item = ScalarValue>, fields: &Fields) -> Answer {
    let values = values.chain(std::iter::repeat(ScalarValue::Null)).zip(fields);
    let columns =
        values.map(|(value, field)| convert(&value, field.data_type())?.to_array().map_err(sql_error));
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let made = StructArray::try_new(fields.clone(), columns, None);
    let made = made.map_err(|error| SqlError::internal(error.to_string()).with_source(error))?;
    Ok(ScalarValue::Struct(Arc::new(made)))
}
