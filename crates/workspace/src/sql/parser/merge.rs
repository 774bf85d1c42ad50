//! MERGE.

use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::sql::ast::{Merge, MergeAction, MergeClause, MergeWhen, Statement};
use crate::sql::error::SqlError;

impl Parser<'_> {
    /// After `MERGE`.
    pub(super) fn merge(&mut self) -> Result<Statement, SqlError> {
        self.refuse(&["WITH SCHEMA EVOLUTION"], "MERGE")?;
        self.expect("INTO")?;
        let table = self.table_reference()?;
        let alias = self.alias_before(&["USING"])?;
        self.expect("USING")?;
        let source = self.relation()?;
        self.expect("ON")?;
        let on = self.expression()?;
        let mut clauses = Vec::new();
        while self.accept("WHEN") {
            clauses.push(self.merge_clause()?);
        }
        if clauses.is_empty() {
            return Err(SqlError::merge_without_when());
        }
        require_conditions(&clauses)?;
        Ok(Statement::Merge(Box::new(Merge { table, alias, source, on, clauses })))
    }

    /// After `WHEN`.
    fn merge_clause(&mut self) -> Result<MergeClause, SqlError> {
        let words = ["MATCHED", "NOT MATCHED BY SOURCE", "NOT MATCHED BY TARGET", "NOT MATCHED"];
        let when = match self.accept_any(&words) {
            Some("MATCHED") => MergeWhen::Matched,
            Some("NOT MATCHED BY SOURCE") => MergeWhen::NotMatchedBySource,
            Some(_) => MergeWhen::NotMatched,
            None => return Err(self.syntax_error()),
        };
        let condition = if self.accept("AND") { Some(self.expression()?) } else { None };
        self.expect("THEN")?;
        let action = match when {
            MergeWhen::NotMatched => self.merge_insert()?,
            _ if self.accept("DELETE") => MergeAction::Delete,
            _ => self.merge_update(when)?,
        };
        Ok(MergeClause { when, condition, action })
    }

    fn merge_update(&mut self, when: MergeWhen) -> Result<MergeAction, SqlError> {
        self.expect("UPDATE SET")?;
        if when == MergeWhen::Matched && self.accept_token(&Token::Mul) {
            self.refuse(&["EXCEPT"], "UPDATE SET *")?;
            return Ok(MergeAction::UpdateAll);
        }
        Ok(MergeAction::Update(self.comma_separated(Self::assignment)?))
    }

    fn merge_insert(&mut self) -> Result<MergeAction, SqlError> {
        self.expect("INSERT")?;
        if self.accept_token(&Token::Mul) {
            self.refuse(&["EXCEPT"], "INSERT *")?;
            return Ok(MergeAction::InsertAll);
        }
        let columns = self.list(|parser| {
            let mut parts = parser.object_name(4)?.0;
            parts.pop().ok_or_else(|| parser.syntax_error())
        })?;
        self.expect("VALUES")?;
        let values = self.list(Self::expression)?;
        Ok(MergeAction::Insert { columns, values })
    }
}

/// Only the last clause of its kind may apply to every row.
fn require_conditions(clauses: &[MergeClause]) -> Result<(), SqlError> {
    for (position, clause) in clauses.iter().enumerate() {
        let later = clauses[position + 1..].iter().any(|other| other.when == clause.when);
        if clause.condition.is_none() && later {
            return Err(SqlError::merge_clause_without_condition(match clause.when {
                MergeWhen::Matched => "MATCHED",
                MergeWhen::NotMatched => "NOT_MATCHED",
                MergeWhen::NotMatchedBySource => "NOT_MATCHED_BY_SOURCE",
            }));
        }
    }
    Ok(())
}
