"""The readers as processes: one for each, fed table after table, restarted when it dies."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

READERS = ("deltalake", "duckdb", "sail")
SECONDS_PER_TABLE = 300

Table = tuple[str, int | None]
"""A table's folder and the version to read, None for the newest."""


@dataclass(frozen=True)
class Reading:
    """What a reader made of a table: rows with their digest, or the error it gave."""

    rows: int | None = None
    digest: str | None = None
    error: str | None = None


Readings = dict[str, dict[Table, Reading]]


def start_reading(pool: ThreadPoolExecutor, tables: Iterable[Table]) -> dict[str, Any]:
    """Starts every reader on all the tables (each once); gives a future for each reader."""
    unique = list(dict.fromkeys(tables))
    return {reader: pool.submit(_read_all, reader, unique) for reader in READERS}


def _read_all(reader: str, tables: list[Table]) -> dict[Table, Reading]:
    process = None
    readings = {}
    for table in tables:
        process = process or _start(reader)
        reading = _ask(process, table)
        if reading is None:
            process.communicate()
            reading = Reading(error=f"the reader's process died (exit code {process.returncode})")
            process = None
        readings[table] = reading
    if process:
        process.communicate()
    return readings


def _start(reader: str) -> subprocess.Popen[str]:
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rows.py")
    return subprocess.Popen(
        [sys.executable, script, reader], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )


def _ask(process: subprocess.Popen[str], table: Table) -> Reading | None:
    """One question and its answer; None when the process died on it or had to be killed."""
    path, version = table
    timer = threading.Timer(SECONDS_PER_TABLE, process.kill)
    timer.start()
    try:
        assert process.stdin and process.stdout
        print(json.dumps({"path": path, "version": version}), file=process.stdin, flush=True)
        answer = process.stdout.readline()
    except BrokenPipeError:
        return None
    finally:
        timer.cancel()
    return Reading(**json.loads(answer)) if answer else None
