//! Volumes, models, external locations, storage credentials, bindings and files.

use clxs_api::Extra;
use clxs_api::binding::*;
use clxs_api::file::*;
use clxs_api::model::*;
use clxs_api::model_version::*;
use clxs_api::storage::*;
use clxs_api::volume::*;
use serde_json::json;

use super::text;

pub(crate) fn volume() -> VolumeInfo {
    VolumeInfo {
        name: text(),
        catalog_name: text(),
        schema_name: text(),
        full_name: text(),
        volume_id: text(),
        volume_type: Some(VolumeType::Managed),
        storage_location: text(),
        owner: text(),
        comment: text(),
        metastore_id: text(),
        created_at: Some(1),
        created_by: text(),
        updated_at: Some(2),
        updated_by: text(),
        browse_only: Some(true),
        extra: Extra::new(),
    }
}

pub(crate) fn volume_page() -> ListVolumesResponse {
    ListVolumesResponse { volumes: vec![volume()], next_page_token: text() }
}

pub(crate) fn create_volume() -> CreateVolume {
    CreateVolume {
        catalog_name: "c".into(),
        schema_name: "s".into(),
        name: "v".into(),
        volume_type: VolumeType::External,
        storage_location: text(),
        comment: text(),
    }
}

pub(crate) fn update_volume() -> UpdateVolume {
    UpdateVolume { new_name: text(), owner: text(), comment: text() }
}

pub(crate) fn model() -> RegisteredModelInfo {
    RegisteredModelInfo {
        name: text(),
        catalog_name: text(),
        schema_name: text(),
        full_name: text(),
        storage_location: text(),
        owner: text(),
        comment: text(),
        metastore_id: text(),
        created_at: Some(1),
        created_by: text(),
        updated_at: Some(2),
        updated_by: text(),
        browse_only: Some(true),
        aliases: Some(vec![alias()]),
        extra: Extra::new(),
    }
}

pub(crate) fn alias() -> RegisteredModelAlias {
    RegisteredModelAlias {
        alias_name: text(),
        version_num: Some(1),
        catalog_name: text(),
        schema_name: text(),
        model_name: text(),
        id: text(),
    }
}

pub(crate) fn model_version() -> ModelVersionInfo {
    ModelVersionInfo {
        version: Some(1),
        id: text(),
        catalog_name: text(),
        schema_name: text(),
        model_name: text(),
        status: Some(ModelVersionStatus::Ready),
        source: text(),
        run_id: text(),
        run_workspace_id: Some(1),
        storage_location: text(),
        comment: text(),
        aliases: Some(vec![alias()]),
        metastore_id: text(),
        created_at: Some(1),
        created_by: text(),
        updated_at: Some(2),
        updated_by: text(),
        extra: Extra::new(),
    }
}

pub(crate) fn model_version_page() -> ListModelVersionsResponse {
    ListModelVersionsResponse { model_versions: vec![model_version()], next_page_token: text() }
}

pub(crate) fn update_model_version() -> UpdateModelVersion {
    UpdateModelVersion { comment: text() }
}

pub(crate) fn set_alias() -> SetRegisteredModelAlias {
    SetRegisteredModelAlias { version_num: 1 }
}

pub(crate) fn model_page() -> ListRegisteredModelsResponse {
    ListRegisteredModelsResponse { registered_models: vec![model()], next_page_token: text() }
}

pub(crate) fn create_model() -> CreateRegisteredModel {
    CreateRegisteredModel {
        catalog_name: "c".into(),
        schema_name: "s".into(),
        name: "m".into(),
        storage_location: text(),
        comment: text(),
    }
}

pub(crate) fn update_model() -> UpdateRegisteredModel {
    UpdateRegisteredModel { new_name: text(), owner: text(), comment: text() }
}

pub(crate) fn external_location() -> ExternalLocationInfo {
    ExternalLocationInfo {
        name: text(),
        url: text(),
        credential_name: text(),
        credential_id: text(),
        read_only: Some(true),
        fallback: Some(true),
        isolation_mode: Some(IsolationMode::Open),
        owner: text(),
        comment: text(),
        metastore_id: text(),
        created_at: Some(1),
        created_by: text(),
        updated_at: Some(2),
        updated_by: text(),
        browse_only: Some(true),
        extra: Extra::new(),
    }
}

pub(crate) fn external_location_page() -> ListExternalLocationsResponse {
    ListExternalLocationsResponse { external_locations: vec![external_location()], next_page_token: text() }
}

pub(crate) fn create_external_location() -> CreateExternalLocation {
    CreateExternalLocation {
        name: "l".into(),
        url: "file:///data".into(),
        credential_name: "k".into(),
        read_only: Some(true),
        fallback: Some(true),
        comment: text(),
        skip_validation: Some(true),
    }
}

pub(crate) fn update_external_location() -> UpdateExternalLocation {
    UpdateExternalLocation {
        new_name: text(),
        url: text(),
        credential_name: text(),
        read_only: Some(true),
        fallback: Some(true),
        isolation_mode: Some(IsolationMode::Isolated),
        owner: text(),
        comment: text(),
        force: Some(true),
        skip_validation: Some(true),
    }
}

pub(crate) fn storage_credential() -> StorageCredentialInfo {
    StorageCredentialInfo {
        name: text(),
        full_name: text(),
        id: text(),
        aws_iam_role: Some(json!({ "role_arn": "arn" })),
        azure_managed_identity: Some(json!({ "access_connector_id": "id" })),
        databricks_gcp_service_account: Some(json!({ "email": "a@b" })),
        read_only: Some(true),
        used_for_managed_storage: Some(true),
        isolation_mode: Some(IsolationMode::Open),
        owner: text(),
        comment: text(),
        metastore_id: text(),
        created_at: Some(1),
        created_by: text(),
        updated_at: Some(2),
        updated_by: text(),
        extra: Extra::new(),
    }
}

pub(crate) fn storage_credential_page() -> ListStorageCredentialsResponse {
    ListStorageCredentialsResponse {
        storage_credentials: vec![storage_credential()],
        next_page_token: text(),
    }
}

pub(crate) fn create_storage_credential() -> CreateStorageCredential {
    CreateStorageCredential {
        name: "k".into(),
        aws_iam_role: Some(json!({ "role_arn": "arn" })),
        azure_managed_identity: Some(json!({ "access_connector_id": "id" })),
        azure_service_principal: Some(json!({ "directory_id": "d" })),
        cloudflare_api_token: Some(json!({ "account_id": "a" })),
        databricks_gcp_service_account: Some(json!({})),
        read_only: Some(true),
        comment: text(),
        skip_validation: Some(true),
    }
}

pub(crate) fn update_storage_credential() -> UpdateStorageCredential {
    UpdateStorageCredential {
        new_name: text(),
        aws_iam_role: Some(json!({ "role_arn": "arn" })),
        azure_managed_identity: Some(json!({ "access_connector_id": "id" })),
        azure_service_principal: Some(json!({ "directory_id": "d" })),
        cloudflare_api_token: Some(json!({ "account_id": "a" })),
        databricks_gcp_service_account: Some(json!({})),
        read_only: Some(true),
        isolation_mode: Some(IsolationMode::Isolated),
        owner: text(),
        comment: text(),
        force: Some(true),
        skip_validation: Some(true),
    }
}

pub(crate) fn validate_credential() -> ValidateStorageCredential {
    ValidateStorageCredential {
        storage_credential_name: text(),
        external_location_name: text(),
        url: text(),
        read_only: Some(true),
    }
}

pub(crate) fn validation() -> ValidateStorageCredentialResponse {
    let result = ValidationResult {
        operation: Some(ValidationOperation::Read),
        result: Some(ValidationOutcome::Pass),
        message: text(),
    };
    ValidateStorageCredentialResponse { is_dir: Some(true), results: vec![result] }
}

fn binding() -> WorkspaceBinding {
    WorkspaceBinding { workspace_id: 1, binding_type: Some(BindingType::ReadOnly) }
}

pub(crate) fn bindings() -> WorkspaceBindingsResponse {
    WorkspaceBindingsResponse { bindings: vec![binding()], next_page_token: text() }
}

pub(crate) fn update_bindings() -> UpdateWorkspaceBindings {
    UpdateWorkspaceBindings { add: vec![binding()], remove: vec![binding()] }
}

pub(crate) fn catalog_bindings() -> CatalogWorkspaceBindings {
    CatalogWorkspaceBindings { workspaces: vec![1] }
}

pub(crate) fn update_catalog_bindings() -> UpdateCatalogWorkspaceBindings {
    UpdateCatalogWorkspaceBindings { assign_workspaces: vec![1], unassign_workspaces: vec![2] }
}

pub(crate) fn directory() -> ListDirectoryResponse {
    let entry = DirectoryEntry {
        path: text(),
        name: text(),
        is_directory: Some(true),
        file_size: Some(1),
        last_modified: Some(2),
    };
    ListDirectoryResponse { contents: vec![entry], next_page_token: text() }
}
