//! `from_json`: a text read as a value of a type, and `schema_of_json`.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, StructArray};
use datafusion::arrow::datatypes::{DataType, FieldRef};
use datafusion::common::ScalarValue;
use serde_json::{Map, Value};

use crate::delta::schema::TryIntoArrow as _;
use crate::sql::SqlError;
use crate::sql::execute::query::error::sql_error;
use crate::sql::execute::query::udf::cast::convert;
use crate::sql::execute::query::udf::definition::Answer;
use crate::sql::execute::query::udf::row::{Row, array, element_type, entry_types, map};

/// The type that a schema says: a type, or columns.
///
/// # Errors
/// `PARSE_SYNTAX_ERROR`; `UNSUPPORTED_FEATURE` for a schema that is no literal.
pub(super) fn schema(known: &[Option<&ScalarValue>]) -> Result<DataType, SqlError> {
    let text = known.get(1).copied().flatten().and_then(|schema| schema.try_as_str().flatten());
    let text = text.ok_or_else(|| SqlError::unsupported("from_json with a schema that is no literal"))?;
    let data_type = crate::sql::parse_schema(text)?;
    let arrow: Result<DataType, _> = (&data_type).try_into_arrow();
    let arrow =
        arrow.map_err(|error| SqlError::unsupported(format!("from_json as {text}")).with_source(error))?;
    match arrow {
        DataType::Struct(_) | DataType::List(_) | DataType::Map(..) => Ok(arrow),
        _ => Err(SqlError::invalid_json_schema(text)),
    }
}

/// What is no JSON, or has another form, is a struct of nulls, or null.
pub(super) fn read(row: &Row) -> Answer {
    let value = serde_json::from_str::<Value>(row.text(0)).unwrap_or(Value::Null);
    let read = match (row.result(), &value) {
        (DataType::Struct(_), Value::Object(_)) => value_of(&value, row.result())?,
        (DataType::Struct(fields), _) => Some(structure(&Map::new(), fields)?),
        (DataType::List(element), Value::Object(_)) if matches!(element.data_type(), DataType::Struct(_)) => {
            value_of(&Value::Array(vec![value.clone()]), row.result())?
        }
        _ => value_of(&value, row.result())?,
    };
    Ok(read.unwrap_or(ScalarValue::Null))
}

/// A value of the type; nothing for null and for what is none.
fn value_of(value: &Value, wanted: &DataType) -> Result<Option<ScalarValue>, SqlError> {
    Ok(match (wanted, value) {
        (_, Value::Null) => None,
        (DataType::Struct(fields), Value::Object(object)) => Some(structure(object, fields)?),
        (DataType::List(_), Value::Array(items)) => {
            let element = element_type(wanted);
            let items = items.iter().map(|item| typed(item, &element));
            Some(array(items.collect::<Result<_, _>>()?, wanted)?)
        }
        (DataType::Map(..), Value::Object(object)) => {
            let (_, value_type) = entry_types(wanted);
            let entry = |(key, value): (&String, &Value)| {
                Ok((ScalarValue::from(key.as_str()), typed(value, &value_type)?))
            };
            Some(map(object.iter().map(entry).collect::<Result<_, SqlError>>()?, wanted)?)
        }
        (DataType::Utf8, Value::String(text)) => Some(ScalarValue::from(text.as_str())),
        (DataType::Utf8, other) => Some(ScalarValue::from(other.to_string())),
        (DataType::Boolean, Value::Bool(truth)) => Some(ScalarValue::from(*truth)),
        (DataType::Float32 | DataType::Float64 | DataType::Decimal128(..), Value::Number(number)) => {
            convert(&ScalarValue::from(number.to_string()), wanted).ok()
        }
        (DataType::Float32 | DataType::Float64, Value::String(text))
            if ["NaN", "Infinity", "-Infinity", "INF", "-INF", "+INF"].contains(&text.as_str()) =>
        {
            convert(&ScalarValue::from(text.as_str()), wanted).ok()
        }
        (whole, Value::Number(number))
            if whole.is_signed_integer() && (number.is_i64() || number.is_u64()) =>
        {
            convert(&ScalarValue::from(number.to_string()), wanted).ok()
        }
        (DataType::Date32 | DataType::Timestamp(..) | DataType::Decimal128(..), Value::String(text)) => {
            convert(&ScalarValue::from(text.as_str()), wanted).ok()
        }
        _ => None,
    })
}

fn typed(value: &Value, wanted: &DataType) -> Answer {
    match value_of(value, wanted)? {
        Some(value) => Ok(value),
        None => ScalarValue::try_from(wanted).map_err(sql_error),
    }
}

/// Names of fields keep their case, and missing fields are null.
fn structure(object: &Map<String, Value>, fields: &datafusion::arrow::datatypes::Fields) -> Answer {
    let column = |field: &FieldRef| {
        let value = typed(object.get(field.name()).unwrap_or(&Value::Null), field.data_type())?;
        value.to_array().map_err(sql_error)
    };
    let columns = fields.iter().map(column).collect::<Result<Vec<ArrayRef>, SqlError>>()?;
    let made = StructArray::try_new(fields.clone(), columns, None);
    let made = made.map_err(|error| SqlError::internal(error.to_string()).with_source(error))?;
    Ok(ScalarValue::Struct(Arc::new(made)))
}

/// The type of a value as DDL writes it; fields are in the order of their names.
pub(super) fn schema_of(value: &Value) -> Schema {
    match value {
        Value::Null => Schema::Unknown,
        Value::Bool(_) => Schema::Of("BOOLEAN"),
        Value::Number(number) if number.is_i64() => Schema::Of("BIGINT"),
        Value::Number(number) if number.is_u64() => Schema::Of("DECIMAL(20,0)"),
        Value::Number(_) => Schema::Of("DOUBLE"),
        Value::String(_) => Schema::Of("STRING"),
        Value::Array(items) => {
            Schema::Array(Box::new(items.iter().map(schema_of).fold(Schema::Unknown, Schema::with)))
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> =
                fields.iter().map(|(name, value)| (name.clone(), schema_of(value))).collect();
            fields.sort_by(|left, right| left.0.cmp(&right.0));
            Schema::Struct(fields)
        }
    }
}

/// A type found by looking at values.
#[derive(Debug, PartialEq)]
pub(super) enum Schema {
    Unknown,
    Of(&'static str),
    Array(Box<Schema>),
    Struct(Vec<(String, Schema)>),
}

impl Schema {
    /// The type of values of both types; texts when they have none in common.
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unknown, other) | (other, Self::Unknown) => other,
            (Self::Array(left), Self::Array(right)) => Self::Array(Box::new(left.with(*right))),
            (Self::Struct(left), Self::Struct(right)) => {
                let mut fields = left;
                for (name, schema) in right {
                    match fields.iter_mut().find(|(known, _)| *known == name) {
                        Some((_, known)) => *known = std::mem::replace(known, Self::Unknown).with(schema),
                        None => fields.push((name, schema)),
                    }
                }
                fields.sort_by(|left, right| left.0.cmp(&right.0));
                Self::Struct(fields)
            }
            (left, right) if left == right => left,
            (Self::Of("BIGINT" | "DOUBLE"), Self::Of("BIGINT" | "DOUBLE")) => Self::Of("DOUBLE"),
            _ => Self::Of("STRING"),
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::Unknown => "STRING".to_owned(),
            Self::Of(name) => (*name).to_owned(),
            Self::Array(element) => format!("ARRAY<{}>", element.text()),
            Self::Struct(fields) => {
                let fields: Vec<_> =
                    fields.iter().map(|(name, schema)| format!("{name}: {}", schema.text())).collect();
                format!("STRUCT<{}>", fields.join(", "))
            }
        }
    }
}
