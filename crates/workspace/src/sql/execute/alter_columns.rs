//! Changes of the columns of a table.

use std::ops::ControlFlow;

use clxs_api::Identifier;
use datafusion::sql::sqlparser::ast::{Expr, Visit, Visitor};

use super::checks::{self, constraints};
use super::comment::change_table_and;
use super::context::Context;
use super::stored_expressions::{Purpose, require_no_function};
use super::types::metadata_text;
use super::{guards, keys};
use crate::delta::{ColumnChange, MetadataChange, Pin, Snapshot};
use crate::metastore::{TableRow, Transaction};
use crate::sql::ast::AlterTableAction;
use crate::sql::{SqlError, parse_expression};
use crate::warehouse::StatementResult;

/// Changes columns.
///
/// # Errors
/// Those of the change; `DELTA_NEW_NOT_NULL_VIOLATION`, `DELTA_CONSTRAINT_DEPENDENT_COLUMN_CHANGE` and its like.
pub(super) async fn execute(
    context: &Context,
    row: TableRow,
    action: AlterTableAction,
) -> Result<StatementResult, SqlError> {
    let text = |name: &Identifier| name.as_str().to_owned();
    let change = match &action {
        AlterTableAction::AddColumns(columns) => ColumnChange::Add(columns.clone()),
        AlterTableAction::RenameColumn { column, to } => {
            require_independent(context, &row, column).await?;
            ColumnChange::Rename { column: text(column), to: text(to) }
        }
        AlterTableAction::DropColumns { columns, if_exists } => {
            for column in columns {
                guards::require_not_guarded(&row, column)?;
                require_independent(context, &row, column).await?;
            }
            ColumnChange::Drop { columns: columns.iter().map(text).collect(), if_exists: *if_exists }
        }
        AlterTableAction::SetNotNull(column) => {
            let met_at = checks::require_no_nulls(context, &row, column).await?;
            ColumnChange::SetNotNull { column: text(column), met_at }
        }
        AlterTableAction::DropNotNull(column) => {
            keys::require_in_no_key(context, &row, column).await?;
            ColumnChange::DropNotNull { column: text(column) }
        }
        AlterTableAction::SetDefault { column, expression } => {
            require_no_function(Purpose::Default, expression)?;
            ColumnChange::Default { column: text(column), expression: Some(expression.clone()) }
        }
        AlterTableAction::DropDefault(column) => {
            ColumnChange::Default { column: text(column), expression: None }
        }
        AlterTableAction::ClusterBy(columns) => ColumnChange::Cluster(columns.iter().map(text).collect()),
        other => return Err(SqlError::internal(format!("{other:?} is no change of columns"))),
    };
    let others = move |tx: &Transaction<'_>, table: &TableRow| move_with_column(tx, table, &action);
    change_table_and(context, row, MetadataChange::Columns(change), others).await
}

/// Tags and guards of a column follow its name; its tags go with it.
fn move_with_column(
    tx: &Transaction<'_>,
    table: &TableRow,
    action: &AlterTableAction,
) -> Result<(), SqlError> {
    match action {
        AlterTableAction::RenameColumn { column, to } => {
            tx.rename_tagged_column(&table.id, column.as_str(), to.as_str())?;
            guards::rename_column(tx, table, column, to.as_str())?;
        }
        AlterTableAction::DropColumns { columns, .. } => {
            for column in columns {
                tx.delete_tags_of_column(&table.id, column.as_str())?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Refuses a change of the name of a column that constraints or generated columns are about.
async fn require_independent(context: &Context, row: &TableRow, column: &Identifier) -> Result<(), SqlError> {
    keys::require_in_no_key(context, row, column).await?;
    let snapshot = context.snapshot(context.location(row)?, Pin::Latest).await?;
    let generated = generated_from(&snapshot, column)?;
    if !generated.is_empty() {
        return Err(SqlError::delta_generated_dependent_column(column, &generated));
    }
    let mut dependent = Vec::new();
    for (name, expression) in constraints(&snapshot) {
        if mentions(&parse_expression(&expression)?, column) {
            dependent.push(format!("{name} -> {expression}"));
        }
    }
    if dependent.is_empty() {
        return Ok(());
    }
    Err(SqlError::delta_constraint_dependent_column(column, &dependent))
}

fn generated_from(snapshot: &Snapshot, column: &Identifier) -> Result<Vec<String>, SqlError> {
    let mut generated = Vec::new();
    for field in snapshot.schema().fields() {
        if let Some(text) = metadata_text(field, "delta.generationExpression")
            && mentions(&parse_expression(&text)?, column)
        {
            generated.push(format!("{} -> {text}", field.name));
        }
    }
    Ok(generated)
}

/// Whether an expression names a column, or could: any part of a qualified name counts.
pub(super) fn mentions(expression: &Expr, column: &Identifier) -> bool {
    expression.visit(&mut Mention(column)).is_break()
}

struct Mention<'a>(&'a Identifier);

impl Visitor for Mention<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expression: &Expr) -> ControlFlow<()> {
        let found = match expression {
            Expr::Identifier(name) => self.0.matches(&name.value),
            Expr::CompoundIdentifier(parts) => parts.iter().any(|part| self.0.matches(&part.value)),
            _ => false,
        };
        if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
