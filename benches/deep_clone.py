"""DEEP CLONE of a table of large files against `cp -r` of the same folder: interleaved, medians.

A clone is on the disk before it is committed; `cp` leaves that to the kernel, so both ways of it are measured.

usage: deep_clone.py [GIB] [ROUNDS]
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import median, seconds, served_workspace

FILES = 8


def write_table(folder: Path, total_bytes: int) -> None:
    """A Delta table whose data files hold random bytes: CLONE copies files and never reads them."""
    (folder / "_delta_log").mkdir(parents=True)
    size = total_bytes // FILES
    schema = {"type": "struct", "fields": [{"name": "id", "type": "long", "nullable": True, "metadata": {}}]}
    actions = [
        {"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}},
        {
            "metaData": {
                "id": "00000000-0000-0000-0000-000000000001",
                "format": {"provider": "parquet", "options": {}},
                "schemaString": json.dumps(schema),
                "partitionColumns": [],
                "configuration": {},
                "createdTime": 0,
            }
        },
    ]
    for index in range(FILES):
        name = f"part-{index:05}.parquet"
        with open("/dev/urandom", "rb") as random, (folder / name).open("wb") as file:
            for _ in range(size // 2**20):
                file.write(random.read(2**20))
        add = {"path": name, "partitionValues": {}, "size": size, "modificationTime": 0, "dataChange": True}
        actions.append({"add": add})
    log = folder / "_delta_log" / "00000000000000000000.json"
    log.write_text("".join(json.dumps(action) + "\n" for action in actions))


def main() -> None:
    gib = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory(prefix="clxs-bench-") as scratch:
        folder = Path(scratch)
        source = folder / "source"
        write_table(source, int(gib * 2**30))
        with served_workspace(folder / "workspace") as workspace:
            workspace.sql("CREATE CATALOG bench")
            workspace.sql(f"CREATE TABLE bench.default.source USING DELTA LOCATION '{source}'")
            copies, synced, clones, again = [], [], [], []
            for round_number in range(rounds):
                copy = folder / "copy"
                clone = f"bench.default.clone_{round_number}"
                statement = f"CREATE OR REPLACE TABLE {clone} DEEP CLONE bench.default.source"
                copies.append(seconds(lambda: subprocess.run(["cp", "-r", source, copy], check=True)))
                shutil.rmtree(copy)
                durable = f"cp -r {source} {copy} && find {copy} -type f -exec sync {{}} +"
                synced.append(seconds(lambda: subprocess.run(["sh", "-c", durable], check=True)))
                shutil.rmtree(copy)
                clones.append(seconds(lambda: workspace.sql(statement)))
                again.append(seconds(lambda: workspace.sql(statement)))
                workspace.sql(f"DROP TABLE {clone}")
    print(f"{gib} GiB in {FILES} files, {rounds} rounds, medians")
    print(f"cp -r               {median(copies):8.2f} s   {[round(value, 2) for value in copies]}")
    print(f"cp -r, then fsync   {median(synced):8.2f} s   {[round(value, 2) for value in synced]}")
    print(f"DEEP CLONE          {median(clones):8.2f} s   {[round(value, 2) for value in clones]}")
    print(f"DEEP CLONE again    {median(again):8.3f} s   (no file copied)")
    print(f"cp -r ÷ DEEP CLONE  {median(copies) / median(clones):8.2f}   (with fsync {median(synced) / median(clones):.2f})")


main()
