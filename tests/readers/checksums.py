"""Checksums of data files and of deletion vectors, straight from the bytes on disk."""

import hashlib
import zlib
from functools import cache

from log_state import DataFile, DeletionVector


@cache
def file_digest(path: str) -> str:
    """SHA-256 of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def data_digest(file: DataFile) -> str:
    """SHA-256 of a data file, or why there is none."""
    try:
        return file_digest(file.location.path)
    except OSError as error:
        return f"unreadable ({error.strerror})"


def vector_digest(vector: DeletionVector) -> str:
    """SHA-256 of the bitmap of one deletion vector, or why it cannot be trusted.

    In its file the bitmap stands between its size and its CRC-32, both big-endian: both are checked.
    """
    if vector.location is None:
        return hashlib.sha256((vector.inline or "").encode()).hexdigest()
    try:
        with open(vector.location.path, "rb") as file:
            file.seek(vector.offset)
            size, bitmap, crc = file.read(4), file.read(vector.size), file.read(4)
    except OSError as error:
        return f"unreadable ({error.strerror})"
    if int.from_bytes(size) != vector.size:
        return f"broken (the file says {int.from_bytes(size)} bytes, the log {vector.size})"
    if int.from_bytes(crc) != zlib.crc32(bitmap):
        return "broken (CRC-32 does not match)"
    return hashlib.sha256(bitmap).hexdigest()


def difference(source: DataFile, clone: DataFile) -> str | None:
    """What differs in the bytes of a file and of its deletion vector; None when nothing does."""
    ours, theirs = data_digest(source), data_digest(clone)
    if ours != theirs or "(" in ours:
        return f"data file {clone.name}: {ours} became {theirs}"
    if source.deletion_vector and clone.deletion_vector:
        ours, theirs = vector_digest(source.deletion_vector), vector_digest(clone.deletion_vector)
        if ours != theirs or "(" in ours:
            return f"deletion vector of {clone.name}: {ours} became {theirs}"
    return None


def is_readable(file: DataFile) -> bool:
    """Whether the data file is there and begins as a Parquet file does."""
    try:
        with open(file.location.path, "rb") as data:
            return data.read(4) == b"PAR1"
    except OSError:
        return False
