//! Which value goes into which column, and in which type (Spark's store assignment, ANSI policy).

use clxs_api::{FullName, Identifier};
use datafusion::arrow::datatypes::DataType as ArrowType;
use datafusion::logical_expr::{Expr as PlanExpr, lit};
use datafusion::sql::sqlparser::ast::{Expr, Ident, SelectItem, Value};

use crate::delta::schema::{DataType, StructField, StructType, TryFromArrow as _};
use crate::sql::ast::Assignment;
use crate::sql::execute::changes::{arrow_type, computed, is_generated, is_identity, require_explicit};
use crate::sql::execute::context::Context;
use crate::sql::execute::query::{self, FieldsBy, Planned};
use crate::sql::execute::types::{metadata_text, result_type_text};
use crate::sql::{SqlError, parse_expression};

/// For each column of the table the position of its value in the source; none takes the default.
pub(super) fn columns(
    table: &FullName,
    schema: &StructType,
    source: &Planned,
    listed: &[Identifier],
    by_name: bool,
) -> Result<Vec<Option<usize>>, SqlError> {
    let names: Vec<String> = if by_name {
        source.fields.iter().map(|field| field.name.clone()).collect()
    } else if listed.is_empty() {
        schema.fields().map(|field| field.name.clone()).collect()
    } else {
        listed.iter().map(|name| name.as_str().to_owned()).collect()
    };
    if names.len() != source.fields.len() {
        return Err(arity_mismatch(table, &names, &source.fields));
    }
    for name in &names {
        if !schema.fields().any(|field| same(&field.name, name)) {
            let known: Vec<_> = schema.fields().map(|field| format!("`{}`", field.name)).collect();
            return Err(SqlError::unresolved_column(format!("`{name}`"), &known));
        }
    }
    if let Some(twice) =
        names.iter().enumerate().find(|(index, name)| names[..*index].iter().any(|other| same(other, name)))
    {
        return Err(SqlError::column_already_exists(format!("`{}`", twice.1)));
    }
    Ok(schema.fields().map(|field| names.iter().position(|name| same(name, &field.name))).collect())
}

fn same(left: &str, right: &str) -> bool {
    left.to_lowercase() == right.to_lowercase()
}

fn arity_mismatch(table: &FullName, names: &[String], fields: &[StructField]) -> SqlError {
    let list =
        |names: Vec<&str>| names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    SqlError::insert_column_arity(
        table,
        fields.len() > names.len(),
        &list(names.iter().map(String::as_str).collect()),
        &list(fields.iter().map(|field| field.name.as_str()).collect()),
    )
}

/// The rows of the source as rows of the table: every column once, in its type.
pub(super) async fn plan(
    context: &Context,
    table: &FullName,
    schema: &StructType,
    source: Planned,
    columns: &[Option<usize>],
    (fixed, fields_by): (&[Assignment], FieldsBy),
) -> Result<Planned, SqlError> {
    let fields = source.fields.clone();
    let mut items = Vec::with_capacity(columns.len());
    for (field, position) in schema.fields().zip(columns) {
        let fixed = fixed.iter().find(|fixed| fixed.column.0.iter().any(|name| name.matches(&field.name)));
        let value = match position {
            _ if fixed.is_some() => fixed.map_or_else(|| default(field), |fixed| Ok(fixed.value.clone()))?,
            Some(position) => {
                if is_identity(field) {
                    require_explicit(field)?;
                }
                require_assignable(table, &fields[*position].data_type, field, fields_by)?;
                Expr::Identifier(Ident::with_quote('`', positional(*position)))
            }
            None => default(field)?,
        };
        let alias = Ident::with_quote('`', field.name.clone());
        items.push(SelectItem::ExprWithAlias { expr: value, alias });
    }
    let planned = query::plan_over(context, source.into_positional(positional)?, items).await?;
    let rows = typed(planned, schema, fields_by)?;
    let generated = |position: usize| columns[position].is_none().then(|| lit(true));
    computed(context, table, schema, rows, &generated).await
}

fn positional(position: usize) -> String {
    format!("@{position}")
}

/// The value of a column that the statement leaves out; null where the table computes it.
fn default(field: &StructField) -> Result<Expr, SqlError> {
    match metadata_text(field, "CURRENT_DEFAULT") {
        Some(text) if !is_generated(field) && !is_identity(field) => parse_expression(&text),
        _ => Ok(query::literal(Value::Null)),
    }
}

/// Casts to the types of the table; texts are written as Spark writes them.
fn typed(planned: Planned, schema: &StructType, fields_by: FieldsBy) -> Result<Planned, SqlError> {
    let wanted = schema.fields().map(|field| Ok((field.name.clone(), arrow_type(field)?)));
    let wanted = wanted.collect::<Result<Vec<_>, SqlError>>()?;
    let given: Vec<ArrowType> =
        planned.plan.schema().fields().iter().map(|field| field.data_type().clone()).collect();
    planned.project(|position, column| {
        let (name, wanted) = &wanted[position];
        converted(column, &given[position], wanted.clone(), name, fields_by).alias(name.clone())
    })
}

/// A value as a column takes it in UPDATE and MERGE, which find the fields of structs by their names; `given` is its
/// type.
///
/// # Errors
/// `INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST`
pub(in crate::sql::execute) fn assigned_to(
    table: &FullName,
    field: &StructField,
    value: PlanExpr,
    given: &ArrowType,
) -> Result<PlanExpr, SqlError> {
    let internal = |error: datafusion::arrow::error::ArrowError| SqlError::internal(error.to_string());
    let spark_type = DataType::try_from_arrow(given).map_err(internal)?;
    require_assignable(table, &spark_type, field, FieldsBy::Name)?;
    Ok(converted(value, given, arrow_type(field)?, &field.name, FieldsBy::Name))
}

fn converted(
    column: PlanExpr,
    given: &ArrowType,
    wanted: ArrowType,
    name: &str,
    fields_by: FieldsBy,
) -> PlanExpr {
    if *given == wanted {
        column
    } else if wanted == ArrowType::Utf8
        && !matches!(given, ArrowType::Utf8View | ArrowType::LargeUtf8 | ArrowType::Null)
    {
        query::text_of(column)
    } else {
        query::assigned(column, given, wanted, name, fields_by)
    }
}

/// What ANSI store assignment allows: no text into numbers and times, no numbers into times or truth values.
fn require_assignable(
    table: &FullName,
    given: &DataType,
    field: &StructField,
    fields_by: FieldsBy,
) -> Result<(), SqlError> {
    if is_assignable(given, &field.data_type, fields_by) {
        return Ok(());
    }
    let message = format!(
        "Cannot write incompatible data for the table {table}: Cannot safely cast `{}` \"{}\" to \"{}\".",
        field.name,
        result_type_text(given),
        result_type_text(&field.data_type)
    );
    Err(SqlError::new("INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST", "KD000", message))
}

fn is_assignable(given: &DataType, wanted: &DataType, fields_by: FieldsBy) -> bool {
    let is_assignable = |given: &DataType, wanted: &DataType| is_assignable(given, wanted, fields_by);
    match (given, wanted) {
        (given, wanted) if given == wanted || *given == DataType::VOID => true,
        (DataType::Array(given), DataType::Array(wanted)) => {
            is_assignable(&given.element_type, &wanted.element_type)
        }
        (DataType::Map(given), DataType::Map(wanted)) => {
            is_assignable(&given.key_type, &wanted.key_type)
                && is_assignable(&given.value_type, &wanted.value_type)
        }
        (DataType::Struct(given), DataType::Struct(wanted)) => {
            let fields: Vec<_> = given.fields().collect();
            let source = |(position, wanted): (usize, &StructField)| {
                let names = fields.iter().map(|field| field.name.as_str());
                Some((fields[fields_by.source(names, (position, &wanted.name))?], wanted.clone()))
            };
            fields.len() == wanted.num_fields()
                && wanted.fields().enumerate().all(|field| {
                    source(field)
                        .is_some_and(|(given, wanted)| is_assignable(&given.data_type, &wanted.data_type))
                })
        }
        (DataType::Primitive(_), DataType::Primitive(_)) => {
            let (given, wanted) = (family(given), family(wanted));
            given == wanted || wanted == Family::Text && given != Family::Binary
        }
        _ => false,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Number,
    Text,
    Time,
    Truth,
    Binary,
    Other,
}

fn family(data_type: &DataType) -> Family {
    use crate::delta::schema::PrimitiveType as P;
    let DataType::Primitive(primitive) = data_type else { return Family::Other };
    match primitive {
        P::Byte | P::Short | P::Integer | P::Long | P::Float | P::Double | P::Decimal(_) => Family::Number,
        P::String => Family::Text,
        P::Date | P::Timestamp | P::TimestampNtz => Family::Time,
        P::Boolean => Family::Truth,
        P::Binary => Family::Binary,
        _ => Family::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_does_not_go_into_numbers_but_numbers_go_into_text() {
        let is_assignable =
            |given: &DataType, wanted: &DataType| is_assignable(given, wanted, FieldsBy::Name);
        assert!(!is_assignable(&DataType::STRING, &DataType::INTEGER));
        assert!(is_assignable(&DataType::INTEGER, &DataType::STRING));
        assert!(is_assignable(&DataType::LONG, &DataType::INTEGER));
        assert!(is_assignable(&DataType::DATE, &DataType::TIMESTAMP));
        assert!(!is_assignable(&DataType::BOOLEAN, &DataType::INTEGER));
        assert!(is_assignable(&DataType::VOID, &DataType::DATE));
    }
}
