//! Plans the workspaces that see an isolated catalog. They come when everything in it is in place, for a binding opens
//! the catalog to a workspace, and one that only lets read may close it to this one.

use clxs_api::binding::{BindingType, UpdateWorkspaceBindings, WorkspaceBinding};
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
    let (new, changed): (Vec<_>, Vec<_>) =
        differing.into_iter().partition(|(workspace, _)| existing(workspace).is_none());
    let binding = |(id, wanted): (&i64, &BindingType)| bind(*id, Some(wanted.clone()));
    if !changed.is_empty() {
        let before = changed.iter().filter_map(|(id, _)| Some(binding((id, existing(id)?)))).collect();
        add(builder, changed.into_iter().map(binding).collect(), Some(adding(before)));
    }
    if !new.is_empty() {
        let remove = new.iter().map(|(id, _)| bind(**id, None)).collect();
        let undo = UpdateWorkspaceBindings { add: Vec::new(), remove };
        // Those of a new catalog go with it. Without that of this workspace nothing in it could be undone.
        let undo = destination.is_some().then_some(undo);
        add(builder, new.into_iter().map(binding).collect(), undo);
    }
}

fn bind(workspace_id: i64, binding_type: Option<BindingType>) -> WorkspaceBinding {
    WorkspaceBinding { workspace_id, binding_type }
}

fn adding(add: Vec<WorkspaceBinding>) -> UpdateWorkspaceBindings {
    UpdateWorkspaceBindings { add, remove: Vec::new() }
}

fn add(builder: &mut Builder<'_>, bindings: Vec<WorkspaceBinding>, undo: Option<UpdateWorkspaceBindings>) {
    let securable = catalog(builder);
    let action =
        |change| RestCall::UpdateBindings { catalog: builder.settings.destination.to_lowercase(), change };
    let mut step = NewStep::new(Facet::Bindings, action(adding(bindings)), Expectation::Present);
    step.inverse = undo.map(|undo| action(undo).into());
    step.depends_on = builder.container_steps(&securable.name);
    step.after = [builder.steps_for(&securable).to_vec(), builder.steps_inside(&securable.name)].concat();
    builder.step(&securable, step);
}
