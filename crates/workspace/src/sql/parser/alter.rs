//! ALTER TABLE, VIEW, CATALOG and SCHEMA.

use clxs_api::SecurableKind;

use super::Parser;
use super::columns::key_constraint;
use crate::sql::ast::{
    AlterSecurable, AlterSecurableAction, AlterTable, AlterTableAction, CheckConstraint, Statement,
};
use crate::sql::error::SqlError;

/// Actions of the platform that we do not have; longer ones first.
const OTHER_ACTIONS: &[&str] = &[
    "SET TAGS",
    "UNSET TAGS",
    "SET ROW FILTER",
    "DROP ROW FILTER",
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
    "WITH SCHEMA",
];

/// Actions on columns that we do not have.
const OTHER_COLUMN_ACTIONS: &[&str] =
    &["SET TAGS", "UNSET TAGS", "SET MASK", "DROP MASK", "TYPE", "FIRST", "AFTER", "SYNC IDENTITY"];

impl Parser<'_> {
    /// After `ALTER`.
    pub(super) fn alter(&mut self) -> Result<Statement, SqlError> {
        match self.accept_any(&["TABLE", "VIEW", "CATALOG", "SCHEMA", "DATABASE", "VOLUME"]) {
            Some("TABLE") => self.alter_table(),
            Some("VIEW") => self.alter_view(),
            Some("VOLUME") => self.alter_volume(),
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
        Ok(Statement::AlterTable(AlterTable { name, view: false, action }))
    }

    /// Comments on columns of a view are set by COMMENT ON COLUMN only (facts/settled.md §4).
    fn alter_view(&mut self) -> Result<Statement, SqlError> {
        let name = self.object_name(3)?;
        let action = match self.common_action()? {
            Some(action) => action,
            None if self.accept("AS") || self.at_query() => {
                let (query, definition) = self.query_as_written()?;
                AlterTableAction::SetQuery { definition, query }
            }
            None => {
                self.refuse(OTHER_ACTIONS, "ALTER VIEW")?;
                return Err(self.syntax_error());
            }
        };
        Ok(Statement::AlterTable(AlterTable { name, view: true, action }))
    }

    /// What tables and views have in common.
    fn common_action(&mut self) -> Result<Option<AlterTableAction>, SqlError> {
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
            "ADD CONSTRAINT",
            "DROP CONSTRAINT",
            "ADD COLUMNS",
            "ADD COLUMN",
            "DROP COLUMNS",
            "DROP COLUMN",
            "RENAME COLUMN",
            "CLUSTER BY",
            "ALTER COLUMN",
            "CHANGE COLUMN",
            "ALTER",
            "CHANGE",
        ];
        for key in ["PRIMARY KEY", "FOREIGN KEY"] {
            if self.at(&format!("ADD {key}")) || self.at(&format!("DROP {key}")) {
                return Err(key_constraint(key));
            }
        }
        self.refuse(OTHER_ACTIONS, "ALTER TABLE")?;
        match self.accept_any(&words) {
            Some("ADD CONSTRAINT") => {
                let name = self.identifier()?;
                Ok(AlterTableAction::AddCheck(CheckConstraint { name, expression: self.check()? }))
            }
            Some("DROP CONSTRAINT") => {
                let if_exists = self.if_exists();
                let name = self.identifier()?;
                self.accept_any(&["RESTRICT", "CASCADE"]);
                Ok(AlterTableAction::DropConstraint { name, if_exists })
            }
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

    /// After `ALTER COLUMN`.
    fn column_action(&mut self) -> Result<AlterTableAction, SqlError> {
        let mut names = self.object_name(16)?.0;
        if self.accept("COMMENT") {
            let comment = self.string()?;
            return match names.pop() {
                Some(column) if names.is_empty() => Ok(AlterTableAction::CommentColumn { column, comment }),
                _ => Err(SqlError::unsupported("COMMENT on a field of a column")),
            };
        }
        let words = ["SET NOT NULL", "DROP NOT NULL", "SET DEFAULT", "DROP DEFAULT"];
        if let Some(action) = self.accept_any(&words) {
            let column = match names.pop() {
                Some(column) if names.is_empty() => column,
                _ => return Err(SqlError::unsupported(format_args!("{action} on a field of a column"))),
            };
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

    fn alter_namespace(&mut self, kind: SecurableKind, parts: usize) -> Result<Statement, SqlError> {
        let name = self.object_name(parts)?;
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
