//! Materialized views: a query with its result in a Delta table of the workspace's own, computed with the rights of the
//! view's owner when it is made, replaced or refreshed. Whatever else would change the table is refused.

mod definition;

use clxs_api::table::{ColumnInfo, TableType};
use clxs_api::{FullName, Identifier, Privilege};
use datafusion::sql::sqlparser::ast::Query;

use super::context::{Context, allowed_table};
use super::insert::inserted;
use super::place::new_table;
use super::query;
use super::table_rows::{Presence, Writing, mirror, write_files};
use super::target::{Target, target_for};
use super::views::{details, is_internal, listed_fields};
use crate::authorization::Access;
use crate::delta::{NewTable, Pin, Replace, create_table_as, is_bookkeeping};
use crate::metastore::{TableRow, Transaction, ViewDetails};
use crate::sql::ast::{CreateMaterializedView, ObjectName, OnExisting, PropertyList, Statement, ViewColumn};
use crate::sql::{SqlError, parse};
use crate::warehouse::StatementResult;
pub(super) use definition::mirror as mirror_definition;

/// What is computed, and what the table of the result has beside its rows.
struct Computed {
    details: ViewDetails,
    query: Query,
    replace: Replace,
    columns: Vec<ViewColumn>,
    comment: Option<String>,
    properties: PropertyList,
}

pub(super) async fn create(
    context: &Context,
    create: CreateMaterializedView,
) -> Result<StatementResult, SqlError> {
    let name = context.table_name(&create.name)?;
    let (on_existing, wanted) = (create.on_existing, name.clone());
    let place = context.read(move |tx, access| place(tx, access, &wanted, on_existing));
    let Some(writing) = place.await? else { return Ok(StatementResult::none()) };
    let session = context.session();
    let owner = context.on_behalf_of(&writing.row.owner, &session.catalog, &session.schema);
    // UNCONFIRMED: that a replaced view keeps its owner, as tables and views do, and what the platform asks of who replaces
    // it. The owner is who reads, now and at every refresh.
    if writing.row.owner != context.user() {
        query::require_alike_for_owner(context, name, (*create.query).clone()).await?;
    }
    let computed = Computed {
        details: details(context, &create.query, create.definition, Vec::new())?,
        query: *create.query,
        replace: Replace::latest_if(writing.presence == Presence::Existing),
        columns: create.columns,
        comment: create.comment,
        properties: create.properties,
    };
    // UNCONFIRMED: that the result counts rows, as that of CREATE TABLE AS does here.
    Box::pin(compute(context, &owner, writing, computed)).await
}

/// `REFRESH MATERIALIZED VIEW`: the whole result is computed anew, of the version of the log whose definition is read: a
/// replacement meanwhile is not undone.
pub(super) async fn refresh(context: &Context, name: &ObjectName) -> Result<StatementResult, SqlError> {
    let name = context.table_name(name)?;
    let mut row =
        context.read(move |tx, access| allowed_table(tx, access, &name, &Privilege::Refresh)).await?;
    if !row.is_materialized() {
        return Err(SqlError::no_materialized_view("REFRESH", row.full_name()));
    }
    let snapshot = context.snapshot(context.location(&row)?, Pin::Latest).await?;
    mirror(&mut row, &snapshot);
    let is_no_query = || SqlError::internal(format!("the materialized view {} is no query", row.full_name()));
    let details = row.view.clone().ok_or_else(is_no_query)?;
    let Statement::Query(query) = parse(&details.definition)? else { return Err(is_no_query()) };
    let owner = context.on_behalf_of(&row.owner, &details.current_catalog, &details.current_schema);
    let computed = Computed {
        details,
        query: *query,
        replace: Replace::Version(snapshot.version()),
        columns: row.columns.iter().map(shown_column).collect::<Result<_, _>>()?,
        comment: row.comment.clone(),
        properties: own_properties(&row),
    };
    Box::pin(compute(context, &owner, Writing { row, presence: Presence::Existing }, computed)).await?;
    Ok(StatementResult::none())
}

fn shown_column(column: &ColumnInfo) -> Result<ViewColumn, SqlError> {
    let name = Identifier::new(column.name.clone().unwrap_or_default());
    Ok(ViewColumn { name: name.map_err(SqlError::invalid_identifier)?, comment: column.comment.clone() })
}

fn own_properties(row: &TableRow) -> PropertyList {
    let is_protocol = |key: &str| ["delta.min", "delta.feature."].iter().any(|own| key.starts_with(own));
    let is_own = |key: &str| !is_internal(key) && !is_bookkeeping(key) && !is_protocol(key);
    let own = row.properties.iter().filter(|(key, _)| is_own(key));
    own.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Making needs CREATE MATERIALIZED VIEW on the schema. A table or view does not become a materialized view.
fn place(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    on_existing: OnExisting,
) -> Result<Option<Writing>, SqlError> {
    let found = target_for(tx, access, name, on_existing, &Privilege::CreateMaterializedView)?;
    Ok(match found {
        Target::Kept => None,
        Target::Free(place) => {
            let row = new_table(tx, access, &place, name, None, false)?;
            let row = TableRow { table_type: TableType::MaterializedView, ..row };
            Some(Writing { row, presence: Presence::New })
        }
        Target::Replaced(row) if row.is_materialized() => {
            Some(Writing { row: *row, presence: Presence::Existing })
        }
        Target::Replaced(row) => return Err(SqlError::replaced_by_materialized_view(row.full_name())),
    })
}

/// Writes the result of the query in the place of what is there.
async fn compute(
    context: &Context,
    owner: &Context,
    writing: Writing,
    computed: Computed,
) -> Result<StatementResult, SqlError> {
    let name = writing.row.full_name();
    let planned = query::plan_view(owner, name.clone(), computed.query).await?;
    let mut fields = listed_fields(&name, planned.fields.clone(), &computed.columns)?;
    for (field, listed) in fields.iter_mut().zip(&computed.columns) {
        if let Some(comment) = &listed.comment {
            *field = field.clone().add_metadata([("comment", comment.clone())]);
        }
    }
    let planned = planned.renamed(&fields)?;
    let definition = definition::property(&computed.details)?;
    let table = NewTable {
        schema: query::table_schema(fields)?,
        partition_columns: Vec::new(),
        cluster_columns: Vec::new(),
        properties: computed.properties.into_iter().chain([definition]).collect(),
        constraints: Vec::new(),
        description: computed.comment,
        replace: computed.replace,
        managed: true,
        user: context.user(),
    };
    let (location, engine) = (context.location(&writing.row)?, context.services.engine.clone());
    let rows = planned.stream().await?;
    let commit = async move { Ok(create_table_as(&engine, &location, &table, rows, &[]).await?) };
    Ok(inserted(write_files(context, writing, commit).await?))
}
