"""Who clones, and who looks."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.iam import ComplexValue

from expect import Sql, unique
from server import Server

# Runs `clxs` with arguments, and with more variables of its environment.
Clxs = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def reader(workspace: WorkspaceClient, server: Server, warehouse: str) -> tuple[str, Sql]:
    """A user whom guards and policies bind, and its statements."""
    name = unique("reader") + "@example.com"
    workspace.users_v2.create(user_name=name)
    return name, Sql(server.client(token=server.token_of(name)), warehouse)


@pytest.fixture(scope="session")
def principals(workspace: WorkspaceClient) -> list[str]:
    """Users and groups, some with names that need care."""
    users = [unique("ann") + "@example.com", unique("o'brien") + "@example.com"]
    groups = [unique("it's a `group`"), unique("Größe \\ ${x}")]
    for user in users:
        workspace.users_v2.create(user_name=user)
    for group in groups:
        workspace.groups_v2.create(display_name=group)
    return users + groups


@pytest.fixture(scope="session")
def exempt(workspace: WorkspaceClient) -> str:
    """A group that the administrator is in."""
    name = unique("it's exempt")
    members = [ComplexValue(value=workspace.current_user.me().id)]
    workspace.groups_v2.create(display_name=name, members=members)
    return name


@pytest.fixture
def clxs(server: Server, warehouse: str, tmp_path: Path) -> Clxs:
    """The program, with a folder of its own, on the server."""
    (tmp_path / "clxs.yaml").write_text(
        f"location_mapping: {{'{(tmp_path / 'source').as_uri()}': '{(tmp_path / 'copy').as_uri()}'}}\n"
    )
    environment = os.environ | {
        "DATABRICKS_HOST": server.url,
        "DATABRICKS_TOKEN": server.admin_token,
        "DATABRICKS_WAREHOUSE_ID": warehouse,
        "CLXS_HOME": str(tmp_path / "home"),
    }

    def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        command = [server.binary, *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment | variables, capture_output=True, text=True
        )

    return run
