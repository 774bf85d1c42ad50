"""What the log of a clone says differently from its source, less what a clone is meant to change.

Each side is written down as a flat map of facts (`protocol.minReaderVersion` → 3). Facts that differ
and that no line of `ALLOWED` covers are the differences.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from checksums import data_digest
from log_state import DataFile, DeletionVector, Json, TableState

Facts = dict[str, Json]
FilePair = tuple[DataFile, DataFile]


@dataclass(frozen=True)
class Allowance:
    """A difference that a clone is meant to make (section numbers are of facts/clone_on_disk.md)."""

    fact: str
    """Regular expression that matches the whole name of the fact."""
    change: Literal["any", "dropped", "added"]
    reason: str
    kinds: tuple[str, ...] = ("deep", "shallow")


ALLOWED = (
    Allowance(
        r"metaData\.(id|createdTime)", "any", "a clone is a new table with an identity of its own (§2)"
    ),
    Allowance(r"metaData\.(name|description)", "any", "name and comment are the target's own (§2)"),
    Allowance(
        r"metaData\.configuration\.(io\.unitycatalog\.tableId|ucTableId|delta\.coordinatedCommits\..*)",
        "dropped",
        "binds the source to its catalog entry (§2, §3.5)",
    ),
    Allowance(
        r"metaData\.configuration\.delta\.inCommitTimestampEnablement(Version|Timestamp)",
        "any",
        "speaks of versions of the source's log (§3.2)",
    ),
    Allowance(
        r"protocol\.(reader|writer)Features\.catalogManaged",
        "dropped",
        "commits of a clone are its own (§3.2)",
    ),
    Allowance(r"domain\.(?!delta\.clustering$).*", "dropped", "only the clustering domain is copied (§2)"),
    Allowance(
        r"domain\.delta\.rowTracking", "any", "row ids are not preserved: the high-water mark is new (§2)"
    ),
    Allowance(r"txn\..*", "dropped", "a shallow clone does not copy streaming state (§2)", ("shallow",)),
    Allowance(r"file\.(baseRowId|defaultRowCommitVersion)", "any", "row ids are not preserved (§2, §3.6)"),
    Allowance(r"file\.modificationTime", "any", "the time of the copy (§3.6)", ("deep",)),
    Allowance(r"file\.dataChange", "any", "true in a clone's commit, false in the source's checkpoints (§2)"),
    Allowance(r"file\.stats", "added", "the source keeps them in the checkpoint's struct form alone"),
    Allowance(
        r"file\.deletionVector\.(file|offset)",
        "any",
        "a copied vector may lie in a file of another name: its bytes are compared (§3.3)",
        ("deep",),
    ),
)


def differences(source: TableState, clone: TableState, kind: str, properties: dict[str, str]) -> list[str]:
    """Unexpected differences of the two logs; `properties` are the clone's own TBLPROPERTIES."""
    expected = table_facts(source) | {
        f"metaData.configuration.{key}": value for key, value in properties.items()
    }
    found = list(_unexpected(expected, table_facts(clone), kind))
    pairs, lost, extra = pair_files(source, clone, kind)
    found += [f"file {file.name}: is not live in the clone" for file in lost]
    found += [f"file {file.name}: is live in the clone alone" for file in extra]
    if len(pairs) + len(extra) < len(clone.files):
        found.append("a file is live twice in the clone, with different deletion vectors")
    for ours, theirs in pairs:
        facts = _unexpected(expected_file_facts(ours, kind), file_facts(theirs), kind)
        found += [f"file {ours.name}: {fact.removeprefix('file.')}" for fact in facts]
    return found + list(_missing_row_ids(clone))


def pair_files(
    source: TableState, clone: TableState, kind: str
) -> tuple[list[FilePair], list[DataFile], list[DataFile]]:
    """Source files with their clones; then files without a clone, and clones without a source.

    A file goes by its relative name in a deep clone, by its absolute path in a shallow one. A deep clone
    may name files from outside of the source's folder as it likes: those are found by their content.
    """
    wanted = {_identity(file, kind): file for file in source.files.values()}
    given = {_identity(file, kind): file for file in clone.files.values()}
    pairs = [(wanted[key], given[key]) for key in sorted(wanted.keys() & given.keys())]
    lost = [file for key, file in sorted(wanted.items()) if key not in given]
    extra = [file for key, file in sorted(given.items()) if key not in wanted]
    if kind == "deep":
        for file in [file for file in lost if file.location.absolute]:
            content = _content(file)
            if found := next((other for other in extra if _content(other) == content), None):
                pairs.append((file, found))
                lost.remove(file)
                extra.remove(found)
    return pairs, lost, extra


def table_facts(state: TableState) -> Facts:
    """What the log says of the table as a whole."""
    protocol = {
        key: dict.fromkeys(value, True) if isinstance(value, list) else value
        for key, value in state.protocol.items()
    }
    metadata = {
        key: value for key, value in state.metadata.items() if key not in ("schemaString", "configuration")
    }
    facts = dict(_flatten("protocol", protocol))
    facts |= _flatten("metaData", metadata)
    facts |= {
        f"metaData.configuration.{key}": value
        for key, value in state.metadata.get("configuration", {}).items()
    }
    facts |= _flatten("schema", state.schema)
    facts |= {f"txn.{name}": _text(txn) for name, txn in state.transactions.items()}
    facts |= {f"domain.{name}": configuration for name, configuration in state.domains.items()}
    return facts


def file_facts(file: DataFile) -> Facts:
    """What the log says of one live file, its own path apart."""
    facts: Facts = {
        "file.path": "absolute URI" if file.location.absolute else "relative",
        "file.size": file.size,
    }
    facts |= {f"file.partitionValues.{key}": _text(value) for key, value in file.partition_values.items()}
    facts |= _flatten("file", file.other)
    if file.stats is not None:
        facts["file.stats"] = file.stats
    if file.num_records is not None:
        facts["file.numRecords"] = file.num_records
    if vector := file.deletion_vector:
        facts |= _vector_facts(vector)
    return facts


def expected_file_facts(file: DataFile, kind: str) -> Facts:
    """What the log of a clone has to say of the clone of `file`."""
    facts = file_facts(file)
    address = "relative" if kind == "deep" else "absolute URI"
    facts["file.path"] = address
    if file.deletion_vector and file.deletion_vector.location:
        facts["file.deletionVector.path"] = address
    return facts


def _vector_facts(vector: DeletionVector) -> Facts:
    facts: Facts = {
        "file.deletionVector.size": vector.size,
        "file.deletionVector.cardinality": vector.cardinality,
        "file.deletionVector.offset": vector.offset,
    }
    if vector.location:
        facts["file.deletionVector.path"] = "absolute URI" if vector.location.absolute else "relative"
        facts["file.deletionVector.file"] = os.path.realpath(vector.location.path)
    else:
        facts["file.deletionVector.inline"] = vector.inline
    return facts


def _unexpected(expected: Facts, found: Facts, kind: str) -> Iterator[str]:
    for fact in sorted(expected.keys() | found.keys()):
        ours, theirs = expected.get(fact), found.get(fact)
        if ours != theirs and not _allowed(fact, ours, theirs, kind):
            yield f"{fact}: {_short(ours)} became {_short(theirs)}"


def _allowed(fact: str, ours: Json, theirs: Json, kind: str) -> bool:
    change = "added" if ours is None else "dropped" if theirs is None else "changed"
    return any(
        kind in allowance.kinds and allowance.change in ("any", change) and re.fullmatch(allowance.fact, fact)
        for allowance in ALLOWED
    )


def _missing_row_ids(clone: TableState) -> Iterator[str]:
    """Row tracking obliges the writer: ids on every file, no id twice, none above the high-water mark."""
    if "rowTracking" not in (clone.protocol.get("writerFeatures") or []):
        return
    mark = json.loads(clone.domains.get("delta.rowTracking", "{}")).get("rowIdHighWaterMark", -1)
    free = 0
    for file in sorted(clone.files.values(), key=lambda file: file.other.get("baseRowId", -1)):
        first = file.other.get("baseRowId", -1)
        if first < free or "defaultRowCommitVersion" not in file.other:
            yield f"file {file.name}: row tracking without row ids of its own"
        free = first + (file.num_records or 0)
    if free - 1 > mark:
        yield f"domain.delta.rowTracking: high-water mark {mark} is below row id {free - 1}"


def _identity(file: DataFile, kind: str) -> str:
    return file.name if kind == "deep" else os.path.realpath(file.location.path)


def _content(file: DataFile) -> str:
    cardinality = file.deletion_vector.cardinality if file.deletion_vector else 0
    return f"{data_digest(file)} {_text(file.partition_values)} {cardinality}"


def _flatten(name: str, value: Json) -> Iterator[tuple[str, Json]]:
    """Leaves of a JSON value by their path; a null says as much as an absent field."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flatten(f"{name}.{key}", inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _flatten(f"{name}.{index}", inner)
    elif value is not None:
        yield name, value


def _text(value: Json) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _short(value: Json) -> str:
    text = "nothing" if value is None else value if isinstance(value, str) else _text(value)
    return text if len(text) <= 120 else text[:117] + "…"
