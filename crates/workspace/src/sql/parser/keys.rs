//! Primary and foreign keys (facts/sql.md §6).

use clxs_api::Identifier;
use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::sql::ast::{DropConstraint, DroppedConstraint, KeyConstraint, References};
use crate::sql::error::SqlError;

impl Parser<'_> {
    /// Whether a key comes next, without its name.
    pub(super) fn at_key(&self) -> bool {
        self.at("PRIMARY KEY") || self.at("FOREIGN KEY")
    }

    /// `PRIMARY KEY (a [TIMESERIES], …)` or `FOREIGN KEY (a, …) REFERENCES t [(b, …)]`, with its options.
    pub(super) fn key(&mut self, name: Option<Identifier>) -> Result<KeyConstraint, SqlError> {
        if self.accept("FOREIGN KEY") {
            let columns = self.list(Self::identifier)?;
            self.expect("REFERENCES")?;
            return self.foreign_key(name, columns);
        }
        self.expect("PRIMARY KEY")?;
        let marked = self.list(|parser| Ok((parser.identifier()?, parser.accept("TIMESERIES"))))?;
        let timeseries = marked.iter().filter(|(_, is_marked)| *is_marked).map(|(column, _)| column.clone());
        let timeseries = timeseries.collect();
        let columns = marked.into_iter().map(|(column, _)| column).collect();
        Ok(KeyConstraint { name, columns, timeseries, references: None, rely: self.key_options()? })
    }

    /// After the name of a column in CREATE TABLE: `PRIMARY KEY` or `REFERENCES t [(b)]`, if one comes next.
    pub(super) fn key_of_column(
        &mut self,
        name: Option<Identifier>,
        column: &Identifier,
    ) -> Result<Option<KeyConstraint>, SqlError> {
        let columns = vec![column.clone()];
        if self.accept("REFERENCES") || self.accept("FOREIGN KEY REFERENCES") {
            return self.foreign_key(name, columns).map(Some);
        }
        if !self.accept("PRIMARY KEY") {
            return Ok(None);
        }
        let timeseries = if self.accept("TIMESERIES") { columns.clone() } else { Vec::new() };
        Ok(Some(KeyConstraint { name, columns, timeseries, references: None, rely: self.key_options()? }))
    }

    /// After `REFERENCES`.
    fn foreign_key(
        &mut self,
        name: Option<Identifier>,
        columns: Vec<Identifier>,
    ) -> Result<KeyConstraint, SqlError> {
        let table = self.object_name(3)?;
        let has_columns = *self.peek() == Token::LParen;
        let parent_columns = if has_columns { self.list(Self::identifier)? } else { Vec::new() };
        let references = Some(References { table, columns: parent_columns });
        Ok(KeyConstraint { name, columns, timeseries: Vec::new(), references, rely: self.key_options()? })
    }

    /// The options in any order; whether `RELY` is one of them. The platform enforces no key.
    fn key_options(&mut self) -> Result<bool, SqlError> {
        let options = [
            "NOT ENFORCED",
            "INITIALLY DEFERRED",
            "DEFERRABLE",
            "NORELY",
            "RELY",
            "MATCH FULL",
            "ON UPDATE NO ACTION",
            "ON DELETE NO ACTION",
        ];
        let mut rely = false;
        while let Some(option) = self.accept_any(&options) {
            rely |= option == "RELY";
        }
        self.refuse(&["ENFORCED", "ON UPDATE", "ON DELETE", "NOT DEFERRABLE"], "a key")?;
        Ok(rely)
    }

    /// After `DROP`: a constraint, if one comes next.
    pub(super) fn drop_constraint(&mut self) -> Result<Option<DropConstraint>, SqlError> {
        let (which, if_exists) = match self.accept_any(&["CONSTRAINT", "PRIMARY KEY", "FOREIGN KEY"]) {
            Some("CONSTRAINT") => {
                let if_exists = self.if_exists();
                (DroppedConstraint::Named(self.identifier()?), if_exists)
            }
            Some("PRIMARY KEY") => (DroppedConstraint::PrimaryKey, self.if_exists()),
            Some(_) => {
                let if_exists = self.if_exists();
                (DroppedConstraint::ForeignKey(self.list(Self::identifier)?), if_exists)
            }
            None => return Ok(None),
        };
        let cascade = self.accept_any(&["RESTRICT", "CASCADE"]) == Some("CASCADE");
        Ok(Some(DropConstraint { which, if_exists, cascade }))
    }
}
