//! REST calls, as the bodies of the protocol.

use std::fmt;

use clxs_api::binding::UpdateWorkspaceBindings;
use clxs_api::catalog::{CreateCatalog, IsolationMode, UpdateCatalog};
use clxs_api::grant::{PermissionsChange, UpdatePermissions};
use clxs_api::model::{CreateRegisteredModel, UpdateRegisteredModel};
use clxs_api::policy::PolicyInfo;
use clxs_api::schema::{CreateSchema, UpdateSchema};
use clxs_api::table::CreateTableConstraint;
use clxs_api::volume::{CreateVolume, UpdateVolume};
use clxs_api::{FullName, Identifier, Properties, SecurableKind, endpoint};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Securable;
use crate::inventory::VersionOrigin;

/// A REST call. A plan holds many of the small ones, so that the large ones are boxed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
#[non_exhaustive]
pub enum RestCall {
    /// Makes a catalog.
    CreateCatalog(Box<CreateCatalog>),
    /// Changes a catalog.
    UpdateCatalog {
        /// The catalog.
        catalog: Identifier,
        /// What to change.
        change: Box<UpdateCatalog>,
    },
    /// Makes a schema.
    CreateSchema(Box<CreateSchema>),
    /// Changes a schema.
    UpdateSchema {
        /// The schema.
        schema: FullName,
        /// What to change.
        change: Box<UpdateSchema>,
    },
    /// Grants and revokes.
    UpdatePermissions {
        /// The kind of the securable in REST paths.
        kind: SecurableKind,
        /// The securable.
        name: FullName,
        /// One entry a principal.
        changes: Vec<PermissionsChange>,
    },
    /// Changes the workspaces that see an isolated catalog.
    UpdateBindings {
        /// The catalog.
        catalog: Identifier,
        /// What to change.
        change: UpdateWorkspaceBindings,
    },
    /// Adds a primary or foreign key.
    AddKey(Box<CreateTableConstraint>),
    /// Removes a primary or foreign key.
    DropKey {
        /// The table.
        table: FullName,
        /// The key.
        key: Identifier,
    },
    /// Makes a volume.
    CreateVolume(Box<CreateVolume>),
    /// Changes a volume.
    UpdateVolume {
        /// The volume.
        volume: FullName,
        /// What to change.
        change: Box<UpdateVolume>,
    },
    /// Makes a registered model.
    CreateModel(Box<CreateRegisteredModel>),
    /// Changes a registered model.
    UpdateModel {
        /// The model.
        model: FullName,
        /// What to change.
        change: Box<UpdateRegisteredModel>,
    },
    /// Deletes a registered model, for which there is no statement.
    DeleteModel {
        /// The model.
        model: FullName,
    },
    /// Changes the comment of a version of a registered model.
    CommentVersion {
        /// The model.
        model: FullName,
        /// The number of the version.
        version: i64,
        /// The comment; empty for none.
        comment: String,
    },
    /// Deletes the copies of a version of a registered model.
    DeleteCopies {
        /// The model that has them.
        model: FullName,
        /// What they are of.
        of: Box<VersionOrigin>,
    },
    /// Leads an alias to a version, wherever it led before.
    SetAlias {
        /// The model.
        model: FullName,
        /// The alias.
        alias: String,
        /// The version.
        to: AliasTarget,
    },
    /// Deletes an alias.
    DeleteAlias {
        /// The model.
        model: FullName,
        /// The alias.
        alias: String,
    },
    /// Makes a policy.
    CreatePolicy(Box<PolicyInfo>),
    /// Makes the policy of that name what this one is.
    UpdatePolicy {
        /// What it is on.
        on: Securable,
        /// What it is to be.
        policy: Box<PolicyInfo>,
    },
    /// Removes a policy.
    DeletePolicy {
        /// What it is on.
        on: Securable,
        /// Its name.
        name: String,
    },
    /// Gives a securable to another owner.
    SetOwner {
        /// The securable.
        securable: Securable,
        /// The new owner.
        owner: String,
    },
}

/// The version that an alias is to lead to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AliasTarget {
    /// The one of this number.
    Version(i64),
    /// The copy of this one, whose number is known once it is made.
    CopyOf(Box<VersionOrigin>),
}

impl fmt::Display for AliasTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Version(number) => write!(f, "version {number}"),
            Self::CopyOf(origin) => write!(f, "the copy of {}", origin.uri()),
        }
    }
}

/// A key that a call makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AddedKey {
    /// In lower case.
    pub(crate) name: String,
    /// The table that a foreign key points to.
    pub(crate) parent: Option<FullName>,
}

impl AddedKey {
    /// What a body says; nothing where it says nothing that can be.
    pub(crate) fn of(body: &CreateTableConstraint) -> Option<Self> {
        let name = |name: &str| name.to_lowercase();
        if let Some(primary) = &body.constraint.primary_key_constraint {
            return Some(Self { name: name(&primary.name), parent: None });
        }
        let foreign = body.constraint.foreign_key_constraint.as_ref()?;
        let parent = FullName::from_dotted(&foreign.parent_table).ok()?.to_lowercase();
        Some(Self { name: name(&foreign.name), parent: Some(parent) })
    }
}

impl RestCall {
    /// The key that it makes.
    pub(crate) fn added_key(&self) -> Option<AddedKey> {
        match self {
            Self::AddKey(body) => AddedKey::of(body),
            _ => None,
        }
    }

    /// The comment that it gives to something that is there.
    pub(crate) fn comment(&self) -> Option<&str> {
        match self {
            Self::UpdateCatalog { change, .. } => change.comment.as_deref(),
            Self::UpdateSchema { change, .. } => change.comment.as_deref(),
            Self::UpdateVolume { change, .. } => change.comment.as_deref(),
            Self::UpdateModel { change, .. } => change.comment.as_deref(),
            _ => None,
        }
    }

    /// All properties that something that is there is to have.
    pub(crate) fn properties(&self) -> Option<&Properties> {
        match self {
            Self::UpdateCatalog { change, .. } => change.properties.as_ref(),
            Self::UpdateSchema { change, .. } => change.properties.as_ref(),
            _ => None,
        }
    }

    /// Who sees the catalog from then on.
    pub(crate) fn isolation(&self) -> Option<&IsolationMode> {
        match self {
            Self::UpdateCatalog { change, .. } => change.isolation_mode.as_ref(),
            _ => None,
        }
    }

    /// Method, path with names not yet percent-encoded, and body or, for `DELETE`, query.
    pub fn request(&self) -> (&'static str, String, Value) {
        match self {
            Self::CreateCatalog(body) => ("POST", endpoint::CATALOGS.to_owned(), json!(body)),
            Self::CreateSchema(body) => ("POST", endpoint::SCHEMAS.to_owned(), json!(body)),
            Self::UpdateCatalog { catalog, change } => {
                ("PATCH", format!("{}/{}", endpoint::CATALOGS, catalog.as_str()), json!(change))
            }
            Self::UpdateSchema { schema, change } => {
                ("PATCH", format!("{}/{}", endpoint::SCHEMAS, schema.dotted()), json!(change))
            }
            Self::UpdatePermissions { kind, name, changes } => (
                "PATCH",
                format!("{}/{}/{}", endpoint::PERMISSIONS, kind.path_segment(), name.dotted()),
                json!(UpdatePermissions { changes: changes.clone() }),
            ),
            Self::UpdateBindings { catalog, change } => {
                ("PATCH", format!("{}/catalog/{}", endpoint::BINDINGS, catalog.as_str()), json!(change))
            }
            Self::AddKey(body) => ("POST", endpoint::CONSTRAINTS.to_owned(), json!(body)),
            Self::DropKey { table, key } => (
                "DELETE",
                format!("{}/{}", endpoint::CONSTRAINTS, table.dotted()),
                json!({ "constraint_name": key, "cascade": false }),
            ),
            Self::CreateVolume(body) => ("POST", endpoint::VOLUMES.to_owned(), json!(body)),
            Self::UpdateVolume { volume, change } => {
                ("PATCH", format!("{}/{}", endpoint::VOLUMES, volume.dotted()), json!(change))
            }
            Self::CreateModel(body) => ("POST", endpoint::MODELS.to_owned(), json!(body)),
            Self::UpdateModel { model, change } => {
                ("PATCH", format!("{}/{}", endpoint::MODELS, model.dotted()), json!(change))
            }
            Self::DeleteModel { model } => {
                ("DELETE", format!("{}/{}", endpoint::MODELS, model.dotted()), json!({}))
            }
            Self::CommentVersion { model, version, comment } => {
                ("PATCH", version_path(model, &version.to_string()), json!({ "comment": comment }))
            }
            Self::DeleteCopies { model, of } => {
                ("DELETE", version_path(model, &format!("{{copy of {}}}", of.uri())), json!({}))
            }
            Self::SetAlias { model, alias, to } => {
                let number = match to {
                    AliasTarget::Version(number) => json!(number),
                    AliasTarget::CopyOf(_) => json!(to.to_string()),
                };
                ("PUT", alias_path(model, alias), json!({ "version_num": number }))
            }
            Self::DeleteAlias { model, alias } => ("DELETE", alias_path(model, alias), json!({})),
            Self::CreatePolicy(body) => ("POST", endpoint::POLICIES.to_owned(), json!(body)),
            Self::UpdatePolicy { on, policy } => {
                ("PATCH", policy_path(on, policy.name.as_deref().unwrap_or_default()), json!(policy))
            }
            Self::DeletePolicy { on, name } => ("DELETE", policy_path(on, name), json!({})),
            Self::SetOwner { securable, owner } => (
                "PATCH",
                format!("{}/{}", securable.kind.endpoint(), securable.name.dotted()),
                json!({ "owner": owner }),
            ),
        }
    }
}

fn version_path(model: &FullName, version: &str) -> String {
    format!("{}/{}/versions/{version}", endpoint::MODELS, model.dotted())
}

fn alias_path(model: &FullName, alias: &str) -> String {
    format!("{}/{}/aliases/{alias}", endpoint::MODELS, model.dotted())
}

fn policy_path(on: &Securable, name: &str) -> String {
    format!("{}/{}/{}/{name}", endpoint::POLICIES, on.kind.securable_kind().path_segment(), on.name.dotted())
}
