"""What the benchmarks share: a served workspace, statements over REST, medians."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TERMINAL_STATES = {"SUCCEEDED", "FAILED", "CANCELED", "CLOSED"}


def clxs_binary() -> str:
    """The release binary that `benches/run.sh` built."""
    return os.environ["CLXS_BINARY"]


@dataclass(frozen=True)
class Workspace:
    """A running `clxs workspace serve`."""

    url: str
    token: str
    process: int

    def request(self, method: str, path: str, body: dict | None = None) -> dict:
        request = urllib.request.Request(self.url + path, method=method)
        request.add_header("Authorization", f"Bearer {self.token}")
        request.add_header("Content-Type", "application/json")
        data = json.dumps(body).encode() if body is not None else None
        with urllib.request.urlopen(request, data) as response:
            return json.load(response)

    def sql(self, statement: str) -> dict:
        """Runs a statement to its end; a failure raises."""
        body = {"statement": statement, "warehouse_id": "local", "wait_timeout": "50s"}
        answer = self.request("POST", "/api/2.0/sql/statements", body)
        while answer["status"]["state"] not in TERMINAL_STATES:
            time.sleep(0.01)
            answer = self.request("GET", f"/api/2.0/sql/statements/{answer['statement_id']}")
        if answer["status"]["state"] != "SUCCEEDED":
            raise RuntimeError(f"{statement}: {answer['status']}")
        return answer

    def cpu_ms(self) -> float:
        """Processor time of the server so far, in steps of a clock tick: what a loaded machine does not stretch."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rsplit(")", 1)[1].split()
        return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mib(self) -> float:
        for line in Path(f"/proc/{self.process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("no VmHWM in /proc")


@contextmanager
def served_workspace(root: Path) -> Iterator[Workspace]:
    command = [clxs_binary(), "workspace", "serve", "--root", str(root), "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip().removeprefix("listening on ")
            yield Workspace(url, (root / "admin.token").read_text().strip(), process.pid)
        finally:
            process.terminate()


def seconds(action) -> float:
    """Wall time of one call, in seconds."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def median(values: list[float]) -> float:
    return statistics.median(values)


def children_peak_mib() -> float:
    """Peak memory of the largest child process that has ended."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
