//! The tables of a query, each resolved with the rights of whoever the query runs for.
//!
//! A view is a query of its own that runs with the rights of its owner and the defaults it was made with; its
//! reader needs the right to read the view and nothing behind it.

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use clxs_api::table::TableType;
use clxs_api::{FullName, Identifier};
use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::TimestampMicrosecondType;
use datafusion::catalog::TableProvider;
use datafusion::datasource::ViewTable;
use datafusion::logical_expr::{LogicalPlanBuilder, col};
use datafusion::prelude::SessionContext;
use datafusion::sql::sqlparser::ast::{DataType, Expr, TimezoneInfo, VisitMut};
use futures::FutureExt;
use futures::future::BoxFuture;

use super::described::Described;
use super::error::sql_error;
use super::guarded::guarded;
use super::routines;
use super::session_values::SessionValues;
use super::spelling::Spelling;
use super::syntax;
use crate::delta::{Pin, Snapshot};
use crate::metastore::{FunctionRow, PolicyEffect, PolicyRow, TableGuards, TableRow, ViewDetails};
use crate::sql::SqlError;
use crate::sql::ast::{AsOf, ObjectName, TableReference};
use crate::sql::execute::Context;
use crate::sql::execute::context::readable_table;
use crate::sql::execute::describe::described_history;
use crate::sql::execute::parquet_table::{self, is_parquet};
use crate::sql::relations::{Relation, rewrite_tables};
use crate::{guards, information_schema};

/// How deep views may be nested.
const DEPTH_LIMIT: usize = 50;

/// What a reader is behind. A view and a function may have the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Definition {
    View(FullName),
    Routine(FullName),
}

impl Display for Definition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (Self::View(name) | Self::Routine(name)) = self;
        name.fmt(f)
    }
}

/// Who reads the tables of a query, and through which views and functions.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    context: Context,
    values: SessionValues,
    through: Vec<Definition>,
    /// The tables whose guards are computed.
    guarding: Vec<FullName>,
    /// The table that is written to, at the version whose rows are changed.
    pinned: Option<Snapshot>,
}

impl Reader {
    pub(super) fn new(context: Context, values: SessionValues) -> Self {
        Self { context, values, through: Vec::new(), guarding: Vec::new(), pinned: None }
    }

    /// The reader of a view that is being made: it must not read itself.
    pub(super) fn for_view(context: Context, values: SessionValues, view: FullName) -> Self {
        Self { through: vec![Definition::View(view)], ..Self::new(context, values) }
    }

    /// The reader of the body of a function that is being made: it must not call itself.
    pub(super) fn for_routine(context: Context, values: SessionValues, name: FullName) -> Self {
        Self { through: vec![Definition::Routine(name)], ..Self::new(context, values) }
    }

    /// Reads this table at this version wherever no other one is asked for.
    pub(super) fn pinned(self, snapshot: Snapshot) -> Self {
        Self { pinned: Some(snapshot), ..self }
    }

    /// What the statement works with.
    pub(super) fn context(&self) -> &Context {
        &self.context
    }

    pub(super) fn values(&self) -> &SessionValues {
        &self.values
    }

    /// The reader of what the functions of a table's guards read.
    pub(super) fn guarding(&self, table: &TableRow) -> Self {
        let mut reader = self.clone();
        reader.guarding.push(table.full_name());
        reader
    }

    /// The reader of what is behind a view.
    pub(super) fn behind(&self, view: &TableRow, details: &ViewDetails) -> Result<Self, SqlError> {
        let through = self.path_to(view)?;
        let context =
            self.context.on_behalf_of(&view.owner, &details.current_catalog, &details.current_schema);
        Ok(Self { context, through, ..self.clone() })
    }

    /// What is passed on the way to a view, which must not be among them. UNCONFIRMED: that the platform says the same of a
    /// materialized view whose query reads it.
    fn path_to(&self, view: &TableRow) -> Result<Vec<Definition>, SqlError> {
        let name = view.full_name();
        let path = self.path_behind(Definition::View(name.clone()));
        path.map_err(|path| SqlError::recursive_view(name, path))
    }

    /// What is passed on the way behind a view or function. The path as text when it leads back or is too long.
    fn path_behind(&self, next: Definition) -> Result<Vec<Definition>, String> {
        let is_passed = self.through.contains(&next);
        let path: Vec<_> = self.through.iter().cloned().chain([next]).collect();
        if is_passed || path.len() > DEPTH_LIMIT {
            return Err(path.iter().map(ToString::to_string).collect::<Vec<_>>().join(" -> "));
        }
        Ok(path)
    }

    /// The reader of what is behind a function.
    pub(super) fn behind_routine(&self, row: &FunctionRow) -> Result<Self, SqlError> {
        let name = row.full_name();
        let through = self.path_behind(Definition::Routine(name.clone()));
        let through = through.map_err(SqlError::cyclic_function_reference)?;
        let session = self.context.session();
        let (catalog, schema) = match &row.details.defaults {
            Some(defaults) => (&defaults.catalog, &defaults.schema),
            None => (name.catalog(), name.schema().unwrap_or(&session.schema)),
        };
        Ok(Self { context: self.context.on_behalf_of(&row.owner, catalog, schema), through, ..self.clone() })
    }
}

/// Puts the tables of a query into the session, under the names that the query has for them from now on. Returns
/// the spelling that was known before with that of the tables.
pub(super) async fn register<T: VisitMut>(
    reader: &Reader,
    session: &SessionContext,
    tree: &mut T,
    mut spelling: Spelling,
) -> Result<Spelling, SqlError> {
    let calls = routines::take_table_calls(tree, |index| Ok(synthetic_call(index)?.as_str().to_owned()))?;
    let is_call = |name: &Identifier| (0..calls.len()).any(|index| *name.as_str() == format!("@call{index}"));
    let mut relations: Vec<Relation> = Vec::new();
    rewrite_tables(tree, |relation| {
        if let TableReference::Name(name) = &relation.table
            && let [own_name] = name.0.as_slice()
            && is_call(own_name)
        {
            return Ok(name.clone());
        }
        let known = relations.iter().position(|known| known == relation);
        let index = known.unwrap_or(relations.len());
        if known.is_none() {
            relations.push(relation.clone());
        }
        Ok(ObjectName(vec![synthetic(index)?]))
    })?;
    let mut providers = Vec::with_capacity(relations.len() + calls.len());
    for (index, relation) in relations.into_iter().enumerate() {
        providers.push((synthetic(index)?, provider(reader, relation).await?));
    }
    for (index, call) in calls.into_iter().enumerate() {
        providers.push((synthetic_call(index)?, routines::rows(reader, call).await?));
    }
    for (_, provider) in &providers {
        spelling.learn_columns(provider.schema().fields());
    }
    for (name, provider) in providers {
        let provider = respelled(provider, &spelling)?;
        session.register_table(name.as_str(), provider).map_err(sql_error)?;
    }
    Ok(spelling)
}

/// No column and no alias is called like this.
fn synthetic(index: usize) -> Result<Identifier, SqlError> {
    Identifier::new(format!("@{index}")).map_err(SqlError::invalid_identifier)
}

/// The same for the call of a table function.
fn synthetic_call(index: usize) -> Result<Identifier, SqlError> {
    Identifier::new(format!("@call{index}")).map_err(SqlError::invalid_identifier)
}

/// A table whose columns are spelled as in the other tables of the query.
fn respelled(
    provider: Arc<dyn TableProvider>,
    spelling: &Spelling,
) -> Result<Arc<dyn TableProvider>, SqlError> {
    let schema = provider.schema();
    let spelled = |name: &str| spelling.of(name).unwrap_or(name).to_owned();
    if schema.fields().iter().all(|field| spelled(field.name()) == *field.name()) {
        return Ok(provider);
    }
    let columns = schema.fields().iter().map(|field| {
        col(datafusion::common::Column::new_unqualified(field.name())).alias(spelled(field.name()))
    });
    let source = datafusion::datasource::provider_as_source(provider);
    let plan = LogicalPlanBuilder::scan("respelled", source, None)
        .and_then(|scan| scan.project(columns))
        .and_then(LogicalPlanBuilder::build)
        .map_err(sql_error)?;
    Ok(Arc::new(ViewTable::new(plan, None)))
}

fn provider(reader: &Reader, relation: Relation) -> BoxFuture<'_, Result<Arc<dyn TableProvider>, SqlError>> {
    async move {
        if let Some(history) = relation.history {
            return described_history(&reader.context, &relation.table, history.limit).await;
        }
        let name = match &relation.table {
            TableReference::Path { .. } => return folder(reader, &relation).await,
            TableReference::Name(name) => reader.context.table_name(name)?,
        };
        if let [catalog, schema, table] = name.parts()
            && information_schema::is_information_schema(schema)
        {
            refuse_time_travel(&relation)?;
            reader.values.require_any_asker(&name)?;
            require_no_masks_on(reader, catalog).await?;
            let described = Described::open(&reader.context, catalog.clone(), table).await?;
            let described = described.ok_or_else(|| SqlError::table_or_view_not_found(&name))?;
            return Ok(Arc::new(described) as Arc<dyn TableProvider>);
        }
        if name.catalog().matches("system") {
            return Err(SqlError::unsupported(format_args!("the system table {name}")));
        }
        let identities = reader.values.identities();
        let readable = reader.context.read(move |tx, access| {
            let row = readable_table(tx, access, &name)?;
            let guards = guards::effective(tx, &identities, &row)?;
            Ok((row, guards))
        });
        let (row, guards) = readable.await?;
        match &row.view {
            Some(_) if row.table_type == TableType::MetricView => {
                let feature = format!("a query of the metric view {}", row.full_name());
                Err(SqlError::unsupported_but(
                    feature,
                    "Query its source, or run it on a Databricks workspace.",
                ))
            }
            Some(details) if row.is_view() => {
                refuse_time_travel(&relation)?;
                if !guards.is_empty() {
                    return Err(SqlError::guards_on_view(&row, &guards));
                }
                super::view::provider(reader, &row, details).await
            }
            _ => table(reader, &row, &guards, relation.as_of).await,
        }
    }
    .boxed()
}

fn refuse_time_travel(relation: &Relation) -> Result<(), SqlError> {
    match relation.as_of {
        None => Ok(()),
        Some(_) => Err(SqlError::unsupported_but("time travel of a view", "Read the tables behind it.")),
    }
}

async fn folder(reader: &Reader, relation: &Relation) -> Result<Arc<dyn TableProvider>, SqlError> {
    let files =
        reader.context.readable_files(&relation.table, |_| SqlError::internal("a view by path")).await?;
    if let Some(row) = files.row {
        if row.is_materialized() {
            reader.path_to(&row)?;
        }
        let (identities, table) = (reader.values.identities(), row.clone());
        let guards = reader.context.read(move |tx, _| Ok(guards::effective(tx, &identities, &table)?));
        if !guards.await?.is_empty() {
            return Err(SqlError::guards_by_path(&row));
        }
    }
    let pin = pin(&reader.context, relation.as_of.clone()).await?;
    Ok(reader.context.snapshot(files.location, pin).await?.into_table_provider()?)
}

/// A catalog's own relations are views of the platform, to which a policy that masks columns would apply: the platform
/// refuses them (facts/settled.md §8). UNCONFIRMED for which policies.
async fn require_no_masks_on(reader: &Reader, catalog: &Identifier) -> Result<(), SqlError> {
    let (identities, catalog) = (reader.values.identities(), catalog.clone());
    let masked = reader.context.read(move |tx, _| {
        let Ok(row) = tx.catalog(&catalog) else { return Ok(false) };
        let masks = |policy: &PolicyRow| matches!(policy.definition.effect, PolicyEffect::ColumnMask(_));
        Ok(tx.policies_on(&row.id)?.iter().any(|policy| masks(policy) && policy.binds(&identities)))
    });
    if masked.await? { Err(SqlError::masks_on_information_schema()) } else { Ok(()) }
}

async fn table(
    reader: &Reader,
    row: &TableRow,
    guards: &TableGuards,
    as_of: Option<AsOf>,
) -> Result<Arc<dyn TableProvider>, SqlError> {
    if row.is_materialized() {
        reader.path_to(row)?;
    }
    if as_of.is_some() && !guards.is_empty() {
        return Err(SqlError::guards_and_time_travel(row, guards));
    }
    let name = row.full_name();
    if reader.guarding.contains(&name) {
        let feature = format!("a row filter or column mask of {name} whose function reads {name}");
        return Err(SqlError::unsupported_but(feature, "Let it read a table of its own."));
    }
    guarded(reader, row, guards, rows(reader, row, as_of).await?).await
}

/// All rows of a table.
async fn rows(
    reader: &Reader,
    row: &TableRow,
    as_of: Option<AsOf>,
) -> Result<Arc<dyn TableProvider>, SqlError> {
    if is_parquet(row) {
        return match as_of {
            None => parquet_table::provider(row),
            Some(_) => Err(SqlError::unsupported_but(
                "time travel of a table of Parquet files",
                "It has no versions.",
            )),
        };
    }
    if row.columns.is_empty() {
        return Err(SqlError::delta_read_table_without_columns(row.full_name()));
    }
    let location = reader.context.location(row)?;
    if as_of.is_none()
        && let Some(pinned) = reader.pinned.as_ref().filter(|pinned| *pinned.location() == location)
    {
        return Ok(pinned.clone().into_table_provider()?);
    }
    let pin = pin(&reader.context, as_of).await?;
    Ok(reader.context.snapshot(location, pin).await?.into_table_provider()?)
}

/// The version that `VERSION AS OF` or `TIMESTAMP AS OF` means.
pub(in crate::sql::execute) async fn pin(context: &Context, as_of: Option<AsOf>) -> Result<Pin, SqlError> {
    Ok(match as_of {
        None => Pin::Latest,
        Some(AsOf::Version(version)) => Pin::Version(version),
        Some(AsOf::Timestamp(expression)) => Pin::Timestamp(instant(context, *expression).await?),
    })
}

/// The time in ms that a constant expression gives; a text is read in the time zone of the session.
async fn instant(context: &Context, expression: Expr) -> Result<i64, SqlError> {
    let invalid = || {
        SqlError::new(
            "INVALID_TIME_TRAVEL_TIMESTAMP_EXPR",
            "42K0E",
            "The time travel timestamp expression is invalid. Give a timestamp or a text of one.",
        )
    };
    let timestamp = syntax::try_cast(expression, DataType::Timestamp(None, TimezoneInfo::None));
    let value = super::constant(context, timestamp).await?.ok_or_else(invalid)?;
    let value = value.as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(invalid)?;
    value.iter().next().flatten().map(|micros| micros.div_euclid(1000)).ok_or_else(invalid)
}
