//! Errors of DataFusion in the platform's classes.

use datafusion::arrow::error::ArrowError;
use datafusion::common::{Column, DataFusionError, SchemaError, TableReference};

use crate::delta::DeltaError;
use crate::sql::SqlError;

/// The error a client sees.
pub(crate) fn sql_error(error: DataFusionError) -> SqlError {
    match error {
        DataFusionError::External(source) => match source.downcast::<SqlError>() {
            Ok(error) => *error,
            Err(source) => match source.downcast::<DeltaError>() {
                Ok(error) => SqlError::from(*error),
                Err(source) => SqlError::internal(source.to_string()).with_source(source),
            },
        },
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => sql_error(*inner),
        DataFusionError::Shared(shared) => match std::sync::Arc::try_unwrap(shared) {
            Ok(inner) => sql_error(inner),
            Err(shared) => described(&shared),
        },
        DataFusionError::ArrowError(inner, _) => arrow_error(*inner),
        DataFusionError::SchemaError(inner, _) => schema_error(*inner),
        DataFusionError::Collection(mut errors) if !errors.is_empty() => sql_error(errors.swap_remove(0)),
        other => described(&other),
    }
}

/// An error that is shared or has no class of its own.
fn described(error: &DataFusionError) -> SqlError {
    if let DataFusionError::External(source) = error.find_root() {
        if let Some(ours) = source.downcast_ref::<SqlError>() {
            return SqlError::new(ours.class, ours.sql_state, ours.message.clone());
        }
        if let Some(error) = source.downcast_ref::<DeltaError>() {
            return SqlError::of_delta(error);
        }
    }
    match error.find_root() {
        DataFusionError::Plan(message) if message.contains("filter with non-boolean predicate") => {
            SqlError::datatype_mismatch("the condition is not a boolean.")
        }
        DataFusionError::Plan(message) | DataFusionError::NotImplemented(message) => {
            SqlError::unsupported(format!("This query ({message})"))
        }
        DataFusionError::ArrowError(inner, _) if matches!(**inner, ArrowError::DivideByZero) => {
            SqlError::divide_by_zero()
        }
        DataFusionError::ResourcesExhausted(detail) => {
            SqlError::out_of_memory(detail.lines().next().unwrap_or_default())
        }
        other => SqlError::internal(other.to_string()),
    }
}

fn arrow_error(error: ArrowError) -> SqlError {
    match error {
        ArrowError::DivideByZero => SqlError::divide_by_zero(),
        ArrowError::ArithmeticOverflow(detail) => SqlError::arithmetic_overflow(&detail),
        ArrowError::CastError(detail) | ArrowError::ParseError(detail) => {
            SqlError::cast_invalid_input(&detail)
        }
        // The only invalid argument that values can be.
        ArrowError::InvalidArgumentError(detail) if detail.contains("too large to store") => {
            SqlError::value_out_of_range(&detail)
        }
        ArrowError::ExternalError(source) => sql_error(DataFusionError::External(source)),
        other => SqlError::internal(other.to_string()).with_source(other),
    }
}

fn schema_error(error: SchemaError) -> SqlError {
    match error {
        SchemaError::FieldNotFound { field, valid_fields } => {
            let name = quoted(&field);
            let candidates: Vec<String> = valid_fields
                .iter()
                .filter(|field| !field.name.starts_with('@'))
                .map(|field| format!("`{}`", field.name))
                .collect();
            SqlError::unresolved_column(name, &candidates[..candidates.len().min(5)])
        }
        SchemaError::AmbiguousReference { field } => SqlError::ambiguous_column(quoted(&field), 2),
        SchemaError::DuplicateUnqualifiedField { name }
        | SchemaError::DuplicateQualifiedField { name, .. } => {
            SqlError::column_already_exists(format!("`{name}`"))
        }
    }
}

/// The column as the query could have written it: synthetic names of relations are left out.
fn quoted(column: &Column) -> String {
    let relation = column.relation.as_ref().map(TableReference::table);
    let parts = relation.into_iter().filter(|name| !name.starts_with('@')).chain([column.name.as_str()]);
    parts.map(|part| format!("`{}`", part.replace('`', "``"))).collect::<Vec<_>>().join(".")
}
