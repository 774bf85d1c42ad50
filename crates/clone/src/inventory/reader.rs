//! Reads the inventories through the client: lists and bulk queries, side by side within the limits.

use std::collections::BTreeMap;

use clxs_api::metastore::MetastoreSummary;
use clxs_api::{FullName, Identifier};
use futures::future::{BoxFuture, try_join_all, try_join3};
use tokio::sync::Semaphore;

use super::listed::Listed;
use super::{Caller, Inventories, Inventory, Schema};
use crate::at_once::at_once;
use crate::journal::Provenance;
use crate::warehouse::Warehouse;
use crate::{Error, Result, Settings};

/// REST reads at once, whatever they read.
pub(crate) const READS_AT_ONCE: usize = 32;

/// Reads source and destination.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    pub(super) warehouse: Warehouse,
    pub(super) settings: &'a Settings,
    pub(super) provenance: Provenance,
    rest: Semaphore,
}

/// What a read found: puts it into the inventories, once all reads beside it are over.
pub(super) type Found<'a> = Box<dyn FnOnce(&mut Inventories) -> Result<()> + Send + 'a>;

/// A read on its way.
pub(super) type Reading<'r, 'a> = BoxFuture<'r, Result<Found<'a>>>;

/// Source or destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Source,
    Destination,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(warehouse: Warehouse, settings: &'a Settings, provenance: Provenance) -> Self {
        Self { warehouse, settings, provenance, rest: Semaphore::new(READS_AT_ONCE) }
    }

    /// Reads everything the planner needs: first what is there, then what hangs on it.
    pub(crate) async fn read(self, metastore: &MetastoreSummary) -> Result<Inventories> {
        let caller = async {
            self.warehouse.client().current_user().await.map_err(Error::client("ask who the caller is"))
        };
        let (caller, source, destination) = try_join3(
            caller,
            self.containers(&self.settings.source),
            self.containers(&self.settings.destination),
        )
        .await?;
        let mut own = Inventories {
            source,
            destination,
            caller: Caller::of(&caller, metastore),
            ended_early: self.provenance.ended_early.clone(),
            lacks_storage: metastore.storage_root.as_deref().is_none_or(str::is_empty),
            ..Inventories::default()
        };
        self.filter_by_tags(&mut own.source).await?;
        self.select(&mut own);
        self.read_lists(&mut own).await?;
        // What nobody reads is left out before anything is asked about it, and to know that takes all views.
        let leaves_out_unused = self.settings.selection.unused_days.is_some();
        if leaves_out_unused {
            let used: [Reading<'_, 'a>; 2] =
                [Box::pin(self.dependencies(&own)), Box::pin(self.usage(metastore))];
            let used = try_join_all(used).await?;
            put(&mut own, used)?;
        }
        let mut about_them: Vec<Reading<'_, 'a>> = vec![
            Box::pin(self.histories(&own)),
            Box::pin(self.versions_as_of(&own)),
            Box::pin(self.files_of_volumes(&own)),
            Box::pin(self.model_versions(&own)),
            Box::pin(self.grants(&own)),
            Box::pin(self.definitions(&own)),
            Box::pin(self.sights(&own)),
            Box::pin(self.policies(&own)),
        ];
        if !leaves_out_unused {
            about_them.push(Box::pin(self.dependencies(&own)));
        }
        let about_them = try_join_all(about_them).await?;
        put(&mut own, about_them)?;
        self.left_out(&mut own).await?;
        self.require_columns_of_then(&own).await?;
        self.try_conditions(&own).await?;
        let rest: [Reading<'_, 'a>; 3] =
            [Box::pin(self.sizes(&own)), Box::pin(self.keys(&own)), Box::pin(self.tags_of_policies(&own))];
        let rest = try_join_all(rest).await?;
        put(&mut own, rest)?;
        // What is dropped first is known by then, and who reads policies and outlines goes by that.
        let guarded = self.guarded_columns(&own).await?;
        put(&mut own, vec![guarded])?;
        let policed: [Reading<'_, 'a>; 2] =
            [Box::pin(self.about_policies(&own)), Box::pin(self.policies_of_dropped(&own))];
        let policed = try_join_all(policed).await?;
        put(&mut own, policed)?;
        Ok(own)
    }

    /// Lists what is there. Facets are put behind the lists of what they belong to.
    async fn read_lists(&self, own: &mut Inventories) -> Result<()> {
        let lists: [Reading<'_, 'a>; 7] = [
            Box::pin(self.tables(own)),
            Box::pin(self.volumes(own)),
            Box::pin(self.models(own)),
            Box::pin(self.functions(own)),
            Box::pin(self.tags(own)),
            Box::pin(self.key_outlines(own)),
            Box::pin(self.bindings(own)),
        ];
        let lists = try_join_all(lists).await?;
        put(own, lists)
    }

    /// What the selection leaves out is marked. Of the destination only schemas of the source count; of those
    /// left out the tables count too, because views that take part may read them.
    fn select(&self, inventories: &mut Inventories) {
        for (name, schema) in &mut inventories.source.schemas {
            let reason = self.settings.selection.skips_schema(name).map(str::to_owned);
            schema.skip = schema.skip.take().or(reason);
        }
        let source = &inventories.source.schemas;
        let is_own = |(name, own): &(&Identifier, &Schema)| {
            !own.is_system && own.skip.is_none() && !source.contains_key(*name)
                && self.settings.selection.skips_schema(name).is_none()
                // UNCONFIRMED: the platform makes it with every catalog.
                && name.as_str() != "default"
        };
        let own = inventories.destination.schemas.iter().filter(is_own);
        inventories.only_in_destination = own.map(|(name, _)| name.clone()).collect();
        inventories.destination.schemas.retain(|name, own| own.skip.is_none() && source.contains_key(name));
        for (name, schema) in &mut inventories.destination.schemas {
            schema.skip = source.get(name).and_then(|source| source.skip.clone());
        }
    }

    pub(super) fn name_of(&self, side: Side) -> &Identifier {
        match side {
            Side::Source => &self.settings.source,
            Side::Destination => &self.settings.destination,
        }
    }

    /// The full name of a catalog as inventories have it.
    pub(super) fn catalog_name(&self, side: Side) -> FullName {
        FullName::of_catalog(self.name_of(side).to_lowercase())
    }

    /// Lists what is in each of these schemas, and puts it where it belongs.
    pub(super) async fn of_schemas<T, F>(
        &self,
        schemas: Vec<(Side, Identifier)>,
        read: impl Fn(FullName) -> F,
        place: impl Fn(&mut Schema) -> &mut BTreeMap<Identifier, T> + Send + 'a,
    ) -> Result<Found<'a>>
    where
        T: Send + 'a,
        F: Future<Output = Result<Listed<T>>>,
    {
        let names = schemas.iter().map(|(side, name)| self.catalog_name(*side).child(name.clone()));
        let lists = self.all(names.map(read).collect()).await?;
        Ok(Box::new(move |inventories| {
            for ((side, name), Listed { readable, browsed }) in schemas.into_iter().zip(lists) {
                let inventory = inventories.side_mut(side);
                inventory.browsed.extend(browsed);
                if let Some(schema) = inventory.schemas.get_mut(&name) {
                    *place(schema) = readable;
                }
            }
            Ok(())
        }))
    }

    /// Runs REST reads side by side within the limit; the order of results is that of the reads.
    pub(super) async fn all<T>(&self, reads: Vec<impl Future<Output = Result<T>>>) -> Result<Vec<T>> {
        let reads = reads.into_iter().map(|read| async {
            let _place = self.rest.acquire().await;
            read.await
        });
        at_once(reads, READS_AT_ONCE).await
    }

    /// Runs statements side by side within the limit; the order of results is that of the statements.
    pub(super) async fn all_statements<T>(
        &self,
        reads: Vec<impl Future<Output = Result<T>>>,
    ) -> Result<Vec<T>> {
        at_once(reads, self.warehouse.pace().limits().max_parallel_queries.get()).await
    }
}

impl Inventories {
    pub(super) fn side(&self, side: Side) -> &Inventory {
        match side {
            Side::Source => &self.source,
            Side::Destination => &self.destination,
        }
    }

    pub(super) fn side_mut(&mut self, side: Side) -> &mut Inventory {
        match side {
            Side::Source => &mut self.source,
            Side::Destination => &mut self.destination,
        }
    }

    /// The inventory of the catalog of this name.
    pub(super) fn of_mut(&mut self, settings: &Settings, catalog: &str) -> Option<&mut Inventory> {
        if settings.source.matches(catalog) {
            Some(&mut self.source)
        } else {
            settings.destination.matches(catalog).then_some(&mut self.destination)
        }
    }

    /// The schemas of both sides that take part.
    pub(super) fn schemas_taking_part(&self) -> Vec<(Side, Identifier)> {
        let of = |side| self.side(side).taking_part().map(move |(name, _)| (side, name.clone()));
        of(Side::Source).chain(of(Side::Destination)).collect()
    }
}

/// Why the workspace does not tell: what it says, without the id of the request or statement, so that equal
/// workspaces give equal plans.
pub(crate) fn refusal(error: &clxs_client::Error) -> String {
    let said = error.api_error().map(ToString::to_string);
    let said = said.or_else(|| error.statement_failure().map(ToString::to_string));
    said.unwrap_or_else(|| error.to_string())
}

/// What a read found that was not made.
pub(super) fn nothing<'a>() -> Found<'a> {
    Box::new(|_| Ok(()))
}

/// Puts what reads found where it belongs.
pub(super) fn put(inventories: &mut Inventories, all: Vec<Found<'_>>) -> Result<()> {
    all.into_iter().try_for_each(|found| found(inventories))
}
