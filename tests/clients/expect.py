"""What several tests expect in the same way."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import count, islice
from typing import Any, TypeVar
from uuid import uuid4

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError
from databricks.sdk.service.sql import StatementResponse, StatementState

T = TypeVar("T")

RUNNING = (StatementState.PENDING, StatementState.RUNNING)
SECONDS = 30


def unique(prefix: str) -> str:
    """A name that no other test uses."""
    return f"{prefix}_{uuid4().hex[:10]}"


@contextmanager
def refused(kind: type[DatabricksError], code: str | None = None, message: str = "") -> Iterator[None]:
    """Expects the SDK's exception of this class, with this error code and this text in its message."""
    with pytest.raises(kind) as refusal:
        yield
    assert refusal.value.error_code != "ENDPOINT_NOT_FOUND", refusal.value
    if code is not None:
        assert refusal.value.error_code == code, refusal.value
    assert message in str(refusal.value)


def everything(pages: Iterable[T]) -> list[T]:
    """A whole list of the SDK, whose iterators ask for page after page as long as a server gives any."""
    items: dict[str, T] = {}
    for item in pages:
        assert repr(item) not in items, f"came twice: {item}"
        items[repr(item)] = item
    return list(items.values())


def pages(workspace: WorkspaceClient, path: str, key: str, **query: Any) -> list[list[dict[str, Any]]]:
    """The pages of a list as they come over the wire, followed by their tokens."""
    found: list[list[dict[str, Any]]] = []
    for _ in range(1000):
        answer = workspace.api_client.do("GET", path, query=query)
        assert isinstance(answer, dict)
        found.append(answer.get(key, []))
        if not answer.get("next_page_token"):
            return found
        query["page_token"] = answer["next_page_token"]
    raise AssertionError(f"{path} has no last page")


def finished(workspace: WorkspaceClient, response: StatementResponse) -> StatementResponse:
    """A statement at its end."""
    deadline = time.monotonic() + SECONDS
    while response.status is not None and response.status.state in RUNNING:
        assert time.monotonic() < deadline, f"{response.statement_id} is still running"
        assert response.statement_id is not None
        response = workspace.statement_execution.get_statement(response.statement_id)
    return response


class Sql:
    """Statements through the SDK that have to succeed."""

    def __init__(self, workspace: WorkspaceClient, warehouse: str) -> None:
        self.workspace = workspace
        self.warehouse = warehouse

    def submit(self, statement: str, **options: Any) -> StatementResponse:
        """A statement at its end, however it ended."""
        execution = self.workspace.statement_execution
        response = execution.execute_statement(statement, self.warehouse, **options)
        return finished(self.workspace, response)

    def result(self, statement: str, **options: Any) -> StatementResponse:
        """A statement that succeeded."""
        response = self.submit(statement, **options)
        assert response.status is not None
        assert response.status.state == StatementState.SUCCEEDED, response.status.error
        return response

    def __call__(self, statement: str, **options: Any) -> list[list[str]]:
        """The rows of a statement."""
        response = self.result(statement, **options)
        rows = response.result.data_array if response.result else None
        return rows or []

    def tables(self, schema: str, number: int) -> list[str]:
        """Makes tables of one column; their full names."""
        names = [f"{schema}.t{index}" for index in islice(count(), number)]
        for name in names:
            self(f"CREATE TABLE {name} (a INT)")
        return names
