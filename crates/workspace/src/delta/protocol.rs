//! Protocol negotiation: which versions and feature lists a set of features needs.

use std::collections::BTreeSet;

use super::action::Protocol;
use super::error::{DeltaError, READING};
use super::feature::{FEATURES, Feature, FeatureKind, feature};
use super::location::TableLocation;

/// From these versions on, features are listed by name.
const LISTING_READER: i32 = 3;
const LISTING_WRITER: i32 = 7;

impl Protocol {
    /// The protocol of a new table that needs nothing special.
    pub(crate) fn basic() -> Self {
        Self { min_reader_version: 1, min_writer_version: 2, reader_features: None, writer_features: None }
    }

    /// All features in force: the listed ones, or those that the versions imply.
    pub(crate) fn features(&self) -> BTreeSet<String> {
        match &self.writer_features {
            Some(listed) => listed.iter().chain(self.reader_features.iter().flatten()).cloned().collect(),
            None => FEATURES
                .iter()
                .filter(|feature| feature.legacy_writer.is_some_and(|v| v <= self.min_writer_version))
                .map(|feature| feature.name.to_owned())
                .collect(),
        }
    }

    /// Whether the feature is in force.
    pub(crate) fn supports(&self, name: &str) -> bool {
        self.features().contains(name)
    }

    /// This protocol and these features: never less than before, and unchanged when they are in force.
    #[must_use]
    pub(crate) fn with<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut features = self.features();
        let missing: Vec<&str> = names.into_iter().filter(|name| !features.contains(*name)).collect();
        if missing.is_empty() {
            return self.clone();
        }
        let legacy: Option<Vec<i32>> = missing.iter().map(|name| feature(name)?.legacy_writer).collect();
        match legacy {
            Some(versions) if self.writer_features.is_none() => self.raised(&missing, &versions),
            _ => {
                features.extend(missing.into_iter().map(str::to_owned));
                Self::listing(features, self.min_reader_version)
            }
        }
    }

    /// What both tables together need.
    #[must_use]
    pub(crate) fn union(&self, other: &Self) -> Self {
        let reader = self.min_reader_version.max(other.min_reader_version);
        if self.writer_features.is_none() && other.writer_features.is_none() {
            let min_writer_version = self.min_writer_version.max(other.min_writer_version);
            return Self { min_reader_version: reader, min_writer_version, ..Self::basic() };
        }
        Self::listing(self.features().into_iter().chain(other.features()).collect(), reader)
    }

    /// This protocol with at least these versions.
    #[must_use]
    pub(crate) fn at_least(&self, reader: i32, writer: i32) -> Self {
        let reader = self.min_reader_version.max(reader);
        if reader >= LISTING_READER || writer >= LISTING_WRITER || self.writer_features.is_some() {
            return Self::listing(self.features(), reader);
        }
        let min_writer_version = self.min_writer_version.max(writer);
        Self { min_reader_version: reader, min_writer_version, ..Self::basic() }
    }

    /// This protocol without the features named, which must be listed ones.
    #[must_use]
    pub(crate) fn without(&self, names: &[&str]) -> Self {
        let retain = |list: &Option<Vec<String>>| {
            list.as_ref()
                .map(|list| list.iter().filter(|name| !names.contains(&name.as_str())).cloned().collect())
        };
        Self {
            reader_features: retain(&self.reader_features),
            writer_features: retain(&self.writer_features),
            ..*self
        }
    }

    fn raised(&self, features: &[&str], writer_versions: &[i32]) -> Self {
        let writer = writer_versions.iter().copied().fold(self.min_writer_version, i32::max);
        let reader = if features.contains(&"columnMapping") { 2 } else { 1 };
        Self {
            min_reader_version: self.min_reader_version.max(reader),
            min_writer_version: writer,
            ..Self::basic()
        }
    }

    fn listing(features: BTreeSet<String>, min_reader: i32) -> Self {
        let for_readers = |legacy_too: bool| {
            features
                .iter()
                .filter(|name| {
                    feature(name).is_some_and(|f| {
                        f.kind == FeatureKind::ReaderWriter && (legacy_too || f.legacy_writer.is_none())
                    })
                })
                .cloned()
                .collect::<Vec<_>>()
        };
        let lists_readers = min_reader >= LISTING_READER || !for_readers(false).is_empty();
        let reader = match () {
            () if lists_readers => LISTING_READER,
            () if features.contains("columnMapping") => 2,
            () => 1,
        };
        Self {
            min_reader_version: reader,
            min_writer_version: LISTING_WRITER,
            reader_features: lists_readers.then(|| for_readers(true)),
            writer_features: Some(features.into_iter().collect()),
        }
    }

    /// Checks that the table can be read: that all reader features are known.
    ///
    /// # Errors
    /// [`DeltaError::CatalogManaged`] and [`DeltaError::UnsupportedFeatures`].
    pub(crate) fn ensure_readable(&self, location: &TableLocation) -> Result<(), DeltaError> {
        let listed = self.reader_features.iter().flatten();
        if listed.clone().any(|name| name == "catalogManaged" || name == "catalogOwned-preview") {
            return Err(DeltaError::CatalogManaged { location: location.clone() });
        }
        refuse(location, listed.filter(|name| feature(name).is_none()), READING)
    }

    /// Checks that every feature allows the operation.
    ///
    /// # Errors
    /// [`DeltaError::UnsupportedFeatures`] with the names of those that do not.
    pub(crate) fn ensure_allows(
        &self,
        location: &TableLocation,
        allows: fn(&Feature) -> bool,
        operation: &'static str,
    ) -> Result<(), DeltaError> {
        let features = self.features();
        refuse(location, features.iter().filter(|name| !feature(name).is_some_and(allows)), operation)
    }
}

fn refuse<'a>(
    location: &TableLocation,
    features: impl Iterator<Item = &'a String>,
    operation: &'static str,
) -> Result<(), DeltaError> {
    let features: Vec<String> = features.cloned().collect();
    if features.is_empty() {
        return Ok(());
    }
    Err(DeltaError::UnsupportedFeatures { location: location.clone(), features, operation })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(protocol: &Protocol) -> (i32, i32) {
        (protocol.min_reader_version, protocol.min_writer_version)
    }

    #[test]
    fn legacy_features_raise_the_versions_only() {
        let protocol = Protocol::basic().with(["checkConstraints"]);
        assert_eq!((versions(&protocol), protocol.writer_features), ((1, 3), None));
        assert_eq!(versions(&Protocol::basic().with(["columnMapping"])), (2, 5));
    }

    #[test]
    fn a_listed_feature_lists_what_the_versions_implied() {
        let protocol = Protocol::basic().with(["checkConstraints"]).with(["deletionVectors"]);
        assert_eq!(versions(&protocol), (3, 7));
        assert_eq!(protocol.reader_features.unwrap(), ["deletionVectors"]);
        assert_eq!(
            protocol.writer_features.unwrap(),
            ["appendOnly", "checkConstraints", "deletionVectors", "invariants"]
        );
    }

    #[test]
    fn a_writer_feature_leaves_readers_alone() {
        let protocol = Protocol::basic().with(["columnMapping"]).with(["domainMetadata"]);
        assert_eq!((versions(&protocol), protocol.reader_features), ((2, 7), None));
    }

    #[test]
    fn union_holds_the_features_of_both() {
        let (a, b) = (Protocol::basic().with(["columnMapping"]), Protocol::basic().with(["timestampNtz"]));
        let union = a.union(&b);
        assert_eq!(union, b.union(&a));
        assert!(a.features().union(&b.features()).all(|name| union.supports(name)));
        assert_eq!(union.reader_features.unwrap(), ["columnMapping", "timestampNtz"]);
    }
}
