//! Text → [`Statement`]: one statement, read by recursive descent.
//!
//! What belongs to Unity Catalog and Delta is read here, one file per family; queries and expressions are read by
//! `sqlparser`. A statement or clause of the platform that we do not have is refused by its name, so that nothing
//! is ever silently left out.

mod alter;
mod alter_columns;
mod clauses;
mod clone;
mod columns;
mod create;
mod create_table;
mod create_view;
mod describe;
mod dml;
mod drop;
mod functions;
mod grant;
mod guards;
mod keys;
mod maintenance;
mod materialized_view;
mod merge;
pub(super) mod names;
mod parameters;
mod policy;
mod query;
mod session;
mod show;
mod storage;
mod tags;
mod tokens;
mod types;
mod unsupported;

pub(crate) use guards::is_literal;

use clxs_api::statement::StatementParameter;
use datafusion::sql::sqlparser::ast::Expr;
use datafusion::sql::sqlparser::parser::Parser as SqlParser;
use datafusion::sql::sqlparser::tokenizer::{Token, TokenWithSpan};

use super::ast::{Commented, FunctionBody, ObjectName, Statement};
use super::dialect::Databricks;
use super::error::SqlError;
use super::lexer;
use crate::delta::schema::DataType;

/// How many calls deep `sqlparser` may go; a nested query takes several.
const RECURSION_LIMIT: usize = 128;

/// Reads one statement; a semicolon may end it.
///
/// # Errors
/// `PARSE_SYNTAX_ERROR` and its kin for text that is no statement; `UNSUPPORTED_FEATURE`, naming it, for a
/// statement or clause of the platform that we do not have.
pub(crate) fn parse(text: &str) -> Result<Statement, SqlError> {
    parse_with(text, &[])
}

/// Reads one statement with the values of its named parameters.
///
/// # Errors
/// Those of [`parse`].
pub(crate) fn parse_with(text: &str, parameters: &[StatementParameter]) -> Result<Statement, SqlError> {
    let (tokens, dialect) = bound_tokens(text, parameters)?;
    let mut parser = Parser::new(text, tokens, &dialect);
    let statement = parser.statement()?;
    parser.end()?;
    Ok(statement)
}

/// Reads an expression as it is stored with a table: a default, a constraint.
///
/// # Errors
/// Those of [`parse`].
pub(crate) fn parse_expression(text: &str) -> Result<Expr, SqlError> {
    let (tokens, dialect) = bound_tokens(text, &[])?;
    let mut parser = Parser::new(text, tokens, &dialect);
    let expression = parser.expression()?;
    if *parser.peek() == Token::EOF { Ok(expression) } else { Err(parser.syntax_error()) }
}

/// Reads the name of a relation.
///
/// # Errors
/// Those of [`parse`].
pub(crate) fn parse_name(text: &str) -> Result<ObjectName, SqlError> {
    let (tokens, dialect) = bound_tokens(text, &[])?;
    let mut parser = Parser::new(text, tokens, &dialect);
    let name = parser.object_name(3)?;
    if *parser.peek() == Token::EOF { Ok(name) } else { Err(parser.syntax_error()) }
}

/// Reads a schema as functions take it: a type, or the columns of a struct.
///
/// # Errors
/// `PARSE_SYNTAX_ERROR`; `UNSUPPORTED_DATATYPE`
pub(crate) fn parse_schema(text: &str) -> Result<DataType, SqlError> {
    let (tokens, dialect) = bound_tokens(text, &[])?;
    let mut parser = Parser::new(text, tokens, &dialect);
    let schema = parser.schema();
    // What follows a type that does not exist tells that it is none.
    match parser.peek() {
        Token::EOF | Token::Comma => schema,
        _ => Err(parser.syntax_error()),
    }
}

/// Reads the body of a function in SQL, as it is stored; that of a table function is a query.
///
/// # Errors
/// Those of [`parse`].
pub(crate) fn parse_function_body(text: &str, is_table: bool) -> Result<FunctionBody, SqlError> {
    let (tokens, dialect) = bound_tokens(text, &[])?;
    let mut parser = Parser::new(text, tokens, &dialect);
    let body = parser.function_body(is_table)?;
    if *parser.peek() == Token::EOF { Ok(body) } else { Err(parser.syntax_error()) }
}

/// Reads a type as the catalog keeps it.
///
/// # Errors
/// Those of [`parse`].
pub(crate) fn parse_type(text: &str) -> Result<DataType, SqlError> {
    let (tokens, dialect) = bound_tokens(text, &[])?;
    let mut parser = Parser::new(text, tokens, &dialect);
    let data_type = parser.function_type()?;
    if *parser.peek() == Token::EOF { Ok(data_type) } else { Err(parser.syntax_error()) }
}

/// Reads tokens of `source`; `sql` holds them and the place.
struct Parser<'a> {
    source: &'a str,
    sql: SqlParser<'a>,
    dialect: &'a Databricks,
    /// Whether the first half of a `>>` is taken already.
    half_shift: bool,
}

/// The tokens of a text with the values of its parameters, and the dialect to read them in.
fn bound_tokens(
    source: &str,
    parameters: &[StatementParameter],
) -> Result<(Vec<TokenWithSpan>, Databricks), SqlError> {
    let tokens = parameters::bind(lexer::lex(source)?, parameters)?;
    let dialect = Databricks::for_text(tokens.len());
    Ok((tokens, dialect))
}

impl<'a> Parser<'a> {
    fn new(source: &'a str, tokens: Vec<TokenWithSpan>, dialect: &'a Databricks) -> Self {
        let sql =
            SqlParser::new(dialect).with_recursion_limit(RECURSION_LIMIT).with_tokens_with_locations(tokens);
        Self { source, sql, dialect, half_shift: false }
    }

    fn statement(&mut self) -> Result<Statement, SqlError> {
        if matches!(self.peek(), Token::EOF | Token::SemiColon) {
            return Err(SqlError::parse_empty_statement());
        }
        if self.at_query() {
            return Ok(Statement::Query(self.query()?));
        }
        unsupported::refuse_statement(self)?;
        match STATEMENTS.iter().find(|(words, _)| self.accept(words)) {
            Some((_, read)) => read(self),
            None => Err(self.syntax_error()),
        }
    }

    /// `COMMENT ON … IS`
    fn comment_on(&mut self) -> Result<Statement, SqlError> {
        let on = match self
            .accept_any(&["CATALOG", "SCHEMA", "DATABASE", "TABLE", "VIEW", "VOLUME", "FUNCTION", "COLUMN"])
        {
            Some("CATALOG") => Commented::Catalog(self.object_name(1)?),
            Some("SCHEMA" | "DATABASE") => Commented::Schema(self.object_name(2)?),
            Some("TABLE" | "VIEW") => Commented::Table(self.object_name(3)?),
            Some("VOLUME") => Commented::Volume(self.object_name(3)?),
            Some("FUNCTION") => Commented::Function(self.object_name(3)?),
            Some(_) => self.column_of_table()?,
            None => return Err(self.unsupported_kind("COMMENT ON")),
        };
        self.expect("IS")?;
        let comment = if self.accept("NULL") { None } else { Some(self.string()?) };
        Ok(Statement::Comment { on, comment })
    }

    /// The end of the text, after any semicolons.
    fn end(&mut self) -> Result<(), SqlError> {
        let ended = self.accept_token(&Token::SemiColon);
        while self.accept_token(&Token::SemiColon) {}
        match self.peek() {
            Token::EOF => Ok(()),
            Token::VerticalBarRightAngleBracket => Err(SqlError::unsupported("the pipe operator |>")),
            _ if ended => Err(SqlError::unsupported_but(
                "a text of several statements",
                "Send one statement at a time.",
            )),
            _ => Err(self.syntax_error()),
        }
    }
}

/// Reads a statement after the words it starts with.
type Reader = fn(&mut Parser<'_>) -> Result<Statement, SqlError>;

/// The statements we have, by the words they start with; longer ones first where one starts another.
const STATEMENTS: &[(&str, Reader)] = &[
    ("CREATE", |parser| parser.create()),
    ("REPLACE", |parser| parser.replace()),
    ("DROP", |parser| parser.drop_securable()),
    ("UNDROP", |parser| parser.undrop()),
    ("ALTER", |parser| parser.alter()),
    ("COMMENT ON", |parser| parser.comment_on()),
    ("INSERT", |parser| parser.insert()),
    ("DELETE FROM", |parser| parser.delete()),
    ("SET TAG ON", |parser| parser.set_tag()),
    ("UNSET TAG ON", |parser| parser.unset_tag()),
    ("REFRESH MATERIALIZED VIEW", |parser| parser.refresh_materialized_view()),
    ("UPDATE", |parser| parser.update()),
    ("MERGE", |parser| parser.merge()),
    ("TRUNCATE TABLE", |parser| parser.truncate()),
    ("RESTORE", |parser| parser.restore()),
    ("OPTIMIZE", |parser| parser.optimize()),
    ("REORG TABLE", |parser| parser.reorg()),
    ("VACUUM", |parser| parser.vacuum()),
    ("SET CATALOG", |parser| parser.set_catalog()),
    ("SET", |parser| parser.set()),
    ("RESET", |parser| parser.reset()),
    ("USE", |parser| parser.use_namespace()),
    ("GRANT", |parser| Ok(Statement::Grant(parser.grant("TO")?))),
    ("REVOKE", |parser| Ok(Statement::Revoke(parser.grant("FROM")?))),
    ("SHOW", |parser| parser.show()),
    ("LIST", |parser| parser.list_directory()),
    ("DESCRIBE", |parser| parser.describe()),
    ("DESC", |parser| parser.describe()),
];

/// The words that the statements start with that we have.
#[cfg(test)]
pub(crate) fn supported_statements() -> impl Iterator<Item = &'static str> {
    STATEMENTS.iter().map(|(words, _)| *words)
}

#[cfg(test)]
pub(crate) use unsupported::unsupported_statements;

#[cfg(test)]
mod tests;
