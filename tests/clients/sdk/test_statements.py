"""`workspace.statement_execution`: what a statement is given, how long it is waited for, how it ends."""

import json
import time
from collections.abc import Callable

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import BadRequest, InvalidParameterValue, NotFound
from databricks.sdk.service.sql import (
    Disposition,
    ExecuteStatementRequestOnWaitTimeout,
    Format,
    ServiceErrorCode,
    StatementParameterListItem,
    StatementResponse,
    StatementState,
)

from expect import Sql, finished, refused
from server import Someone

STATEMENTS = "/api/2.0/sql/statements"
ENDLESS = "SELECT count(*) FROM range(1000000000000) WHERE id % 7 = 8"
ENDLESS_JOIN = "SELECT count(*) FROM range(10000000) a CROSS JOIN range(10000000) b WHERE a.id + b.id < 0"


def state(response: StatementResponse) -> StatementState | None:
    return response.status and response.status.state


def raw(workspace: WorkspaceClient, **request: object) -> dict[str, object]:
    """An answer with the fields that the SDK drops."""
    answer = workspace.api_client.do("POST", STATEMENTS, body=request)
    assert isinstance(answer, dict)
    return answer


def test_query_answers_its_rows_and_their_types(workspace: WorkspaceClient, warehouse: str) -> None:
    statement = "SELECT CAST(1 AS BIGINT) AS id, 'x' AS name, CAST(1.5 AS DECIMAL(10,2)) AS price"
    answer = raw(workspace, statement=statement, warehouse_id=warehouse)
    assert answer["status"] == {"state": "SUCCEEDED"}
    assert answer["manifest"] == {
        "format": "JSON_ARRAY",
        "schema": {
            "column_count": 3,
            "columns": [
                {"name": "id", "type_text": "BIGINT", "type_name": "LONG", "position": 0},
                {"name": "name", "type_text": "STRING", "type_name": "STRING", "position": 1},
                {
                    "name": "price",
                    "type_text": "DECIMAL(10,2)",
                    "type_name": "DECIMAL",
                    "position": 2,
                    "type_precision": 10,
                    "type_scale": 2,
                },
            ],
        },
        "total_chunk_count": 1,
        "chunks": [{"chunk_index": 0, "row_offset": 0, "row_count": 1}],
        "total_row_count": 1,
        "truncated": False,
    }
    assert answer["result"] == {
        "chunk_index": 0,
        "row_offset": 0,
        "row_count": 1,
        "data_array": [["1", "x", "1.50"]],
    }


def test_ddl_answers_no_columns_and_no_result(
    workspace: WorkspaceClient, warehouse: str, schema: str
) -> None:
    answer = raw(workspace, statement=f"CREATE TABLE {schema}.t (a INT)", warehouse_id=warehouse)
    assert answer["status"] == {"state": "SUCCEEDED"}
    assert answer["manifest"] == {
        "format": "JSON_ARRAY",
        "schema": {"column_count": 0},
        "total_chunk_count": 0,
        "total_row_count": 0,
        "total_byte_count": 0,
        "truncated": False,
    }
    assert answer["result"] == {}


def test_dml_answers_how_many_rows_it_changed(schema: str, run: Sql) -> None:
    run(f"CREATE TABLE {schema}.t (a INT)")
    inserted = run.result(f"INSERT INTO {schema}.t VALUES (1), (2), (3)")
    names = [column.name for column in (inserted.manifest.schema.columns or [])]
    assert names == ["num_affected_rows", "num_inserted_rows"]
    assert inserted.result.data_array == [["3", "3"]]
    updated = run.result(f"UPDATE {schema}.t SET a = 9 WHERE a > 1")
    assert [column.name for column in updated.manifest.schema.columns or []] == ["num_affected_rows"]
    assert updated.result.data_array == [["2"]]
    assert run(f"DELETE FROM {schema}.t WHERE a = 9") == [["2"]]
    assert run(f"SELECT * FROM {schema}.t") == [["1"]]


@pytest.mark.parametrize(
    ("expression", "kind", "text"),
    [
        ("CAST(1 AS TINYINT)", "TINYINT", "1"),
        ("CAST(2 AS SMALLINT)", "SMALLINT", "2"),
        ("3", "INT", "3"),
        ("CAST(4 AS BIGINT)", "BIGINT", "4"),
        ("CAST(1.5 AS DOUBLE)", "DOUBLE", "1.5"),
        ("CAST(2.5 AS FLOAT)", "FLOAT", "2.5"),
        ("1.50", "DECIMAL(3,2)", "1.50"),
        ("true", "BOOLEAN", "true"),
        ("'a'", "STRING", "a"),
        ("DATE'2024-02-29'", "DATE", "2024-02-29"),
        ("array(1, 2)", "ARRAY<INT>", '["1","2"]'),
        ("CAST(NULL AS INT)", "INT", None),
    ],
)
def test_values_are_texts(run: Sql, expression: str, kind: str, text: str | None) -> None:
    response = run.result(f"SELECT {expression} AS v")
    [column] = response.manifest.schema.columns
    assert column.type_text == kind
    assert response.result.data_array == [[text]]


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("TIMESTAMP_NTZ'2024-01-01 00:00:00'", "TIMESTAMP_NTZ"),
        ("named_struct('street', 's', 'zip', 1)", "STRUCT<street: STRING, zip: INT>"),
        ("map('a', 'b')", "MAP<STRING, STRING>"),
        ("INTERVAL '3 4' DAY TO HOUR", "INTERVAL DAY TO HOUR"),
        ("X'0102'", "BINARY"),
        ("NULL", "VOID"),
    ],
)
def test_types_are_spelled_as_recorded(run: Sql, expression: str, kind: str) -> None:
    response = run.result(f"SELECT {expression} AS v")
    [column] = response.manifest.schema.columns
    assert column.type_text == kind


def test_timestamp_is_iso_with_milliseconds_and_zone(run: Sql) -> None:
    [[text]] = run("SELECT TIMESTAMP'2024-01-02 03:04:05.678Z'")
    assert text == "2024-01-02T03:04:05.678Z"


def test_array_of_strings_is_json(run: Sql) -> None:
    [[text]] = run("""SELECT array('a', 'b"c')""")
    assert json.loads(text) == ["a", 'b"c']


def test_parameters_are_cast_to_their_types(run: Sql) -> None:
    parameters = [
        StatementParameterListItem(name="n", value="41", type="INT"),
        StatementParameterListItem(name="d", value="2024-02-29", type="DATE"),
        StatementParameterListItem(name="p", value="1.5", type="DECIMAL(5,2)"),
        StatementParameterListItem(name="s", value="it's"),
        StatementParameterListItem(name="nothing", type="INT"),
    ]
    statement = "SELECT :n + 1, :d, :p, :s, :nothing"
    assert run(statement, parameters=parameters) == [["42", "2024-02-29", "1.50", "it's", None]]


def test_parameter_names_a_table_through_identifier(schema: str, run: Sql) -> None:
    [name] = run.tables(schema, 1)
    parameter = StatementParameterListItem(name="t", value=name)
    assert run("SELECT count(*) FROM IDENTIFIER(:t)", parameters=[parameter]) == [["0"]]


def test_parameter_that_is_missing_fails_the_statement(run: Sql) -> None:
    response = run.submit("SELECT :nowhere")
    assert state(response) == StatementState.FAILED
    assert response.status.sql_state == "42P02"
    assert "[UNBOUND_SQL_PARAMETER]" in response.status.error.message


def test_parameter_that_is_not_of_its_type_fails_the_statement(run: Sql) -> None:
    parameter = StatementParameterListItem(name="n", value="many", type="INT")
    assert state(run.submit("SELECT :n", parameters=[parameter])) == StatementState.FAILED


def test_statement_runs_in_the_given_catalog_and_schema(catalog: str, schema: str, run: Sql) -> None:
    run("CREATE TABLE t (a INT)", catalog=catalog, schema="sales")
    assert run("SELECT current_catalog(), current_schema()", catalog=catalog, schema="sales") == [
        [catalog, "sales"]
    ]
    assert run(f"SELECT count(*) FROM {schema}.t") == [["0"]]


def test_statements_are_sessions_of_their_own(catalog: str, schema: str, run: Sql) -> None:
    run(f"USE CATALOG {catalog}")
    [[current]] = run("SELECT current_catalog()")
    assert current != catalog


def test_row_limit_cuts_the_result_and_says_so(run: Sql) -> None:
    cut = run.result("SELECT id FROM range(10)", row_limit=3)
    assert (cut.manifest.total_row_count, cut.manifest.truncated) == (3, True)
    assert len(cut.result.data_array) == 3
    whole = run.result("SELECT id FROM range(3)", row_limit=3)
    assert (whole.manifest.total_row_count, whole.manifest.truncated) == (3, False)


def test_byte_limit_cuts_the_result_and_says_so(run: Sql) -> None:
    cut = run.result("SELECT id FROM range(10000)", byte_limit=1000)
    assert cut.manifest.truncated is True
    assert 0 < cut.manifest.total_row_count < 10_000


def test_inline_result_comes_in_chunks(workspace: WorkspaceClient, run: Sql) -> None:
    response = run.result("SELECT id FROM range(250000)")
    rows, result = list(response.result.data_array), response.result
    while result.next_chunk_index is not None:
        assert result.next_chunk_internal_link is not None
        result = workspace.statement_execution.get_statement_result_chunk_n(
            response.statement_id, result.next_chunk_index
        )
        rows += result.data_array
    assert [int(row[0]) for row in rows] == list(range(250_000))


def test_inline_result_beyond_25_mib_fails(run: Sql) -> None:
    response = run.submit("SELECT repeat('x', 1048576) FROM range(30)")
    assert state(response) == StatementState.FAILED


def test_statement_that_is_not_waited_for_is_pending(workspace: WorkspaceClient, warehouse: str) -> None:
    execution = workspace.statement_execution
    submitted = execution.execute_statement("SELECT 1", warehouse, wait_timeout="0s")
    assert state(submitted) == StatementState.PENDING
    assert (submitted.manifest, submitted.result) == (None, None)
    done = finished(workspace, submitted)
    assert (state(done), done.result.data_array) == (StatementState.SUCCEEDED, [["1"]])
    assert done.statement_id == submitted.statement_id


def test_statement_goes_on_after_the_wait_and_is_cancelled_by_hand(
    workspace: WorkspaceClient, warehouse: str
) -> None:
    execution, before = workspace.statement_execution, time.monotonic()
    submitted = execution.execute_statement(ENDLESS, warehouse, wait_timeout="5s")
    assert state(submitted) in (StatementState.PENDING, StatementState.RUNNING)
    assert time.monotonic() - before >= 5
    execution.cancel_execution(submitted.statement_id)
    done = finished(workspace, submitted)
    assert (state(done), done.result) == (StatementState.CANCELED, None)
    execution.cancel_execution(submitted.statement_id)


@pytest.mark.parametrize("statement", [ENDLESS, ENDLESS_JOIN], ids=["scan", "join"])
def test_statement_is_cancelled_after_the_wait(
    workspace: WorkspaceClient, warehouse: str, statement: str
) -> None:
    response = workspace.statement_execution.execute_statement(
        statement,
        warehouse,
        wait_timeout="5s",
        on_wait_timeout=ExecuteStatementRequestOnWaitTimeout.CANCEL,
    )
    assert state(response) == StatementState.CANCELED


@pytest.mark.parametrize(
    ("statement", "error", "sql_state"),
    [
        ("SELEC 1", "PARSE_SYNTAX_ERROR", "42601"),
        ("SELECT * FROM {schema}.nowhere", "TABLE_OR_VIEW_NOT_FOUND", "42P01"),
        ("SELECT * FROM nowhere.a.b", "NO_SUCH_CATALOG_EXCEPTION", "42704"),
        ("SELECT nowhere FROM range(1)", "UNRESOLVED_COLUMN", "42703"),
        ("SELECT nowhere(1)", "UNRESOLVED_ROUTINE", "42883"),
        ("SELECT 1 / 0", "DIVIDE_BY_ZERO", "22012"),
        ("SELECT CAST('a' AS INT)", "CAST_INVALID_INPUT", "22018"),
        ("CREATE TABLE {schema}.t0 (a INT)", "TABLE_OR_VIEW_ALREADY_EXISTS", "42P07"),
    ],
)
def test_failed_statement_says_class_and_state(
    schema: str, run: Sql, statement: str, error: str, sql_state: str
) -> None:
    run.tables(schema, 1)
    response = run.submit(statement.format(schema=schema))
    assert (state(response), response.result) == (StatementState.FAILED, None)
    assert response.status.error.error_code == ServiceErrorCode.BAD_REQUEST
    assert f"[{error}" in response.status.error.message
    assert f"SQLSTATE: {sql_state}" in response.status.error.message
    assert response.status.sql_state == sql_state


def test_statement_without_privileges_fails(
    warehouse: str, catalog: str, schema: str, run: Sql, someone: Callable[[], Someone]
) -> None:
    [table], user = run.tables(schema, 1), someone()
    run(f"GRANT USE CATALOG ON CATALOG {catalog} TO `{user.name}`")
    response = Sql(user.client, warehouse).submit(f"SELECT * FROM {table}")
    assert state(response) == StatementState.FAILED
    message = f"Insufficient privileges:\nUser does not have USE SCHEMA on Schema '{schema}'."
    assert f"[INSUFFICIENT_PERMISSIONS] {message}" in response.status.error.message
    assert response.status.sql_state == "42501"


def test_malformed_warehouse_is_an_invalid_parameter(workspace: WorkspaceClient) -> None:
    with refused(InvalidParameterValue, message="nowhere is not a valid endpoint id."):
        workspace.statement_execution.execute_statement("SELECT 1", "nowhere")


@pytest.mark.parametrize("wait_timeout", ["3s", "51s", "-1s", "soon"])
def test_wait_out_of_range_is_an_invalid_parameter(
    workspace: WorkspaceClient, warehouse: str, wait_timeout: str
) -> None:
    with refused(InvalidParameterValue):
        workspace.statement_execution.execute_statement("SELECT 1", warehouse, wait_timeout=wait_timeout)


@pytest.mark.parametrize("format", [Format.ARROW_STREAM, Format.CSV])
def test_other_formats_than_json_are_not_inline(
    workspace: WorkspaceClient, warehouse: str, format: Format
) -> None:
    with refused(BadRequest):
        workspace.statement_execution.execute_statement(
            "SELECT 1", warehouse, disposition=Disposition.INLINE, format=format
        )


def test_unknown_statement_is_not_found(workspace: WorkspaceClient) -> None:
    unknown = "01ef0000-0000-1000-8000-000000000000"
    with refused(NotFound):
        workspace.statement_execution.get_statement(unknown)
    with refused(NotFound):
        workspace.statement_execution.get_statement_result_chunk_n(unknown, 0)


def test_statement_of_someone_else_is_not_found(
    workspace: WorkspaceClient, warehouse: str, someone: Callable[[], Someone]
) -> None:
    statement = workspace.statement_execution.execute_statement("SELECT 1", warehouse)
    with refused(NotFound):
        someone().client.statement_execution.get_statement(statement.statement_id)
