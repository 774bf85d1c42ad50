//! `/Groups`

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::references;
use super::resource::{Resource, id, insert, object};
use crate::http::RestError;
use crate::metastore::{MetastoreError, PrincipalKind, PrincipalRow, Transaction};

pub(super) enum Groups {}

/// Body of a request to make a group.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct NewGroup {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    schemas: Vec<String>,
    display_name: String,
    members: Vec<Member>,
}

/// A principal by its id.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Member {
    value: String,
    display: Option<String>,
}

impl Resource for Groups {
    const PATH: &'static str = "/api/2.0/preview/scim/v2/Groups";
    const KIND: PrincipalKind = PrincipalKind::Group;
    const SCHEMA: &'static str = "Group";
    type New = NewGroup;

    fn insert(tx: &Transaction<'_>, new: &NewGroup) -> Result<PrincipalRow, RestError> {
        let group = insert(tx, Self::KIND, &new.display_name, None)?;
        for member in &new.members {
            let not_found = || MetastoreError::PrincipalNotFound { name: member.value.clone() };
            let member = tx.principal_by_id(id(&member.value)?)?.ok_or_else(not_found)?;
            tx.insert_member(group.id, member.id)?;
        }
        Ok(group)
    }

    fn fields(tx: &Transaction<'_>, row: &PrincipalRow) -> Result<Map<String, Value>, MetastoreError> {
        Ok(object([("members", json!(references(&tx.members(row.id)?)))]))
    }
}
