//! Volumes, external locations and storage credentials: the same operations as over REST, and `LIST`.

use clxs_api::volume::{UpdateVolume, VolumeType};
use clxs_api::{Identifier, Privilege};
use tokio::task::spawn_blocking;

use super::context::Context;
use super::pattern::matches;
use super::rows::{result, text_result, timestamp};
use crate::authorization::Access;
use crate::delta::schema::DataType;
use crate::files::{Entry, EntryKind, FileError, FileFolder, FilePath, FileRoot};
use crate::metastore::{MetastoreError, PageRequest, Transaction, VolumeRow, folder_path};
use crate::securables;
use crate::sql::SqlError;
use crate::sql::ast::{AlterVolume, AlterVolumeAction, CreateExternalLocation, CreateVolume, ObjectName};
use crate::warehouse::{Row, StatementResult};

pub(super) async fn create_volume(
    context: &Context,
    create: CreateVolume,
) -> Result<StatementResult, SqlError> {
    let name = context.table_name(&create.name)?;
    let [catalog, schema, own_name] = name.parts() else {
        return Err(SqlError::internal(format!("{name} has not three parts")));
    };
    let external = create.location.is_some();
    let request = clxs_api::volume::CreateVolume {
        catalog_name: catalog.as_str().to_owned(),
        schema_name: schema.as_str().to_owned(),
        name: own_name.as_str().to_owned(),
        volume_type: if external { VolumeType::External } else { VolumeType::Managed },
        storage_location: create.location,
        comment: create.comment,
    };
    let full_name = name.dotted();
    let made = move |tx: &Transaction<'_>, access: &Access| {
        securables::create_volume(tx, access, &request).map(drop).map_err(|error| match error {
            MetastoreError::AlreadyExists { kind, .. } => {
                MetastoreError::AlreadyExists { kind, name: full_name }
            }
            other => other,
        })
    };
    change(context, create.if_not_exists, made).await
}

pub(super) async fn create_location(
    context: &Context,
    create: CreateExternalLocation,
) -> Result<StatementResult, SqlError> {
    let request = clxs_api::storage::CreateExternalLocation {
        name: create.name.as_str().to_owned(),
        url: create.url,
        credential_name: create.credential.as_str().to_owned(),
        read_only: None,
        fallback: None,
        comment: create.comment,
        skip_validation: None,
    };
    let made = move |tx: &Transaction<'_>, access: &Access| {
        securables::create_location(tx, access, &request).map(drop)
    };
    change(context, create.if_not_exists, made).await
}

/// Runs a change that gives no rows; `keep_existing` is `IF NOT EXISTS`.
async fn change<F>(context: &Context, keep_existing: bool, work: F) -> Result<StatementResult, SqlError>
where
    F: FnOnce(&Transaction<'_>, &Access) -> Result<(), MetastoreError> + Send + 'static,
{
    let changed = context.write(move |tx, access| Ok(work(tx, access)?)).await;
    match changed {
        Err(error) if keep_existing && error.class.ends_with("_ALREADY_EXISTS") => {
            Ok(StatementResult::none())
        }
        other => other.map(|()| StatementResult::none()),
    }
}

pub(super) async fn alter_volume(context: &Context, alter: AlterVolume) -> Result<StatementResult, SqlError> {
    let name = context.table_name(&alter.name)?;
    let request = match alter.action {
        AlterVolumeAction::SetOwner(owner) => {
            UpdateVolume { owner: Some(owner.as_str().to_owned()), ..UpdateVolume::default() }
        }
        AlterVolumeAction::RenameTo(new) => {
            let (schema, moves) = (name.parent(), new.0.len() > 1);
            let new = context.table_name(&new)?;
            if moves && new.parent() != schema {
                return Err(SqlError::unsupported_but(
                    "moving a volume to another schema",
                    "Create one there, and copy the files.",
                ));
            }
            UpdateVolume { new_name: Some(new.name().as_str().to_owned()), ..UpdateVolume::default() }
        }
    };
    update_volume(context, name, request).await
}

pub(super) async fn comment_on_volume(
    context: &Context,
    name: &ObjectName,
    comment: Option<String>,
) -> Result<StatementResult, SqlError> {
    let request = UpdateVolume { comment: Some(comment.unwrap_or_default()), ..UpdateVolume::default() };
    update_volume(context, context.table_name(name)?, request).await
}

async fn update_volume(
    context: &Context,
    name: clxs_api::FullName,
    request: UpdateVolume,
) -> Result<StatementResult, SqlError> {
    let changed = move |tx: &Transaction<'_>, access: &Access| {
        securables::update_volume(tx, access, &name, &request).map(drop)
    };
    change(context, false, changed).await
}

pub(super) async fn show_volumes(
    context: &Context,
    schema: Option<ObjectName>,
    pattern: Option<String>,
) -> Result<StatementResult, SqlError> {
    let (catalog, schema) = context.schema_name(&schema.unwrap_or(ObjectName(Vec::new())));
    let database = schema.as_str().to_owned();
    let volumes = context.read(move |tx, access| {
        Ok(securables::list_volumes(tx, access, (&catalog, &schema), true, &PageRequest::all())?.items)
    });
    let names = volumes.await?.into_iter().map(|(row, _)| row.name.as_str().to_owned());
    let rows = names.filter(|name| matches(pattern.as_deref(), name)).map(|name| [database.clone(), name]);
    Ok(text_result(["database", "volume_name"], rows.collect()))
}

/// The columns are UNCONFIRMED, after the documentation's example.
pub(super) async fn describe_volume(
    context: &Context,
    name: &ObjectName,
) -> Result<StatementResult, SqlError> {
    let name = context.table_name(name)?;
    let found = context.read(move |tx, access| {
        let row = securables::get_volume(tx, access, &name, true)?.0;
        Ok((tx.volume_location(&row), row))
    });
    let (location, row) = found.await?;
    let name = row.full_name();
    let columns = ["name", "catalog", "database", "owner", "storageLocation", "volumeType", "comment"];
    let schema = name.schema().map(|schema| schema.as_str().to_owned()).unwrap_or_default();
    let values = [
        row.name.as_str().to_owned(),
        name.catalog().as_str().to_owned(),
        schema,
        row.owner,
        location,
        row.details.volume_type.as_str().to_owned(),
        row.comment.unwrap_or_default(),
    ];
    Ok(text_result(columns, vec![values]))
}

pub(super) async fn show_locations(
    context: &Context,
    pattern: Option<String>,
) -> Result<StatementResult, SqlError> {
    let rows = context
        .read(|tx, access| {
            Ok(securables::list_locations(tx, access, securables::Including::BROWSABLE, &PageRequest::all())?
                .items)
        })
        .await?;
    let rows =
        rows.into_iter().map(|(row, _)| row).filter(|row| matches(pattern.as_deref(), row.name.as_str()));
    let rows =
        rows.map(|row| [row.name.as_str().to_owned(), row.details.url, row.comment.unwrap_or_default()]);
    Ok(text_result(["name", "url", "comment"], rows.collect()))
}

pub(super) async fn show_credentials(
    context: &Context,
    pattern: Option<String>,
) -> Result<StatementResult, SqlError> {
    let rows = context
        .read(|tx, access| {
            Ok(securables::list_credentials(
                tx,
                access,
                securables::Including::default(),
                &PageRequest::all(),
            )?
            .items)
        })
        .await?;
    let rows =
        rows.into_iter().map(|(row, _)| row).filter(|row| matches(pattern.as_deref(), row.name.as_str()));
    let rows = rows.map(|row| [row.name.as_str().to_owned(), row.comment.unwrap_or_default()]);
    Ok(text_result(["name", "comment"], rows.collect()))
}

/// The columns are UNCONFIRMED, after the documentation's example.
pub(super) async fn describe_location(
    context: &Context,
    name: Identifier,
) -> Result<StatementResult, SqlError> {
    let found = context.read(move |tx, access| {
        let row = securables::get_location(tx, access, &name, true)?.0;
        Ok((tx.credential_of(&row)?, row))
    });
    let (credential, row) = found.await?;
    let credential = credential.map(|credential| credential.name.as_str().to_owned());
    let columns = ["name", "url", "credential_name", "owner", "created_by", "created_at", "comment"];
    let values = [
        row.name.as_str().to_owned(),
        row.details.url,
        credential.unwrap_or_default(),
        row.owner,
        row.audit.created_by,
        timestamp(row.audit.created_at).unwrap_or_default(),
        row.comment.unwrap_or_default(),
    ];
    Ok(text_result(columns, vec![values]))
}

/// The columns are UNCONFIRMED, after the documentation's example.
pub(super) async fn describe_credential(
    context: &Context,
    name: Identifier,
) -> Result<StatementResult, SqlError> {
    let found = context.read(move |tx, access| Ok(securables::get_credential(tx, access, &name)?.0));
    let row = found.await?;
    let identity = row
        .details
        .aws_iam_role
        .or(row.details.azure_managed_identity)
        .or(row.details.databricks_gcp_service_account);
    let values = [
        row.name.as_str().to_owned(),
        row.owner,
        row.audit.created_by,
        timestamp(row.audit.created_at).unwrap_or_default(),
        identity.map(|identity| identity.to_string()).unwrap_or_default(),
        row.comment.unwrap_or_default(),
    ];
    let columns = ["name", "owner", "created_by", "created_at", "credential", "comment"];
    Ok(text_result(columns, vec![values]))
}

/// `LIST '/Volumes/…'`. Columns and types are recorded; that directories end in a slash is UNCONFIRMED.
pub(super) async fn list(
    context: &Context,
    path: &str,
    limit: Option<usize>,
) -> Result<StatementResult, SqlError> {
    let path = FilePath::parse(path).map_err(|error| refusal(&error))?;
    let FileRoot::Volume(name) = path.root().clone() else {
        return Err(SqlError::unsupported_but(
            "LIST of the files of registered models",
            "List the directory with the Files API.",
        ));
    };
    let found = context.read(move |tx, access| {
        let row: VolumeRow = securables::usable_volume(tx, access, &name, &Privilege::ReadVolume)?;
        Ok(FileFolder::new(folder_path(&tx.volume_location(&row))?))
    });
    let (folder, directory) = (found.await?, path.to_string());
    let listed = spawn_blocking(move || folder.list(&path)).await;
    let listed = listed.map_err(|error| SqlError::internal(error.to_string()).with_source(error))?;
    let entries = listed.map_err(|error| refusal(&error))?;
    let rows = entries.into_iter().take(limit.unwrap_or(usize::MAX)).map(|entry| row(&directory, &entry));
    let columns = vec![
        ("path", DataType::STRING),
        ("name", DataType::STRING),
        ("size", DataType::LONG),
        ("modification_time", DataType::LONG),
    ];
    Ok(result(columns, rows.collect()))
}

fn row(directory: &str, entry: &Entry) -> Row {
    let slash = if entry.kind == EntryKind::Directory { "/" } else { "" };
    let name = format!("{}{slash}", entry.name);
    let size = if entry.kind == EntryKind::Directory { 0 } else { entry.size };
    [format!("{directory}/{name}"), name, size.to_string(), entry.modified.to_string()].map(Some).into()
}

/// Class and state are UNCONFIRMED.
fn refusal(error: &FileError) -> SqlError {
    match error {
        FileError::DirectoryNotFound { .. } | FileError::FileNotFound { .. } => {
            SqlError::new("PATH_NOT_FOUND", "42K03", error.to_string())
        }
        FileError::Io { .. } => SqlError::internal(error.to_string()),
        _ => SqlError::new("INVALID_PARAMETER_VALUE", "22023", error.to_string()),
    }
}
