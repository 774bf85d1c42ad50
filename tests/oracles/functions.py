"""Evaluates functions/*.sql with Spark and writes functions/*.jsonl: all files, or those that are named.

A `.sql` file holds one expression a line under the name of its function: `-- name`. `-- FROM …` gives the
rows that the expressions after it read; `-- note: …` says why Spark's answer to the next one is not the
platform's. A line that starts with SELECT is a whole query.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from pyspark.sql import SparkSession

import spark
from answer import answer

FOLDER = Path(__file__).parent / "functions"


def main() -> None:
    """Answers every file, or those whose names are given."""
    session = spark.start()
    names = sys.argv[1:] or ["*"]
    for source in sorted(file for name in names for file in FOLDER.glob(f"{name}.sql")):
        rows = [row | evaluate(session, row) for row in read(source)]
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        source.with_suffix(".jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def read(source: Path) -> Iterator[dict[str, str]]:
    """The expressions of a file, those of a function together, functions by name."""
    rows = list(_read(source))
    return iter(sorted(rows, key=lambda row: row["function"]))


def _read(source: Path) -> Iterator[dict[str, str]]:
    function, relation, note = "", "", ""
    for line in source.read_text(encoding="utf-8").splitlines():
        if line.startswith("-- FROM "):
            relation = line.removeprefix("-- ")
        elif line.startswith("-- note: "):
            note = line.removeprefix("-- note: ")
        elif line.startswith("-- "):
            function = line.removeprefix("-- ")
        elif line:
            row = {"function": function, "expression": line, "from": relation, "note": note}
            note = ""
            yield {key: value for key, value in row.items() if value}


def evaluate(session: SparkSession, row: dict[str, str]) -> dict[str, object]:
    """The answer to a row, or the error Spark gives."""
    expression = row["expression"]
    query = expression if expression.startswith("SELECT ") else f"SELECT {expression} {row.get('from', '')}"
    try:
        return answer(session.sql(query))
    except spark.FAILURES as error:
        return spark.failure(error)


if __name__ == "__main__":
    main()
