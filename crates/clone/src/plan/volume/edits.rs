//! Files of a volume that the source has too, and that are not in the destination as copies have left them.

use std::collections::{BTreeMap, BTreeSet};

use crate::Securable;
use crate::inventory::{FileState, Volume};
use crate::outcome::FacetStatus;
use crate::plan::builder::Builder;
use crate::plan::{Facet, Finding};
use crate::settings::Settings;

/// Files that are named; of more there is the number.
const NAMED: usize = 5;

/// What becomes of them.
#[derive(Debug, Default)]
pub(super) struct Edits {
    /// What stays as it is.
    pub(super) kept: BTreeSet<String>,
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
    pub(super) fn of(settings: &Settings, destination: &Volume, (files, own): (&Listing, &Listing)) -> Self {
        let mut edits = Self::default();
        let mut edited = BTreeSet::new();
        for (path, file) in files {
            if is_in_the_way(own, path, file) {
                edits.in_the_way.insert(path.clone());
            } else if let Some(found) = own.get(path).filter(|found| !found.is_directory) {
                match destination.copied.get(path) {
                    Some(Some(copy)) if copy != found => drop(edited.insert(path.clone())),
                    None if !file.is_copied_by(Some(found)) => drop(edits.unknown.insert(path.clone())),
                    Some(_) | None => {}
                }
            }
        }
        edited.extend(edits.unknown.iter().cloned());
        if settings.overwrite_edits {
            (edits.overwritten, edits.unknown) = (edited, BTreeSet::new());
        } else {
            edits.kept = edited;
        }
        edits.kept.extend(edits.in_the_way.iter().cloned());
        edits
    }

    /// Says what is kept.
    pub(super) fn tell(&self, builder: &mut Builder<'_>, securable: &Securable) {
        let edited =
            self.kept.iter().filter(|path| !self.unknown.contains(*path) && !self.in_the_way.contains(*path));
        let takes_back = "overwrite_edits takes them back";
        let all = [
            (edited.collect(), "were edited in the destination since they were copied", takes_back),
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
        for (paths, what, way_out) in all {
            tell(builder, securable, &paths, (what, way_out));
        }
    }
}

/// Whether a file is where the other side has a directory, or below such a file.
fn is_in_the_way(own: &Listing, path: &str, file: &FileState) -> bool {
    let other = own.get(path).is_some_and(|found| found.is_directory != file.is_directory);
    let parents = path.match_indices('/').map(|(end, _)| &path[..end]);
    other || parents.filter_map(|parent| own.get(parent)).any(|parent| !parent.is_directory)
}

fn tell(
    builder: &mut Builder<'_>,
    securable: &Securable,
    paths: &Vec<&String>,
    (what, way_out): (&str, &str),
) {
    if paths.is_empty() {
        return;
    }
    let named = paths.iter().take(NAMED).map(|path| path.as_str()).collect::<Vec<_>>().join(", ");
    let more = if paths.len() > NAMED { ", …" } else { "" };
    let number = paths.len();
    let detail = format!("{number} of its files {what}, and are kept ({named}{more}); {way_out}");
    builder.facet(securable, Facet::Files, FacetStatus::Changed { detail: detail.clone() });
    builder.finding(Finding { securable: securable.name.clone(), line: None, message: detail });
}
