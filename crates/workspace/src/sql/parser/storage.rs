//! CREATE and ALTER of volumes and external locations, LIST.

use clxs_api::SecurableKind;
use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::sql::ast::{AlterVolume, AlterVolumeAction, CreateExternalLocation, CreateVolume, Statement};
use crate::sql::error::SqlError;

impl Parser<'_> {
    /// After `CREATE [EXTERNAL] VOLUME`.
    pub(super) fn create_volume(&mut self, external: bool) -> Result<Statement, SqlError> {
        let if_not_exists = self.if_not_exists();
        let name = self.object_name(3)?;
        let (mut location, mut comment) = (None, None);
        loop {
            if self.accept("LOCATION") {
                self.once(&mut location, "LOCATION", Self::string)?;
            } else if self.accept("COMMENT") {
                self.once(&mut comment, "COMMENT", Self::string)?;
            } else {
                break;
            }
        }
        match (external, &location) {
            (false, Some(_)) => return Err(SqlError::location_of_managed_volume()),
            (true, None) => return Err(SqlError::external_volume_without_location()),
            _ => {}
        }
        Ok(Statement::CreateVolume(CreateVolume { name, if_not_exists, location, comment }))
    }

    /// After `ALTER VOLUME`.
    pub(super) fn alter_volume(&mut self) -> Result<Statement, SqlError> {
        let name = self.object_name(3)?;
        if let Some(statement) = self.alter_tags_of(SecurableKind::Volume, name.clone())? {
            return Ok(statement);
        }
        let action = match self.accept_any(&["SET OWNER TO", "OWNER TO", "RENAME TO"]) {
            Some("RENAME TO") => AlterVolumeAction::RenameTo(self.object_name(3)?),
            Some(_) => AlterVolumeAction::SetOwner(self.identifier()?),
            None => return Err(self.syntax_error()),
        };
        Ok(Statement::AlterVolume(AlterVolume { name, action }))
    }

    /// After `CREATE EXTERNAL LOCATION`.
    pub(super) fn create_external_location(&mut self) -> Result<Statement, SqlError> {
        let if_not_exists = self.if_not_exists();
        let name = self.identifier()?;
        self.expect("URL")?;
        let url = self.string()?;
        self.expect("WITH")?;
        let parenthesized = self.accept_token(&Token::LParen);
        if self.accept_any(&["STORAGE CREDENTIAL", "CREDENTIAL"]).is_none() {
            return Err(self.syntax_error());
        }
        let credential = self.identifier()?;
        if parenthesized {
            self.expect_token(&Token::RParen)?;
        }
        let comment = if self.accept("COMMENT") { Some(self.string()?) } else { None };
        let create = CreateExternalLocation { name, if_not_exists, url, credential, comment };
        Ok(Statement::CreateExternalLocation(create))
    }

    /// After `LIST`.
    pub(super) fn list_directory(&mut self) -> Result<Statement, SqlError> {
        let path = self.string()?;
        self.refuse(&["WITH"], "LIST")?;
        let limit = if self.accept("LIMIT") { Some(self.unsigned()?) } else { None };
        Ok(Statement::List { path, limit })
    }
}
