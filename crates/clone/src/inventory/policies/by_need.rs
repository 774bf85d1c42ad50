//! Policies on tables that are asked for only where the plan needs to know: those that would be dropped, and those that are left
//! out although something new reads them.

use std::collections::BTreeSet;

use clxs_api::FullName;

use super::{put_own, with_policies};
use crate::inventory::Inventories;
use crate::inventory::reader::{Found, Reader, Side, nothing};
use crate::plan::{Facet, Obstacle};
use crate::{Kind, Result, Securable};

impl<'a> Reader<'a> {
    /// Reads the policies on tables of the destination that would be dropped; where their sources have some, they are read.
    pub(in crate::inventory) async fn policies_of_dropped(&self, own: &Inventories) -> Result<Found<'a>> {
        if !self.settings.copy.security {
            return Ok(nothing());
        }
        let destination = self.settings.destination.to_lowercase();
        let is_unread =
            |name: &FullName| own.source.table(name).is_some_and(|table| table.policies.is_empty());
        let dropped = self.dropped_first(own).into_iter().filter(is_unread);
        let dropped = dropped.map(|name| Securable::new(Kind::Table, name.in_catalog(&destination)));
        let told = self.policies_on_each(dropped.map(|on| (Side::Destination, on)).collect()).await?;
        Ok(Box::new(move |inventories| {
            for (side, on, policies) in told {
                put_own(inventories.side_mut(side), &on, policies);
            }
            Ok(())
        }))
    }

    /// Reads the policies on tables that are left out, and on their schemas where these take no part; of the destination
    /// where the source has some.
    pub(in crate::inventory) async fn policies_left_out(
        &self,
        own: &mut Inventories,
        tables: &[FullName],
    ) -> Result<()> {
        if !self.settings.copy.security || own.source.unread.contains_key(&Facet::Policies) {
            return Ok(());
        }
        let is_outside = |schema: &FullName| {
            own.source.schemas.get(schema.name()).is_some_and(|schema| schema.skip.is_some())
        };
        let schemas: BTreeSet<_> = tables.iter().filter_map(FullName::parent).filter(is_outside).collect();
        let schemas = schemas.into_iter().map(|name| Securable::new(Kind::Schema, name));
        let places = schemas.chain(tables.iter().map(|name| Securable::new(Kind::Table, name.clone())));
        let mut told = self.policies_on_each(places.map(|on| (Side::Source, on)).collect()).await?;
        let destination = self.settings.destination.to_lowercase();
        let guarded = told.iter().filter(|told| with_policies(told).is_some());
        let kept = guarded.map(|(_, on, _)| Securable::new(on.kind, on.name.in_catalog(&destination)));
        let kept = kept.map(|on| (Side::Destination, on)).collect();
        told.extend(self.policies_on_each(kept).await?);
        for (side, on, policies) in told {
            put_own(own.side_mut(side), &on, policies);
        }
        Ok(())
    }

    /// The source's names of tables that the destination has and that no statement can replace, where the settings say to
    /// drop these.
    fn dropped_first(&self, own: &Inventories) -> Vec<FullName> {
        if !self.settings.force_reclone {
            return Vec::new();
        }
        let is_dropped = |name: &FullName| {
            let (source, kept) = (own.source.table(name), own.destination.table(name));
            let both = source.zip(kept.filter(|kept| kept.kind == Kind::Table));
            both.is_some_and(|both| Obstacle::of(self.settings, name, both, true).is_some())
        };
        let mut names = self.tables_taking_part(&own.source);
        names.retain(is_dropped);
        names
    }
}
