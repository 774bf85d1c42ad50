//! Checks a bundle with nothing but its folder.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use serde_json::Value;

use super::{FileEntry, JOURNAL, Line, MANIFEST, Manifest, SCHEMA, VERSION};

/// What a bundle is, and what is wrong with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    /// The run as lists show it; null when nobody can tell.
    pub run: Value,
    /// The last link; empty when nobody can tell.
    pub head: String,
    /// What was changed, is missing, was added or stands elsewhere than it did; empty when nothing is.
    pub problems: Vec<String>,
}

/// Reads a bundle and names every difference to what was written.
///
/// # Errors
/// When the folder or a file in it cannot be read. What is missing is no error but a finding.
pub fn verify(folder: &Path) -> io::Result<Verified> {
    let mut present = names(folder)?;
    let mut verified = Verified { run: Value::Null, head: String::new(), problems: Vec::new() };
    if !present.remove(MANIFEST) {
        verified.problems.push(format!("{MANIFEST} is missing"));
        return Ok(verified);
    }
    let text = fs_err::read(folder.join(MANIFEST))?;
    let manifest: Manifest = match serde_json::from_slice(&text) {
        Ok(manifest) => manifest,
        Err(error) => {
            verified.problems.push(format!("{MANIFEST} was changed: {error}"));
            return Ok(verified);
        }
    };
    let problems = &mut verified.problems;
    if (manifest.schema.as_str(), manifest.version) != (SCHEMA, VERSION) {
        problems.push(format!("{MANIFEST} is of {} {}", manifest.schema, manifest.version));
    }
    if manifest.render()?.as_bytes() != text {
        problems.push(format!("{MANIFEST} was changed: it is not laid out as it was written"));
    }
    chain(&manifest, problems);
    for entry in &manifest.files {
        if present.remove(&entry.name) {
            file(folder, entry, &manifest.origin(), problems)?;
        } else {
            problems.push(format!("{} is missing", entry.name));
        }
    }
    problems.extend(present.into_iter().map(|name| format!("{name} was added")));
    Ok(Verified { run: manifest.run, head: manifest.head, ..verified })
}

/// The names of what is in the folder.
fn names(folder: &Path) -> io::Result<BTreeSet<String>> {
    fs_err::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

/// Each file of the manifest follows from the one before, and the last link is the last.
fn chain(manifest: &Manifest, problems: &mut Vec<String>) {
    let mut before = manifest.origin();
    for entry in &manifest.files {
        let FileEntry { name, bytes, sha256, link } = entry;
        if super::link(&before, &[name, &bytes.to_string(), sha256]) != *link {
            problems.push(format!(
                "{MANIFEST}: {name} does not follow from what stands before it: one of them was changed, moved, taken \
                 out or added"
            ));
        }
        before.clone_from(link);
    }
    if before != manifest.head {
        problems.push(format!("{MANIFEST}: the last link is not that of the last file"));
    }
}

fn file(folder: &Path, entry: &FileEntry, origin: &str, problems: &mut Vec<String>) -> io::Result<()> {
    let path = folder.join(&entry.name);
    if !path.is_file() {
        problems.push(format!("{} is no file any more", entry.name));
        return Ok(());
    }
    let content = fs_err::read(path)?;
    if super::digest(&content) == entry.sha256 && content.len() as u64 == entry.bytes {
        return Ok(());
    }
    problems.push(format!("{} was changed", entry.name));
    if entry.name == JOURNAL {
        lines(&String::from_utf8_lossy(&content), origin, problems);
    }
    Ok(())
}

/// Which lines of the journal are not what was written, one after the other. After one that is wrong the next is judged
/// by the link that this one claims, so that each is named once.
fn lines(content: &str, origin: &str, problems: &mut Vec<String>) {
    let mut before = origin.to_owned();
    for (expected, text) in (1_u64..).zip(content.lines()) {
        let Ok(line) = serde_json::from_str::<Line>(text) else {
            problems.push(format!("{JOURNAL}: line {expected} is no entry"));
            continue;
        };
        let is_as_written = serde_json::to_string(&line).is_ok_and(|written| written == text);
        if line.sequence != expected {
            problems.push(format!("{JOURNAL}: entry {} stands in line {expected}", line.sequence));
        } else if !is_as_written || Line::after(&before, expected, line.entry.clone()) != line {
            problems.push(format!("{JOURNAL}: entry {expected} was changed, or the one before it"));
        }
        before = line.link;
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::bundle::write;
    use crate::journal::{JournalEntry, RunId, RunState, RunSummary};

    const FILES: [&str; 5] = ["plan.json", "report.json", "report.html", JOURNAL, MANIFEST];

    fn bundle() -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let run = RunSummary {
            id: RunId::new("run-1"),
            source: "prod".into(),
            destination: "dev".into(),
            state: RunState::Succeeded,
            started_at: DateTime::UNIX_EPOCH,
            finished_at: None,
            counts: None,
            undoes: None,
            abort_reason: None,
        };
        let entry = |step| JournalEntry {
            step,
            securable: "table dev.s.t".into(),
            facet: "definition".into(),
            does: "CREATE TABLE …".into(),
            started_at: DateTime::UNIX_EPOCH,
            finished_at: None,
            retries: 0,
            outcome: None,
            statement_ids: vec![format!("id-{step}")],
        };
        let files = FILES[..3].iter().map(|name| (*name, format!("content of {name}\n")));
        let head = write(folder.path(), &run, &[entry(0), entry(1), entry(2)], &files.collect::<Vec<_>>());
        (folder, head.unwrap())
    }

    fn problems(folder: &tempfile::TempDir) -> Vec<String> {
        verify(folder.path()).unwrap().problems
    }

    #[test]
    fn bundle_as_written_is_right_and_has_the_link_that_was_told() {
        let (folder, head) = bundle();
        let verified = verify(folder.path()).unwrap();
        assert_eq!((verified.problems, verified.head), (Vec::new(), head.clone()));
        assert_eq!(verified.run["id"], "run-1");
        let (_other, same) = bundle();
        assert_eq!(same, head);
    }

    #[test]
    fn missing_added_and_moved_files_are_named() {
        let (folder, _) = bundle();
        fs_err::remove_file(folder.path().join("report.html")).unwrap();
        fs_err::write(folder.path().join("extra.txt"), "x").unwrap();
        fs_err::create_dir(folder.path().join("more")).unwrap();
        fs_err::rename(folder.path().join("plan.json"), folder.path().join("plan2.json")).unwrap();
        assert_eq!(
            problems(&folder),
            [
                "plan.json is missing",
                "report.html is missing",
                "extra.txt was added",
                "more was added",
                "plan2.json was added"
            ]
        );
        fs_err::remove_file(folder.path().join(MANIFEST)).unwrap();
        assert_eq!(problems(&folder), ["manifest.json is missing"]);
    }

    #[test]
    fn entries_of_the_journal_that_were_changed_moved_or_taken_out_are_named() {
        let (folder, _) = bundle();
        let path = folder.path().join(JOURNAL);
        let text = fs_err::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let with = |lines: &[&str]| {
            fs_err::write(&path, lines.join("\n") + "\n").unwrap();
            problems(&folder)
        };
        let changed = lines[1].replace("id-1", "id-9");
        assert_eq!(
            with(&[lines[0], &changed, lines[2]]),
            ["journal.jsonl was changed", "journal.jsonl: entry 2 was changed, or the one before it"]
        );
        assert_eq!(
            with(&[lines[0], lines[2], lines[1]]),
            [
                "journal.jsonl was changed",
                "journal.jsonl: entry 3 stands in line 2",
                "journal.jsonl: entry 2 stands in line 3"
            ]
        );
        assert_eq!(
            with(&[lines[0], lines[2]]),
            ["journal.jsonl was changed", "journal.jsonl: entry 3 stands in line 2"]
        );
        assert_eq!(with(&lines), [""; 0]);
    }

    #[test]
    fn files_of_the_manifest_that_change_places_are_named() {
        let (folder, _) = bundle();
        let path = folder.path().join(MANIFEST);
        let mut manifest: Manifest = serde_json::from_slice(&fs_err::read(&path).unwrap()).unwrap();
        manifest.files.swap(0, 1);
        fs_err::write(&path, manifest.render().unwrap()).unwrap();
        let problems = problems(&folder);
        assert!(problems[0].starts_with("manifest.json: report.json does not follow"), "{problems:?}");
    }

    proptest! {
        #[test]
        fn any_byte_that_changes_is_noticed(file in 0..FILES.len(), place in 0..4096_usize, byte in any::<u8>()) {
            let (folder, _) = bundle();
            let path = folder.path().join(FILES[file]);
            let mut content = fs_err::read(&path).unwrap();
            let place = place % content.len();
            prop_assume!(content[place] != byte);
            content[place] = byte;
            fs_err::write(&path, content).unwrap();
            let problems = problems(&folder);
            prop_assert!(problems.iter().any(|problem| problem.starts_with(FILES[file])), "{:?}", problems);
        }
    }
}
