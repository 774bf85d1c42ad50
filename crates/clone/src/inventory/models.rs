//! Reads registered models.

use std::collections::BTreeMap;

use clxs_api::model::RegisteredModelInfo;
use clxs_api::{FullName, Identifier};
use clxs_client::ErrorKind;

use super::containers::some_text;
use super::reader::{Found, Reader, Side, collect};
use super::{Inventories, Model};
use crate::{Error, Result};

impl<'a> Reader<'a> {
    /// Reads the registered models of all schemas that take part. A workspace without registered models has none.
    pub(super) async fn models(&self, own: &Inventories) -> Result<Found<'a>> {
        let schemas = own.schemas_taking_part();
        self.of_schemas(schemas, |schema| self.models_of(schema), |schema| &mut schema.models).await
    }

    async fn models_of(&self, schema: FullName) -> Result<BTreeMap<Identifier, Model>> {
        let attempt = format!("list the models of schema `{}`", schema.dotted());
        let list = self.warehouse.client().list_models(schema.catalog(), schema.name());
        match collect(&attempt, list, |info| Ok(model_of(info))).await {
            Err(Error::Client { source, .. }) if source.kind() == ErrorKind::Unsupported => {
                Ok(BTreeMap::new())
            }
            listed => Ok(listed?.into_iter().collect()),
        }
    }

    /// Reads of the models that the destination lacks whether they have versions.
    pub(super) async fn model_versions(&self, own: &Inventories) -> Result<Found<'a>> {
        let catalog = self.catalog_name(Side::Source);
        let mut missing = Vec::new();
        for (schema_name, schema) in &own.source.schemas {
            let existing = own.destination.schemas.get(schema_name);
            for name in schema.models.keys() {
                if !existing.is_some_and(|schema| schema.models.contains_key(name)) {
                    missing.push((schema_name.clone(), name.clone()));
                }
            }
        }
        let names = missing.iter().map(|(schema, name)| catalog.child(schema.clone()).child(name.clone()));
        let found = self.all(names.map(|name| self.has_versions(name)).collect()).await?;
        Ok(Box::new(move |inventories| {
            for ((schema, name), found) in missing.iter().zip(found) {
                let schema = inventories.source.schemas.get_mut(schema);
                if let Some(model) = schema.and_then(|schema| schema.models.get_mut(name)) {
                    model.has_versions = found;
                }
            }
            Ok(())
        }))
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
