//! `/Groups`

use serde_json::{Value, json};

use super::references;
use super::resource::{Body, Resource, id, object, text};
use crate::http::RestError;
use crate::metastore::{MetastoreError, PrincipalKind, PrincipalRow, Transaction};

pub(super) enum Groups {}

impl Resource for Groups {
    const PATH: &'static str = "/api/2.0/preview/scim/v2/Groups";
    const KIND: PrincipalKind = PrincipalKind::Group;
    const KINDS: &'static [PrincipalKind] = &[PrincipalKind::Group, PrincipalKind::WorkspaceGroup];
    const SCHEMA: &'static str = "Group";
    const RENAMED: bool = true;

    fn name(body: &Body) -> Option<String> {
        text(body, "displayName")
    }

    fn fields(tx: &Transaction<'_>, row: &PrincipalRow) -> Result<Body, MetastoreError> {
        Ok(object([("members", json!(references(&tx.members(row.id)?)))]))
    }

    /// What members may do follows from what the metastore holds now: a change acts on the next request.
    fn replace(tx: &Transaction<'_>, row: &PrincipalRow, body: &Body) -> Result<(), RestError> {
        tx.delete_members(row.id)?;
        for member in body.get("members").and_then(Value::as_array).into_iter().flatten() {
            let value = member.get("value").and_then(Value::as_str).unwrap_or_default();
            let not_found = || MetastoreError::PrincipalNotFound { name: value.to_owned() };
            let member = tx.principal_by_id(id(value)?)?.ok_or_else(not_found)?;
            tx.insert_member(row.id, member.id)?;
        }
        if tx.groups_of(&row.name)?.iter().any(|group| group.id == row.id) {
            return Err(RestError::invalid(format!("The group '{}' would be in itself.", row.display_name)));
        }
        Ok(())
    }
}
