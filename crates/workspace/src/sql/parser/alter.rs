//! ALTER TABLE, VIEW, CATALOG and SCHEMA.

use clxs_api::{Identifier, SecurableKind};
use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::sql::ast::{
    AlterSecurable, AlterSecurableAction, AlterTable, AlterTableAction, AlteredKind, CheckConstraint,
    Statement,
};
use crate::sql::error::SqlError;

/// Actions of the platform that we do not have; longer ones first.
const OTHER_ACTIONS: &[&str] = &[
    "SET LOCATION",
    "SET MANAGED",
    "UNSET MANAGED",
    "SET SERDE",
    "SET SERDEPROPERTIES",
    "SET MANAGED LOCATION",
    "ADD PARTITION",
    "ADD IF NOT EXISTS PARTITION",
    "ADD FEATURE",
    "DROP PARTITION",
    "DROP IF EXISTS PARTITION",
    "DROP FEATURE",
    "REPLACE COLUMNS",
    "REPLACE PARTITION",
    "RECOVER PARTITIONS",
    "PARTITION",
    "ENABLE PREDICTIVE OPTIMIZATION",
    "DISABLE PREDICTIVE OPTIMIZATION",
    "INHERIT PREDICTIVE OPTIMIZATION",
    "DEFAULT COLLATION",
    "OPTIONS",
];

/// Actions on columns that we do not have.
const OTHER_COLUMN_ACTIONS: &[&str] = &["TYPE", "FIRST", "AFTER", "SYNC IDENTITY"];

impl Parser<'_> {
    /// After `ALTER`.
    pub(super) fn alter(&mut self) -> Result<Statement, SqlError> {
        match self.accept_any(&[
            "TABLE",
            "VIEW",
            "MATERIALIZED VIEW",
            "CATALOG",
            "SCHEMA",
            "DATABASE",
            "VOLUME",
            "FUNCTION",
        ]) {
            Some("TABLE") => self.alter_table(),
            Some("VIEW") => self.alter_view(),
            Some("MATERIALIZED VIEW") => self.alter_materialized_view(),
            Some("VOLUME") => self.alter_volume(),
            Some("FUNCTION") => self.alter_function(),
            Some("CATALOG") => self.alter_namespace(SecurableKind::Catalog, 1),
            Some(_) => self.alter_namespace(SecurableKind::Schema, 2),
            None => Err(self.unsupported_kind("ALTER")),
        }
    }

    fn alter_table(&mut self) -> Result<Statement, SqlError> {
        let name = self.object_name(3)?;
        let action = match self.common_action()? {
            Some(action) => action,
            None => self.table_action()?,
        };
        Ok(Statement::AlterTable(AlterTable { name, kind: AlteredKind::Table, action }))
    }

    /// Comments on columns of a view are set by COMMENT ON COLUMN only (facts/settled.md §4).
    fn alter_view(&mut self) -> Result<Statement, SqlError> {
        let name = self.object_name(3)?;
        let action = match self.common_action()? {
            Some(action) => action,
            None if self.accept("WITH SCHEMA") => AlterTableAction::SetSchemaMode(self.schema_mode()?),
            None if self.accept("AS") || self.at_query() => {
                if matches!(self.peek(), Token::DollarQuotedString(_)) {
                    let way_out = "Write CREATE OR REPLACE VIEW.";
                    return Err(SqlError::unsupported_but("ALTER VIEW … AS of a metric view", way_out));
                }
                let (query, definition) = self.query_as_written()?;
                AlterTableAction::SetQuery { definition, query }
            }
            None => {
                self.refuse(OTHER_ACTIONS, "ALTER VIEW")?;
                return Err(self.syntax_error());
            }
        };
        Ok(Statement::AlterTable(AlterTable { name, kind: AlteredKind::View, action }))
    }

    /// What tables and views have in common.
    fn common_action(&mut self) -> Result<Option<AlterTableAction>, SqlError> {
        if let Some(change) = self.tag_change()? {
            return Ok(Some(AlterTableAction::Tags { column: None, change }));
        }
        let words = ["SET TBLPROPERTIES", "UNSET TBLPROPERTIES", "SET OWNER TO", "OWNER TO", "RENAME TO"];
        Ok(Some(match self.accept_any(&words) {
            Some("SET TBLPROPERTIES") => AlterTableAction::SetProperties(self.properties()?),
            Some("UNSET TBLPROPERTIES") => {
                let if_exists = self.if_exists();
                AlterTableAction::UnsetProperties { keys: self.property_keys()?, if_exists }
            }
            Some("RENAME TO") => AlterTableAction::RenameTo(self.object_name(3)?),
            Some(_) => AlterTableAction::SetOwner(self.identifier()?),
            None => return Ok(None),
        }))
    }

    fn table_action(&mut self) -> Result<AlterTableAction, SqlError> {
        let words = [
            "ADD COLUMNS",
            "ADD COLUMN",
            "DROP COLUMNS",
            "DROP COLUMN",
            "ADD",
            "DROP",
            "RENAME COLUMN",
            "CLUSTER BY",
            "ALTER COLUMN",
            "CHANGE COLUMN",
            "ALTER",
            "CHANGE",
        ];
        if let Some(action) = self.row_filter_action()? {
            return Ok(action);
        }
        self.refuse(OTHER_ACTIONS, "ALTER TABLE")?;
        match self.accept_any(&words) {
            Some("ADD") => self.add_constraint(),
            Some("DROP") => match self.drop_constraint()? {
                Some(drop) => Ok(AlterTableAction::DropConstraint(drop)),
                None => Err(self.syntax_error()),
            },
            Some("ADD COLUMNS" | "ADD COLUMN") => self.added_columns(),
            Some("DROP COLUMNS" | "DROP COLUMN") => self.dropped_columns(),
            Some("RENAME COLUMN") => {
                let column = self.own_column("RENAME COLUMN")?;
                self.expect("TO")?;
                Ok(AlterTableAction::RenameColumn { column, to: self.identifier()? })
            }
            Some("CLUSTER BY") => Ok(AlterTableAction::ClusterBy(self.cluster_columns()?)),
            Some(_) => self.column_action(),
            None => Err(self.syntax_error()),
        }
    }

    /// After `ADD`: `CONSTRAINT name` with a CHECK or a key, or a key without a name.
    fn add_constraint(&mut self) -> Result<AlterTableAction, SqlError> {
        if !self.accept("CONSTRAINT") {
            return if self.at_key() {
                Ok(AlterTableAction::AddKey(self.key(None)?))
            } else {
                Err(self.syntax_error())
            };
        }
        let name = self.identifier()?;
        if self.at_key() {
            return Ok(AlterTableAction::AddKey(self.key(Some(name))?));
        }
        Ok(AlterTableAction::AddCheck(CheckConstraint { name, expression: self.check()? }))
    }

    /// After `ALTER COLUMN`.
    fn column_action(&mut self) -> Result<AlterTableAction, SqlError> {
        let column = self.own_column("ALTER COLUMN")?;
        if let Some(change) = self.tag_change()? {
            return Ok(AlterTableAction::Tags { column: Some(column), change });
        }
        if let Some(action) = self.mask_action(&column)? {
            return Ok(action);
        }
        if self.accept("COMMENT") {
            return self.column_comments(column);
        }
        let words = ["SET NOT NULL", "DROP NOT NULL", "SET DEFAULT", "DROP DEFAULT"];
        if let Some(action) = self.accept_any(&words) {
            return Ok(match action {
                "SET NOT NULL" => AlterTableAction::SetNotNull(column),
                "DROP NOT NULL" => AlterTableAction::DropNotNull(column),
                "DROP DEFAULT" => AlterTableAction::DropDefault(column),
                _ => AlterTableAction::SetDefault { column, expression: self.expression_as_written()? },
            });
        }
        self.refuse(OTHER_COLUMN_ACTIONS, "ALTER COLUMN")?;
        Err(self.syntax_error())
    }

    /// After `ALTER COLUMN a COMMENT`: the comment, then those of other columns.
    fn column_comments(&mut self, column: Identifier) -> Result<AlterTableAction, SqlError> {
        let mut comments = vec![(column, self.string()?)];
        while self.accept_token(&Token::Comma) {
            let column = self.own_column("ALTER COLUMN")?;
            self.refuse(OTHER_COLUMN_ACTIONS, "ALTER COLUMN of several columns")?;
            self.expect("COMMENT")?;
            comments.push((column, self.string()?));
        }
        Ok(AlterTableAction::CommentColumns(comments))
    }

    fn alter_namespace(&mut self, kind: SecurableKind, parts: usize) -> Result<Statement, SqlError> {
        let name = self.object_name(parts)?;
        if let Some(statement) = self.alter_tags_of(kind.clone(), name.clone())? {
            return Ok(statement);
        }
        let words = ["SET DBPROPERTIES", "UNSET DBPROPERTIES", "SET OWNER TO", "OWNER TO"];
        let action = match self.accept_any(&words) {
            Some("SET DBPROPERTIES") => AlterSecurableAction::SetProperties(self.properties()?),
            Some("UNSET DBPROPERTIES") => {
                let if_exists = self.if_exists();
                AlterSecurableAction::UnsetProperties { keys: self.property_keys()?, if_exists }
            }
            Some(_) => AlterSecurableAction::SetOwner(self.identifier()?),
            None => {
                self.refuse(OTHER_ACTIONS, &format!("ALTER {}", kind.sql_keyword()))?;
                return Err(self.syntax_error());
            }
        };
        Ok(Statement::AlterSecurable(AlterSecurable { kind, name, action }))
    }
}
