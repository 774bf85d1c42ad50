//! Whose files are meant.

use std::fmt;

use clxs_api::{FullName, Identifier};

use crate::Result;
use crate::request::path;

/// What holds files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileRoot {
    /// A volume.
    Volume(FullName),
    /// A version of a registered model, which has no directories but those that its files are in
    /// (`mlflow/store/artifact/databricks_sdk_models_artifact_repo.py` of `MLflow`).
    ModelVersion {
        /// The model.
        model: FullName,
        /// Its number.
        version: i64,
    },
}

impl From<FullName> for FileRoot {
    fn from(volume: FullName) -> Self {
        Self::Volume(volume)
    }
}

impl FileRoot {
    /// The REST path of a path in it.
    pub(super) fn path(&self, endpoint: &str, inner: &str) -> Result<String> {
        let own = self.to_string();
        let inner = inner.split('/').filter(|_| !inner.is_empty());
        let segments: Vec<_> = own.split('/').skip(1).chain(inner).collect();
        path(endpoint, &segments)
    }
}

/// As the service calls it: `/Volumes/main/raw/scans`, `/Models/main/ml/churn/3`.
impl fmt::Display for FileRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name) = match self {
            Self::Volume(name) => ("/Volumes", name),
            Self::ModelVersion { model, .. } => ("/Models", model),
        };
        f.write_str(kind)?;
        name.parts().iter().map(Identifier::as_str).try_for_each(|part| write!(f, "/{part}"))?;
        match self {
            Self::Volume(_) => Ok(()),
            Self::ModelVersion { version, .. } => write!(f, "/{version}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_path_are_encoded_one_by_one() {
        let volume = FileRoot::Volume(FullName::from_dotted("c.s.v").unwrap());
        let path = |inner| volume.path("/files", inner).unwrap();
        assert_eq!(path(""), "/files/Volumes/c/s/v");
        assert_eq!(path("a b/50%.txt"), "/files/Volumes/c/s/v/a%20b/50%25.txt");
        let model = FullName::from_dotted("c.s.m").unwrap();
        let version = FileRoot::ModelVersion { model, version: 3 };
        assert_eq!(version.path("/files", "MLmodel").unwrap(), "/files/Models/c/s/m/3/MLmodel");
    }
}
