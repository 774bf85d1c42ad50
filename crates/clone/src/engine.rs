//! The engine: a client, a warehouse and a journal.

use clxs_client::Client;
use tokio_util::sync::CancellationToken;

use crate::event::Observer;
use crate::inventory::{self, Reader};
use crate::plan::{self, Plan};
use crate::run;
use crate::warehouse::Warehouse;
use crate::{Journal, Report, Result, Settings};

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

    /// The journal of the engine's runs.
    pub fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Reads source and destination, and plans. Statements that a dead run left in the warehouse are waited
    /// for first, so that the plan is made for what will be there.
    ///
    /// # Errors
    /// Those of [`plan::plan`], [`Error::Client`](crate::Error::Client) when something cannot be read, and
    /// [`Error::Journal`](crate::Error::Journal).
    pub async fn plan(&self, settings: &Settings) -> Result<Plan> {
        settings.validate()?;
        run::recover(&self.warehouse, &self.journal, &settings.destination).await?;
        let inventories = Box::pin(self.inventories(settings)).await?;
        plan::plan(&inventories, settings)
    }

    /// Runs a plan to its end. Failures of steps are in the report; so is a cancelled run.
    ///
    /// # Errors
    /// [`Error::Locked`](crate::Error::Locked) when another run writes to the destination,
    /// [`Error::Client`](crate::Error::Client) when the caller is no longer authenticated,
    /// [`Error::Journal`](crate::Error::Journal).
    pub async fn run(
        &self,
        settings: &Settings,
        plan: &Plan,
        observer: &dyn Observer,
        cancellation: CancellationToken,
    ) -> Result<Report> {
        run::run(&self.warehouse, &self.journal, run::Request { settings, plan, observer, cancellation })
            .await
    }

    /// Reads what is there.
    async fn inventories(&self, settings: &Settings) -> Result<inventory::Inventories> {
        let metastore = self.warehouse.metastore().await?;
        let provenance = self.journal.provenance(&metastore, &settings.destination)?;
        Reader::new(self.warehouse.clone(), settings, provenance).read().await
    }
}
