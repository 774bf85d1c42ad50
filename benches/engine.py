"""Clones of many tables against a simulated workspace, where all that is left of the time is the engine's own.

Goals: of 2,000 tables in 50 schemas (statements 5 ms, CLONE 50 ms, 32 slots) 6 s at most, 1.25 times the service time of all
statements, 8 requests a table, 4 s of the client's processor, 100 MiB; unchanged again 60 requests besides pages; with 5 % of
the requests throttled twice the time at most; the plan of 100,000 tables 60 s and 1 GiB.

usage: engine.py [clone] [plan]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness import clxs_binary

SCHEMAS, TABLES, SLOTS = 50, 40, 32
LISTS = tuple(
    f"GET {kind}"
    for kind in ("catalogs", "schemas", "tables", "functions", "volumes", "models", "directories/…", "policies/…")
)


@dataclass(frozen=True)
class Ran:
    """What a command took."""

    seconds: float
    cpu: float
    mib: float
    requests: dict[str, int]
    statements: dict[str, int]
    service: float

    @property
    def all_requests(self) -> int:
        return sum(self.requests.values())

    @property
    def besides_pages(self) -> int:
        return self.all_requests - sum(self.requests.get(name, 0) for name in LISTS)


@contextmanager
def simulated(*arguments: object) -> Iterator[str]:
    binary = Path(clxs_binary()).with_name("clxs-simulated")
    command = [str(binary), *(str(argument) for argument in arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip().removeprefix("listening on ")
        finally:
            process.terminate()


def run(url: str, home: Path, *arguments: str) -> Ran:
    """Runs clxs to its end, which must be a good one, and takes the statistics of the workspace."""
    environment = {**os.environ, "CLXS_HOME": str(home), "DATABRICKS_HOST": url, "DATABRICKS_TOKEN": "none"}
    catalogs = ["--source", "big", "--dest", "copy", "--warehouse-id", "w"]
    began = time.perf_counter()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen([clxs_binary(), *arguments, *catalogs], env=environment, stdout=said, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        if status != 0:
            said.seek(0)
            raise RuntimeError(f"clxs {' '.join(arguments)} ended with {status}:\n{said.read().decode()[-3000:]}")
    taken = urllib.request.Request(url + "/simulated", method="DELETE")
    with urllib.request.urlopen(taken) as response:
        statistics = json.load(response)
    return Ran(
        seconds,
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 1024,
        statistics["requests"],
        statistics["statements"],
        statistics["service_ms"] / 1000,
    )


def goal(what: str, value: float, unit: str, most: float) -> None:
    print(f"{what:44} {value:10.2f} {unit:9} goal {most:g}: {'met' if value <= most else 'MISSED'}", flush=True)


def clones() -> None:
    # More statements than slots: a short queue keeps the slots busy while the client asks for what has ended.
    limits = ["--no-progress", "--max-workers", "16", "--parallel-tables", "4", "--max-parallel-queries", "56"]
    with tempfile.TemporaryDirectory(prefix="clxs-bench-") as scratch:
        shape = ["--schemas", SCHEMAS, "--tables", TABLES, "--slots", SLOTS]
        with simulated(*shape) as url:
            first = run(url, Path(scratch) / "a", "clone", *limits)
            again = run(url, Path(scratch) / "a", "clone", *limits)
        with simulated(*shape, "--throttled", "0.05") as url:
            throttled = run(url, Path(scratch) / "b", "clone", *limits)
    tables = SCHEMAS * TABLES
    goal(f"clone of {tables} tables", first.seconds, "s", 6)
    goal("÷ service time of its statements ÷ slots", first.seconds / (first.service / SLOTS), "times", 1.25)
    goal("requests a table", first.all_requests / tables, "", 8)
    goal("processor of the client", first.cpu, "s", 4)
    goal("memory of the client", first.mib, "MiB", 100)
    goal("requests besides pages when unchanged", again.besides_pages, "", 60)
    goal("with 5 % throttled ÷ undisturbed", throttled.seconds / first.seconds, "times", 2)
    print(f"unchanged again: {again.seconds:.2f} s, {again.cpu:.2f} s of the processor")
    for name, ran in [("first", first), ("again", again)]:
        print(f"{name}: requests {ran.requests}\n{name}: statements {ran.statements}")


def plans() -> None:
    with tempfile.TemporaryDirectory(prefix="clxs-bench-") as scratch:
        for tables in (1_000, 10_000, 100_000):
            with simulated("--schemas", SCHEMAS, "--tables", tables // SCHEMAS) as url:
                ran = run(url, Path(scratch) / str(tables), "plan", "--out", str(Path(scratch) / "plan.sql"))
            print(f"plan of {tables:7} tables {ran.seconds:8.2f} s, {ran.cpu:.2f} s of the processor, {ran.mib:.0f} MiB")
    goal("plan of 100000 tables", ran.seconds, "s", 60)
    goal("its memory", ran.mib, "MiB", 1024)


def main() -> None:
    wanted = sys.argv[1:] or ["clone", "plan"]
    if "clone" in wanted:
        clones()
    if "plan" in wanted:
        plans()


if __name__ == "__main__":
    main()
