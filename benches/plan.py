"""`clxs plan` of a catalog that has not changed since it was cloned: wall time and memory.

usage: plan.py [TABLES]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness import children_peak_mib, clxs_binary, median, seconds, served_workspace

SCHEMAS = 50
ROUNDS = 3


def clxs(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run([clxs_binary(), *arguments], env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"clxs {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


def main() -> None:
    tables = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory(prefix="clxs-bench-") as scratch:
        home = Path(scratch) / "home"
        environment = {**os.environ, "CLXS_HOME": str(home)}
        with served_workspace(home / "workspace") as workspace:
            workspace.sql("CREATE CATALOG big")
            for schema in range(SCHEMAS):
                workspace.sql(f"CREATE SCHEMA big.s{schema}")
            statements = [
                f"CREATE TABLE big.s{number % SCHEMAS}.t{number} (id BIGINT, name STRING, at TIMESTAMP)"
                for number in range(tables)
            ]
            with ThreadPoolExecutor(8) as pool:
                made = seconds(lambda: list(pool.map(workspace.sql, statements)))
        names = ["--source", "big", "--dest", "copy"]
        clone = ["clone", *names, "--no-progress", "--max-workers", "8"]
        cloned = seconds(lambda: clxs(environment, *clone))
        plans = [seconds(lambda: clxs(environment, "plan", *names, "--detailed-exitcode")) for _ in range(ROUNDS)]
    print(f"{tables} tables in {SCHEMAS} schemas, embedded workspace in-process")
    print(f"CREATE TABLE, all   {made:8.2f} s")
    print(f"clxs clone          {cloned:8.2f} s")
    print(f"clxs plan, median   {median(plans):8.2f} s   {[round(value, 2) for value in plans]}")
    print(f"peak memory         {children_peak_mib():8.0f} MiB (largest process of the three commands)")


main()
