//! The dialect in which `sqlparser` reads queries and expressions.

use std::cell::Cell;

use datafusion::sql::sqlparser::ast::{BinaryOperator, Expr, Ident, ObjectNamePart};
use datafusion::sql::sqlparser::dialect::{Dialect, Precedence};
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::parser::{Parser, ParserError};
use datafusion::sql::sqlparser::tokenizer::Token;

#[expect(clippy::redundant_closure_for_method_calls, reason = "a method is not general enough")]
fn next_interval(parser: &mut Parser<'_>) -> Result<Option<Expr>, ParserError> {
    parser.maybe_parse(|parser| parser.parse_interval())
}

/// `INTERVAL 1 YEAR 2 MONTHS`, the sum of its parts.
fn interval(parser: &mut Parser<'_>) -> Result<Expr, ParserError> {
    parser.advance_token();
    let mut sum = parser.parse_interval()?;
    while let Token::Number(..) | Token::SingleQuotedString(_) = parser.peek_token_ref().token {
        let Some(next) = next_interval(parser)? else { break };
        let (left, right) = (Box::new(sum), Box::new(next));
        sum = Expr::Nested(Box::new(Expr::BinaryOp { left, op: BinaryOperator::Plus, right }));
    }
    Ok(sum)
}

/// How many expressions any text may begin to read, and how many more for each of its tokens.
const ATTEMPTS: usize = 10_000;
const ATTEMPTS_PER_TOKEN: usize = 100;

/// Databricks SQL: what `sqlparser` knows of Databricks and of Spark, in one.
///
/// What `sqlparser` cannot read in one way it tries in another, at every level of nesting, so that a mistake in the depth
/// would take time that doubles with each level: the attempts are counted.
#[derive(Debug)]
pub(super) struct Databricks {
    attempts_left: Cell<usize>,
}

impl Databricks {
    /// The dialect for a text.
    pub(super) fn for_text(tokens: usize) -> Self {
        let attempts = ATTEMPTS.saturating_add(tokens.saturating_mul(ATTEMPTS_PER_TOKEN));
        Self { attempts_left: Cell::new(attempts) }
    }

    /// Whether reading was given up.
    pub(super) fn has_given_up(&self) -> bool {
        self.attempts_left.get() == 0
    }
}

impl Dialect for Databricks {
    fn is_delimited_identifier_start(&self, character: char) -> bool {
        character == '`'
    }

    fn is_identifier_start(&self, character: char) -> bool {
        character.is_ascii_alphanumeric() || character == '_'
    }

    fn is_identifier_part(&self, character: char) -> bool {
        self.is_identifier_start(character)
    }

    /// `IDENTIFIER('a.b')` as the name of a table.
    fn is_identifier_generating_function_name(&self, ident: &Ident, parts: &[ObjectNamePart]) -> bool {
        parts.is_empty() && ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("identifier")
    }

    /// `exists(array, x -> …)`, which is no `EXISTS (SELECT …)`, and intervals of several parts.
    fn parse_prefix(&self, parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
        self.attempts_left.set(self.attempts_left.get().saturating_sub(1));
        if self.has_given_up() {
            // The only error after which nothing else is tried.
            return Some(Err(ParserError::RecursionLimitExceeded));
        }
        let [name, bracket, first] = parser.peek_tokens_ref().map(|token| &token.token);
        let is = |token: &Token, words: &[Keyword]| matches!(token, Token::Word(word) if word.quote_style.is_none() && words.contains(&word.keyword));
        let query = [Keyword::SELECT, Keyword::WITH, Keyword::VALUES, Keyword::FROM, Keyword::TABLE];
        let called = is(name, &[Keyword::EXISTS])
            && *bracket == Token::LParen
            && *first != Token::LParen
            && !is(first, &query);
        if called {
            return Some(parser.parse_identifier().and_then(|name| parser.parse_function(vec![name].into())));
        }
        let literal = matches!(bracket, Token::Number(..) | Token::SingleQuotedString(_));
        (is(name, &[Keyword::INTERVAL]) && literal).then(|| interval(parser))
    }

    /// `DIV`, which binds like `*`.
    fn parse_infix(
        &self,
        parser: &mut Parser<'_>,
        left: &Expr,
        precedence: u8,
    ) -> Option<Result<Expr, ParserError>> {
        parser.parse_keyword(Keyword::DIV).then(|| {
            let right = Box::new(parser.parse_subexpr(precedence)?);
            Ok(Expr::BinaryOp { left: Box::new(left.clone()), op: BinaryOperator::MyIntegerDivide, right })
        })
    }

    /// `||` binds like `+`. Neither `x NOT NULL` nor `x MATCH COLUMNS` is an operator: after a DEFAULT and in a policy
    /// they are the next clause.
    fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
        let is = |token: &Token, keyword| matches!(token, Token::Word(word) if word.keyword == keyword);
        let [next, after] = parser.peek_tokens_ref().map(|token| &token.token);
        if *next == Token::StringConcat {
            return Some(Ok(self.prec_value(Precedence::PlusMinus)));
        }
        let clauses = [[Keyword::NOT, Keyword::NULL], [Keyword::MATCH, Keyword::COLUMNS]];
        clauses
            .iter()
            .any(|[first, second]| is(next, *first) && is(after, *second))
            .then(|| Ok(self.prec_unknown()))
    }

    fn supports_filter_during_aggregation(&self) -> bool {
        true
    }

    fn supports_group_by_expr(&self) -> bool {
        true
    }

    fn supports_group_by_with_modifier(&self) -> bool {
        true
    }

    fn supports_order_by_all(&self) -> bool {
        true
    }

    fn supports_table_versioning(&self) -> bool {
        true
    }

    fn supports_lambda_functions(&self) -> bool {
        true
    }

    fn supports_select_wildcard_except(&self) -> bool {
        true
    }

    fn supports_select_item_multi_column_alias(&self) -> bool {
        true
    }

    fn require_interval_qualifier(&self) -> bool {
        true
    }

    fn supports_interval_options(&self) -> bool {
        true
    }

    fn supports_struct_literal(&self) -> bool {
        true
    }

    fn supports_values_as_table_factor(&self) -> bool {
        true
    }

    fn supports_parens_around_table_factor(&self) -> bool {
        true
    }

    fn supports_bang_not_operator(&self) -> bool {
        true
    }

    fn supports_cte_without_as(&self) -> bool {
        true
    }

    fn supports_long_type_as_bigint(&self) -> bool {
        true
    }

    fn supports_map_literal_with_angle_brackets(&self) -> bool {
        true
    }

    fn allow_extract_custom(&self) -> bool {
        true
    }

    fn supports_bitwise_shift_operators(&self) -> bool {
        true
    }

    fn supports_string_literal_concatenation(&self) -> bool {
        true
    }

    fn supports_named_fn_args_with_rarrow_operator(&self) -> bool {
        true
    }
}
