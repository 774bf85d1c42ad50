//! `/storage-credentials`, and trying them.

use axum::Json;
use axum::extract::State;
use clxs_api::ErrorCode;
use clxs_api::endpoint::{STORAGE_CREDENTIALS, VALIDATE_STORAGE_CREDENTIALS};
use clxs_api::storage::{
    CreateStorageCredential, ListStorageCredentialsResponse, StorageCredentialInfo, UpdateStorageCredential,
    ValidateStorageCredential, ValidateStorageCredentialResponse, ValidationOperation, ValidationOutcome,
    ValidationResult,
};
use tokio::task::spawn_blocking;

use super::catalogs::OfMetastore;
use super::extract::identifier;
use super::routes::{Routes, post};
use super::securables::Resource;
use super::{AppState, Body, Caller, RestError};
use crate::authorization::Access;
use crate::metastore::{Page, PageRequest, StorageCredentialRow, Transaction, WriteIntent, folder_path};
use crate::securables;

pub(super) fn routes() -> Routes {
    super::securables::routes::<StorageCredentials>().route(VALIDATE_STORAGE_CREDENTIALS, post(validate))
}

enum StorageCredentials {}

impl Resource for StorageCredentials {
    const PATH: &'static str = STORAGE_CREDENTIALS;
    type Filter = OfMetastore;
    type Create = CreateStorageCredential;
    type Update = UpdateStorageCredential;
    type Info = StorageCredentialInfo;
    type List = ListStorageCredentialsResponse;

    fn list(
        tx: &Transaction<'_>,
        access: &Access,
        filter: &OfMetastore,
        _: bool,
        page: &PageRequest,
    ) -> Result<Page<StorageCredentialInfo>, RestError> {
        let page = securables::list_credentials(tx, access, filter.including(false), page)?;
        Ok(page.map(|(row, _)| info(tx, row)))
    }

    fn find(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        _: bool,
    ) -> Result<StorageCredentialInfo, RestError> {
        Ok(info(tx, securables::get_credential(tx, access, &identifier(name)?)?.0))
    }

    fn create(
        tx: &Transaction<'_>,
        access: &Access,
        request: &CreateStorageCredential,
    ) -> Result<StorageCredentialInfo, RestError> {
        Ok(info(tx, securables::create_credential(tx, access, request)?))
    }

    fn update(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        change: &UpdateStorageCredential,
    ) -> Result<StorageCredentialInfo, RestError> {
        Ok(info(tx, securables::update_credential(tx, access, &identifier(name)?, change)?))
    }

    fn drop(
        tx: &Transaction<'_>,
        access: &Access,
        name: &str,
        force: bool,
    ) -> Result<Vec<WriteIntent>, RestError> {
        securables::drop_credential(tx, access, &identifier(name)?, force)?;
        Ok(Vec::new())
    }

    fn page(
        storage_credentials: Vec<StorageCredentialInfo>,
        next_page_token: Option<String>,
    ) -> ListStorageCredentialsResponse {
        ListStorageCredentialsResponse { storage_credentials, next_page_token }
    }
}

fn info(tx: &Transaction<'_>, row: StorageCredentialRow) -> StorageCredentialInfo {
    StorageCredentialInfo {
        name: Some(row.name.as_str().to_owned()),
        full_name: Some(row.name.as_str().to_owned()),
        id: Some(row.id),
        aws_iam_role: row.details.aws_iam_role,
        azure_managed_identity: row.details.azure_managed_identity,
        databricks_gcp_service_account: row.details.databricks_gcp_service_account,
        read_only: Some(row.details.read_only),
        used_for_managed_storage: Some(false),
        isolation_mode: Some(row.details.isolation_mode),
        owner: Some(row.owner),
        comment: row.comment,
        metastore_id: Some(tx.metastore().id.clone()),
        created_at: Some(row.audit.created_at),
        created_by: Some(row.audit.created_by),
        updated_at: Some(row.audit.updated_at),
        updated_by: Some(row.audit.updated_by),
        ..StorageCredentialInfo::default()
    }
}

/// Looks at the folder of the URL. Nothing is written to try it.
async fn validate(
    State(state): State<AppState>,
    caller: Caller,
    Body(request): Body<ValidateStorageCredential>,
) -> Result<Json<ValidateStorageCredentialResponse>, RestError> {
    let read_only = request.read_only.unwrap_or_default();
    let url =
        state.read(caller, move |tx, access| Ok(securables::folder_to_try(tx, access, &request)?)).await?;
    let tried = spawn_blocking(move || try_folder(&url, read_only)).await;
    Ok(Json(tried.map_err(|error| RestError::new(ErrorCode::InternalError, error.to_string()))??))
}

fn try_folder(url: &str, read_only: bool) -> Result<ValidateStorageCredentialResponse, RestError> {
    let folder = folder_path(url)?;
    let listed = fs_err::read_dir(&folder).map(drop);
    let writable = fs_err::metadata(&folder).and_then(|found| {
        let refused = || std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        if found.permissions().readonly() { Err(refused()) } else { Ok(()) }
    });
    let result = |operation, outcome: &std::io::Result<()>| ValidationResult {
        operation: Some(operation),
        result: Some(if outcome.is_ok() { ValidationOutcome::Pass } else { ValidationOutcome::Fail }),
        message: outcome.as_ref().err().map(ToString::to_string),
    };
    let mut results = [ValidationOperation::PathExists, ValidationOperation::List, ValidationOperation::Read]
        .map(|operation| result(operation, &listed))
        .to_vec();
    if !read_only {
        let writes = [ValidationOperation::Write, ValidationOperation::Delete];
        results.extend(writes.map(|operation| result(operation, &writable)));
    }
    Ok(ValidateStorageCredentialResponse { is_dir: Some(listed.is_ok()), results })
}
