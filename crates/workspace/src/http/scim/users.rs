//! `/Users`

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::resource::{Resource, insert, object};
use crate::http::RestError;
use crate::metastore::{MetastoreError, PrincipalKind, PrincipalRow, Transaction};

pub(super) enum Users {}

/// Body of a request to make a user.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct NewUser {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    schemas: Vec<String>,
    user_name: String,
    display_name: Option<String>,
    active: Option<bool>,
}

impl Resource for Users {
    const PATH: &'static str = "/api/2.0/preview/scim/v2/Users";
    const KIND: PrincipalKind = PrincipalKind::User;
    const SCHEMA: &'static str = "User";
    type New = NewUser;

    fn insert(tx: &Transaction<'_>, new: &NewUser) -> Result<PrincipalRow, RestError> {
        insert(tx, Self::KIND, &new.user_name, new.display_name.as_deref())
    }

    fn fields(_: &Transaction<'_>, row: &PrincipalRow) -> Result<Map<String, Value>, MetastoreError> {
        Ok(object([("userName", json!(row.name)), ("active", json!(true))]))
    }
}
