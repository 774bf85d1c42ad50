"""Clones of many small tables with rows on the embedded workspace over TCP, and where their time goes.

The profile is the workspace's own history of statements: how many there were of a kind, how long they took with waiting
for a slot, and the processor time of both processes.

usage: small_tables.py [TABLES]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from harness import Workspace, clxs_binary, median, seconds, served_workspace

SCHEMAS = 50
MAKERS = 8
HISTORY = "/api/2.0/sql/history/queries"


@dataclass(frozen=True)
class Ran:
    """What a command took: wall time and the processor time of both sides, in seconds, and its statements."""

    wall: float
    client_cpu: float
    server_cpu: float
    durations: dict[str, list[int]]


def main() -> None:
    tables = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    with tempfile.TemporaryDirectory(prefix="clxs-bench-") as scratch:
        root = Path(scratch) / "workspace"
        with served_workspace(root) as workspace:
            made = seconds(lambda: make_tables(workspace, tables))
            print(f"{tables} tables with rows in {SCHEMAS} schemas, made in {made:.1f} s", flush=True)
            for what in ("cloned", "unchanged again"):
                report(what, clone(workspace, Path(scratch) / "home"))
            print(f"memory of the workspace {workspace.resident_mib():.0f} MiB")


def make_tables(workspace: Workspace, tables: int) -> None:
    workspace.sql("CREATE CATALOG big")
    for schema in range(SCHEMAS):
        workspace.sql(f"CREATE SCHEMA big.s{schema}")

    def make(number: int) -> None:
        table = f"big.s{number % SCHEMAS}.t{number}"
        workspace.sql(f"CREATE TABLE {table} (id BIGINT, name STRING COMMENT 'of a person') COMMENT 'small'")
        workspace.sql(f"INSERT INTO {table} VALUES (1, 'ann'), (2, 'bob')")

    with ThreadPoolExecutor(MAKERS) as makers:
        list(makers.map(make, range(tables)))


def clone(workspace: Workspace, home: Path) -> Ran:
    """Clones the catalog, which must end well."""
    environment = {
        **os.environ,
        "CLXS_HOME": str(home),
        "DATABRICKS_HOST": workspace.url,
        "DATABRICKS_TOKEN": workspace.token,
        "DATABRICKS_WAREHOUSE_ID": "local",
    }
    command = [clxs_binary(), "clone", "--source", "big", "--dest", "copy", "--no-progress"]
    since, server_cpu = int(1000 * time.time()), workspace.cpu_ms()
    began = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=environment, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        if status != 0:
            said.seek(0)
            raise RuntimeError(f"clxs clone ended with {status}:\n{said.read().decode()[-3000:]}")
    server_cpu = (workspace.cpu_ms() - server_cpu) / 1000
    return Ran(wall, usage.ru_utime + usage.ru_stime, server_cpu, durations(workspace, since))


def durations(workspace: Workspace, since: int) -> dict[str, list[int]]:
    """How long the statements since then took, in ms, by their first words."""
    found: dict[str, list[int]] = defaultdict(list)
    asked = {"filter_by.query_start_time_range.start_time_ms": since, "max_results": 1000}
    while True:
        page = workspace.request("GET", f"{HISTORY}?{urlencode(asked)}")
        for query in page.get("res", []):
            found[kind(query["query_text"])].append(query.get("duration", 0))
        if not page.get("next_page_token"):
            return found
        asked = {"page_token": page["next_page_token"], "max_results": 1000}


def kind(statement: str) -> str:
    """`CLONE`, or the words before the first name."""
    if " CLONE " in statement:
        return "CLONE"
    words = [word for word in statement.split("`")[0].split() if word.isupper()]
    return " ".join(words[:4]) or statement[:20]


def report(what: str, ran: Ran) -> None:
    statements = sum(map(len, ran.durations.values()))
    print(
        f"{what} in {ran.wall:.2f} s: processor {ran.client_cpu:.2f} s of the client, {ran.server_cpu:.2f} s of the "
        f"workspace, {statements} statements"
    )
    for kind_of, taken in sorted(ran.durations.items(), key=lambda entry: -sum(entry[1])):
        print(f"  {kind_of:36} {len(taken):6} × {median(taken):7.1f} ms median, {sum(taken) / 1000:8.2f} s in all")


main()
