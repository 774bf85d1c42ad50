//! Copying files: reflinks where the file system has them, else in the kernel, on a few threads.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use uuid::Uuid;

use crate::delta::durable::{create_directory, sync};
use crate::delta::log::modified_millis;

/// More threads than this gain nothing (`design/embedded_sql.md` §4).
const MAX_THREADS: usize = 8;

/// A file to be copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileCopy {
    pub(super) from: PathBuf,
    pub(super) to: PathBuf,
}

/// A copy that failed.
#[derive(Debug)]
pub(super) struct CopyError {
    pub(super) from: PathBuf,
    pub(super) source: io::Error,
}

/// Copies the files and makes them durable, names included. Returns when each was modified, in milliseconds
/// since 1970, in the order given.
///
/// A file appears under its name when it is complete; one that is there already, such as one that a crashed
/// clone left, is replaced.
pub(super) fn copy_files(copies: &[FileCopy]) -> Result<Vec<i64>, CopyError> {
    let fail = |copy: &FileCopy, source| CopyError { from: copy.from.clone(), source };
    let mut directories = BTreeSet::new();
    for copy in copies {
        let parent = copy.to.parent().unwrap_or(Path::new("/"));
        if directories.insert(parent) {
            create_directory(parent).map_err(|source| fail(copy, source))?;
        }
    }
    let modified = copy_on_threads(copies)?;
    for directory in directories {
        sync(directory).map_err(|source| CopyError { from: directory.to_owned(), source })?;
    }
    Ok(modified)
}

/// What one thread did: files by index with their modification times, or the file it failed at.
type Copied = Result<Vec<(usize, i64)>, (usize, CopyError)>;

fn copy_on_threads(copies: &[FileCopy]) -> Result<Vec<i64>, CopyError> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let threads = (2 * cores).min(MAX_THREADS).min(copies.len());
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let work = || -> Copied {
        let mut done = Vec::new();
        while !failed.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(copy) = copies.get(index) else { break };
            let modified = copy_file(copy).map_err(|source| {
                failed.store(true, Ordering::Relaxed);
                (index, CopyError { from: copy.from.clone(), source })
            })?;
            done.push((index, modified));
        }
        Ok(done)
    };
    let results: Vec<_> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    in_order(results, copies.len())
}

/// The results by file. Of several failures the first file's is told, whichever thread was faster.
fn in_order(results: Vec<Copied>, files: usize) -> Result<Vec<i64>, CopyError> {
    let (mut modified, mut failures) = (vec![0; files], Vec::new());
    for result in results {
        match result {
            Ok(done) => done.into_iter().for_each(|(index, millis)| modified[index] = millis),
            Err(failure) => failures.push(failure),
        }
    }
    match failures.into_iter().min_by_key(|(index, _)| *index) {
        Some((_, error)) => Err(error),
        None => Ok(modified),
    }
}

fn copy_file(copy: &FileCopy) -> io::Result<i64> {
    let temporary = copy.to.with_file_name(format!(".{}.tmp", Uuid::new_v4()));
    let copied = write_copy(&copy.from, &temporary)
        .and_then(|modified| fs_err::rename(&temporary, &copy.to).map(|()| modified));
    if copied.is_err() && temporary.exists() {
        fs_err::remove_file(&temporary)?;
    }
    copied
}

fn write_copy(from: &Path, to: &Path) -> io::Result<i64> {
    let (source, target) = (fs_err::File::open(from)?, fs_err::File::create(to)?);
    if !reflink(source.file(), target.file()) {
        // Between files this is `copy_file_range`.
        io::copy(&mut source.file(), &mut target.file())?;
    }
    target.sync_all()?;
    modified_millis(&target.metadata()?)
}

/// Whether the target now shares the blocks of the source.
#[cfg(target_os = "linux")]
fn reflink(source: &std::fs::File, target: &std::fs::File) -> bool {
    // Not on every file system, and not across two: any error means that bytes have to be copied.
    rustix::fs::ioctl_ficlone(target, source).is_ok()
}

#[cfg(not(target_os = "linux"))]
fn reflink(_: &std::fs::File, _: &std::fs::File) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_copied_and_left_overs_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let copies: Vec<_> = (0..20)
            .map(|n| FileCopy {
                from: folder.path().join(format!("from-{n}")),
                to: folder.path().join(format!("to/x={n}/file")),
            })
            .collect();
        for copy in &copies {
            fs_err::write(&copy.from, copy.from.to_str().unwrap()).unwrap();
        }
        fs_err::create_dir_all(copies[3].to.parent().unwrap()).unwrap();
        fs_err::write(&copies[3].to, "half").unwrap();

        let modified = copy_files(&copies).unwrap();

        for (copy, modified) in copies.iter().zip(modified) {
            assert_eq!(fs_err::read(&copy.from).unwrap(), fs_err::read(&copy.to).unwrap());
            assert_eq!(modified_millis(&fs_err::metadata(&copy.to).unwrap()).unwrap(), modified);
            let names = fs_err::read_dir(copy.to.parent().unwrap()).unwrap().count();
            assert_eq!(names, 1, "no temporary file stays");
        }
    }

    #[test]
    fn a_missing_file_is_named_and_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let copy = FileCopy { from: folder.path().join("gone"), to: folder.path().join("to/file") };
        let error = copy_files(std::slice::from_ref(&copy)).unwrap_err();
        assert_eq!((error.from, error.source.kind()), (copy.from, io::ErrorKind::NotFound));
        assert_eq!(fs_err::read_dir(folder.path().join("to")).unwrap().count(), 0);
    }
}
