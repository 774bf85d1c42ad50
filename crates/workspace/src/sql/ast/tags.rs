//! Tags.

use clxs_api::SecurableKind;

use super::ObjectName;

/// `SET TAG ON`, `UNSET TAG ON`, and `ALTER … SET TAGS` of what is no table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AlterTags {
    pub(crate) on: TagTarget,
    pub(crate) change: TagChange,
}

/// What the tags are on, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TagTarget {
    /// The kind is as written; `VIEW` is [`SecurableKind::Table`].
    Securable { kind: SecurableKind, name: ObjectName },
    /// The name of the table, then that of the column.
    Column { name: ObjectName },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TagChange {
    /// Keys with values; a key alone has the empty one.
    Set(Vec<(String, String)>),
    Unset(Vec<String>),
}
