//! Registered models.

use clxs_api::model::{CreateRegisteredModel, UpdateRegisteredModel};
use clxs_api::{FullName, Identifier, Privilege};

use super::shared::{Change, New, get, list_of_schema, managed, new_row, schema_for_new, update};
use crate::authorization::{Access, Sight};
use crate::metastore::{MetastoreError, Model, ModelRow, Page, PageRequest, Transaction, WriteIntent};

/// A model that the caller sees, and how much of it.
pub(crate) fn get_model(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    include_browse: bool,
) -> Result<(ModelRow, Sight), MetastoreError> {
    get(tx, access, name, include_browse)
}

/// Those models of a page of a schema that the caller sees.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] and [`MetastoreError::NotFound`] for the schema or its catalog.
pub(crate) fn list_models(
    tx: &Transaction<'_>,
    access: &Access,
    schema: (&Identifier, &Identifier),
    include_browse: bool,
    page: &PageRequest,
) -> Result<Page<(ModelRow, Sight)>, MetastoreError> {
    list_of_schema(tx, access, schema, include_browse, page)
}

/// Makes a model without versions, owned by the caller.
pub(crate) fn create_model(
    tx: &Transaction<'_>,
    access: &Access,
    request: &CreateRegisteredModel,
) -> Result<ModelRow, MetastoreError> {
    if request.storage_location.is_some() {
        let message =
            "The embedded workspace keeps files of models in its own folder: leave storage_location out.";
        return Err(MetastoreError::invalid(message));
    }
    let at = (request.catalog_name.as_str(), request.schema_name.as_str());
    let schema = schema_for_new(tx, access, at, &Privilege::CreateModel)?;
    let new = New { name: &request.name, comment: &request.comment, properties: &None };
    let row = new_row(access, Some(schema.as_parent()), &new)?;
    tx.insert_securable(&row)?;
    Ok(row)
}

/// Changes a model: what is absent stays.
pub(crate) fn update_model(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    change: &UpdateRegisteredModel,
) -> Result<ModelRow, MetastoreError> {
    let shared = Change {
        new_name: change.new_name.as_deref(),
        owner: change.owner.as_deref(),
        comment: change.comment.as_deref(),
        properties: None,
    };
    update(tx, access, name, &shared, |_: &mut Model| {})
}

/// Drops a model with its versions. The intent is for the folder of their files.
pub(crate) fn drop_model(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
) -> Result<WriteIntent, MetastoreError> {
    tx.delete_model(&managed(tx, access, name)?)
}
