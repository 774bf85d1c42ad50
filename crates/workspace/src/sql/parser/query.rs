//! Queries and expressions: read by `sqlparser`, then searched for clauses that the query engine would drop
//! without a word or read in another meaning.

use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{
    Expr, JoinConstraint, JoinOperator, LimitClause, Query, Select, SelectFlavor, SetExpr, TableFactor,
    TableWithJoins, Visit, Visitor,
};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::sql::error::SqlError;
use crate::sql::lexer;
use crate::sql::relations::history_of;

impl Parser<'_> {
    /// Whether a query starts here.
    pub(super) fn at_query(&self) -> bool {
        let words = ["SELECT", "WITH", "VALUES"];
        *self.peek() == Token::LParen && self.at_parenthesized_query()
            || words.iter().any(|word| self.at(word))
    }

    /// Whether the bracket that comes next holds a query rather than a list.
    pub(super) fn at_parenthesized_query(&self) -> bool {
        (0..=lexer::DEPTH_LIMIT)
            .map(|index| &self.sql.peek_nth_token_ref(index).token)
            .find(|token| **token != Token::LParen)
            .is_some_and(|token| {
                let words = ["SELECT", "WITH", "VALUES"];
                matches!(token, Token::Word(word) if word.quote_style.is_none()
                    && words.iter().any(|query| word.value.eq_ignore_ascii_case(query)))
            })
    }

    /// A query.
    pub(super) fn query(&mut self) -> Result<Box<Query>, SqlError> {
        if self.at("VALUES") && self.sql.peek_nth_token_ref(1).token != Token::LParen {
            return Err(SqlError::unsupported_but("VALUES without parentheses", "Write VALUES (1), (2)."));
        }
        if !self.at_query() {
            return Err(self.not_a_query());
        }
        let query = self.sql.parse_query().map_err(|error| self.error_of_sqlparser(&error))?;
        check(&*query)?;
        Ok(query)
    }

    fn not_a_query(&self) -> SqlError {
        if self.at("FROM") || self.at("TABLE") {
            SqlError::unsupported_but("a query that starts with FROM or TABLE", "Start it with SELECT.")
        } else {
            self.syntax_error()
        }
    }

    /// A query and its text.
    pub(super) fn query_as_written(&mut self) -> Result<(Box<Query>, String), SqlError> {
        let (query, text) = self.as_written(Self::query)?;
        Ok((query, text.to_owned()))
    }

    /// An expression.
    pub(super) fn expression(&mut self) -> Result<Expr, SqlError> {
        let expression = self.sql.parse_expr().map_err(|error| self.error_of_sqlparser(&error))?;
        check(&expression)?;
        Ok(expression)
    }

    /// A table, a subquery or VALUES in brackets, with its alias.
    pub(super) fn relation(&mut self) -> Result<TableFactor, SqlError> {
        let relation = self.sql.parse_table_factor().map_err(|error| self.error_of_sqlparser(&error))?;
        check(&relation)?;
        Ok(relation)
    }

    /// The text of an expression.
    pub(super) fn expression_as_written(&mut self) -> Result<String, SqlError> {
        let (_, text) = self.as_written(Self::expression)?;
        Ok(text.to_owned())
    }
}

/// Refuses what the query engine has not.
fn check(tree: &impl Visit) -> Result<(), SqlError> {
    match tree.visit(&mut Refusal) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(feature) => Err(SqlError::unsupported(feature)),
    }
}

/// Breaks with the name of the first feature that we do not have.
struct Refusal;

impl Visitor for Refusal {
    type Break = &'static str;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        refuse(feature_of_query(query).or_else(|| feature_of_body(&query.body)))
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Self::Break> {
        refuse(feature_of_select(select).or_else(|| select.from.iter().find_map(feature_of_joins)))
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Self::Break> {
        refuse(feature_of_table(factor))
    }
}

fn refuse(feature: Option<&'static str>) -> ControlFlow<&'static str> {
    feature.map_or(ControlFlow::Continue(()), ControlFlow::Break)
}

fn first(features: &[(bool, &'static str)]) -> Option<&'static str> {
    features.iter().find(|(present, _)| *present).map(|(_, feature)| *feature)
}

fn feature_of_query(query: &Query) -> Option<&'static str> {
    let limit_by = match &query.limit_clause {
        Some(LimitClause::LimitOffset { limit_by, .. }) => !limit_by.is_empty(),
        Some(LimitClause::OffsetCommaLimit { .. }) => true,
        None => false,
    };
    first(&[
        (query.fetch.is_some(), "FETCH"),
        (!query.locks.is_empty() || query.for_clause.is_some(), "FOR after a query"),
        (query.settings.is_some() || query.format_clause.is_some(), "SETTINGS or FORMAT"),
        (!query.pipe_operators.is_empty(), "the pipe operator |>"),
        (limit_by, "this form of LIMIT"),
    ])
}

fn feature_of_body(body: &SetExpr) -> Option<&'static str> {
    match body {
        SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => None,
        SetExpr::SetOperation { left, right, .. } => feature_of_body(left).or_else(|| feature_of_body(right)),
        SetExpr::Insert(_) => Some("WITH before INSERT"),
        SetExpr::Update(_) => Some("UPDATE"),
        SetExpr::Delete(_) => Some("WITH before DELETE"),
        SetExpr::Merge(_) => Some("MERGE"),
        SetExpr::Table(_) => Some("TABLE as a query"),
    }
}

fn feature_of_select(select: &Select) -> Option<&'static str> {
    first(&[
        (select.top.is_some(), "TOP"),
        (select.into.is_some(), "SELECT INTO"),
        (select.prewhere.is_some(), "PREWHERE"),
        (!select.connect_by.is_empty(), "CONNECT BY"),
        (!select.cluster_by.is_empty(), "CLUSTER BY in a query"),
        (!select.distribute_by.is_empty(), "DISTRIBUTE BY"),
        (!select.sort_by.is_empty(), "SORT BY"),
        (select.value_table_mode.is_some(), "SELECT AS"),
        (select.select_modifiers.is_some(), "modifiers of SELECT"),
        (select.flavor != SelectFlavor::Standard, "a query that starts with FROM"),
    ])
}

fn feature_of_joins(table: &TableWithJoins) -> Option<&'static str> {
    table.joins.iter().find_map(|join| match join.join_operator {
        JoinOperator::AsOf { .. } => Some("ASOF JOIN"),
        JoinOperator::CrossApply | JoinOperator::OuterApply => Some("APPLY"),
        JoinOperator::StraightJoin(_) => Some("STRAIGHT_JOIN"),
        JoinOperator::ArrayJoin => Some("ARRAY JOIN"),
        JoinOperator::FullOuter(JoinConstraint::Using(_) | JoinConstraint::Natural) => {
            Some("USING or NATURAL with a FULL OUTER JOIN")
        }
        _ => None,
    })
}

fn feature_of_table(factor: &TableFactor) -> Option<&'static str> {
    match factor {
        TableFactor::Table {
            with_hints,
            with_ordinality,
            partitions,
            json_path,
            sample,
            index_hints,
            ..
        } => first(&[
            (sample.is_some(), "TABLESAMPLE"),
            (history_of(with_hints).is_none() && !with_hints.is_empty(), "hints on a table"),
            (!index_hints.is_empty(), "hints on a table"),
            (*with_ordinality, "WITH ORDINALITY"),
            (!partitions.is_empty(), "PARTITION of a table"),
            (json_path.is_some(), "a path into a table"),
        ]),
        TableFactor::Derived { sample, .. } => sample.is_some().then_some("TABLESAMPLE"),
        TableFactor::NestedJoin { .. } => None,
        TableFactor::TableFunction { .. } => Some("TABLE with a function"),
        TableFactor::Function { with_ordinality, .. } => with_ordinality.then_some("WITH ORDINALITY"),
        TableFactor::Pivot { .. } => Some("PIVOT"),
        TableFactor::Unpivot { .. } => Some("UNPIVOT"),
        _ => Some("this kind of table in FROM"),
    }
}
