//! `routines`, `parameters` and `routine_columns` (facts/sql.md §13).

use std::borrow::Cow;
use std::sync::Arc;

use clxs_api::function::{FunctionParameterInfo, SqlDataAccess};
use clxs_api::table::ColumnTypeName;
use clxs_api::{Identifier, SecurableKind};
use datafusion::arrow::array::RecordBatch;

use super::Scope;
use super::column::{Column, batch, maybe, some};
use super::columns_table::{datetime_precision, length, precision, scale, yes_or_no};
use crate::authorization::{Access, Visibility};
use crate::metastore::{CatalogRow, FunctionRow, MetastoreError, PageRequest, Returns, Transaction};
use crate::sql::SqlError;

use Column::{Int, Long, Text, Timestamp};

/// A function.
struct Item {
    row: FunctionRow,
    /// Whether the caller owns it, and so may read its body.
    owned: bool,
}

/// A parameter of a function, or a column of its result.
struct PartItem {
    function: Arc<FunctionRow>,
    part: FunctionParameterInfo,
}

/// Something that has a name of three parts and a type.
trait Typed {
    fn function(&self) -> &FunctionRow;
    fn type_name(&self) -> &ColumnTypeName;
    fn type_text(&self) -> &str;
    fn declared(&self) -> (Option<i32>, Option<i32>);
}

impl Typed for Item {
    fn function(&self) -> &FunctionRow {
        &self.row
    }

    fn type_name(&self) -> &ColumnTypeName {
        match &self.row.details.returns {
            Returns::Value { type_name, .. } => type_name,
            Returns::Table { .. } => &ColumnTypeName::TableType,
        }
    }

    fn type_text(&self) -> &str {
        match &self.row.details.returns {
            Returns::Value { type_text, .. } | Returns::Table { type_text, .. } => type_text,
        }
    }

    fn declared(&self) -> (Option<i32>, Option<i32>) {
        match &self.row.details.returns {
            Returns::Value { type_precision, type_scale, .. } => (*type_precision, *type_scale),
            Returns::Table { .. } => (None, None),
        }
    }
}

impl Typed for PartItem {
    fn function(&self) -> &FunctionRow {
        &self.function
    }

    fn type_name(&self) -> &ColumnTypeName {
        &self.part.type_name
    }

    fn type_text(&self) -> &str {
        &self.part.type_text
    }

    fn declared(&self) -> (Option<i32>, Option<i32>) {
        (self.part.type_precision, self.part.type_scale)
    }
}

pub(super) fn routines(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let items = visible(tx, access, scope)?.into_iter();
    let items: Vec<_> =
        items.map(|row| Item { owned: access.identities().contains(&row.owner), row }).collect();
    let mut columns: Vec<Column<Item>> = names(["specific_catalog", "specific_schema", "specific_name"]);
    columns.extend(names(["routine_catalog", "routine_schema", "routine_name"]));
    columns.extend([
        Text("routine_owner", |item: &Item| some(&item.row.owner)),
        Text("routine_type", |_| some("FUNCTION")),
    ]);
    columns.extend(types());
    columns.extend([
        Text("routine_body", |item: &Item| {
            Some(Cow::Owned(item.row.details.language.routine_body().as_str().to_owned()))
        }),
        Text("routine_definition", |item| item.owned.then_some(Cow::Borrowed(&item.row.details.definition))),
        Text("external_name", |_| None),
        Text("external_language", |item| item.row.details.language.external().and_then(some)),
        // What stands here of a function is UNCONFIRMED.
        Text("parameter_style", |_| some("SQL")),
        Text("is_deterministic", |item| yes_or_no(item.row.details.deterministic)),
        Text("sql_data_access", |item| Some(data_access(&item.row.details.data_access))),
        Text("is_null_call", |_| some("NO")),
        Text("security_type", |_| some("DEFINER")),
        Text("sql_path", |_| None),
        Text("comment", |item| maybe(item.row.comment.as_ref())),
        Timestamp("created", |item| item.row.audit.created_at),
        Text("created_by", |item| some(&item.row.audit.created_by)),
        Timestamp("last_altered", |item| item.row.audit.updated_at),
        Text("last_altered_by", |item| some(&item.row.audit.updated_by)),
    ]);
    batch(&columns, &items)
}

/// With blanks here; UNCONFIRMED.
fn data_access(access: &SqlDataAccess) -> Cow<'_, str> {
    Cow::Owned(access.as_str().replace('_', " "))
}

pub(super) fn parameters(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let items = parts(tx, access, scope, |row| row.details.parameters.clone())?;
    let mut columns: Vec<Column<PartItem>> = names(["specific_catalog", "specific_schema", "specific_name"]);
    columns.extend([
        ordinal_position(),
        Text("parameter_mode", |_| some("IN")),
        Text("is_result", |_| some("NO")),
        Text("as_locator", |_| None),
        Text("parameter_name", |item| some(&item.part.name)),
    ]);
    columns.extend(types());
    columns.extend([
        // Always null: defaults are seen over REST only (facts/sql.md §13).
        Text("parameter_default", |_| None),
        Text("comment", |item: &PartItem| maybe(item.part.comment.as_ref())),
    ]);
    batch(&columns, &items)
}

pub(super) fn routine_columns(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
) -> Result<RecordBatch, SqlError> {
    let items = parts(tx, access, scope, |row| row.details.columns().to_vec())?;
    let mut columns: Vec<Column<PartItem>> = names(["specific_catalog", "specific_schema", "specific_name"]);
    columns.extend([ordinal_position(), Text("column_name", |item| some(&item.part.name))]);
    columns.extend(types());
    columns.push(Text("comment", |item: &PartItem| maybe(item.part.comment.as_ref())));
    batch(&columns, &items)
}

/// From 0 or from 1 is UNCONFIRMED, as for columns of tables.
fn ordinal_position() -> Column<PartItem> {
    Int("ordinal_position", |item| Some(item.part.position + 1))
}

/// The parts of a function's name.
fn names<T: Typed>(columns: [&'static str; 3]) -> Vec<Column<T>> {
    let [catalog, schema, name] = columns;
    vec![
        Text(catalog, |item: &T| parent_part(item.function(), 0)),
        Text(schema, |item| parent_part(item.function(), 1)),
        Text(name, |item| some(item.function().name.as_str())),
    ]
}

fn parent_part(row: &FunctionRow, level: usize) -> Option<Cow<'_, str>> {
    row.parent.as_ref()?.full_name.parts().get(level).map(Identifier::as_str).and_then(some)
}

/// The columns about a type.
fn types<T: Typed>() -> Vec<Column<T>> {
    vec![
        Text("data_type", |item: &T| some(item.type_name().as_str())),
        Text("full_data_type", |item| some(item.type_text())),
        Long("character_maximum_length", |item| length(item.type_name())),
        Long("character_octet_length", |item| length(item.type_name())),
        Int("numeric_precision", |item| precision(item.type_name(), item.declared().0)),
        Int("numeric_precision_radix", |item| precision(item.type_name(), item.declared().0).map(|_| 10)),
        Int("numeric_scale", |item| scale(item.type_name(), item.declared().1)),
        Int("datetime_precision", |item| datetime_precision(item.type_name())),
        Text("interval_type", |_| None),
        Long("interval_precision", |_| None),
        Long("maximum_cardinality", |_| None),
    ]
}

fn parts(
    tx: &Transaction<'_>,
    access: &Access,
    scope: &Scope,
    of: impl Fn(&FunctionRow) -> Vec<FunctionParameterInfo>,
) -> Result<Vec<PartItem>, SqlError> {
    let mut items = Vec::new();
    for row in visible(tx, access, scope)? {
        let (parts, function) = (of(&row), Arc::new(row));
        items.extend(parts.into_iter().map(|part| PartItem { function: Arc::clone(&function), part }));
    }
    Ok(items)
}

fn visible(tx: &Transaction<'_>, access: &Access, scope: &Scope) -> Result<Vec<FunctionRow>, MetastoreError> {
    let mut visible = Vec::new();
    for catalog in &scope.catalogs {
        let visibility = Visibility::load(tx, access, catalog)?;
        visible.extend(visible_functions(tx, catalog, scope, &visibility)?.into_iter().map(|(_, row)| row));
    }
    Ok(visible)
}

/// The functions of a catalog that somebody sees, each with the id of its schema, by schema and name.
pub(super) fn visible_functions(
    tx: &Transaction<'_>,
    catalog: &CatalogRow,
    scope: &Scope,
    visibility: &Visibility,
) -> Result<Vec<(String, FunctionRow)>, MetastoreError> {
    let mut visible = Vec::new();
    let schemas = tx.schemas(catalog, &PageRequest::all())?.items.into_iter();
    for schema in schemas.filter(|schema| scope.has_schema(&schema.name)) {
        let functions: Vec<FunctionRow> =
            tx.securables(Some(&schema.as_parent()), &PageRequest::all())?.items;
        let seen = functions.into_iter().filter(|row| {
            visibility.in_schema(&SecurableKind::Function, &schema.id, &row.id, &row.owner).is_seen(true)
        });
        visible.extend(seen.map(|row| (schema.id.clone(), row)));
    }
    Ok(visible)
}
