//! `MERGE INTO`.

use datafusion::sql::sqlparser::ast::{Expr, JoinConstraint, JoinOperator, ObjectNamePart, TableFactor};
use serde_json::json;

use super::changes::{Changes, identities};
use super::context::Context;
use super::modified::{Written, begin, modified};
use super::query::{Choice, SOURCE, candidates, has_subquery, marked};
use super::rows::counts;
use crate::delta::RowChange;
use crate::sql::SqlError;
use crate::sql::ast::{Merge, MergeAction, MergeClause, MergeWhen};
use crate::sql::relations::shorten_qualifiers;
use crate::warehouse::StatementResult;

pub(super) async fn execute(context: &Context, mut statement: Merge) -> Result<StatementResult, SqlError> {
    let written = Written::open(context, &statement.table, statement.alias.take(), "MERGE").await?;
    let source = Source::new(&statement.source);
    each_expression(&mut statement, |expression| {
        written.shorten(expression);
        if let Some(name) = &source.name {
            shorten_qualifiers(expression, name.clone());
        }
    });
    if has_subquery(&statement.on) {
        return Err(SqlError::delta_unsupported_subquery("MERGE operation", &statement.on));
    }
    let mut changes = Changes::new(&written.name, written.schema(), &written.alias);
    for clause in statement.clauses.clone() {
        add(&mut changes, clause, &source.alias)?;
    }
    let given = |field: &crate::delta::schema::StructField| changes.gives(&field.name);
    let identities = identities(written.schema(), given);
    let mut modification = begin(context, &written, "MERGE", parameters(&statement), identities).await?;
    if deletes_only(&statement.clauses) {
        modification = modification.with_repeated_deletes();
    }
    let choice = Choice::Join {
        source: Box::new(marked(statement.source, SOURCE, &source.alias)?),
        on: Box::new(statement.on),
        operator: operator(&statement.clauses),
    };
    let target = written.target(context, modification.rows()?).await?;
    let rows = candidates(context, target, choice, changes.expressions()).await?;
    let rows = changes.plan(context, rows).await?;
    let metrics = modified(context, modification, rows).await?;
    let (updated, deleted, inserted) = (metrics.num_updated(), metrics.num_deleted(), metrics.num_inserted());
    let count = |rows| i64::try_from(rows).unwrap_or(i64::MAX);
    Ok(counts([
        ("num_affected_rows", count(updated + deleted + inserted)),
        ("num_updated_rows", count(updated)),
        ("num_deleted_rows", count(deleted)),
        ("num_inserted_rows", count(inserted)),
    ]))
}

/// What the columns of the source may be qualified with.
struct Source {
    alias: String,
    /// The parts of its name, when it is a table without alias.
    name: Option<Vec<String>>,
}

impl Source {
    fn new(source: &TableFactor) -> Self {
        match source {
            TableFactor::Table { alias: Some(alias), .. }
            | TableFactor::Derived { alias: Some(alias), .. } => {
                Self { alias: alias.name.value.clone(), name: None }
            }
            TableFactor::Table { name, .. } => {
                let parts = name.0.iter().filter_map(ObjectNamePart::as_ident);
                let parts: Vec<String> = parts.map(|part| part.value.clone()).collect();
                Self { alias: parts.last().cloned().unwrap_or_else(|| SOURCE.to_owned()), name: Some(parts) }
            }
            _ => Self { alias: SOURCE.to_owned(), name: None },
        }
    }
}

fn each_expression(statement: &mut Merge, mut visit: impl FnMut(&mut Expr)) {
    visit(&mut statement.on);
    for clause in &mut statement.clauses {
        clause.condition.iter_mut().for_each(&mut visit);
        match &mut clause.action {
            MergeAction::Update(assignments) => {
                for assignment in assignments {
                    visit(&mut assignment.value);
                }
            }
            MergeAction::Insert { values, .. } => values.iter_mut().for_each(&mut visit),
            MergeAction::Delete | MergeAction::UpdateAll | MergeAction::InsertAll => {}
        }
    }
}

fn add(changes: &mut Changes<'_>, clause: MergeClause, source: &str) -> Result<(), SqlError> {
    let MergeClause { when, condition, action } = clause;
    let by_source = when == MergeWhen::NotMatchedBySource;
    match action {
        MergeAction::Delete if by_source => changes.delete(RowChange::DeleteBySource, condition),
        MergeAction::Delete => changes.delete(RowChange::Delete, condition),
        MergeAction::Update(assignments) if by_source => {
            changes.update(RowChange::UpdateBySource, condition, assignments)
        }
        MergeAction::Update(assignments) => changes.update(RowChange::Update, condition, assignments),
        MergeAction::UpdateAll => changes.update_all(condition, source),
        MergeAction::Insert { columns, values } => changes.insert(condition, &columns, values),
        MergeAction::InsertAll => changes.insert_all(condition, source),
    }
}

/// Several rows of the source may match one row that is deleted whatever they are.
fn deletes_only(clauses: &[MergeClause]) -> bool {
    let mut matched = clauses.iter().filter(|clause| clause.when == MergeWhen::Matched);
    match (matched.next(), matched.next()) {
        (Some(clause), None) => clause.condition.is_none() && clause.action == MergeAction::Delete,
        _ => false,
    }
}

/// Which rows without a match are looked at.
fn operator(clauses: &[MergeClause]) -> fn(JoinConstraint) -> JoinOperator {
    let has = |when| clauses.iter().any(|clause| clause.when == when);
    match (has(MergeWhen::NotMatched), has(MergeWhen::NotMatchedBySource)) {
        (false, false) => JoinOperator::Inner,
        (true, false) => JoinOperator::RightOuter,
        (false, true) => JoinOperator::LeftOuter,
        (true, true) => JoinOperator::FullOuter,
    }
}

/// As the history has them (open Delta, `DeltaOperations.Merge`).
fn parameters(statement: &Merge) -> Vec<(&'static str, String)> {
    let list = |when| {
        let clauses = statement.clauses.iter().filter(|clause| clause.when == when);
        let clause = |clause: &MergeClause| {
            let action = match clause.action {
                MergeAction::Delete => "delete",
                MergeAction::Update(_) | MergeAction::UpdateAll => "update",
                MergeAction::Insert { .. } | MergeAction::InsertAll => "insert",
            };
            match &clause.condition {
                None => json!({ "actionType": action }),
                Some(condition) => json!({ "predicate": condition.to_string(), "actionType": action }),
            }
        };
        json!(clauses.map(clause).collect::<Vec<_>>()).to_string()
    };
    vec![
        ("predicate", json!([statement.on.to_string()]).to_string()),
        ("matchedPredicates", list(MergeWhen::Matched)),
        ("notMatchedPredicates", list(MergeWhen::NotMatched)),
        ("notMatchedBySourcePredicates", list(MergeWhen::NotMatchedBySource)),
    ]
}
