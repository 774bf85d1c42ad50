//! The placeholder of a call in a plan.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, internal_err};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

use super::Routine;

/// A function for DataFusion, which is never computed.
#[derive(Debug)]
pub(super) struct Call {
    name: String,
    routine: Arc<Routine>,
    signature: Signature,
}

impl Call {
    pub(super) fn new(routine: Arc<Routine>) -> Self {
        let signature = Signature::user_defined(Volatility::Immutable);
        Self { name: routine.name.dotted(), routine, signature }
    }

    /// The routine that an expression calls, with the arguments.
    pub(super) fn of(expr: &Expr) -> Option<(&Routine, &[Expr])> {
        let Expr::ScalarFunction(function) = expr else { return None };
        let call = function.func.inner().downcast_ref::<Self>()?;
        Some((&call.routine, &function.args))
    }
}

/// In one query one name is one routine.
impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Call {}

impl Hash for Call {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for Call {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    /// Arguments are converted when the body takes their place.
    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(types.to_vec())
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.routine.returns.clone())
    }

    fn return_field_from_args(&self, _: ReturnFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(&self.name, self.routine.returns.clone(), true)))
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> Result<ColumnarValue> {
        internal_err!("the body of {} did not take its place", self.name)
    }
}
