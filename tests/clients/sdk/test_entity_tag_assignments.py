"""`workspace.entity_tag_assignments`."""

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.catalog import EntityTagAssignment

from expect import Sql, everything, refused


@pytest.fixture
def entities(schema: str, run: Sql) -> dict[str, str]:
    """One entity of each type, by type."""
    run(f"CREATE TABLE {schema}.t (a INT)")
    run(f"CREATE VOLUME {schema}.files")
    return {
        "catalogs": schema.split(".")[0],
        "schemas": schema,
        "tables": f"{schema}.t",
        "columns": f"{schema}.t.a",
        "volumes": f"{schema}.files",
    }


def tag(entity_type: str, entity_name: str, key: str, value: str | None = None) -> EntityTagAssignment:
    return EntityTagAssignment(entity_type=entity_type, entity_name=entity_name, tag_key=key, tag_value=value)


@pytest.mark.parametrize("kind", ["catalogs", "schemas", "tables", "columns", "volumes"])
def test_create_get_update_delete(workspace: WorkspaceClient, entities: dict[str, str], kind: str) -> None:
    tags, name = workspace.entity_tag_assignments, entities[kind]
    created = tags.create(tag(kind, name, "cost", "high"))
    assert (created.entity_type, created.entity_name) == (kind, name)
    assert (created.tag_key, created.tag_value) == ("cost", "high")
    assert tags.get(kind, name, "cost").tag_value == "high"
    tags.update(kind, name, "cost", tag(kind, name, "cost", "low"), update_mask="tag_value")
    assert tags.get(kind, name, "cost").tag_value == "low"
    tags.delete(kind, name, "cost")
    with refused(NotFound):
        tags.get(kind, name, "cost")


def test_tag_without_a_value_has_an_empty_one(workspace: WorkspaceClient, entities: dict[str, str]) -> None:
    table = entities["tables"]
    workspace.entity_tag_assignments.create(tag("tables", table, "pii"))
    assert not workspace.entity_tag_assignments.get("tables", table, "pii").tag_value


def test_list_comes_in_pages(workspace: WorkspaceClient, entities: dict[str, str]) -> None:
    table = entities["tables"]
    for index in range(5):
        workspace.entity_tag_assignments.create(tag("tables", table, f"k{index}", str(index)))
    listed = everything(workspace.entity_tag_assignments.list("tables", table, max_results=2))
    found = sorted((one.tag_key, one.tag_value) for one in listed)
    assert found == [(f"k{index}", str(index)) for index in range(5)]


def test_tags_of_sql_and_rest_are_the_same(
    workspace: WorkspaceClient, entities: dict[str, str], schema: str, run: Sql
) -> None:
    table = entities["tables"]
    run(f"ALTER TABLE {table} SET TAGS ('cost' = 'high')")
    run(f"ALTER TABLE {table} ALTER COLUMN a SET TAGS ('pii' = 'name')")
    assert workspace.entity_tag_assignments.get("tables", table, "cost").tag_value == "high"
    assert workspace.entity_tag_assignments.get("columns", f"{table}.a", "pii").tag_value == "name"
    workspace.entity_tag_assignments.create(tag("tables", table, "team", "data"))
    catalog = schema.split(".")[0]
    rows = run(f"SELECT tag_name, tag_value FROM {catalog}.information_schema.table_tags ORDER BY 1")
    assert rows == [["cost", "high"], ["team", "data"]]


def test_create_on_a_missing_entity_is_not_found(workspace: WorkspaceClient, schema: str) -> None:
    with refused(NotFound):
        workspace.entity_tag_assignments.create(tag("tables", f"{schema}.nowhere", "cost", "high"))


def test_delete_of_a_missing_tag_is_not_found(workspace: WorkspaceClient, entities: dict[str, str]) -> None:
    with refused(NotFound):
        workspace.entity_tag_assignments.delete("tables", entities["tables"], "nowhere")
