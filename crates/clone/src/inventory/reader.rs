//! Reads the inventories through the client: lists and bulk queries, all of them at once within the limits.

use clxs_api::Identifier;
use clxs_api::current_user::User;
use futures::future::try_join;
use futures::{Stream, StreamExt, TryStreamExt};

use super::{Inventories, Inventory};
use crate::journal::Provenance;
use crate::warehouse::Warehouse;
use crate::{Error, Result, Settings};

/// REST reads at once.
pub(super) const READS_AT_ONCE: usize = 16;

/// Reads source and destination.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    pub(super) warehouse: Warehouse,
    pub(super) settings: &'a Settings,
    pub(super) provenance: Provenance,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(warehouse: Warehouse, settings: &'a Settings, provenance: Provenance) -> Self {
        Self { warehouse, settings, provenance }
    }

    /// Reads everything the planner needs.
    pub(crate) async fn read(self) -> Result<Inventories> {
        let client = self.warehouse.client();
        let caller = client.current_user().await.map_err(Error::client("ask who the caller is"))?;
        let (source, destination) =
            try_join(self.containers(&self.settings.source), self.containers(&self.settings.destination))
                .await?;
        let mut inventories = Inventories {
            source,
            destination,
            caller: caller.user_name.clone().unwrap_or_default(),
            consistent_at: None,
        };
        self.filter_by_tags(&mut inventories.source).await?;
        self.select(&mut inventories);
        self.read_tables(&mut inventories).await?;
        self.read_versions_as_of(&mut inventories).await?;
        self.read_volumes(&mut inventories).await?;
        self.read_models(&mut inventories).await?;
        self.read_functions(&mut inventories).await?;
        self.read_histories(&mut inventories).await?;
        self.read_definitions(&mut inventories).await?;
        self.read_sizes(&mut inventories).await?;
        let Inventories { source, destination, .. } = &mut inventories;
        try_join(
            self.read_facets(&self.settings.source, source, &caller),
            self.read_facets(&self.settings.destination, destination, &caller),
        )
        .await?;
        self.read_keys(&mut inventories).await?;
        Ok(inventories)
    }

    /// Reads what is read in bulk of a catalog and of everything in it.
    async fn read_facets(&self, name: &Identifier, inventory: &mut Inventory, caller: &User) -> Result<()> {
        self.read_grants(name, inventory, caller).await?;
        self.read_tags(name, inventory).await?;
        self.read_key_outlines(name, inventory).await?;
        self.read_bindings(name, inventory).await
    }

    /// What the selection leaves out is marked. Of the destination only schemas of the source count; of those
    /// left out the tables count too, because views that take part may read them.
    fn select(&self, inventories: &mut Inventories) {
        for (name, schema) in &mut inventories.source.schemas {
            let reason = self.settings.selection.skips_schema(name).map(str::to_owned);
            schema.skip = schema.skip.take().or(reason);
        }
        let source = &inventories.source.schemas;
        inventories.destination.schemas.retain(|name, own| own.skip.is_none() && source.contains_key(name));
        for (name, schema) in &mut inventories.destination.schemas {
            schema.skip = source.get(name).and_then(|source| source.skip.clone());
        }
    }
}

/// Collects a stream of a list.
pub(super) async fn collect<T>(
    attempt: String,
    list: impl Stream<Item = clxs_client::Result<T>> + Send,
) -> Result<Vec<T>> {
    list.try_collect().await.map_err(Error::client(attempt))
}

/// Runs reads at once within a limit; the order of results is that of the reads.
pub(super) async fn all<T>(reads: Vec<impl Future<Output = Result<T>>>, at_once: usize) -> Result<Vec<T>> {
    futures::stream::iter(reads).buffered(at_once.max(1)).try_collect().await
}
