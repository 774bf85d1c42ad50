//! What views read.

use clxs_api::FullName;

use super::names::complete;
use super::session::{Session, session_of};
use super::{Inventory, View};
use crate::rewrite::Rewritten;

impl View {
    /// The catalog and schema that the unqualified names of a view of this name are in.
    pub(crate) fn session_of(&self, name: &FullName, text: &Rewritten) -> Session {
        let own =
            || (name.catalog().clone(), name.schema().cloned().unwrap_or_else(|| name.catalog().clone()));
        let reads = self.reads.as_deref().unwrap_or_default();
        self.session.clone().unwrap_or_else(|| session_of(own(), text, (reads, &self.calls)))
    }
}

impl Inventory {
    /// What the platform says a view of this catalog reads, or else what its text names. The text also names common table
    /// expressions, so of this catalog only what exists counts then.
    pub(crate) fn read_by(&self, name: &FullName, view: &View, text: &Rewritten) -> Vec<FullName> {
        let is_relation =
            |read: &FullName| !read.catalog().matches(name.catalog().as_str()) || self.table(read).is_some();
        let session = view.session_of(name, text);
        let named = || {
            let named = text.relations.iter().filter_map(|parts| complete(parts, &session));
            named.filter(is_relation).collect()
        };
        let told = |reads: &Vec<FullName>| reads.iter().map(FullName::to_lowercase).collect();
        let mut reads: Vec<FullName> = view.reads.as_ref().map_or_else(named, told);
        reads.sort();
        reads.dedup();
        reads
    }
}
