//! Reads versions of registered models and their aliases, and tells which of the destination's are copies of which.
//!
//! A copy names the version that it is of as its source, in the form in which `MLflow`'s `copy_model_version` does
//! (`mlflow/store/model_registry/abstract_store.py` of `MLflow`), so that whoever made it, it is known again.

use std::collections::BTreeMap;

use clxs_api::model_version::{ModelVersionInfo, ModelVersionStatus};
use clxs_api::{FullName, Identifier};
use clxs_client::{ErrorKind, FileRoot};
use futures::TryStreamExt;
use serde::{Deserialize, Serialize};

use super::containers::some_text;
use super::reader::{Found, Reader, Side, nothing, refusal};
use super::{Inventories, Inventory, Model};
use crate::settings::{LoadType, ObjectType};
use crate::{Error, Result};

/// A version of a registered model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelVersion {
    /// How far it is.
    pub status: Option<ModelVersionStatus>,
    /// Where its files came from.
    pub source: Option<String>,
    /// The run of `MLflow` that made it.
    pub run_id: Option<String>,
    /// The workspace of that run.
    pub run_workspace: Option<i64>,
    /// Free text about it.
    pub comment: Option<String>,
    /// When it was begun, ms.
    pub created_at: Option<i64>,
    /// Whether it was registered with dependencies.
    pub has_dependencies: bool,
}

impl ModelVersion {
    /// Whether its files are there.
    pub fn is_ready(&self) -> bool {
        self.status == Some(ModelVersionStatus::Ready)
    }
}

impl From<ModelVersionInfo> for ModelVersion {
    fn from(info: ModelVersionInfo) -> Self {
        let dependencies = info.extra.get("model_version_dependencies");
        let listed = dependencies.and_then(|all| all.get("dependencies")?.as_array());
        Self {
            status: info.status,
            source: info.source,
            run_id: some_text(info.run_id),
            run_workspace: info.run_workspace_id,
            comment: some_text(info.comment),
            created_at: info.created_at,
            has_dependencies: listed.is_some_and(|all| !all.is_empty()),
        }
    }
}

/// A version of the source as its copies know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionOrigin {
    /// The model.
    pub model: FullName,
    /// The number of the version.
    pub version: i64,
    /// When it was begun, ms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<i64>,
}

impl VersionOrigin {
    /// What its copies have as their source.
    pub fn uri(&self) -> String {
        format!("models:/{}/{}", self.model.dotted(), self.version)
    }

    /// Whether a version is a copy of it. One that is older is of another version of that name: a model that is made
    /// anew counts from 1 again.
    pub(crate) fn is_copied_by(&self, version: &ModelVersion) -> bool {
        let names_it = version.source.as_ref().is_some_and(|source| source.eq_ignore_ascii_case(&self.uri()));
        let is_older = version.created_at.zip(self.created_at).is_some_and(|(copy, own)| copy < own);
        names_it && !is_older
    }
}

/// The versions of a model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelVersions {
    /// By number.
    pub by_number: BTreeMap<i64, ModelVersion>,
    /// The numbers of the versions that aliases lead to.
    pub aliases: BTreeMap<String, i64>,
    /// Why nobody may see them; there are none then.
    pub unread: Option<String>,
    /// Of the source: why nobody may read their files, asked only where the destination lacks one.
    pub unread_files: Option<String>,
}

impl ModelVersions {
    /// The number of the newest one that is a copy of a version, and ready.
    pub(crate) fn ready_copy(&self, origin: &VersionOrigin) -> Option<i64> {
        let is_meant = |version: &ModelVersion| version.is_ready() && origin.is_copied_by(version);
        self.by_number.iter().rfind(|(_, version)| is_meant(version)).map(|(number, _)| *number)
    }

    /// The first version of the model of this name that is ready and of which these others have no copy.
    pub(crate) fn first_lacking(&self, model: &FullName, copies: &Self) -> Option<VersionOrigin> {
        let is_lacking = |(origin, version): &(VersionOrigin, &ModelVersion)| {
            version.is_ready() && copies.ready_copy(origin).is_none()
        };
        self.origins(model).find(is_lacking).map(|(origin, _)| origin)
    }

    /// The versions of a model of this name as copies know them.
    pub(crate) fn origins<'a>(
        &'a self,
        model: &'a FullName,
    ) -> impl Iterator<Item = (VersionOrigin, &'a ModelVersion)> {
        self.by_number.iter().map(|(number, version)| {
            let (model, created_at) = (model.clone(), version.created_at);
            (VersionOrigin { model, version: *number, created_at }, version)
        })
    }
}

impl<'a> Reader<'a> {
    /// Reads the versions of the models that take part, and asks for files where the destination lacks a version: one
    /// request for a model without versions.
    pub(super) async fn model_versions(&self, own: &Inventories) -> Result<Found<'a>> {
        if self.settings.load_type == LoadType::Selective {
            return Ok(nothing());
        }
        let (source, copy) = (self.catalog_name(Side::Source), self.catalog_name(Side::Destination));
        let name = |catalog: &FullName, schema: &Identifier, model: &Identifier| {
            catalog.child(schema.clone()).child(model.clone())
        };
        let mut models = Vec::new();
        for (schema_name, schema) in &own.source.schemas {
            let existing = own.destination.schemas.get(schema_name);
            for model in schema.models.keys() {
                let full_name = name(&source, schema_name, model);
                if self.settings.selection.skips(&full_name, ObjectType::Model).is_some() {
                    continue;
                }
                let is_there = existing.is_some_and(|schema| schema.models.contains_key(model));
                let copy = is_there.then(|| name(&copy, schema_name, model));
                models.push((schema_name.clone(), model.clone(), full_name, copy));
            }
        }
        let reads = models.iter().map(|(_, _, source, copy)| self.sides_of_model(source, copy.as_ref()));
        let found = self.all(reads.collect()).await?;
        Ok(Box::new(move |inventories| {
            for ((schema, model, ..), (source, existing)) in models.iter().zip(found) {
                if let Some(model) = inventories.source.model_mut(schema, model) {
                    model.versions = source;
                }
                if let Some(model) = inventories.destination.model_mut(schema, model) {
                    model.versions = existing;
                }
            }
            Ok(())
        }))
    }

    /// The versions of the source and, where it has some, those of the destination.
    async fn sides_of_model(
        &self,
        name: &FullName,
        copy: Option<&FullName>,
    ) -> Result<(ModelVersions, ModelVersions)> {
        let mut source = self.versions(name).await?;
        let existing = match copy {
            Some(copy) if !source.by_number.is_empty() => self.versions(copy).await?,
            _ => ModelVersions::default(),
        };
        let lacking = source.first_lacking(name, &existing);
        if let Some(origin) = lacking.filter(|_| !self.settings.schema_only && existing.unread.is_none()) {
            source.unread_files = self.files_refused(origin).await?;
        }
        Ok((source, existing))
    }

    /// The versions of a model.
    pub(crate) async fn versions(&self, model: &FullName) -> Result<ModelVersions> {
        match self.shown_versions(model).await {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                Ok(ModelVersions { unread: Some(refusal(&error)), ..ModelVersions::default() })
            }
            read => read.map_err(Error::client(format!("read the versions of model `{}`", model.dotted()))),
        }
    }

    /// The versions of a model; one that has none has no aliases.
    async fn shown_versions(&self, model: &FullName) -> clxs_client::Result<ModelVersions> {
        let client = self.warehouse.client();
        let numbered =
            |info: ModelVersionInfo| async move { Ok(info.version.map(|number| (number, info.into()))) };
        let by_number: BTreeMap<_, _> =
            client.list_model_versions(model).try_filter_map(numbered).try_collect().await?;
        let aliases = if by_number.is_empty() { Vec::new() } else { client.model_aliases(model).await? };
        let aliases = aliases.into_iter().filter_map(|alias| Some((alias.alias_name?, alias.version_num?)));
        Ok(ModelVersions { by_number, aliases: aliases.collect(), ..ModelVersions::default() })
    }

    /// Why nobody may read the files of a version that is ready. How a workspace says that it has no `/Models` among its
    /// files is UNCONFIRMED; that the version is there is known.
    async fn files_refused(&self, of: VersionOrigin) -> Result<Option<String>> {
        let root = FileRoot::ModelVersion { model: of.model, version: of.version };
        let mut listed = std::pin::pin!(self.warehouse.client().list_directory(&root, ""));
        let Err(error) = listed.try_next().await else { return Ok(None) };
        match error.kind() {
            ErrorKind::PermissionDenied => Ok(Some(refusal(&error))),
            ErrorKind::Unsupported | ErrorKind::NotFound | ErrorKind::InvalidInput => Ok(Some(format!(
                "the workspace does not serve files of models through its Files API ({}); copy them with \
                 MLflow's copy_model_version",
                refusal(&error)
            ))),
            _ => Err(Error::client(format!("list the files of {root}"))(error)),
        }
    }
}

impl Inventory {
    fn model_mut(&mut self, schema: &Identifier, model: &Identifier) -> Option<&mut Model> {
        self.schemas.get_mut(schema)?.models.get_mut(model)
    }
}
