//! The SHOW family.

use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::sql::ast::{FunctionScope, ObjectName, Show, Statement};
use crate::sql::error::SqlError;

/// What we show, longer words first.
const SHOWN: &[&str] = &[
    "GRANTS",
    "GRANT",
    "CREATE TABLE",
    "CATALOGS",
    "SCHEMAS",
    "DATABASES",
    "TABLES DROPPED",
    "TABLES",
    "VIEWS",
    "VOLUMES",
    "FUNCTIONS",
    "USER FUNCTIONS",
    "SYSTEM FUNCTIONS",
    "ALL FUNCTIONS",
    "EXTERNAL LOCATIONS",
    "STORAGE CREDENTIALS",
    "EFFECTIVE POLICIES",
    "POLICIES",
    "COLUMNS",
    "TBLPROPERTIES",
    "PARTITIONS",
];

impl Parser<'_> {
    /// After `SHOW`.
    pub(super) fn show(&mut self) -> Result<Statement, SqlError> {
        self.refuse(&["TABLE EXTENDED", "SCHEMAS DROPPED", "CATALOGS DROPPED"], "SHOW")?;
        Ok(Statement::Show(match self.accept_any(SHOWN) {
            Some("GRANTS" | "GRANT") => return self.show_grants(),
            Some("CREATE TABLE") => Show::CreateTable { table: self.object_name(3)? },
            Some("CATALOGS") => Show::Catalogs { pattern: self.pattern()? },
            Some("SCHEMAS" | "DATABASES") => {
                let catalog = if self.accept_in() { Some(self.identifier()?) } else { None };
                Show::Schemas { catalog, pattern: self.pattern()? }
            }
            Some("TABLES DROPPED") => {
                let schema = self.in_schema()?;
                let limit = if self.accept("LIMIT") { Some(self.unsigned()?) } else { None };
                Show::DroppedTables { schema, limit }
            }
            Some("TABLES") if self.accept_in_catalog("TABLES") => self.show_tables_of_catalog()?,
            Some("TABLES") => Show::Tables { schema: self.in_schema()?, pattern: self.pattern()? },
            Some("VIEWS") => Show::Views { schema: self.in_schema()?, pattern: self.pattern()? },
            Some("COLUMNS") if self.accept_in_catalog("COLUMNS") => self.show_columns_of_catalog()?,
            Some("VOLUMES") => Show::Volumes { schema: self.in_schema()?, pattern: self.pattern()? },
            Some("USER FUNCTIONS") => self.show_functions(FunctionScope::User)?,
            Some("SYSTEM FUNCTIONS") => self.show_functions(FunctionScope::System)?,
            Some("FUNCTIONS" | "ALL FUNCTIONS") => self.show_functions(FunctionScope::All)?,
            Some("EXTERNAL LOCATIONS") => Show::ExternalLocations { pattern: self.pattern()? },
            Some("STORAGE CREDENTIALS") => Show::StorageCredentials { pattern: self.pattern()? },
            Some(words @ ("POLICIES" | "EFFECTIVE POLICIES")) => {
                Show::Policies { on: self.policy_target()?, effective: words != "POLICIES" }
            }
            Some("COLUMNS") => self.show_columns()?,
            Some("PARTITIONS") => self.show_partitions()?,
            Some(_) => self.show_properties()?,
            None => return Err(self.unsupported_kind("SHOW")),
        }))
    }

    fn accept_in(&mut self) -> bool {
        self.accept_any(&["IN", "FROM"]).is_some()
    }

    fn in_schema(&mut self) -> Result<Option<ObjectName>, SqlError> {
        if self.accept_in() { Ok(Some(self.object_name(2)?)) } else { Ok(None) }
    }

    /// The words with which the official drivers ask for all of a catalog.
    fn accept_in_catalog(&mut self, shown: &str) -> bool {
        if shown == "TABLES" && self.at("IN ALL CATALOGS") {
            return self.accept("IN ALL");
        }
        let is_name = matches!(self.peek_nth(2), Token::EOF | Token::SemiColon | Token::Period);
        !is_name && self.accept("IN CATALOG")
    }

    /// After `SHOW TABLES IN CATALOG`, or before `CATALOGS`.
    fn show_tables_of_catalog(&mut self) -> Result<Show, SqlError> {
        let catalog = if self.accept("CATALOGS") { None } else { Some(self.identifier()?) };
        let schemas = self.pattern_of("SCHEMA")?;
        Ok(Show::TablesOfCatalog { catalog, schemas, pattern: self.pattern()? })
    }

    /// After `SHOW COLUMNS IN CATALOG`.
    fn show_columns_of_catalog(&mut self) -> Result<Show, SqlError> {
        let catalog = self.identifier()?;
        let schemas = self.pattern_of("SCHEMA")?;
        let tables = self.pattern_of("TABLE")?;
        Ok(Show::ColumnsOfCatalog { catalog, schemas, tables, pattern: self.pattern()? })
    }

    /// `[SCHEMA LIKE 'pattern']`
    fn pattern_of(&mut self, word: &str) -> Result<Option<String>, SqlError> {
        if self.accept(word) { self.pattern() } else { Ok(None) }
    }

    /// `[LIKE] 'pattern'`
    fn pattern(&mut self) -> Result<Option<String>, SqlError> {
        let like = self.accept("LIKE");
        let present = like || matches!(self.peek(), Token::SingleQuotedString(_));
        if present { Ok(Some(self.string()?)) } else { Ok(None) }
    }

    /// `IN table [IN schema]`
    fn show_columns(&mut self) -> Result<Show, SqlError> {
        if !self.accept_in() {
            return Err(self.syntax_error());
        }
        let mut table = self.object_name(3)?;
        if self.accept_in() {
            let mut parts = self.object_name(2)?.0;
            parts.extend(table.0.pop());
            table = ObjectName(parts);
        }
        Ok(Show::Columns { table })
    }

    /// `table [PARTITION (column = value, …)]`
    fn show_partitions(&mut self) -> Result<Show, SqlError> {
        let table = self.object_name(3)?;
        let limited = self.accept("PARTITION");
        let conditions = if limited { self.list(Self::expression_as_written)? } else { Vec::new() };
        Ok(Show::Partitions { table, conditions })
    }

    /// `[IN schema] [[LIKE] {'pattern' | name}]`
    fn show_functions(&mut self, scope: FunctionScope) -> Result<Show, SqlError> {
        if self.accept_in_catalog("FUNCTIONS") {
            return Err(SqlError::unsupported("SHOW FUNCTIONS IN CATALOG"));
        }
        let schema = self.in_schema()?;
        let pattern = match self.pattern()? {
            None if matches!(self.peek(), Token::Word(_)) => {
                let name = self.object_name(3)?.0;
                Some(name.iter().map(clxs_api::Identifier::as_str).collect::<Vec<_>>().join("."))
            }
            pattern => pattern,
        };
        Ok(Show::Functions { scope, schema, pattern })
    }

    fn show_properties(&mut self) -> Result<Show, SqlError> {
        let table = self.object_name(3)?;
        let has_key = *self.peek() == Token::LParen;
        let key = if has_key { Some(self.parenthesized(Self::property_key)?) } else { None };
        Ok(Show::Properties { table, key })
    }
}
