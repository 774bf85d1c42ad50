//! Where a table lies, and the percent-encoded paths by which its log names files.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use url::Url;

use super::error::DeltaError;

/// What Spark (Hadoop's `Path.toUri`) encodes in the path of a file; `/` and `:` stay.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The directory of a table: absolute, without `.` and `..`, valid UTF-8. Cheap to clone.
///
/// `Display` is its `file://` URL, percent-encoded, without a slash at the end.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TableLocation(Arc<str>);

impl TableLocation {
    /// The location of a directory, which need not exist.
    ///
    /// # Errors
    /// [`DeltaError::InvalidLocation`] when the path is relative or not UTF-8.
    pub(crate) fn new(path: impl AsRef<Path>) -> Result<Self, DeltaError> {
        let path = path.as_ref();
        let invalid =
            |reason| DeltaError::InvalidLocation { text: path.to_string_lossy().into_owned(), reason };
        if !path.is_absolute() {
            return Err(invalid("it is relative"));
        }
        let path = normalized(path);
        let text = path.to_str().ok_or_else(|| invalid("it is not valid UTF-8"))?;
        Ok(Self(text.into()))
    }

    /// The location in a text as users write it: an absolute path as it is, or a percent-encoded `file:` URL.
    ///
    /// # Errors
    /// [`DeltaError::InvalidLocation`] for relative paths and for the other schemes.
    pub(crate) fn parse(text: &str) -> Result<Self, DeltaError> {
        let invalid = |reason| DeltaError::InvalidLocation { text: text.to_owned(), reason };
        match scheme(text) {
            None => Self::new(text),
            Some("file") => {
                Self::new(file_url_path(text).ok_or_else(|| invalid("its percent-encoding is broken"))?)
            }
            Some(_) => Err(invalid("its scheme is not file")),
        }
    }

    /// The directory.
    pub(crate) fn path(&self) -> &Path {
        Path::new(&*self.0)
    }

    /// The directory of the log.
    pub(crate) fn log(&self) -> PathBuf {
        self.path().join("_delta_log")
    }

    /// The file of a commit.
    pub(crate) fn commit_file(&self, version: u64) -> PathBuf {
        self.log().join(format!("{version:020}.json"))
    }

    /// The URL with a slash at the end, as the kernel wants it.
    pub(crate) fn url(&self) -> Result<Url, DeltaError> {
        Url::parse(&format!("{self}/"))
            .map_err(|_| DeltaError::InvalidLocation { text: self.0.to_string(), reason: "it is no URL" })
    }

    /// The file that a `path` of the log names: relative to the table, or absolute (shallow clones).
    ///
    /// # Errors
    /// [`DeltaError::InvalidLocation`] for schemes other than `file` and for broken encodings.
    pub(crate) fn resolve(&self, uri: &str) -> Result<PathBuf, DeltaError> {
        let invalid = |reason| DeltaError::InvalidLocation { text: uri.to_owned(), reason };
        let path = match scheme(uri) {
            None => decode(uri),
            Some("file") => file_url_path(uri),
            Some(_) => return Err(invalid("its scheme is not file")),
        };
        let path = path.ok_or_else(|| invalid("its percent-encoding is broken"))?;
        Ok(normalized(&self.path().join(path)))
    }

    /// Whether both are the same directory, links resolved.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let real = |location: &Self| {
            fs_err::canonicalize(location.path()).unwrap_or_else(|_| location.path().to_owned())
        };
        self == other || real(self) == real(other)
    }
}

impl fmt::Display for TableLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "file://{}", encode(&self.0))
    }
}

impl fmt::Debug for TableLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TableLocation({self})")
    }
}

/// The percent-encoded form of a path, as logs hold it.
pub(crate) fn encode(path: &str) -> String {
    utf8_percent_encode(path, ENCODED).to_string()
}

/// The path in its percent-encoded form; `None` when the bytes are not UTF-8.
pub(crate) fn decode(uri: &str) -> Option<String> {
    Some(percent_decode_str(uri).decode_utf8().ok()?.into_owned())
}

/// The absolute `file://` URI of a file, percent-encoded.
pub(crate) fn file_uri(path: &Path) -> String {
    format!("file://{}", encode(&path.to_string_lossy()))
}

/// The scheme of a URI, if it has one. A relative path with a colon in its first part is none when
/// something that no scheme may hold stands before the colon, such as `=`.
fn scheme(uri: &str) -> Option<&str> {
    let (scheme, _) = uri.split_once(':')?;
    let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
    valid.then_some(scheme)
}

/// The path of `file:/a`, `file:///a` and `file://localhost/a`.
fn file_url_path(url: &str) -> Option<String> {
    let rest = url.strip_prefix("file:")?;
    let path = match rest.strip_prefix("//") {
        Some(rest) => &rest[rest.find('/')?..],
        None => rest,
    };
    decode(path)
}

/// The path without `.` and `..`, links not looked at.
fn normalized(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn display_is_the_encoded_url_without_slash() {
        let location = TableLocation::new("/data/50% of it/a#b/").unwrap();
        assert_eq!(location.to_string(), "file:///data/50%25%20of%20it/a%23b");
        assert_eq!(location.url().unwrap().as_str(), "file:///data/50%25%20of%20it/a%23b/");
    }

    #[test]
    fn parse_reads_paths_as_they_are_and_urls_decoded() {
        for (text, path) in [
            ("/a%20b", "/a%20b"),
            ("file:///a%20b", "/a b"),
            ("file:/a%20b/", "/a b"),
            ("file://localhost/a/./b/../c", "/a/c"),
        ] {
            assert_eq!(TableLocation::parse(text).unwrap().path(), Path::new(path), "{text}");
        }
    }

    #[test]
    fn parse_refuses_relative_paths_and_other_schemes() {
        for text in ["a/b", "s3://bucket/a", "abfss://c@a/b"] {
            assert!(matches!(TableLocation::parse(text), Err(DeltaError::InvalidLocation { .. })), "{text}");
        }
    }

    #[test]
    fn resolve_knows_relative_and_absolute_paths() {
        let table = TableLocation::new("/t").unwrap();
        for (uri, path) in [
            ("x=a%20b/f.parquet", "/t/x=a b/f.parquet"),
            ("ts=10:00/f.parquet", "/t/ts=10:00/f.parquet"),
            ("file:///other/f%25.parquet", "/other/f%.parquet"),
            ("/other/f.parquet", "/other/f.parquet"),
            ("../other/f.parquet", "/other/f.parquet"),
        ] {
            assert_eq!(table.resolve(uri).unwrap(), Path::new(path), "{uri}");
        }
        assert!(table.resolve("s3://b/f.parquet").is_err());
    }

    proptest! {
        #[test]
        fn encoding_round_trips(path in "\\PC{0,40}") {
            prop_assert_eq!(decode(&encode(&path)), Some(path));
        }

        #[test]
        fn location_survives_its_url(name in "[^/\0]{1,20}") {
            prop_assume!(name != "." && name != "..");
            let location = TableLocation::new(format!("/data/{name}")).unwrap();
            prop_assert_eq!(TableLocation::parse(&location.to_string()).unwrap(), location.clone());
            prop_assert_eq!(location.url().unwrap().to_file_path().unwrap(), location.path());
        }

        #[test]
        fn relative_paths_resolve_below_the_table(name in "[^/\0]{1,20}") {
            prop_assume!(name != "." && name != ".." && scheme(&encode(&name)).is_none());
            let table = TableLocation::new("/t").unwrap();
            prop_assert_eq!(table.resolve(&encode(&name)).unwrap(), Path::new("/t").join(name));
        }
    }
}
