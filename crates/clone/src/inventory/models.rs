//! Reads registered models.

use clxs_api::model::RegisteredModelInfo;
use clxs_api::{FullName, Identifier};
use clxs_client::ErrorKind;
use futures::future::try_join;

use super::containers::some_text;
use super::reader::{READS_AT_ONCE, Reader, all, collect};
use super::{Inventories, Inventory, Model};
use crate::{Error, Result};

impl Reader<'_> {
    /// Fills the registered models of all schemas that take part, and whether those that the destination lacks have
    /// versions.
    pub(super) async fn read_models(&self, inventories: &mut Inventories) -> Result<()> {
        let Inventories { source, destination, .. } = inventories;
        try_join(
            self.list_models(&self.settings.source, source),
            self.list_models(&self.settings.destination, destination),
        )
        .await?;
        let catalog = FullName::of_catalog(self.settings.source.to_lowercase());
        let mut missing = Vec::new();
        for (schema_name, schema) in &mut source.schemas {
            let existing = destination.schemas.get(schema_name);
            for (name, model) in &mut schema.models {
                if !existing.is_some_and(|schema| schema.models.contains_key(name)) {
                    missing.push((catalog.child(schema_name.clone()).child(name.clone()), model));
                }
            }
        }
        let reads = missing.iter().map(|(name, _)| self.has_versions(name.clone())).collect();
        for (found, (_, model)) in all(reads, READS_AT_ONCE).await?.into_iter().zip(missing) {
            model.has_versions = found;
        }
        Ok(())
    }

    /// A workspace without registered models has none.
    async fn list_models(&self, catalog: &Identifier, inventory: &mut Inventory) -> Result<()> {
        let catalog = &catalog.to_lowercase();
        let schemas = inventory.taking_part();
        let reads = schemas.iter().map(|schema| async move {
            let attempt = format!("list the models of schema `{}.{}`", catalog.as_str(), schema.as_str());
            match collect(attempt, self.warehouse.client().list_models(catalog, schema)).await {
                Err(Error::Client { source, .. }) if source.kind() == ErrorKind::Unsupported => {
                    Ok(Vec::new())
                }
                listed => listed,
            }
        });
        for (schema, models) in schemas.iter().zip(all(reads.collect(), READS_AT_ONCE).await?) {
            if let Some(schema) = inventory.schemas.get_mut(schema) {
                schema.models = models.into_iter().filter_map(model_of).collect();
            }
        }
        Ok(())
    }

    async fn has_versions(&self, name: FullName) -> Result<bool> {
        let attempt = format!("list the versions of model `{}`", name.dotted());
        self.warehouse.client().has_model_versions(&name).await.map_err(Error::client(attempt))
    }
}

fn model_of(info: RegisteredModelInfo) -> Option<(Identifier, Model)> {
    let name = Identifier::new(info.name?).ok()?.to_lowercase();
    let comment = some_text(info.comment);
    Some((name, Model { owner: info.owner, comment, ..Model::default() }))
}
