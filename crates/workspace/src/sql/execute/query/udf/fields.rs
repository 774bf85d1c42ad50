//! Fields of structs: `value.field`.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, ListArray, make_array, new_empty_array};
use datafusion::arrow::buffer::NullBuffer;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue};

use super::arrays::{item, item_type};
use super::definition::Parameter::{Any, Text};
use super::definition::{Definition, Output, by_row};
use super::row::array_of;
use super::{external, operands};
use crate::sql::SqlError;
use crate::sql::execute::query::casts::spark_name;

pub(super) const FUNCTIONS: &[Definition] = &[field(), ITEM];

/// `value.field`, of a struct or of each struct of an array; of a map the value of the key.
pub(in crate::sql::execute::query) static FIELD: Definition = field();

const fn field() -> Definition {
    Definition::columns(
        &["@field"],
        &[Any, Text],
        Output::Of(|types, known| field_type(&types[0], &name_of(known.get(1).copied().flatten()))),
        |columns, result| {
            let [values, names] = operands(columns)?;
            if values.is_empty() {
                return Ok(new_empty_array(result));
            }
            if matches!(values.data_type(), DataType::Map(..)) {
                return by_row(columns, result, true, item);
            }
            field_of(values, &name_of(Some(&ScalarValue::try_from_array(names, 0)?)))
        },
    )
}

/// `array[index]`, `map[key]` and `struct['field']`
const ITEM: Definition = Definition::columns(
    &["item"],
    &[Any, Any],
    Output::Of(|types, known| match &types[0] {
        DataType::Struct(_) => field_type(&types[0], &name_of(known.get(1).copied().flatten())),
        _ => item_type(types),
    }),
    |columns, result| {
        let [values, names] = operands(columns)?;
        match values.data_type() {
            DataType::Struct(_) if !values.is_empty() => {
                field_of(values, &name_of(Some(&ScalarValue::try_from_array(names, 0)?)))
            }
            _ => by_row(columns, result, true, item),
        }
    },
);

fn name_of(value: Option<&ScalarValue>) -> String {
    value.and_then(|value| value.try_as_str().flatten()).unwrap_or_default().to_owned()
}

/// # Errors
/// `FIELD_NOT_FOUND`, `AMBIGUOUS_REFERENCE_TO_FIELDS`, `INVALID_EXTRACT_BASE_FIELD_TYPE`
fn field_type(given: &DataType, name: &str) -> Result<DataType, SqlError> {
    match given {
        DataType::Struct(fields) => {
            let (_, field) = found(fields, name)?;
            Ok(field.data_type().clone())
        }
        DataType::List(element) if matches!(element.data_type(), DataType::Struct(_)) => {
            Ok(array_of(field_type(element.data_type(), name)?))
        }
        DataType::Map(..) => item_type(&[given.clone(), DataType::Utf8]),
        other => Err(SqlError::invalid_extract_base_field_type(&spark_name(other))),
    }
}

/// The field of this name, in any case, and its position.
fn found<'a>(fields: &'a [FieldRef], name: &str) -> Result<(usize, &'a Field), SqlError> {
    let named = |(_, field): &(usize, &FieldRef)| field.name().to_lowercase() == name.to_lowercase();
    let mut matching = fields.iter().enumerate().filter(named);
    match (matching.next(), matching.next()) {
        (Some((position, field)), None) => Ok((position, field)),
        (Some(_), Some(_)) => Err(SqlError::ambiguous_reference_to_fields(name)),
        _ => Err(SqlError::field_not_found(name, fields.iter().map(|field| field.name().as_str()))),
    }
}

fn field_of(values: &ArrayRef, name: &str) -> Result<ArrayRef> {
    match values.data_type() {
        DataType::Struct(fields) => {
            let (position, _) = found(fields, name).map_err(external)?;
            let column = values.as_struct().column(position).to_data();
            let nulls = NullBuffer::union(column.nulls(), values.nulls());
            Ok(make_array(column.into_builder().nulls(nulls).build()?))
        }
        DataType::List(_) => {
            let list = values.as_list::<i32>();
            let inner = field_of(list.values(), name)?;
            let element = Arc::new(Field::new_list_field(inner.data_type().clone(), true));
            let (offsets, nulls) = (list.offsets().clone(), list.nulls().cloned());
            Ok(Arc::new(ListArray::try_new(element, offsets, inner, nulls)?))
        }
        other => datafusion::common::internal_err!("a field of {other}"),
    }
}
