//! Reads registered models.

use clxs_api::model::RegisteredModelInfo;
use clxs_api::{FullName, Identifier};

use super::containers::some_text;
use super::listed::{Item, Listed, none_where_unsupported};
use super::reader::{Found, Reader};
use super::{Inventories, Model};
use crate::{Kind, Result};

impl<'a> Reader<'a> {
    /// Reads the registered models of all schemas that take part. A workspace without registered models has none.
    pub(super) async fn models(&self, own: &Inventories) -> Result<Found<'a>> {
        let schemas = own.schemas_taking_part();
        self.of_schemas(schemas, |schema| self.models_of(schema), |schema| &mut schema.models).await
    }

    async fn models_of(&self, schema: FullName) -> Result<Listed<Model>> {
        let attempt = format!("list the models of schema `{}`", schema.dotted());
        let list = self.warehouse.client().list_models(schema.catalog(), schema.name());
        let read = |info: RegisteredModelInfo| {
            let browse_only = info.browse_only;
            Ok(model_of(info).map(|read| Item { kind: Kind::Model, browse_only, read }))
        };
        none_where_unsupported(Listed::read((&attempt, &schema), list, read).await)
    }
}

fn model_of(info: RegisteredModelInfo) -> Option<(Identifier, Model)> {
    let name = Identifier::new(info.name?).ok()?.to_lowercase();
    let comment = some_text(info.comment);
    Some((name, Model { owner: info.owner, comment, ..Model::default() }))
}
