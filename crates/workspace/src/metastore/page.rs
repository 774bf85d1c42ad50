//! Keyset pages: a page continues after the last name of the one before, so changes between never shift it.

/// Which part of a list is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageRequest {
    /// The names to continue after, outermost first; empty from the start.
    pub(crate) after: Vec<String>,
    /// How many rows at most; all when absent.
    pub(crate) limit: Option<u32>,
}

/// A part of a list, in the order of names.
#[derive(Debug, Clone)]
pub(crate) struct Page<T> {
    /// Its rows.
    pub(crate) items: Vec<T>,
    /// Where the next page continues; absent after the last row.
    pub(crate) next: Option<Vec<String>>,
}

impl PageRequest {
    /// A request for everything.
    pub(crate) fn all() -> Self {
        Self::default()
    }

    /// The name of this level to continue after; the empty name is before all others.
    pub(super) fn after(&self, level: usize) -> &str {
        self.after.get(level).map_or("", String::as_str)
    }

    /// For `LIMIT`: one row more than asked for shows whether there is a next page. Negative is no limit.
    pub(super) fn sql_limit(&self) -> i64 {
        self.limit.map_or(-1, |limit| i64::from(limit) + 1)
    }

    /// Cuts the row too many off and says where to continue.
    pub(super) fn page<T>(&self, mut items: Vec<T>, key: impl Fn(&T) -> Vec<String>) -> Page<T> {
        let limit = self.limit.map_or(usize::MAX, |limit| limit as usize);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(key) } else { None };
        Page { items, next }
    }
}

impl<T> Page<T> {
    /// The same page with every row changed; rows without a result are left out.
    pub(crate) fn filter_map<U>(self, change: impl FnMut(T) -> Option<U>) -> Page<U> {
        Page { items: self.items.into_iter().filter_map(change).collect(), next: self.next }
    }
}
