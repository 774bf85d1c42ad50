"""A clone of a random catalog has all that its source has, and nothing else.

Catalogs are made and compared through the SDK and `information_schema`, never through what the engine reads. The same
seed makes the same catalog: `CLXS_FIDELITY_SEEDS=417:418` runs one, `0:1000` many.
"""

import json
import os
from pathlib import Path
from random import Random

import pytest

from expect import unique
from fidelity.conftest import Clxs, Workshop
from fidelity.observe import differences

FIRST, LAST = map(int, os.environ.get("CLXS_FIDELITY_SEEDS", "0:12").split(":"))


@pytest.mark.parametrize("seed", range(FIRST, LAST))
def test_clone_has_all_that_its_source_has_and_nothing_else(
    workshop: Workshop, clxs: Clxs, tmp_path: Path, seed: int
) -> None:
    rng = Random(seed)
    # Names that have to be quoted, and names that have not.
    infix = rng.choice(("_", "_", "-", "`", "'é", "$%41"))
    source, copy = (unique(f"{side}{infix}{seed}") for side in ("source", "copy"))
    pipelines = rng.random() < 0.5
    maker = workshop.maker(rng, source, pipelines)
    maker.make()
    left_out = () if pipelines else maker.materialized
    observer = workshop.observer(source, maker, left_out)
    before = observer.everything()

    with (tmp_path / "clxs.yaml").open("a") as settings:
        settings.write(f"recreate_pipelines_tables: {str(pipelines).lower()}\n")
    ended = clxs("clone", "--source", source, "--dest", copy, "--output", "json")
    assert ended.returncode == 0, f"seed {seed}: {ended.stdout}{ended.stderr}"
    securables = json.loads(ended.stdout)["securables"]
    skipped = {one["source"]: one["reason"] for one in securables if one["outcome"] == "skipped"}
    del skipped[f"{source}.information_schema"]
    assert skipped.keys() == {".".join((source, *name)) for name in left_out}, f"seed {seed}: {skipped}"
    assert all("MATERIALIZED_VIEW is owned by a pipeline" in reason for reason in skipped.values()), skipped

    found = list(differences(before, workshop.observer(copy, maker).everything()))
    assert not found, f"seed {seed}:\n" + "\n".join(found)
    changed = list(differences(before, observer.everything()))
    assert not changed, f"seed {seed}: the source is another one\n" + "\n".join(changed)
    ended = clxs("plan", "--source", source, "--dest", copy, "--detailed-exitcode")
    assert ended.returncode == 0, f"seed {seed}: planned again\n{ended.stdout}{ended.stderr}"
