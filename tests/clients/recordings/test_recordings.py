"""What a real workspace was asked and answered, asked of the embedded one: the answer has the same shape.

The recordings are not part of the repository; `CLXS_TEST_RECORDINGS` names their folder. They hold each
exchange once, in no order: here the statements of a file come in the order in which they make sense, and
tables that were there before are made from the recorded columns. Answers that depend on time (PENDING,
RUNNING) are left out. `deviations.txt` lists, with reasons, where the embedded workspace answers
differently for good.
"""

import io
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError

from expect import Sql
from recordings.shape import differences

HERE = Path(__file__).parent
DEFAULT = HERE.parents[3] / "shared" / "recordings"
FOLDER = Path(os.environ.get("CLXS_TEST_RECORDINGS", DEFAULT)) / "statements"
FILES = sorted(path.stem for path in FOLDER.glob("*.jsonl"))
ORDER = ["DROP", "CREATE", "INSERT", "UPDATE", "DELETE", "SELECT", "SHOW", "LIST"]
SESSIONS, STATEMENTS = "/api/2.0/sql/sessions/", "/api/2.0/sql/statements/"
UNSETTLED = ("PENDING", "RUNNING")
VOLUMES = ("uc_volume_test_catalog", "uc_volume_test_schema", ["test_volume1", "test_volume2"])


@dataclass
class Exchange:
    """One recorded request with its answer."""

    method: str
    url: str
    request: dict[str, Any] | None
    response: dict[str, Any]

    @property
    def is_settled(self) -> bool:
        """Whether the answer does not depend on time."""
        return self.response.get("status", {}).get("state") not in UNSETTLED

    @property
    def rank(self) -> tuple[int, int]:
        """Sessions, then statements in the order in which they make sense, then what is asked of them."""
        if self.method == "POST" and self.url == STATEMENTS and self.request is not None:
            return 1, ORDER.index(self.request["statement"].split()[0].upper())
        if self.method == "POST" and self.url == SESSIONS:
            return 0, 0
        if self.method == "DELETE":
            return 4 if self.url.startswith(SESSIONS) else 3, 0
        return 2, 0


def exchanges(file: str) -> list[Exchange]:
    """The exchanges of one file that say what became of something or began it, in order."""
    found = []
    for line in (FOLDER / f"{file}.jsonl").read_text().splitlines():
        row = json.loads(line)
        request = json.loads(row["request"]) if row["request"] else None
        found.append(Exchange(row["method"], row["url"], request, json.loads(row["response"] or "{}")))
    return sorted((one for one in found if one.is_settled or one.method == "POST"), key=lambda one: one.rank)


def deviations() -> dict[str, str]:
    """Paths of answers at which the embedded workspace differs for good, with the reason."""
    lines = (HERE / "deviations.txt").read_text().splitlines()
    return dict(line.split(maxsplit=1) for line in lines if line.strip() and not line.startswith("#"))


@pytest.fixture(scope="module")
def recorded_places(workspace: WorkspaceClient, run: Sql) -> None:
    """The catalogs, schemas, tables and volumes that the recorder found."""
    for catalog, schema in [
        ("main", "jdbc_test_schema"),
        ("main", "tpcds_sf100_delta"),
        ("samples", "tpch"),
        VOLUMES[:2],
    ]:
        run(f"CREATE CATALOG IF NOT EXISTS {catalog}")
        run(f"CREATE SCHEMA IF NOT EXISTS {catalog}.{schema}")


def make_tables(file: str, run: Sql) -> None:
    """Makes the tables that a file's SELECTs read and that it does not create."""
    for one in exchanges(file):
        statement = (one.request or {}).get("statement", "")
        table = re.search(r"FROM ((?:samples|main)\.tpc\w+\.\w+) limit (\d+)", statement)
        if table and one.is_settled:
            columns = ", ".join(
                f"CAST(NULL AS {column['type_text']}) AS {column['name']}"
                for column in one.response["manifest"]["schema"]["columns"]
            )
            run(f"CREATE OR REPLACE TABLE {table[1]} AS SELECT {columns} FROM range({table[2]})")


def make_volumes(file: str, workspace: WorkspaceClient, run: Sql) -> None:
    """Makes the recorder's volumes with the files that were listed, or with one in each folder when none were."""
    catalog, schema, names = VOLUMES
    folders = [f"/Volumes/{catalog}/{schema}/{name}" for name in names]
    usual = ["abc_file1.csv", "folder1/abc_file1.csv", "folder1/folder2/efg_file1.csv"]
    listed = [entry["path"] for one in exchanges(file) for entry in one.response.get("files", [])]
    for name in names:
        run(f"DROP VOLUME IF EXISTS {catalog}.{schema}.{name}")
        run(f"CREATE VOLUME {catalog}.{schema}.{name}")
    for path in listed or [f"{folder}/{path}" for folder in folders for path in usual]:
        if path.endswith("/"):
            workspace.files.create_directory(path)
        else:
            workspace.files.upload(path, io.BytesIO(b"a,b\n1,2\n"))


class Replay:
    """Asks again, with the ids of now in place of those that were recorded."""

    def __init__(self, workspace: WorkspaceClient, warehouse: str) -> None:
        self.workspace = workspace
        self.warehouse = warehouse
        self.ids: dict[str, str] = {}

    def of_now(self, text: str) -> str:
        """A recorded text with the ids of now."""
        for recorded, now in self.ids.items():
            text = text.replace(recorded, now)
        return re.sub(r'(warehouse_id(?:=|": "))[0-9a-f]{16}', rf"\g<1>{self.warehouse}", text)

    def ask(self, one: Exchange) -> dict[str, Any]:
        """The answer of the embedded workspace, an error's body included."""
        body = json.loads(self.of_now(json.dumps(one.request))) if one.request else None
        try:
            answer = self.workspace.api_client.do(one.method, self.of_now(one.url), body=body)
        except DatabricksError as error:
            return {"error_code": error.error_code, "message": str(error)}
        assert isinstance(answer, dict)
        answer = self.settled(answer)
        for key in ("session_id", "statement_id"):
            if key in one.response and key in answer:
                self.ids[one.response[key]] = answer[key]
        return answer

    def settled(self, answer: dict[str, Any]) -> dict[str, Any]:
        """A statement at its end."""
        while answer.get("status", {}).get("state") in UNSETTLED:
            found = self.workspace.api_client.do("GET", STATEMENTS + answer["statement_id"])
            assert isinstance(found, dict)
            answer = found
        return answer


def deviating(replay: Replay, file: str) -> Iterator[str]:
    """The differences of a file that are no known deviations."""
    known = deviations()
    for one in exchanges(file):
        if one.method != "POST" and any(
            part not in replay.ids and re.fullmatch(r"[0-9a-f-]{36}", part)
            for part in re.split(r"[/?]", one.url)
        ):
            continue
        answer = replay.ask(one)
        for difference in differences(one.response, answer) if one.is_settled else []:
            if difference.split(":")[0] not in known:
                asked = (one.request or {}).get("statement", "")
                yield f"{one.method} {one.url} {asked}\n    {difference}"


@pytest.mark.parametrize("file", FILES or ["none"])
def test_answers_have_the_shape_that_was_recorded(
    file: str, workspace: WorkspaceClient, warehouse: str, run: Sql, recorded_places: None
) -> None:
    if not FILES:
        pytest.skip(f"there are no recordings at {FOLDER}; set CLXS_TEST_RECORDINGS")
    make_tables(file, run)
    if "volume" in file:
        make_volumes(file, workspace, run)
    found = list(deviating(Replay(workspace, warehouse), file))
    assert not found, "\n".join(found)
