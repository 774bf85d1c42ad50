//! Views and functions that a run leaves as they are although they would do something else, or with the rights of somebody
//! else, as the source has them now.

use super::builder::Builder;
use super::{PlannedChange, function, view};
use crate::inventory::Inventory;
use crate::{Kind, Securable};

/// How a view or function that stays is not as in the source, as what it does. Of one that nobody can compare nothing is said,
/// nor where the settings leave all of its kind to the destination.
pub(super) fn otherwise(builder: &Builder<'_>, text: &Securable) -> Option<String> {
    let kinds = &builder.settings.kinds;
    let is_meant = if text.kind == Kind::Function { kinds.functions } else { kinds.views };
    if !is_meant || !is_left(builder, text) {
        return None;
    }
    let does_something_else = match text.kind {
        Kind::Function => function::keeps_another(builder, &text.name),
        _ => view::keeps_another(builder, &text.name),
    };
    does_something_else
        .then(|| "does something else, and this run leaves it as it is".to_owned())
        .or_else(|| other_owner(builder, text))
}

/// Whether a run does nothing about it: it is left out, or in a schema that is.
pub(super) fn is_left(builder: &Builder<'_>, text: &Securable) -> bool {
    let planned = builder.planned(text);
    planned.is_none_or(|planned| matches!(planned.change, PlannedChange::Skip { .. }))
}

fn other_owner(builder: &Builder<'_>, text: &Securable) -> Option<String> {
    let (settings, inventories) = (builder.settings, builder.inventories);
    let owners = owner_of(&inventories.source, text).zip(owner_of(&inventories.destination, text));
    let (source, own) = owners.filter(|_| settings.copy.ownership)?;
    let wanted = settings.principal_mapping.map(source);
    let how =
        || format!("runs with the rights of {own} and not of {wanted}, and this run leaves it as it is");
    (wanted != own).then(how)
}

fn owner_of<'i>(inventory: &'i Inventory, text: &Securable) -> Option<&'i str> {
    match text.kind {
        Kind::Function => inventory.function(&text.name)?.owner.as_deref(),
        _ => inventory.table(&text.name).filter(|table| table.is_text())?.owner.as_deref(),
    }
}
