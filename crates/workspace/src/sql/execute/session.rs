//! `USE`, `SET` and `RESET`: what they change lasts as long as the session.

use super::context::Context;
use super::rows::text_result;
use crate::securables;
use crate::session::ConfigurationError;
use crate::sql::SqlError;
use crate::sql::ast::{Set, Use};
use crate::warehouse::StatementResult;

/// Looks names up elsewhere from now on, if that is there.
pub(super) async fn use_namespace(context: &Context, namespace: Use) -> Result<StatementResult, SqlError> {
    let (catalog, schema) = match namespace {
        Use::Catalog(name) => {
            let catalog = name.to_lowercase();
            let wanted = catalog.clone();
            let found = context
                .read(move |tx, access| Ok(securables::get_catalog(tx, access, &wanted, false).map(drop)?));
            found.await?;
            // The platform goes to the schema `default` of the catalog, whether there is one or not.
            (catalog, clxs_api::Identifier::new("default").map_err(SqlError::invalid_identifier)?)
        }
        Use::Schema(name) => {
            let (catalog, schema) = context.schema_name(&name);
            let wanted = (catalog.clone(), schema.clone());
            let found = context.read(move |tx, access| {
                Ok(securables::get_schema(tx, access, (&wanted.0, &wanted.1), false).map(drop)?)
            });
            found.await?;
            (catalog, schema)
        }
    };
    context.lasting_session().change(|session| (session.catalog, session.schema) = (catalog, schema));
    Ok(StatementResult::none())
}

/// `SET`
pub(super) fn set(context: &Context, set: Set) -> Result<StatementResult, SqlError> {
    let lasting = context.lasting_session();
    let changed = match set {
        Set::Show(name) => return shown(context, name.as_deref()),
        // The system of a warehouse is in UTC.
        Set::TimeZone(None) => lasting.change(|session| session.configuration.set_time_zone("UTC")),
        Set::TimeZone(Some(zone)) => lasting.change(|session| session.configuration.set_time_zone(&zone)),
        Set::Parameter { name, value } => lasting.change(|session| session.configuration.set(&name, &value)),
    };
    changed.map_err(sql_error)?;
    Ok(StatementResult::none())
}

/// `RESET`
pub(super) fn reset(context: &Context, name: Option<&str>) -> Result<StatementResult, SqlError> {
    context.lasting_session().change(|session| session.configuration.reset(name)).map_err(sql_error)?;
    Ok(StatementResult::none())
}

fn shown(context: &Context, name: Option<&str>) -> Result<StatementResult, SqlError> {
    let configuration = &context.session().configuration;
    let rows = match name {
        None => configuration.all().map(|(name, value)| [name.to_owned(), value.to_owned()]).collect(),
        Some(name) => {
            let value = configuration.get(name).map_err(sql_error)?;
            vec![[name.to_owned(), value.to_owned()]]
        }
    };
    Ok(text_result(["key", "value"], rows))
}

fn sql_error(error: ConfigurationError) -> SqlError {
    let message = error.to_string();
    match error {
        ConfigurationError::Unknown { .. } => SqlError::new("CONFIG_NOT_AVAILABLE", "42K0I", message),
        ConfigurationError::TimeZone { .. } => SqlError::new("INVALID_TIMEZONE", "22009", message),
        ConfigurationError::Refused { name, value } => SqlError::unsupported_but(
            format_args!("SET {name} = {value}"),
            "Leave it out, or run the statements on a Databricks workspace.",
        ),
    }
}
