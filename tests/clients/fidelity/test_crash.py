"""A clone whose process dies before any write to its journal is ended by `resume`, and undone by `rollback`.

The process kills itself as SIGKILL does, before the first write, then before the second, and so on; so does each
rollback. What comes of it is compared with what undisturbed runs make, through the SDK and `information_schema`.
"""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.catalog import TableInfo

from expect import Sql, unique
from fidelity.conftest import Clxs
from fidelity.observe import Facets, Observer, differences
from fidelity.shop import TEXTS, Shop

FAULT = "CLXS_TEST_DIE_BEFORE_JOURNAL_WRITE"
# A clone of the shop writes to its journal more often than that, and less often.
FEWEST_WRITES, MOST_WRITES = 40, 400


@dataclass(frozen=True)
class Copy:
    """A copy of the shop, and the program that makes it."""

    run: Sql
    clxs: Clxs
    shop: str
    catalog: str
    observer: Observer

    def seen(self) -> dict[str, Facets]:
        """All that is there; nothing when there is no copy."""
        try:
            return self.observer.everything()
        except NotFound:
            return {}

    def tables(self) -> list[TableInfo]:
        """The tables whose history can be read; none when there is no copy."""
        try:
            listed = list(self.observer.workspace.tables.list(self.catalog, "s"))
        except NotFound:
            return []
        return [table for table in listed if table.view_definition is None]

    def clones(self) -> Counter[str]:
        """How often each table was cloned."""
        histories = {table.name: self.run(f"DESCRIBE HISTORY {table.full_name}") for table in self.tables()}
        operations = {name: Counter(commit[4] for commit in history) for name, history in histories.items()}
        return Counter({name or "": found["CLONE"] for name, found in operations.items()})

    def runs(self) -> list[dict[str, Any]]:
        """The runs of the journal, newest first."""
        listed = self.clxs("runs", "--output", "json")
        assert listed.returncode == 0, listed.stderr
        runs: list[dict[str, Any]] = json.loads(listed.stdout)["runs"]
        return runs

    def does(self, *arguments: str, dies_before: int = 0) -> bool:
        """Whether a command did its work, rather than died before that write to the journal."""
        faults = {FAULT: str(dies_before)} if dies_before else {}
        ended = self.clxs(*arguments, **faults)
        if dies_before and ended.returncode == -SIGKILL:
            return False
        assert ended.returncode == 0, f"{arguments}: {ended.stdout}{ended.stderr}"
        return True

    def clone(self, dies_before: int = 0) -> bool:
        """Clones the shop."""
        return self.does("clone", "--source", self.shop, "--dest", self.catalog, dies_before=dies_before)

    def go_on(self, runs_before: int) -> None:
        """What somebody does whose clone died: resumes the run, or clones when there is none."""
        runs = self.runs()
        if len(runs) == runs_before:
            self.clone()
        elif runs[0]["state"] != "succeeded":
            self.does("resume")

    def undo(self, dies_before: int = 0) -> None:
        """Undoes the newest run; a rollback that died is resumed, or another one goes on with it."""
        run = self.runs()[0]["id"]
        if self.does("rollback", run, dies_before=dies_before):
            return
        last = self.runs()[0]
        if dies_before % 2 and last.get("undoes") == run and last["state"] != "succeeded":
            self.does("resume")
        else:
            self.does("rollback", run)
        assert {past["id"]: past["state"] for past in self.runs()}[run] == "rolled_back"


@pytest.fixture
def shop(workspace: WorkspaceClient, run: Sql, reader: tuple[str, Sql]) -> Shop:
    """A shop on its first day."""
    shop = Shop(workspace, run, unique("shop"), reader[0])
    shop.open()
    return shop


@pytest.fixture
def copy(
    workspace: WorkspaceClient, run: Sql, reader: tuple[str, Sql], clxs: Clxs, tmp_path: Path, shop: Shop
) -> Copy:
    """A copy of it that is not there yet."""
    with (tmp_path / "clxs.yaml").open("a") as settings:
        settings.write("recreate_pipelines_tables: true\n")
    catalog = unique("copy")
    return Copy(run, clxs, shop.catalog, catalog, Observer(workspace, run, catalog, TEXTS, reader[1]))


@pytest.mark.parametrize("is_there", [False, True], ids=["new_copy", "copy_of_yesterday"])
def test_clone_that_dies_before_any_write_of_its_journal_is_resumed_and_undone(
    copy: Copy, shop: Shop, is_there: bool
) -> None:
    if is_there:
        copy.clone()
        shop.go_on()
    before, clones_before = copy.seen(), copy.clones()
    copy.clone()
    undisturbed, clones = copy.seen(), copy.clones() - clones_before
    assert undisturbed != before and clones
    copy.undo()
    for write in range(1, MOST_WRITES):
        clones_before, runs_before = copy.clones(), len(copy.runs())
        if copy.clone(dies_before=write):
            assert write > FEWEST_WRITES
            return
        copy.go_on(runs_before)
        found = list(differences(undisturbed, copy.seen()))
        assert not found, f"write {write}, resumed:\n" + "\n".join(found)
        assert copy.clones() - clones_before == clones, f"write {write}"
        copy.undo(dies_before=write)
        found = list(differences(before, copy.seen()))
        assert not found, f"write {write}, undone:\n" + "\n".join(found)
    pytest.fail(f"a clone writes more than {MOST_WRITES} times to its journal")
