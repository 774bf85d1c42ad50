//! What UPDATE, DELETE and MERGE share: the table they write to and the change they make.

use std::sync::Arc;

use clxs_api::{FullName, Identifier, Privilege};
use datafusion::catalog::TableProvider;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::utils::collect_columns;
use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Visit, VisitMut};
use serde_json::json;

use super::checks::{compiled, enforced};
use super::context::{Context, allowed_table};
use super::query::{Planned, Target, changeable, condition, has_subquery, routines_named};
use crate::delta::schema::StructType;
use crate::delta::{Modification, ModifyMetrics, ModifyRequest, PartitionConditions, Pin, Snapshot};
use crate::metastore::{TableGuards, TableRow, Transaction};
use crate::sql::SqlError;
use crate::sql::ast::TableReference;
use crate::sql::relations::{self, shorten_qualifiers};

/// The table whose rows a statement changes.
pub(super) struct Written {
    pub(super) name: FullName,
    pub(super) alias: String,
    pub(super) snapshot: Snapshot,
    row: TableRow,
    guards: TableGuards,
}

impl Written {
    /// The newest version of a table that the principal may read and write.
    ///
    /// # Errors
    /// Those of [`Context::writable_table`]; a missing SELECT.
    pub(super) async fn open(
        context: &Context,
        table: &TableReference,
        alias: Option<Identifier>,
        operation: &str,
    ) -> Result<Self, SqlError> {
        let written = Self::to_write(context, table, operation).await?;
        let read = written.name.clone();
        context.read(move |tx, access| allowed_table(tx, access, &read, &Privilege::Select)).await?;
        Ok(match alias {
            Some(alias) => Self { alias: alias.as_str().to_owned(), ..written },
            None => written,
        })
    }

    /// The newest version of a table that the principal may write.
    ///
    /// # Errors
    /// Those of [`Context::writable_table`].
    pub(super) async fn to_write(
        context: &Context,
        table: &TableReference,
        operation: &str,
    ) -> Result<Self, SqlError> {
        let row = context.writable_table(table, operation).await?;
        let name = row.full_name();
        let guards = context.guards(&row).await?;
        let snapshot = context.snapshot(context.location(&row)?, Pin::Latest).await?;
        Ok(Self { alias: name.name().as_str().to_owned(), name, snapshot, row, guards })
    }

    pub(super) fn schema(&self) -> &StructType {
        self.snapshot.schema()
    }

    /// Columns qualified by the table's whole name are qualified by its alias.
    pub(super) fn shorten<T: VisitMut>(&self, tree: &mut T) {
        let parts = self.name.parts().iter().map(|part| part.as_str().to_owned());
        shorten_qualifiers(tree, parts.collect());
    }

    /// The rows of the table that the statement may change: those that the principal sees.
    ///
    /// # Errors
    /// Those of [`changeable`].
    pub(super) async fn target(
        &self,
        context: &Context,
        rows: Arc<dyn TableProvider>,
    ) -> Result<Target<'_>, SqlError> {
        changeable(context, (&self.row, &self.guards), &self.alias, &self.snapshot, rows).await
    }

    /// Whether the principal may not see all rows.
    pub(super) fn hides_rows(&self) -> bool {
        self.guards.row_filter.is_some()
    }

    /// A predicate as the history has it.
    #[expect(clippy::unused_self, reason = "reads like the other questions to the table")]
    pub(super) fn predicate(&self, predicate: &Expr) -> (&'static str, String) {
        ("predicate", json!([predicate.to_string()]).to_string())
    }
}

/// Begins to change the rows of a table; `identities` are the columns whose values inserted rows are given.
///
/// # Errors
/// Those of [`Modification::new`].
pub(super) async fn begin(
    context: &Context,
    written: &Written,
    operation: &'static str,
    parameters: Vec<(&'static str, String)>,
    identities: Vec<String>,
) -> Result<Modification, SqlError> {
    let schema = written.snapshot.clone().into_table_provider()?.schema();
    let mut checks = compiled(context, &schema, enforced(&written.snapshot)).await?;
    // What a row keeps is behind its masks, and an error must not tell it.
    for check in &mut checks {
        check.hidden = written.guards.masks.keys().cloned().collect();
    }
    let user = context.user();
    let request = ModifyRequest { operation, parameters, checks, repeated_deletes: false, identities, user };
    let snapshot = written.snapshot.clone();
    context.blocking(move |_| Modification::new(snapshot, request)).await
}

/// Computes the rows that change and commits them. From here on a cancel comes too late.
///
/// # Errors
/// Those of computing and of committing.
pub(super) async fn modified(
    context: &Context,
    modification: Modification,
    rows: Planned,
) -> Result<ModifyMetrics, SqlError> {
    let modification = modification.take(rows.stream().await?).await?;
    context.gate.enter()?;
    Ok(modification.commit().await?)
}

/// Whether a query or condition may read rows of the table: by its name, by a path, through a view or in a function.
///
/// # Errors
/// Those of [`relations::tables`] and of the metastore.
pub(super) async fn may_read<T: Visit + VisitMut + Clone>(
    context: &Context,
    written: &Written,
    tree: &T,
) -> Result<bool, SqlError> {
    // What a function reads is not looked for.
    if !routines_named(tree)?.is_empty() {
        return Ok(true);
    }
    let mut others = Vec::new();
    for relation in relations::tables(tree)? {
        match &relation.table {
            TableReference::Path { .. } => return Ok(true),
            TableReference::Name(name) => others.push(context.table_name(name)?),
        }
    }
    if others.contains(&written.name) {
        return Ok(true);
    }
    // What is not there is an error for those who plan the query.
    let is_view = |tx: &Transaction<'_>, name: &FullName| tx.table(name).is_ok_and(|table| table.is_view());
    context.read(move |tx, _| Ok(others.iter().any(|name| is_view(tx, name)))).await
}

/// The parts of a condition that are about partition columns alone: only files of partitions that meet them are
/// looked at. None when the condition itself reads the table.
pub(super) async fn partition_conditions(
    context: &Context,
    written: &Written,
    predicate: &Expr,
) -> Result<PartitionConditions, SqlError> {
    let partitions = &written.snapshot.metadata().partition_columns;
    // A mask shows other values than the partitions have.
    let masked = !written.guards.masks.is_empty();
    if partitions.is_empty() || masked || may_read(context, written, predicate).await? {
        return Ok(PartitionConditions::new());
    }
    let schema = written.snapshot.clone().into_table_provider()?.schema();
    let mut conditions = PartitionConditions::new();
    for part in parts(predicate).into_iter().filter(|part| !has_subquery(*part)) {
        let condition = condition(context, &schema, &written.alias, part.clone()).await?;
        let columns = collect_columns(&condition);
        let is_partition = |column: &Column| partitions.iter().any(|name| name == column.name());
        if !columns.is_empty() && columns.iter().all(is_partition) {
            conditions.push(condition);
        }
    }
    Ok(conditions)
}

/// The conditions that all must hold.
fn parts(predicate: &Expr) -> Vec<&Expr> {
    match predicate {
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => [parts(left), parts(right)].concat(),
        Expr::Nested(inner) => parts(inner),
        other => vec![other],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::ast::ObjectName;
    use crate::sql::execute::table_rows::tests::Process;
    use crate::sql::parse_expression;

    #[tokio::test]
    async fn only_conditions_that_read_nothing_else_of_the_table_choose_its_partitions() {
        let root = tempfile::tempdir().unwrap();
        let process = Process::start(root.path());
        for statement in [
            "CREATE CATALOG main",
            "CREATE TABLE t (id INT, part INT) PARTITIONED BY (part)",
            "CREATE TABLE other (id INT)",
            "CREATE VIEW v AS SELECT * FROM t",
        ] {
            process.run(statement).await;
        }
        let table = TableReference::Name(ObjectName(vec![Identifier::new("t").unwrap()]));
        let written = Written::to_write(&process.context, &table, "DELETE").await.unwrap();
        for (condition, chosen) in [
            ("part = 1 AND id = 2", 1),
            ("part = 1 AND id IN (SELECT id FROM other)", 1),
            ("part = 1 AND id IN (SELECT id FROM main.default.T WHERE part = 2)", 0),
            ("part = 1 AND id IN (SELECT id FROM v)", 0),
            ("part = 1 AND id = f(1)", 0),
            ("part = 1 OR id = 2", 0),
        ] {
            let predicate = parse_expression(condition).unwrap();
            let conditions = partition_conditions(&process.context, &written, &predicate).await.unwrap();
            assert_eq!(conditions.len(), chosen, "{condition}");
        }
    }
}
