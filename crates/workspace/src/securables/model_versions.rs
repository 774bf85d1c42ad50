//! Versions of registered models, and aliases. `MLflow` begins a version, uploads its files and says when they are
//! there. What changes a model is for those who manage it, and what
//! reads it for those who see it (the SDK's documentation of `model_versions` and `registered_models`).

use clxs_api::model_version::{CreateModelVersion, UpdateModelVersion};
use clxs_api::{FullName, Privilege};

use super::models::get_model;
use super::shared::managed;
use crate::authorization::{Access, SecurableRef};
use crate::metastore::{MetastoreError, Model, ModelRow, ModelVersion, Transaction, WriteIntent};

/// Which version of a model is meant.
#[derive(Debug, Clone)]
pub(crate) enum WhichVersion {
    Number(i64),
    Alias(String),
}

/// A version of a model.
#[derive(Debug)]
pub(crate) struct Versioned {
    pub(crate) model: ModelRow,
    pub(crate) number: i64,
    pub(crate) version: ModelVersion,
}

/// A version of a model that the caller sees.
///
/// # Errors
/// [`MetastoreError::ModelVersionNotFound`], and those of [`get_model`].
pub(crate) fn get_version(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    which: &WhichVersion,
    include_browse: bool,
) -> Result<Versioned, MetastoreError> {
    let (model, _) = get_model(tx, access, name, include_browse)?;
    let number = match which {
        WhichVersion::Number(number) => Some(*number),
        WhichVersion::Alias(alias) => model.details.aliases.get(&alias.to_lowercase()).copied(),
    };
    let number = number.ok_or_else(|| absent(name, which))?;
    versioned(model, number)
}

/// A version whose files the caller may read or write: what is needed of the model is `EXECUTE` or `MANAGE`.
///
/// # Errors
/// [`MetastoreError::PermissionDenied`] without the privilege, [`MetastoreError::NotFound`],
/// [`MetastoreError::ModelVersionNotFound`].
pub(crate) fn usable_version(
    tx: &Transaction<'_>,
    access: &Access,
    (name, number): (&FullName, i64),
    privilege: &Privilege,
) -> Result<Versioned, MetastoreError> {
    access.check(tx, &SecurableRef::of::<Model>(name.clone()), privilege)?;
    find_version(tx, name, number)
}

/// A version, whoever asks.
///
/// # Errors
/// [`MetastoreError::NotFound`], [`MetastoreError::ModelVersionNotFound`].
pub(crate) fn find_version(
    tx: &Transaction<'_>,
    name: &FullName,
    number: i64,
) -> Result<Versioned, MetastoreError> {
    versioned(tx.securable(name)?, number)
}

/// Begins a version of a model.
///
/// # Errors
/// [`MetastoreError::InvalidParameter`] without a source; those of [`managed`].
pub(crate) fn begin_version(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    request: &CreateModelVersion,
) -> Result<Versioned, MetastoreError> {
    if request.source.is_empty() {
        return Err(MetastoreError::invalid("source is missing."));
    }
    let version = ModelVersion {
        source: request.source.clone(),
        run_id: request.run_id.clone(),
        run_workspace: request.run_tracking_server_id.clone(),
        comment: request.description.clone(),
        tags: request.tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect(),
        ..ModelVersion::default()
    };
    let (model, number) = change(tx, access, name, |model| Ok(model.begin(version, access.principal())))?;
    versioned(model, number)
}

/// Makes a version ready. One that is ready stays so.
///
/// # Errors
/// [`MetastoreError::ModelVersionNotFound`]; those of [`managed`].
pub(crate) fn finish_version(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    number: i64,
) -> Result<Versioned, MetastoreError> {
    change_version(tx, access, name, number, |version| version.ready = true)
}

/// Changes a version: what is absent stays.
///
/// # Errors
/// [`MetastoreError::ModelVersionNotFound`]; those of [`managed`].
pub(crate) fn update_version(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    number: i64,
    request: &UpdateModelVersion,
) -> Result<Versioned, MetastoreError> {
    change_version(tx, access, name, number, |version| {
        if let Some(comment) = &request.comment {
            version.comment = Some(comment.clone()).filter(|comment| !comment.is_empty());
        }
    })
}

/// Deletes a version, and the aliases that lead to it. The intent is for the folder of its files.
///
/// # Errors
/// [`MetastoreError::ModelVersionNotFound`]; those of [`managed`].
pub(crate) fn delete_version(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    number: i64,
) -> Result<WriteIntent, MetastoreError> {
    let delete = |model: &mut Model| {
        model.aliases.retain(|_, version| *version != number);
        model.versions.remove(&number).ok_or_else(|| absent(name, &WhichVersion::Number(number)))
    };
    let (model, version) = change(tx, access, name, delete)?;
    tx.begin_version_drop(&model, &version)
}

/// Leads an alias, in lower case, to a version, wherever it led before.
///
/// # Errors
/// [`MetastoreError::ModelVersionNotFound`]; those of [`managed`].
pub(crate) fn set_alias(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    alias: &str,
    number: i64,
) -> Result<ModelRow, MetastoreError> {
    let set = |model: &mut Model| {
        if !model.versions.contains_key(&number) {
            return Err(absent(name, &WhichVersion::Number(number)));
        }
        model.aliases.insert(alias.to_lowercase(), number);
        Ok(())
    };
    Ok(change(tx, access, name, set)?.0)
}

/// Deletes an alias; the version stays.
///
/// # Errors
/// [`MetastoreError::ModelVersionNotFound`]; those of [`managed`].
pub(crate) fn delete_alias(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    alias: &str,
) -> Result<(), MetastoreError> {
    let delete = |model: &mut Model| {
        let deleted = model.aliases.remove(&alias.to_lowercase());
        deleted.map(drop).ok_or_else(|| absent(name, &WhichVersion::Alias(alias.to_owned())))
    };
    change(tx, access, name, delete).map(drop)
}

fn change_version(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    number: i64,
    change_it: impl FnOnce(&mut ModelVersion),
) -> Result<Versioned, MetastoreError> {
    let change_it = |model: &mut Model| {
        let version = model.versions.get_mut(&number);
        let version = version.ok_or_else(|| absent(name, &WhichVersion::Number(number)))?;
        change_it(version);
        version.audit.touch(access.principal());
        Ok(())
    };
    versioned(change(tx, access, name, change_it)?.0, number)
}

/// Changes what a model says of its versions. When the model itself was changed last stays.
fn change<T>(
    tx: &Transaction<'_>,
    access: &Access,
    name: &FullName,
    change_it: impl FnOnce(&mut Model) -> Result<T, MetastoreError>,
) -> Result<(ModelRow, T), MetastoreError> {
    let mut model: ModelRow = managed(tx, access, name)?;
    let value = change_it(&mut model.details)?;
    tx.update_securable(&model)?;
    Ok((model, value))
}

fn versioned(model: ModelRow, number: i64) -> Result<Versioned, MetastoreError> {
    match model.details.versions.get(&number).cloned() {
        Some(version) => Ok(Versioned { model, number, version }),
        None => Err(absent(&model.full_name(), &WhichVersion::Number(number))),
    }
}

fn absent(name: &FullName, which: &WhichVersion) -> MetastoreError {
    let version = match which {
        WhichVersion::Number(number) => format!("'{}/{number}'", name.dotted()),
        WhichVersion::Alias(alias) => format!("with alias '{alias}' of '{}'", name.dotted()),
    };
    MetastoreError::ModelVersionNotFound { version }
}
