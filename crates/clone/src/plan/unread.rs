//! Says of facets that nobody could read, or can write, that they are not carried, rather than that there are none.

use std::collections::BTreeMap;

use clxs_api::FullName;

use super::builder::Builder;
use super::{Facet, Finding};
use crate::outcome::FacetStatus;
use crate::{Kind, Securable};

pub(super) fn plan(builder: &mut Builder<'_>) {
    let inventories = builder.inventories;
    let (source, destination) = (builder.source(), builder.renamed(&builder.source()));
    note(builder, &source, &inventories.source.unread);
    note(builder, &destination, &inventories.destination.unread);
    if !builder.settings.copy.tags {
        return;
    }
    for (within, reason) in &inventories.source.unnameable_tags {
        let (kind, facet) = match within.parts().len() {
            1 => (Kind::Catalog, Facet::Tags),
            2 => (Kind::Schema, Facet::Tags),
            _ => (Kind::Table, Facet::ColumnTags),
        };
        builder.finding(Finding { securable: within.clone(), line: None, message: reason.clone() });
        let status = FacetStatus::Impossible { reason: reason.clone() };
        builder.facet(&Securable::new(kind, within.clone()), facet, status);
    }
}

fn note(builder: &mut Builder<'_>, catalog: &FullName, unread: &BTreeMap<Facet, String>) {
    let securable = Securable::new(Kind::Catalog, builder.source());
    let is_left_out =
        |facet: Facet| matches!(facet, Facet::Tags | Facet::ColumnTags) && !builder.settings.copy.tags;
    let unread: Vec<_> = unread.iter().filter(|(facet, _)| !is_left_out(**facet)).collect();
    for (facet, reason) in unread {
        let reason = format!("nobody could read the {facet} in {}: {reason}", catalog.dotted());
        builder.finding(Finding { securable: catalog.clone(), line: None, message: reason.clone() });
        builder.facet(&securable, *facet, FacetStatus::Impossible { reason });
    }
}
