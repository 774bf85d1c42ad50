//! The table features that are known here, and what is supported of them.

/// Whether a reader has to know a feature, or only a writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FeatureKind {
    Writer,
    ReaderWriter,
}

/// A table feature (Delta protocol, "Valid Feature Names in Table Features").
#[derive(Debug)]
pub(crate) struct Feature {
    pub(crate) name: &'static str,
    pub(crate) kind: FeatureKind,
    /// The writer version that implies the feature without naming it.
    pub(crate) legacy_writer: Option<i32>,
    /// Whether tables with it can be cloned.
    pub(crate) clone: bool,
    /// Whether rows can be appended to tables with it.
    pub(crate) append: bool,
    /// Whether rows can be deleted from tables with it.
    pub(crate) delete: bool,
}

const fn writer(name: &'static str) -> Feature {
    let kind = FeatureKind::Writer;
    Feature { name, kind, legacy_writer: None, clone: true, append: true, delete: true }
}

const fn legacy(name: &'static str, writer_version: i32) -> Feature {
    Feature { legacy_writer: Some(writer_version), ..writer(name) }
}

const fn reader_writer(name: &'static str) -> Feature {
    Feature { kind: FeatureKind::ReaderWriter, ..writer(name) }
}

impl Feature {
    /// With it, files can be copied, but not written.
    const fn clone_only(self) -> Self {
        Self { append: false, delete: false, ..self }
    }

    /// With it, nothing is possible without its catalog.
    const fn refused(self) -> Self {
        Self { clone: false, append: false, delete: false, ..self }
    }
}

/// All known features. A feature that is not here makes a table unreadable (reader features), or at
/// least impossible to clone and to write.
pub(crate) const FEATURES: &[Feature] = &[
    legacy("appendOnly", 2),
    legacy("invariants", 2),
    legacy("checkConstraints", 3),
    legacy("changeDataFeed", 4),
    legacy("generatedColumns", 4),
    Feature { kind: FeatureKind::ReaderWriter, ..legacy("columnMapping", 5) },
    legacy("identityColumns", 6),
    writer("allowColumnDefaults"),
    writer("clustering"),
    writer("domainMetadata"),
    writer("inCommitTimestamp"),
    writer("rowTracking"),
    writer("collations").clone_only(),
    writer("icebergCompatV1").clone_only(),
    writer("icebergCompatV2").clone_only(),
    writer("icebergCompatV3").clone_only(),
    writer("materializePartitionColumns").clone_only(),
    reader_writer("deletionVectors"),
    reader_writer("timestampNtz"),
    reader_writer("typeWidening"),
    reader_writer("typeWidening-preview"),
    reader_writer("v2Checkpoint"),
    reader_writer("vacuumProtocolCheck"),
    reader_writer("variantType").clone_only(),
    reader_writer("variantType-preview").clone_only(),
    reader_writer("variantShredding").clone_only(),
    reader_writer("variantShredding-preview").clone_only(),
    reader_writer("catalogManaged").refused(),
    reader_writer("catalogOwned-preview").refused(),
];

/// The feature of that name.
pub(crate) fn feature(name: &str) -> Option<&'static Feature> {
    FEATURES.iter().find(|feature| feature.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = FEATURES.iter().map(|feature| feature.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FEATURES.len());
    }

    #[test]
    fn what_can_be_written_can_be_cloned() {
        for feature in FEATURES {
            assert!(feature.clone || !(feature.append || feature.delete), "{}", feature.name);
        }
    }
}
