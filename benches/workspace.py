"""What a workspace takes to start, to be idle, to change, and to list.

Goals on the reference machine: start 300 ms, idle 80 MiB, a DDL statement 5 ms (median), 10,000 tables listed in 1 s,
`information_schema.columns` of 100,000 columns in 1 s. What 32 clients write at once has to be there afterwards.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness import Workspace, median, seconds, served_workspace

STATEMENTS = 100
TABLES, COLUMNS = 10_000, 10
MAKERS = 8
CLIENTS, WRITES = 32, 10
DDL = [
    ("CREATE SCHEMA", "CREATE SCHEMA ddl.s{}"),
    ("COMMENT ON SCHEMA", "COMMENT ON SCHEMA ddl.s{} IS 'all of them'"),
    ("GRANT", "GRANT USE SCHEMA ON SCHEMA ddl.s{} TO `account users`"),
    ("CREATE VIEW", "CREATE VIEW ddl.s{}.v AS SELECT 1 AS one"),
    ("CREATE FUNCTION", "CREATE FUNCTION ddl.s{}.twice(n INT) RETURNS INT RETURN n * 2"),
    ("CREATE VOLUME", "CREATE VOLUME ddl.s{}.files"),
    ("CREATE TABLE", "CREATE TABLE ddl.s{}.t (id BIGINT, name STRING)"),
    ("ALTER TABLE", "ALTER TABLE ddl.s{}.t ADD COLUMNS (price DOUBLE)"),
    ("COMMENT ON TABLE", "COMMENT ON TABLE ddl.s{}.t IS 'one of them'"),
    ("SET TAGS", "ALTER TABLE ddl.s{}.t SET TAGS ('kind' = 'bench')"),
    ("ADD CONSTRAINT", "ALTER TABLE ddl.s{}.t ADD CONSTRAINT positive CHECK (id > 0)"),
    ("DROP CONSTRAINT", "ALTER TABLE ddl.s{}.t DROP CONSTRAINT positive"),
    ("SET MASK", "ALTER TABLE ddl.s{}.t ALTER COLUMN id SET MASK ddl.s{}.twice"),
    ("DROP TABLE", "DROP TABLE ddl.s{}.t"),
    ("DROP FUNCTION", "DROP FUNCTION ddl.s{}.twice"),
    ("DROP SCHEMA", "DROP SCHEMA ddl.s{} CASCADE"),
]
GOALS = {
    "cold start": ("ms", 300),
    "start of a full workspace": ("ms", 300),
    "idle": ("MiB", 80),
    **{what: ("ms", 5) for what, _ in DDL},
    "list tables": ("ms", 1000),
    "table summaries": ("ms", 1000),
    "SHOW TABLES": ("ms", 1000),
    "information_schema.tables": ("ms", 1000),
    "information_schema.columns": ("ms", 1000),
}


def main() -> None:
    tables = int(sys.argv[1]) if len(sys.argv) > 1 else TABLES
    with tempfile.TemporaryDirectory(prefix="clxs-bench-") as folder:
        root = Path(folder) / "workspace"
        report("cold start", start(root))
        report("start again", start(root))
        with served_workspace(root) as workspace:
            workspace.request("GET", "/api/2.1/unity-catalog/catalogs")
            report("idle", workspace.resident_mib())
            ddl(workspace)
            many_clients(workspace)
            made = seconds(lambda: make_tables(workspace, tables))
            print(f"{tables} tables of {COLUMNS} columns made in {made:.0f} s")
            listing(workspace)
            report("after listing", workspace.resident_mib())
        report("start of a full workspace", start(root))


def report(what: str, value: float, cpu: float | None = None) -> None:
    unit, goal = GOALS.get(what, ("MiB" if what.startswith("after") else "ms", None))
    verdict = "" if goal is None else f"   goal {goal} {unit}: {'met' if value <= goal else 'MISSED'}"
    busy = "" if cpu is None else f", {cpu:.1f} ms of the processor"
    print(f"{what:30} {value:8.1f} {unit}{busy}{verdict}", flush=True)


def measured(workspace: Workspace, what: str, times: int, action: Callable[[int], object]) -> None:
    """Reports the median time of an action, and the server's processor time for one."""
    before = workspace.cpu_ms()
    taken = [seconds(lambda: action(i)) for i in range(times)]
    report(what, 1000 * median(taken), (workspace.cpu_ms() - before) / times)


def start(root: Path) -> float:
    """From the start of the process until it has answered a request, in ms."""
    begin = time.perf_counter()
    with served_workspace(root) as workspace:
        workspace.request("GET", "/api/2.1/unity-catalog/catalogs")
        return 1000 * (time.perf_counter() - begin)


def ddl(workspace: Workspace) -> None:
    workspace.sql("CREATE CATALOG ddl")
    workspace.sql("CREATE SCHEMA ddl.s")
    for what, statement in DDL:
        measured(workspace, what, STATEMENTS, lambda i: workspace.sql(statement.replace("{}", str(i))))


def many_clients(workspace: Workspace) -> None:
    """Raises when a statement of one of many clients is not there."""
    workspace.sql("CREATE CATALOG many")
    workspace.sql("CREATE TABLE many.default.shared (client INT, n INT)")

    def client(number: int) -> None:
        workspace.sql(f"CREATE TABLE many.default.t{number} (n INT)")
        for n in range(WRITES):
            workspace.sql(f"INSERT INTO many.default.shared VALUES ({number}, {n})")

    def write() -> None:
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(client, range(CLIENTS)))

    taken = seconds(write)
    counted = workspace.sql(
        "SELECT sum(times), count(*) FROM (SELECT count(*) AS times FROM many.default.shared GROUP BY client, n)"
    )
    tables = workspace.sql("SELECT count(*) FROM many.information_schema.tables WHERE table_name LIKE 't%'")
    found = counted["result"]["data_array"][0] + tables["result"]["data_array"][0]
    expected = [str(CLIENTS * WRITES), str(CLIENTS * WRITES), str(CLIENTS)]
    if found != expected:
        raise RuntimeError(f"{CLIENTS} clients wrote {expected}, {found} is there")
    print(f"{CLIENTS} clients: {CLIENTS * WRITES} inserts into one table, all there, in {taken:.1f} s", flush=True)


def make_tables(workspace: Workspace, tables: int) -> None:
    """Views are made as fast as the metastore can, and are rows of the same table as tables."""
    workspace.sql("CREATE CATALOG wide")
    workspace.sql("CREATE SCHEMA wide.s")
    columns = ", ".join(f"{i} AS column_{i}" for i in range(COLUMNS))

    def make(i: int) -> None:
        workspace.sql(f"CREATE VIEW wide.s.v{i} AS SELECT {columns}")

    with ThreadPoolExecutor(MAKERS) as makers:
        list(makers.map(make, range(tables)))


def listing(workspace: Workspace) -> None:
    for what, path in [
        ("list tables", "tables?catalog_name=wide&schema_name=s&max_results=0"),
        ("table summaries", "table-summaries?catalog_name=wide&max_results=0"),
    ]:
        measured(workspace, what, 3, lambda _: pages(workspace, path))
    for what, statement in [
        ("SHOW TABLES", "SHOW TABLES IN wide.s"),
        ("information_schema.tables", "SELECT count(*) FROM wide.information_schema.tables"),
        ("information_schema.columns", "SELECT count(*), max(ordinal_position) FROM wide.information_schema.columns"),
    ]:
        measured(workspace, what, 5, lambda _: workspace.sql(statement))


def pages(workspace: Workspace, path: str) -> None:
    """Reads all pages of a list."""
    token = ""
    while True:
        answer = workspace.request("GET", f"/api/2.1/unity-catalog/{path}{token}")
        if not answer.get("next_page_token"):
            return
        token = f"&page_token={answer['next_page_token']}"


if __name__ == "__main__":
    main()
