//! `/tables` and `/table-summaries`

mod register;

use axum::Json;
use axum::extract::State;
use clxs_api::endpoint::{TABLE_SUMMARIES, TABLES};
use clxs_api::table::{
    ColumnInfo, ColumnMask, CreateTable, ListTableSummariesResponse, ListTablesResponse,
    PolicyFunctionArgument, RowFilter, TableExistsResponse, TableInfo, TableSummary, UpdateTable,
};
use clxs_api::{Identifier, SecurableKind};
use serde::Deserialize;
use serde_json::{Value, json};

use super::extract::{full_name, identifier};
use super::paging::{self, Pages, Paging};
use super::routes::{Routes, get};
use super::securables::{Reading, Resource};
use super::{AppState, Caller, Params, Path, RestError};
use crate::authorization::{Access, Sight};
use crate::delta::{TableLocation, history};
use crate::metastore::{
    ColumnDetail, Guard, GuardArgument, MetastoreError, Page, PageRequest, TableFilter, TableGuards,
    TableHead, TableRow, Transaction, ViewDetails, WriteIntent,
};
use crate::securables::{self, TableListing};

pub(super) fn routes() -> Routes {
    super::securables::routes_with::<Tables, _, _>(register::create)
        .route(&format!("{TABLES}/{{full_name}}/exists"), get(exists))
        .route(TABLE_SUMMARIES, get(list_summaries))
}

enum Tables {}

/// Tables are listed by schema.
#[derive(Debug, Deserialize)]
struct OfSchema {
    catalog_name: String,
    schema_name: String,
    #[serde(default)]
    omit_columns: bool,
    #[serde(default)]
    omit_properties: bool,
    #[serde(default)]
    omit_username: bool,
}

#[derive(Debug, Deserialize)]
struct Summaries {
    catalog_name: String,
    schema_name_pattern: Option<String>,
    table_name_pattern: Option<String>,
}

impl Resource for Tables {
    const PATH: &'static str = TABLES;
    type Filter = OfSchema;
    type Create = CreateTable;
    type Update = UpdateTable;
    type Info = TableInfo;
    type List = ListTablesResponse;

    fn list(
        tx: &Transaction<'_>,
        access: &Access,
        filter: &OfSchema,
        include_browse: bool,
        page: &PageRequest,
    ) -> Result<Page<TableInfo>, RestError> {
        let listing = TableListing {
            catalog: identifier(&filter.catalog_name)?,
            schema: identifier(&filter.schema_name)?,
            columns: if filter.omit_columns { ColumnDetail::Omitted } else { ColumnDetail::Loaded },
            include_browse,
            page: page.clone(),
        };
        Ok(securables::list_tables(tx, access, &listing)?.map(|(row, sight)| {
            let mut table = info(tx, row, sight);
            leave_out(&mut table, filter);
            table
        }))
    }

    fn find(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        include_browse: bool,
    ) -> Result<TableInfo, RestError> {
        let (name, [_, _, _]) = full_name(name)?;
        let (row, sight) = securables::get_table(tx, access, &name, include_browse)?;
        let view_dependencies = row.view.as_ref().map(|view| view.dependencies.clone());
        let table_constraints = tx.keys_of(&row)?.into_iter().map(super::constraints::info).collect();
        Ok(TableInfo { view_dependencies, table_constraints, ..info(tx, row, sight) })
    }

    fn find_as_asked(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        reading: &Reading,
    ) -> Result<TableInfo, RestError> {
        let mut table = Self::find(tx, access, name, reading.include_browse)?;
        if reading.include_delta_metadata {
            let (name, [_, _, _]) = full_name(name)?;
            let properties = delta_runtime_properties(&tx.table(&name)?);
            table
                .extra
                .extend(properties.map(|found| ("delta_runtime_properties_kvpairs".to_owned(), found)));
        }
        Ok(table)
    }

    /// REST changes the owner only (`facts/rest_api.md` §6).
    fn update(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        change: &UpdateTable,
    ) -> Result<TableInfo, RestError> {
        let (name, [_, _, _]) = full_name(name)?;
        let nothing = || RestError::invalid("The request changes nothing: owner is missing.");
        let owner = change.owner.as_ref().ok_or_else(nothing)?;
        Ok(info(tx, securables::update_table_owner(tx, access, &name, owner)?, Sight::Full))
    }

    fn drop(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        _: bool,
    ) -> Result<Vec<WriteIntent>, RestError> {
        let (name, [_, _, _]) = full_name(name)?;
        Ok(securables::drop_table(tx, access, &name)?)
    }

    fn page(tables: Vec<TableInfo>, next_page_token: Option<String>) -> ListTablesResponse {
        ListTablesResponse { tables, next_page_token }
    }
}

async fn list_summaries(
    State(state): State<AppState>,
    caller: Caller,
    Params(wanted): Params<Summaries>,
    Params(paging): Params<Paging>,
) -> Result<Json<ListTableSummariesResponse>, RestError> {
    let request = paging.request_of(Pages::ALWAYS)?;
    let catalog = identifier(&wanted.catalog_name)?;
    // An empty pattern is none (the official SDK's documentation).
    let pattern = |text: Option<String>| text.filter(|text| !text.is_empty());
    let filter = TableFilter {
        schema_pattern: pattern(wanted.schema_name_pattern),
        table_pattern: pattern(wanted.table_name_pattern),
    };
    let (page, catalog) = state
        .read(caller, move |tx, access| {
            let page = securables::list_table_summaries(tx, access, &catalog, &filter, &request)?;
            Ok((page, tx.catalog(&catalog)?))
        })
        .await?;
    let summary = |head: TableHead| {
        let name = catalog.full_name().child(head.schema).child(head.name);
        TableSummary { full_name: Some(name.dotted()), table_type: Some(head.table_type) }
    };
    let tables = page.items.into_iter().map(summary).collect();
    Ok(Json(ListTableSummariesResponse { tables, next_page_token: paging::encode(page.next) }))
}

/// Whether there is a table that the caller may see. A missing catalog or schema is an error
/// (`facts/rest_api.md` §6).
async fn exists(
    State(state): State<AppState>,
    caller: Caller,
    Path(name): Path<String>,
) -> Result<Json<TableExistsResponse>, RestError> {
    let (name, [_, _, _]) = full_name(&name)?;
    let work =
        move |tx: &Transaction<'_>, access: &Access| match securables::get_table(tx, access, &name, true) {
            Ok(_) => Ok(true),
            Err(
                MetastoreError::NotFound { kind: SecurableKind::Table, .. }
                | MetastoreError::PermissionDenied { kind: SecurableKind::Table, .. },
            ) => Ok(false),
            Err(error) => Err(error.into()),
        };
    Ok(Json(TableExistsResponse { table_exists: state.read(caller, work).await? }))
}

fn row_filter(filter: &Guard) -> RowFilter {
    RowFilter {
        function_name: filter.function.dotted(),
        input_column_names: filter.columns().map(str::to_owned).collect(),
        input_arguments: arguments(filter),
        ..RowFilter::default()
    }
}

fn masked(mut columns: Vec<ColumnInfo>, guards: &TableGuards) -> Vec<ColumnInfo> {
    for column in &mut columns {
        let mask = column.name.as_deref().and_then(|name| guards.mask(name));
        column.mask = mask.map(|mask| ColumnMask {
            function_name: Some(mask.function.dotted()),
            using_column_names: mask.columns().map(str::to_owned).collect(),
            using_arguments: arguments(mask),
            ..ColumnMask::default()
        });
    }
    columns
}

fn arguments(guard: &Guard) -> Vec<PolicyFunctionArgument> {
    let argument = |argument: &GuardArgument| match argument {
        GuardArgument::Column(column) => {
            PolicyFunctionArgument { column: Some(column.clone()), ..PolicyFunctionArgument::default() }
        }
        GuardArgument::Constant(constant) => {
            PolicyFunctionArgument { constant: Some(constant.clone()), ..PolicyFunctionArgument::default() }
        }
    };
    guard.arguments.iter().map(argument).collect()
}

fn leave_out(table: &mut TableInfo, filter: &OfSchema) {
    if filter.omit_properties {
        table.properties = None;
    }
    if filter.omit_username {
        (table.owner, table.created_by, table.updated_by) = (None, None, None);
    }
}

/// What the log of a table says that the metastore does not; `None` for what has no log, or none that can be read. Which
/// properties the platform has here is UNCONFIRMED; these are among those that it adds to a table's own.
fn delta_runtime_properties(row: &TableRow) -> Option<Value> {
    row.delta_version?;
    let location = TableLocation::parse(row.location.as_deref()?).ok()?;
    let newest = history(&location, Some(1)).ok()?.pop()?;
    Some(json!({ "delta_runtime_properties": {
        "delta.lastCommitTimestamp": newest.timestamp.to_string(),
        "delta.lastUpdateVersion": newest.version.to_string(),
    } }))
}

/// What the platform notes of a view in its properties.
fn told_of_view(view: &ViewDetails) -> impl Iterator<Item = (String, String)> {
    names_resolved_in(view).into_iter().chain(query_columns(view))
}

/// Where the unqualified names of a view are looked up, as the platform tells it (facts/settled.md §4, "REST view properties").
fn names_resolved_in(view: &ViewDetails) -> [(String, String); 3] {
    let key = |part: &str| format!("view.catalogAndNamespace.{part}");
    let name = |name: &Identifier| name.as_str().to_owned();
    [
        (key("numParts"), "2".to_owned()),
        (key("part.0"), name(&view.current_catalog)),
        (key("part.1"), name(&view.current_schema)),
    ]
}

/// The names of the columns that the query of a view had when it was made (there, too).
fn query_columns(view: &ViewDetails) -> impl Iterator<Item = (String, String)> {
    let key = |part: &str| format!("view.query.out.{part}");
    let columns = view.output.iter().enumerate();
    let columns = columns.map(move |(place, name)| (key(&format!("col.{place}")), name.clone()));
    columns.chain([(key("numCols"), view.output.len().to_string())])
}

/// Everything but what only answers about one table hold.
fn info(tx: &Transaction<'_>, row: TableRow, sight: Sight) -> TableInfo {
    let full_name = row.full_name().dotted();
    TableInfo {
        row_filter: row.guards.row_filter.as_ref().map(row_filter),
        name: Some(row.name.as_str().to_owned()),
        catalog_name: Some(row.catalog.as_str().to_owned()),
        schema_name: Some(row.schema.as_str().to_owned()),
        full_name: Some(full_name),
        table_id: Some(row.id),
        table_type: Some(row.table_type),
        data_source_format: row.format,
        columns: masked(row.columns, &row.guards),
        storage_location: row.location,
        view_definition: row.view.as_ref().map(|view| view.definition.clone()),
        owner: Some(row.owner),
        comment: row.comment,
        properties: Some(
            row.view.as_ref().map(told_of_view).into_iter().flatten().chain(row.properties).collect(),
        ),
        metastore_id: Some(tx.metastore().id.clone()),
        created_at: Some(row.audit.created_at),
        created_by: Some(row.audit.created_by),
        updated_at: Some(row.audit.updated_at),
        updated_by: Some(row.audit.updated_by),
        browse_only: Some(sight == Sight::Browse),
        ..TableInfo::default()
    }
}
