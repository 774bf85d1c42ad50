"""The embedded workspace as a process that serves TCP, and the official clients pointed at it."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from databricks import sql
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sql.client import Connection

LISTENING = re.compile(r"^listening on (http://\S+)$")


@dataclass(frozen=True)
class Server:
    """A running workspace: where it listens, and the folder it serves."""

    binary: Path
    root: Path
    url: str

    @property
    def admin_token(self) -> str:
        """The administrator's token."""
        return (self.root / "admin.token").read_text().strip()

    def token_of(self, principal: str) -> str:
        """A new token of any principal."""
        command = [self.binary, "workspace", "token", "--principal", principal, "--root", self.root]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def client(self, **credentials: str) -> WorkspaceClient:
        """The SDK's client, for the administrator unless other credentials are given."""
        credentials = credentials or {"token": self.admin_token}
        patience = {"http_timeout_seconds": 20, "retry_timeout_seconds": 20}
        return WorkspaceClient(config=Config(host=self.url, **patience, **credentials))

    def connect(self, warehouse: str, **options: Any) -> Connection:
        """The SQL connector's connection through its SQL-REST back end."""
        host, port = self.url.rsplit(":", 1)
        options = {"access_token": self.admin_token, "_retry_stop_after_attempts_count": 2} | options
        return sql.connect(
            server_hostname=host,
            _port=int(port),
            http_path=f"/sql/1.0/warehouses/{warehouse}",
            use_sea=True,
            enable_telemetry=False,
            **options,
        )


@dataclass(frozen=True)
class Someone:
    """A user without privileges, and the client that is logged in as them."""

    name: str
    id: str
    client: WorkspaceClient


@contextmanager
def serve(binary: Path, root: Path) -> Iterator[Server]:
    """Serves a folder until the end of the block."""
    command = [binary, "workspace", "serve", "--root", root, "--listen", "127.0.0.1:0"]
    with (
        open(root.with_suffix(".log"), "w+") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            found = next(filter(None, map(LISTENING.match, map(str.strip, process.stdout))), None)
            if found is None:
                log.seek(0)
                raise RuntimeError(f"{binary} does not serve: {log.read()}")
            yield Server(binary, root, found[1])
        finally:
            process.terminate()


def isolate_from_this_machine() -> None:
    """Hides every configuration of the clients and of clxs that this machine may have."""
    for name in [name for name in os.environ if name.startswith(("DATABRICKS_", "CLXS_HOME", "ARM_"))]:
        del os.environ[name]
    os.environ["DATABRICKS_CONFIG_FILE"] = os.devnull
    os.environ["NO_PROXY"] = "127.0.0.1"
