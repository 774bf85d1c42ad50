//! Functions in Python: a process for each function of a statement, which is given batches of rows and answers with
//! values, one JSON text a line. It ends with the statement.

mod values;
mod worker;

use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use clxs_api::FullName;
use datafusion::arrow::datatypes::DataType;
use datafusion::common::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use serde_json::{Value, json};

use super::Parameter;
use super::body::{arrow_type, parameter_column};
use crate::delta::schema::DataType as DeltaType;
use crate::metastore::{Function, Returns};
use crate::sql::SqlError;
use crate::sql::execute::query::udf::external;
use crate::sql::execute::types::parameter_field;
use crate::warehouse::CommitGate;
use worker::Worker;

/// The call of a function in Python on columns that are its parameters.
///
/// # Errors
/// `UNSUPPORTED_FEATURE` for a function that needs libraries.
pub(super) fn body(
    name: &FullName,
    parameters: &[Parameter],
    function: &Function,
    gate: &CommitGate,
) -> Result<Expr, SqlError> {
    let wants = function.environment.as_ref().and_then(|environment| environment.dependencies.as_deref());
    if let Some(libraries) = wants.filter(|libraries| !matches!(libraries.trim(), "" | "[]" | "None")) {
        let feature = format!("running {name}, a Python function with the dependencies {libraries},");
        return Err(SqlError::unsupported(feature));
    }
    let Returns::Value { type_json, .. } = &function.returns else {
        return Err(SqlError::internal(format!("{name} gives no value")));
    };
    let invalid = |error: serde_json::Error| SqlError::internal(error.to_string()).with_source(error);
    let returns: DeltaType = serde_json::from_str(type_json).map_err(invalid)?;
    let fields = function.parameters.iter().map(parameter_field).collect::<Result<Vec<_>, _>>()?;
    let definition = json!({
        "parameters": fields
            .iter()
            .map(|field| json!({ "name": field.name, "type": field.data_type }))
            .collect::<Vec<_>>(),
        "returns": returns,
        "body": function.definition,
        "handler": function.handler,
    });
    let volatility = if function.deterministic { Volatility::Immutable } else { Volatility::Volatile };
    let python = PythonFunction {
        name: name.clone(),
        definition,
        returns: arrow_type(&returns)?,
        signature: Signature::user_defined(volatility),
        gate: gate.clone(),
        worker: Arc::new(Mutex::new(None)),
    };
    Ok(ScalarUDF::new_from_impl(python).call(parameters.iter().map(parameter_column).collect()))
}

/// A function in Python for DataFusion.
#[derive(Debug)]
struct PythonFunction {
    name: FullName,
    definition: Value,
    returns: DataType,
    signature: Signature,
    gate: CommitGate,
    /// Started with the first batch.
    worker: Arc<Mutex<Option<Worker>>>,
}

impl PartialEq for PythonFunction {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.definition == other.definition
    }
}

impl Eq for PythonFunction {}

impl Hash for PythonFunction {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl PythonFunction {
    /// The values for a batch of rows. Blocks until the process has answered.
    fn answer(&self, rows: &Value) -> Result<Vec<Value>, SqlError> {
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        let running = match worker.take() {
            Some(running) => running,
            None => Worker::start("python3", &self.definition)?,
        };
        let running = worker.insert(running);
        let answer = running.ask(rows, &self.gate).and_then(|answer| answer.values(&self.name));
        if answer.is_err() {
            // What it still has to say answers nothing.
            *worker = None;
        }
        answer
    }
}

impl ScalarUDFImpl for PythonFunction {
    fn name(&self) -> &'static str {
        "python"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(types.to_vec())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.returns.clone())
    }

    fn invoke_with_args(&self, arguments: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let columns = arguments.args.iter().map(|value| value.to_array(arguments.number_rows));
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let rows = values::rows(&columns, arguments.number_rows)?;
        let answer = tokio::task::block_in_place(|| self.answer(&rows)).map_err(external)?;
        Ok(ColumnarValue::Array(values::column(&answer, &self.returns)?))
    }
}
