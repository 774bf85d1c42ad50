//! Tags: `APPLY TAG` sets them on whatever the caller may get at, and who sees a securable sees its tags.

use clxs_api::{FullName, Identifier, Privilege};

use crate::authorization::{Access, SecurableRef};
use crate::metastore::{MetastoreError, Page, PageRequest, Tag, Tagged, Transaction};

/// How many tags a securable or column can have (facts/settled.md §11).
const TAGS_LIMIT: usize = 50;
/// How long a key can be, in characters (facts/settled.md §11).
const KEY_LIMIT: usize = 255;
/// How long a value can be, in characters (facts/settled.md §11).
const VALUE_LIMIT: usize = 1000;
/// What no key holds (measured, facts/settled.md §11).
const RESERVED: [char; 8] = ['.', '=', '>', '<', '%', '&', '?', '\\'];

/// What can have tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TagEntity {
    Securable(SecurableRef),
    Column { table: FullName, column: Identifier },
}

/// What the caller wants with the tags.
#[derive(Debug, Clone, Copy)]
enum Purpose {
    Read,
    Change,
}

impl TagEntity {
    /// The name as the metastore keeps it, for messages.
    pub(crate) fn dotted(&self) -> String {
        match self {
            Self::Securable(on) => on.dotted(),
            Self::Column { table, column } => {
                format!("{}.{}", table.to_lowercase().dotted(), column.as_str())
            }
        }
    }

    fn find(
        &self,
        tx: &Transaction<'_>,
        access: &Access,
        purpose: Purpose,
    ) -> Result<Tagged, MetastoreError> {
        let on = match self {
            Self::Securable(on) => on.clone(),
            Self::Column { table, .. } => SecurableRef::table(table.clone()),
        };
        let held = access.find(tx, &on)?;
        match purpose {
            Purpose::Read => held.require_sight(true).map(drop)?,
            Purpose::Change => held.require(&Privilege::ApplyTag)?,
        }
        let tagged = Tagged::securable(&held.securable().id);
        match self {
            Self::Securable(_) => Ok(tagged),
            Self::Column { table, column } => {
                let row = tx.table(table)?;
                Ok(Tagged { column: row.column(column)?.name.clone(), ..tagged })
            }
        }
    }
}

/// Those tags of a page.
///
/// # Errors
/// Those of [`Access::see`]; [`MetastoreError::ColumnNotFound`].
pub(crate) fn list_tags(
    tx: &Transaction<'_>,
    access: &Access,
    on: &TagEntity,
    page: &PageRequest,
) -> Result<Page<Tag>, MetastoreError> {
    tx.tags(&on.find(tx, access, Purpose::Read)?, page)
}

/// One tag.
///
/// # Errors
/// Those of [`list_tags`]; [`MetastoreError::TagNotFound`].
pub(crate) fn get_tag(
    tx: &Transaction<'_>,
    access: &Access,
    on: &TagEntity,
    key: &str,
) -> Result<Tag, MetastoreError> {
    let tag = tx.tag(&on.find(tx, access, Purpose::Read)?, key)?;
    tag.ok_or_else(|| not_found(on, key))
}

/// Adds a tag. One that is there with the same value stays (facts/settled.md §11).
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] without `APPLY TAG`; [`MetastoreError::TagExists`] when it is there with
/// another value, which is UNCONFIRMED; [`MetastoreError::InvalidParameter`] beyond the limits.
pub(crate) fn create_tag(
    tx: &Transaction<'_>,
    access: &Access,
    on: &TagEntity,
    (key, value): (&str, &str),
) -> Result<Tag, MetastoreError> {
    let tagged = on.find(tx, access, Purpose::Change)?;
    if tx.tag(&tagged, key)?.is_some_and(|tag| tag.value != value) {
        return Err(MetastoreError::TagExists { key: key.to_owned(), entity: on.dotted() });
    }
    put(tx, access, &tagged, (key, value))
}

/// Gives a tag another value.
///
/// # Errors
/// Those of [`create_tag`]; [`MetastoreError::TagNotFound`].
pub(crate) fn update_tag(
    tx: &Transaction<'_>,
    access: &Access,
    on: &TagEntity,
    (key, value): (&str, &str),
) -> Result<Tag, MetastoreError> {
    let tagged = on.find(tx, access, Purpose::Change)?;
    tx.tag(&tagged, key)?.ok_or_else(|| not_found(on, key))?;
    put(tx, access, &tagged, (key, value))
}

/// Takes a tag away.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] without `APPLY TAG`; [`MetastoreError::TagNotFound`].
pub(crate) fn delete_tag(
    tx: &Transaction<'_>,
    access: &Access,
    on: &TagEntity,
    key: &str,
) -> Result<(), MetastoreError> {
    if tx.delete_tag(&on.find(tx, access, Purpose::Change)?, key)? { Ok(()) } else { Err(not_found(on, key)) }
}

/// Sets tags whether they are there or not, as `SET TAGS` does.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] without `APPLY TAG`; [`MetastoreError::InvalidParameter`] beyond the limits.
pub(crate) fn set_tags(
    tx: &Transaction<'_>,
    access: &Access,
    on: &TagEntity,
    tags: &[(String, String)],
) -> Result<(), MetastoreError> {
    let tagged = on.find(tx, access, Purpose::Change)?;
    tags.iter().try_for_each(|(key, value)| put(tx, access, &tagged, (key, value)).map(drop))
}

/// Takes tags away, as `UNSET TAGS` does; UNCONFIRMED: one that is not there is no error.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] without `APPLY TAG`.
pub(crate) fn unset_tags(
    tx: &Transaction<'_>,
    access: &Access,
    on: &TagEntity,
    keys: &[String],
) -> Result<(), MetastoreError> {
    let tagged = on.find(tx, access, Purpose::Change)?;
    keys.iter().try_for_each(|key| tx.delete_tag(&tagged, key).map(drop))
}

fn put(
    tx: &Transaction<'_>,
    access: &Access,
    on: &Tagged,
    (key, value): (&str, &str),
) -> Result<Tag, MetastoreError> {
    require_valid(key, value)?;
    let tag = tx.put_tag(on, key, value, access.principal())?;
    if tx.tags(on, &PageRequest::all())?.items.len() > TAGS_LIMIT {
        return Err(MetastoreError::invalid(format!(
            "The number of tags exceeds the limit of {TAGS_LIMIT}."
        )));
    }
    Ok(tag)
}

/// The text about characters is measured (facts/settled.md §11), the others are UNCONFIRMED.
fn require_valid(key: &str, value: &str) -> Result<(), MetastoreError> {
    let refused = |message: String| Err(MetastoreError::InvalidParameter { message });
    if key.is_empty() {
        return refused("Tag key must not be empty.".to_owned());
    }
    if key.contains(RESERVED) {
        return refused(format!("Tag key contains reserved characters (., =, >, <, %, &, ?, \\): {key}"));
    }
    if key.chars().count() > KEY_LIMIT {
        return refused(format!("Tag key exceeds the limit of {KEY_LIMIT} characters."));
    }
    if value.chars().count() > VALUE_LIMIT {
        return refused(format!("Tag value exceeds the limit of {VALUE_LIMIT} characters."));
    }
    Ok(())
}

fn not_found(on: &TagEntity, key: &str) -> MetastoreError {
    MetastoreError::TagNotFound { key: key.to_owned(), entity: on.dotted() }
}
