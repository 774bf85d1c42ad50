//! Files of a volume that the source has too, and that are not in the destination as copies have left them.

use std::collections::{BTreeMap, BTreeSet};

use crate::Securable;
use crate::inventory::{CopiedFile, FileOrigin, FileState};
use crate::named::some_of;
use crate::outcome::FacetStatus;
use crate::plan::builder::Builder;
use crate::plan::{Facet, Finding};

/// What becomes of them.
#[derive(Debug, Default)]
pub(crate) struct Edits {
    /// What stays as it is.
    pub(crate) kept: BTreeSet<String>,
    /// What is copied whatever it is.
    pub(super) overwritten: BTreeSet<String>,
    /// Of what is kept, what nobody knows to be a copy.
    unknown: BTreeSet<String>,
    /// Of what is kept, files where the source has directories, the other way round, and what is below them.
    in_the_way: BTreeSet<String>,
}

/// Files by path.
type Listing = BTreeMap<String, FileState>;

impl Edits {
    /// What is in a destination, given what is known of what copies have written there.
    pub(crate) fn of(
        overwrites: bool,
        copied: &BTreeMap<String, CopiedFile>,
        (files, own): (&Listing, &Listing),
    ) -> Self {
        let mut edits = Self::default();
        let mut edited = BTreeSet::new();
        for (path, file) in files {
            if is_in_the_way(own, path, file) {
                edits.in_the_way.insert(path.clone());
            } else if let Some(found) = own.get(path).filter(|found| !found.is_directory) {
                match FileOrigin::of(found, file, copied.get(path)) {
                    FileOrigin::Copied => {}
                    FileOrigin::Edited => drop(edited.insert(path.clone())),
                    FileOrigin::Unknown => drop(edits.unknown.insert(path.clone())),
                }
            }
        }
        edited.extend(edits.unknown.iter().cloned());
        if overwrites {
            (edits.overwritten, edits.unknown) = (edited, BTreeSet::new());
        } else {
            edits.kept = edited;
        }
        edits.kept.extend(edits.in_the_way.iter().cloned());
        edits
    }

    /// Those of them that nobody has decided about.
    #[must_use]
    pub(crate) fn without(mut self, decided: impl Fn(&String) -> bool) -> Self {
        for paths in [&mut self.kept, &mut self.overwritten, &mut self.unknown, &mut self.in_the_way] {
            paths.retain(|path| !decided(path));
        }
        self
    }

    /// What is kept, in words.
    pub(crate) fn details(&self) -> impl Iterator<Item = String> {
        let edited =
            self.kept.iter().filter(|path| !self.unknown.contains(*path) && !self.in_the_way.contains(*path));
        let takes_back = "overwrite_edits takes them back";
        let all = [
            (edited.collect::<Vec<_>>(), "were edited in the destination since they were copied", takes_back),
            (
                self.unknown.iter().collect(),
                "differ in the destination and are not known to be copies: somebody made them, or another CLXS_HOME did",
                takes_back,
            ),
            (
                self.in_the_way.iter().collect(),
                "are files where the destination has directories, or the other way round",
                "remove what is in their way",
            ),
        ];
        all.into_iter().filter_map(|(paths, what, way_out)| detail(&paths, what, way_out))
    }

    /// Says what is kept.
    pub(super) fn tell(&self, builder: &mut Builder<'_>, securable: &Securable) {
        for detail in self.details() {
            builder.facet(securable, Facet::Files, FacetStatus::Changed { detail: detail.clone() });
            builder.finding(Finding { securable: securable.name.clone(), line: None, message: detail });
        }
    }
}

/// Whether a file is where the other side has a directory, or below such a file.
fn is_in_the_way(own: &Listing, path: &str, file: &FileState) -> bool {
    let other = own.get(path).is_some_and(|found| found.is_directory != file.is_directory);
    let parents = path.match_indices('/').map(|(end, _)| &path[..end]);
    other || parents.filter_map(|parent| own.get(parent)).any(|parent| !parent.is_directory)
}

fn detail(paths: &[&String], what: &str, way_out: &str) -> Option<String> {
    let (number, named) = (paths.len(), some_of(paths));
    let detail = || format!("{number} of its files {what}, and are kept ({named}); {way_out}");
    (!paths.is_empty()).then(detail)
}
