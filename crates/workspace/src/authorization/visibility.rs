//! What a caller sees of lists and of `information_schema`, cheap enough for 10,000 tables: what the caller
//! holds in a catalog is loaded once.

use std::collections::{BTreeSet, HashMap};

use clxs_api::{Privilege, SecurableKind};

use super::Access;
use super::held::{Holding, gives, needed_use};
use crate::metastore::{CatalogRow, MetastoreError, PageRequest, Transaction};

/// How much of a securable a caller sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// Everything about it.
    Full,
    /// That it exists, and its metadata: `browse_only`.
    Browse,
    /// Not even that it exists.
    None,
}

/// What one caller sees of one catalog.
#[derive(Debug)]
pub(crate) struct Visibility {
    identities: Vec<String>,
    metastore: Holding,
    catalog: Holding,
    schemas: HashMap<String, Holding>,
    /// What was granted on each securable in its schemas, by its id.
    granted: HashMap<String, BTreeSet<Privilege>>,
}

impl Sight {
    /// What somebody sees who holds this on the metastore, the catalog and so on. Each kind is listed to those
    /// whom the platform's documentation of its list names, and to those who may change it.
    pub(super) fn of(kind: &SecurableKind, holdings: &[&Holding]) -> Self {
        const KINDS: [SecurableKind; 3] =
            [SecurableKind::Metastore, SecurableKind::Catalog, SecurableKind::Schema];
        let reachable = KINDS
            .iter()
            .zip(1..holdings.len())
            .all(|(kind, depth)| needed_use(kind).is_none_or(|needed| gives(&holdings[..depth], &needed)));
        let shown = shown_by(kind).iter().any(|privilege| gives(holdings, privilege));
        if kind == &SecurableKind::Metastore || (reachable && shown) {
            Self::Full
        } else if gives(holdings, &Privilege::Browse) {
            Self::Browse
        } else {
            Self::None
        }
    }

    /// The privilege to ask for when a securable of this kind is not shown.
    pub(super) fn asks_for(kind: &SecurableKind) -> Privilege {
        needed_use(kind).unwrap_or(match kind {
            SecurableKind::Volume => Privilege::ReadVolume,
            SecurableKind::Function | SecurableKind::RegisteredModel => Privilege::Execute,
            SecurableKind::ExternalLocation | SecurableKind::StorageCredential => Privilege::Manage,
            _ => Privilege::Select,
        })
    }

    /// Whether it is seen in a list that shows browsable securables or not.
    pub(crate) fn is_seen(self, include_browse: bool) -> bool {
        self == Self::Full || (include_browse && self == Self::Browse)
    }
}

/// The privileges that show a securable of this kind.
fn shown_by(kind: &SecurableKind) -> &'static [Privilege] {
    match kind {
        SecurableKind::Catalog => &[Privilege::UseCatalog, Privilege::Manage],
        SecurableKind::Schema => &[Privilege::UseSchema, Privilege::Manage],
        SecurableKind::Table => &[
            Privilege::Select,
            Privilege::Modify,
            Privilege::Manage,
            Privilege::ApplyTag,
            Privilege::ReadMetadata,
            Privilege::Refresh,
        ],
        SecurableKind::Volume => {
            &[Privilege::ReadVolume, Privilege::WriteVolume, Privilege::Manage, Privilege::ApplyTag]
        }
        SecurableKind::Function => &[Privilege::Execute, Privilege::Manage],
        SecurableKind::RegisteredModel => &[Privilege::Execute, Privilege::Manage, Privilege::ApplyTag],
        // Any privilege on them shows them.
        SecurableKind::ExternalLocation | SecurableKind::StorageCredential => &[
            Privilege::CreateExternalLocation,
            Privilege::CreateExternalTable,
            Privilege::CreateExternalVolume,
            Privilege::CreateForeignSecurable,
            Privilege::CreateManagedStorage,
            Privilege::ExternalUseLocation,
            Privilege::Manage,
            Privilege::ReadFiles,
            Privilege::WriteFiles,
        ],
        _ => &[Privilege::Manage],
    }
}

impl Visibility {
    /// Loads what the caller holds on a catalog and in it.
    pub(crate) fn load(
        tx: &Transaction<'_>,
        access: &Access,
        catalog: &CatalogRow,
    ) -> Result<Self, MetastoreError> {
        let identities = access.identities().to_vec();
        let mut granted: HashMap<String, BTreeSet<Privilege>> = HashMap::new();
        for grant in tx.grants_held_in_catalog(&catalog.id, &identities)? {
            granted.entry(grant.securable_id).or_default().insert(grant.privilege);
        }
        let mut holding = |id: &str, owner: &String| Holding {
            owner: identities.contains(owner),
            privileges: granted.remove(id).unwrap_or_default(),
        };
        let schemas = tx.schemas(catalog, &PageRequest::all())?.items;
        Ok(Self {
            metastore: Holding { owner: access.is_metastore_admin(tx), ..Holding::default() },
            catalog: holding(&catalog.id, &catalog.owner),
            schemas: schemas.into_iter().map(|row| (row.id.clone(), holding(&row.id, &row.owner))).collect(),
            granted,
            identities,
        })
    }

    /// How much of the catalog itself is seen.
    #[cfg(test)]
    pub(crate) fn catalog(&self) -> Sight {
        Sight::of(&SecurableKind::Catalog, &self.on_catalog())
    }

    /// How much is seen of one of its schemas.
    pub(crate) fn schema(&self, schema_id: &str) -> Sight {
        let held = self.on_schema(schema_id);
        held.map_or(Sight::None, |held| Sight::of(&SecurableKind::Schema, &held))
    }

    /// How much is seen of a securable in one of its schemas.
    pub(crate) fn in_schema(&self, kind: &SecurableKind, schema_id: &str, id: &str, owner: &str) -> Sight {
        let asked = self.ask_in_schema(schema_id, id, owner, |held| Sight::of(kind, held));
        asked.unwrap_or(Sight::None)
    }

    /// Whether the caller manages the catalog, and so sees all grants on it.
    pub(crate) fn manages_catalog(&self) -> bool {
        gives(&self.on_catalog(), &Privilege::Manage)
    }

    /// Whether the caller manages one of its schemas.
    pub(crate) fn manages_schema(&self, schema_id: &str) -> bool {
        self.on_schema(schema_id).is_some_and(|held| gives(&held, &Privilege::Manage))
    }

    /// Whether the caller manages a securable in one of its schemas.
    pub(crate) fn manages_in_schema(&self, schema_id: &str, id: &str, owner: &str) -> bool {
        let asked = self.ask_in_schema(schema_id, id, owner, |held| gives(held, &Privilege::Manage));
        asked.unwrap_or(false)
    }

    /// Whether the caller may read a table in one of its schemas.
    pub(crate) fn reads_in_schema(&self, schema_id: &str, id: &str, owner: &str) -> bool {
        let asked = self.ask_in_schema(schema_id, id, owner, |held| gives(held, &Privilege::Select));
        asked.unwrap_or(false)
    }

    fn on_catalog(&self) -> [&Holding; 2] {
        [&self.metastore, &self.catalog]
    }

    fn on_schema(&self, schema_id: &str) -> Option<[&Holding; 3]> {
        Some([&self.metastore, &self.catalog, self.schemas.get(schema_id)?])
    }

    /// Asks about what is held on a securable in a schema; `None` when the schema is not there.
    fn ask_in_schema<T>(
        &self,
        schema_id: &str,
        id: &str,
        owner: &str,
        ask: impl FnOnce(&[&Holding]) -> T,
    ) -> Option<T> {
        let [metastore, catalog, schema] = self.on_schema(schema_id)?;
        let privileges = self.granted.get(id).cloned().unwrap_or_default();
        let own = Holding { owner: self.identities.iter().any(|identity| identity == owner), privileges };
        Some(ask(&[metastore, catalog, schema, &own]))
    }
}
