//! What the catalog keeps of a function, from a statement and from a request over REST.

use std::collections::HashSet;

use clxs_api::function::{
    CreateFunction as Request, FunctionParameterInfo, ParameterType, RoutineBody, SqlDataAccess,
};
use clxs_api::table::{ColumnTypeName, Dependency, DependencyList, FunctionDependency, TableDependency};
use clxs_api::{FullName, Identifier};
use datafusion::sql::sqlparser::ast::{Visit, VisitMut};

use crate::delta::schema::{DataType, StructField};
use crate::metastore::{Function, Language, Namespace, Returns};
use crate::sql::ast::{CreateFunction, FunctionBody, FunctionResult, ObjectName, TableReference};
use crate::sql::execute::context::Context;
use crate::sql::execute::query;
use crate::sql::execute::types::{
    decimal_parts, metadata_text, parameter_field, parameter_infos, result_type_text, type_name,
};
use crate::sql::{SqlError, parse_expression, parse_function_body, parse_type, relations};

/// The function that a statement makes, with its body checked.
///
/// # Errors
/// Those of planning the body; parameters and results that are not valid.
pub(super) async fn of_statement(
    context: &Context,
    name: &FullName,
    create: &CreateFunction,
) -> Result<Function, SqlError> {
    require_parameters(name, &create.parameters)?;
    query::check_defaults(context, &create.parameters).await?;
    let parameters = parameter_infos(&create.parameters, &ParameterType::Param);
    let session = context.session();
    let defaults = Namespace { catalog: session.catalog.clone(), schema: session.schema.clone() };
    let mut function = Function {
        parameters,
        language: create.language,
        definition: create.definition.clone(),
        deterministic: create.deterministic.unwrap_or(create.language == Language::Sql),
        data_access: SqlDataAccess::NoSql,
        defaults: Some(defaults.clone()),
        handler: create.handler.clone(),
        environment: create.environment.clone(),
        ..Function::default()
    };
    if create.language == Language::Python {
        let Some(FunctionResult::Value(data_type)) = &create.returns else {
            return Err(SqlError::internal("a Python function without a type"));
        };
        function.returns = returned(data_type)?;
        return Ok(function);
    }
    if let Some(body) = &create.body {
        function.dependencies = dependencies(body, &defaults)?;
    }
    function.data_access = data_access(create.data_access.as_ref(), &function.dependencies)?;
    match &create.returns {
        Some(FunctionResult::Table(columns)) => {
            let (parameters, body) = (&function.parameters, &function.definition);
            let found = query::check_table_routine(context, name, parameters, body).await?;
            let columns = columns.as_ref().unwrap_or(&found);
            require_columns(name, columns, &found)?;
            function.returns = rows(columns);
        }
        Some(FunctionResult::Value(wanted)) => {
            let checked = check(context, name, &function, Some(wanted)).await?;
            function.deterministic = create.deterministic.unwrap_or(checked.deterministic);
            function.returns = returned(wanted)?;
        }
        None => {
            let checked = check(context, name, &function, None).await?;
            function.deterministic = create.deterministic.unwrap_or(checked.deterministic);
            function.returns = returned(&checked.data_type)?;
        }
    }
    Ok(function)
}

async fn check(
    context: &Context,
    name: &FullName,
    function: &Function,
    wanted: Option<&DataType>,
) -> Result<query::Checked, SqlError> {
    query::check_routine(context, name, &function.parameters, &function.definition, wanted).await
}

/// The function that a request makes. Its body is read and not planned: who asks over REST has no session.
///
/// # Errors
/// Those of reading types and the body.
pub(crate) fn of_request(request: &Request) -> Result<Function, SqlError> {
    let infos = &request.input_params.parameters;
    let parameters = fields(infos)?;
    let is_table = request.data_type == ColumnTypeName::TableType;
    let language = match (&request.routine_body, request.external_language.as_deref()) {
        (RoutineBody::Sql, _) => Language::Sql,
        (_, Some(language)) if language.eq_ignore_ascii_case("PYTHON") => Language::Python,
        (_, language) => {
            let language = language.unwrap_or("none");
            return Err(SqlError::unsupported(format_args!(
                "the external_language {language} of a function"
            )));
        }
    };
    let returns = if is_table {
        let columns = request.return_params.as_ref().map(|columns| columns.parameters.as_slice());
        rows(&fields(columns.unwrap_or_default())?)
    } else {
        returned(&parse_type(&request.full_data_type)?)?
    };
    let identifier = |text: &str| Identifier::new(text).map_err(SqlError::invalid_identifier);
    let schema =
        Namespace { catalog: identifier(&request.catalog_name)?, schema: identifier(&request.schema_name)? };
    let name = FullName::of_catalog(schema.catalog.clone()).child(schema.schema.clone());
    require_parameters(&name.child(identifier(&request.name)?), &parameters)?;
    let mut function = Function {
        parameters: parameter_infos(&parameters, &ParameterType::Param),
        returns,
        language,
        definition: request.routine_definition.clone(),
        deterministic: request.is_deterministic,
        data_access: request.sql_data_access.clone(),
        defaults: Some(schema.clone()),
        ..Function::default()
    };
    if language == Language::Sql {
        let body = parse_function_body(&request.routine_definition, is_table)?;
        function.dependencies = dependencies(&body, &schema)?;
    }
    Ok(function.with_properties(request.properties.as_deref()))
}

fn fields(infos: &[FunctionParameterInfo]) -> Result<Vec<StructField>, SqlError> {
    let field = |info: &FunctionParameterInfo| {
        let field = parameter_field(info)?;
        let field = match &info.comment {
            Some(comment) => field.add_metadata([("comment", comment.clone())]),
            None => field,
        };
        Ok(match &info.parameter_default {
            Some(text) => field.add_metadata([("CURRENT_DEFAULT", text.clone())]),
            None => field,
        })
    };
    infos.iter().map(field).collect()
}

fn returned(data_type: &DataType) -> Result<Returns, SqlError> {
    let type_json = serde_json::to_string(data_type)
        .map_err(|error| SqlError::internal(error.to_string()).with_source(error))?;
    let (type_precision, type_scale) = decimal_parts(data_type).unzip();
    Ok(Returns::Value {
        type_name: type_name(data_type),
        type_text: result_type_text(data_type),
        type_json,
        type_precision,
        type_scale,
    })
}

fn rows(columns: &[StructField]) -> Returns {
    let texts =
        columns.iter().map(|column| format!("{} {}", column.name, result_type_text(&column.data_type)));
    let type_text = format!("({})", texts.collect::<Vec<_>>().join(", "));
    Returns::Table { columns: parameter_infos(columns, &ParameterType::Column), type_text }
}

/// Parameters have names of their own; those with a default, which is constant, come last.
fn require_parameters(name: &FullName, parameters: &[StructField]) -> Result<(), SqlError> {
    require_distinct(name, parameters, false)?;
    for pair in parameters.windows(2) {
        if default(&pair[0]).is_some() && default(&pair[1]).is_none() {
            return Err(SqlError::routine_default_not_last(name, &pair[0].name, &pair[1].name));
        }
    }
    for parameter in parameters {
        let Some(text) = default(parameter) else { continue };
        let expression = parse_expression(&text)?;
        if query::has_subquery(&expression) {
            return Err(SqlError::routine_default_with_subquery(name, &parameter.name));
        }
        if let Some(column) = query::column_in(&expression) {
            return Err(SqlError::unresolved_column(format_args!("`{column}`"), &[]));
        }
        if let Some(routine) = query::routines_named(&expression)?.first() {
            let routine: Vec<_> = routine.0.iter().map(ToString::to_string).collect();
            let feature = format!("the function {} in the DEFAULT of a parameter", routine.join("."));
            return Err(SqlError::unsupported_but(
                feature,
                "Write a constant expression of other functions.",
            ));
        }
    }
    Ok(())
}

/// Columns have names of their own, and the body gives as many.
fn require_columns(name: &FullName, columns: &[StructField], found: &[StructField]) -> Result<(), SqlError> {
    require_distinct(name, columns, true)?;
    if columns.len() == found.len() {
        return Ok(());
    }
    Err(SqlError::routine_returns_other_columns(name, found.len(), columns.len()))
}

fn default(parameter: &StructField) -> Option<String> {
    metadata_text(parameter, "CURRENT_DEFAULT")
}

fn require_distinct(name: &FullName, fields: &[StructField], is_result: bool) -> Result<(), SqlError> {
    let mut taken = HashSet::new();
    match fields.iter().find(|field| !taken.insert(field.name.to_lowercase())) {
        Some(twice) => Err(SqlError::duplicate_routine_names(is_result, name, &twice.name)),
        None => Ok(()),
    }
}

/// What the body does with tables, as said or else as found.
fn data_access(said: Option<&SqlDataAccess>, found: &DependencyList) -> Result<SqlDataAccess, SqlError> {
    let reads = found.dependencies.iter().any(|dependency| dependency.table.is_some());
    match said {
        Some(SqlDataAccess::ContainsSql) if reads => Err(SqlError::new(
            "INVALID_SQL_FUNCTION_DATA_ACCESS",
            "42K0E",
            "Cannot create a SQL function with CONTAINS SQL that accesses a table/view or a SQL function that reads \
             SQL data. Please use READS SQL DATA instead.",
        )),
        Some(said) => Ok(said.clone()),
        None if reads => Ok(SqlDataAccess::ReadsSqlData),
        None => Ok(SqlDataAccess::ContainsSql),
    }
}

fn dependencies(body: &FunctionBody, defaults: &Namespace) -> Result<DependencyList, SqlError> {
    match body {
        FunctionBody::Expression(expr) => named_in(expr.as_ref(), defaults),
        FunctionBody::Query(query) => named_in(query.as_ref(), defaults),
    }
}

/// The tables and the functions that a query or an expression names, each once.
///
/// # Errors
/// `INVALID_IDENTIFIER`
pub(in crate::sql::execute) fn named_in<T: Visit + VisitMut + Clone>(
    tree: &T,
    defaults: &Namespace,
) -> Result<DependencyList, SqlError> {
    let full_name = |name: &ObjectName| {
        name.resolve(&defaults.catalog, &defaults.schema).map_err(SqlError::invalid_identifier)
    };
    let mut tables: Vec<FullName> = Vec::new();
    for relation in relations::tables(tree)? {
        if let TableReference::Name(name) = &relation.table {
            tables.push(full_name(name)?);
        }
    }
    let functions = query::routines_named(tree)?;
    let functions = functions.iter().map(full_name).collect::<Result<Vec<_>, _>>()?;
    let table = |name: FullName| Dependency {
        table: Some(TableDependency { table_full_name: name.dotted() }),
        ..Dependency::default()
    };
    let function = |name: FullName| Dependency {
        function: Some(FunctionDependency { function_full_name: name.dotted() }),
        ..Dependency::default()
    };
    let mut found: Vec<Dependency> = Vec::new();
    for dependency in tables.into_iter().map(table).chain(functions.into_iter().map(function)) {
        if !found.contains(&dependency) {
            found.push(dependency);
        }
    }
    Ok(DependencyList { dependencies: found })
}
