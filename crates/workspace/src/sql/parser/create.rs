//! CREATE and REPLACE: which securable; catalogs and schemas.

use super::Parser;
use crate::sql::ast::{CreateCatalog, CreateSchema, OnExisting, PropertyList, Statement};
use crate::sql::error::SqlError;

/// Clauses that catalogs and schemas share.
#[derive(Default)]
struct NamespaceClauses {
    managed_location: Option<String>,
    comment: Option<String>,
    properties: Option<PropertyList>,
}

impl Parser<'_> {
    /// After `CREATE`.
    pub(super) fn create(&mut self) -> Result<Statement, SqlError> {
        let replace = self.accept("OR REPLACE");
        self.refuse(&["TEMPORARY", "TEMP", "GLOBAL TEMPORARY", "GLOBAL TEMP", "OR REFRESH"], "CREATE")?;
        match self.accept_any(&["EXTERNAL VOLUME", "VOLUME", "EXTERNAL LOCATION"]) {
            Some(_) if replace => return Err(self.syntax_error()),
            Some("EXTERNAL LOCATION") => return self.create_external_location(),
            Some(words) => return self.create_volume(words == "EXTERNAL VOLUME"),
            None => {}
        }
        if self.accept("POLICY") {
            return self.create_policy(replace);
        }
        self.accept_before("EXTERNAL", "TABLE");
        match self.accept_any(&[
            "TABLE",
            "VIEW",
            "MATERIALIZED VIEW",
            "FUNCTION",
            "CATALOG",
            "SCHEMA",
            "DATABASE",
        ]) {
            Some("TABLE") => self.create_table(replace),
            Some("VIEW") => self.create_view(replace),
            Some("MATERIALIZED VIEW") => self.create_materialized_view(replace),
            Some("FUNCTION") => self.create_function(replace),
            Some(_) if replace => Err(self.syntax_error()),
            Some("CATALOG") => self.create_catalog(),
            Some(_) => self.create_schema(),
            None => Err(self.unsupported_kind("CREATE")),
        }
    }

    /// After `REPLACE`.
    pub(super) fn replace(&mut self) -> Result<Statement, SqlError> {
        self.expect("TABLE")?;
        let name = self.table_reference()?;
        self.table_or_clone(name, OnExisting::ReplaceOnly)
    }

    fn create_catalog(&mut self) -> Result<Statement, SqlError> {
        let if_not_exists = self.if_not_exists();
        let name = self.identifier()?;
        self.refuse(&["USING SHARE", "USING CONNECTION", "OPTIONS"], "CREATE CATALOG")?;
        let clauses = self.namespace_clauses("CREATE CATALOG")?;
        Ok(Statement::CreateCatalog(CreateCatalog {
            name,
            if_not_exists,
            managed_location: clauses.managed_location,
            comment: clauses.comment,
            properties: clauses.properties.unwrap_or_default(),
        }))
    }

    fn create_schema(&mut self) -> Result<Statement, SqlError> {
        let if_not_exists = self.if_not_exists();
        let name = self.object_name(2)?;
        let clauses = self.namespace_clauses("CREATE SCHEMA")?;
        Ok(Statement::CreateSchema(CreateSchema {
            name,
            if_not_exists,
            managed_location: clauses.managed_location,
            comment: clauses.comment,
            properties: clauses.properties.unwrap_or_default(),
        }))
    }

    fn namespace_clauses(&mut self, statement: &str) -> Result<NamespaceClauses, SqlError> {
        let mut clauses = NamespaceClauses::default();
        loop {
            if self.accept("COMMENT") {
                self.once(&mut clauses.comment, "COMMENT", Self::string)?;
            } else if self.accept("MANAGED LOCATION") {
                self.once(&mut clauses.managed_location, "MANAGED LOCATION", Self::string)?;
            } else if self.accept("WITH DBPROPERTIES") {
                self.once(&mut clauses.properties, "DBPROPERTIES", Self::properties)?;
            } else {
                self.refuse(&["LOCATION", "DEFAULT COLLATION"], statement)?;
                return Ok(clauses);
            }
        }
    }
}
