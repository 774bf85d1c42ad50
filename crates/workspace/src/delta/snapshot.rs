//! A table at a version, read through the kernel.

use std::collections::BTreeMap;
use std::sync::Arc;

use delta_kernel::actions as kernel_actions;
use delta_kernel::scan::StatsOptions;
use delta_kernel::schema::StructType;
use delta_kernel::{KernelError, KernelResult, SnapshotRef};
use serde::de::DeserializeOwned;

use super::action::{AddFile, DomainMetadata, Metadata, Protocol, Transaction};
use super::commit::now_millis;
use super::engine::DeltaEngine;
use super::error::DeltaError;
use super::location::TableLocation;
use super::log::{Log, newest_protocol};
use super::property::ISOLATION_LEVEL;
use super::scan_row::{add_files, transactions};
use super::vacuum::retention;

/// The domain that holds the clustering columns.
pub(super) const CLUSTERING: &str = "delta.clustering";

/// Which version of a table is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pin {
    Latest,
    Version(u64),
    /// The newest version at that time, in milliseconds since 1970.
    Timestamp(i64),
}

/// A table at a version. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    pub(super) engine: DeltaEngine,
    location: TableLocation,
    pub(super) kernel: SnapshotRef,
    protocol: Arc<Protocol>,
    metadata: Arc<Metadata>,
    schema: Arc<StructType>,
}

impl Snapshot {
    /// Opens a table at a version.
    ///
    /// # Errors
    /// The platform's errors of time travel, and those of tables that cannot be read: no table, unknown
    /// reader features, a catalog-managed table, a log with gaps or without protocol or metaData.
    pub(crate) fn open(engine: &DeltaEngine, location: &TableLocation, pin: Pin) -> Result<Self, DeltaError> {
        let log = Log::list(location)?;
        let version = version_of(&log, location, pin)?;
        let kernel = delta_kernel::Snapshot::builder_for(location.url()?)
            .at_version(version)
            .build(engine.kernel().as_ref())
            .map_err(|error| explain(location, &log, version, error))?;
        Self::new(engine.clone(), location.clone(), kernel)
    }

    /// Opens a table at a version whose files are sure to be there: the latest, or one within the retention of deleted
    /// files (open Delta, `enforceTimeTravelWithinDeletedFileRetention`).
    ///
    /// # Errors
    /// Those of [`Snapshot::open`]; [`DeltaError::TravelBeyondRetention`].
    pub(crate) fn travel(
        engine: &DeltaEngine,
        location: &TableLocation,
        pin: Pin,
    ) -> Result<Self, DeltaError> {
        let snapshot = Self::open(engine, location, pin)?;
        if pin == Pin::Latest {
            return Ok(snapshot);
        }
        let latest = Self::open(engine, location, Pin::Latest)?;
        // A retention that is not understood is no reason to refuse what can be read.
        let Ok(retention) = retention(&latest) else { return Ok(snapshot) };
        if snapshot.version() < latest.version() && snapshot.timestamp()? < now_millis() - retention {
            let hours = retention / 3_600_000;
            return Err(DeltaError::TravelBeyondRetention { location: location.clone(), hours });
        }
        Ok(snapshot)
    }

    fn new(engine: DeltaEngine, location: TableLocation, kernel: SnapshotRef) -> Result<Self, DeltaError> {
        let configuration = kernel.table_configuration();
        let version = kernel.version();
        // The kernel's actions have private fields, but serialize as the log has them.
        let protocol: Protocol = convert(&location, version, configuration.protocol())?;
        let metadata: Metadata = convert(&location, version, configuration.metadata())?;
        protocol.ensure_readable(&location)?;
        let schema = kernel.schema();
        Ok(Self {
            engine,
            location,
            kernel,
            protocol: Arc::new(protocol),
            metadata: Arc::new(metadata),
            schema,
        })
    }

    pub(crate) fn version(&self) -> u64 {
        self.kernel.version()
    }

    pub(crate) fn location(&self) -> &TableLocation {
        &self.location
    }

    pub(crate) fn protocol(&self) -> &Protocol {
        &self.protocol
    }

    pub(crate) fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The logical schema.
    pub(crate) fn schema(&self) -> &StructType {
        &self.schema
    }

    /// The live files with everything the log says of them.
    ///
    /// # Errors
    /// Those of reading the log.
    pub(crate) fn files(&self) -> Result<Vec<AddFile>, DeltaError> {
        // There is nothing to write into a table without columns, and the kernel refuses to scan one.
        if self.schema.num_fields() == 0 {
            return Ok(Vec::new());
        }
        let files = self.files_with(&StatsOptions::json_only())?;
        // A checkpoint may hold statistics as columns only; the kernel writes them as JSON when asked for both.
        if files.iter().any(|file| file.stats.is_none()) {
            return self.files_with(&StatsOptions::all());
        }
        Ok(files)
    }

    fn files_with(&self, stats: &StatsOptions) -> Result<Vec<AddFile>, DeltaError> {
        self.read(|| {
            let scan = Arc::clone(&self.kernel)
                .scan_builder()
                .with_stats(stats.clone())
                .without_row_transforms()
                .build()?;
            let mut files = Vec::new();
            for batch in scan.scan_metadata(self.engine.kernel().as_ref())? {
                files.extend(add_files(batch?.scan_files)?);
            }
            Ok(files)
        })
    }

    /// How far each application has written.
    ///
    /// # Errors
    /// Those of reading the log.
    pub(crate) fn transactions(&self) -> Result<Vec<Transaction>, DeltaError> {
        self.read(|| {
            let schema = kernel_actions::LOG_TXN_SCHEMA.clone();
            let mut newest = BTreeMap::new();
            for batch in self.kernel.log_segment().read_actions(self.engine.kernel().as_ref(), schema)? {
                for transaction in transactions(batch?.actions)? {
                    newest.entry(transaction.app_id.clone()).or_insert(transaction);
                }
            }
            Ok(newest.into_values().collect())
        })
    }

    /// The state of a domain, if it has one.
    ///
    /// # Errors
    /// Those of reading the log.
    pub(crate) fn domain(&self, domain: &str) -> Result<Option<DomainMetadata>, DeltaError> {
        let configuration =
            self.read(|| self.kernel.get_domain_metadata_internal(domain, self.engine.kernel().as_ref()))?;
        Ok(configuration.map(|configuration| DomainMetadata {
            domain: domain.to_owned(),
            configuration,
            removed: false,
        }))
    }

    /// The state of a domain read as `T`, if the table has the domain.
    ///
    /// # Errors
    /// Those of reading the log; [`DeltaError::Json`] when the state is not as `T` has it.
    pub(super) fn domain_state<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, DeltaError> {
        let Some(domain) = self.domain(name)? else { return Ok(None) };
        serde_json::from_str(&domain.configuration).map(Some).map_err(|source| DeltaError::Json {
            location: self.location.clone(),
            file: format!("the domain {name}"),
            source,
        })
    }

    /// Whether a property is `true`.
    pub(crate) fn is_enabled(&self, property: &str) -> bool {
        self.metadata.is_enabled(property)
    }

    /// Whether rows appended by others conflict with what read the table.
    pub(super) fn is_serializable(&self) -> bool {
        let level = self.metadata.configuration.get(ISOLATION_LEVEL);
        level.is_some_and(|level| level.eq_ignore_ascii_case("Serializable"))
    }

    /// Checks that rows may be taken away.
    ///
    /// # Errors
    /// [`DeltaError::AppendOnly`].
    pub(crate) fn ensure_not_append_only(&self, operation: &'static str) -> Result<(), DeltaError> {
        if self.is_enabled("delta.appendOnly") {
            return Err(DeltaError::AppendOnly { location: self.location.clone(), operation });
        }
        Ok(())
    }

    /// When the version was committed, in milliseconds since 1970.
    ///
    /// # Errors
    /// Those of reading the commit.
    pub(crate) fn timestamp(&self) -> Result<i64, DeltaError> {
        self.read(|| self.kernel.get_timestamp(self.engine.kernel().as_ref()))
    }

    pub(super) fn read<T>(&self, read: impl FnOnce() -> KernelResult<T>) -> Result<T, DeltaError> {
        read().map_err(DeltaError::kernel(&self.location))
    }
}

fn version_of(log: &Log, location: &TableLocation, pin: Pin) -> Result<u64, DeltaError> {
    let (earliest, latest) = (log.earliest(), log.latest());
    match pin {
        Pin::Latest => Ok(latest),
        Pin::Version(version) if (earliest..=latest).contains(&version) => Ok(version),
        Pin::Version(version) => {
            Err(DeltaError::VersionNotFound { location: location.clone(), version, earliest, latest })
        }
        Pin::Timestamp(timestamp) => log.version_at(location, timestamp),
    }
}

fn convert<T: DeserializeOwned>(
    location: &TableLocation,
    version: u64,
    action: &impl serde::Serialize,
) -> Result<T, DeltaError> {
    serde_json::to_value(action).and_then(serde_json::from_value).map_err(|source| DeltaError::Json {
        location: location.clone(),
        file: format!("the log up to version {version}"),
        source,
    })
}

/// Why the kernel could not open the table, in words that help.
fn explain(location: &TableLocation, log: &Log, version: u64, error: KernelError) -> DeltaError {
    let refused =
        newest_protocol(location, log, version).and_then(|protocol| protocol.ensure_readable(location).err());
    if let Some(refused) = refused {
        return refused;
    }
    let location = location.clone();
    if let Some(missing) = log.gap(version) {
        return DeltaError::NotContiguous { location, missing };
    }
    let action = match &error {
        KernelError::MissingMetadata => "metaData",
        KernelError::MissingProtocol => "protocol",
        KernelError::MissingMetadataAndProtocol => "protocol and no metaData",
        _ => return DeltaError::BrokenLog { location, source: Box::new(error) },
    };
    DeltaError::IncompleteLog { location, action, version }
}
