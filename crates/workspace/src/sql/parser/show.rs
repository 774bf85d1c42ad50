//! The SHOW family.

use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::sql::ast::{ObjectName, Show, Statement};
use crate::sql::error::SqlError;

/// What we show, longer words first.
const SHOWN: &[&str] = &[
    "GRANTS",
    "GRANT",
    "CREATE TABLE",
    "CATALOGS",
    "SCHEMAS",
    "DATABASES",
    "TABLES",
    "VIEWS",
    "VOLUMES",
    "EXTERNAL LOCATIONS",
    "STORAGE CREDENTIALS",
    "COLUMNS",
    "TBLPROPERTIES",
];

impl Parser<'_> {
    /// After `SHOW`.
    pub(super) fn show(&mut self) -> Result<Statement, SqlError> {
        self.refuse(&["TABLE EXTENDED", "TABLES DROPPED", "SCHEMAS DROPPED", "CATALOGS DROPPED"], "SHOW")?;
        Ok(Statement::Show(match self.accept_any(SHOWN) {
            Some("GRANTS" | "GRANT") => return self.show_grants(),
            Some("CREATE TABLE") => Show::CreateTable { table: self.object_name(3)? },
            Some("CATALOGS") => Show::Catalogs { pattern: self.pattern()? },
            Some("SCHEMAS" | "DATABASES") => {
                let catalog = if self.accept_in() { Some(self.identifier()?) } else { None };
                Show::Schemas { catalog, pattern: self.pattern()? }
            }
            Some("TABLES") => Show::Tables { schema: self.in_schema()?, pattern: self.pattern()? },
            Some("VIEWS") => Show::Views { schema: self.in_schema()?, pattern: self.pattern()? },
            Some("VOLUMES") => Show::Volumes { schema: self.in_schema()?, pattern: self.pattern()? },
            Some("EXTERNAL LOCATIONS") => Show::ExternalLocations { pattern: self.pattern()? },
            Some("STORAGE CREDENTIALS") => Show::StorageCredentials { pattern: self.pattern()? },
            Some("COLUMNS") => self.show_columns()?,
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

    fn show_properties(&mut self) -> Result<Show, SqlError> {
        let table = self.object_name(3)?;
        let has_key = *self.peek() == Token::LParen;
        let key = if has_key { Some(self.parenthesized(Self::property_key)?) } else { None };
        Ok(Show::Properties { table, key })
    }
}
