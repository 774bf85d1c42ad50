"""The change data feed of a Delta table as deltalake reads it: `python change_data.py FOLDER`.

The answer on stdout is a list of `{"version", "change"}` with the columns of the table.
"""

import json
import sys

import pyarrow as pa
from deltalake import DeltaTable


def main(arguments: list[str]) -> int:
    """Prints the changes of all versions; gives the exit code."""
    feed = DeltaTable(arguments[0]).load_cdf(starting_version=0)
    rows = pa.RecordBatchReader.from_stream(feed).read_all().drop_columns(["_commit_timestamp"])
    names = {"_change_type": "change", "_commit_version": "version"}
    rows = rows.rename_columns([names.get(name, name) for name in rows.column_names])
    print(json.dumps(rows.to_pylist()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
