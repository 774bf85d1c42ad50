//! What every securable of an inventory has, whatever it is.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use clxs_api::metastore::MetastoreSummary;
use clxs_api::{FullName, Identifier, SecurableKind};
use clxs_client::ErrorKind;
use futures::future::{try_join, try_join_all};

use super::reader::{Reader, Reading, put, refusal};
use super::{Caller, Grants, Inventories, Inventory, Tags, View};
use crate::plan::Facet;
use crate::{Error, Result, Securable};

/// The facets of a securable.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Described<'a> {
    pub(crate) owner: Option<&'a str>,
    pub(crate) comment: Option<&'a str>,
    pub(crate) grants: &'a Grants,
    /// Absent for kinds without tags.
    pub(crate) tags: Option<&'a Tags>,
    /// The tags of its columns.
    pub(crate) column_tags: Option<&'a BTreeMap<Identifier, Tags>>,
    pub(crate) view: Option<&'a View>,
}

impl<'a> Reader<'a> {
    /// Reads the destination alone, as far as these securables and facets need it: comments, properties, owners, guards, tags,
    /// keys, bindings and grants. What a run has made of it costs a few requests a schema, however many tables there are.
    pub(crate) async fn read_destination(
        self,
        metastore: &MetastoreSummary,
        securables: &BTreeSet<&Securable>,
        facets: &BTreeSet<Facet>,
    ) -> Result<Inventory> {
        let caller = async {
            self.warehouse.client().current_user().await.map_err(Error::client("ask who the caller is"))
        };
        let (caller, destination) = try_join(caller, self.containers(&self.settings.destination)).await?;
        let mut own =
            Inventories { caller: Caller::of(&caller, metastore), ..around(destination, securables) };
        let mut lists = self.lists_of(&own, kinds_of(securables));
        // Tags and keys come behind the lists of what they belong to.
        lists.push(Box::pin(self.tags(&own)));
        if [Facet::PrimaryKey, Facet::ForeignKey].iter().any(|facet| facets.contains(facet)) {
            lists.push(Box::pin(self.key_outlines(&own)));
        }
        if facets.contains(&Facet::Bindings) {
            lists.push(Box::pin(self.bindings(&own)));
        }
        let lists = try_join_all(lists).await?;
        put(&mut own, lists)?;
        let grants = self.grants(&own).await?;
        put(&mut own, vec![grants])?;
        Ok(own.destination)
    }

    /// Reads of the destination alone what REST lists in the schemas of these securables, of their kinds.
    pub(crate) async fn list_destination(&self, securables: &BTreeSet<&Securable>) -> Result<Inventory> {
        let mut own = around(self.containers(&self.settings.destination).await?, securables);
        let lists = try_join_all(self.lists_of(&own, kinds_of(securables))).await?;
        put(&mut own, lists)?;
        Ok(own.destination)
    }

    /// Lists of the destination alone all that is in these schemas.
    pub(crate) async fn list_contents(&self, schemas: &BTreeSet<&Identifier>) -> Result<Inventory> {
        let mut destination = self.containers(&self.settings.destination).await?;
        destination.schemas.retain(|name, _| schemas.contains(name));
        let mut own = Inventories { destination, ..Inventories::default() };
        let kinds = [
            SecurableKind::Table,
            SecurableKind::Volume,
            SecurableKind::RegisteredModel,
            SecurableKind::Function,
        ];
        let lists = try_join_all(self.lists_of(&own, kinds.into())).await?;
        put(&mut own, lists)?;
        Ok(own.destination)
    }

    fn lists_of<'r>(&'r self, own: &'r Inventories, kinds: HashSet<SecurableKind>) -> Vec<Reading<'r, 'a>> {
        let list = |kind| -> Option<Reading<'r, 'a>> {
            match kind {
                SecurableKind::Table => Some(Box::pin(self.tables(own))),
                SecurableKind::Volume => Some(Box::pin(self.volumes(own))),
                SecurableKind::RegisteredModel => Some(Box::pin(self.models(own))),
                SecurableKind::Function => Some(Box::pin(self.functions(own))),
                _ => None,
            }
        };
        kinds.into_iter().filter_map(list).collect()
    }
}

fn kinds_of(securables: &BTreeSet<&Securable>) -> HashSet<SecurableKind> {
    securables.iter().map(|securable| securable.kind.securable_kind()).collect()
}

/// What was read of a destination, or why the caller may not see it, as one who has given it away.
pub(crate) fn unless_denied(read: Result<Inventory>) -> Result<Result<Inventory, String>> {
    match read {
        Err(Error::Client { source, .. }) if source.kind() == ErrorKind::PermissionDenied => {
            Ok(Err(refusal(&source)))
        }
        read => read.map(Ok),
    }
}

/// A destination with those of its schemas that these securables are in.
fn around(mut destination: Inventory, securables: &BTreeSet<&Securable>) -> Inventories {
    let schemas: BTreeSet<_> = securables.iter().filter_map(|securable| securable.name.schema()).collect();
    destination.schemas.retain(|name, _| schemas.contains(name));
    Inventories { destination, ..Inventories::default() }
}

impl Inventory {
    /// A securable, by schema and own name; absent where nobody sees it.
    pub(crate) fn described(&self, securable: &Securable) -> Option<Described<'_>> {
        let path = &securable.name.parts()[1..];
        match securable.kind.securable_kind() {
            SecurableKind::Catalog => self.catalog.as_ref().map(|own| Described {
                tags: Some(&own.tags),
                ..described(own.owner.as_ref(), own.comment.as_ref(), &own.grants)
            }),
            SecurableKind::Schema => self.schemas.get(path.first()?).map(|own| Described {
                tags: Some(&own.tags),
                ..described(own.owner.as_ref(), own.comment.as_ref(), &own.grants)
            }),
            kind => self.described_inside(&kind, &securable.name),
        }
    }

    fn described_inside(&self, kind: &SecurableKind, full_name: &FullName) -> Option<Described<'_>> {
        let (schema, name) = (self.schemas.get(full_name.schema()?)?, full_name.name());
        match kind {
            SecurableKind::Table => schema.tables.get(name).map(|own| Described {
                tags: Some(&own.tags),
                column_tags: Some(&own.column_tags),
                view: own.view.as_ref(),
                ..described(own.owner.as_ref(), own.comment.as_ref(), &own.grants)
            }),
            SecurableKind::Volume => schema.volumes.get(name).map(|own| Described {
                tags: Some(&own.tags),
                ..described(own.owner.as_ref(), own.comment.as_ref(), &own.grants)
            }),
            SecurableKind::RegisteredModel => schema
                .models
                .get(name)
                .map(|own| described(own.owner.as_ref(), own.comment.as_ref(), &own.grants)),
            SecurableKind::Function => schema
                .functions
                .get(name)
                .map(|own| described(own.owner.as_ref(), own.comment.as_ref(), &own.grants)),
            _ => None,
        }
    }
}

fn described<'a>(
    owner: Option<&'a String>,
    comment: Option<&'a String>,
    grants: &'a Grants,
) -> Described<'a> {
    Described {
        owner: owner.map(String::as_str),
        comment: comment.map(String::as_str),
        grants,
        tags: None,
        column_tags: None,
        view: None,
    }
}
