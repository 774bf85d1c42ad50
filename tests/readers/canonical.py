"""Canonical JSON text of Arrow values, and a digest of rows that does not depend on their order."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable
from itertools import pairwise

import pyarrow as pa

_MODULUS = 1 << 128


def digest(batches: Iterable[pa.RecordBatch]) -> tuple[int, str]:
    """Number of rows, and the sum of the hashes of their canonical texts."""
    count, total = 0, 0
    for batch in batches:
        if batch.num_columns:
            for row in _objects(batch.schema.names, [texts(column) for column in batch.columns]):
                total += int.from_bytes(hashlib.blake2b(row.encode(), digest_size=16).digest())
        count += batch.num_rows
    return count, f"{total % _MODULUS:032x}"


def texts(array: pa.Array) -> list[str]:
    """Canonical JSON of each value: nested values column by column, maps as pairs sorted by key."""
    kind = array.type
    if isinstance(array, pa.ExtensionArray):
        return texts(array.storage)
    if pa.types.is_struct(kind):
        names = [child.name for child in kind]
        values = (
            _objects(names, [texts(child) for child in array.flatten()]) if names else ["{}"] * len(array)
        )
    elif pa.types.is_map(kind):
        pairs = [f"[{key},{item}]" for key, item in zip(texts(array.keys), texts(array.items), strict=True)]
        values = _slices(array, pairs, sorted)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        values = _slices(array, texts(array.values), list)
    else:
        return _scalars(array)
    return [
        text if valid else "null" for text, valid in zip(values, array.is_valid().to_pylist(), strict=True)
    ]


def _objects(names: list[str], columns: list[list[str]]) -> list[str]:
    labels = [json.dumps(name, ensure_ascii=False) + ":" for name in names]
    labelled = [[label + text for text in column] for label, column in zip(labels, columns, strict=True)]
    return ["{" + ",".join(row) + "}" for row in zip(*labelled, strict=True)]


def _slices(array: pa.Array, items: list[str], order: Callable[[list[str]], list[str]]) -> list[str]:
    ends = array.offsets.to_pylist()
    return ["[" + ",".join(order(items[start:end])) + "]" for start, end in pairwise(ends)]


def _scalars(array: pa.Array) -> list[str]:
    """Texts of plain values, each distinct value being written once."""
    kind = array.type
    if pa.types.is_floating(kind):
        return [_text(None if value is None else repr(value)) for value in array.to_pylist()]
    if pa.types.is_null(kind):
        return ["null"] * len(array)
    if pa.types.is_string_view(kind):
        array = array.cast(pa.large_string())
    elif pa.types.is_binary_view(kind):
        array = array.cast(pa.large_binary())
    encoded = array.dictionary_encode()
    values = [_text(value) for value in _plain(encoded.dictionary).to_pylist()]
    return ["null" if index is None else values[index] for index in encoded.indices.to_pylist()]


def _plain(values: pa.Array) -> pa.Array:
    """Values of types that JSON lacks as ISO text: decimals, dates and times, instants in UTC."""
    kind = values.type
    if pa.types.is_timestamp(kind):
        # Dropping the zone needs no zone database: Arrow keeps instants in UTC.
        text = values.cast(pa.timestamp(kind.unit)).cast(pa.string())
        return pa.array([value and value + "Z" for value in text.to_pylist()]) if kind.tz else text
    if pa.types.is_decimal(kind) or pa.types.is_temporal(kind):
        return values.cast(pa.string())
    return values


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return json.dumps(base64.b64encode(value).decode())
    return json.dumps(value, ensure_ascii=False)
