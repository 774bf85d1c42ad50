//! Tags: `SET TAG ON`, and the actions `SET TAGS` and `UNSET TAGS` of ALTER (facts/sql.md §5).

use clxs_api::SecurableKind;
use datafusion::sql::sqlparser::tokenizer::Token;

use super::Parser;
use crate::sql::ast::{AlterTags, ObjectName, Statement, TagChange, TagTarget};
use crate::sql::error::SqlError;

/// The words for what has tags, the kind, and how many parts its names have at most.
const KINDS: &[(&str, SecurableKind, usize)] = &[
    ("CATALOG", SecurableKind::Catalog, 1),
    ("SCHEMA", SecurableKind::Schema, 2),
    ("DATABASE", SecurableKind::Schema, 2),
    ("TABLE", SecurableKind::Table, 3),
    ("VIEW", SecurableKind::Table, 3),
    ("VOLUME", SecurableKind::Volume, 3),
    ("FUNCTION", SecurableKind::Function, 3),
    ("MODEL", SecurableKind::RegisteredModel, 3),
];

impl Parser<'_> {
    /// After `SET TAG ON`: `kind name key [= value]`.
    pub(super) fn set_tag(&mut self) -> Result<Statement, SqlError> {
        let on = self.tag_target()?;
        let key = self.tag_text()?;
        let has_value = self.accept_token(&Token::Eq);
        let value = if has_value { self.tag_text()? } else { String::new() };
        Ok(Statement::AlterTags(AlterTags { on, change: TagChange::Set(vec![(key, value)]) }))
    }

    /// After `UNSET TAG ON`: `kind name key`.
    pub(super) fn unset_tag(&mut self) -> Result<Statement, SqlError> {
        let on = self.tag_target()?;
        let key = self.tag_text()?;
        Ok(Statement::AlterTags(AlterTags { on, change: TagChange::Unset(vec![key]) }))
    }

    /// `SET TAGS (…)` or `UNSET TAGS (…)`, if one comes next.
    pub(super) fn tag_change(&mut self) -> Result<Option<TagChange>, SqlError> {
        if self.accept("SET TAGS") {
            return Ok(Some(TagChange::Set(self.list(Self::tag)?)));
        }
        if self.accept("UNSET TAGS") {
            return Ok(Some(TagChange::Unset(self.list(Self::tag_text)?)));
        }
        Ok(None)
    }

    /// The tags of a securable that is altered by no other action here.
    pub(super) fn alter_tags_of(
        &mut self,
        kind: SecurableKind,
        name: ObjectName,
    ) -> Result<Option<Statement>, SqlError> {
        let change = self.tag_change()?;
        Ok(change.map(|change| {
            Statement::AlterTags(AlterTags { on: TagTarget::Securable { kind, name }, change })
        }))
    }

    fn tag_target(&mut self) -> Result<TagTarget, SqlError> {
        if self.accept("COLUMN") {
            return Ok(TagTarget::Column { name: self.object_name(4)? });
        }
        match KINDS.iter().find(|(word, ..)| self.accept(word)) {
            Some((_, kind, parts)) => {
                Ok(TagTarget::Securable { kind: kind.clone(), name: self.object_name(*parts)? })
            }
            None => Err(self.unsupported_kind("SET TAG ON")),
        }
    }

    fn tag(&mut self) -> Result<(String, String), SqlError> {
        let key = self.tag_text()?;
        let has_value = self.accept_token(&Token::Eq);
        Ok((key, if has_value { self.tag_text()? } else { String::new() }))
    }

    /// A key or a value: a string or a name.
    fn tag_text(&mut self) -> Result<String, SqlError> {
        match self.peek() {
            Token::Word(_) => Ok(self.identifier()?.as_str().to_owned()),
            _ => self.string(),
        }
    }
}
