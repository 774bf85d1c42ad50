"""Reads whole tables with one independent reader: `python rows.py READER`.

Takes `{"path": …, "version": …}` a line on stdin and answers `{"rows": …, "digest": …}` or
`{"error": …}` a line on stdout, in the same order.
"""

import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pyarrow as pa

from canonical import digest

Read = Callable[[str, int | None], tuple[int, str]]


def deltalake_reader() -> Read:
    """delta-rs: log by delta-kernel-rs, rows by DataFusion."""
    from deltalake import DeltaTable, QueryBuilder

    def read(path: str, version: int | None) -> tuple[int, str]:
        table = DeltaTable(path, version=version)
        rows = QueryBuilder().register("t", table).execute("select * from t")
        return digest(pa.RecordBatchReader.from_stream(rows))

    return read


def duckdb_reader() -> Read:
    """DuckDB's delta extension: log by delta-kernel-rs, rows by DuckDB's own Parquet reader."""
    import duckdb
    import duckdb_extension_delta

    folder = os.path.dirname(duckdb_extension_delta.__file__)
    connection = duckdb.connect()
    connection.load_extension(f"{folder}/extensions/v{duckdb.__version__}/delta.duckdb_extension")
    connection.execute("set timezone = 'UTC'")

    def read(path: str, version: int | None) -> tuple[int, str]:
        with _addressable(path) as folder:
            source = "delta_scan($path)" if version is None else f"delta_scan($path, version := {version})"
            columns = connection.execute(f"describe select * from {source}", {"path": folder}).fetchall()
            wanted = ", ".join(_projection(name, kind) for name, kind, *_ in columns)
            return digest(
                connection.execute(f"select {wanted} from {source}", {"path": folder}).to_arrow_reader()
            )

    return read


def sail_reader() -> Read:
    """Sail: its own reader of logs, rows by DataFusion; a server of Spark Connect in this process."""
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    server = SparkConnectServer(port=0)
    server.start(background=True)
    _, port = server.listening_address
    spark = SparkSession.builder.remote(f"sc://localhost:{port}").getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "UTC")

    def read(path: str, version: int | None) -> tuple[int, str]:
        assert server.running
        table = spark.read.format("delta")
        if version is not None:
            table = table.option("versionAsOf", version)
        # Sail finds no log in a folder whose path holds a blank.
        with tempfile.TemporaryDirectory() as folder:
            link = os.path.join(folder, "table")
            os.symlink(os.path.abspath(path), link)
            return digest(table.load(link).toArrow().to_batches())

    return read


def _projection(name: str, kind: str) -> str:
    """DuckDB does not export VARIANT to Arrow: such a column is read as JSON."""
    quoted = '"' + name.replace('"', '""') + '"'
    return f"to_json({quoted}) as {quoted}" if "VARIANT" in kind else quoted


@contextmanager
def _addressable(path: str) -> Iterator[str]:
    """A folder in which DuckDB finds the files that the table names by absolute URI.

    The extension puts the table root before every path, absolute or not (duckdb-delta #74), so that it
    looks for `ROOT/file:///data/part.parquet`: a link named `file:` leads it to the right place.
    """
    names = os.listdir(path)
    if set(names) != {"_delta_log"}:
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.join(os.path.abspath(path), "_delta_log"), os.path.join(folder, "_delta_log"))
        os.symlink("/", os.path.join(folder, "file:"))
        yield folder


READERS: dict[str, Callable[[], Read]] = {
    "deltalake": deltalake_reader,
    "duckdb": duckdb_reader,
    "sail": sail_reader,
}


def main() -> None:
    """Answers requests until stdin ends; what libraries print goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    read = READERS[sys.argv[1]]()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            rows, checksum = read(request["path"], request.get("version"))
            answer: dict[str, object] = {"rows": rows, "digest": checksum}
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 (whatever a reader raises is its answer, a panic of Rust too)
            answer = {"error": re.sub(r"\s+", " ", f"{type(error).__name__}: {error}")[:600]}
        print(json.dumps(answer), file=answers, flush=True)
    # Sail's threads do not end with the program.
    os._exit(0)


if __name__ == "__main__":
    main()
