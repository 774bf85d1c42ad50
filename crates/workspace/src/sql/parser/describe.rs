//! The DESCRIBE family.

use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::sql::ast::{Describe, Statement, TableReference};
use crate::sql::error::SqlError;

/// What else the platform describes.
const OTHERS: &[&str] =
    &["QUERY", "SHARE", "RECIPIENT", "PROVIDER", "CONNECTION", "CREDENTIAL", "METASTORE", "PROCEDURE"];

impl Parser<'_> {
    /// After `DESCRIBE` or `DESC`.
    pub(super) fn describe(&mut self) -> Result<Statement, SqlError> {
        self.accept_before("QUERY", "SELECT");
        self.accept_before("QUERY", "WITH");
        self.accept_before("QUERY", "VALUES");
        if self.at_query() {
            return Ok(Statement::Describe(Describe::Query(self.query()?)));
        }
        if let Some(described) = self.describe_storage()? {
            return Ok(Statement::Describe(described));
        }
        if self.accept_before_name("POLICY") {
            return Ok(Statement::Describe(Describe::Policy(self.policy_name()?)));
        }
        let described = ["DETAIL", "HISTORY", "SCHEMA", "DATABASE", "CATALOG"];
        let kind = described.into_iter().find(|word| self.accept_before_name(word));
        Ok(Statement::Describe(match kind {
            Some("DETAIL") => Describe::Detail { table: self.table_or_path()? },
            Some("HISTORY") => {
                let table = self.table_or_path()?;
                let limit = if self.accept("LIMIT") { Some(self.unsigned()?) } else { None };
                Describe::History { table, limit }
            }
            Some("CATALOG") => {
                let extended = self.accept_before_name("EXTENDED");
                Describe::Catalog { name: self.identifier()?, extended }
            }
            Some(_) => {
                let extended = self.accept_before_name("EXTENDED");
                Describe::Schema { name: self.object_name(2)?, extended }
            }
            None => self.describe_table()?,
        }))
    }

    fn describe_storage(&mut self) -> Result<Option<Describe>, SqlError> {
        Ok(Some(if self.accept("EXTERNAL LOCATION") {
            Describe::ExternalLocation { name: self.identifier()? }
        } else if self.accept("STORAGE CREDENTIAL") {
            Describe::StorageCredential { name: self.identifier()? }
        } else if self.accept_before_name("VOLUME") {
            Describe::Volume { name: self.object_name(3)? }
        } else if self.accept_before_name("FUNCTION") {
            let extended = self.accept_before_name("EXTENDED");
            Describe::Function { name: self.object_name(3)?, extended }
        } else {
            return Ok(None);
        }))
    }

    fn describe_table(&mut self) -> Result<Describe, SqlError> {
        for word in OTHERS {
            if self.accept_before_name(word) {
                return Err(SqlError::unsupported(format_args!("DESCRIBE {word}")));
            }
        }
        self.accept_before_name("TABLE");
        let extended = self.accept_before_name("EXTENDED") || self.accept_before_name("FORMATTED");
        let table = self.table_reference()?;
        self.refuse(&["PARTITION"], "DESCRIBE TABLE")?;
        let as_json = self.accept("AS JSON");
        match table {
            TableReference::Name(table) if as_json && extended => Ok(Describe::TableAsJson { table }),
            TableReference::Path { .. } if as_json => {
                Err(SqlError::unsupported("DESCRIBE TABLE … AS JSON of a table by its path"))
            }
            _ if as_json => Err(SqlError::describe_json_not_extended()),
            TableReference::Name(table) if matches!(self.peek(), Token::Word(_)) => {
                let column = self.identifier()?;
                self.refuse_fields()?;
                Ok(Describe::TableColumn { table, column })
            }
            table => Ok(Describe::Table { table, extended }),
        }
    }

    fn refuse_fields(&self) -> Result<(), SqlError> {
        match self.peek() {
            Token::Period => Err(SqlError::unsupported("DESCRIBE of a field of a column")),
            _ => Ok(()),
        }
    }
}
