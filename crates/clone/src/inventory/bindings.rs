//! Reads which workspaces see a catalog: one request, and only for isolated ones.

use std::collections::BTreeMap;

use clxs_api::binding::BindingType;
use clxs_api::catalog::IsolationMode;
use clxs_client::ErrorKind;

use super::Inventories;
use super::reader::{Found, Reader, Side, refusal};
use crate::plan::Facet;
use crate::{Error, Result};

impl<'a> Reader<'a> {
    /// Reads the bindings of the catalogs that are isolated. Only who manages one may ask for them.
    pub(super) async fn bindings(&self, own: &Inventories) -> Result<Found<'a>> {
        let is_isolated = |side: &Side| {
            let catalog = own.side(*side).catalog.as_ref();
            catalog.is_some_and(|catalog| catalog.isolation == Some(IsolationMode::Isolated))
        };
        let isolated = [Side::Source, Side::Destination].into_iter().filter(is_isolated).collect::<Vec<_>>();
        let found = self.all(isolated.iter().map(|side| self.bindings_of(*side)).collect()).await?;
        Ok(Box::new(move |inventories| {
            for (side, bindings) in isolated.into_iter().zip(found) {
                let inventory = inventories.side_mut(side);
                match (bindings, &mut inventory.catalog) {
                    (Ok(bindings), Some(catalog)) => catalog.bindings = bindings,
                    (Ok(_), None) => {}
                    (Err(reason), _) => drop(inventory.unread.insert(Facet::Bindings, reason)),
                }
            }
            Ok(())
        }))
    }

    /// The workspaces that see a catalog, or why the platform does not tell.
    async fn bindings_of(&self, side: Side) -> Result<Result<BTreeMap<i64, BindingType>, String>> {
        let name = self.name_of(side).to_lowercase();
        match self.warehouse.client().get_catalog_bindings(&name).await {
            Ok(bindings) => {
                let binding_type = |given: Option<BindingType>| given.unwrap_or(BindingType::ReadWrite);
                let bindings = bindings.into_iter();
                Ok(Ok(bindings.map(|own| (own.workspace_id, binding_type(own.binding_type))).collect()))
            }
            Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::Unsupported) => {
                Ok(Err(refusal(&error)))
            }
            Err(error) => {
                let attempt = format!("read the workspaces that catalog `{}` is bound to", name.as_str());
                Err(Error::client(attempt)(error))
            }
        }
    }
}
