//! Table properties: which are known, and what they need of the protocol.

use std::collections::BTreeSet;

use super::action::Protocol;
use super::error::DeltaError;
use super::feature::feature;

/// The mode of column mapping: `none`, `name` or `id`.
pub(super) const COLUMN_MAPPING_MODE: &str = "delta.columnMapping.mode";
/// The highest id given to a column.
pub(super) const MAX_COLUMN_ID: &str = "delta.columnMapping.maxColumnId";
/// CHECK constraints are properties with this prefix.
pub(super) const CONSTRAINTS: &str = "delta.constraints.";
/// `Serializable` or `WriteSerializable`.
pub(super) const ISOLATION_LEVEL: &str = "delta.isolationLevel";
const FEATURE: &str = "delta.feature.";

/// What setting a property does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Property {
    /// It is stored, and needs a feature when one is named.
    Stored(Option<&'static str>),
    /// It is not stored, but adds a feature to the protocol.
    Feature(&'static str),
    /// It is not stored, but raises the reader version.
    ReaderVersion(i32),
    /// It is not stored, but raises the writer version.
    WriterVersion(i32),
}

/// The protocol with what the properties of one statement need beside these features, asked for at once: one after the
/// other, a feature that is listed would list what the versions of those before it imply.
///
/// # Errors
/// Those of [`property`].
pub(super) fn required<'a>(
    own: &Protocol,
    properties: impl IntoIterator<Item = &'a (String, String)>,
    mut features: BTreeSet<&'static str>,
) -> Result<Protocol, DeltaError> {
    let mut protocol = own.clone();
    for (key, value) in properties {
        match property(key, value)? {
            Property::Stored(feature) => features.extend(feature),
            Property::Feature(feature) => features.extend([feature]),
            Property::ReaderVersion(version) => protocol = protocol.at_least(version, 1),
            Property::WriterVersion(version) => protocol = protocol.at_least(1, version),
        }
    }
    Ok(protocol.with(features))
}

/// Properties that change nothing a writer of ours would have to know.
const PLAIN: &[&str] = &[
    "delta.autoOptimize.autoCompact",
    "delta.autoOptimize.optimizeWrite",
    "delta.checkpoint.writeStatsAsJson",
    "delta.checkpoint.writeStatsAsStruct",
    "delta.dataSkippingStatsColumns",
    "delta.enableExpiredLogCleanup",
    "delta.enableFullRetentionRollback",
    "delta.parquet.compression.codec",
    "delta.parquet.format.version",
    "delta.randomPrefixLength",
    "delta.randomizeFilePrefixes",
    "delta.targetFileSize",
    "delta.tuneFileSizesForRewrites",
];

/// Lengths of time (open Delta, `DeltaConfigs.isValidIntervalConfigValue`).
const DURATIONS: &[&str] = &[
    "delta.deletedFileRetentionDuration",
    "delta.logRetentionDuration",
    "delta.sampleRetentionDuration",
    "delta.setTransactionRetentionDuration",
];

/// Whole numbers with the least that they may be.
const NUMBERS: &[(&str, i64)] = &[("delta.checkpointInterval", 1), ("delta.dataSkippingNumIndexedCols", -1)];

/// Properties that switch a feature on when they are `true`.
const SWITCHES: &[(&str, &str)] = &[
    ("delta.appendOnly", "appendOnly"),
    ("delta.enableChangeDataFeed", "changeDataFeed"),
    ("delta.enableDeletionVectors", "deletionVectors"),
    (super::commit::IN_COMMIT_TIMESTAMPS, "inCommitTimestamp"),
    ("delta.enableTypeWidening", "typeWidening"),
];

/// Properties that promise what no writer here keeps; `false` and an empty list promise nothing.
const NOT_KEPT: &[&str] = &[
    "delta.compatibility.symlinkFormatManifest.enabled",
    "delta.enableIcebergCompatV1",
    "delta.enableIcebergCompatV2",
    "delta.enableIcebergCompatV3",
    "delta.enableRowTracking",
    "delta.enableVariantShredding",
    "delta.universalFormat.enabledFormats",
];

/// Whether the table keeps a property itself.
pub(super) fn is_internal(key: &str) -> bool {
    key == MAX_COLUMN_ID || is_bookkeeping(key)
}

/// Whether a property speaks of the versions and files of one table and is nothing for another one.
pub(crate) fn is_bookkeeping(key: &str) -> bool {
    ["delta.inCommitTimestampEnablement", "delta.rowTracking."].iter().any(|prefix| key.starts_with(prefix))
}

/// What setting `key` to `value` does.
///
/// # Errors
/// [`DeltaError::UnknownProperty`] for a `delta.` key that is not known, [`DeltaError::UnsupportedProperty`]
/// for one that would promise what is not kept.
pub(super) fn property(key: &str, value: &str) -> Result<Property, DeltaError> {
    if let Some((_, feature)) = SWITCHES.iter().find(|(switch, _)| *switch == key) {
        return match value {
            "true" => Ok(Property::Stored(Some(feature))),
            "false" => Ok(Property::Stored(None)),
            _ => refused(key, value, "it is true or false"),
        };
    }
    if NOT_KEPT.contains(&key) {
        return match value {
            "false" | "" => Ok(Property::Stored(None)),
            _ => refused(key, value, "the embedded workspace does not keep what it promises; leave it out"),
        };
    }
    if let Some(name) = key.strip_prefix(FEATURE) {
        return feature_property(key, name, value);
    }
    if key.starts_with(CONSTRAINTS) {
        return refused(key, value, "use ALTER TABLE … ADD CONSTRAINT … CHECK");
    }
    if is_internal(key) {
        return refused(key, value, "the table keeps it itself; leave it out");
    }
    valued(key, value)
}

fn refused(key: &str, value: &str, reason: &str) -> Result<Property, DeltaError> {
    let (key, value, reason) = (key.to_owned(), value.to_owned(), reason.to_owned());
    Err(DeltaError::UnsupportedProperty { key, value, reason })
}

/// `delta.feature.name`
fn feature_property(key: &str, name: &str, value: &str) -> Result<Property, DeltaError> {
    match feature(name).filter(|feature| feature.append && name != "rowTracking") {
        Some(feature) if matches!(value, "supported" | "enabled") => Ok(Property::Feature(feature.name)),
        Some(_) => refused(key, value, "its only value is 'supported'"),
        None => {
            refused(key, value, "the embedded workspace cannot write tables with that feature; leave it out")
        }
    }
}

/// Properties whose meaning depends on their value, and those that are stored as they are.
fn valued(key: &str, value: &str) -> Result<Property, DeltaError> {
    if DURATIONS.contains(&key) && interval_millis(value).is_none() {
        return refused(key, value, "it is a length of time without months, such as 'interval 7 days'");
    }
    if let Some((_, least)) = NUMBERS.iter().find(|(number, _)| *number == key)
        && value.parse().ok().is_none_or(|number: i64| number < *least)
    {
        return refused(key, value, &format!("it is a whole number from {least} on"));
    }
    match (key, value, value.parse()) {
        (ISOLATION_LEVEL, "Serializable" | "WriteSerializable", _) => Ok(Property::Stored(None)),
        (ISOLATION_LEVEL, ..) => refused(key, value, "it is Serializable or WriteSerializable"),
        (COLUMN_MAPPING_MODE, "name" | "id", _) => Ok(Property::Stored(Some("columnMapping"))),
        (COLUMN_MAPPING_MODE, "none", _) => Ok(Property::Stored(None)),
        (COLUMN_MAPPING_MODE, ..) => refused(key, value, "it is none, name or id"),
        ("delta.checkpointPolicy", "v2", _) => Ok(Property::Stored(Some("v2Checkpoint"))),
        ("delta.checkpointPolicy", "classic", _) => Ok(Property::Stored(None)),
        ("delta.minReaderVersion", _, Ok(version @ 1..=3)) => Ok(Property::ReaderVersion(version)),
        ("delta.minWriterVersion", _, Ok(version @ 1..=7)) => Ok(Property::WriterVersion(version)),
        ("delta.minReaderVersion" | "delta.minWriterVersion", ..) => {
            refused(key, value, "there is no such version")
        }
        _ if !key.starts_with("delta.") || is_plain(key) => Ok(Property::Stored(None)),
        _ => Err(DeltaError::UnknownProperty { key: key.to_owned() }),
    }
}

fn is_plain(key: &str) -> bool {
    PLAIN.contains(&key) || DURATIONS.contains(&key) || NUMBERS.iter().any(|(number, _)| *number == key)
}

/// The length of an interval such as `interval 7 days`, in milliseconds; none for months and years, whose length
/// differs, and for what is no length.
pub(super) fn interval_millis(text: &str) -> Option<i64> {
    let text = text.trim().to_lowercase();
    let mut words = text.strip_prefix("interval").unwrap_or(&text).split_whitespace();
    let mut millis = None;
    while let Some(number) = words.next() {
        let number: i64 = number.trim_matches('\'').parse().ok()?;
        let unit = match words.next()?.trim_matches('\'').trim_end_matches('s') {
            "millisecond" => 1,
            "second" => 1_000,
            "minute" => 60_000,
            "hour" => 3_600_000,
            "day" => 86_400_000,
            "week" => 604_800_000,
            _ => return None,
        };
        millis = Some(millis.unwrap_or(0_i64).checked_add(number.checked_mul(unit)?)?);
    }
    millis.filter(|millis| *millis >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_that_need_a_feature_name_it() {
        for (key, value, meaning) in [
            ("delta.enableDeletionVectors", "true", Property::Stored(Some("deletionVectors"))),
            ("delta.enableDeletionVectors", "false", Property::Stored(None)),
            ("delta.columnMapping.mode", "name", Property::Stored(Some("columnMapping"))),
            ("delta.feature.deletionVectors", "supported", Property::Feature("deletionVectors")),
            ("delta.minWriterVersion", "7", Property::WriterVersion(7)),
            ("team", "sales", Property::Stored(None)),
            ("delta.deletedFileRetentionDuration", "interval 1 week", Property::Stored(None)),
            ("delta.dataSkippingNumIndexedCols", "-1", Property::Stored(None)),
        ] {
            assert_eq!(property(key, value).unwrap(), meaning, "{key} = {value}");
        }
    }

    #[test]
    fn promises_that_are_not_kept_are_refused_by_name() {
        let refused = [
            ("delta.enableRowTracking", "true"),
            ("delta.universalFormat.enabledFormats", "iceberg"),
            ("delta.constraints.positive", "id > 0"),
            ("delta.feature.catalogManaged", "supported"),
            ("delta.columnMapping.maxColumnId", "3"),
            ("delta.enableDeletionVectors", "yes"),
            ("delta.apendOnly", "true"),
            ("delta.deletedFileRetentionDuration", "interval 1 month"),
            ("delta.logRetentionDuration", "interval"),
            ("delta.checkpointInterval", "0"),
            ("delta.isolationLevel", "SnapshotIsolation"),
        ];
        let texts: Vec<_> =
            refused.iter().map(|(key, value)| property(key, value).unwrap_err().to_string()).collect();
        insta::assert_snapshot!(texts.join("\n"));
    }
}
