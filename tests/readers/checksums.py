"""Checksums of data files and of deletion vectors, straight from the bytes on disk."""

import hashlib
import zlib
from functools import cache

from log_state import DataFile


class BrokenFileError(Exception):
    """A file that the log names is absent, or is not what the log says."""


def data_digest(file: DataFile) -> str:
    """SHA-256 of a data file."""
    return _file_digest(file.location.path)


def vector_digest(file: DataFile) -> str:
    """SHA-256 of the bitmap of a file's deletion vector, "" when it has none.

    In its file the bitmap stands between its size and its CRC-32, both big-endian: both are checked.
    """
    vector = file.deletion_vector
    if vector is None:
        return ""
    if vector.location is None:
        return hashlib.sha256((vector.inline or "").encode()).hexdigest()
    try:
        with open(vector.location.path, "rb") as stored:
            stored.seek(vector.offset)
            size, bitmap, crc = stored.read(4), stored.read(vector.size), stored.read(4)
    except OSError as error:
        raise BrokenFileError(str(error)) from error
    if int.from_bytes(size) != vector.size:
        raise BrokenFileError(
            f"{vector.location.path} says {int.from_bytes(size)} bytes, the log {vector.size}"
        )
    if int.from_bytes(crc) != zlib.crc32(bitmap):
        raise BrokenFileError(f"{vector.location.path} does not match its CRC-32 at offset {vector.offset}")
    return hashlib.sha256(bitmap).hexdigest()


def difference(source: DataFile, clone: DataFile) -> str | None:
    """What differs in the bytes of a file and of its deletion vector; None when nothing does."""
    for what, digest in (("data file", data_digest), ("deletion vector", vector_digest)):
        try:
            ours, theirs = digest(source), digest(clone)
        except BrokenFileError as error:
            return f"{what} of {clone.name}: {error}"
        if ours != theirs:
            return f"{what} of {clone.name}: {ours} became {theirs or 'nothing'}"
    return None


def is_readable(file: DataFile) -> bool:
    """Whether the data file is there and begins as Parquet does, and its deletion vector is sound."""
    try:
        vector_digest(file)
        with open(file.location.path, "rb") as data:
            return data.read(4) == b"PAR1"
    except (BrokenFileError, OSError):
        return False


@cache
def _file_digest(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BrokenFileError(str(error)) from error
