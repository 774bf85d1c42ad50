//! Reads registered models.

use std::collections::BTreeMap;

use clxs_api::model::RegisteredModelInfo;
use clxs_api::{FullName, Identifier};
use clxs_client::ErrorKind;

use super::containers::some_text;
use super::reader::{Found, Reader, collect};
use super::{Inventories, Model};
use crate::{Error, Kind, Result};

impl<'a> Reader<'a> {
    /// Reads the registered models of all schemas that take part. A workspace without registered models has none.
    pub(super) async fn models(&self, own: &Inventories) -> Result<Found<'a>> {
        let schemas = own.schemas_taking_part();
        self.of_schemas(schemas, |schema| self.models_of(schema), |schema| &mut schema.models).await
    }

    async fn models_of(&self, schema: FullName) -> Result<BTreeMap<Identifier, Model>> {
        let attempt = format!("list the models of schema `{}`", schema.dotted());
        let list = self.warehouse.client().list_models(schema.catalog(), schema.name());
        let read = |info: RegisteredModelInfo| {
            let browse_only = info.browse_only;
            Ok(model_of(info).and_then(|own| self.readable(browse_only, (Kind::Model, &schema), own)))
        };
        match collect(&attempt, list, read).await {
            Err(Error::Client { source, .. }) if source.kind() == ErrorKind::Unsupported => {
                Ok(BTreeMap::new())
            }
            listed => Ok(listed?.into_iter().collect()),
        }
    }
}

fn model_of(info: RegisteredModelInfo) -> Option<(Identifier, Model)> {
    let name = Identifier::new(info.name?).ok()?.to_lowercase();
    let comment = some_text(info.comment);
    Some((name, Model { owner: info.owner, comment, ..Model::default() }))
}
