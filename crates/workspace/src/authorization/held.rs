//! What one caller holds on a securable and on everything it is in, and what follows from it.

use std::collections::BTreeSet;

use clxs_api::{Privilege, SecurableKind};

use super::is_covered_by_all;
use super::visibility::Sight;
use crate::metastore::{Details, GrantRow, MetastoreError, MetastoreRow, Reach, Securable, TableRow};

/// A securable on the way from the metastore to the one asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Level {
    pub(crate) kind: SecurableKind,
    pub(crate) id: String,
    /// The dotted full name.
    pub(crate) name: String,
    pub(crate) owner: String,
    /// The platform's finer kind, such as `TABLE_VIEW`.
    pub(crate) securable_kind: &'static str,
    /// Whether it is the platform's own: nobody changes it.
    pub(crate) system: bool,
    /// How far this workspace may use it.
    pub(super) reach: Reach,
}

/// What a caller holds on one securable itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Holding {
    pub(super) owner: bool,
    pub(super) privileges: BTreeSet<Privilege>,
}

/// The levels from the metastore to a securable with what a caller holds on each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    levels: Vec<(Level, Holding)>,
}

impl Level {
    pub(super) fn metastore(row: &MetastoreRow) -> Self {
        Self {
            kind: SecurableKind::Metastore,
            id: row.id.clone(),
            name: row.name.clone(),
            owner: row.owner.clone(),
            securable_kind: "METASTORE_STANDARD",
            system: false,
            reach: Reach::Full,
        }
    }

    pub(super) fn of<D: Details>(row: &Securable<D>) -> Self {
        Self {
            kind: D::KIND,
            id: row.id.clone(),
            name: row.full_name().dotted(),
            owner: row.owner.clone(),
            securable_kind: row.securable_kind(),
            system: row.system,
            reach: Reach::Full,
        }
    }

    pub(super) fn of_table(row: &TableRow) -> Self {
        Self {
            kind: SecurableKind::Table,
            id: row.id.clone(),
            name: row.full_name().dotted(),
            owner: row.owner.clone(),
            securable_kind: row.securable_kind(),
            system: false,
            reach: Reach::Full,
        }
    }
}

impl Holding {
    pub(super) fn is_empty(&self) -> bool {
        !self.owner && self.privileges.is_empty()
    }

    fn gives(&self, privilege: &Privilege) -> bool {
        self.owner
            || self.privileges.contains(privilege)
            || (self.privileges.contains(&Privilege::AllPrivileges) && is_covered_by_all(privilege))
    }
}

impl Held {
    /// Puts levels and the grants of these identities together. What is granted on the metastore holds for the
    /// metastore alone.
    pub(super) fn new(levels: Vec<Level>, grants: &[GrantRow], identities: &[String]) -> Self {
        let alone = levels.len() == 1;
        let held_on = |level: &Level| Holding {
            owner: identities.contains(&level.owner),
            privileges: grants
                .iter()
                .filter(|grant| {
                    grant.securable_id == level.id && (alone || level.kind != SecurableKind::Metastore)
                })
                .map(|grant| grant.privilege.clone())
                .collect(),
        };
        let levels = levels.into_iter().map(|level| {
            let holding = held_on(&level);
            (level, holding)
        });
        Self { levels: levels.collect() }
    }

    /// The securable asked for.
    pub(crate) fn securable(&self) -> &Level {
        &self.levels[self.levels.len() - 1].0
    }

    /// The metastore, the catalog and so on to the securable itself.
    pub(crate) fn levels(&self) -> impl DoubleEndedIterator<Item = &Level> {
        self.levels.iter().map(|(level, _)| level)
    }

    /// Whether the caller holds the privilege on the securable itself, directly or inherited. `USE` on the
    /// way is another matter: [`Held::require`].
    pub(crate) fn has(&self, privilege: &Privilege) -> bool {
        gives(&self.holdings(), privilege)
    }

    /// [`Access::check`](super::Access::check)
    pub(crate) fn require(&self, privilege: &Privilege) -> Result<(), MetastoreError> {
        if let Some(hidden) = self.hidden() {
            return Err(hidden);
        }
        self.require_use(is_creation(privilege))?;
        let securable = self.securable();
        let unchangeable = securable.system || self.levels().any(|level| level.reach == Reach::ReadOnly);
        if self.has(privilege) && !(unchangeable && is_change(privilege)) {
            return Ok(());
        }
        Err(denied(privilege.clone(), securable))
    }

    /// [`Access::see`](super::Access::see)
    pub(crate) fn require_sight(&self, include_browse: bool) -> Result<Sight, MetastoreError> {
        if let Some(isolated) = self.isolated() {
            return Err(isolated);
        }
        let securable = self.securable();
        match Sight::of(&securable.kind, &self.holdings()) {
            Sight::None => {}
            Sight::Browse if !include_browse => {}
            sight => return Ok(sight),
        }
        if let Some(hidden) = self.hidden() {
            return Err(hidden);
        }
        self.require_use(false)?;
        Err(denied(Sight::asks_for(&securable.kind), securable))
    }

    /// The error for a caller who asks for what is not there. What a catalog or schema holds is the business of
    /// those who may use or browse it: others learn the same whether it is there or not.
    pub(super) fn in_place_of(&self, not_found: MetastoreError) -> MetastoreError {
        let barred = || self.require_use(true).err().filter(|_| !self.has(&Privilege::Browse));
        self.hidden().or_else(barred).unwrap_or(not_found)
    }

    /// Whether the caller may say which workspaces may use the securable. That it is isolated from this one does
    /// not matter: else nobody could bind it again.
    pub(crate) fn require_to_bind(&self) -> Result<(), MetastoreError> {
        if self.has(&Privilege::Manage) && !self.securable().system {
            return Ok(());
        }
        Err(self.hidden().unwrap_or_else(|| denied(Privilege::Manage, self.securable())))
    }

    /// The error for what is isolated from this workspace: here there is no such catalog.
    fn isolated(&self) -> Option<MetastoreError> {
        let level = self.levels().find(|level| level.reach == Reach::None)?;
        Some(MetastoreError::not_found(level.kind.clone(), &level.name))
    }

    /// The error for a caller who holds nothing from the catalog down: to them there is no such catalog.
    fn hidden(&self) -> Option<MetastoreError> {
        if let Some(isolated) = self.isolated() {
            return Some(isolated);
        }
        let (catalog, _) = self.levels.get(1)?;
        let admin = self.levels[0].1.owner;
        // Everybody holds something on every information_schema: it says nothing about its catalog.
        let counts = |level: &Level| !(level.system && level.kind == SecurableKind::Schema);
        let nothing = self.levels[1..].iter().all(|(level, holding)| holding.is_empty() || !counts(level));
        (nothing && !admin).then(|| MetastoreError::not_found(catalog.kind.clone(), &catalog.name))
    }

    fn holdings(&self) -> Vec<&Holding> {
        self.levels.iter().map(|(_, holding)| holding).collect()
    }

    /// `USE` on everything the securable is in; to make something in it, on itself too.
    fn require_use(&self, creation: bool) -> Result<(), MetastoreError> {
        let holdings = self.holdings();
        let on_the_way = self.levels.len() - usize::from(!creation);
        for (depth, (level, _)) in self.levels.iter().enumerate().take(on_the_way) {
            if let Some(needed) = needed_use(&level.kind)
                && !gives(&holdings[..=depth], &needed)
            {
                return Err(denied(needed, level));
            }
        }
        Ok(())
    }
}

/// Whether any level gives the privilege to the last.
pub(super) fn gives(holdings: &[&Holding], privilege: &Privilege) -> bool {
    holdings.iter().any(|holding| holding.gives(privilege))
}

/// The privilege needed to get at what is in a securable of this kind.
pub(super) fn needed_use(kind: &SecurableKind) -> Option<Privilege> {
    match kind {
        SecurableKind::Catalog => Some(Privilege::UseCatalog),
        SecurableKind::Schema => Some(Privilege::UseSchema),
        _ => None,
    }
}

fn is_creation(privilege: &Privilege) -> bool {
    privilege.as_str().starts_with("CREATE_")
}

/// Whether the privilege allows to change the securable or what is in it.
fn is_change(privilege: &Privilege) -> bool {
    !matches!(
        privilege,
        Privilege::Select
            | Privilege::UseCatalog
            | Privilege::UseSchema
            | Privilege::Browse
            | Privilege::ReadVolume
            | Privilege::Execute
    )
}

fn denied(privilege: Privilege, level: &Level) -> MetastoreError {
    MetastoreError::PermissionDenied { privilege, kind: level.kind.clone(), name: level.name.clone() }
}
