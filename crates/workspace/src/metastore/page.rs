//! Keyset pages: a page continues after the last name of the one before, so changes between never shift it.

/// Which part of a list is asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageRequest {
    /// The names to continue after, outermost first; empty from the start.
    pub(crate) after: Vec<String>,
    /// How many rows at most; all when absent.
    pub(crate) limit: Option<u32>,
}

/// How many rows are read at once to find those that are kept.
const READ_AT_ONCE: u32 = 200;

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

    /// A page of those rows of `list` that `keep` keeps. The others neither shorten it nor are they in its token:
    /// who may not see them does not learn how many they are or what they are called.
    pub(crate) fn kept<T, U, E>(
        &self,
        list: impl Fn(&Self) -> Result<Page<T>, E>,
        keep: impl Fn(T) -> Result<Option<U>, E>,
        key: impl Fn(&U) -> Vec<String>,
    ) -> Result<Page<U>, E> {
        let limit = self.limit.map(|limit| limit.max(READ_AT_ONCE));
        let mut request = Self { after: self.after.clone(), limit };
        let mut kept = Vec::new();
        loop {
            let page = list(&request)?;
            for row in page.items {
                kept.extend(keep(row)?);
            }
            match page.next {
                Some(next) if self.limit.is_some_and(|limit| kept.len() <= limit as usize) => {
                    request.after = next;
                }
                _ => return Ok(self.page(kept, key)),
            }
        }
    }

    /// Cuts the rows too many off and says where to continue.
    pub(super) fn page<T>(&self, mut items: Vec<T>, key: impl Fn(&T) -> Vec<String>) -> Page<T> {
        let limit = self.limit.map_or(usize::MAX, |limit| limit as usize);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(key) } else { None };
        Page { items, next }
    }
}

impl<T> Page<T> {
    /// The same page with every row changed.
    pub(crate) fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}
