"""A refresh of a random clone brings all that the source has by then, and a rollback all that the clone had before.

`CLXS_REFRESH_SEEDS=17:18` runs one seed, `0:1000` many.
"""

import os
from random import Random

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound

from expect import unique
from fidelity.changes import Day
from fidelity.conftest import Clxs, Workshop
from fidelity.observe import differences

FIRST, LAST = map(int, os.environ.get("CLXS_REFRESH_SEEDS", "0:6").split(":"))


@pytest.mark.parametrize("seed", range(FIRST, LAST))
def test_refresh_brings_all_that_is_new_and_rollbacks_take_it_back(
    workspace: WorkspaceClient, workshop: Workshop, clxs: Clxs, seed: int
) -> None:
    rng = Random(f"refresh {seed}")
    source, copy = (unique(f"{side}{rng.choice('_-')}{seed}") for side in ("source", "copy"))
    maker = workshop.maker(rng, source, pipelines=False)
    maker.make_everything()
    of_source = workshop.observer(source, maker, maker.materialized)
    of_copy = workshop.observer(copy, maker)

    def does(*arguments: str) -> None:
        ended = clxs(*arguments)
        assert ended.returncode == 0, f"seed {seed}: {arguments}\n{ended.stdout}{ended.stderr}"

    def clone() -> None:
        does("clone", "--source", source, "--dest", copy)
        found = list(differences(of_source.everything(), of_copy.everything()))
        assert not found, f"seed {seed}:\n" + "\n".join(found)
        does("plan", "--source", source, "--dest", copy, "--detailed-exitcode")

    clone()
    before = of_copy.everything()
    Day(maker, rng).pass_by()
    maker.give_away()
    clone()
    assert list(differences(before, of_copy.everything()))
    does("rollback")
    found = list(differences(before, of_copy.everything()))
    assert not found, f"seed {seed}: not as before the refresh\n" + "\n".join(found)
    does("rollback")
    with pytest.raises(NotFound):
        workspace.catalogs.get(copy)
