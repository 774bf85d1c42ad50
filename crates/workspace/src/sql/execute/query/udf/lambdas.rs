//! Functions that take functions: `transform(array, x -> x + 1)`.
//!
//! The body of a lambda is planned once and computed over whole columns: the elements of all rows follow one
//! another, and a column of the query that the body reads is repeated for each of them.

mod arrays;
mod maps;
mod sorting;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, UInt32Array};
use datafusion::arrow::compute::take_arrays;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, HigherOrderFunctionArgs, HigherOrderReturnFieldArgs, HigherOrderSignature, HigherOrderUDF,
    HigherOrderUDFImpl, LambdaArgument, LambdaParametersProgress, ValueOrLambda, Volatility,
};

use super::external;
use super::row::element_type;
use crate::sql::SqlError;
use crate::sql::execute::query::casts::spark_name;

/// The lists of the families.
const FAMILIES: &[&[Definition]] = &[arrays::FUNCTIONS, maps::FUNCTIONS, sorting::FUNCTIONS];

/// The types of the parameters of each lambda.
type Parameters = Result<Vec<Vec<DataType>>, SqlError>;

/// A function whose first arguments are values and whose last ones are lambdas.
pub(super) struct Definition {
    /// The name it is planned by, and others of the same meaning, in lower case.
    names: &'static [&'static str],
    values: usize,
    lambdas: std::ops::RangeInclusive<usize>,
    /// The parameters of each lambda, by the types of the values; some may be left out.
    parameters: fn(&[DataType]) -> Parameters,
    /// The type of the result, by those of the values and of what the lambdas give.
    output: fn(&[DataType], &[DataType]) -> Result<DataType, SqlError>,
    compute: fn(&Call) -> Result<ArrayRef>,
}

/// All functions as DataFusion wants them.
pub(super) fn all() -> Vec<Arc<HigherOrderUDF>> {
    FAMILIES.iter().copied().flatten().map(Definition::udf).collect()
}

/// The name by which the function that Spark knows by this one, in lower case, is planned.
pub(super) fn named(name: &str) -> Option<&'static str> {
    let mut all = FAMILIES.iter().copied().flatten();
    all.find(|definition| definition.names.contains(&name)).map(Definition::name)
}

/// All names by which Spark knows them.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().copied().flatten().flat_map(|definition| definition.names.iter().copied())
}

/// A call with its values as columns.
pub(super) struct Call<'a> {
    values: Vec<ArrayRef>,
    lambdas: Vec<&'a LambdaArgument>,
    result: &'a DataType,
}

impl Call<'_> {
    /// What a lambda gives for each row of its parameters; `owners` are the rows of the call that they belong to.
    fn lambda(&self, index: usize, parameters: &[ArrayRef], owners: &UInt32Array) -> Result<ArrayRef> {
        let closures: Vec<_> = parameters.iter().map(|column| move || Ok(Arc::clone(column))).collect();
        let closures: Vec<&dyn Fn() -> Result<ArrayRef>> =
            closures.iter().map(|closure| closure as &dyn Fn() -> Result<ArrayRef>).collect();
        let Some(lambda) = self.lambdas.get(index) else {
            return datafusion::common::internal_err!("a lambda is missing");
        };
        let given = lambda.evaluate(&closures, |captured| Ok(take_arrays(captured, owners, None)?))?;
        given.into_array(owners.len())
    }
}

impl Definition {
    fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }

    fn udf(&'static self) -> Arc<HigherOrderUDF> {
        let signature = HigherOrderSignature::variadic_any(Volatility::Immutable);
        Arc::new(HigherOrderUDF::new_from_impl(Function { definition: self, signature }))
    }

    fn parameters(&self, values: &[DataType], lambdas: usize) -> Result<Vec<Vec<DataType>>, SqlError> {
        if values.len() != self.values || !self.lambdas.contains(&lambdas) {
            let wanted = self.values + self.lambdas.end();
            return Err(SqlError::wrong_num_args(self.name(), &wanted.to_string(), values.len() + lambdas));
        }
        let mut parameters = (self.parameters)(values)?;
        parameters.truncate(lambdas);
        Ok(parameters)
    }
}

/// A [`Definition`] for DataFusion; its name tells it from others.
struct Function {
    definition: &'static Definition,
    signature: HigherOrderSignature,
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.definition.name() == other.definition.name()
    }
}

impl Eq for Function {}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.definition.name().hash(state);
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Function({})", self.definition.name())
    }
}

/// The types of the values, and those of what the lambdas give.
fn types(fields: &[ValueOrLambda<FieldRef, FieldRef>]) -> (Vec<DataType>, Vec<DataType>) {
    let (mut values, mut lambdas) = (Vec::new(), Vec::new());
    for field in fields {
        match field {
            ValueOrLambda::Value(field) => values.push(field.data_type().clone()),
            ValueOrLambda::Lambda(field) => lambdas.push(field.data_type().clone()),
        }
    }
    (values, lambdas)
}

impl HigherOrderUDFImpl for Function {
    fn name(&self) -> &str {
        self.definition.name()
    }

    fn signature(&self) -> &HigherOrderSignature {
        &self.signature
    }

    fn lambda_parameters(
        &self,
        _: usize,
        fields: &[ValueOrLambda<FieldRef, Option<FieldRef>>],
    ) -> Result<LambdaParametersProgress> {
        let values = fields.iter().filter_map(|field| match field {
            ValueOrLambda::Value(field) => Some(field.data_type().clone()),
            ValueOrLambda::Lambda(_) => None,
        });
        let values: Vec<_> = values.collect();
        let lambdas = fields.len() - values.len();
        let parameters = self.definition.parameters(&values, lambdas).map_err(external)?;
        let field = |data_type: DataType| Arc::new(Field::new("", data_type, true));
        Ok(LambdaParametersProgress::Complete(
            parameters.into_iter().map(|types| types.into_iter().map(field).collect()).collect(),
        ))
    }

    fn return_field_from_args(&self, arguments: HigherOrderReturnFieldArgs) -> Result<FieldRef> {
        let (values, lambdas) = types(arguments.arg_fields);
        self.definition.parameters(&values, lambdas.len()).map_err(external)?;
        let result = (self.definition.output)(&values, &lambdas).map_err(external)?;
        Ok(Arc::new(Field::new(self.name(), result, true)))
    }

    fn invoke_with_args(&self, arguments: HigherOrderFunctionArgs) -> Result<ColumnarValue> {
        let (mut values, mut lambdas) = (Vec::new(), Vec::new());
        for argument in &arguments.args {
            match argument {
                ValueOrLambda::Value(value) => values.push(value.to_array(arguments.number_rows)?),
                ValueOrLambda::Lambda(lambda) => lambdas.push(lambda),
            }
        }
        let call = Call { values, lambdas, result: arguments.return_field.data_type() };
        Ok(ColumnarValue::Array((self.definition.compute)(&call)?))
    }
}

/// The type of the elements of an argument, counted from 0.
fn elements_of(values: &[DataType], index: usize) -> Result<DataType, SqlError> {
    match values.get(index) {
        Some(list @ DataType::List(_)) => Ok(element_type(list)),
        other => Err(unexpected(index, "\"ARRAY\"", other.unwrap_or(&DataType::Null))),
    }
}

fn unexpected(index: usize, wanted: &str, given: &DataType) -> SqlError {
    SqlError::unexpected_input_type(index + 1, wanted, &spark_name(given))
}

/// A lambda that is asked for a truth must give one.
fn require_boolean(index: usize, given: &DataType) -> Result<(), SqlError> {
    match given {
        DataType::Boolean | DataType::Null => Ok(()),
        other => Err(unexpected(index, "\"BOOLEAN\"", other)),
    }
}
