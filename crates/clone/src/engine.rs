//! The engine: a client, a warehouse and a journal.

mod resume;
mod rollback;
mod saved;

use clxs_client::Client;
use tokio_util::sync::CancellationToken;

use crate::event::{Observer, SilentObserver};
use crate::inventory::{Inventories, Reader};
use crate::journal::RunId;
use crate::plan::{self, Plan, TableDrift};
use crate::run::{self, Request, RunKind};
use crate::warehouse::Warehouse;
use crate::{Clock, Error, Journal, Report, Result, Settings};

/// Plans and runs clones in one workspace. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Engine {
    warehouse: Warehouse,
    journal: Journal,
}

impl Engine {
    /// An engine that sends its statements to this warehouse and keeps its runs in this journal.
    pub fn new(client: Client, warehouse_id: impl Into<String>, journal: Journal) -> Self {
        Self { warehouse: Warehouse::new(client, warehouse_id.into()), journal }
    }

    /// The same engine, whose limits go by this clock instead of that of the machine.
    #[must_use]
    pub fn with_clock(&self, clock: Clock) -> Self {
        Self { warehouse: self.warehouse.with_clock(clock), journal: self.journal.clone() }
    }

    /// The journal of the engine's runs.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Reads source and destination, and plans. Statements that a dead run left in the warehouse are waited
    /// for first, so that the plan is made for what will be there.
    ///
    /// # Errors
    /// Those of [`plan::plan`], [`Error::Client`] when something cannot be read, and
    /// [`Error::Journal`].
    pub async fn plan(&self, settings: &Settings) -> Result<Plan> {
        let inventories = self.inventories(settings).await?;
        plan::plan(&inventories, settings)
    }

    /// How every table of the source stands to the destination's.
    ///
    /// # Errors
    /// Those of [`Engine::plan`].
    pub async fn drift(&self, settings: &Settings) -> Result<Vec<TableDrift>> {
        let inventories = self.inventories(settings).await?;
        plan::drifts(&inventories, settings)
    }

    /// Runs a plan to its end. Failures of steps are in the report; so is a cancelled run.
    ///
    /// # Errors
    /// [`Error::Locked`] when another run writes to the destination, [`Error::Stopped`] when it is cancelled before it
    /// begins, [`Error::Client`] when the caller is no longer authenticated,
    /// [`Error::Journal`].
    pub async fn run(
        &self,
        settings: &Settings,
        plan: &Plan,
        observer: &dyn Observer,
        cancellation: CancellationToken,
    ) -> Result<Report> {
        self.run_as(RunKind::Clone, (settings, plan), observer, cancellation).await
    }

    async fn run_as(
        &self,
        kind: RunKind,
        (settings, plan): (&Settings, &Plan),
        observer: &dyn Observer,
        cancellation: CancellationToken,
    ) -> Result<Report> {
        let request = Request { settings, plan, observer, cancellation, kind };
        run::run(&self.warehouse, &self.journal, request).await
    }

    /// Checks that a run was made in this metastore.
    async fn require_own_metastore(&self, run: &RunId) -> Result<()> {
        let (metastore, own) = (self.journal.metastore_of(run)?, self.warehouse.metastore().await?);
        if metastore == own { Ok(()) } else { Err(Error::OtherMetastore { run: run.clone(), metastore }) }
    }

    /// Reads what is there, once nothing of a dead run is under way.
    async fn inventories(&self, settings: &Settings) -> Result<Inventories> {
        settings.validate()?;
        settings.require_past(self.warehouse.now())?;
        let warehouse = self.warehouse.within(settings);
        let summary = warehouse.metastore_summary().await?;
        let metastore = warehouse.metastore().await?;
        run::recover((&warehouse, &self.journal), (&metastore, &settings.destination), &SilentObserver)
            .await?;
        let provenance = self.journal.provenance(&metastore, settings)?;
        Box::pin(Reader::new(warehouse, settings, provenance).read(&summary)).await
    }
}
