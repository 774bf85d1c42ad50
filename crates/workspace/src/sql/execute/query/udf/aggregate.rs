//! Aggregates of Spark that DataFusion computes otherwise or has not got.
//!
//! An aggregate gathers its arguments, those of all rows of a group, and computes its value from them.

mod folded;
mod functions;
mod gather;
mod percentiles;
mod statistics;

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDF, AggregateUDFImpl, Signature, Volatility};

use super::definition::Answer;
use super::external;
use crate::sql::SqlError;

/// All aggregates.
pub(super) fn all() -> impl Iterator<Item = &'static Aggregate> {
    functions::ALL.iter().chain(percentiles::ALL)
}

/// The rows of a group, each with its arguments.
pub(super) type Rows = [Vec<ScalarValue>];

/// An aggregate function.
pub(super) struct Aggregate {
    /// The name it is planned by, and others of the same meaning, in lower case.
    pub(super) names: &'static [&'static str],
    /// How many arguments it takes.
    arguments: std::ops::RangeInclusive<usize>,
    result: fn(&[DataType]) -> Result<DataType, SqlError>,
    /// From the rows of the group in the order they came.
    compute: fn(&Rows, &DataType) -> Answer,
    /// How a value changes the result so far, when the rows need not be kept.
    fold: Option<Fold>,
}

/// A result that is computed value by value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fold {
    /// The result with another value.
    add: fn(&ScalarValue, &ScalarValue, &DataType) -> Answer,
    /// The result without a value that it has.
    remove: fn(&ScalarValue, &ScalarValue, &DataType) -> Answer,
}

impl Aggregate {
    pub(super) fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }

    /// The aggregate as DataFusion wants it.
    pub(super) fn udaf(&'static self) -> Arc<AggregateUDF> {
        let signature = Signature::user_defined(Volatility::Immutable);
        Arc::new(AggregateUDF::new_from_impl(SparkAggregate { aggregate: self, signature }))
    }
}

struct SparkAggregate {
    aggregate: &'static Aggregate,
    signature: Signature,
}

impl PartialEq for SparkAggregate {
    fn eq(&self, other: &Self) -> bool {
        self.aggregate.name() == other.aggregate.name()
    }
}

impl Eq for SparkAggregate {}

impl std::hash::Hash for SparkAggregate {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.aggregate.name().hash(state);
    }
}

impl std::fmt::Debug for SparkAggregate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SparkAggregate({})", self.aggregate.name())
    }
}

impl AggregateUDFImpl for SparkAggregate {
    fn name(&self) -> &str {
        self.aggregate.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(types.to_vec())
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        if !self.aggregate.arguments.contains(&types.len()) {
            let wanted = format!("{:?}", self.aggregate.arguments);
            return Err(external(SqlError::wrong_num_args(self.name(), &wanted, types.len())));
        }
        (self.aggregate.result)(types).map_err(external)
    }

    fn accumulator(&self, arguments: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let result = arguments.return_field.data_type().clone();
        if let Some(fold) = self.aggregate.fold.filter(|_| !arguments.is_distinct) {
            return Ok(Box::new(folded::Folded::new(fold, result)?));
        }
        let types = arguments.expr_fields.iter().map(|field| field.data_type().clone()).collect();
        Ok(Box::new(gather::Gather::new(self.aggregate.compute, types, result, arguments.is_distinct)))
    }

    fn state_fields(&self, arguments: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        if self.aggregate.fold.is_some() && !arguments.is_distinct {
            let result = arguments.return_field.data_type().clone();
            let count = Field::new(format!("{}[count]", arguments.name), DataType::Int64, true);
            return Ok(vec![
                Arc::new(Field::new(format!("{}[value]", arguments.name), result, true)),
                Arc::new(count),
            ]);
        }
        let fields = arguments.input_fields.iter().enumerate();
        Ok(fields
            .map(|(index, field)| {
                let list = DataType::new_list(field.data_type().clone(), true);
                Arc::new(Field::new(format!("{}[{index}]", arguments.name), list, true))
            })
            .collect())
    }
}
