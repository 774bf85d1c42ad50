//! A folder to run the binary in, and what came of a run.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// An empty working folder, with `CLXS_HOME` and `HOME` in it. Both are given relative to it, so that messages
/// do not depend on where the folder is.
pub(crate) struct Clxs {
    folder: TempDir,
}

impl Clxs {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::with_prefix("clxs-it-").unwrap() }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder().join("home")
    }

    /// Writes a file into the working folder.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.folder().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, text).unwrap();
    }

    /// The binary with an environment of its own; not started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clxs"));
        command.args(arguments).current_dir(self.folder()).env_clear();
        command.env("CLXS_HOME", "home").env("HOME", ".");
        command
    }

    /// Runs the binary to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::new(&self.command(arguments).output().unwrap())
    }

    /// Runs the binary with more variables.
    pub(crate) fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let mut command = self.command(arguments);
        Ran::new(&command.envs(variables.iter().copied()).output().unwrap())
    }
}

/// How a run ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    pub(crate) fn new(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// The result, of a run that must have gone well.
    pub(crate) fn success(self) -> String {
        assert_eq!(self.code, 0, "{self}");
        self.stdout
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { code, stdout, stderr } = self;
        write!(f, "exit code: {code}\n----- stdout -----\n{stdout}----- stderr -----\n{stderr}")
    }
}

/// Snapshots a run, with what differs from run to run replaced.
macro_rules! assert_ran {
    ($ran:expr $(,)?) => {
        insta::with_settings!({ filters => $crate::clxs::FILTERS.to_vec() }, {
            insta::assert_snapshot!($ran);
        });
    };
}
pub(crate) use assert_ran;

/// What differs from run to run, or from build to build: sizes of files, and with them the widths of columns.
pub(crate) const FILTERS: [(&str, &str); 7] = [
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "[ID]"),
    (r"\b\d+(\.\d+)?m?s\b", "[TIME]"),
    (r"\b\d+(\.\d+)? k?B\b", "[SIZE]"),
    (r"─+", "─"),
    (r"127\.0\.0\.1:\d+", "[ADDRESS]"),
    (r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", "[MOMENT]"),
    (r"clxs 0\.\d+\.\d+", "clxs [VERSION]"),
];
