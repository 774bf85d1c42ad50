"""Statements through the SQL connector: rows, parameters, chunks, sessions, ends."""

import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.credentials_provider import oauth_service_principal
from databricks.sql import DatabaseError, Error, RequestError, ServerOperationError
from databricks.sql.backend.types import CommandState
from databricks.sql.client import Connection, Cursor

from expect import unique
from server import Server

ROWS = 250_000
ENDLESS = "SELECT count(*) FROM range(1000000000000) WHERE id % 7 = 8"


def rows(cursor: Cursor, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in cursor.execute(statement, parameters).fetchall()]


def test_rows_have_names(cursor: Cursor) -> None:
    row = cursor.execute("SELECT 1 AS id, 'x' AS name").fetchone()
    assert row is not None
    assert (row.id, row.name, row["name"]) == (1, "x", "x")
    assert cursor.fetchone() is None


def test_description_has_the_types(cursor: Cursor) -> None:
    cursor.execute(
        "SELECT CAST(1 AS BIGINT) AS id, CAST(1.5 AS DECIMAL(10,2)) AS price, DATE'2024-01-01' AS day"
    )
    assert cursor.description is not None
    assert [(one[0], one[1]) for one in cursor.description] == [
        ("id", "bigint"),
        ("price", "decimal"),
        ("day", "date"),
    ]
    assert cursor.description[1][4:6] == (10, 2)


def test_rows_are_fetched_bit_by_bit(cursor: Cursor) -> None:
    cursor.execute("SELECT id FROM range(10) ORDER BY id")
    assert [row.id for row in cursor.fetchmany(3)] == [0, 1, 2]
    assert [row.id for row in cursor.fetchmany(3)] == [3, 4, 5]
    assert [row.id for row in cursor] == [6, 7, 8, 9]


def test_result_without_rows_is_empty(cursor: Cursor) -> None:
    assert rows(cursor, "SELECT id FROM range(0)") == []
    assert cursor.description is not None
    assert [one[0] for one in cursor.description] == ["id"]


def test_arrow_comes_in_several_chunks(cursor: Cursor) -> None:
    table = cursor.execute(f"SELECT id, concat('row ', id) AS text FROM range({ROWS})").fetchall_arrow()
    assert table.num_rows == ROWS
    assert table.column("id").to_pylist() == list(range(ROWS))
    assert table.column("text")[ROWS - 1].as_py() == f"row {ROWS - 1}"


def test_arrow_is_fetched_over_the_ends_of_chunks(cursor: Cursor) -> None:
    cursor.execute(f"SELECT id FROM range({ROWS})")
    found: list[int] = []
    while (part := cursor.fetchmany_arrow(70_000)).num_rows:
        found += part.column("id").to_pylist()
    assert found == list(range(ROWS))


def test_row_limit_cuts_the_result(connection: Connection) -> None:
    with connection.cursor(row_limit=4) as cursor:
        assert len(cursor.execute("SELECT id FROM range(10)").fetchall()) == 4


@pytest.mark.parametrize(
    "options", [{"use_cloud_fetch": False}, {"use_hybrid_disposition": True}], ids=["inline", "hybrid"]
)
def test_other_dispositions_bring_the_same_rows(
    server: Server, warehouse: str, options: dict[str, bool]
) -> None:
    statement = "SELECT id, CAST(id AS DECIMAL(5,1)) AS d, concat('row ', id) AS t FROM range(3)"
    with server.connect(warehouse, **options) as connection, connection.cursor() as cursor:
        assert rows(cursor, statement) == [(n, Decimal(f"{n}.0"), f"row {n}") for n in range(3)]


def test_named_parameters_are_bound(cursor: Cursor) -> None:
    parameters = {
        "n": 41,
        "s": "it's",
        "d": date(2024, 2, 29),
        "p": Decimal("1.50"),
        "b": True,
        "f": 0.5,
        "nothing": None,
    }
    statement = "SELECT :n + 1, :s, :d, :p, :b, :f, :nothing"
    expected = (42, "it's", date(2024, 2, 29), Decimal("1.50"), True, 0.5, None)
    assert rows(cursor, statement, parameters) == [expected]


def test_parameter_is_no_sql(cursor: Cursor) -> None:
    cursor.execute("CREATE TABLE t (a STRING)")
    cursor.execute("INSERT INTO t VALUES (:a)", {"a": "'); DROP TABLE t; --"})
    assert rows(cursor, "SELECT a FROM t") == [("'); DROP TABLE t; --",)]


def test_ddl_and_dml_change_tables(cursor: Cursor) -> None:
    cursor.execute("CREATE TABLE t (id INT, name STRING)")
    assert rows(cursor, "INSERT INTO t VALUES (1, 'a'), (2, 'b')") == [(2, 2)]
    assert rows(cursor, "UPDATE t SET name = 'c' WHERE id = 2") == [(1,)]
    assert rows(cursor, "DELETE FROM t WHERE id = 1") == [(1,)]
    assert rows(cursor, "SELECT * FROM t") == [(2, "c")]


def test_session_keeps_what_use_and_set_say(cursor: Cursor, catalog: str) -> None:
    assert rows(cursor, "SELECT current_catalog(), current_schema()") == [(catalog, "sales")]
    cursor.execute("USE SCHEMA information_schema")
    assert rows(cursor, "SELECT current_schema()") == [("information_schema",)]
    cursor.execute("SET TIME ZONE 'Asia/Tokyo'")
    assert rows(cursor, "SELECT current_timezone()") == [("Asia/Tokyo",)]


def test_session_has_its_configuration(server: Server, warehouse: str) -> None:
    with (
        server.connect(warehouse, session_configuration={"TIMEZONE": "Asia/Tokyo"}) as connection,
        connection.cursor() as cursor,
    ):
        assert rows(cursor, "SELECT current_timezone()") == [("Asia/Tokyo",)]


def test_sessions_do_not_see_one_another(
    server: Server, warehouse: str, connection: Connection, catalog: str
) -> None:
    with server.connect(warehouse) as other, other.cursor() as elsewhere:
        elsewhere.execute(f"USE CATALOG {catalog}")
        elsewhere.execute("USE SCHEMA information_schema")
        with connection.cursor() as cursor:
            assert rows(cursor, "SELECT current_schema()") == [("sales",)]


def test_closed_session_takes_no_statements(connection: Connection, cursor: Cursor) -> None:
    backend, session_id = connection.session.backend, connection.session._session_id
    backend.close_session(session_id)
    with pytest.raises(Error):
        cursor.execute("SELECT 1")
    backend.close_session(session_id)


def test_statement_runs_while_others_do_something_else(cursor: Cursor) -> None:
    cursor.execute_async("SELECT 42 AS answer")
    deadline = time.monotonic() + 20
    while cursor.is_query_pending():
        assert time.monotonic() < deadline
    assert cursor.get_query_state() == CommandState.SUCCEEDED
    assert [row.answer for row in cursor.get_async_execution_result().fetchall()] == [42]


def test_statement_is_cancelled(cursor: Cursor) -> None:
    cursor.execute_async(ENDLESS)
    cursor.cancel()
    deadline = time.monotonic() + 20
    while cursor.is_query_pending():
        assert time.monotonic() < deadline
    assert cursor.get_query_state() == CommandState.CANCELLED


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("SELEC 1", "[PARSE_SYNTAX_ERROR]"),
        ("SELECT * FROM nowhere", "[TABLE_OR_VIEW_NOT_FOUND]"),
        ("SELECT CAST('a' AS INT)", "[CAST_INVALID_INPUT]"),
        ("SELECT :nowhere", "[UNBOUND_SQL_PARAMETER]"),
    ],
)
def test_failed_statement_raises_the_servers_words(cursor: Cursor, statement: str, error: str) -> None:
    with pytest.raises(ServerOperationError) as failure:
        cursor.execute(statement)
    assert "BAD_REQUEST" in str(failure.value)
    assert error in str(failure.value)
    assert rows(cursor, "SELECT 1") == [(1,)], "the session outlives a failed statement"


def test_wrong_token_is_refused(server: Server, warehouse: str) -> None:
    with pytest.raises(RequestError, match="403"):
        server.connect(warehouse, access_token="dapi-wrong")


def test_malformed_warehouse_is_refused(server: Server) -> None:
    with pytest.raises(DatabaseError, match="400"):
        server.connect("nowhere")


def test_service_principal_logs_in(server: Server, warehouse: str, workspace: WorkspaceClient) -> None:
    robot = workspace.service_principals_v2.create(display_name=unique("robot"))
    assert robot.id is not None and robot.application_id is not None
    secret = workspace.service_principal_secrets_proxy.create(robot.id).secret
    assert secret is not None
    client = server.client(client_id=robot.application_id, client_secret=secret)
    with (
        server.connect(
            warehouse, access_token=None, credentials_provider=lambda: oauth_service_principal(client.config)
        ) as connection,
        connection.cursor() as cursor,
    ):
        assert rows(cursor, "SELECT current_user()") == [(robot.application_id,)]
