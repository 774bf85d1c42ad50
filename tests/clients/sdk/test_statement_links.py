"""`workspace.statement_execution` with disposition EXTERNAL_LINKS.

A link is fetched without the workspace's token. A chunk of the platform had 122,880 rows (recorded), so
that a result of 250,000 comes in several.
"""

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.sql import (
    Disposition,
    ExternalLink,
    Format,
    StatementResponse,
)

from expect import Sql

ROWS = 250_000
SEVERAL_CHUNKS = f"SELECT id, concat('row ', id) AS text FROM range({ROWS})"


def submit(run: Sql, statement: str, format: Format, **options: int) -> StatementResponse:
    """A statement that ended well."""
    response = run.result(statement, disposition=Disposition.EXTERNAL_LINKS, format=format, **options)
    assert response.manifest.format == format
    assert response.result.data_array in (None, [])
    return response


def links(workspace: WorkspaceClient, response: StatementResponse) -> Iterator[ExternalLink]:
    """The link of each chunk, as each names the next one."""
    result = response.result
    while result is not None and result.external_links:
        yield from result.external_links
        following = result.external_links[-1].next_chunk_index
        if following is None:
            return
        result = workspace.statement_execution.get_statement_result_chunk_n(response.statement_id, following)


def fetch(link: ExternalLink) -> bytes:
    """What a link leads to, as anybody who has it gets it."""
    answer = requests.get(link.external_link, headers=link.http_headers, timeout=30)
    answer.raise_for_status()
    return answer.content


def arrow(content: bytes) -> pa.Table:
    with pa.ipc.open_stream(content) as stream:
        return stream.read_all()


def test_link_describes_its_chunk(workspace: WorkspaceClient, run: Sql) -> None:
    response = submit(run, "SELECT id FROM range(10)", Format.JSON_ARRAY)
    [link] = links(workspace, response)
    assert (link.chunk_index, link.row_offset, link.row_count) == (0, 0, 10)
    assert link.byte_count == len(fetch(link))
    [chunk] = response.manifest.chunks
    assert (chunk.row_count, chunk.byte_count) == (10, link.byte_count)
    assert response.manifest.total_byte_count == link.byte_count


def test_link_expires_within_15_minutes(workspace: WorkspaceClient, run: Sql) -> None:
    [link] = links(workspace, submit(run, "SELECT 1", Format.JSON_ARRAY))
    left = datetime.fromisoformat(link.expiration) - datetime.now(UTC)
    assert timedelta(minutes=1) < left <= timedelta(minutes=15)


def test_link_is_refused_when_it_is_tampered_with(workspace: WorkspaceClient, run: Sql) -> None:
    [link] = links(workspace, submit(run, "SELECT 1", Format.JSON_ARRAY))
    *rest, last = link.external_link
    forged = "".join(rest) + ("a" if last != "a" else "b")
    assert requests.get(forged, timeout=10).status_code in (400, 403, 404)


def test_json_is_compact_rows_of_texts(workspace: WorkspaceClient, run: Sql) -> None:
    statement = "SELECT concat('id-', id) AS strCol, id AS intCol, NULL AS nullCol FROM range(2)"
    [link] = links(workspace, submit(run, statement, Format.JSON_ARRAY))
    assert fetch(link) == b'[["id-0","0",null],["id-1","1",null]]'


def test_csv_has_a_header_and_null(workspace: WorkspaceClient, run: Sql) -> None:
    statement = "SELECT concat('id,', id) AS strCol, id AS intCol, NULL AS nullCol FROM range(2)"
    [link] = links(workspace, submit(run, statement, Format.CSV))
    rows = list(csv.reader(io.StringIO(fetch(link).decode())))
    assert rows == [["strCol", "intCol", "nullCol"], ["id,0", "0", "null"], ["id,1", "1", "null"]]


def test_arrow_keeps_types(workspace: WorkspaceClient, run: Sql) -> None:
    statement = (
        "SELECT CAST(1 AS TINYINT) AS i8, CAST(2 AS BIGINT) AS i64, CAST(0.5 AS DOUBLE) AS f64, 'x' AS s,"
        " CAST(1.5 AS DECIMAL(10,2)) AS d, DATE'2024-02-29' AS day, true AS b, array(1, 2) AS a,"
        " TIMESTAMP'2024-01-02 03:04:05.678901Z' AS ts"
    )
    [link] = links(workspace, submit(run, statement, Format.ARROW_STREAM))
    table = arrow(fetch(link))
    types = {field.name: field.type for field in table.schema}
    assert (types["i8"], types["i64"], types["f64"]) == (pa.int8(), pa.int64(), pa.float64())
    assert (types["s"], types["d"]) == (pa.string(), pa.decimal128(10, 2))
    assert (types["day"], types["b"]) == (pa.date32(), pa.bool_())
    assert types["ts"].unit == "us" and types["ts"].tz is not None
    [row] = table.to_pylist()
    assert (row["i64"], str(row["d"]), str(row["day"]), row["a"]) == (2, "1.50", "2024-02-29", [1, 2])
    assert row["ts"].isoformat() == "2024-01-02T03:04:05.678901+00:00"


@pytest.mark.parametrize("format", [Format.JSON_ARRAY, Format.CSV, Format.ARROW_STREAM])
def test_chunks_together_are_the_result(workspace: WorkspaceClient, run: Sql, format: Format) -> None:
    response = submit(run, SEVERAL_CHUNKS, format)
    assert response.manifest.total_chunk_count > 1
    assert response.manifest.total_row_count == ROWS
    contents = [fetch(link) for link in links(workspace, response)]
    assert len(contents) == response.manifest.total_chunk_count
    if format == Format.ARROW_STREAM:
        ids = [id for content in contents for id in arrow(content).column("id").to_pylist()]
    elif format == Format.CSV:
        header, *rows = csv.reader(io.StringIO("".join(map(bytes.decode, contents)), newline=""))
        assert header == ["id", "text"], "the first chunk alone has the header"
        ids = [int(row[0]) for row in rows]
    else:
        ids = [int(row[0]) for content in contents for row in json.loads(content)]
    assert ids == list(range(ROWS))


def test_chunks_follow_one_another_without_gaps(workspace: WorkspaceClient, run: Sql) -> None:
    response = submit(run, SEVERAL_CHUNKS, Format.ARROW_STREAM)
    offset = 0
    for index, link in enumerate(links(workspace, response)):
        assert (link.chunk_index, link.row_offset) == (index, offset)
        offset += link.row_count
        last = index + 1 == response.manifest.total_chunk_count
        path = f"/api/2.0/sql/statements/{response.statement_id}/result/chunks/{index + 1}"
        assert (link.next_chunk_internal_link or "").startswith("" if last else path)
        assert link.next_chunk_index == (None if last else index + 1)
    assert offset == ROWS


def test_statement_without_rows_has_no_links(run: Sql, schema: str) -> None:
    response = submit(run, f"CREATE TABLE {schema}.t (a INT)", Format.ARROW_STREAM)
    assert response.manifest.total_chunk_count == 0
    assert not response.result.external_links


def test_empty_result_in_arrow_keeps_its_columns(workspace: WorkspaceClient, run: Sql) -> None:
    response = submit(run, "SELECT id FROM range(0)", Format.ARROW_STREAM)
    assert response.manifest.total_row_count == 0
    assert [column.name for column in response.manifest.schema.columns] == ["id"]
    assert [arrow(fetch(link)).num_rows for link in links(workspace, response)] in ([], [0])


def test_row_limit_cuts_linked_results(workspace: WorkspaceClient, run: Sql) -> None:
    response = submit(run, "SELECT id FROM range(10)", Format.JSON_ARRAY, row_limit=4)
    assert (response.manifest.total_row_count, response.manifest.truncated) == (4, True)
    [link] = links(workspace, response)
    assert len(json.loads(fetch(link))) == 4
