//! Says of facets that nobody could read that they are not carried, rather than that there are none.

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
}

fn note(builder: &mut Builder<'_>, catalog: &FullName, unread: &BTreeMap<Facet, String>) {
    let securable = Securable::new(Kind::Catalog, builder.source());
    for (facet, reason) in unread {
        let reason = format!("nobody could read the {facet} in {}: {reason}", catalog.dotted());
        builder.finding(Finding { securable: catalog.clone(), line: None, message: reason.clone() });
        builder.facet(&securable, *facet, FacetStatus::Impossible { reason });
    }
}
