//! Which files a clone copies, adds and removes.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::copy::{FileCopy, copy_files};
use super::{CloneMetrics, CloneRequest};
use crate::delta::action::{AddFile, DeletionVector};
use crate::delta::deletion_vector;
use crate::delta::error::DeltaError;
use crate::delta::location::{TableLocation, decode, encode, file_uri};
use crate::delta::snapshot::Snapshot;

/// The difference between what the target has and what it shall have.
#[derive(Debug, Default)]
pub(super) struct FileChanges {
    pub(super) adds: Vec<AddFile>,
    pub(super) removes: Vec<AddFile>,
    copies: Vec<FileCopy>,
    /// The index in `adds` of the file that each of the copies is; deletion vectors are of none.
    copied: Vec<Option<usize>>,
    source_files: usize,
    source_size: i64,
    /// Whether a live file of the target would be overwritten by another one of its name.
    pub(super) overwrites: bool,
}

impl FileChanges {
    /// Compares the source with the target. Files are the same when path, size and deletion vector are.
    pub(super) fn new(
        request: &CloneRequest,
        target: Option<&Snapshot>,
        directory: &str,
    ) -> Result<Self, DeltaError> {
        let mut live = Live::new(target)?;
        let mut changes = Self::default();
        for file in request.source.files()? {
            changes.source_files += 1;
            changes.source_size += file.size;
            let wanted = Wanted::new(request, directory, file)?;
            changes.compare(wanted, &mut live);
        }
        changes.removes = live.files.into_values().collect();
        changes.removes.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(changes)
    }

    fn compare(&mut self, wanted: Wanted, live: &mut Live) {
        let Wanted { mut add, copies } = wanted;
        if let Some(existing) = &live.files.remove(&owned_key(&add)) {
            add.modification_time = existing.modification_time;
            add.base_row_id = existing.base_row_id;
            add.default_row_commit_version = existing.default_row_commit_version;
            if add == *existing {
                return;
            }
        }
        for (copy, is_data) in copies {
            let size = is_data.then_some(add.size);
            match live.paths.entry(copy.to.clone()) {
                // A file of the target's own log is complete; two adds may share one.
                Entry::Occupied(existing) => self.overwrites |= *existing.get() != size,
                Entry::Vacant(free) => {
                    free.insert(size);
                    self.copies.push(copy);
                    self.copied.push(is_data.then_some(self.adds.len()));
                }
            }
        }
        self.adds.push(add);
    }

    /// Copies the files, and notes when each was modified.
    pub(super) fn copy(&mut self, request: &CloneRequest) -> Result<(), DeltaError> {
        let modified = copy_files(&self.copies).map_err(|error| match error.source.kind() {
            ErrorKind::NotFound => DeltaError::FileNotFound {
                location: request.source.location().clone(),
                path: error.from.display().to_string(),
            },
            _ => DeltaError::io(&request.target)(error.source),
        })?;
        for (modified, add) in modified.into_iter().zip(&self.copied) {
            if let Some(add) = add {
                self.adds[*add].modification_time = modified;
            }
        }
        Ok(())
    }

    /// What was done.
    pub(super) fn metrics(&self, request: &CloneRequest) -> CloneMetrics {
        let copied: Vec<&AddFile> = self.copied.iter().flatten().map(|add| &self.adds[*add]).collect();
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        debug_assert!(!request.shallow || copied.is_empty());
        CloneMetrics {
            source_table_size: self.source_size,
            source_num_of_files: count(self.source_files),
            num_removed_files: count(self.removes.len()),
            num_copied_files: count(copied.len()),
            removed_files_size: self.removes.iter().map(|file| file.size).sum(),
            copied_files_size: copied.iter().map(|file| file.size).sum(),
        }
    }
}

/// What the target has: logical files, and the files on disk that they are made of.
#[derive(Default)]
struct Live {
    files: HashMap<(String, Option<String>), AddFile>,
    /// With the size of a data file.
    paths: HashMap<PathBuf, Option<i64>>,
}

impl Live {
    fn new(target: Option<&Snapshot>) -> Result<Self, DeltaError> {
        let Some(target) = target else { return Ok(Self::default()) };
        let mut live = Self::default();
        for file in target.files()? {
            live.paths.insert(target.location().resolve(&file.path)?, Some(file.size));
            if let Some(vector) = &file.deletion_vector {
                let vector = deletion_vector::file(target.location(), vector)?;
                live.paths.extend(vector.map(|vector| (vector, None)));
            }
            live.files.insert(owned_key(&file), file);
        }
        Ok(live)
    }
}

fn owned_key(file: &AddFile) -> (String, Option<String>) {
    let (path, vector) = file.key();
    (path.to_owned(), vector)
}

/// A file as the target shall have it, and the copies that need; those of the data itself are marked.
struct Wanted {
    add: AddFile,
    copies: Vec<(FileCopy, bool)>,
}

impl Wanted {
    fn new(request: &CloneRequest, directory: &str, file: AddFile) -> Result<Self, DeltaError> {
        let (source, target) = (request.source.location(), &request.target);
        let from = source.resolve(&file.path)?;
        let vector = file.deletion_vector.clone();
        // Row ids are the table's own.
        let add = AddFile { base_row_id: None, default_row_commit_version: None, ..file };
        if request.shallow {
            let deletion_vector =
                vector.map(|vector| deletion_vector::absolute(source, vector)).transpose()?;
            return Ok(Self {
                add: AddFile { path: file_uri(&from), deletion_vector, ..add },
                copies: Vec::new(),
            });
        }
        let path = format!("{directory}{}", relative(source, &from, &add.path));
        let mut copies = vec![(FileCopy { from, to: target.resolve(&path)? }, true)];
        let mut deletion_vector = None;
        if let Some(vector) = vector {
            let (relative, file) = copied_vector(source, target, vector)?;
            copies.extend(file.map(|file| (file, false)));
            deletion_vector = Some(relative);
        }
        Ok(Self { add: AddFile { path, deletion_vector, ..add }, copies })
    }
}

fn copied_vector(
    source: &TableLocation,
    target: &TableLocation,
    vector: DeletionVector,
) -> Result<(DeletionVector, Option<FileCopy>), DeltaError> {
    let Some(from) = deletion_vector::file(source, &vector)? else { return Ok((vector, None)) };
    let vector = deletion_vector::relative(vector, &from);
    let to = deletion_vector::file(target, &vector)?;
    Ok((vector, to.map(|to| FileCopy { from, to })))
}

/// The path of a source file as the target's log has it: as it was, when it was relative to the source. A file
/// elsewhere (of a shallow clone) goes to a directory that its own directory determines, so that the next clone
/// finds it there.
fn relative(source: &TableLocation, file: &Path, uri: &str) -> String {
    match file.strip_prefix(source.path()) {
        Ok(below) if decode(uri).is_some_and(|path| Path::new(&path) == below) => uri.to_owned(),
        Ok(below) => encode(&below.to_string_lossy()),
        Err(_) => {
            let directory = file.parent().unwrap_or(Path::new("/")).to_string_lossy();
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            format!("base-{:016x}/{}", deletion_vector::stable_hash(&directory), encode(&name))
        }
    }
}
