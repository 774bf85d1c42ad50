"""`workspace.functions`."""

import json
from collections.abc import Callable

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError, NotFound
from databricks.sdk.service.catalog import (
    ColumnTypeName,
    CreateFunction,
    CreateFunctionParameterStyle,
    CreateFunctionRoutineBody,
    CreateFunctionSecurityType,
    CreateFunctionSqlDataAccess,
    FunctionInfo,
    FunctionInfoRoutineBody,
    FunctionParameterInfo,
    FunctionParameterInfos,
    FunctionParameterType,
)

from expect import Sql, everything, pages, refused
from server import Someone

FUNCTIONS = "/api/2.1/unity-catalog/functions"


def definition(catalog: str, name: str = "double") -> CreateFunction:
    """A function as the REST API takes it."""
    kind = json.dumps({"name": "x", "type": "integer", "nullable": True, "metadata": {}})
    x = FunctionParameterInfo(
        name="x", type_text="int", type_name=ColumnTypeName.INT, position=0, type_json=kind
    )
    return CreateFunction(
        name=name,
        catalog_name=catalog,
        schema_name="sales",
        input_params=FunctionParameterInfos(parameters=[x]),
        data_type=ColumnTypeName.INT,
        full_data_type="INT",
        routine_body=CreateFunctionRoutineBody.SQL,
        routine_definition="x * 2",
        parameter_style=CreateFunctionParameterStyle.S,
        is_deterministic=True,
        sql_data_access=CreateFunctionSqlDataAccess.CONTAINS_SQL,
        is_null_call=False,
        security_type=CreateFunctionSecurityType.DEFINER,
        specific_name=name,
    )


def parameters(found: FunctionInfo) -> list[FunctionParameterInfo]:
    return (found.input_params and found.input_params.parameters) or []


def test_create_makes_a_function_that_runs(
    workspace: WorkspaceClient, catalog: str, schema: str, run: Sql
) -> None:
    created = workspace.functions.create(definition(catalog))
    assert (created.full_name, created.routine_definition) == (f"{schema}.double", "x * 2")
    assert workspace.functions.get(f"{schema}.double") == created
    assert run(f"SELECT {schema}.double(21)") == [["42"]]


def test_create_twice_is_refused(workspace: WorkspaceClient, catalog: str, schema: str) -> None:
    workspace.functions.create(definition(catalog))
    with refused(DatabricksError, message="already exists"):
        workspace.functions.create(definition(catalog))


def test_get_describes_a_function_made_by_sql(workspace: WorkspaceClient, schema: str, run: Sql) -> None:
    run(
        f"CREATE FUNCTION {schema}.greet(name STRING DEFAULT 'you' COMMENT 'whom') RETURNS STRING"
        " COMMENT 'says hello' RETURN concat('hello ', name)"
    )
    found = workspace.functions.get(f"{schema}.greet")
    assert found.full_name == f"{schema}.greet"
    assert found.routine_body == FunctionInfoRoutineBody.SQL
    assert found.routine_definition == "concat('hello ', name)"
    assert (found.data_type, found.full_data_type) == (ColumnTypeName.STRING, "STRING")
    assert found.comment == "says hello"
    assert found.owner == workspace.current_user.me().user_name
    [name] = parameters(found)
    assert (name.name, name.type_text, name.position) == ("name", "string", 0)
    assert (name.parameter_type, name.comment) == (FunctionParameterType.PARAM, "whom")
    assert name.parameter_default == "'you'"
    assert json.loads(name.type_json or "")["metadata"]["CURRENT_DEFAULT"] == "'you'"


def test_get_describes_a_table_function(workspace: WorkspaceClient, schema: str, run: Sql) -> None:
    run(f"CREATE FUNCTION {schema}.numbers() RETURNS TABLE (n INT, t STRING) RETURN SELECT 1, 'one'")
    found = workspace.functions.get(f"{schema}.numbers")
    assert found.data_type == ColumnTypeName.TABLE_TYPE
    assert found.full_data_type == "(n INT, t STRING)"
    columns = (found.return_params and found.return_params.parameters) or []
    assert [column.name for column in columns] == ["n", "t"]


def test_get_describes_a_python_function(workspace: WorkspaceClient, schema: str, run: Sql) -> None:
    run(f"CREATE FUNCTION {schema}.up(s STRING) RETURNS STRING LANGUAGE PYTHON AS $$\nreturn s.upper()\n$$")
    found = workspace.functions.get(f"{schema}.up")
    assert found.routine_body == FunctionInfoRoutineBody.EXTERNAL
    assert found.external_language == "PYTHON"
    assert "return s.upper()" in (found.routine_definition or "")


def test_get_of_a_missing_function_is_not_found(workspace: WorkspaceClient, schema: str) -> None:
    with refused(NotFound, message=f"Function '{schema}.nowhere' does not exist."):
        workspace.functions.get(f"{schema}.nowhere")


def test_list_comes_in_pages(workspace: WorkspaceClient, catalog: str, schema: str, run: Sql) -> None:
    for index in range(3):
        run(f"CREATE FUNCTION {schema}.f{index}() RETURNS INT RETURN {index}")
    query = {"catalog_name": catalog, "schema_name": "sales", "max_results": 1}
    assert max(map(len, pages(workspace, FUNCTIONS, "functions", **query))) == 1
    listed = everything(workspace.functions.list(catalog, "sales", max_results=1))
    assert sorted(found.name or "" for found in listed) == ["f0", "f1", "f2"]


def test_update_gives_a_function_to_another_owner(
    workspace: WorkspaceClient, schema: str, run: Sql, someone: Callable[[], Someone]
) -> None:
    run(f"CREATE FUNCTION {schema}.f() RETURNS INT RETURN 1")
    user = someone()
    assert workspace.functions.update(f"{schema}.f", owner=user.name).owner == user.name
    assert workspace.functions.get(f"{schema}.f").owner == user.name


def test_delete_drops_a_function(workspace: WorkspaceClient, schema: str, run: Sql) -> None:
    run(f"CREATE FUNCTION {schema}.f() RETURNS INT RETURN 1")
    workspace.functions.delete(f"{schema}.f")
    with refused(NotFound):
        workspace.functions.get(f"{schema}.f")
