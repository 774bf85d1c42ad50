//! Views: a query that is stored as written, and runs with the rights of the view's owner. What a metric view has of its own
//! is in [`super::metric_views`].

use clxs_api::table::{ColumnInfo, TableType};
use clxs_api::{FullName, Privilege, SecurableKind};
use datafusion::sql::sqlparser::ast::Query;

use super::context::{Context, allowed_table};
use super::functions::named_in;
use super::metric_views;
use super::query;
use super::target::{Place, Target, target};
use super::types::column_infos;
use crate::authorization::Access;
use crate::delta::schema::StructField;
use crate::metastore::{Namespace, TableRow, Transaction, ViewDetails};
use crate::securables;
use crate::sql::SqlError;
use crate::sql::ast::{CreateView, ViewBody, ViewColumn};
use crate::sql::metric_view::MetricView;
use crate::warehouse::StatementResult;

/// The property that holds the mode of `WITH SCHEMA` (facts/settled.md §4).
pub(super) const SCHEMA_MODE: &str = "view.schemaMode";

/// Whether a property is the platform's own and not shown as one of the user's.
pub(super) fn is_internal(property: &str) -> bool {
    property.starts_with("view.")
}

pub(super) async fn create(context: &Context, create: CreateView) -> Result<StatementResult, SqlError> {
    let name = context.table_name(&create.name)?;
    let on_existing = create.on_existing;
    let wanted = name.clone();
    let kept =
        context.read(move |tx, access| Ok(matches!(target(tx, access, &wanted, on_existing)?, Target::Kept)));
    if kept.await? {
        return Ok(StatementResult::none());
    }
    let mut properties: clxs_api::Properties = create.properties.into_iter().collect();
    let mut comment = create.comment;
    let (table_type, query, (columns, output)) = match create.body {
        ViewBody::Query(query) => {
            let mode = create.schema_mode.unwrap_or_else(|| "COMPENSATION".to_owned());
            properties.insert(SCHEMA_MODE.to_owned(), mode);
            let columns = output_columns(context, &name, &query, &create.columns).await?;
            (TableType::View, *query, columns)
        }
        ViewBody::Metrics if create.schema_mode.is_some() => {
            return Err(SqlError::unsupported("WITH SCHEMA of a metric view"));
        }
        ViewBody::Metrics => {
            let view = MetricView::parse(&create.definition)?;
            let query = view.query()?;
            let columns = metric_views::output_columns(context, &name, &view, &create.columns).await?;
            comment = comment.or(view.comment);
            (TableType::MetricView, query, columns)
        }
    };
    let details = details(context, &query, create.definition, output)?;
    let write = move |tx: &Transaction<'_>, access: &Access| {
        let (mut row, is_new) = match target(tx, access, &name, on_existing)? {
            Target::Kept => return Ok(StatementResult::none()),
            Target::Replaced(row) => (replaced(*row)?, false),
            Target::Free(place) => (new_row(&place, &name, access)?, true),
        };
        row.table_type = table_type;
        row.comment = comment;
        row.properties = properties;
        row.columns = columns;
        row.view = Some(details);
        row.audit.touch(access.principal());
        if is_new {
            tx.insert_table(&row)?;
        } else {
            tx.update_table(&row)?;
        }
        Ok(StatementResult::none())
    };
    context.write(write).await
}

fn replaced(row: TableRow) -> Result<TableRow, SqlError> {
    if row.is_view() {
        return Ok(row);
    }
    Err(SqlError::expect_view_not_table(row.full_name(), "CREATE OR REPLACE VIEW"))
}

fn new_row(place: &Place, name: &FullName, access: &Access) -> Result<TableRow, SqlError> {
    let own_name = securables::new_name(&SecurableKind::Table, name.name().as_str())?;
    Ok(TableRow::new(&place.schema, &own_name, TableType::View, access.principal()))
}

/// `ALTER VIEW … AS`
pub(super) async fn set_query(
    context: &Context,
    name: FullName,
    query: &Query,
    definition: String,
) -> Result<StatementResult, SqlError> {
    let (columns, output) = output_columns(context, &name, query, &[]).await?;
    let details = details(context, query, definition, output)?;
    let set = move |row: &mut TableRow| {
        row.columns = columns;
        row.view = Some(details);
    };
    change_view(context, name, Privilege::Manage, set).await
}

/// `ALTER VIEW … WITH SCHEMA`
pub(super) async fn set_schema_mode(
    context: &Context,
    name: FullName,
    mode: String,
) -> Result<StatementResult, SqlError> {
    let set = move |row: &mut TableRow| _ = row.properties.insert(SCHEMA_MODE.to_owned(), mode);
    change_view(context, name, Privilege::Manage, set).await
}

/// Changes the row of a view, which has no log, as it is at the end of the statement.
pub(super) async fn change_view<F>(
    context: &Context,
    name: FullName,
    privilege: Privilege,
    change: F,
) -> Result<StatementResult, SqlError>
where
    F: FnOnce(&mut TableRow) + Send + 'static,
{
    context
        .write(move |tx, access| {
            let mut row = allowed_table(tx, access, &name, &privilege)?;
            change(&mut row);
            row.audit.touch(access.principal());
            tx.update_table(&row)?;
            Ok(StatementResult::none())
        })
        .await
}

async fn output_columns(
    context: &Context,
    name: &FullName,
    query: &Query,
    listed: &[ViewColumn],
) -> Result<(Vec<ColumnInfo>, Vec<String>), SqlError> {
    let fields = query::plan_view(context, name.clone(), query.clone()).await?.fields;
    listed_columns(name, fields, listed)
}

/// The columns that the view shows: those of the query, under the names and with the comments listed. Beside them
/// the names that the query itself has for them.
pub(super) fn listed_columns(
    name: &FullName,
    fields: Vec<StructField>,
    listed: &[ViewColumn],
) -> Result<(Vec<ColumnInfo>, Vec<String>), SqlError> {
    let output = fields.iter().map(|field| field.name.clone()).collect();
    let fields = listed_fields(name, fields, listed)?;
    let mut columns = column_infos(&query::table_schema(fields)?, &[]);
    for (column, listed) in columns.iter_mut().zip(listed) {
        column.comment.clone_from(&listed.comment);
    }
    Ok((columns, output))
}

/// The fields under the names listed.
pub(super) fn listed_fields(
    name: &FullName,
    mut fields: Vec<StructField>,
    listed: &[ViewColumn],
) -> Result<Vec<StructField>, SqlError> {
    if !listed.is_empty() && listed.len() != fields.len() {
        return Err(arity_mismatch(name, listed, &fields));
    }
    for (field, column) in fields.iter_mut().zip(listed) {
        column.name.as_str().clone_into(&mut field.name);
    }
    Ok(fields)
}

fn arity_mismatch(name: &FullName, listed: &[ViewColumn], fields: &[StructField]) -> SqlError {
    let names =
        |names: Vec<&str>| names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let (class, reason) = if listed.len() > fields.len() {
        ("CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", "not enough data columns")
    } else {
        ("CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "too many data columns")
    };
    let view_columns = names(listed.iter().map(|column| column.name.as_str()).collect());
    let data_columns = names(fields.iter().map(|field| field.name.as_str()).collect());
    let message = format!(
        "Cannot create view {name}, the reason is {reason}:\nView columns: {view_columns}.\nData columns: {data_columns}."
    );
    SqlError::new(class, "21S01", message)
}

pub(super) fn details(
    context: &Context,
    query: &Query,
    definition: String,
    output: Vec<String>,
) -> Result<ViewDetails, SqlError> {
    let (catalog, schema) = (context.session().catalog.clone(), context.session().schema.clone());
    let defaults = Namespace { catalog: catalog.clone(), schema: schema.clone() };
    Ok(ViewDetails {
        definition,
        current_catalog: catalog,
        current_schema: schema,
        dependencies: named_in(query, &defaults)?,
        output,
    })
}
