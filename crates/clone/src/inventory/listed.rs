//! What lists of REST hold: securables that the caller may read, and those that it may only browse.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::{FullName, Identifier};
use clxs_client::ErrorKind;
use futures::{Stream, TryStreamExt};

use crate::{Error, Kind, Result, Securable};

/// A list that was read to its end.
#[derive(Debug)]
pub(super) struct Listed<T> {
    /// What the caller may read, by own name in lower case.
    pub(super) readable: BTreeMap<Identifier, T>,
    /// What it may only browse.
    pub(super) browsed: BTreeSet<Securable>,
}

/// A securable of a list.
#[derive(Debug)]
pub(super) struct Item<T> {
    pub(super) kind: Kind,
    /// As REST tells it.
    pub(super) browse_only: Option<bool>,
    /// Its own name in lower case, and what is known of it.
    pub(super) read: (Identifier, T),
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { readable: BTreeMap::new(), browsed: BTreeSet::new() }
    }
}

impl<T> Listed<T> {
    /// Reads all pages of a list of what is in a container; what `read` tells nothing of is left out.
    pub(super) async fn read<I>(
        (attempt, within): (&str, &FullName),
        list: impl Stream<Item = clxs_client::Result<I>> + Send,
        read: impl Fn(I) -> Result<Option<Item<T>>>,
    ) -> Result<Self> {
        let mut list = std::pin::pin!(list);
        let mut listed = Self::default();
        while let Some(item) = list.try_next().await.map_err(Error::client(attempt))? {
            let Some(Item { kind, browse_only, read: (name, read) }) = read(item)? else { continue };
            if browse_only == Some(true) {
                listed.browsed.insert(Securable::new(kind, within.child(name)));
            } else {
                listed.readable.insert(name, read);
            }
        }
        Ok(listed)
    }
}

/// A workspace without securables of a kind has none.
pub(super) fn none_where_unsupported<T>(listed: Result<Listed<T>>) -> Result<Listed<T>> {
    match listed {
        Err(Error::Client { source, .. }) if source.kind() == ErrorKind::Unsupported => Ok(Listed::default()),
        listed => listed,
    }
}
