//! What views read.

use clxs_api::{FullName, Identifier};

use super::names::complete;
use super::session::{Session, session_of};
use super::{Inventory, View};
use crate::rewrite::Rewritten;

impl View {
    /// The catalog and schema that the unqualified names of a view of this name are in: its own where it has no such names, for
    /// whoever makes it again may not be allowed to use those in which it was made.
    pub(crate) fn session_of(&self, name: &FullName, text: &Rewritten) -> Session {
        let own = (name.catalog().clone(), name.schema().unwrap_or(name.catalog()).clone());
        match &self.session {
            Some(session) if self.has_short_names(text) => session.clone(),
            Some(_) => own,
            None => session_of(own, text, (self.reads.as_deref().unwrap_or_default(), &self.calls)),
        }
    }

    /// Whether its text names anything without catalog or schema. The platform's own functions have neither.
    fn has_short_names(&self, text: &Rewritten) -> bool {
        let is_short = |parts: &Vec<Identifier>| parts.len() < 3;
        let is_own = |call: &Vec<Identifier>| {
            let name = call.last().map(Identifier::as_str).unwrap_or_default();
            self.reads.is_none() || self.calls.iter().any(|told| told.name().matches(name))
        };
        let mut calls = text.calls.iter().filter(|call| is_short(call));
        text.relations.iter().any(is_short) || calls.any(is_own)
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
