"""Replay of a Delta log: what a table is at one version.

Written from the Delta protocol alone, without a Delta library, so that a mistake of the engine
under test cannot hide behind the same mistake here. Log compaction files are ignored: the commits
they summarise say the same.
"""

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import pyarrow.parquet as pq

Json = Any
Action = dict[str, Json]

_COMMIT = re.compile(r"(\d{20})\.json")
_CHECKPOINT = re.compile(
    r"(\d{20})\.checkpoint(?:\.(\d{10})\.(\d{10})|\.([0-9a-fA-F-]{36}))?\.(?:parquet|json)"
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_Z85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
# Removes in a checkpoint are tombstones kept for VACUUM: they cancel nothing.
_CHECKPOINT_COLUMNS = [
    "protocol",
    "metaData",
    "txn",
    "domainMetadata",
    "sidecar",
    "add.path",
    "add.partitionValues",
    "add.size",
    "add.modificationTime",
    "add.dataChange",
    "add.stats",
    "add.stats_parsed.numRecords",
    "add.tags",
    "add.deletionVector",
    "add.baseRowId",
    "add.defaultRowCommitVersion",
    "add.clusteringProvider",
]


class LogError(Exception):
    """The log cannot be replayed; the text says where and why."""


@dataclass(frozen=True)
class Location:
    """Where a file is: a decoded absolute path (or a URI that is no local file)."""

    path: str
    absolute: bool
    """Whether the log names it by an absolute URI rather than relative to the table root."""


@dataclass(frozen=True)
class DeletionVector:
    """A deletion vector: in a file of its own, or inline when `location` is None."""

    unique_id: str
    location: Location | None
    inline: str | None
    offset: int
    size: int
    cardinality: int


@dataclass(frozen=True)
class DataFile:
    """A live file: the `add` action with its path resolved and its statistics parsed."""

    location: Location
    name: str
    """Path relative to the table root, or the absolute path when the file is outside of it."""
    size: int
    partition_values: dict[str, str | None]
    deletion_vector: DeletionVector | None
    stats: Json
    num_records: int | None
    other: dict[str, Json]
    """Whatever else the action says: tags, modificationTime, dataChange, baseRowId …"""


@dataclass
class TableState:
    """A table at one version."""

    root: str
    version: int
    files: dict[tuple[str, str], DataFile] = field(default_factory=dict)
    """Live files by (resolved path, unique id of the deletion vector or "")."""
    metadata: dict[str, Json] = field(default_factory=dict)
    protocol: dict[str, Json] = field(default_factory=dict)
    transactions: dict[str, Action] = field(default_factory=dict)
    domains: dict[str, str] = field(default_factory=dict)

    @property
    def schema(self) -> Json:
        """The schema string, parsed."""
        return json.loads(self.metadata["schemaString"])

    def apply(self, action: Action) -> None:
        """Takes one action over into the state; kinds that carry no state are passed by."""
        if add := action.get("add"):
            file = _data_file(add, self.root)
            self.files[_key(file.location, file.deletion_vector)] = file
        if remove := action.get("remove"):
            vector = _deletion_vector(remove.get("deletionVector"), self.root)
            self.files.pop(_key(locate(remove["path"], self.root), vector), None)
        self.metadata = action.get("metaData") or self.metadata
        self.protocol = action.get("protocol") or self.protocol
        if txn := action.get("txn"):
            # A checkpoint has a column for what a commit leaves out.
            self.transactions[txn["appId"]] = {key: value for key, value in txn.items() if value is not None}
        if domain := action.get("domainMetadata"):
            if domain.get("removed"):
                self.domains.pop(domain["domain"], None)
            else:
                self.domains[domain["domain"]] = domain["configuration"]


def read(root: str, version: int | None = None) -> TableState:
    """The state of the table in the folder `root` at `version`, or at its newest version."""
    root = os.path.realpath(root)
    log = os.path.join(root, "_delta_log")
    try:
        names = os.listdir(log)
    except OSError as error:
        raise LogError(f"{root} has no readable _delta_log: {error}") from error
    commits, checkpoints = _commits(names), _checkpoints(names)
    if not commits and not checkpoints:
        raise LogError(f"{log} holds neither a commit nor a checkpoint")
    if version is None:
        version = max([*commits, *checkpoints])
    base = max((v for v in checkpoints if v <= version), default=-1)
    state = TableState(root, version)
    for name in checkpoints.get(base, []):
        for action in _checkpoint_actions(log, name):
            state.apply(action)
    for commit in range(base + 1, version + 1):
        if commit not in commits:
            raise LogError(f"{log} has no commit {commit}, which version {version} needs")
        for action in _json_actions(os.path.join(log, commits[commit])):
            state.apply(action)
    if not state.protocol or not state.metadata:
        raise LogError(
            f"{log} names no {'metaData' if state.protocol else 'protocol'} up to version {version}"
        )
    return state


def locate(raw: str, root: str) -> Location:
    """Resolves a path of the log, which is a percent-encoded URI reference, against the table root."""
    decoded = unquote(raw)
    if raw.startswith("file:"):
        path = decoded.removeprefix("file:")
        if path.startswith("//"):
            path = "/" + path[2:].partition("/")[2]
        return Location(os.path.normpath(path), absolute=True)
    if _SCHEME.match(raw):
        return Location(decoded, absolute=True)
    return Location(os.path.normpath(os.path.join(root, decoded)), absolute=decoded.startswith("/"))


def _commits(names: list[str]) -> dict[int, str]:
    return {int(match[1]): name for name in names if (match := _COMMIT.fullmatch(name))}


def _checkpoints(names: list[str]) -> dict[int, list[str]]:
    """Files of one complete checkpoint for each version that has any."""
    groups: dict[tuple[int, int, str], list[str]] = defaultdict(list)
    for name in sorted(names):
        if match := _CHECKPOINT.fullmatch(name):
            groups[int(match[1]), int(match[3] or 1), match[4] or ""].append(name)
    # A multi-part checkpoint of n parts is complete with n files; the other kinds are one file, but
    # a classic one and a multi-part one of a single part may stand side by side.
    return {version: parts[:count] for (version, count, _), parts in groups.items() if len(parts) >= count}


def _checkpoint_actions(log: str, name: str) -> Iterator[Action]:
    path = os.path.join(log, name)
    for action in _json_actions(path) if name.endswith(".json") else _parquet_actions(path):
        if sidecar := action.get("sidecar"):
            yield from _parquet_actions(locate(sidecar["path"], os.path.join(log, "_sidecars")).path)
        elif not action.get("remove"):
            yield action


def _json_actions(path: str) -> Iterator[Action]:
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def _parquet_actions(path: str) -> Iterator[Action]:
    for batch in pq.ParquetFile(path).iter_batches(columns=_CHECKPOINT_COLUMNS):
        yield from batch.to_pylist(maps_as_pydicts="strict")


def _key(location: Location, vector: DeletionVector | None) -> tuple[str, str]:
    return location.path, vector.unique_id if vector else ""


def _data_file(add: Action, root: str) -> DataFile:
    rest = {key: value for key, value in add.items() if value not in (None, {})}
    location = locate(rest.pop("path"), root)
    stats = json.loads(rest.pop("stats", None) or "null", parse_constant=str)
    counts = stats or rest.get("stats_parsed") or {}
    rest.pop("stats_parsed", None)
    return DataFile(
        location=location,
        name=location.path.removeprefix(root + "/"),
        size=rest.pop("size"),
        # The protocol reads an empty partition value as null, whatever the type of the column.
        partition_values={key: value or None for key, value in rest.pop("partitionValues", {}).items()},
        deletion_vector=_deletion_vector(rest.pop("deletionVector", None), root),
        stats=stats,
        num_records=counts.get("numRecords"),
        other=rest,
    )


def _deletion_vector(descriptor: Action | None, root: str) -> DeletionVector | None:
    if not descriptor:
        return None
    storage, target, offset = (
        descriptor["storageType"],
        descriptor["pathOrInlineDv"],
        descriptor.get("offset"),
    )
    location = None
    if storage == "u":
        location = Location(_vector_file(target, root), absolute=False)
    elif storage == "p":
        location = locate(target, root)
    return DeletionVector(
        unique_id=storage + target + ("" if offset is None else f"@{offset}"),
        location=location,
        inline=target if location is None else None,
        offset=offset or 0,
        size=descriptor["sizeInBytes"],
        cardinality=descriptor["cardinality"],
    )


def _vector_file(target: str, root: str) -> str:
    """The file of storage type `u`: an optional random prefix (a folder), then a UUID in Z85."""
    prefix, encoded = target[:-20], target[-20:]
    words = (encoded[start : start + 5] for start in range(0, 20, 5))
    identifier = UUID(bytes=b"".join(_z85_word(word).to_bytes(4) for word in words))
    return os.path.join(root, prefix, f"deletion_vector_{identifier}.bin")


def _z85_word(word: str) -> int:
    value = 0
    for digit in word:
        value = value * 85 + _Z85.index(digit)
    return value
