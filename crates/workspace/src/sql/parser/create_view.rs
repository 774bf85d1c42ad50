//! CREATE VIEW (facts/sql.md §9).

use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::sql::ast::{CreateView, PropertyList, Statement, ViewBody, ViewColumn};
use crate::sql::error::SqlError;

/// The clauses between the columns and the query, each at most once.
#[derive(Default)]
struct Clauses {
    comment: Option<String>,
    properties: Option<PropertyList>,
    schema_mode: Option<String>,
    metrics: Option<()>,
}

/// The modes of `WITH SCHEMA`; longer ones first.
const SCHEMA_MODES: &[&str] = &["BINDING", "COMPENSATION", "TYPE EVOLUTION", "EVOLUTION"];

impl Parser<'_> {
    /// After `CREATE [OR REPLACE] VIEW`.
    pub(super) fn create_view(&mut self, replace: bool) -> Result<Statement, SqlError> {
        let on_existing = self.on_existing(replace, "view")?;
        let name = self.object_name(3)?;
        let has_columns = *self.peek() == Token::LParen;
        let columns = if has_columns { self.list(Self::view_column)? } else { Vec::new() };
        let clauses = self.view_clauses()?;
        self.expect("AS")?;
        let (body, definition) = if clauses.metrics.is_some() {
            self.metrics()?
        } else {
            let (query, definition) = self.query_as_written()?;
            (ViewBody::Query(query), definition)
        };
        Ok(Statement::CreateView(Box::new(CreateView {
            name,
            on_existing,
            columns,
            comment: clauses.comment,
            properties: clauses.properties.unwrap_or_default(),
            schema_mode: clauses.schema_mode,
            definition,
            body,
        })))
    }

    pub(super) fn view_column(&mut self) -> Result<ViewColumn, SqlError> {
        let name = self.identifier()?;
        let comment = if self.accept("COMMENT") { Some(self.string()?) } else { None };
        Ok(ViewColumn { name, comment })
    }

    fn view_clauses(&mut self) -> Result<Clauses, SqlError> {
        let mut clauses = Clauses::default();
        loop {
            if self.accept("COMMENT") {
                self.once(&mut clauses.comment, "COMMENT", Self::string)?;
            } else if self.accept("TBLPROPERTIES") {
                self.once(&mut clauses.properties, "TBLPROPERTIES", Self::properties)?;
            } else if self.accept("WITH SCHEMA") {
                self.once(&mut clauses.schema_mode, "WITH SCHEMA", Self::schema_mode)?;
            } else if self.accept("WITH METRICS") {
                self.once(&mut clauses.metrics, "WITH METRICS", Self::metrics_language)?;
            } else if !self.accept("DEFAULT COLLATION UTF8_BINARY") {
                self.refuse(&["DEFAULT COLLATION"], "CREATE VIEW")?;
                return Ok(clauses);
            }
        }
    }

    /// After `WITH METRICS`.
    fn metrics_language(&mut self) -> Result<(), SqlError> {
        if self.accept("LANGUAGE YAML") { Ok(()) } else { Err(SqlError::metric_view_without_yaml()) }
    }

    /// `$$…$$`
    fn metrics(&mut self) -> Result<(ViewBody, String), SqlError> {
        let Token::DollarQuotedString(body) = self.peek() else {
            return Err(SqlError::metric_view_without_yaml());
        };
        let definition = body.value.clone();
        self.take();
        Ok((ViewBody::Metrics, definition))
    }

    /// After `WITH SCHEMA`.
    pub(super) fn schema_mode(&mut self) -> Result<String, SqlError> {
        let mode = self.accept_any(SCHEMA_MODES).ok_or_else(|| self.syntax_error())?;
        Ok(mode.to_owned())
    }
}
