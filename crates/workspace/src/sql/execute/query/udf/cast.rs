//! `CAST` and `TRY_CAST` as Spark makes them, value by value.

mod numbers;
mod times;

use datafusion::arrow::array::{Array, ArrayRef, new_empty_array};
use datafusion::arrow::compute::cast as arrow_cast;
use datafusion::arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, cast,
};

use super::definition::is_interval;
use super::{external, on_columns, operands};
use crate::sql::SqlError;
use crate::sql::execute::query::casts::{Kind, kind, spark_name};
use crate::sql::execute::query::intervals::amount;
use crate::sql::execute::query::{common_type, spark_text, zone};

pub(super) use numbers::integer;
pub(super) use times::{instant, zone_offset};
pub(in crate::sql::execute::query) use times::{parse_date, parse_timestamp, year_text};

/// `CAST(value AS wanted)`
pub(in crate::sql::execute::query) fn cast_to(value: Expr, given: &DataType, wanted: DataType) -> Expr {
    if given == &wanted {
        return value;
    }
    if widens(given, &wanted) {
        return folded(cast(value, wanted));
    }
    SparkCast::call(value, wanted, false)
}

/// `TRY_CAST(value AS wanted)`
pub(in crate::sql::execute::query) fn try_cast_to(value: Expr, given: &DataType, wanted: DataType) -> Expr {
    if given == &wanted || widens(given, &wanted) {
        return cast_to(value, given, wanted);
    }
    SparkCast::call(value, wanted, true)
}

/// Whether the cast never fails and means the same to DataFusion, which may then move it to the other side of a
/// comparison and read fewer files. A BIGINT literal is an INT that is not yet one.
fn widens(given: &DataType, wanted: &DataType) -> bool {
    let whole = given.is_signed_integer() && wanted.is_signed_integer();
    *given == DataType::Null
        || (whole && given.primitive_width() <= wanted.primitive_width())
        || (given.is_signed_integer() && *wanted == DataType::Float64)
        || (*given == DataType::Date32 && matches!(wanted, DataType::Timestamp(_, None)))
}

/// A literal of the type itself.
fn folded(cast: Expr) -> Expr {
    if let Expr::Cast(inner) = &cast
        && let Expr::Literal(value, None) = inner.expr.as_ref()
        && let Ok(value) = value.cast_to(inner.field.data_type())
    {
        return Expr::Literal(value, None);
    }
    cast
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct SparkCast {
    wanted: DataType,
    /// Whether what cannot be converted is null.
    tolerant: bool,
    signature: Signature,
}

impl SparkCast {
    fn call(value: Expr, wanted: DataType, tolerant: bool) -> Expr {
        if let Expr::Literal(literal, None) = &value
            && literal.data_type().is_signed_integer()
            && wanted.is_signed_integer()
            && let Ok(number) = convert(literal, &wanted)
        {
            return Expr::Literal(number, None);
        }
        let signature = Signature::any(1, Volatility::Immutable);
        ScalarUDF::new_from_impl(Self { wanted, tolerant, signature }).call(vec![value])
    }
}

impl ScalarUDFImpl for SparkCast {
    fn name(&self) -> &'static str {
        "spark_cast"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        types.iter().try_for_each(|given| require_castable(given, &self.wanted)).map_err(external)?;
        Ok(self.wanted.clone())
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        zone::within(&arguments.config_options, || {
            on_columns(&arguments, |columns| {
                let [column] = operands(columns)?;
                column_as(column, &self.wanted, self.tolerant)
            })
        })
    }
}

/// A column converted value by value.
///
/// # Errors
/// Those of [`convert`], unless `tolerant`: null instead.
pub(super) fn column_as(column: &ArrayRef, wanted: &DataType, tolerant: bool) -> Result<ArrayRef> {
    if column.data_type() == wanted {
        return Ok(column.clone());
    }
    if widens(column.data_type(), wanted) {
        return Ok(arrow_cast(column, wanted)?);
    }
    if column.is_empty() {
        return Ok(new_empty_array(wanted));
    }
    let null = ScalarValue::try_from(wanted)?;
    let converted = (0..column.len()).map(|row| {
        let value = ScalarValue::try_from_array(column, row)?;
        match convert_as(&value, wanted, tolerant) {
            Ok(ScalarValue::Null) => Ok(null.clone()),
            Ok(value) => Ok(value),
            Err(_) if tolerant => Ok(null.clone()),
            Err(error) => Err(external(error)),
        }
    });
    ScalarValue::iter_to_array(converted.collect::<Result<Vec<_>>>()?)
}

/// A value converted; null stays null.
///
/// # Errors
/// `CAST_INVALID_INPUT`, `CAST_OVERFLOW`, `NUMERIC_VALUE_OUT_OF_RANGE`
pub(in crate::sql::execute::query) fn convert(
    value: &ScalarValue,
    wanted: &DataType,
) -> Result<ScalarValue, SqlError> {
    convert_as(value, wanted, false)
}

fn convert_as(value: &ScalarValue, wanted: &DataType, tolerant: bool) -> Result<ScalarValue, SqlError> {
    let given = value.data_type();
    if given == *wanted {
        return Ok(value.clone());
    }
    if value.is_null() {
        return ScalarValue::try_from(wanted).map_err(crate::sql::execute::query::error::sql_error);
    }
    if let (Some(length), DataType::Duration(_)) = (amount(value), wanted) {
        return Ok(ScalarValue::DurationMicrosecond(Some(length)));
    }
    match (kind(&given), kind(wanted)) {
        (_, Kind::Text) => text_of(value),
        (Kind::Text, Kind::Number) => numbers::from_text(text(value), wanted),
        (Kind::Text, Kind::Truth) => numbers::truth_from_text(text(value)),
        (Kind::Text, Kind::Date) => times::date_from_text(text(value)),
        (Kind::Text, Kind::Timestamp) => times::timestamp_from_text(text(value), wanted),
        (Kind::Text, Kind::Other) => Ok(ScalarValue::Binary(Some(text(value).as_bytes().to_vec()))),
        (Kind::Number | Kind::Truth, Kind::Number) => numbers::from_number(value, wanted),
        (Kind::Number, Kind::Truth) => Ok(numbers::truth_from_number(value)),
        (Kind::Number, Kind::Timestamp) => times::timestamp_from_number(value, wanted),
        (Kind::Timestamp, Kind::Number) => times::number_from_timestamp(value, wanted),
        (Kind::Date | Kind::Timestamp, Kind::Date | Kind::Timestamp) => times::between(value, wanted),
        _ => container(value, wanted, tolerant),
    }
}

fn text(value: &ScalarValue) -> &str {
    value.try_as_str().flatten().unwrap_or_default()
}

fn text_of(value: &ScalarValue) -> Result<ScalarValue, SqlError> {
    let column = value.to_array().map_err(crate::sql::execute::query::error::sql_error)?;
    Ok(ScalarValue::Utf8(spark_text::text(&column, 0)?))
}

/// Elements, fields, keys and values are converted each on its own.
fn container(value: &ScalarValue, wanted: &DataType, tolerant: bool) -> Result<ScalarValue, SqlError> {
    let error = crate::sql::execute::query::error::sql_error;
    let column = value.to_array().map_err(error)?;
    let converted = container_column(&column, wanted, tolerant).map_err(error)?;
    ScalarValue::try_from_array(&converted, 0).map_err(error)
}

fn container_column(column: &ArrayRef, wanted: &DataType, tolerant: bool) -> Result<ArrayRef> {
    use std::sync::Arc;

    use datafusion::arrow::array::{AsArray, ListArray, MapArray, StructArray};
    Ok(match wanted {
        DataType::List(field) => {
            let list = column.as_list::<i32>();
            let values = column_as(list.values(), field.data_type(), tolerant)?;
            Arc::new(ListArray::try_new(
                field.clone(),
                list.offsets().clone(),
                values,
                list.nulls().cloned(),
            )?)
        }
        DataType::Struct(fields) => {
            let values = column.as_struct();
            let columns = values.columns().iter().zip(fields);
            let columns = columns.map(|(column, field)| column_as(column, field.data_type(), tolerant));
            let columns = columns.collect::<Result<Vec<_>>>()?;
            Arc::new(StructArray::try_new(fields.clone(), columns, values.nulls().cloned())?)
        }
        DataType::Map(field, sorted) => {
            let map = column.as_map();
            let entries: ArrayRef = Arc::new(map.entries().clone());
            let entries = container_column(&entries, field.data_type(), tolerant)?;
            let entries = entries.as_struct().clone();
            Arc::new(MapArray::try_new(
                field.clone(),
                map.offsets().clone(),
                entries,
                map.nulls().cloned(),
                *sorted,
            )?)
        }
        _ => arrow_cast(column, wanted)?,
    })
}

/// Whether Spark has the cast at all.
fn require_castable(given: &DataType, wanted: &DataType) -> Result<(), SqlError> {
    let (from, to) = (kind(given), kind(wanted));
    let names = || (spark_name(given), spark_name(wanted));
    let without = || {
        let (given, wanted) = names();
        Err(SqlError::cast_without_suggestion(&given, &wanted))
    };
    let with_conf = || {
        let (given, wanted) = names();
        Err(SqlError::cast_with_conf_suggestion(&given, &wanted))
    };
    match (from, to) {
        _ if given == wanted => Ok(()),
        _ if is_interval(given) && *wanted == DataType::Duration(TimeUnit::Microsecond) => Ok(()),
        _ if is_interval(given) || is_interval(wanted) => Err(SqlError::unsupported("CAST of an INTERVAL")),
        (Kind::Null, _) | (_, Kind::Text) => Ok(()),
        (Kind::Number | Kind::Truth, Kind::Number | Kind::Truth) => Ok(()),
        (Kind::Text, Kind::Other) if *wanted != DataType::Binary => without(),
        (Kind::Text, Kind::Null) => without(),
        (Kind::Text, _) => Ok(()),
        (Kind::Date | Kind::Timestamp, Kind::Date | Kind::Timestamp) => Ok(()),
        (Kind::Number, Kind::Timestamp) if *wanted == common_type::timestamp() => Ok(()),
        (Kind::Timestamp, Kind::Number) if *given == common_type::timestamp() => Ok(()),
        (Kind::Number, Kind::Date) | (Kind::Date, Kind::Number) => {
            let (given, wanted) = names();
            Err(SqlError::cast_with_func_suggestion(&given, &wanted))
        }
        (Kind::Truth, Kind::Timestamp) if *wanted == common_type::timestamp() => with_conf(),
        (Kind::Date | Kind::Timestamp, Kind::Truth) => with_conf(),
        (Kind::Number, Kind::Other) if *wanted == DataType::Binary && given.is_signed_integer() => {
            with_conf()
        }
        (Kind::Other, Kind::Other) => require_castable_container(given, wanted),
        _ => without(),
    }
}

fn require_castable_container(given: &DataType, wanted: &DataType) -> Result<(), SqlError> {
    match (given, wanted) {
        (DataType::List(given), DataType::List(wanted)) => {
            require_castable(given.data_type(), wanted.data_type())
        }
        (DataType::Struct(given), DataType::Struct(wanted)) if given.len() == wanted.len() => {
            let mut fields = given.iter().zip(wanted);
            fields.try_for_each(|(given, wanted)| require_castable(given.data_type(), wanted.data_type()))
        }
        (DataType::Map(given, _), DataType::Map(wanted, _)) => {
            require_castable(given.data_type(), wanted.data_type())
        }
        _ => Err(SqlError::cast_without_suggestion(&spark_name(given), &spark_name(wanted))),
    }
}
