//! What the caller must be allowed to do so that a plan can be run.

use std::collections::{BTreeMap, BTreeSet};

use clxs_api::{FullName, Privilege};

use super::{Expectation, Facet, Plan, Step};
use crate::{Kind, Securable};

impl Plan {
    /// The privileges that it takes to make what the destination does not have yet, by the container that must give them:
    /// a catalog, a schema or, as `None`, the metastore. What the plan itself makes, the caller owns.
    pub fn privileges_to_make(&self) -> BTreeMap<Option<Securable>, BTreeSet<Privilege>> {
        let makes = |step: &&Step| step.facet == Facet::Definition && step.expects == Expectation::Absent;
        let steps = || self.steps.iter().filter(makes).map(|step| &step.securable);
        let made: BTreeSet<_> = steps().map(|securable| securable.name.to_lowercase()).collect();
        let mut needed: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for Securable { kind, name } in steps() {
            let Some(privilege) = kind.privilege_to_make() else { continue };
            let container = name.parent();
            if container.as_ref().is_some_and(|container| made.contains(&container.to_lowercase())) {
                continue;
            }
            for (container, to_use) in containers(name) {
                needed.entry(Some(container)).or_default().insert(to_use);
            }
            let container = container.map(container_named);
            needed.entry(container).or_default().insert(privilege);
        }
        needed
    }
}

/// What a securable is in, each with the privilege to get past it: a schema tells nothing of those that only a catalog
/// can have (`facts/settled.md` §2).
fn containers(name: &FullName) -> impl Iterator<Item = (Securable, Privilege)> {
    let parents = std::iter::successors(name.parent(), FullName::parent);
    parents.map(container_named).map(|container| {
        let to_use =
            if container.kind == Kind::Catalog { Privilege::UseCatalog } else { Privilege::UseSchema };
        (container, to_use)
    })
}

fn container_named(name: FullName) -> Securable {
    let kind = if name.schema().is_some() { Kind::Schema } else { Kind::Catalog };
    Securable::new(kind, name)
}
