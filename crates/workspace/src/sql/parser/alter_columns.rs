//! ALTER TABLE … ADD, DROP and RENAME COLUMN.

use clxs_api::Identifier;
use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use super::columns::refuse_duplicates;
use crate::delta::ColumnPlace;
use crate::delta::schema::StructField;
use crate::sql::ast::AlterTableAction;
use crate::sql::error::SqlError;

impl Parser<'_> {
    /// After `ADD COLUMNS`.
    pub(super) fn added_columns(&mut self) -> Result<AlterTableAction, SqlError> {
        let columns = if *self.peek() == Token::LParen {
            self.list(Self::added_column)?
        } else {
            self.comma_separated(Self::added_column)?
        };
        let fields: Vec<StructField> = columns.iter().map(|(field, _)| field.clone()).collect();
        refuse_duplicates(&fields)?;
        Ok(AlterTableAction::AddColumns(columns))
    }

    fn added_column(&mut self) -> Result<(StructField, ColumnPlace), SqlError> {
        let name = self.own_column("ADD COLUMN")?;
        let mut field = self.field(name.as_str())?;
        let mut place = ColumnPlace::Last;
        loop {
            if self.at("DEFAULT") {
                return Err(SqlError::delta_default_in_added_column());
            }
            self.refuse(&["NOT NULL", "GENERATED", "MASK", "COLLATE", "CONSTRAINT"], "ADD COLUMN")?;
            if self.accept("COMMENT") {
                field = field.add_metadata([("comment", self.string()?)]);
            } else if self.accept("FIRST") {
                place = ColumnPlace::First;
            } else if self.accept("AFTER") {
                place = ColumnPlace::After(self.identifier()?.as_str().to_owned());
            } else {
                return Ok((field, place));
            }
        }
    }

    /// After `DROP COLUMNS`.
    pub(super) fn dropped_columns(&mut self) -> Result<AlterTableAction, SqlError> {
        let if_exists = self.if_exists();
        let column = |parser: &mut Self| parser.own_column("DROP COLUMN");
        let columns =
            if *self.peek() == Token::LParen { self.list(column)? } else { self.comma_separated(column)? };
        Ok(AlterTableAction::DropColumns { columns, if_exists })
    }

    /// A column of the table and not a field of one.
    pub(super) fn own_column(&mut self, action: &str) -> Result<Identifier, SqlError> {
        let mut names = self.object_name(16)?.0;
        match names.pop() {
            Some(column) if names.is_empty() => Ok(column),
            _ => Err(SqlError::unsupported(format_args!("{action} of a field of a column"))),
        }
    }
}
