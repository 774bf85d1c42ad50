"""`workspace.warehouses`."""

from urllib.parse import urlsplit

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.sql import State, Status

from expect import Sql, everything, refused
from server import Server


def test_get_gives_what_list_gives(workspace: WorkspaceClient, warehouse: str) -> None:
    listed = {found.id: found for found in everything(workspace.warehouses.list())}
    found = workspace.warehouses.get(warehouse)
    assert listed[warehouse].name == found.name
    assert found.cluster_size and found.max_num_clusters
    assert found.health is not None and found.health.status == Status.HEALTHY


def test_get_tells_drivers_where_to_connect(
    workspace: WorkspaceClient, server: Server, warehouse: str
) -> None:
    params = workspace.warehouses.get(warehouse).odbc_params
    assert params is not None
    address = urlsplit(server.url)
    assert params.path == f"/sql/1.0/warehouses/{warehouse}"
    assert (params.hostname, params.port, params.protocol) == (address.hostname, address.port, "http")


def test_list_comes_in_pages(workspace: WorkspaceClient) -> None:
    found = {one.id for one in everything(workspace.warehouses.list(page_size=1))}
    assert found == {one.id for one in everything(workspace.warehouses.list())}


def test_missing_warehouse_is_not_found(workspace: WorkspaceClient) -> None:
    with refused(NotFound):
        workspace.warehouses.get("0123456789abcdef")


def test_stopped_warehouse_is_started_again_by_hand(workspace: WorkspaceClient, warehouse: str) -> None:
    assert workspace.warehouses.stop(warehouse).result().state == State.STOPPED
    assert workspace.warehouses.start(warehouse).result().state == State.RUNNING


def test_stopped_warehouse_is_started_by_a_statement(
    workspace: WorkspaceClient, warehouse: str, run: Sql
) -> None:
    workspace.warehouses.stop(warehouse).result()
    assert run("SELECT 1") == [["1"]]
    assert workspace.warehouses.get(warehouse).state == State.RUNNING
