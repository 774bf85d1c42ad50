"""A clone of a random catalog has all that its source has, and nothing else.

Catalogs are made and compared through the SDK and `information_schema`, never through what the engine reads. The same
seed makes the same catalog: `CLXS_FIDELITY_SEEDS=417:418` runs one, `0:1000` many.
"""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from databricks.sdk import WorkspaceClient

from expect import Sql, unique
from fidelity.catalogs import Maker
from fidelity.observe import Observer, differences
from server import Server

FIRST, LAST = map(int, os.environ.get("CLXS_FIDELITY_SEEDS", "0:12").split(":"))

# Runs `clxs` with arguments; its exit code and what it said.
Clxs = Callable[..., tuple[int, str]]


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

    def run(*arguments: str) -> tuple[int, str]:
        command = [server.binary, *arguments]
        ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
        return ended.returncode, ended.stdout + ended.stderr

    return run


@pytest.mark.parametrize("seed", range(FIRST, LAST))
def test_clone_has_all_that_its_source_has_and_nothing_else(
    workspace: WorkspaceClient, run: Sql, principals: list[str], clxs: Clxs, tmp_path: Path, seed: int
) -> None:
    for folder in ("source", "copy"):
        (tmp_path / folder).mkdir()
    rng = Random(seed)
    # Names that have to be quoted, and names that have not.
    infix = rng.choice(("_", "_", "-", "`", "'é", "$%41"))
    source, copy = (unique(f"{side}{infix}{seed}") for side in ("source", "copy"))
    maker = Maker(workspace, run, rng, source, principals, tmp_path / "source")
    maker.make()
    observer = Observer(workspace, run, source, maker.texts)
    before = observer.everything()

    ended, said = clxs("clone", "--source", source, "--dest", copy)
    assert ended == 0, f"seed {seed}: {said}"

    found = list(differences(before, Observer(workspace, run, copy, maker.texts).everything()))
    assert not found, f"seed {seed}:\n" + "\n".join(found)
    changed = list(differences(before, observer.everything()))
    assert not changed, f"seed {seed}: the source is another one\n" + "\n".join(changed)
    ended, said = clxs("plan", "--source", source, "--dest", copy, "--detailed-exitcode")
    assert ended == 0, f"seed {seed}: planned again\n{said}"
