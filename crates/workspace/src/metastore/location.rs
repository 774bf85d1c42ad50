//! Folders named by URLs. The embedded workspace keeps data in local folders, nothing else.

use std::path::{Component, Path};

use percent_encoding::percent_decode_str;
use url::Url;

use super::MetastoreError;

/// Stands for the folder `managed/` in stored locations, so that a copied workspace folder uses its own files.
pub(super) const MANAGED: &str = "managed:";

/// The folder of tables whose catalog and schema name no other.
#[derive(Debug)]
pub(super) struct ManagedRoot {
    url: String,
}

impl ManagedRoot {
    /// The folder `managed/` of a workspace, made when it is not there.
    pub(super) fn create(root: &Path) -> Result<Self, MetastoreError> {
        let folder = root.join("managed");
        fs_err::create_dir_all(&folder)?;
        Ok(Self { url: folder_url(&fs_err::canonicalize(folder)?)? })
    }

    /// Its URL, without a slash at the end.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// A location as it is kept in the database.
    pub(super) fn stored(&self, location: &str) -> String {
        match location.strip_prefix(&self.url) {
            Some(rest) if rest.starts_with('/') => format!("{MANAGED}{rest}"),
            _ => location.to_owned(),
        }
    }

    /// A location from the database as a URL.
    pub(super) fn resolve(&self, stored: String) -> String {
        match stored.strip_prefix(MANAGED) {
            Some(rest) => format!("{}{rest}", self.url),
            None => stored,
        }
    }
}

/// The `file://` URL, without a slash at the end, of a folder given as an absolute path or a `file:` URL.
///
/// # Errors
/// [`MetastoreError::InvalidParameter`] for other schemes, relative paths and paths with `..`.
pub(crate) fn normalise_location(text: &str) -> Result<String, MetastoreError> {
    let climbs = |segment: &str| percent_decode_str(segment).decode_utf8_lossy() == "..";
    if text.split(['/', '\\']).any(climbs) {
        return Err(MetastoreError::invalid(format!("The location '{text}' must not contain '..'.")));
    }
    let refused = || {
        MetastoreError::invalid(format!(
            "The location '{text}' is not a local folder: the embedded workspace takes absolute paths and \
             file:// URLs."
        ))
    };
    let path = if text.starts_with('/') {
        Path::new(text).to_owned()
    } else {
        let url = Url::parse(text).map_err(|_| refused())?;
        if url.scheme() != "file" {
            return Err(refused());
        }
        url.to_file_path().map_err(|()| refused())?
    };
    folder_url(&path)
}

/// The URL of an absolute path, with `.` and doubled slashes removed.
fn folder_url(path: &Path) -> Result<String, MetastoreError> {
    let plain =
        path.components().filter(|part| !matches!(part, Component::CurDir)).collect::<std::path::PathBuf>();
    let url = Url::from_file_path(&plain)
        .map_err(|()| MetastoreError::invalid(format!("The path '{}' is not absolute.", path.display())))?;
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Where a location leads when the symbolic links on its way that are there now are followed.
///
/// # Errors
/// [`MetastoreError::InvalidParameter`] for what is no local folder.
pub(super) fn resolved(location: &str) -> Result<String, MetastoreError> {
    let path = folder_path(location)?;
    for folder in path.ancestors() {
        if let (Ok(real), Ok(rest)) = (fs_err::canonicalize(folder), path.strip_prefix(folder)) {
            return folder_url(&real.join(rest));
        }
    }
    Ok(location.to_owned())
}

/// Whether one location is, contains or is inside the other.
pub(super) fn overlap(one: &str, other: &str) -> bool {
    ancestors(one).contains(&other) || ancestors(other).contains(&one)
}

/// A stored location and every folder above it, innermost first.
pub(super) fn ancestors(stored: &str) -> Vec<&str> {
    let ends = stored.match_indices('/').map(|(index, _)| index).rev();
    std::iter::once(stored).chain(ends.map(|end| &stored[..end])).collect()
}

/// The folder of a `file://` URL of the metastore.
pub(crate) fn folder_path(location: &str) -> Result<std::path::PathBuf, MetastoreError> {
    let not_a_folder =
        || MetastoreError::invalid(format!("The location '{location}' is not a local folder."));
    Url::parse(location).map_err(|_| not_a_folder())?.to_file_path().map_err(|()| not_a_folder())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_urls_of_one_folder_become_one_url() {
        for text in ["/data/a b", "/data//a b/", "/data/./a b", "file:///data/a%20b", "file:/data/a b/"] {
            assert_eq!(normalise_location(text).unwrap(), "file:///data/a%20b", "{text}");
        }
    }

    #[test]
    fn what_is_no_local_folder_is_refused() {
        for text in ["s3://bucket/a", "a/b", "/a/../b", "file:///a/%2e%2e/b", "file:///a/../b", ""] {
            let error = normalise_location(text).unwrap_err();
            assert!(matches!(error, MetastoreError::InvalidParameter { .. }), "{text}: {error}");
        }
    }

    #[test]
    fn managed_locations_follow_the_workspace_folder() {
        let here = ManagedRoot { url: "file:///here/managed".into() };
        let there = ManagedRoot { url: "file:///there/managed".into() };
        let stored = here.stored("file:///here/managed/t1");
        assert_eq!(there.resolve(stored), "file:///there/managed/t1");
        assert_eq!(here.stored("file:///here/managed2/t1"), "file:///here/managed2/t1");
    }
}
