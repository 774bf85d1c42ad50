//! The accumulator of the aggregates of ours: it keeps the rows.

use datafusion::arrow::array::{ArrayRef, AsArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::Accumulator;

use super::{Answer, Rows};
use crate::sql::execute::query::udf::external;
use crate::sql::execute::query::udf::row;

#[derive(Debug)]
pub(super) struct Gather {
    compute: fn(&Rows, &DataType) -> Answer,
    types: Vec<DataType>,
    result: DataType,
    distinct: bool,
    rows: Vec<Vec<ScalarValue>>,
}

impl Gather {
    pub(super) fn new(
        compute: fn(&Rows, &DataType) -> Answer,
        types: Vec<DataType>,
        result: DataType,
        distinct: bool,
    ) -> Self {
        Self { compute, types, result, distinct, rows: Vec::new() }
    }

    fn take(&mut self, columns: &[ArrayRef]) -> Result<()> {
        let height = columns.first().map_or(0, datafusion::arrow::array::Array::len);
        for row in 0..height {
            let values = columns.iter().map(|column| ScalarValue::try_from_array(column, row));
            let values = values.collect::<Result<Vec<_>>>()?;
            if !(self.distinct && self.rows.contains(&values)) {
                self.rows.push(values);
            }
        }
        Ok(())
    }
}

impl Accumulator for Gather {
    fn update_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        self.take(columns)
    }

    /// Rows leave a window in the order they came.
    fn retract_batch(&mut self, columns: &[ArrayRef]) -> Result<()> {
        let gone = columns.first().map_or(0, datafusion::arrow::array::Array::len).min(self.rows.len());
        self.rows.drain(..gone);
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        !self.distinct
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        match (self.compute)(&self.rows, &self.result).map_err(external)? {
            ScalarValue::Null => ScalarValue::try_from(&self.result),
            value if value.data_type() == self.result => Ok(value),
            value => value.cast_to(&self.result),
        }
    }

    fn size(&self) -> usize {
        let rows = self.rows.iter().flatten().map(ScalarValue::size);
        size_of_val(self) + rows.sum::<usize>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let columns = self.types.iter().enumerate().map(|(index, data_type)| {
            let values = self.rows.iter().filter_map(|row| row.get(index).cloned()).collect();
            row::array(values, &row::array_of(data_type.clone())).map_err(external)
        });
        columns.collect()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let height = states.first().map_or(0, datafusion::arrow::array::Array::len);
        for group in 0..height {
            let columns: Vec<ArrayRef> =
                states.iter().map(|state| state.as_list::<i32>().value(group)).collect();
            self.take(&columns)?;
        }
        Ok(())
    }
}
