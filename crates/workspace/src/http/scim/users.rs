//! `/Users`

use serde_json::json;

use super::resource::{Body, Resource, object, text};
use crate::metastore::{MetastoreError, PrincipalKind, PrincipalRow, Transaction};

pub(super) enum Users {}

impl Resource for Users {
    const PATH: &'static str = "/api/2.0/preview/scim/v2/Users";
    const KIND: PrincipalKind = PrincipalKind::User;
    const SCHEMA: &'static str = "User";

    fn name(body: &Body) -> Option<String> {
        text(body, "userName")
    }

    fn fields(_: &Transaction<'_>, row: &PrincipalRow) -> Result<Body, MetastoreError> {
        let email = json!([{ "value": row.name, "type": "work", "primary": true }]);
        Ok(object([("userName", json!(row.name)), ("active", json!(row.active)), ("emails", email)]))
    }
}
