"""One workspace for all tests; each test makes its own catalog in it and leaves it there.

`pending.txt` lists the tests of what the embedded workspace does not have yet.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from databricks import sql
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError

from expect import Sql, unique
from server import Server, Someone, isolate_from_this_machine, serve

PENDING = Path(__file__).with_name("pending.txt")
# How a client fails on something that is not there. Other exceptions are mistakes of the test.
FAILURES = (AssertionError, pytest.fail.Exception, DatabricksError, sql.Error, requests.RequestException)

isolate_from_this_machine()


def pending() -> dict[str, str]:
    """Ids of tests with the reason why they cannot pass yet."""
    lines = [line.strip() for line in PENDING.read_text().splitlines()]
    pairs = [line.split("\t") for line in lines if line and not line.startswith("#")]
    if unexplained := [pair[0] for pair in pairs if len(pair) < 2]:
        raise pytest.UsageError(f"pending.txt gives no reason for {unexplained}")
    return {test: reason for test, reason in pairs}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Expects the pending tests to fail: one that passes is reported, until its line is deleted.

    Those that hang are not run: they would take the warehouse with them.
    """
    # The longest first, so that each has a worker of its own.
    items.sort(key=lambda item: item.path.name != "test_crash.py")
    reasons = pending()
    for item in items:
        if reason := reasons.pop(item.nodeid, None):
            runs = not reason.startswith("hangs:")
            item.add_marker(pytest.mark.xfail(reason=reason, raises=FAILURES, strict=True, run=runs))
    everything_was_collected = config.args == [str(config.rootpath)]
    # Without recordings there are no tests of them.
    unknown = [test for test in reasons if not test.startswith("recordings/")]
    if unknown and everything_was_collected:
        raise pytest.UsageError(f"pending.txt names tests that do not exist: {', '.join(unknown)}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A workspace of its own for this run."""
    binary = os.environ.get("CLXS_BIN")
    if not binary:
        pytest.exit("CLXS_BIN names no clxs binary: run `make clients`", returncode=2)
    with serve(Path(binary), tmp_path_factory.mktemp("clients") / "workspace") as running:
        yield running


@pytest.fixture(scope="session")
def workspace(server: Server) -> WorkspaceClient:
    """The SDK's client of the administrator."""
    return server.client()


@pytest.fixture(scope="session")
def warehouse(workspace: WorkspaceClient) -> str:
    """The id of a warehouse."""
    found = next(iter(workspace.warehouses.list())).id
    assert found is not None
    return found


@pytest.fixture(scope="session")
def run(workspace: WorkspaceClient, warehouse: str) -> Sql:
    """Statements of the administrator."""
    return Sql(workspace, warehouse)


@pytest.fixture
def catalog(workspace: WorkspaceClient) -> str:
    """A catalog of the test's own."""
    return workspace.catalogs.create(unique("catalog")).name or ""


@pytest.fixture
def schema(workspace: WorkspaceClient, catalog: str) -> str:
    """The full name of a schema in the test's catalog."""
    return workspace.schemas.create("sales", catalog).full_name or ""


@pytest.fixture
def someone(server: Server, workspace: WorkspaceClient) -> Callable[[], Someone]:
    """Makes users."""

    def make() -> Someone:
        user = workspace.users_v2.create(user_name=f"{unique('user')}@example.com")
        assert user.user_name is not None and user.id is not None
        return Someone(user.user_name, user.id, server.client(token=server.token_of(user.user_name)))

    return make
