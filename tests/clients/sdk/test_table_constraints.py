"""`workspace.table_constraints`: primary and foreign keys."""

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import BadRequest, DatabricksError, NotFound
from databricks.sdk.service.catalog import (
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    TableConstraint,
)

from expect import Sql, refused


def parent(run: Sql, schema: str) -> str:
    run(f"CREATE TABLE {schema}.parent (id INT NOT NULL, name STRING)")
    return f"{schema}.parent"


def primary_key(name: str = "pk", column: str = "id") -> TableConstraint:
    constraint = PrimaryKeyConstraint(name=name, child_columns=[column], rely=True)
    return TableConstraint(primary_key_constraint=constraint)


def foreign_key(table: str, name: str = "fk") -> TableConstraint:
    constraint = ForeignKeyConstraint(
        name=name, child_columns=["parent_id"], parent_table=table, parent_columns=["id"]
    )
    return TableConstraint(foreign_key_constraint=constraint)


def constraints(workspace: WorkspaceClient, table: str) -> list[TableConstraint]:
    return workspace.tables.get(table).table_constraints or []


def test_create_makes_a_primary_key(workspace: WorkspaceClient, schema: str, run: Sql) -> None:
    table = parent(run, schema)
    created = workspace.table_constraints.create(table, primary_key())
    assert created.primary_key_constraint is not None
    assert (created.primary_key_constraint.name, created.primary_key_constraint.rely) == ("pk", True)
    [found] = constraints(workspace, table)
    assert found.primary_key_constraint is not None
    assert found.primary_key_constraint.child_columns == ["id"]
    assert found.primary_key_constraint.rely is True


def test_create_makes_a_foreign_key(workspace: WorkspaceClient, schema: str, run: Sql) -> None:
    table = parent(run, schema)
    workspace.table_constraints.create(table, primary_key())
    run(f"CREATE TABLE {schema}.child (parent_id INT)")
    workspace.table_constraints.create(f"{schema}.child", foreign_key(table))
    [found] = constraints(workspace, f"{schema}.child")
    assert found.foreign_key_constraint is not None
    assert found.foreign_key_constraint.parent_table == table
    assert found.foreign_key_constraint.parent_columns == ["id"]


def test_create_on_a_nullable_column_is_a_bad_request(
    workspace: WorkspaceClient, schema: str, run: Sql
) -> None:
    with refused(BadRequest):
        workspace.table_constraints.create(parent(run, schema), primary_key(column="name"))


def test_create_on_a_missing_table_is_not_found(workspace: WorkspaceClient, schema: str) -> None:
    with refused(NotFound, "TABLE_DOES_NOT_EXIST"):
        workspace.table_constraints.create(f"{schema}.nowhere", primary_key())


def test_keys_made_by_sql_are_shown(workspace: WorkspaceClient, schema: str, run: Sql) -> None:
    run(f"CREATE TABLE {schema}.t (id INT NOT NULL, CONSTRAINT t_pk PRIMARY KEY (id))")
    [found] = constraints(workspace, f"{schema}.t")
    assert found.primary_key_constraint is not None
    assert found.primary_key_constraint.name == "t_pk"
    assert not found.primary_key_constraint.rely


def test_delete_removes_a_key(workspace: WorkspaceClient, schema: str, run: Sql) -> None:
    table = parent(run, schema)
    workspace.table_constraints.create(table, primary_key())
    workspace.table_constraints.delete(table, "pk", cascade=False)
    assert constraints(workspace, table) == []


def test_delete_of_a_referenced_key_needs_cascade(workspace: WorkspaceClient, schema: str, run: Sql) -> None:
    table = parent(run, schema)
    workspace.table_constraints.create(table, primary_key())
    run(f"CREATE TABLE {schema}.child (parent_id INT)")
    workspace.table_constraints.create(f"{schema}.child", foreign_key(table))
    with refused(DatabricksError):
        workspace.table_constraints.delete(table, "pk", cascade=False)
    workspace.table_constraints.delete(table, "pk", cascade=True)
    assert constraints(workspace, table) == []
    assert constraints(workspace, f"{schema}.child") == []


def test_delete_of_a_missing_key_is_an_error(workspace: WorkspaceClient, schema: str, run: Sql) -> None:
    with refused(DatabricksError):
        workspace.table_constraints.delete(parent(run, schema), "nowhere", cascade=False)
