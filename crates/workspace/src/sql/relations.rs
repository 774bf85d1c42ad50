//! The tables that a query names.
//!
//! The query engine drops `VERSION AS OF` without a word and knows no tables by path,
//! so every table of a query is replaced before planning by a name that the
//! session chooses for exactly that table at exactly that version.

use std::ops::ControlFlow;

use clxs_api::Identifier;
use datafusion::sql::sqlparser::ast::{
    BinaryOperator, Expr, FunctionArg, FunctionArgExpr, Ident, ObjectName as SqlName, ObjectNamePart, Query,
    Select, SelectItem, SelectItemQualifiedWildcardKind as Wildcard, TableAlias, TableFactor, TableVersion,
    Value, VisitMut, VisitorMut,
};

use super::ast::{AsOf, History, ObjectName, TableReference};
use super::error::SqlError;
use super::lexer::history::HINT;
use super::parser::names::{parts_of_text, table_reference};

mod scope;

use scope::Scopes;

/// A table as a query names it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Relation {
    pub(crate) table: TableReference,
    pub(crate) as_of: Option<AsOf>,
    /// Whether its history is read, and not its rows.
    pub(crate) history: Option<History>,
}

/// Calls `choose` for every table that `tree`, a query or an expression, reads, and puts the name it returns in
/// the table's place. The time-travel clause goes; the table keeps the name it had for its columns. Names of
/// common table expressions are left alone.
///
/// # Errors
/// What `choose` returns; `UNSUPPORTED_FEATURE` for time travel by a form we do not have; errors of syntax for
/// names that are none.
pub(crate) fn rewrite_tables<T: VisitMut>(
    tree: &mut T,
    choose: impl FnMut(&Relation) -> Result<ObjectName, SqlError>,
) -> Result<(), SqlError> {
    let mut rewriter = Rewriter { choose, scopes: Scopes::default(), renamed: Vec::new() };
    if let ControlFlow::Break(error) = tree.visit(&mut rewriter) {
        return Err(error);
    }
    let mut qualifiers = Qualifiers { renamed: rewriter.renamed };
    match tree.visit(&mut qualifiers) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(never) => match never {},
    }
}

/// Shortens the qualifier of columns that names a table by more than its last part, as in `c.s.t.id`.
pub(crate) fn shorten_qualifiers<T: VisitMut>(tree: &mut T, name: Vec<String>) {
    match tree.visit(&mut Qualifiers { renamed: vec![name] }) {
        ControlFlow::Continue(()) => {}
        ControlFlow::Break(never) => match never {},
    }
}

/// The tables that `tree` reads, in the order of the text.
///
/// # Errors
/// Those of [`rewrite_tables`].
pub(crate) fn tables<T: VisitMut + Clone>(tree: &T) -> Result<Vec<Relation>, SqlError> {
    let mut found = Vec::new();
    rewrite_tables(&mut tree.clone(), |relation| {
        found.push(relation.clone());
        Ok(ObjectName(Vec::new()))
    })?;
    Ok(found)
}

struct Rewriter<F> {
    choose: F,
    scopes: Scopes,
    /// Names of two or three parts that were replaced where no alias stood.
    renamed: Vec<Vec<String>>,
}

impl<F: FnMut(&Relation) -> Result<ObjectName, SqlError>> VisitorMut for Rewriter<F> {
    type Break = SqlError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<SqlError> {
        self.scopes.enter(query);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &mut Query) -> ControlFlow<SqlError> {
        self.scopes.leave(query);
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &mut TableFactor) -> ControlFlow<SqlError> {
        match self.rewrite(factor) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => ControlFlow::Break(error),
        }
    }
}

impl<F: FnMut(&Relation) -> Result<ObjectName, SqlError>> Rewriter<F> {
    fn rewrite(&mut self, factor: &mut TableFactor) -> Result<(), SqlError> {
        let TableFactor::Table { name, alias, args: None, version, with_hints, .. } = factor else {
            return Ok(());
        };
        let parts = name_parts(name)?;
        let history = history_of(&std::mem::take(with_hints));
        if version.is_none()
            && history.is_none()
            && let [name] = parts.as_slice()
            && self.scopes.holds(name)
        {
            return Ok(());
        }
        let as_of = version.take().map(as_of).transpose()?;
        let relation = Relation { table: table_reference(parts.clone())?, as_of, history };
        let chosen = (self.choose)(&relation)?;
        if alias.is_none()
            && let Some(last) = parts.last()
        {
            *alias = Some(alias_of(last));
            self.renamed.push(parts);
        }
        *name = SqlName::from(chosen.0.iter().map(quoted).collect::<Vec<_>>());
        Ok(())
    }
}

/// Shortens the qualifier of columns, as in `c.s.t.id`, to the alias that their table has now.
struct Qualifiers {
    renamed: Vec<Vec<String>>,
}

impl VisitorMut for Qualifiers {
    type Break = std::convert::Infallible;

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<Self::Break> {
        for item in &mut select.projection {
            if let SelectItem::QualifiedWildcard(Wildcard::ObjectName(name), _) = item {
                let parts: Vec<_> = name.0.iter().filter_map(ObjectNamePart::as_ident).collect();
                let superfluous = self.superfluous(&parts);
                name.0.drain(..superfluous);
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &mut Expr) -> ControlFlow<Self::Break> {
        if let Expr::CompoundIdentifier(parts) = expression
            && let Some((_, qualifier)) = parts.split_last()
        {
            let superfluous = self.superfluous(&qualifier.iter().collect::<Vec<_>>());
            parts.drain(..superfluous);
        }
        ControlFlow::Continue(())
    }
}

impl Qualifiers {
    /// How many of the first parts say where a renamed table is.
    fn superfluous(&self, qualifier: &[&Ident]) -> usize {
        let lengths = self.renamed.iter().map(|name| qualifier_length(name, qualifier));
        lengths.max().unwrap_or(0).saturating_sub(1)
    }
}

/// How many of the first parts name the table: by its whole name, or by the end of it.
fn qualifier_length(name: &[String], parts: &[&Ident]) -> usize {
    let matches = |name: &[String]| {
        parts.len() >= name.len()
            && name.iter().zip(parts).all(|(name, part)| name.to_lowercase() == part.value.to_lowercase())
    };
    (0..name.len()).find(|&start| matches(&name[start..])).map_or(0, |start| name.len() - start)
}

/// The parts of a table's name; `IDENTIFIER('a.b')` is resolved.
fn name_parts(name: &SqlName) -> Result<Vec<String>, SqlError> {
    match name.0.as_slice() {
        [ObjectNamePart::Function(function)] => match function.args.as_slice() {
            [FunctionArg::Unnamed(FunctionArgExpr::Expr(text))] => parts_of_text(&constant_text(text)?),
            _ => Err(identifier_clause()),
        },
        parts => parts
            .iter()
            .map(|part| match part.as_ident() {
                Some(ident) if ident.quote_style != Some('\'') => Ok(ident.value.clone()),
                _ => Err(SqlError::parse_syntax_error(&name.to_string(), 0..name.to_string().len())),
            })
            .collect(),
    }
}

/// The text of a string, or of several put together by `||`.
fn constant_text(expression: &Expr) -> Result<String, SqlError> {
    match expression {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Ok(text.clone()),
            Value::Placeholder(name) => Err(SqlError::unbound_parameter(name.trim_start_matches(':'))),
            _ => Err(identifier_clause()),
        },
        Expr::BinaryOp { left, op: BinaryOperator::StringConcat, right } => {
            Ok(constant_text(left)? + &constant_text(right)?)
        }
        Expr::Nested(inner) => constant_text(inner),
        _ => Err(identifier_clause()),
    }
}

fn identifier_clause() -> SqlError {
    SqlError::unsupported_but("IDENTIFIER of an expression", "Give it one string, or write the name itself.")
}

fn as_of(version: TableVersion) -> Result<AsOf, SqlError> {
    match version {
        TableVersion::TimestampAsOf(expression) => Ok(AsOf::Timestamp(Box::new(expression))),
        TableVersion::VersionAsOf(Expr::Value(value)) => match value.value {
            Value::Number(digits, _) => digits
                .parse()
                .map(AsOf::Version)
                .map_err(|_| SqlError::parse_syntax_error(&digits, 0..digits.len())),
            other => Err(SqlError::unbound_parameter(other.to_string().trim_start_matches(':'))),
        },
        other => Err(SqlError::unsupported(format_args!("time travel by {other}"))),
    }
}

/// What the hints of a table say of its history (`lexer/history.rs`).
pub(super) fn history_of(hints: &[Expr]) -> Option<History> {
    let number = |limit: &Expr| match limit {
        Expr::Value(value) => value.to_string().parse().ok(),
        _ => None,
    };
    match hints {
        [Expr::Identifier(hint)] if hint.value == HINT => Some(History { limit: None }),
        [Expr::Identifier(hint), limit] if hint.value == HINT => {
            Some(History { limit: Some(number(limit)?) })
        }
        _ => None,
    }
}

fn alias_of(name: &str) -> TableAlias {
    TableAlias { explicit: true, name: Ident::with_quote('`', name), columns: Vec::new(), at: None }
}

fn quoted(part: &Identifier) -> Ident {
    Ident::with_quote('`', part.as_str())
}

#[cfg(test)]
mod tests;
