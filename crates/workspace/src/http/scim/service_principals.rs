//! `/ServicePrincipals`

use serde_json::json;
use uuid::Uuid;

use super::resource::{Body, Resource, object, text};
use crate::metastore::{MetastoreError, PrincipalKind, PrincipalRow, Transaction};

pub(super) enum ServicePrincipals {}

impl Resource for ServicePrincipals {
    const PATH: &'static str = "/api/2.0/preview/scim/v2/ServicePrincipals";
    const KIND: PrincipalKind = PrincipalKind::ServicePrincipal;
    const SCHEMA: &'static str = "ServicePrincipal";

    fn name(body: &Body) -> Option<String> {
        text(body, "applicationId")
    }

    /// Without an application id it gets one.
    fn new_name(body: &Body) -> Option<String> {
        Some(Self::name(body).unwrap_or_else(|| Uuid::new_v4().to_string()))
    }

    fn fields(_: &Transaction<'_>, row: &PrincipalRow) -> Result<Body, MetastoreError> {
        Ok(object([("applicationId", json!(row.name)), ("active", json!(row.active))]))
    }
}
