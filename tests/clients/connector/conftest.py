"""Connections of databricks-sql-connector through its SQL-REST back end (`use_sea=True`).

What it sends: `POST /api/2.0/sql/sessions` with `{"warehouse_id", "session_confs"?, "catalog"?, "schema"?}`
answers `{"session_id"}`; `DELETE /api/2.0/sql/sessions/{id}` carries a JSON body with both ids; statements
carry `session_id`, disposition EXTERNAL_LINKS, format ARROW_STREAM and, unless `lz4_compression` is
switched off in the call, `"result_compression": "LZ4_FRAME"`: then the chunk behind a link is an LZ4 frame
of the Arrow stream, and the manifest says `"result_compression": "LZ4_FRAME"` (without it the client does
not decompress). With `use_cloud_fetch=False` it asks for INLINE and JSON_ARRAY, and reads the first chunk
only. With `use_hybrid_disposition=True` it asks for `INLINE_OR_EXTERNAL_LINKS`: a small result then comes
as base64 in `result.attachment`. The GET of a statement has a JSON body. Closing a cursor DELETEs its
statement. Every link but the last needs `next_chunk_index`: the client never computes it. Any answer but
2xx is a `RequestError` that says the status and not the message. The back end knows no positional parameters.
"""

from collections.abc import Iterator

import pytest
from databricks.sql.client import Connection, Cursor

from server import Server


@pytest.fixture
def connection(server: Server, warehouse: str, schema: str) -> Iterator[Connection]:
    """A connection in the test's own schema."""
    catalog, name = schema.split(".")
    with server.connect(warehouse, catalog=catalog, schema=name) as connection:
        yield connection


@pytest.fixture
def cursor(connection: Connection) -> Iterator[Cursor]:
    """A cursor in the test's own schema."""
    with connection.cursor() as cursor:
        yield cursor
