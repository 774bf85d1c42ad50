//! What the caller lacks to run a plan: privileges to make what the destination does not have yet
//! (`facts/sql.md` §4). What the plan itself makes, the caller owns.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::{FullName, Identifier, Privilege, SecurableKind};
use clxs_client::Client;
use clxs_clone::plan::{Expectation, Facet, Plan, Step};
use clxs_clone::{Kind, Settings};

use super::check::Check;
use super::identity::Identity;

const NAME: &str = "privileges";

/// Where something is made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Container {
    Metastore,
    Catalog(FullName),
    Schema(FullName),
}

/// Compares what the plan needs with what the caller has. What cannot be read is said, not guessed.
pub(super) async fn check(client: &Client, plan: &Plan, settings: &Settings, identity: &Identity) -> Check {
    let mut lacking = Vec::new();
    let mut unread = Vec::new();
    for (container, needed) in needed(plan) {
        match held(client, &container, identity).await {
            Ok(Held::Everything) => {}
            Ok(Held::Privileges(held)) => {
                let lacks = needed.iter().filter(|privilege| !held.contains(privilege));
                lacking.extend(lacks.map(|privilege| (container.clone(), privilege.clone())));
            }
            Err(error) => unread.push(format!("{}: {error}", container.text())),
        }
    }
    if !lacking.is_empty() {
        let found: Vec<_> = lacking
            .iter()
            .map(|(container, lacks)| format!("{} on {}", lacks.sql(), container.text()))
            .collect();
        let grants: Vec<_> =
            lacking.iter().map(|(container, lacks)| container.grant(lacks, identity)).collect();
        return Check::lacking(NAME, format!("you lack {}", found.join(", ")), grants.join("; "));
    }
    if unread.is_empty() {
        return Check::passed(NAME, format!("all that {} needs", settings.destination.as_str()));
    }
    Check::passed(NAME, format!("not all can be read: {}", unread.join("; ")))
}

/// What each container must let the caller do. What is in a container that the plan makes needs nothing.
fn needed(plan: &Plan) -> BTreeMap<Container, BTreeSet<Privilege>> {
    let makes = |step: &&Step| step.facet == Facet::Definition && step.expects == Expectation::Absent;
    let made: BTreeSet<_> =
        plan.steps.iter().filter(makes).map(|step| step.securable.name.to_lowercase()).collect();
    let mut needed: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for step in plan.steps.iter().filter(makes) {
        let parent = step.securable.name.parent();
        if parent.as_ref().is_some_and(|parent| made.contains(&parent.to_lowercase())) {
            continue;
        }
        let mut need = |container, privileges: &[Privilege]| {
            needed.entry(container).or_default().extend(privileges.iter().cloned());
        };
        match (step.securable.kind, parent) {
            (Kind::Catalog, _) => need(Container::Metastore, &[Privilege::CreateCatalog]),
            (Kind::Schema, Some(catalog)) => {
                need(Container::Catalog(catalog), &[Privilege::UseCatalog, Privilege::CreateSchema]);
            }
            (kind, Some(schema)) => {
                let Some(privilege) = privilege(kind) else { continue };
                // A schema tells nothing of privileges that only a catalog can have (`facts/settled.md` §2).
                let catalog = FullName::of_catalog(schema.catalog().clone());
                need(Container::Catalog(catalog), &[Privilege::UseCatalog]);
                need(Container::Schema(schema), &[Privilege::UseSchema, privilege]);
            }
            (_, None) => {}
        }
    }
    needed
}

/// What one needs to make something in a schema.
fn privilege(kind: Kind) -> Option<Privilege> {
    match kind {
        Kind::Table | Kind::View | Kind::MetricView => Some(Privilege::CreateTable),
        Kind::Function => Some(Privilege::CreateFunction),
        Kind::Volume => Some(Privilege::CreateVolume),
        Kind::Model => Some(Privilege::CreateModel),
        _ => None,
    }
}

/// What the caller may do in a container.
enum Held {
    Everything,
    Privileges(BTreeSet<Privilege>),
}

async fn held(client: &Client, container: &Container, identity: &Identity) -> anyhow::Result<Held> {
    let (kind, name, owner) = match container {
        Container::Metastore => {
            let summary = client.metastore_summary().await?;
            let id = Identifier::new(summary.metastore_id.unwrap_or_default())?;
            (SecurableKind::Metastore, FullName::of_catalog(id), summary.owner)
        }
        Container::Catalog(name) => {
            let owner = client.get_catalog(name.catalog()).await?.owner;
            (SecurableKind::Catalog, name.clone(), owner)
        }
        Container::Schema(name) => {
            (SecurableKind::Schema, name.clone(), client.get_schema(name).await?.owner)
        }
    };
    if owner.is_some_and(|owner| identity.is(&owner)) || identity.is_metastore_admin() {
        return Ok(Held::Everything);
    }
    let assignments = client.get_effective_permissions(&kind, &name).await?;
    let own = assignments.into_iter().filter(|assignment| identity.is(&assignment.principal));
    let held: BTreeSet<_> =
        own.flat_map(|assignment| assignment.privileges).map(|effective| effective.privilege).collect();
    Ok(if held.contains(&Privilege::AllPrivileges) { Held::Everything } else { Held::Privileges(held) })
}

impl Container {
    fn text(&self) -> String {
        match self {
            Self::Metastore => "the metastore".to_owned(),
            Self::Catalog(name) => format!("catalog {}", name.dotted()),
            Self::Schema(name) => format!("schema {}", name.dotted()),
        }
    }

    /// The statement that gives a privilege.
    fn grant(&self, privilege: &Privilege, identity: &Identity) -> String {
        let to = Identifier::new(identity.name()).map_or_else(|_| "you".to_owned(), |name| name.to_string());
        match self {
            Self::Metastore => format!("GRANT {} ON METASTORE TO {to}", privilege.sql()),
            Self::Catalog(name) => format!("GRANT {} ON CATALOG {name} TO {to}", privilege.sql()),
            Self::Schema(name) => format!("GRANT {} ON SCHEMA {name} TO {to}", privilege.sql()),
        }
    }
}
