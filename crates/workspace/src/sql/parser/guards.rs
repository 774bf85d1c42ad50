//! Row filters and column masks of tables (facts/sql.md §7).

use clxs_api::Identifier;
use datafusion::sql::sqlparser::ast::{Expr, UnaryOperator, Value};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::metastore::GuardArgument;
use crate::sql::ast::{AlterTableAction, GuardClause};
use crate::sql::error::SqlError;

impl Parser<'_> {
    /// After `ROW FILTER`: `function ON (argument, …)`; there may be none.
    pub(super) fn row_filter(&mut self) -> Result<GuardClause, SqlError> {
        let function = self.object_name(3)?;
        self.expect("ON")?;
        Ok(GuardClause { function, arguments: self.guard_arguments()? })
    }

    /// After `MASK`: `function [USING COLUMNS (argument, …)]`.
    pub(super) fn mask(&mut self) -> Result<GuardClause, SqlError> {
        let function = self.object_name(3)?;
        let given = self.accept("USING COLUMNS");
        let arguments = if given { self.guard_arguments()? } else { Vec::new() };
        Ok(GuardClause { function, arguments })
    }

    /// `SET ROW FILTER` or `DROP ROW FILTER`, if one comes next.
    pub(super) fn row_filter_action(&mut self) -> Result<Option<AlterTableAction>, SqlError> {
        if self.accept("SET ROW FILTER") {
            return Ok(Some(AlterTableAction::SetRowFilter(self.row_filter()?)));
        }
        Ok(self.accept("DROP ROW FILTER").then_some(AlterTableAction::DropRowFilter))
    }

    /// `SET MASK` or `DROP MASK` of a column, if one comes next.
    pub(super) fn mask_action(&mut self, column: &Identifier) -> Result<Option<AlterTableAction>, SqlError> {
        let column = column.clone();
        if self.accept("SET MASK") {
            return Ok(Some(AlterTableAction::SetMask { column, mask: self.mask()? }));
        }
        Ok(self.accept("DROP MASK").then_some(AlterTableAction::DropMask(column)))
    }

    fn guard_arguments(&mut self) -> Result<Vec<GuardArgument>, SqlError> {
        self.parenthesized(|parser| {
            if *parser.peek() == Token::RParen {
                return Ok(Vec::new());
            }
            parser.comma_separated(|parser| {
                Ok(match parser.constant()? {
                    Some(constant) => GuardArgument::Constant(constant),
                    None => GuardArgument::Column(parser.own_column("USING")?.as_str().to_owned()),
                })
            })
        })
    }

    /// A literal as written; nothing when a name comes next.
    pub(super) fn constant(&mut self) -> Result<Option<String>, SqlError> {
        let is_value = ["TRUE", "FALSE", "NULL"].iter().any(|word| self.at(word));
        let ends = matches!(self.peek_nth(1), Token::Comma | Token::RParen | Token::Period);
        if matches!(self.peek(), Token::Word(_)) && ends && !is_value {
            return Ok(None);
        }
        let (literal, written) = self.as_written(Self::expression)?;
        if is_literal(&literal) { Ok(Some(written.to_owned())) } else { Err(self.syntax_error()) }
    }
}

/// Whether an expression is a literal, with or without a sign.
pub(crate) fn is_literal(expression: &Expr) -> bool {
    match expression {
        Expr::Value(value) => !matches!(value.value, Value::Placeholder(_)),
        Expr::TypedString(_) => true,
        Expr::Interval(interval) => is_literal(&interval.value),
        Expr::UnaryOp { op: UnaryOperator::Minus | UnaryOperator::Plus, expr } => is_literal(expr),
        _ => false,
    }
}
