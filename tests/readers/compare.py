"""Checks clones of Delta tables against their sources, independently of the engine that made them.

    python compare.py PAIRS.json [RESULTS.json]

PAIRS.json is a list of

    {"name": …, "kind": "deep" | "shallow", "source": FOLDER, "clone": FOLDER,
     "source_version"?: N, "expected_rows"?: N, "properties"?: {the clone's own TBLPROPERTIES}}

RESULTS.json (or stdout) is a list of `{"name", "kind", "equal", "problems", "log", "checksums", "readers"}`
in the same order; a summary goes to stderr. Exit code: 0 when every clone is equal, 1 when any is not,
2 when the pairs cannot be read.

Every clone is compared three ways: by the two logs (`log_difference`), by the bytes of the files
(`checksums`, deep clones only), and by the rows that each reader gives for source and clone (`rows`).
A reader is only ever compared with itself, so its own mistakes cancel out.
"""

import json
import re
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

import checksums
import log_difference
import log_state
from log_state import TableState
from readers import Reading, Table, start_reading

UNREADABLE = "the source's log names files that are absent or broken"
REFUSALS = (
    ("deltalake", r"Unsupported table features required", "features that deltalake 1.6.6 does not know"),
    ("duckdb", r"Unsupported Delta table type: 'void'", "no void columns in duckdb 1.5.5"),
    ("sail", r"untagged enum DataType", "no void columns in sail 0.7.2"),
    ("sail", r"Cannot cast column .* \(physical\) to .* non-null", "sail 0.7.2 reads no nullable field as one that is not"),
    ("sail", r"Invalid JSON in log record", "a record of Delta Live Tables that sail 0.7.2 does not parse"),
    ("sail", r"No such file or directory", "sail 0.7.2 does not decode the paths of deletion vectors"),
    ("sail", r"requires catalog commit replay", "a catalog-managed table is read through its catalog"),
    ("", r"(?i)max.catalog.version", "a catalog-managed table is read through its catalog"),
    (
        "",
        r"some/unqualified/absolute/path",
        "kernel readers do not match file:/a with /a (canonicalized-paths)",
    ),
)
"""Known reasons to refuse a source (tables/MANIFEST.md): reader or any, message, reason."""


@dataclass(frozen=True)
class Pair:
    """A clone to check against its source."""

    name: str
    kind: str
    source: str
    clone: str
    source_version: int | None = None
    expected_rows: int | None = None
    properties: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in ("deep", "shallow"):
            raise ValueError(f"{self.name}: kind is deep or shallow, not {self.kind}")

    @property
    def tables(self) -> tuple[Table, Table]:
        """Source and clone as the readers take them."""
        return (self.source, self.source_version), (self.clone, None)


@dataclass
class Result:
    """The verdict on one pair; each part says what it compared, `problems` what is wrong."""

    name: str
    kind: str
    equal: bool = True
    problems: list[str] = field(default_factory=list)
    log: dict[str, Any] = field(default_factory=dict)
    checksums: dict[str, Any] = field(default_factory=dict)
    readers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def fail(self, part: str, problems: list[str]) -> None:
        """Records problems of one part."""
        self.problems += [f"{part}: {problem}" for problem in problems]
        self.equal = self.equal and not problems


def main(arguments: list[str]) -> int:
    """Compares the pairs of a file; gives the exit code."""
    try:
        with open(arguments[0], encoding="utf-8") as file:
            pairs = [Pair(**pair) for pair in json.load(file)]
    except (IndexError, OSError, TypeError, ValueError) as error:
        print(f"compare: cannot read the pairs: {error}\n{__doc__}", file=sys.stderr)
        return 2
    results = compare(pairs)
    text = json.dumps([asdict(result) for result in results], indent=1, ensure_ascii=False)
    if len(arguments) > 1:
        with open(arguments[1], "w", encoding="utf-8") as file:
            file.write(text + "\n")
    else:
        print(text)
    print(summary(results), file=sys.stderr)
    return 0 if all(result.equal for result in results) else 1


def compare(pairs: list[Pair]) -> list[Result]:
    """Compares every pair; the readers work while logs and files are compared."""
    results = [Result(pair.name, pair.kind) for pair in pairs]
    with ThreadPoolExecutor() as pool:
        reading = start_reading(pool, [table for pair in pairs for table in pair.tables])
        sources = [compare_logs(pair, result) for pair, result in zip(pairs, results, strict=True)]
        readings = {reader: future.result() for reader, future in reading.items()}
    for pair, source, result in zip(pairs, sources, results, strict=True):
        compare_rows(pair, source, readings, result)
    return results


def compare_logs(pair: Pair, result: Result) -> TableState | None:
    """Compares the logs and, of a deep clone, the files; gives the source's state if it has one."""
    try:
        source = log_state.read(pair.source, pair.source_version)
    except Exception as error:  # noqa: BLE001 (a broken table must not end the run)
        result.fail("source's log", [f"{type(error).__name__}: {error}"])
        return None
    try:
        clone = log_state.read(pair.clone)
        differences = log_difference.differences(source, clone, pair.kind, pair.properties)
    except Exception as error:  # noqa: BLE001
        result.fail("clone's log", [f"{type(error).__name__}: {error}"])
        return source
    result.log = {
        "equal": not differences,
        "source_version": source.version,
        "clone_version": clone.version,
        "files": len(clone.files),
        "deletion_vectors": sum(file.deletion_vector is not None for file in clone.files.values()),
    }
    result.fail("log", differences)
    if pair.kind == "deep":
        compare_files(source, clone, result)
    return source


def compare_files(source: TableState, clone: TableState, result: Result) -> None:
    """Compares the bytes of every file of a deep clone with those of the source's file."""
    pairs, _, _ = log_difference.pair_files(source, clone, "deep")
    found = [difference for ours, theirs in pairs if (difference := checksums.difference(ours, theirs))]
    result.checksums = {"equal": not found, "files": len(pairs)}
    result.fail("checksum", found)


def compare_rows(
    pair: Pair, source: TableState | None, readings: dict[str, dict[Table, Reading]], result: Result
) -> None:
    """Compares what each reader gives for source and clone."""
    ours, theirs = pair.tables
    for reader, tables in readings.items():
        verdict = row_verdict(reader, tables[ours], tables[theirs], source)
        if pair.kind == "shallow" and verdict["verdict"] == "fails_on_clone":
            verdict |= shallow_refusal(reader, verdict["message"])
        rows = tables[theirs].rows
        if pair.expected_rows is not None and rows not in (None, pair.expected_rows):
            verdict |= {"verdict": "unequal", "message": f"{rows} rows, {pair.expected_rows} are expected"}
        result.readers[reader] = verdict | {"rows": rows}
        if verdict["verdict"] not in ("equal", "reader_refuses"):
            result.fail(reader, [f"{verdict['verdict']}: {verdict['message']}"])
    if pair.expected_rows is not None and all(tables[theirs].rows is None for tables in readings.values()):
        result.fail("readers", [f"{pair.expected_rows} rows are expected, but no reader reads the clone"])


def shallow_refusal(reader: str, error: str) -> dict[str, Any]:
    """The verdict on a reader that reads no shallow clones at all; empty for others."""
    if reader == "sail" and "contained empty path segment" in error:
        return {"verdict": "reader_refuses", "reason": "sail 0.7.2 reads no files that are named by URI"}
    return {}


def row_verdict(reader: str, source: Reading, clone: Reading, state: TableState | None) -> dict[str, Any]:
    """The verdict of one reader: equal, unequal, reader_refuses, unknown_refusal or fails_on_clone."""
    if source.error:
        reason = refusal_reason(reader, source.error, state)
        verdict = {"verdict": "reader_refuses" if reason else "unknown_refusal", "message": source.error}
        return verdict | ({"reason": reason} if reason else {})
    if clone.error:
        return {"verdict": "fails_on_clone", "message": clone.error}
    if source != clone:
        text = f"{source.rows} rows became {clone.rows}"
        return {
            "verdict": "unequal",
            "message": text if source.rows != clone.rows else "rows of other content",
        }
    return {"verdict": "equal"}


def refusal_reason(reader: str, error: str, state: TableState | None) -> str | None:
    """Why a reader may refuse this source; None when no reason is known."""
    if state is None:
        return "the source's log cannot be replayed"
    for of, message, reason in REFUSALS:
        if of in ("", reader) and re.search(message, error):
            return reason
    if not all(checksums.is_readable(file) for file in state.files.values()):
        return UNREADABLE
    return None


def summary(results: list[Result]) -> str:
    """The result for a person: a line of counts, then what is wrong."""
    lines = []
    refusals = Counter(
        reader
        for result in results
        for reader, of in result.readers.items()
        if of["verdict"] == "reader_refuses"
    )
    refused = "".join(f", {reader} refuses {count}" for reader, count in sorted(refusals.items()))
    for result in results:
        lines += [f"{result.name} ({result.kind}): {problem}" for problem in result.problems[:10]]
        if len(result.problems) > 10:
            lines.append(f"{result.name} ({result.kind}): … {len(result.problems) - 10} more")
    equal = sum(result.equal for result in results)
    return "\n".join([*lines, f"{equal} of {len(results)} clones are equal to their sources{refused}"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
