"""Who clones, and who looks."""

import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.iam import ComplexValue

from expect import Sql, unique
from fidelity.catalogs import Maker
from fidelity.observe import Observer
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


@dataclass(frozen=True)
class Workshop:
    """Where random catalogs are made, and looked at by those who make and by those whom guards bind."""

    workspace: WorkspaceClient
    run: Sql
    principals: list[str]
    reader: tuple[str, Sql]
    exempt: str
    # Where external tables and volumes are.
    storage: Path

    def maker(self, rng: Random, catalog: str, pipelines: bool) -> Maker:
        """Makes a catalog, with materialized views where pipelines are cloned."""
        name, _ = self.reader
        return Maker(
            self.workspace, self.run, rng, catalog, self.principals, name, self.exempt, pipelines, self.storage
        )

    def observer(self, catalog: str, maker: Maker, left_out: Sequence[tuple[str, str]] = ()) -> Observer:
        """Sees a catalog, or its copy, without the relations that are left out."""
        _, as_reader = self.reader
        return Observer(self.workspace, self.run, catalog, maker.texts, as_reader, left_out)


@pytest.fixture
def workshop(
    workspace: WorkspaceClient,
    run: Sql,
    principals: list[str],
    reader: tuple[str, Sql],
    exempt: str,
    tmp_path: Path,
) -> Workshop:
    """One with places for the source's files and the copy's."""
    for folder in ("source", "copy"):
        (tmp_path / folder).mkdir()
    return Workshop(workspace, run, principals, reader, exempt, tmp_path / "source")


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
