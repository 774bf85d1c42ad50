//! `DESCRIBE FUNCTION` and `SHOW FUNCTIONS` (facts/sql.md §3, facts/settled.md §3).

use clxs_api::function::{FunctionParameterInfo, SqlDataAccess};

use crate::metastore::{FunctionRow, Language, PageRequest, Returns};
use crate::securables;
use crate::sql::SqlError;
use crate::sql::ast::{FunctionScope, ObjectName};
use crate::sql::execute::context::Context;
use crate::sql::execute::pattern::matches;
use crate::sql::execute::query;
use crate::sql::execute::rows::{readable_timestamp, text_result};
use crate::sql::execute::types::{parameter_field, result_type_text};
use crate::warehouse::StatementResult;

/// The width of a label with its colon and the blanks behind it.
const LABEL: usize = 17;

pub(in crate::sql::execute) async fn describe(
    context: &Context,
    name: &ObjectName,
    extended: bool,
) -> Result<StatementResult, SqlError> {
    if let [own_name] = name.0.as_slice()
        && query::is_known_function(&own_name.as_str().to_lowercase())
    {
        let feature = format!("DESCRIBE FUNCTION of `{}`, a function of the platform,", own_name.as_str());
        return Err(SqlError::unsupported_but(feature, "Its documentation says what it does."));
    }
    let full_name = context.table_name(name)?;
    let row = context.read(move |tx, access| Ok(securables::get_function(tx, access, &full_name, true)?.0));
    let row = row.await.map_err(|error| query::unresolved(context.session(), name, error))?;
    let may_read_body = context.read({
        let owner = row.owner.clone();
        move |tx, access| Ok(access.identities().contains(&owner) || access.is_metastore_admin(tx))
    });
    let lines = lines(&row, extended, may_read_body.await?)?;
    Ok(text_result(["function_desc"], lines.into_iter().map(|line| [line]).collect()))
}

fn lines(row: &FunctionRow, extended: bool, with_body: bool) -> Result<Vec<String>, SqlError> {
    let function = &row.details;
    let mut lines = vec![labelled("Function", &row.full_name().dotted())];
    lines.push(labelled("Type", if function.is_table_function() { "TABLE" } else { "SCALAR" }));
    lines.extend(listed("Input", &function.parameters, extended)?);
    match &function.returns {
        Returns::Value { type_text, .. } => lines.push(labelled("Returns", type_text)),
        Returns::Table { columns, .. } => lines.extend(listed("Returns", columns, extended)?),
    }
    if !extended {
        return Ok(lines);
    }
    if let Some(comment) = &row.comment {
        lines.push(labelled("Comment", comment));
    }
    lines.push(labelled("Deterministic", if function.deterministic { "true" } else { "false" }));
    lines.push(labelled("Data Access", data_access(&function.data_access)));
    lines.push(labelled("Owner", &row.owner));
    lines.push(labelled("Create Time", &readable_timestamp(row.audit.created_at)));
    if with_body {
        lines.push(labelled("Body", &function.definition));
    }
    if function.language == Language::Python {
        lines.push(labelled("Language", "Python"));
        lines.push(labelled("Parameter Style", "Scalar"));
    }
    Ok(lines)
}

/// `CONTAINS SQL`
fn data_access(access: &SqlDataAccess) -> &'static str {
    match access {
        SqlDataAccess::ReadsSqlData => "READS SQL DATA",
        SqlDataAccess::NoSql => "NO SQL",
        _ => "CONTAINS SQL",
    }
}

fn labelled(label: &str, value: &str) -> String {
    format!("{:<LABEL$}{value}", format!("{label}:"))
}

/// Parameters or columns: one a line, names and types each in a column of their own.
fn listed(label: &str, infos: &[FunctionParameterInfo], extended: bool) -> Result<Vec<String>, SqlError> {
    if infos.is_empty() {
        return Ok(vec![labelled(label, "()")]);
    }
    let types = infos.iter().map(|info| Ok(result_type_text(&parameter_field(info)?.data_type)));
    let types = types.collect::<Result<Vec<_>, SqlError>>()?;
    let name_width = infos.iter().map(|info| info.name.chars().count()).max().unwrap_or(0);
    let type_width = types.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    let lines = infos.iter().zip(types).enumerate().map(|(index, (info, data_type))| {
        let mut line = format!("{:<name_width$} {data_type:<type_width$}", info.name);
        if let Some(default) = info.parameter_default.as_ref().filter(|_| extended) {
            line = format!("{line} DEFAULT {default}");
        }
        if let Some(comment) = info.comment.as_ref().filter(|_| extended) {
            line = format!("{line} '{comment}'");
        }
        let line = line.trim_end();
        if index == 0 { labelled(label, line) } else { format!("{:LABEL$}{line}", "") }
    });
    Ok(lines.collect())
}

pub(in crate::sql::execute) async fn show(
    context: &Context,
    scope: FunctionScope,
    schema: Option<ObjectName>,
    pattern: Option<String>,
) -> Result<StatementResult, SqlError> {
    let mut names = Vec::new();
    if scope != FunctionScope::System {
        let (catalog, schema) = context.schema_name(&schema.unwrap_or(ObjectName(Vec::new())));
        let listed = context.read(move |tx, access| {
            let page = PageRequest::all();
            let listed = securables::list_functions(tx, access, (&catalog, &schema), true, &page)?.items;
            Ok(listed.into_iter().map(|(row, _)| (row.name.clone(), row.full_name())).collect::<Vec<_>>())
        });
        let wanted = |(name, full_name): &(clxs_api::Identifier, clxs_api::FullName)| {
            matches(pattern.as_deref(), name.as_str()) || matches(pattern.as_deref(), &full_name.dotted())
        };
        names.extend(listed.await?.iter().filter(|found| wanted(found)).map(|(_, name)| name.dotted()));
    }
    if scope != FunctionScope::User {
        let known = query::computed_functions().into_iter().map(str::to_owned);
        names.extend(known.filter(|name| matches(pattern.as_deref(), name)));
    }
    names.sort_unstable();
    Ok(text_result(["function"], names.into_iter().map(|name| [name]).collect()))
}
