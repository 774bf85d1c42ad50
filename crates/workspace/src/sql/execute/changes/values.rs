//! The values that clauses give to columns.

use clxs_api::Identifier;
use datafusion::sql::sqlparser::ast::{Expr, Ident};

use super::{Changes, Clause, ColumnValue, is_generated, is_identity};
use crate::delta::RowChange;
use crate::delta::schema::{MetadataValue, StructField};
use crate::sql::ast::{Assignment, ObjectName};
use crate::sql::execute::query::has_subquery;
use crate::sql::execute::types::metadata_text;
use crate::sql::{SqlError, parse_expression};

impl Changes<'_> {
    /// Rows go.
    pub(in crate::sql::execute) fn delete(
        &mut self,
        change: RowChange,
        condition: Option<Expr>,
    ) -> Result<(), SqlError> {
        let condition = self.condition(condition)?;
        self.clauses.push(Clause { condition, change, values: Vec::new() });
        Ok(())
    }

    /// Rows get other values.
    pub(in crate::sql::execute) fn update(
        &mut self,
        change: RowChange,
        condition: Option<Expr>,
        assignments: Vec<Assignment>,
    ) -> Result<(), SqlError> {
        let condition = self.condition(condition)?;
        let stays = |field: &StructField| {
            if is_generated(field) { ColumnValue::Generated } else { ColumnValue::Kept }
        };
        let mut values: Vec<ColumnValue> = self.schema.fields().map(stays).collect();
        let mut assigned = vec![false; values.len()];
        for Assignment { column, value } in assignments {
            let position = self.assigned_column(&column)?;
            if std::mem::replace(&mut assigned[position], true) {
                return Err(SqlError::delta_duplicate_columns_on_update(self.field_name(position)));
            }
            values[position] = self.update_value(position, value)?;
        }
        self.clauses.push(Clause { condition, change, values });
        Ok(())
    }

    /// Rows come.
    pub(in crate::sql::execute) fn insert(
        &mut self,
        condition: Option<Expr>,
        columns: &[Identifier],
        given: Vec<Expr>,
    ) -> Result<(), SqlError> {
        if columns.len() != given.len() {
            return Err(SqlError::insert_values_arity(columns.len(), given.len()));
        }
        let condition = self.condition(condition)?;
        let mut exprs: Vec<Option<Expr>> = vec![None; self.schema.num_fields()];
        for (column, value) in columns.iter().zip(given) {
            let position = self.position(column)?;
            if exprs[position].replace(value).is_some() {
                return Err(SqlError::column_already_exists(format!("`{}`", self.field_name(position))));
            }
        }
        let mut values = Vec::with_capacity(exprs.len());
        for (position, value) in exprs.into_iter().enumerate() {
            values.push(self.insert_value(position, value)?);
        }
        self.clauses.push(Clause { condition, change: RowChange::Insert, values });
        Ok(())
    }

    /// `UPDATE SET *`: every column from the source's column of its name.
    pub(in crate::sql::execute) fn update_all(
        &mut self,
        condition: Option<Expr>,
        source: &str,
    ) -> Result<(), SqlError> {
        let assignments = self.schema.fields().map(|field| {
            let column = Identifier::new(field.name.clone()).map_err(SqlError::invalid_identifier)?;
            let value = qualified(source, &field.name);
            Ok(Assignment { column: ObjectName(vec![column]), value })
        });
        let assignments = assignments.collect::<Result<_, SqlError>>()?;
        self.update(RowChange::Update, condition, assignments)
    }

    /// `INSERT *`
    pub(in crate::sql::execute) fn insert_all(
        &mut self,
        condition: Option<Expr>,
        source: &str,
    ) -> Result<(), SqlError> {
        let names = self.schema.fields().map(|field| Identifier::new(field.name.clone()));
        let names: Vec<Identifier> = names.collect::<Result<_, _>>().map_err(SqlError::invalid_identifier)?;
        let values = self.schema.fields().map(|field| qualified(source, &field.name)).collect();
        self.insert(condition, &names, values)
    }

    fn condition(&mut self, condition: Option<Expr>) -> Result<Option<usize>, SqlError> {
        condition
            .map(|condition| {
                refuse_subquery(&condition)?;
                Ok(self.expression(condition))
            })
            .transpose()
    }

    fn update_value(&mut self, position: usize, value: Expr) -> Result<ColumnValue, SqlError> {
        let field = self.field(position).clone();
        if is_identity(&field) {
            return Err(SqlError::delta_identity_update(&field.name));
        }
        self.given(&field, value)
    }

    fn insert_value(&mut self, position: usize, value: Option<Expr>) -> Result<ColumnValue, SqlError> {
        let field = self.field(position).clone();
        match value {
            Some(value) if is_identity(&field) && !is_default(&value) => {
                require_explicit(&field)?;
                self.given(&field, value)
            }
            Some(value) => self.given(&field, value),
            None => self.default(&field),
        }
    }

    fn given(&mut self, field: &StructField, value: Expr) -> Result<ColumnValue, SqlError> {
        if is_default(&value) {
            return self.default(field);
        }
        refuse_subquery(&value)?;
        Ok(ColumnValue::Given(self.expression(value)))
    }

    /// The value of a column that the statement leaves out.
    fn default(&mut self, field: &StructField) -> Result<ColumnValue, SqlError> {
        if is_generated(field) {
            return Ok(ColumnValue::Generated);
        }
        match metadata_text(field, "CURRENT_DEFAULT") {
            Some(text) => Ok(ColumnValue::Given(self.expression(parse_expression(&text)?))),
            None => Ok(ColumnValue::Null),
        }
    }

    fn field(&self, position: usize) -> &StructField {
        let fields: Vec<_> = self.schema.fields().collect();
        fields[position]
    }

    fn field_name(&self, position: usize) -> &str {
        &self.field(position).name
    }

    /// The column that an assignment names, qualified or not.
    fn assigned_column(&self, column: &ObjectName) -> Result<usize, SqlError> {
        match column.0.as_slice() {
            [column] => self.position(column),
            [qualifier @ .., column] if qualifier.last().is_some_and(|name| name.matches(self.alias)) => {
                self.position(column)
            }
            [first, ..] if self.position(first).is_ok() => Err(SqlError::unsupported_but(
                "assigning a field of a column",
                "Assign the whole column with named_struct.",
            )),
            _ => Err(self.missing(&column.0.iter().map(ToString::to_string).collect::<Vec<_>>().join("."))),
        }
    }

    fn position(&self, column: &Identifier) -> Result<usize, SqlError> {
        let position = self.schema.fields().position(|field| column.matches(&field.name));
        position.ok_or_else(|| self.missing(&column.to_string()))
    }

    fn missing(&self, column: &str) -> SqlError {
        let known: Vec<_> = self.schema.fields().map(|field| field.name.clone()).collect();
        SqlError::delta_missing_set_column(column, &known)
    }
}

/// `DEFAULT` as a value.
pub(in crate::sql::execute) fn is_default(value: &Expr) -> bool {
    matches!(value, Expr::Identifier(name)
        if name.quote_style.is_none() && name.value.eq_ignore_ascii_case("DEFAULT"))
}

/// Refuses a value for an identity column that is `GENERATED ALWAYS`.
pub(in crate::sql::execute) fn require_explicit(field: &StructField) -> Result<(), SqlError> {
    match field.metadata.get("delta.identity.allowExplicitInsert") {
        Some(MetadataValue::Boolean(true)) => Ok(()),
        _ => Err(SqlError::delta_identity_explicit_insert(&field.name)),
    }
}

fn refuse_subquery(expression: &Expr) -> Result<(), SqlError> {
    if has_subquery(expression) {
        return Err(SqlError::delta_unsupported_subquery("statement", expression));
    }
    Ok(())
}

fn qualified(source: &str, column: &str) -> Expr {
    Expr::CompoundIdentifier([source, column].map(|name| Ident::with_quote('`', name)).into())
}
