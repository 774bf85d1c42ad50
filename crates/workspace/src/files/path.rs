//! Paths of files: `/Volumes/catalog/schema/volume/folder/file`, and `/Models/catalog/schema/model/version/folder/file`
//! (`mlflow/store/artifact/databricks_sdk_models_artifact_repo.py` of `MLflow`).

use std::fmt;

use clxs_api::{FullName, Identifier};

use super::FileError;
use super::upload::UPLOADS;

/// Bytes in the name of a file or folder, and in the whole path.
const LONGEST_PART: usize = 255;
const LONGEST_PATH: usize = 4096;

/// Why a path below `/Models` is none.
const NO_VERSION: &str = "it names no version as /Models/catalog/schema/model/version";

/// Whose files they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FileRoot {
    Volume(FullName),
    ModelVersion { model: FullName, number: i64 },
}

/// The path of a file or directory, taken apart. No part of it is `.` or `..`, or holds a slash or NUL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FilePath {
    root: FileRoot,
    parts: Vec<String>,
}

impl FilePath {
    /// Takes a decoded absolute path apart. Doubled slashes and one at the end do not matter.
    ///
    /// # Errors
    /// [`FileError::InvalidPath`] for paths outside volumes and models, with steps upwards, NUL or parts that are too
    /// long, and for the workspace's own folder of unfinished uploads.
    pub(crate) fn parse(text: &str) -> Result<Self, FileError> {
        let refused = |why| FileError::InvalidPath { path: text.escape_debug().to_string(), why };
        if text.len() > LONGEST_PATH {
            return Err(FileError::InvalidPath {
                path: text.chars().take(64).collect(),
                why: "it is too long",
            });
        }
        let mut parts = text.split('/').filter(|part| !part.is_empty());
        if let Some(why) = parts.clone().find_map(why_not) {
            return Err(refused(why));
        }
        let is_of_model = match parts.next() {
            Some("Volumes") => false,
            Some("Models") => true,
            _ => return Err(refused("it does not start with /Volumes or /Models")),
        };
        let mut name = || parts.next().and_then(|part| Identifier::new(part).ok());
        let name = match (name(), name(), name()) {
            (Some(catalog), Some(schema), Some(name)) => {
                FullName::of_catalog(catalog).child(schema).child(name)
            }
            _ if is_of_model => return Err(refused(NO_VERSION)),
            _ => return Err(refused("it names no volume as /Volumes/catalog/schema/volume")),
        };
        let root = if is_of_model {
            let number = parts.next().and_then(|part| part.parse().ok());
            FileRoot::ModelVersion { model: name, number: number.ok_or_else(|| refused(NO_VERSION))? }
        } else {
            FileRoot::Volume(name)
        };
        if parts.clone().any(|part| part.len() > LONGEST_PART) {
            return Err(refused("a part of it is too long"));
        }
        let parts = parts.map(str::to_owned).collect();
        Ok(Self { root, parts })
    }

    /// Whose files it is among.
    pub(crate) fn root(&self) -> &FileRoot {
        &self.root
    }

    /// The parts below the root; none for the root itself.
    pub(super) fn parts(&self) -> &[String] {
        &self.parts
    }

    /// The folder and the last part; nothing for the root itself.
    pub(super) fn split(&self) -> Option<(&[String], &str)> {
        self.parts.split_last().map(|(last, folder)| (folder, last.as_str()))
    }
}

impl fmt::Display for FileRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (folder, name) = match self {
            Self::Volume(name) => ("/Volumes", name),
            Self::ModelVersion { model, .. } => ("/Models", model),
        };
        f.write_str(folder)?;
        name.parts().iter().map(Identifier::as_str).try_for_each(|part| write!(f, "/{part}"))?;
        match self {
            Self::Volume(_) => Ok(()),
            Self::ModelVersion { number, .. } => write!(f, "/{number}"),
        }
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root.fmt(f)?;
        self.parts.iter().try_for_each(|part| write!(f, "/{part}"))
    }
}

fn why_not(part: &str) -> Option<&'static str> {
    if part == "." || part == ".." {
        Some("'.' and '..' are not allowed in it")
    } else if part.contains('\0') {
        Some("it holds a NUL character")
    } else if part == UPLOADS {
        Some("the name is the workspace's own")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn path_names_the_volume_and_what_is_below() {
        let path = FilePath::parse("/Volumes/Main//sales/files/a b/é.txt/").unwrap();
        assert_eq!(path.root(), &FileRoot::Volume(FullName::from_dotted("Main.sales.files").unwrap()));
        assert_eq!(path.parts(), ["a b", "é.txt"]);
        assert_eq!(path.to_string(), "/Volumes/Main/sales/files/a b/é.txt");
    }

    #[test]
    fn path_names_the_version_of_a_model_and_what_is_below() {
        let path = FilePath::parse("/Models/main/ml/churn/12/data/model.pkl").unwrap();
        let model = FullName::from_dotted("main.ml.churn").unwrap();
        assert_eq!(path.root(), &FileRoot::ModelVersion { model, number: 12 });
        assert_eq!(
            (path.parts().len(), path.to_string().as_str()),
            (2, "/Models/main/ml/churn/12/data/model.pkl")
        );
    }

    #[test]
    fn names_of_securables_have_as_many_characters_as_they_may_and_not_bytes() {
        let name = "é".repeat(255);
        let text = format!("/Volumes/{name}/{name}/{name}/a");
        let path = FilePath::parse(&text).unwrap();
        assert_eq!((path.to_string(), path.parts().len()), (text, 1));
    }

    #[test]
    fn path_that_leaves_or_misses_its_root_is_refused() {
        let long = format!("/Volumes/c/s/v/{}", "x".repeat(256));
        let longer = format!("/Volumes/c/s/v{}", "/x".repeat(3000));
        for path in [
            "",
            "/",
            "/etc/passwd",
            "/Volumes",
            "/Volumes/c/s",
            "/Models/c/s/m",
            "/Models/c/s/m/latest",
            "/Models/c/s/m/1/..",
            "/Volumes/c/s/v/..",
            "/Volumes/c/s/v/a/../../b",
            "/Volumes/c/s/v/./a",
            "/Volumes/c/../v/x/y",
            "/Volumes/c/s/v/a\0b",
            "/Volumes/c/s/v/.clxs-uploads/x",
            &long,
            &longer,
        ] {
            let error = FilePath::parse(path).unwrap_err();
            assert!(matches!(error, FileError::InvalidPath { .. }), "{path}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_becomes_a_path_with_a_step_upwards(text in "(/|\\.|Volumes|[a-c]|%2F|\0|\\\\){0,24}") {
            if let Ok(path) = FilePath::parse(&format!("/Volumes/c/s/v/{text}")) {
                for part in path.parts() {
                    prop_assert!(part != ".." && part != "." && !part.contains(['/', '\0']) && !part.is_empty());
                }
                prop_assert_eq!(&FilePath::parse(&path.to_string()).unwrap(), &path);
            }
        }
    }
}
