//! What the caller lacks to run a plan: privileges to make what the destination does not have yet.

use std::collections::BTreeSet;

use clxs_api::metastore::MetastoreSummary;
use clxs_api::{FullName, Identifier, Privilege, SecurableKind};
use clxs_client::Client;
use clxs_clone::plan::Plan;
use clxs_clone::{Kind, Securable};
use futures::{StreamExt, stream};

use super::check::Check;
use super::identity::Identity;

const NAME: &str = "privileges";

/// Containers that are read at once.
const READS_AT_ONCE: usize = 8;

/// Who asks, of which workspace.
pub(super) struct Asking<'a> {
    pub(super) client: &'a Client,
    pub(super) metastore: &'a MetastoreSummary,
    pub(super) identity: &'a Identity,
}

/// Compares what the plan needs with what the caller has. What cannot be read is said, not guessed.
pub(super) async fn check(asking: &Asking<'_>, plan: &Plan) -> Check {
    let needed = plan.privileges_to_make();
    let reads = needed
        .iter()
        .map(|(container, needed)| async move { (container, needed, asking.held(container.as_ref()).await) });
    let read: Vec<_> = stream::iter(reads).buffered(READS_AT_ONCE).collect().await;
    let (mut lacking, mut unread) = (Vec::new(), Vec::new());
    for (container, needed, held) in read {
        match held {
            Ok(Held::Everything) => {}
            Ok(Held::Privileges(held)) => {
                let lacks = needed.iter().filter(|privilege| !held.contains(privilege));
                lacking.extend(lacks.map(|privilege| (container.as_ref(), privilege)));
            }
            Err(error) => unread.push(format!("{} cannot be read: {error:#}", text(container.as_ref()))),
        }
    }
    if !lacking.is_empty() {
        return asking.lacking(&lacking, unread);
    }
    if unread.is_empty() {
        return Check::passed(NAME, format!("all that {} needs", plan.destination.as_str()));
    }
    Check::untold(NAME, unread.join("; "))
}

/// What the caller may do in a container.
enum Held {
    Everything,
    Privileges(BTreeSet<Privilege>),
}

impl Asking<'_> {
    /// The owner of a container has all privileges on it, but not on what is in it, and metastore admins none but on the
    /// metastore, which they own (<https://docs.databricks.com/en/catalog-explorer/manage-ownership.html>, "Owner
    /// privileges"; …/data-governance/unity-catalog/manage-privileges/admin-privileges.html, "Metastore admins").
    async fn held(&self, container: Option<&Securable>) -> anyhow::Result<Held> {
        let Self { client, metastore, identity } = self;
        let (kind, name, owner) = match container {
            None => {
                let id = Identifier::new(metastore.metastore_id.clone().unwrap_or_default())?;
                (SecurableKind::Metastore, FullName::of_catalog(id), metastore.owner.clone())
            }
            Some(Securable { kind, name }) => {
                let owner = match kind {
                    Kind::Catalog => client.get_catalog(name.catalog()).await?.owner,
                    _ => client.get_schema(name).await?.owner,
                };
                (kind.securable_kind(), name.clone(), owner)
            }
        };
        if owner.is_some_and(|owner| identity.is(&owner)) {
            return Ok(Held::Everything);
        }
        let assignments = client.get_effective_permissions(&kind, &name).await?;
        let own = assignments.into_iter().filter(|assignment| identity.is(&assignment.principal));
        let held: BTreeSet<_> =
            own.flat_map(|assignment| assignment.privileges).map(|effective| effective.privilege).collect();
        Ok(if held.contains(&Privilege::AllPrivileges) { Held::Everything } else { Held::Privileges(held) })
    }

    fn lacking(&self, lacking: &[(Option<&Securable>, &Privilege)], unread: Vec<String>) -> Check {
        let lacks: Vec<_> = lacking
            .iter()
            .map(|(container, privilege)| format!("{} on {}", privilege.sql(), text(*container)))
            .collect();
        let found = std::iter::once(format!("you lack {}", lacks.join(", "))).chain(unread);
        let grants: Vec<_> = lacking.iter().map(|(on, privilege)| self.grant(*on, privilege)).collect();
        Check::lacking(NAME, found.collect::<Vec<_>>().join("; "), grants.join("; "))
    }

    /// The statement that gives a privilege.
    fn grant(&self, on: Option<&Securable>, privilege: &Privilege) -> String {
        let to =
            Identifier::new(self.identity.name()).map_or_else(|_| "you".to_owned(), |name| name.to_string());
        let privilege = privilege.sql();
        match on {
            None => format!("GRANT {privilege} ON METASTORE TO {to}"),
            Some(Securable { kind: Kind::Catalog, name }) => {
                format!("GRANT {privilege} ON CATALOG {name} TO {to}")
            }
            Some(Securable { name, .. }) => format!("GRANT {privilege} ON SCHEMA {name} TO {to}"),
        }
    }
}

fn text(container: Option<&Securable>) -> String {
    container.map_or_else(|| "the metastore".to_owned(), ToString::to_string)
}
