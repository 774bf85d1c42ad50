//! `SET TAG ON`, `UNSET TAG ON`, and `SET TAGS` and `UNSET TAGS` of all kinds of securables.

use clxs_api::{FullName, Identifier};

use super::context::Context;
use super::grants::securable;
use crate::authorization::{Access, SecurableRef};
use crate::metastore::Transaction;
use crate::securables::{self, TagEntity};
use crate::sql::SqlError;
use crate::sql::ast::{AlterTags, GrantTarget, ObjectName, TagChange, TagTarget};
use crate::warehouse::StatementResult;

pub(super) async fn execute(context: &Context, alter: AlterTags) -> Result<StatementResult, SqlError> {
    let entity = match alter.on {
        TagTarget::Securable { kind, name } => {
            TagEntity::Securable(securable(context, &GrantTarget { kind, name: Some(name) })?)
        }
        TagTarget::Column { name } => {
            let mut parts = name.0;
            let column = parts.pop().filter(|_| !parts.is_empty());
            let column =
                column.ok_or_else(|| SqlError::invalid_sql_syntax("name the table before the column"))?;
            TagEntity::Column { table: context.table_name(&ObjectName(parts))?, column }
        }
    };
    change(context, entity, alter.change).await
}

/// `ALTER TABLE` and `ALTER VIEW`, with or without a column.
pub(super) async fn on_table(
    context: &Context,
    table: FullName,
    column: Option<Identifier>,
    tags: TagChange,
) -> Result<StatementResult, SqlError> {
    let entity = match column {
        Some(column) => TagEntity::Column { table, column },
        None => TagEntity::Securable(SecurableRef::table(table)),
    };
    change(context, entity, tags).await
}

async fn change(context: &Context, on: TagEntity, tags: TagChange) -> Result<StatementResult, SqlError> {
    let work = move |tx: &Transaction<'_>, access: &Access| {
        match &tags {
            TagChange::Set(tags) => securables::set_tags(tx, access, &on, tags)?,
            TagChange::Unset(keys) => securables::unset_tags(tx, access, &on, keys)?,
        }
        Ok(StatementResult::none())
    };
    context.write(work).await
}
