//! Calls of routines as they are written, and their arguments by position and by name.

use std::ops::ControlFlow;

use clxs_api::Identifier;
use datafusion::sql::sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, Ident, ObjectName as SqlName,
    ObjectNamePart, Query, TableFactor, Visit, VisitMut, Visitor, VisitorMut,
};

use super::{Parameter, Routine};
use crate::sql::SqlError;
use crate::sql::ast::ObjectName;
use crate::sql::execute::query::{functions, syntax};

/// The routines that are called, by the names as written, each once. Functions of the platform come first: a routine
/// of such a name is called by a name of two or three parts (documentation, "Name resolution").
///
/// # Errors
/// `INVALID_IDENTIFIER`
pub(in crate::sql::execute) fn named(tree: &impl Visit) -> Result<Vec<ObjectName>, SqlError> {
    let mut names = Names(Vec::new());
    match tree.visit(&mut names) {
        ControlFlow::Continue(()) => Ok(names.0),
        ControlFlow::Break(error) => Err(error),
    }
}

struct Names(Vec<ObjectName>);

impl Visitor for Names {
    type Break = SqlError;

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<SqlError> {
        match expr {
            Expr::Function(function) => self.add(&function.name),
            _ => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<SqlError> {
        match factor {
            TableFactor::Table { name, args: Some(_), .. } => self.add(name),
            _ => ControlFlow::Continue(()),
        }
    }
}

impl Names {
    fn add(&mut self, name: &SqlName) -> ControlFlow<SqlError> {
        match routine_name(name) {
            Ok(Some(name)) if !self.0.contains(&name) => self.0.push(name),
            Ok(_) => {}
            Err(error) => return ControlFlow::Break(error),
        }
        ControlFlow::Continue(())
    }
}

/// The name, unless it is that of a function of the platform.
pub(super) fn routine_name(name: &SqlName) -> Result<Option<ObjectName>, SqlError> {
    let parts: Option<Vec<_>> = name.0.iter().map(ObjectNamePart::as_ident).collect();
    let Some(parts) = parts else { return Ok(None) };
    if let [part] = parts.as_slice()
        && functions::is_known(&part.value.to_lowercase())
    {
        return Ok(None);
    }
    let parts = parts.into_iter().map(|part| Identifier::new(part.value.clone()));
    let parts: Vec<_> = parts.collect::<Result<_, _>>().map_err(SqlError::invalid_identifier)?;
    if parts.len() > 3 {
        return Err(SqlError::too_many_name_parts(&parts, 3));
    }
    Ok(Some(ObjectName(parts)))
}

/// Writes every call of a routine by its full name, with an argument for each parameter.
pub(super) fn complete<'a, T: VisitMut>(
    tree: &mut T,
    routine: impl Fn(&ObjectName) -> Option<&'a Routine>,
) -> Result<(), SqlError> {
    match tree.visit(&mut Calls { routine }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(error) => Err(error),
    }
}

struct Calls<F> {
    routine: F,
}

impl<'a, F: Fn(&ObjectName) -> Option<&'a Routine>> VisitorMut for Calls<F> {
    type Break = SqlError;

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<SqlError> {
        let Expr::Function(function) = expr else { return ControlFlow::Continue(()) };
        let found = routine_name(&function.name).map(|name| name.and_then(|name| (self.routine)(&name)));
        let rewritten = match found {
            Ok(None) => return ControlFlow::Continue(()),
            Ok(Some(routine)) => call(function, routine),
            Err(error) => Err(error),
        };
        match rewritten {
            Ok(call) => {
                *expr = call;
                ControlFlow::Continue(())
            }
            Err(error) => ControlFlow::Break(error),
        }
    }
}

fn call(function: &Function, routine: &Routine) -> Result<Expr, SqlError> {
    let name = &routine.name;
    refuse_clauses(function, name)?;
    let arguments = match &function.args {
        FunctionArguments::None => &[][..],
        FunctionArguments::List(list) => &list.args,
        FunctionArguments::Subquery(_) => {
            return Err(SqlError::unsupported("a query as the arguments of a function"));
        }
    };
    let mut call = syntax::call("", bound(name, &routine.parameters, arguments)?);
    if let Expr::Function(call) = &mut call {
        call.name =
            SqlName::from(name.parts().iter().map(|part| Ident::new(part.as_str())).collect::<Vec<_>>());
    }
    Ok(call)
}

/// A routine is no aggregate.
fn refuse_clauses(function: &Function, name: &clxs_api::FullName) -> Result<(), SqlError> {
    let list = match &function.args {
        FunctionArguments::List(list) => Some(list),
        _ => None,
    };
    let clauses = [
        (list.is_some_and(|list| list.duplicate_treatment.is_some()), "DISTINCT"),
        (function.filter.is_some(), "FILTER clause"),
        (function.over.is_some(), "OVER clause"),
        (function.null_treatment.is_some(), "IGNORE NULLS"),
        (!function.within_group.is_empty(), "WITHIN GROUP"),
    ];
    match clauses.iter().find(|(present, _)| *present) {
        Some((_, clause)) => Err(SqlError::function_with_unsupported_syntax(name, clause)),
        None => Ok(()),
    }
}

/// An argument for each parameter: by position, then by name, then the default.
pub(super) fn bound(
    routine: &clxs_api::FullName,
    parameters: &[Parameter],
    arguments: &[FunctionArg],
) -> Result<Vec<Expr>, SqlError> {
    let mut values: Vec<Option<Expr>> = vec![None; parameters.len()];
    let mut last_name = None;
    for (position, argument) in arguments.iter().enumerate() {
        let (name, value) = parts(argument)?;
        let Some(name) = name else {
            if let Some(last_name) = &last_name {
                return Err(SqlError::unexpected_positional_argument(routine, last_name));
            }
            let Some(slot) = values.get_mut(position) else {
                let wanted = wanted(parameters);
                return Err(SqlError::wrong_num_args(&routine.dotted(), &wanted, arguments.len()));
            };
            *slot = Some(value);
            continue;
        };
        let index = parameters.iter().position(|known| known.name.to_lowercase() == name.to_lowercase());
        let Some(index) = index else {
            let known: Vec<_> = parameters.iter().map(|known| format!("`{}`", known.name)).collect();
            return Err(SqlError::unrecognized_parameter_name(routine, name, &known));
        };
        if values[index].is_some() {
            let both = parts(&arguments[index])?.0.is_none();
            return Err(SqlError::duplicate_argument(routine, &parameters[index].name, both));
        }
        values[index] = Some(value);
        last_name = Some(name);
    }
    let named = last_name.is_some();
    let values = values.into_iter().zip(parameters).enumerate();
    let value = |(index, (value, parameter)): (usize, (Option<Expr>, &Parameter))| match value
        .or_else(|| parameter.default.clone())
    {
        Some(value) => Ok(value),
        None if named => Err(SqlError::required_parameter_not_found(routine, &parameter.name, index)),
        None => Err(SqlError::wrong_num_args(&routine.dotted(), &wanted(parameters), arguments.len())),
    };
    values.map(value).collect()
}

/// How many arguments there may be.
fn wanted(parameters: &[Parameter]) -> String {
    let required = parameters.iter().filter(|parameter| parameter.default.is_none()).count();
    if required == parameters.len() {
        required.to_string()
    } else {
        format!("[{required}, {}]", parameters.len())
    }
}

/// The name of an argument, if it has one, and its value.
fn parts(argument: &FunctionArg) -> Result<(Option<String>, Expr), SqlError> {
    match argument {
        FunctionArg::Unnamed(FunctionArgExpr::Expr(value)) => Ok((None, value.clone())),
        FunctionArg::Named { name, arg: FunctionArgExpr::Expr(value), .. } => {
            Ok((Some(name.value.clone()), value.clone()))
        }
        other => Err(SqlError::unsupported(format_args!("{other} as an argument of a function"))),
    }
}

/// The first column in an expression, outside of queries in it.
pub(in crate::sql::execute) fn column_in(expr: &Expr) -> Option<String> {
    match expr.visit(&mut Columns { depth: 0 }) {
        ControlFlow::Break(name) => Some(name),
        ControlFlow::Continue(()) => None,
    }
}

struct Columns {
    /// How many queries are around the place.
    depth: usize,
}

impl Visitor for Columns {
    type Break = String;

    fn pre_visit_query(&mut self, _: &Query) -> ControlFlow<String> {
        self.depth += 1;
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, _: &Query) -> ControlFlow<String> {
        self.depth -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<String> {
        let is_column = match expr {
            Expr::CompoundIdentifier(_) => true,
            Expr::Identifier(name) => !functions::stands_without_brackets(name),
            _ => false,
        };
        if self.depth == 0 && is_column {
            return ControlFlow::Break(expr.to_string());
        }
        ControlFlow::Continue(())
    }
}
