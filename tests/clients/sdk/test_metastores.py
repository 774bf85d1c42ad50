"""`workspace.metastores` and `workspace.current_user`."""

from collections.abc import Callable

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound, PermissionDenied

from expect import refused
from server import Someone


def test_summary_has_the_sharing_identifier(workspace: WorkspaceClient) -> None:
    summary = workspace.metastores.summary()
    assert summary.metastore_id and summary.name and summary.owner
    assert summary.global_metastore_id == f"{summary.cloud}:{summary.region}:{summary.metastore_id}"


def test_current_is_the_assignment_of_this_workspace(workspace: WorkspaceClient) -> None:
    current = workspace.metastores.current()
    assert current.metastore_id == workspace.metastores.summary().metastore_id
    assert current.workspace_id == workspace.get_workspace_id()


def test_list_and_get_know_the_metastore(workspace: WorkspaceClient) -> None:
    [listed] = workspace.metastores.list()
    found = workspace.metastores.get(listed.metastore_id or "")
    assert (found.name, found.owner) == (listed.name, listed.owner)
    assert found.metastore_id == workspace.metastores.summary().metastore_id


def test_get_of_another_metastore_is_not_found(workspace: WorkspaceClient) -> None:
    with refused(NotFound, "METASTORE_DOES_NOT_EXIST"):
        workspace.metastores.get("00000000-0000-0000-0000-000000000000")


def test_metastores_are_for_their_admins(someone: Callable[[], Someone]) -> None:
    with refused(PermissionDenied):
        list(someone().client.metastores.list())


def test_me_is_who_the_token_belongs_to(workspace: WorkspaceClient, someone: Callable[[], Someone]) -> None:
    user = someone()
    me = user.client.current_user.me()
    assert (me.user_name, me.id, me.active) == (user.name, user.id, True)
    assert workspace.current_user.me().user_name != user.name


def test_me_tells_the_groups(workspace: WorkspaceClient) -> None:
    groups = workspace.current_user.me().groups or []
    assert "admins" in {group.display for group in groups}
