"""`workspace.query_history`."""

from collections.abc import Callable

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.sql import QueryFilter, QueryStatus, TimeRange

from expect import Sql
from server import Someone


def test_list_finds_a_statement_by_id_state_and_time(workspace: WorkspaceClient, run: Sql, warehouse: str) -> None:
    run("SELECT 'a statement to be found'")
    newest = workspace.query_history.list(max_results=1)
    [found] = newest.res or []
    assert found.query_text == "SELECT 'a statement to be found'"
    assert (found.status, found.warehouse_id, found.is_final) == (QueryStatus.FINISHED, warehouse, True)
    assert found.user_name == workspace.current_user.me().user_name
    started = found.query_start_time_ms or 0
    for wanted in [
        QueryFilter(statement_ids=[found.query_id or ""]),
        QueryFilter(statuses=[QueryStatus.FINISHED], warehouse_ids=[warehouse]),
        QueryFilter(query_start_time_range=TimeRange(start_time_ms=started, end_time_ms=started)),
    ]:
        listed = workspace.query_history.list(filter_by=wanted, max_results=1000).res or []
        assert found.query_id in {one.query_id for one in listed}
    never = QueryFilter(statement_ids=[found.query_id or ""], statuses=[QueryStatus.CANCELED])
    assert not workspace.query_history.list(filter_by=never).res


def test_list_shows_nobody_elses_statements(run: Sql, someone: Callable[[], Someone]) -> None:
    run("SELECT 1")
    assert not someone().client.query_history.list().res
