//! Routines: functions that users make, as distinct from those of [`super::functions`], which the platform has.
//!
//! Calls are found in the text and resolved with the rights of whoever the query runs for. In the plan a call is a
//! placeholder ([`Call`]) until types agree; then the routine's body, planned with the rights of the routine's
//! owner, takes its place ([`inline`]).

mod arguments;
mod body;
mod call;
mod inline;
mod python;
mod substitute;
mod table;

use std::sync::Arc;

use clxs_api::{FullName, Privilege};
use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{Expr as PlanExpr, ScalarUDF};
use datafusion::prelude::SessionContext;
use datafusion::sql::sqlparser::ast::{Expr, Visit, VisitMut};
use futures::FutureExt as _;
use futures::future::BoxFuture;

pub(in crate::sql::execute) use arguments::{column_in, named};
pub(in crate::sql::execute) use body::{Checked, check, check_defaults, check_table};
use call::Call;
pub(super) use inline::{inlined, require_inlined, with_arguments};
pub(super) use table::{rows, take_table_calls};

use super::relations::Reader;
use crate::authorization::SecurableRef;
use crate::metastore::{Function, FunctionRow, Language};
use crate::session::Session;
use crate::sql::SqlError;
use crate::sql::ast::ObjectName;

/// A function that gives a value, ready to be called.
#[derive(Debug)]
pub(super) struct Routine {
    name: FullName,
    parameters: Vec<Parameter>,
    /// On columns that are the parameters, of the type of the result.
    body: PlanExpr,
    returns: DataType,
}

/// What a routine takes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameter {
    name: String,
    data_type: DataType,
    /// A constant expression.
    default: Option<Expr>,
}

/// Whose right to call a routine counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rights {
    /// That of whoever the query runs for, who needs EXECUTE.
    Reader,
    /// Nobody's: who put the routine where it is called had the right. So masks and filters run.
    Granted,
}

/// Plans the call of a routine on expressions, one for each parameter; what converts types in the plan
/// ([`super::coerce`]) puts the body in its place.
///
/// # Errors
/// `ROUTINE_NOT_FOUND`; a missing EXECUTE, unless it is [`Rights::Granted`]; those of planning its body.
pub(super) async fn call(
    reader: &Reader,
    name: &FullName,
    rights: Rights,
    arguments: Vec<PlanExpr>,
) -> Result<PlanExpr, SqlError> {
    let routine = planned(reader, find(reader, name, rights).await?).await?;
    if arguments.len() != routine.parameters.len() {
        let wanted = routine.parameters.len().to_string();
        return Err(SqlError::wrong_num_args(&name.dotted(), &wanted, arguments.len()));
    }
    Ok(placeholder(routine).call(arguments))
}

/// Makes the routines that a query or an expression calls known to the session, and writes every call as it
/// is planned: by the full name, with an argument for each parameter.
///
/// # Errors
/// `UNRESOLVED_ROUTINE`; a missing EXECUTE; arguments that do not fit the parameters.
pub(super) async fn register<T: Visit + VisitMut>(
    reader: &Reader,
    session: &SessionContext,
    tree: &mut T,
) -> Result<(), SqlError> {
    let mut routines = Vec::new();
    for name in named(tree)? {
        let routine = resolved(reader, &name).await?;
        session.register_udf(placeholder(Arc::clone(&routine)));
        routines.push((name, routine));
    }
    arguments::complete(tree, |name| {
        routines.iter().find(|(known, _)| known == name).map(|(_, routine)| routine.as_ref())
    })
}

/// The routine that a query means by a name.
async fn resolved(reader: &Reader, name: &ObjectName) -> Result<Arc<Routine>, SqlError> {
    let full_name = reader.context().table_name(name)?;
    let row = find(reader, &full_name, Rights::Reader).await;
    let row = row.map_err(|error| unresolved(reader.context().session(), name, error))?;
    planned(reader, row).await
}

/// The error for a function that a statement names and that is not there. A name of one part is looked for on the
/// search path, of which the session's catalog may be missing.
pub(in crate::sql::execute) fn unresolved(session: &Session, name: &ObjectName, error: SqlError) -> SqlError {
    let is_absent = match error.class {
        "ROUTINE_NOT_FOUND" | "SCHEMA_NOT_FOUND" => true,
        "NO_SUCH_CATALOG_EXCEPTION" => name.0.len() == 1,
        _ => false,
    };
    if !is_absent {
        return error;
    }
    let written: Vec<_> = name.0.iter().map(ToString::to_string).collect();
    SqlError::unresolved_routine(written.join("."), &session.catalog, &session.schema)
}

/// The function of this name.
async fn find(reader: &Reader, name: &FullName, rights: Rights) -> Result<FunctionRow, SqlError> {
    let name = name.clone();
    let found = reader.context().read(move |tx, access| {
        if rights == Rights::Reader {
            access.check(tx, &SecurableRef::of::<Function>(name.clone()), &Privilege::Execute)?;
        }
        Ok(tx.securable::<Function>(&name)?)
    });
    found.await
}

/// A routine with its body planned for its owner.
fn planned(reader: &Reader, row: FunctionRow) -> BoxFuture<'_, Result<Arc<Routine>, SqlError>> {
    async move {
        let name = row.full_name();
        if row.details.is_table_function() {
            return Err(SqlError::not_a_scalar_function(name));
        }
        let parameters = body::parameters(&row.details)?;
        let returns = body::returned_type(&row.details)?;
        let body = match row.details.language {
            Language::Sql => {
                let owner = reader.behind_routine(&row)?;
                body::expression(&owner, &name, &parameters, &row.details.definition).await?
            }
            Language::Python => {
                let gate = &reader.context().gate;
                let expr = python::body(&name, &parameters, &row.details, gate)?;
                body::Value { expr, data_type: returns.clone() }
            }
        };
        let body = super::udf::cast_to(body.expr, &body.data_type, returns.clone());
        Ok(Arc::new(Routine { name, parameters, body, returns }))
    }
    .boxed()
}

fn placeholder(routine: Arc<Routine>) -> ScalarUDF {
    ScalarUDF::new_from_impl(Call::new(routine))
}
