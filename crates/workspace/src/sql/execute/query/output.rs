//! The columns a query gives to its reader: names that may repeat, and types as Delta has them.

use std::collections::{HashMap, HashSet};

use datafusion::arrow::datatypes::Schema;
use datafusion::sql::sqlparser::ast::{Expr, Ident, Query, SelectItem, SetExpr, Values};

use super::values::column_name;
use crate::delta::schema::{DataType, StructField, StructType, TryFromArrow};
use crate::sql::SqlError;

/// The names of columns whose names repeat, by those that tell them apart in the plan: DataFusion takes no
/// name twice.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<String, String>);

impl Names {
    /// Tells the columns of a query apart. Beside a wildcard any plain column may be one of its columns too.
    pub(super) fn take(query: &mut Query) -> Self {
        let mut names = Self::default();
        let select = match query.body.as_mut() {
            SetExpr::Select(select) => select,
            SetExpr::Values(values) => return Self::of_values(values),
            _ => return names,
        };
        let has_wildcard = select.projection.iter().any(|item| name(item).is_none());
        let mut taken = HashSet::new();
        for (position, item) in select.projection.iter_mut().enumerate() {
            let Some(name) = name(item) else { continue };
            let plain = matches!(item, SelectItem::UnnamedExpr(_));
            if !taken.insert(name.to_lowercase()) || (has_wildcard && plain) {
                let alias = format!("{name}#{position}");
                tell_apart(item, alias.clone());
                names.0.insert(alias, name);
            }
        }
        names
    }

    /// DataFusion calls them `column1`.
    fn of_values(values: &Values) -> Self {
        let width = values.rows.first().map_or(0, |row| row.content.len());
        Self((1..=width).map(|position| (format!("column{position}"), column_name(position))).collect())
    }

    fn of<'a>(&'a self, planned: &'a str) -> &'a str {
        self.0.get(planned).map_or(planned, String::as_str)
    }
}

fn name(item: &SelectItem) -> Option<String> {
    match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(alias.value.clone()),
        SelectItem::UnnamedExpr(expr) => Some(super::column_name::column_name(expr)),
        _ => None,
    }
}

fn tell_apart(item: &mut SelectItem, alias: String) {
    if let SelectItem::ExprWithAlias { expr, .. } | SelectItem::UnnamedExpr(expr) = item {
        let expr = std::mem::replace(expr, Expr::Tuple(Vec::new()));
        *item = SelectItem::ExprWithAlias { expr, alias: Ident::with_quote('`', alias) };
    }
}

/// Name, type and nullability of each column.
///
/// # Errors
/// `UNSUPPORTED_FEATURE` for a type that Delta does not have.
pub(super) fn fields(schema: &Schema, names: &Names) -> Result<Vec<StructField>, SqlError> {
    let fields = schema.fields().iter();
    fields
        .map(|field| {
            if let Some(interval) = super::intervals::field(names.of(field.name()), field) {
                return Ok(interval);
            }
            let data_type = DataType::try_from_arrow(field.data_type()).map_err(|error| {
                let feature = format!("a column of type {}", field.data_type());
                SqlError::unsupported(feature).with_source(error)
            })?;
            Ok(StructField::new(names.of(field.name()), data_type, field.is_nullable()))
        })
        .collect()
}

/// The columns of a table that is made of a query: all may be null, and names must not repeat.
///
/// # Errors
/// `COLUMN_ALREADY_EXISTS`
pub(in crate::sql::execute) fn table_schema(fields: Vec<StructField>) -> Result<StructType, SqlError> {
    let mut taken = HashSet::new();
    for field in &fields {
        if super::intervals::is_interval(field) {
            return Err(SqlError::unsupported("a column of type INTERVAL"));
        }
        if !taken.insert(field.name.to_lowercase()) {
            return Err(SqlError::column_already_exists(format!("`{}`", field.name)));
        }
    }
    let fields = fields.into_iter().map(|field| StructField { nullable: true, ..field });
    StructType::try_new(fields).map_err(|error| SqlError::internal(error.to_string()).with_source(error))
}
