//! The columns a query gives to its reader: names that may repeat, and types as Delta has them.

use std::collections::HashSet;

use datafusion::arrow::datatypes::Schema;
use datafusion::sql::sqlparser::ast::{Expr, Ident, Query, SelectItem, SetExpr};

use crate::delta::schema::{DataType, StructField, StructType, TryFromArrow};
use crate::sql::SqlError;

/// The names of the columns, when the query says all of them. Names that repeat are told apart in the query,
/// because DataFusion does not take them.
pub(super) fn take_names(query: &mut Query) -> Option<Vec<String>> {
    let SetExpr::Select(select) = query.body.as_mut() else { return None };
    let mut taken = HashSet::new();
    let names = select.projection.iter_mut().enumerate().map(|(position, item)| {
        let name = name(item)?;
        if !taken.insert(name.to_lowercase()) {
            tell_apart(item, format!("{name}#{position}"));
        }
        Some(name)
    });
    names.collect()
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
pub(super) fn fields(schema: &Schema, names: Option<&[String]>) -> Result<Vec<StructField>, SqlError> {
    let fields = schema.fields().iter().enumerate();
    fields
        .map(|(position, field)| {
            let name = names.and_then(|names| names.get(position)).unwrap_or(field.name());
            let data_type = DataType::try_from_arrow(field.data_type()).map_err(|error| {
                let feature = format!("a column of type {}", field.data_type());
                SqlError::unsupported(feature).with_source(error)
            })?;
            Ok(StructField::new(name, data_type, field.is_nullable()))
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
        if !taken.insert(field.name.to_lowercase()) {
            return Err(SqlError::column_already_exists(format!("`{}`", field.name)));
        }
    }
    let fields = fields.into_iter().map(|field| StructField { nullable: true, ..field });
    StructType::try_new(fields).map_err(|error| SqlError::internal(error.to_string()).with_source(error))
}
