"""Where two answers differ in shape: keys, JSON types, and the values that are words of the protocol."""

from collections.abc import Iterator
from typing import Any

# Values of these keys are the protocol's, not the data's.
WORDS = {
    "state", "format", "disposition", "error_code", "sql_state", "result_compression", "truncated",
    "name", "type_name", "type_text", "type_interval_type", "type_precision", "type_scale", "position",
    "column_count", "chunk_index", "next_chunk_index", "is_dir",
}  # fmt: skip
# Lists of data: any number of items, each shaped as one that was recorded.
DATA = {"data_array", "files", "external_links", "chunks", "scopes_supported"}


def differences(recorded: Any, answered: Any, path: str = "") -> Iterator[str]:
    """One line for each difference, which begins with the path to it."""
    if isinstance(recorded, dict) and isinstance(answered, dict):
        yield from between_objects(recorded, answered, path)
    elif isinstance(recorded, list) and isinstance(answered, list):
        yield from between_lists(recorded, answered, path)
    elif type(recorded) is not type(answered):
        yield f"{path}: {kind(recorded)} was recorded, {kind(answered)} is answered"
    elif path.rpartition(".")[2] in WORDS and recorded != answered:
        yield f"{path}: {recorded!r} was recorded, {answered!r} is answered"


def between_objects(recorded: dict[str, Any], answered: dict[str, Any], path: str) -> Iterator[str]:
    for key in recorded.keys() | answered.keys():
        inner = f"{path}.{key}".lstrip(".")
        if key not in answered:
            yield f"{inner}: was recorded, is missing"
        elif key not in recorded:
            yield f"{inner}: was not recorded, is answered"
        else:
            yield from differences(recorded[key], answered[key], inner)


def between_lists(recorded: list[Any], answered: list[Any], path: str) -> Iterator[str]:
    key = path.rpartition(".")[2]
    if key == "data_array":
        return
    if key not in DATA and len(recorded) != len(answered):
        yield f"{path}: {len(recorded)} items were recorded, {len(answered)} are answered"
    elif bool(recorded) != bool(answered):
        yield f"{path}: {bool(recorded)} items were recorded, {bool(answered)} are answered"
    for index, item in enumerate(answered):
        yield from differences(recorded[min(index, len(recorded) - 1)] if recorded else item, item, path)


def kind(value: Any) -> str:
    """The JSON type of a value."""
    names = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return names.get(type(value), "number")
