//! What a function of ours is: names, parameters, the type of its result, and how it is computed.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, new_empty_array};
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::cast::column_as;
use super::row::Row;
use super::{external, on_columns};
use crate::sql::SqlError;
use crate::sql::execute::query::casts::{Kind, kind, spark_name};
use crate::sql::execute::query::common_type;

/// What a function answers for a row.
pub(in crate::sql::execute::query) type Answer = Result<ScalarValue, SqlError>;

/// A function; the same arguments always give the same result.
pub(in crate::sql::execute::query) struct Definition {
    /// The name it is planned by, and others of the same meaning, in lower case.
    names: &'static [&'static str],
    parameters: &'static [Parameter],
    /// How many arguments must be given.
    required: usize,
    /// Whether the last parameter may be given many times.
    variadic: bool,
    /// Whether a null among the arguments makes the result null.
    strict: bool,
    output: Output,
    compute: Compute,
}

/// What a function takes; Spark converts other types to it or refuses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sql::execute::query) enum Parameter {
    Any,
    Text,
    /// A STRING or a BINARY, as it is.
    TextOrBinary,
    Binary,
    Truth,
    Int,
    Long,
    Double,
    /// A number of any type; a text is read as DOUBLE.
    Number,
    Date,
    /// With the zone of the session.
    Timestamp,
    Array,
    Map,
}

type OutputType = fn(&[DataType], &[Option<&ScalarValue>]) -> Result<DataType, SqlError>;

/// The type of the result.
pub(in crate::sql::execute::query) enum Output {
    Type(DataType),
    /// That of the first argument, as it is taken.
    First,
    /// By the types taken and the values known before the query runs.
    Of(OutputType),
}

enum Compute {
    Rows(fn(&Row) -> Answer),
    Columns(fn(&[ArrayRef], &DataType) -> Result<ArrayRef>),
}

impl Definition {
    /// A function computed row by row, null when an argument is null.
    pub(super) const fn rows(
        names: &'static [&'static str],
        parameters: &'static [Parameter],
        output: Output,
        compute: fn(&Row) -> Answer,
    ) -> Self {
        let required = parameters.len();
        Self {
            names,
            parameters,
            required,
            variadic: false,
            strict: true,
            output,
            compute: Compute::Rows(compute),
        }
    }

    /// A function computed with whole columns, which have the types that its parameters take.
    pub(super) const fn columns(
        names: &'static [&'static str],
        parameters: &'static [Parameter],
        output: Output,
        compute: fn(&[ArrayRef], &DataType) -> Result<ArrayRef>,
    ) -> Self {
        let required = parameters.len();
        Self {
            names,
            parameters,
            required,
            variadic: false,
            strict: false,
            output,
            compute: Compute::Columns(compute),
        }
    }

    /// The last parameters, from this position on, may be left out.
    pub(super) const fn required(mut self, count: usize) -> Self {
        self.required = count;
        self
    }

    /// The last parameter may be given many times, or not at all.
    pub(super) const fn variadic(mut self) -> Self {
        self.required = self.parameters.len() - 1;
        self.variadic = true;
        self
    }

    /// Nulls are given to the function.
    pub(super) const fn with_nulls(mut self) -> Self {
        self.strict = false;
        self
    }

    /// The name it is planned by.
    pub(in crate::sql::execute::query) fn name(&self) -> &'static str {
        self.names.first().copied().unwrap_or_default()
    }

    /// The name it is planned by, and others of the same meaning.
    pub(super) fn names(&self) -> &'static [&'static str] {
        self.names
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.names.contains(&name)
    }

    /// The function as DataFusion wants it.
    pub(in crate::sql::execute::query) fn udf(&'static self) -> Arc<ScalarUDF> {
        let signature = Signature::user_defined(Volatility::Immutable);
        Arc::new(ScalarUDF::new_from_impl(SparkFunction { definition: self, signature }))
    }

    /// The types that the arguments are converted to.
    fn taken(&self, given: &[DataType]) -> Result<Vec<DataType>, SqlError> {
        let most = if self.variadic { usize::MAX } else { self.parameters.len() };
        if given.len() < self.required || given.len() > most {
            let wanted = match (self.variadic, self.required == most) {
                (true, _) => format!("> {}", self.required.saturating_sub(1)),
                (false, true) => self.required.to_string(),
                (false, false) => format!("[{}, {most}]", self.required),
            };
            return Err(SqlError::wrong_num_args(self.name(), &wanted, given.len()));
        }
        let last = self.parameters.last().copied().unwrap_or(Parameter::Any);
        let parameters = self.parameters.iter().copied().chain(std::iter::repeat(last));
        let taken = given.iter().zip(parameters).enumerate();
        taken
            .map(|(index, (given, parameter))| {
                if is_interval(given) && !self.takes_intervals() {
                    return Err(SqlError::unsupported(format!("an INTERVAL in `{}`", self.name())));
                }
                let refused =
                    || SqlError::unexpected_input_type(index + 1, parameter.name(), &spark_name(given));
                parameter.taken(given).ok_or_else(refused)
            })
            .collect()
    }

    /// Dates with an interval added or taken away.
    fn takes_intervals(&self) -> bool {
        matches!(self.name(), "add" | "subtract" | "try_add" | "try_subtract")
    }

    fn output(&self, taken: &[DataType], known: &[Option<&ScalarValue>]) -> Result<DataType, SqlError> {
        match &self.output {
            Output::Type(data_type) => Ok(data_type.clone()),
            Output::First => Ok(taken.first().cloned().unwrap_or(DataType::Null)),
            Output::Of(of) => of(taken, known),
        }
    }

    fn computed(&self, columns: &[ArrayRef], result: &DataType) -> Result<ArrayRef> {
        let given: Vec<_> = columns.iter().map(|column| column.data_type().clone()).collect();
        let taken = self.taken(&given).map_err(external)?;
        let columns = columns.iter().zip(&taken).map(|(column, wanted)| column_as(column, wanted, false));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        match self.compute {
            Compute::Columns(compute) => compute(&columns, result),
            Compute::Rows(compute) => by_row(&columns, result, self.strict, compute),
        }
    }
}

/// Computes each row on its own.
pub(super) fn by_row(
    columns: &[ArrayRef],
    result: &DataType,
    strict: bool,
    compute: impl Fn(&Row) -> Answer,
) -> Result<ArrayRef> {
    let height = columns.first().map_or(0, datafusion::arrow::array::Array::len);
    if height == 0 {
        return Ok(new_empty_array(result));
    }
    let null = ScalarValue::try_from(result)?;
    let answers = (0..height).map(|row| {
        let values = columns.iter().map(|column| ScalarValue::try_from_array(column, row));
        let values = values.collect::<Result<Vec<_>>>()?;
        if strict && values.iter().any(ScalarValue::is_null) {
            return Ok(null.clone());
        }
        match compute(&Row::new(&values, result)).map_err(external)? {
            ScalarValue::Null => Ok(null.clone()),
            answer if answer.data_type() == *result => Ok(answer),
            answer => answer.cast_to(result),
        }
    });
    ScalarValue::iter_to_array(answers.collect::<Result<Vec<_>>>()?)
}

pub(in crate::sql::execute::query) fn is_interval(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Interval(_) | DataType::Duration(_))
}

impl Parameter {
    fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::Text => "\"STRING\"",
            Self::TextOrBinary => "(\"STRING\" or \"BINARY\")",
            Self::Binary => "\"BINARY\"",
            Self::Truth => "\"BOOLEAN\"",
            Self::Int => "\"INT\"",
            Self::Long => "\"BIGINT\"",
            Self::Double => "\"DOUBLE\"",
            Self::Number => "\"NUMERIC\"",
            Self::Date => "\"DATE\"",
            Self::Timestamp => "\"TIMESTAMP\"",
            Self::Array => "\"ARRAY\"",
            Self::Map => "\"MAP\"",
        }
    }

    /// The type an argument is converted to; nothing when Spark does not convert it without being asked.
    fn taken(self, given: &DataType) -> Option<DataType> {
        let from = kind(given);
        let whole = given.is_signed_integer();
        let simple = |wanted: DataType, taken: bool| (taken || from == Kind::Null).then_some(wanted);
        match self {
            Self::Any => Some(given.clone()),
            Self::Text => simple(DataType::Utf8, from != Kind::Other || *given == DataType::Binary),
            Self::TextOrBinary if *given == DataType::Binary => Some(DataType::Binary),
            Self::TextOrBinary => simple(DataType::Utf8, from != Kind::Other),
            Self::Binary => simple(DataType::Binary, from == Kind::Text || *given == DataType::Binary),
            Self::Truth => simple(DataType::Boolean, matches!(from, Kind::Truth | Kind::Text)),
            Self::Int => simple(DataType::Int32, from == Kind::Text || (whole && *given != DataType::Int64)),
            Self::Long => simple(DataType::Int64, from == Kind::Text || whole),
            Self::Double => simple(DataType::Float64, matches!(from, Kind::Text | Kind::Number)),
            Self::Number if from == Kind::Number => Some(given.clone()),
            Self::Number => simple(DataType::Float64, from == Kind::Text),
            Self::Date => simple(DataType::Date32, matches!(from, Kind::Text | Kind::Date | Kind::Timestamp)),
            Self::Timestamp => {
                simple(common_type::timestamp(), matches!(from, Kind::Text | Kind::Date | Kind::Timestamp))
            }
            Self::Array if *given == DataType::Null => Some(given.clone()),
            Self::Array => matches!(given, DataType::List(_)).then(|| given.clone()),
            Self::Map if *given == DataType::Null => Some(given.clone()),
            Self::Map => matches!(given, DataType::Map(..)).then(|| given.clone()),
        }
    }
}

/// A [`Definition`] for DataFusion; its name tells it from others.
struct SparkFunction {
    definition: &'static Definition,
    signature: Signature,
}

impl PartialEq for SparkFunction {
    fn eq(&self, other: &Self) -> bool {
        self.definition.name() == other.definition.name()
    }
}

impl Eq for SparkFunction {}

impl Hash for SparkFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.definition.name().hash(state);
    }
}

impl fmt::Debug for SparkFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SparkFunction({})", self.definition.name())
    }
}

impl ScalarUDFImpl for SparkFunction {
    fn name(&self) -> &str {
        self.definition.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Arguments are converted when the function is computed, by casts of ours.
    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(types.to_vec())
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        let taken = self.definition.taken(types).map_err(external)?;
        self.definition.output(&taken, &vec![None; taken.len()]).map_err(external)
    }

    fn return_field_from_args(&self, arguments: ReturnFieldArgs) -> Result<FieldRef> {
        let types: Vec<_> = arguments.arg_fields.iter().map(|field| field.data_type().clone()).collect();
        let taken = self.definition.taken(&types).map_err(external)?;
        let result = self.definition.output(&taken, arguments.scalar_arguments).map_err(external)?;
        Ok(Arc::new(Field::new(self.name(), result, true)))
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let result = arguments.return_field.data_type().clone();
        on_columns(&arguments, |columns| self.definition.computed(columns, &result))
    }
}
