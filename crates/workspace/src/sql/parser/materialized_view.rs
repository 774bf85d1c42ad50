//! CREATE, ALTER and REFRESH MATERIALIZED VIEW (docs.databricks.com, "CREATE MATERIALIZED VIEW").

use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::sql::ast::{
    AlterTable, AlterTableAction, AlteredKind, CreateMaterializedView, PropertyList, Statement,
};
use crate::sql::error::SqlError;

/// Clauses of the platform that would need a schedule, a layout or a policy.
const OTHER_CLAUSES: &[&str] = &[
    "SCHEDULE",
    "TRIGGER ON",
    "PARTITIONED BY",
    "CLUSTER BY",
    "WITH ROW FILTER",
    "REFRESH POLICY",
    "DEFAULT COLLATION",
    "FLOW",
];

impl Parser<'_> {
    /// After `CREATE [OR REPLACE] MATERIALIZED VIEW`.
    pub(super) fn create_materialized_view(&mut self, replace: bool) -> Result<Statement, SqlError> {
        let on_existing = self.on_existing(replace, "materialized view")?;
        let name = self.object_name(3)?;
        let has_columns = *self.peek() == Token::LParen;
        let columns = if has_columns { self.list(Self::view_column)? } else { Vec::new() };
        let (mut comment, mut properties): (Option<String>, Option<PropertyList>) = (None, None);
        loop {
            if self.accept("COMMENT") {
                self.once(&mut comment, "COMMENT", Self::string)?;
            } else if self.accept("TBLPROPERTIES") {
                self.once(&mut properties, "TBLPROPERTIES", Self::properties)?;
            } else {
                break;
            }
        }
        self.refuse(OTHER_CLAUSES, "CREATE MATERIALIZED VIEW")?;
        self.expect("AS")?;
        let (query, definition) = self.query_as_written()?;
        Ok(Statement::CreateMaterializedView(Box::new(CreateMaterializedView {
            name,
            on_existing,
            columns,
            comment,
            properties: properties.unwrap_or_default(),
            definition,
            query,
        })))
    }

    /// After `REFRESH MATERIALIZED VIEW`. A full refresh is what every refresh is here.
    pub(super) fn refresh_materialized_view(&mut self) -> Result<Statement, SqlError> {
        let name = self.object_name(3)?;
        self.accept("FULL");
        self.refuse(&["ASYNC"], "REFRESH MATERIALIZED VIEW")?;
        self.accept("SYNC");
        Ok(Statement::RefreshMaterializedView(name))
    }

    /// After `ALTER MATERIALIZED VIEW`.
    pub(super) fn alter_materialized_view(&mut self) -> Result<Statement, SqlError> {
        let name = self.object_name(3)?;
        let Some(change) = self.tag_change()? else {
            self.refuse(&["ADD", "ALTER", "DROP", "SET", "UNSET", "OWNER"], "ALTER MATERIALIZED VIEW")?;
            return Err(self.syntax_error());
        };
        let action = AlterTableAction::Tags { column: None, change };
        Ok(Statement::AlterTable(AlterTable { name, kind: AlteredKind::MaterializedView, action }))
    }
}
