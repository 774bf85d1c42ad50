//! Plans the workspaces that see an isolated catalog. They come when everything in it is in place, for a binding opens
//! the catalog to a workspace, and one that only lets read may close it to this one.

use clxs_api::binding::{UpdateWorkspaceBindings, WorkspaceBinding};
use clxs_api::catalog::IsolationMode;

use super::builder::{Builder, NewStep};
use super::catalog::catalog;
use super::{Expectation, Facet, RestCall};

pub(super) fn plan(builder: &mut Builder<'_>) {
    let inventories = builder.inventories;
    let Some(source) = &inventories.source.catalog else { return };
    let destination = inventories.destination.catalog.as_ref();
    let is_isolated = source.isolation == Some(IsolationMode::Isolated);
    if !is_isolated || (destination.is_some() && !builder.touches_containers()) {
        return;
    }
    let existing = |workspace| destination.and_then(|catalog| catalog.bindings.get(workspace));
    let differing: Vec<_> =
        source.bindings.iter().filter(|(id, binding)| existing(id) != Some(binding)).collect();
    if differing.is_empty() {
        return;
    }
    let binding = |workspace_id, binding_type| WorkspaceBinding { workspace_id, binding_type };
    let mut change = UpdateWorkspaceBindings::default();
    let mut undo = UpdateWorkspaceBindings::default();
    for (id, wanted) in differing {
        change.add.push(binding(*id, Some(wanted.clone())));
        match existing(id) {
            Some(before) => undo.add.push(binding(*id, Some(before.clone()))),
            None => undo.remove.push(binding(*id, None)),
        }
    }
    add(builder, change, undo);
}

fn add(builder: &mut Builder<'_>, change: UpdateWorkspaceBindings, undo: UpdateWorkspaceBindings) {
    let securable = catalog(builder);
    let action =
        |change| RestCall::UpdateBindings { catalog: builder.settings.destination.to_lowercase(), change };
    let mut step = NewStep::new(Facet::Bindings, action(change), Expectation::Present);
    step.inverse = Some(action(undo).into());
    step.depends_on = builder.container_steps(&securable.name);
    step.after = [builder.steps_for(&securable).to_vec(), builder.steps_inside(&securable.name)].concat();
    builder.step(&securable, step);
}
