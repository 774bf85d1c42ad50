"""`workspace.policies`: row filters and column masks by attribute."""

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError, NotFound
from databricks.sdk.service.catalog import PolicyInfo, PolicyType, RowFilterOptions, SecurableType

from expect import Sql, everything, refused


@pytest.fixture
def table(schema: str, run: Sql) -> str:
    """A table and, beside it, a function that filters every row."""
    run(f"CREATE TABLE {schema}.t (a INT)")
    run(f"INSERT INTO {schema}.t VALUES (1)")
    run(f"CREATE FUNCTION {schema}.nothing() RETURNS BOOLEAN RETURN FALSE")
    return f"{schema}.t"


def row_filter(on: SecurableType, name: str, table: str) -> PolicyInfo:
    function = RowFilterOptions(function_name=f"{table.rsplit('.', 1)[0]}.nothing")
    return PolicyInfo(
        name="hide_rows",
        on_securable_type=on,
        on_securable_fullname=name,
        for_securable_type=SecurableType.TABLE,
        policy_type=PolicyType.POLICY_TYPE_ROW_FILTER,
        row_filter=function,
        to_principals=["account users"],
        comment="for a test",
    )


@pytest.mark.parametrize("kind", [SecurableType.CATALOG, SecurableType.SCHEMA, SecurableType.TABLE])
def test_create_get_delete(workspace: WorkspaceClient, table: str, kind: SecurableType) -> None:
    name = {"CATALOG": table.split(".")[0], "SCHEMA": table.rsplit(".", 1)[0]}.get(kind.value, table)
    created = workspace.policies.create_policy(row_filter(kind, name, table))
    assert (created.name, created.on_securable_fullname) == ("hide_rows", name)
    assert created.id and created.created_at and created.created_by
    found = workspace.policies.get_policy(kind.value, name, "hide_rows")
    assert found == created
    assert found.row_filter is not None and found.row_filter.function_name.endswith(".nothing")
    assert (found.to_principals, found.comment) == (["account users"], "for a test")
    workspace.policies.delete_policy(kind.value, name, "hide_rows")
    with refused(NotFound):
        workspace.policies.get_policy(kind.value, name, "hide_rows")


def test_policy_filters_rows_of_its_principals(workspace: WorkspaceClient, table: str, run: Sql) -> None:
    assert run(f"SELECT a FROM {table}") == [["1"]]
    workspace.policies.create_policy(row_filter(SecurableType.TABLE, table, table))
    assert run(f"SELECT a FROM {table}") == []


def test_create_twice_is_refused(workspace: WorkspaceClient, table: str) -> None:
    workspace.policies.create_policy(row_filter(SecurableType.TABLE, table, table))
    with refused(DatabricksError, message="already exists"):
        workspace.policies.create_policy(row_filter(SecurableType.TABLE, table, table))


def test_list_has_inherited_policies_when_asked(workspace: WorkspaceClient, table: str) -> None:
    catalog = table.split(".")[0]
    workspace.policies.create_policy(row_filter(SecurableType.CATALOG, catalog, table))
    assert everything(workspace.policies.list_policies("TABLE", table)) == []
    inherited = workspace.policies.list_policies("TABLE", table, include_inherited=True)
    found = [(one.name, one.on_securable_type) for one in everything(inherited)]
    assert found == [("hide_rows", SecurableType.CATALOG)]


def test_update_changes_what_the_mask_names(workspace: WorkspaceClient, table: str) -> None:
    policy = row_filter(SecurableType.TABLE, table, table)
    workspace.policies.create_policy(policy)
    policy.comment, policy.except_principals = "new", ["admin"]
    workspace.policies.update_policy("TABLE", table, "hide_rows", policy, update_mask="comment")
    found = workspace.policies.get_policy("TABLE", table, "hide_rows")
    assert found.comment == "new"
    assert not found.except_principals
