//! Which workspaces may use an isolated securable.

use clxs_api::binding::{BindingType, WorkspaceBinding};

use super::Details;

/// How far the bindings of a securable let this workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// It is open to all, or bound to this workspace.
    Full,
    /// It is bound to this workspace for reading.
    ReadOnly,
    /// It is isolated and not bound to this workspace: it looks absent.
    None,
}

/// A kind of securables that can be isolated.
pub(crate) trait Bound: Details {
    /// Whether only the workspaces it is bound to may use it.
    fn is_isolated(&self) -> bool;

    /// The workspaces it is bound to; they count while it is isolated.
    fn bindings(&self) -> &[WorkspaceBinding];

    /// [`Bound::bindings`], to be changed.
    fn bindings_mut(&mut self) -> &mut Vec<WorkspaceBinding>;

    /// How far it lets a workspace.
    fn reach(&self, workspace_id: i64) -> Reach {
        if !self.is_isolated() {
            return Reach::Full;
        }
        match self.bindings().iter().find(|binding| binding.workspace_id == workspace_id) {
            None => Reach::None,
            Some(binding) if binding.binding_type == Some(BindingType::ReadOnly) => Reach::ReadOnly,
            Some(_) => Reach::Full,
        }
    }

    /// Binds what was just isolated, and is bound to nothing yet, to the workspace that isolated it.
    fn bind_when_isolated(&mut self, workspace_id: i64) {
        if self.is_isolated() && self.bindings().is_empty() {
            self.bindings_mut()
                .push(WorkspaceBinding { workspace_id, binding_type: Some(BindingType::ReadWrite) });
        }
    }
}
