//! Endpoints of the platform that have no meaning on local folders: refused by name, with the way around.

use clxs_api::ErrorCode;

use super::routes::{Routes, refuse};
use super::{Caller, RestError};

pub(super) fn routes() -> Routes {
    let mut router = Routes::new()
        .route("/api/2.0/mlflow/unity-catalog/{*call}", refuse(no_mlflow))
        .route("/api/2.1/unity-catalog/resource-quotas/{*quota}", refuse(no_quotas));
    for version in ["2.0", "2.1"] {
        for what in ["path", "table", "volume", "model-version", "service"] {
            let path = format!("/api/{version}/unity-catalog/temporary-{what}-credentials");
            router = router.route(&path, refuse(no_cloud_credentials));
        }
    }
    router
}

async fn no_cloud_credentials(_: Caller) -> RestError {
    refused(
        "The embedded workspace gives no credentials: its data are local folders. Open the storage_location of the \
         table or volume, a file:// URL, or use the Files API.",
    )
}

async fn no_mlflow(_: Caller) -> RestError {
    refused(
        "Of MLflow's requests the embedded workspace serves create, finalize and get of model-versions; use \
         /api/2.1/unity-catalog/models for the rest, and the Files API below /Models for files.",
    )
}

async fn no_quotas(_: Caller) -> RestError {
    refused("The embedded workspace has no quotas.")
}

fn refused(message: &str) -> RestError {
    RestError::new(ErrorCode::NotImplemented, message)
}
