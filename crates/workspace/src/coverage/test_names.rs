//! The names of the tests, and what they hold.

use std::collections::BTreeSet;
use std::path::Path;

/// The tests in the order in which they are asked: those with official clients first.
#[derive(Debug)]
pub(super) struct TestNames(Vec<Test>);

#[derive(Debug)]
struct Test {
    name: String,
    /// Its source in one line, in upper case as well.
    source: String,
    upper: String,
}

impl TestNames {
    pub(super) fn read(repository: &Path) -> Self {
        let clients = repository.join("tests/clients");
        let pending = fs_err::read_to_string(clients.join("pending.txt")).unwrap();
        let pending = pending.lines().map(|line| line.trim_start_matches("hangs:"));
        let pending: BTreeSet<_> =
            pending.map(|line| line.split(['\t', '[']).next().unwrap_or(line)).collect();
        let mut tests = Vec::new();
        for folder in ["sdk", "connector"] {
            for file in files(&clients.join(folder), "py") {
                let module = format!("{folder}/{}", file.file_name().unwrap().to_string_lossy());
                tests.extend(read(&file, "def ", |name| format!("{module}::{name}")));
            }
        }
        tests.retain(|test| !pending.contains(test.name.as_str()));
        for folder in ["crates/workspace/tests/it", "crates/cli/tests/it", "crates/clone/tests/it"] {
            for file in files(&repository.join(folder), "rs") {
                let within = file.strip_prefix(repository).unwrap().display().to_string();
                tests.extend(read(&file, "fn ", |name| format!("{within}: {name}")));
            }
        }
        Self(tests)
    }

    /// The first test that calls a method of the SDK, such as `tables.get`.
    pub(super) fn of_call(&self, call: &str) -> Option<&str> {
        self.first(|test| test.source.contains(&format!(".{call}(")))
    }

    /// The first test that names a path, up to its first parameter.
    pub(super) fn of_path(&self, path: &str) -> Option<&str> {
        let fixed = path.split("/{").next().unwrap_or(path);
        self.first(|test| test.source.contains(fixed))
    }

    /// The first test with a statement that begins like this.
    pub(super) fn of_statement(&self, words: &str) -> Option<&str> {
        let replacing = words.replacen("CREATE ", "CREATE OR REPLACE ", 1);
        let begins = |test: &Test, words: &str| {
            test.upper.match_indices(words).any(|(index, _)| {
                let before = test.upper[..index].trim_end().chars().next_back();
                let after = test.upper[index + words.len()..].chars().next();
                before.is_some_and(|before| "\"';(".contains(before))
                    && !after.is_some_and(char::is_alphanumeric)
            })
        };
        self.first(|test| begins(test, words) || begins(test, &replacing))
    }

    fn first(&self, holds: impl Fn(&Test) -> bool) -> Option<&str> {
        self.0.iter().find(|test| holds(test)).map(|test| test.name.as_str())
    }
}

/// The files of a folder and of those in it, in the order of names.
fn files(folder: &Path, extension: &str) -> Vec<std::path::PathBuf> {
    let mut paths: Vec<_> = fs_err::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let found = paths.into_iter().flat_map(|path| {
        if path.is_dir() {
            return files(&path, extension);
        }
        let wanted = path.extension().is_some_and(|found| found == extension);
        wanted.then_some(path).into_iter().collect()
    });
    found.collect()
}

/// The tests of a file: from the line of a function to that of the next, with the constants that they name.
fn read(file: &Path, function: &str, name: impl Fn(&str) -> String) -> Vec<Test> {
    let text = fs_err::read_to_string(file).unwrap();
    let mut tests: Vec<Test> = Vec::new();
    let mut is_test = false;
    for line in text.lines() {
        let begin = line.trim_start_matches("async ").strip_prefix(function);
        if let Some(begin) = begin {
            let end = begin.find(['(', '<']).unwrap_or(begin.len());
            let own = &begin[..end];
            // In Rust an attribute says so, in Python the name.
            let wanted = if function == "fn " { is_test } else { own.starts_with("test_") };
            let name = if wanted { name(own) } else { String::new() };
            tests.push(Test { name, source: String::new(), upper: String::new() });
        }
        is_test = line.contains("test]") || is_test && (line.starts_with('#') || line.starts_with("//"));
        if let Some(test) = tests.last_mut() {
            test.source.push_str(line.trim());
            test.source.push(' ');
        }
    }
    tests.retain(|test| !test.name.is_empty());
    for test in &mut tests {
        for line in constants(&text, &test.source) {
            test.source.push_str(line);
        }
        test.upper = test.source.to_uppercase();
    }
    tests
}

/// The lines of a file that give a value to a constant named in the text.
fn constants<'a>(file: &'a str, text: &str) -> Vec<&'a str> {
    let named = |line: &&str| {
        let name = line.strip_prefix("const ").and_then(|rest| rest.split(':').next());
        name.is_some_and(|name| text.contains(name))
    };
    file.lines().filter(named).collect()
}
