//! The accumulator of aggregates that need not keep their rows.

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Int64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::Accumulator;

use super::Fold;
use crate::sql::execute::query::udf::cast::convert;
use crate::sql::execute::query::udf::external;

/// The result so far, and of how many values it is; null of none.
#[derive(Debug)]
pub(super) struct Folded {
    fold: Fold,
    result: DataType,
    value: ScalarValue,
    count: i64,
}

impl Folded {
    pub(super) fn new(fold: Fold, result: DataType) -> Result<Self> {
        let value = ScalarValue::try_from(&result)?;
        Ok(Self { fold, result, value, count: 0 })
    }

    fn add(&mut self, next: &ScalarValue) -> Result<()> {
        let next = convert(next, &self.result).map_err(external)?;
        let empty = self.count == 0;
        self.value =
            if empty { next } else { (self.fold.add)(&self.value, &next, &self.result).map_err(external)? };
        Ok(())
    }
}

impl Accumulator for Folded {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        let Some(column) = columns.first() else { return Ok(()) };
        for row in 0..column.len() {
            let value = ScalarValue::try_from_array(column, row)?;
            if !value.is_null() {
                self.add(&value)?;
                self.count += 1;
            }
        }
        Ok(())
    }

    fn retract_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        let Some(column) = columns.first() else { return Ok(()) };
        for row in 0..column.len() {
            let value = ScalarValue::try_from_array(column, row)?;
            if !value.is_null() {
                self.value = (self.fold.remove)(&self.value, &value, &self.result).map_err(external)?;
                self.count -= 1;
            }
        }
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        if self.count == 0 { ScalarValue::try_from(&self.result) } else { Ok(self.value.clone()) }
    }

    fn size(&self) -> usize {
        size_of_val(self)
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        Ok(vec![self.evaluate()?, ScalarValue::Int64(Some(self.count))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let [values, counts] = super::super::operands(states)?;
        let counts = counts.as_primitive::<Int64Type>();
        for group in 0..values.len() {
            let value = ScalarValue::try_from_array(values, group)?;
            if counts.value(group) > 0 {
                self.add(&value)?;
                self.count += counts.value(group);
            }
        }
        Ok(())
    }
}
