//! `/ServicePrincipals`

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::resource::{Resource, insert, object};
use crate::http::RestError;
use crate::metastore::{MetastoreError, PrincipalKind, PrincipalRow, Transaction};

pub(super) enum ServicePrincipals {}

/// Body of a request to make a service principal. Without an application id it gets one.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct NewServicePrincipal {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    schemas: Vec<String>,
    application_id: Option<String>,
    display_name: Option<String>,
    active: Option<bool>,
}

impl Resource for ServicePrincipals {
    const PATH: &'static str = "/api/2.0/preview/scim/v2/ServicePrincipals";
    const KIND: PrincipalKind = PrincipalKind::ServicePrincipal;
    const SCHEMA: &'static str = "ServicePrincipal";
    type New = NewServicePrincipal;

    fn insert(tx: &Transaction<'_>, new: &NewServicePrincipal) -> Result<PrincipalRow, RestError> {
        let application_id = new.application_id.clone().unwrap_or_else(|| Uuid::new_v4().to_string());
        insert(tx, Self::KIND, &application_id, new.display_name.as_deref())
    }

    fn fields(_: &Transaction<'_>, row: &PrincipalRow) -> Result<Map<String, Value>, MetastoreError> {
        Ok(object([("applicationId", json!(row.name)), ("active", json!(true))]))
    }
}
