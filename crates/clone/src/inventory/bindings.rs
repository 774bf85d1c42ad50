//! Reads which workspaces see a catalog: one request, and only for isolated ones.

use clxs_api::Identifier;
use clxs_api::binding::BindingType;
use clxs_api::catalog::IsolationMode;
use clxs_client::ErrorKind;

use super::Inventory;
use super::reader::Reader;
use crate::plan::Facet;
use crate::{Error, Result};

impl Reader<'_> {
    /// Fills the bindings of a catalog. Only who manages it may ask for them.
    pub(super) async fn read_bindings(&self, name: &Identifier, inventory: &mut Inventory) -> Result<()> {
        let Some(catalog) =
            inventory.catalog.as_mut().filter(|catalog| catalog.isolation == Some(IsolationMode::Isolated))
        else {
            return Ok(());
        };
        match self.warehouse.client().get_catalog_bindings(&name.to_lowercase()).await {
            Ok(bindings) => {
                let binding_type = |given: Option<BindingType>| given.unwrap_or(BindingType::ReadWrite);
                catalog.bindings = bindings
                    .into_iter()
                    .map(|binding| (binding.workspace_id, binding_type(binding.binding_type)))
                    .collect();
                Ok(())
            }
            Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::Unsupported) => {
                inventory.unread.insert(Facet::Bindings, error.to_string());
                Ok(())
            }
            Err(error) => {
                let attempt = format!("read the workspaces that catalog `{}` is bound to", name.as_str());
                Err(Error::client(attempt)(error))
            }
        }
    }
}
