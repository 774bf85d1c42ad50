//! The conversion of a value to the type of the column it is written to.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, ListArray, MapArray, StructArray};
use datafusion::arrow::compute::{CastOptions, cast_with_options};
use datafusion::arrow::datatypes::{DataType, Fields};
use datafusion::common::{Result, internal_datafusion_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, cast,
};

use super::cast::column_as;
use super::{external, on_columns, operands};
use crate::sql::SqlError;
use crate::sql::execute::query::casts::spark_name;

/// How the fields of a STRUCT find those of the column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::sql::execute) enum FieldsBy {
    Name,
    Position,
}

impl FieldsBy {
    /// The position of the field that is written to a wanted one.
    pub(in crate::sql::execute) fn source<'a>(
        self,
        mut given: impl Iterator<Item = &'a str>,
        (position, name): (usize, &str),
    ) -> Option<usize> {
        match self {
            Self::Name => given.position(|given| given.to_lowercase() == name.to_lowercase()),
            Self::Position => given.nth(position).map(|_| position),
        }
    }
}

/// A value as a column of another type takes it. A number that does not fit is an error that names the column.
pub(in crate::sql::execute) fn assigned(
    value: Expr,
    given: &DataType,
    wanted: DataType,
    column: &str,
    fields_by: FieldsBy,
) -> Expr {
    if !(is_exact(given, &wanted) || given.is_nested() && wanted.is_nested()) {
        return cast(value, wanted);
    }
    let signature = Signature::any(1, Volatility::Immutable);
    let column = column.to_owned();
    ScalarUDF::new_from_impl(Assignment { wanted, column, fields_by, signature }).call(vec![value])
}

/// Whether a number becomes one that may not hold it.
fn is_exact(given: &DataType, wanted: &DataType) -> bool {
    given.is_numeric() && (wanted.is_signed_integer() || wanted.is_decimal())
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Assignment {
    wanted: DataType,
    column: String,
    fields_by: FieldsBy,
    signature: Signature,
}

impl Assignment {
    fn taken(&self, value: &ArrayRef, wanted: &DataType) -> Result<ArrayRef> {
        Ok(match (value.data_type(), wanted) {
            (given, wanted) if given == wanted => Arc::clone(value),
            (DataType::Struct(_), DataType::Struct(fields)) => {
                Arc::new(self.fields(value.as_struct(), fields, self.fields_by)?)
            }
            (DataType::List(_), DataType::List(element)) => {
                let list = value.as_list::<i32>();
                let values = self.taken(list.values(), element.data_type())?;
                let (offsets, nulls) = (list.offsets().clone(), list.nulls().cloned());
                Arc::new(ListArray::try_new(Arc::clone(element), offsets, values, nulls)?)
            }
            (DataType::Map(..), DataType::Map(entries, sorted)) => {
                let map = value.as_map();
                let DataType::Struct(fields) = entries.data_type() else {
                    return Err(internal_datafusion_err!("a map has entries of no struct"));
                };
                let values = self.fields(map.entries(), fields, FieldsBy::Position)?;
                let (offsets, nulls) = (map.offsets().clone(), map.nulls().cloned());
                Arc::new(MapArray::try_new(Arc::clone(entries), offsets, values, nulls, *sorted)?)
            }
            (given, wanted) if is_exact(given, wanted) => self.number(value, wanted)?,
            _ => column_as(value, wanted, false)?,
        })
    }

    fn fields(&self, value: &StructArray, wanted: &Fields, by: FieldsBy) -> Result<StructArray> {
        let columns = wanted.iter().enumerate().map(|(position, field)| {
            let given = value.fields().iter().map(|given| given.name().as_str());
            let source = by.source(given, (position, field.name()));
            let source =
                source.ok_or_else(|| internal_datafusion_err!("the field {} is lost", field.name()))?;
            self.taken(value.column(source), field.data_type())
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        Ok(StructArray::try_new(wanted.clone(), columns, value.nulls().cloned())?)
    }

    fn number(&self, value: &ArrayRef, wanted: &DataType) -> Result<ArrayRef> {
        let options = CastOptions { safe: false, ..CastOptions::default() };
        cast_with_options(value, wanted, &options).map_err(|error| {
            let (given, wanted) = (spark_name(value.data_type()), spark_name(wanted));
            let overflow = SqlError::cast_overflow_in_table_insert(&given, &wanted, &self.column);
            external(overflow.with_source(error))
        })
    }
}

impl ScalarUDFImpl for Assignment {
    fn name(&self) -> &'static str {
        "assign"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.wanted.clone())
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        on_columns(&arguments, |columns| {
            let [value] = operands(columns)?;
            self.taken(value, &self.wanted)
        })
    }
}
