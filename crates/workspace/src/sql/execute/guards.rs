//! Row filters and column masks of tables: `SET ROW FILTER`, `SET MASK`, and those of `CREATE TABLE` (facts/sql.md §7).

use std::sync::Arc;

use clxs_api::{FullName, Identifier, Privilege};
use datafusion::arrow::datatypes::Schema;
use datafusion::datasource::empty::EmptyTable;

use super::checks;
use super::context::{Context, allowed_table};
use super::query::require_fitting;
use super::show_create::plain;
use super::table_rows::{Presence, Writing};
use super::types::table_field;
use crate::delta::schema::{StructType, TryIntoArrow};
use crate::metastore::{Guard, GuardArgument, MetastoreError, TableGuards, TableRow, Transaction};
use crate::securables::{self, GuardKind};
use crate::sql::SqlError;
use crate::sql::ast::{AlterTableAction, GuardClause};
use crate::warehouse::StatementResult;

/// The guards of a `CREATE TABLE`.
#[derive(Debug, Clone, Default)]
pub(super) struct GuardClauses {
    pub(super) row_filter: Option<GuardClause>,
    pub(super) masks: Vec<(Identifier, GuardClause)>,
}

/// What a table holds as soon as its files are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Brings {
    Nothing,
    Rows,
}

/// `SET` and `DROP` of `ROW FILTER` and `MASK`. To drop what is not there succeeds, which is UNCONFIRMED.
pub(super) async fn alter(
    context: &Context,
    row: TableRow,
    action: AlterTableAction,
) -> Result<StatementResult, SqlError> {
    let clauses = match action {
        AlterTableAction::SetRowFilter(filter) => {
            GuardClauses { row_filter: Some(filter), ..GuardClauses::default() }
        }
        AlterTableAction::SetMask { column, mask } => {
            GuardClauses { masks: vec![(column, mask)], ..GuardClauses::default() }
        }
        AlterTableAction::DropRowFilter => {
            return change(context, &row, |guards| guards.row_filter = None).await;
        }
        AlterTableAction::DropMask(column) => {
            let column = row.column(&column)?.name.clone().unwrap_or_default();
            return change(context, &row, move |guards| guards.set_mask(&column, None)).await;
        }
        other => return Err(SqlError::internal(format!("{other:?} is no change of guards"))),
    };
    let columns = row.columns.iter().filter_map(table_field);
    let schema = StructType::try_new(columns)
        .map_err(|error| SqlError::internal(error.to_string()).with_source(error))?;
    let guards = resolved(context, &row, &schema, clauses).await?;
    change(context, &row, move |own| *own = guards.over(std::mem::take(own))).await
}

/// Changes the guards of a table as it is at the end of the statement. A table has guards or CHECK constraints, and not
/// both (facts/settled.md §5).
async fn change<F>(context: &Context, row: &TableRow, change: F) -> Result<StatementResult, SqlError>
where
    F: FnOnce(&mut TableGuards) + Send + 'static,
{
    let name = row.full_name();
    let work = move |tx: &Transaction<'_>, access: &crate::authorization::Access| {
        let mut row = allowed_table(tx, access, &name, &Privilege::Manage)?;
        change(&mut row.guards);
        if checks::has_checks(&row.properties) {
            require_unguarded(&row)?;
        }
        row.audit.touch(access.principal());
        tx.update_table(&row)?;
        Ok(StatementResult::none())
    };
    context.write(work).await
}

fn require_unguarded(row: &TableRow) -> Result<(), SqlError> {
    match (row.guards.row_filter.is_some(), row.guards.masks.is_empty()) {
        (true, _) => Err(SqlError::row_filter_on_checked_table(row.full_name())),
        (false, false) => Err(SqlError::mask_on_checked_table(row.full_name())),
        (false, true) => Ok(()),
    }
}

/// A table that is to be written with the guards that it will have: those of the statement over those of the table that
/// it replaces, of which the others stay (facts/sql.md §4). That a statement replaces guards shows the test suite of
/// dbt-databricks, which runs `CREATE OR REPLACE TABLE` with another filter, and another mask, over a table that has one.
/// That masks stay of columns which the statement does not mask is UNCONFIRMED.
///
/// # Errors
/// Those of [`resolved`]; guards beside CHECK constraints; guards that the new columns do not fit; other guards than the
/// replaced table has, when `brings` rows: these are visible before the table's row, and its guards, change.
pub(super) async fn of_written_table(
    context: &Context,
    mut writing: Writing,
    clauses: GuardClauses,
    (schema, checked): (&StructType, bool),
    brings: Brings,
) -> Result<Writing, SqlError> {
    let guards = resolved(context, &writing.row, schema, clauses).await?.over(writing.row.guards.clone());
    if writing.presence == Presence::Existing && brings == Brings::Rows && guards != writing.row.guards {
        let feature = format!("replacing {} with another row filter or column mask", writing.row.full_name());
        return Err(SqlError::unsupported_but(feature, "Set it by ALTER TABLE before."));
    }
    fit(context, &writing.row, schema, &guards).await?;
    writing.row.guards = guards;
    if checked && !writing.row.guards.is_empty() {
        return Err(SqlError::check_on_guarded_table(&writing.row, &writing.row.guards));
    }
    Ok(writing)
}

/// Gives a table guards over those that it has by now.
pub(super) fn add(tx: &Transaction<'_>, table: &TableRow, guards: TableGuards) -> Result<(), MetastoreError> {
    let guards = guards.over(table.guards.clone());
    if guards == table.guards { Ok(()) } else { tx.update_table(&TableRow { guards, ..table.clone() }) }
}

/// Guards with their names completed, which fit the columns.
///
/// # Errors
/// Missing columns and functions; a missing EXECUTE; arguments and results that do not fit.
async fn resolved(
    context: &Context,
    table: &TableRow,
    schema: &StructType,
    clauses: GuardClauses,
) -> Result<TableGuards, SqlError> {
    let mut guards = TableGuards::default();
    if let Some(filter) = clauses.row_filter {
        guards.row_filter = Some(guard(context, schema, filter, GuardKind::RowFilter).await?);
    }
    for (column, mask) in clauses.masks {
        let column = spelled(schema, &column)?;
        guards.set_mask(&column, Some(guard(context, schema, mask, GuardKind::ColumnMask).await?));
    }
    fit(context, table, schema, &guards).await?;
    Ok(guards)
}

async fn guard(
    context: &Context,
    schema: &StructType,
    clause: GuardClause,
    kind: GuardKind,
) -> Result<Guard, SqlError> {
    let function: FullName = context.table_name(&clause.function)?;
    let mut arguments = Vec::with_capacity(clause.arguments.len());
    for argument in clause.arguments {
        arguments.push(match argument {
            GuardArgument::Column(column) => {
                let column = Identifier::new(column).map_err(SqlError::invalid_identifier)?;
                GuardArgument::Column(spelled(schema, &column)?)
            }
            constant @ GuardArgument::Constant(_) => constant,
        });
    }
    let (name, given) = (function.clone(), arguments.len());
    context.read(move |tx, access| Ok(securables::require_guard(tx, access, &name, kind, given)?)).await?;
    Ok(Guard { function, arguments })
}

/// Plans the guards over no rows. All columns that they name must be there.
async fn fit(
    context: &Context,
    table: &TableRow,
    schema: &StructType,
    guards: &TableGuards,
) -> Result<(), SqlError> {
    for column in guards.columns() {
        spelled(schema, &Identifier::new(column).map_err(SqlError::invalid_identifier)?)?;
    }
    let arrow: Schema =
        schema.try_into_arrow().map_err(|error| SqlError::internal(error.to_string()).with_source(error))?;
    require_fitting(context, table, guards, Arc::new(EmptyTable::new(Arc::new(arrow)))).await
}

fn spelled(schema: &StructType, column: &Identifier) -> Result<String, SqlError> {
    let found = schema.fields().find(|field| column.matches(&field.name)).map(|field| field.name.clone());
    found.ok_or_else(|| {
        let names: Vec<_> = schema.fields().map(|field| field.name.clone()).collect();
        SqlError::unresolved_column(column, &names)
    })
}

/// Refuses to drop a column that the table's guards need.
pub(super) fn require_not_guarded(row: &TableRow, column: &Identifier) -> Result<(), SqlError> {
    if row.guards.columns().any(|own| column.matches(own)) {
        return Err(SqlError::guarded_column(column, row.full_name()));
    }
    Ok(())
}

/// The guards of a table follow the name of its column.
pub(super) fn rename_column(
    tx: &Transaction<'_>,
    table: &TableRow,
    column: &Identifier,
    to: &str,
) -> Result<(), MetastoreError> {
    let mut row = table.clone();
    row.guards.rename_column(column, to);
    if row.guards == table.guards { Ok(()) } else { tx.update_table(&row) }
}

/// Takes masks and tags of columns away that the table has no more. That the platform's RESTORE does is UNCONFIRMED; a later
/// column of such a name is another one. A filter over such a column stays, and hides the table.
pub(super) fn forget_lost_columns(tx: &Transaction<'_>, table: &TableRow) -> Result<(), MetastoreError> {
    let is_lost = |column: &str| {
        let mut names = table.columns.iter().filter_map(|own| own.name.as_deref());
        !names.any(|own| own.to_lowercase() == column.to_lowercase())
    };
    for column in tx.table_tags(table)?.columns.keys().filter(|column| is_lost(column)) {
        tx.delete_tags_of_column(&table.id, column)?;
    }
    let mut row = table.clone();
    row.guards.masks.retain(|column, _| !is_lost(column));
    if row.guards == table.guards { Ok(()) } else { tx.update_table(&row) }
}

/// The arguments of a guard as SQL writes them.
pub(super) fn argument_list(guard: &Guard) -> String {
    let text = |argument: &GuardArgument| match argument {
        GuardArgument::Column(column) => {
            Identifier::new(column.clone()).map_or_else(|_| column.clone(), |name| plain(&name))
        }
        GuardArgument::Constant(constant) => constant.clone(),
    };
    guard.arguments.iter().map(text).collect::<Vec<_>>().join(", ")
}
