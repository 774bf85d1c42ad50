"""`workspace.tables`."""

import json
from collections.abc import Callable

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import InvalidParameterValue, NotFound
from databricks.sdk.service.catalog import ColumnTypeName, DataSourceFormat, TableType

from expect import Sql, everything, pages, refused
from server import Someone

TABLES = "/api/2.1/unity-catalog/tables"
SUMMARIES = "/api/2.1/unity-catalog/table-summaries"


def test_get_describes_a_managed_table(workspace: WorkspaceClient, schema: str, run: Sql) -> None:
    run(f"CREATE TABLE {schema}.orders (id BIGINT) COMMENT 'all orders' TBLPROPERTIES ('team' = 'data')")
    found = workspace.tables.get(f"{schema}.orders")
    catalog, name = schema.split(".")
    assert (found.catalog_name, found.schema_name, found.name) == (catalog, name, "orders")
    assert found.full_name == f"{schema}.orders"
    assert (found.table_type, found.data_source_format) == (TableType.MANAGED, DataSourceFormat.DELTA)
    assert found.comment == "all orders"
    assert (found.properties or {}).get("team") == "data"
    assert found.owner == workspace.current_user.me().user_name
    assert found.table_id and found.storage_location and found.metastore_id
    assert found.created_at is not None and found.created_at > 1_600_000_000_000


def test_get_describes_columns(workspace: WorkspaceClient, schema: str, run: Sql) -> None:
    run(
        f"CREATE TABLE {schema}.t (id BIGINT NOT NULL COMMENT 'key', price DECIMAL(10,2),"
        " tags ARRAY<STRING>, Day DATE) PARTITIONED BY (Day)"
    )
    columns = workspace.tables.get(f"{schema}.t").columns or []
    assert [column.name for column in columns] == ["id", "price", "tags", "Day"]
    assert [column.position for column in columns] == [0, 1, 2, 3]
    assert [column.type_text for column in columns] == ["bigint", "decimal(10,2)", "array<string>", "date"]
    kinds = [ColumnTypeName.LONG, ColumnTypeName.DECIMAL, ColumnTypeName.ARRAY, ColumnTypeName.DATE]
    assert [column.type_name for column in columns] == kinds
    assert [column.nullable for column in columns] == [False, True, True, True]
    assert (columns[1].type_precision, columns[1].type_scale) == (10, 2)
    assert (columns[0].comment, columns[3].partition_index) == ("key", 0)
    field = json.loads(columns[0].type_json or "")
    assert (field["name"], field["type"], field["nullable"]) == ("id", "long", False)
    assert field["metadata"] == {"comment": "key"}


def test_get_describes_a_view_with_its_dependencies(
    workspace: WorkspaceClient, schema: str, run: Sql
) -> None:
    run.tables(schema, 1)
    run(f"CREATE VIEW {schema}.v AS SELECT a FROM {schema}.t0 WHERE a > 1")
    found = workspace.tables.get(f"{schema}.v")
    assert found.table_type == TableType.VIEW
    assert found.view_definition == f"SELECT a FROM {schema}.t0 WHERE a > 1"
    dependencies = (found.view_dependencies and found.view_dependencies.dependencies) or []
    assert [one.table and one.table.table_full_name for one in dependencies] == [f"{schema}.t0"]


def test_get_with_delta_metadata_has_runtime_properties(
    workspace: WorkspaceClient, schema: str, run: Sql
) -> None:
    [name] = run.tables(schema, 1)
    assert workspace.tables.get(name).delta_runtime_properties_kvpairs is None
    with_metadata = workspace.tables.get(name, include_delta_metadata=True)
    assert with_metadata.delta_runtime_properties_kvpairs is not None


def test_get_of_a_missing_table_is_not_found(workspace: WorkspaceClient, schema: str) -> None:
    with refused(NotFound, "TABLE_DOES_NOT_EXIST", f"Table '{schema}.nowhere' does not exist."):
        workspace.tables.get(f"{schema}.nowhere")


def test_get_of_an_incomplete_name_is_an_invalid_parameter(workspace: WorkspaceClient) -> None:
    with refused(InvalidParameterValue):
        workspace.tables.get("only_one_part")


def test_list_comes_in_pages(workspace: WorkspaceClient, catalog: str, schema: str, run: Sql) -> None:
    names = run.tables(schema, 5)
    cut = pages(workspace, TABLES, "tables", catalog_name=catalog, schema_name="sales", max_results=2)
    assert [len(page) <= 2 for page in cut] == [True] * len(cut)
    assert len(cut) >= 3
    listed = everything(workspace.tables.list(catalog, "sales", max_results=2))
    assert sorted(found.full_name or "" for found in listed) == names


def test_list_without_max_results_has_all(
    workspace: WorkspaceClient, catalog: str, schema: str, run: Sql
) -> None:
    names = run.tables(schema, 3)
    [page] = pages(workspace, TABLES, "tables", catalog_name=catalog, schema_name="sales")
    assert sorted(row["full_name"] for row in page) == names


def test_list_has_columns_but_neither_constraints_nor_dependencies(
    workspace: WorkspaceClient, catalog: str, schema: str, run: Sql
) -> None:
    run(f"CREATE TABLE {schema}.t (a INT NOT NULL, CONSTRAINT pk PRIMARY KEY (a))")
    run(f"CREATE VIEW {schema}.v AS SELECT a FROM {schema}.t")
    for found in everything(workspace.tables.list(catalog, "sales")):
        assert [column.name for column in found.columns or []] == ["a"]
        assert not found.table_constraints
        assert found.view_dependencies is None


def test_list_leaves_out_what_it_is_told_to(
    workspace: WorkspaceClient, catalog: str, schema: str, run: Sql
) -> None:
    run.tables(schema, 1)
    omitted = {"omit_columns": True, "omit_properties": True, "omit_username": True}
    [found] = everything(workspace.tables.list(catalog, "sales", **omitted))
    assert not found.columns and not found.properties
    assert (found.owner, found.created_by, found.updated_by) == (None, None, None)


def test_list_of_a_missing_schema_is_not_found(workspace: WorkspaceClient, catalog: str) -> None:
    with refused(NotFound, "SCHEMA_DOES_NOT_EXIST"):
        everything(workspace.tables.list(catalog, "nowhere"))


def test_list_of_a_missing_catalog_is_not_found(workspace: WorkspaceClient) -> None:
    with refused(NotFound, "CATALOG_DOES_NOT_EXIST"):
        everything(workspace.tables.list("nowhere", "nowhere"))


def test_summaries_cross_schemas_by_patterns(
    workspace: WorkspaceClient, catalog: str, schema: str, run: Sql
) -> None:
    workspace.schemas.create("sandbox", catalog)
    run.tables(schema, 2)
    run.tables(f"{catalog}.sandbox", 1)
    run(f"CREATE VIEW {schema}.v AS SELECT a FROM {schema}.t0")
    listed = everything(workspace.tables.list_summaries(catalog, schema_name_pattern="sa%"))
    kinds = {found.full_name: found.table_type for found in listed}
    assert kinds == {
        f"{schema}.t0": TableType.MANAGED,
        f"{schema}.t1": TableType.MANAGED,
        f"{schema}.v": TableType.VIEW,
        f"{catalog}.sandbox.t0": TableType.MANAGED,
    }
    only = workspace.tables.list_summaries(catalog, schema_name_pattern="sales", table_name_pattern="_1")
    assert [found.full_name for found in everything(only)] == [f"{schema}.t1"]


def test_summaries_have_two_fields_and_come_in_pages(
    workspace: WorkspaceClient, catalog: str, schema: str, run: Sql
) -> None:
    run.tables(schema, 3)
    query = {"catalog_name": catalog, "schema_name_pattern": "sales", "max_results": 1}
    cut = pages(workspace, SUMMARIES, "tables", **query)
    assert max(map(len, cut)) == 1
    rows = [row for page in cut for row in page]
    assert [set(row) for row in rows] == [{"full_name", "table_type"}] * 3


def test_exists_tells_tables_from_nothing(workspace: WorkspaceClient, schema: str, run: Sql) -> None:
    [name] = run.tables(schema, 1)
    assert workspace.tables.exists(name).table_exists is True
    assert workspace.tables.exists(f"{schema}.nowhere").table_exists is False


def test_exists_in_a_missing_schema_is_an_error(workspace: WorkspaceClient, catalog: str) -> None:
    with refused(NotFound):
        workspace.tables.exists(f"{catalog}.nowhere.t")


def test_update_gives_a_table_to_another_owner(
    workspace: WorkspaceClient, schema: str, run: Sql, someone: Callable[[], Someone]
) -> None:
    [name] = run.tables(schema, 1)
    user = someone()
    workspace.tables.update(name, owner=user.name)
    assert workspace.tables.get(name).owner == user.name
    with refused(NotFound, "PRINCIPAL_DOES_NOT_EXIST"):
        workspace.tables.update(name, owner="nobody")


def test_delete_drops_tables_and_views(workspace: WorkspaceClient, schema: str, run: Sql) -> None:
    [name] = run.tables(schema, 1)
    run(f"CREATE VIEW {schema}.v AS SELECT a FROM {name}")
    workspace.tables.delete(f"{schema}.v")
    workspace.tables.delete(name)
    for gone in (name, f"{schema}.v"):
        with refused(NotFound, "TABLE_DOES_NOT_EXIST"):
            workspace.tables.get(gone)
    with refused(NotFound, "TABLE_DOES_NOT_EXIST"):
        workspace.tables.delete(name)
