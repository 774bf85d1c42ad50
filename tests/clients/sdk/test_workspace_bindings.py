"""`workspace.workspace_bindings`: which workspaces an isolated catalog is open to."""

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.catalog import (
    CatalogIsolationMode,
    WorkspaceBinding,
    WorkspaceBindingBindingType,
)

from expect import everything, refused

ELSEWHERE = 4242


def test_isolated_catalog_is_bound_to_its_own_workspace(workspace: WorkspaceClient, catalog: str) -> None:
    workspace.catalogs.update(catalog, isolation_mode=CatalogIsolationMode.ISOLATED)
    bindings = everything(workspace.workspace_bindings.get_bindings("catalog", catalog))
    assert [one.workspace_id for one in bindings] == [workspace.get_workspace_id()]
    assert bindings[0].binding_type == WorkspaceBindingBindingType.BINDING_TYPE_READ_WRITE


def test_update_bindings_adds_and_removes(workspace: WorkspaceClient, catalog: str) -> None:
    workspace.catalogs.update(catalog, isolation_mode=CatalogIsolationMode.ISOLATED)
    kind = WorkspaceBindingBindingType.BINDING_TYPE_READ_ONLY
    other = WorkspaceBinding(workspace_id=ELSEWHERE, binding_type=kind)
    workspace.workspace_bindings.update_bindings("catalog", catalog, add=[other])
    bindings = everything(workspace.workspace_bindings.get_bindings("catalog", catalog))
    assert {one.workspace_id: one.binding_type for one in bindings}[ELSEWHERE] == kind
    answer = workspace.workspace_bindings.update_bindings("catalog", catalog, remove=[other])
    assert ELSEWHERE not in [one.workspace_id for one in answer.bindings or []]


def test_deprecated_paths_tell_the_same(workspace: WorkspaceClient, catalog: str) -> None:
    workspace.catalogs.update(catalog, isolation_mode=CatalogIsolationMode.ISOLATED)
    answer = workspace.workspace_bindings.update(catalog, assign_workspaces=[ELSEWHERE])
    assert ELSEWHERE in (answer.workspaces or [])
    assert ELSEWHERE in (workspace.workspace_bindings.get(catalog).workspaces or [])
    workspace.workspace_bindings.update(catalog, unassign_workspaces=[ELSEWHERE])
    assert ELSEWHERE not in (workspace.workspace_bindings.get(catalog).workspaces or [])


def test_bindings_of_a_missing_catalog_are_not_found(workspace: WorkspaceClient) -> None:
    with refused(NotFound, "CATALOG_DOES_NOT_EXIST"):
        everything(workspace.workspace_bindings.get_bindings("catalog", "nowhere"))
