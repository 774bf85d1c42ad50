//! Paths of files: `/Volumes/catalog/schema/volume/folder/file`.

use std::fmt;

use clxs_api::{FullName, Identifier};

use super::VolumeError;
use super::upload::UPLOADS;

/// Bytes in the name of a file or folder, and in the whole path.
const LONGEST_PART: usize = 255;
const LONGEST_PATH: usize = 4096;

/// A path in a volume, taken apart. No part of it is `.` or `..`, or holds a slash or NUL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VolumePath {
    volume: FullName,
    parts: Vec<String>,
}

impl VolumePath {
    /// Takes a decoded absolute path apart. Doubled slashes and one at the end do not matter.
    ///
    /// # Errors
    /// [`VolumeError::InvalidPath`] for paths outside volumes, with steps upwards, NUL or parts that are too long,
    /// and for the workspace's own folder of unfinished uploads.
    pub(crate) fn parse(text: &str) -> Result<Self, VolumeError> {
        let refused = |why| VolumeError::InvalidPath { path: text.escape_debug().to_string(), why };
        if text.len() > LONGEST_PATH {
            return Err(VolumeError::InvalidPath {
                path: text.chars().take(64).collect(),
                why: "it is too long",
            });
        }
        let mut parts = text.split('/').filter(|part| !part.is_empty());
        if let Some(why) = parts.clone().find_map(why_not) {
            return Err(refused(why));
        }
        if parts.next() != Some("Volumes") {
            return Err(refused("it does not start with /Volumes"));
        }
        let mut name = || parts.next().and_then(|part| Identifier::new(part).ok());
        let (Some(catalog), Some(schema), Some(volume)) = (name(), name(), name()) else {
            return Err(refused("it names no volume as /Volumes/catalog/schema/volume"));
        };
        if parts.clone().any(|part| part.len() > LONGEST_PART) {
            return Err(refused("a part of it is too long"));
        }
        let parts = parts.map(str::to_owned).collect();
        Ok(Self { volume: FullName::of_catalog(catalog).child(schema).child(volume), parts })
    }

    /// The full name of the volume.
    pub(crate) fn volume(&self) -> &FullName {
        &self.volume
    }

    /// The parts below the volume; none for the volume itself.
    pub(super) fn parts(&self) -> &[String] {
        &self.parts
    }

    /// The folder and the last part; nothing for the volume itself.
    pub(super) fn split(&self) -> Option<(&[String], &str)> {
        self.parts.split_last().map(|(last, folder)| (folder, last.as_str()))
    }
}

impl fmt::Display for VolumePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("/Volumes")?;
        let names = self.volume.parts().iter().map(Identifier::as_str);
        names.chain(self.parts.iter().map(String::as_str)).try_for_each(|part| write!(f, "/{part}"))
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
        let path = VolumePath::parse("/Volumes/Main//sales/files/a b/é.txt/").unwrap();
        assert_eq!(path.volume().dotted(), "Main.sales.files");
        assert_eq!(path.parts(), ["a b", "é.txt"]);
        assert_eq!(path.to_string(), "/Volumes/Main/sales/files/a b/é.txt");
    }

    #[test]
    fn names_of_securables_have_as_many_characters_as_they_may_and_not_bytes() {
        let name = "é".repeat(255);
        let path = VolumePath::parse(&format!("/Volumes/{name}/{name}/{name}/a")).unwrap();
        assert_eq!((path.volume().name().as_str(), path.parts().len()), (name.as_str(), 1));
    }

    #[test]
    fn path_that_leaves_or_misses_a_volume_is_refused() {
        let long = format!("/Volumes/c/s/v/{}", "x".repeat(256));
        let longer = format!("/Volumes/c/s/v{}", "/x".repeat(3000));
        for path in [
            "",
            "/",
            "/etc/passwd",
            "/Volumes",
            "/Volumes/c/s",
            "/Volumes/c/s/v/..",
            "/Volumes/c/s/v/a/../../b",
            "/Volumes/c/s/v/./a",
            "/Volumes/c/../v/x/y",
            "/Volumes/c/s/v/a\0b",
            "/Volumes/c/s/v/.clxs-uploads/x",
            &long,
            &longer,
        ] {
            let error = VolumePath::parse(path).unwrap_err();
            assert!(matches!(error, VolumeError::InvalidPath { .. }), "{path}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_becomes_a_path_with_a_step_upwards(text in "(/|\\.|Volumes|[a-c]|%2F|\0|\\\\){0,24}") {
            if let Ok(path) = VolumePath::parse(&format!("/Volumes/c/s/v/{text}")) {
                for part in path.parts() {
                    prop_assert!(part != ".." && part != "." && !part.contains(['/', '\0']) && !part.is_empty());
                }
                prop_assert_eq!(&VolumePath::parse(&path.to_string()).unwrap(), &path);
            }
        }
    }
}
