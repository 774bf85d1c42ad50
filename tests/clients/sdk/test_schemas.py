"""`workspace.schemas`."""

from collections.abc import Callable

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import BadRequest, InvalidParameterValue, NotFound, PermissionDenied
from databricks.sdk.service.catalog import PermissionsChange, Privilege

from expect import Sql, everything, pages, refused
from server import Someone

SCHEMAS = "/api/2.1/unity-catalog/schemas"


def test_create_answers_the_new_schema(workspace: WorkspaceClient, catalog: str) -> None:
    created = workspace.schemas.create("Sales", catalog, comment="c", properties={"k": "v"})
    assert (created.name, created.catalog_name) == ("sales", catalog)
    assert created.full_name == f"{catalog}.sales"
    assert (created.comment, created.properties) == ("c", {"k": "v"})
    assert created.owner == workspace.current_user.me().user_name
    assert created.schema_id is not None
    assert workspace.schemas.get(f"{catalog}.sales") == created


def test_create_twice_is_a_bad_request(workspace: WorkspaceClient, catalog: str, schema: str) -> None:
    with refused(BadRequest, "SCHEMA_ALREADY_EXISTS", "Schema 'sales' already exists"):
        workspace.schemas.create("sales", catalog)


def test_create_in_a_missing_catalog_is_not_found(workspace: WorkspaceClient) -> None:
    with refused(NotFound, "CATALOG_DOES_NOT_EXIST", "Catalog 'nowhere' does not exist"):
        workspace.schemas.create("sales", "nowhere")


def test_create_without_the_privilege_is_denied(
    workspace: WorkspaceClient, catalog: str, someone: Callable[[], Someone]
) -> None:
    user = someone()
    change = PermissionsChange(principal=user.name, add=[Privilege.USE_CATALOG])
    workspace.grants.update("catalog", catalog, changes=[change])
    message = f"User does not have CREATE SCHEMA on Catalog '{catalog}'"
    with refused(PermissionDenied, "PERMISSION_DENIED", message):
        user.client.schemas.create("sales", catalog)


def test_get_of_a_missing_schema_is_not_found(workspace: WorkspaceClient, catalog: str) -> None:
    with refused(NotFound, "SCHEMA_DOES_NOT_EXIST", f"Schema '{catalog}.nowhere' does not exist."):
        workspace.schemas.get(f"{catalog}.nowhere")


def test_list_has_the_information_schema(workspace: WorkspaceClient, catalog: str) -> None:
    listed = {found.name: found for found in everything(workspace.schemas.list(catalog))}
    assert listed["information_schema"].owner == "System user"
    assert listed["information_schema"].comment == "Information schema (auto-created)"


def test_list_tells_the_kinds_of_schemas(workspace: WorkspaceClient, catalog: str, schema: str) -> None:
    cut = pages(workspace, SCHEMAS, "schemas", catalog_name=catalog)
    kinds = {row["name"]: row["securable_kind"] for page in cut for row in page}
    assert (kinds["sales"], kinds["information_schema"]) == ("SCHEMA_STANDARD", "SCHEMA_SYSTEM")


def test_list_comes_in_pages(workspace: WorkspaceClient, catalog: str) -> None:
    names = {workspace.schemas.create(f"s{index}", catalog).name for index in range(5)}
    cut = pages(workspace, SCHEMAS, "schemas", catalog_name=catalog, max_results=2)
    assert len(cut) > 2
    assert all(len(page) <= 2 for page in cut)
    listed = [found.name for found in everything(workspace.schemas.list(catalog, max_results=2))]
    assert names <= set(listed)
    assert len(listed) == len(set(listed))


def test_list_of_a_missing_catalog_is_not_found(workspace: WorkspaceClient) -> None:
    with refused(NotFound, "CATALOG_DOES_NOT_EXIST"):
        everything(workspace.schemas.list("nowhere"))


def test_list_refuses_a_token_it_did_not_give(workspace: WorkspaceClient, catalog: str) -> None:
    with refused(InvalidParameterValue):
        everything(workspace.schemas.list(catalog, page_token="not a token"))


def test_update_changes_what_is_given(
    workspace: WorkspaceClient, schema: str, someone: Callable[[], Someone]
) -> None:
    user = someone()
    workspace.schemas.update(schema, comment="new")
    workspace.schemas.update(schema, properties={"k": "v"})
    workspace.schemas.update(schema, owner=user.name)
    found = workspace.schemas.get(schema)
    assert (found.comment, found.properties, found.owner) == ("new", {"k": "v"}, user.name)


def test_update_renames_a_schema_with_its_tables(
    workspace: WorkspaceClient, catalog: str, schema: str, run: Sql
) -> None:
    run.tables(schema, 1)
    assert workspace.schemas.update(schema, new_name="renamed").full_name == f"{catalog}.renamed"
    assert workspace.tables.get(f"{catalog}.renamed.t0").full_name == f"{catalog}.renamed.t0"
    with refused(NotFound, "SCHEMA_DOES_NOT_EXIST"):
        workspace.schemas.get(schema)


def test_update_to_an_unknown_owner_is_not_found(workspace: WorkspaceClient, schema: str) -> None:
    with refused(NotFound, "PRINCIPAL_DOES_NOT_EXIST"):
        workspace.schemas.update(schema, owner="nobody")


def test_delete_removes_a_schema(workspace: WorkspaceClient, schema: str) -> None:
    workspace.schemas.delete(schema)
    with refused(NotFound, "SCHEMA_DOES_NOT_EXIST"):
        workspace.schemas.get(schema)


def test_delete_of_a_schema_that_is_not_empty_says_what_is_in_it(
    workspace: WorkspaceClient, schema: str, run: Sql
) -> None:
    run.tables(schema, 1)
    message = f"Schema '{schema}' is not empty. The schema has 1 tables(s), 0 functions(s), 0 volumes(s)"
    with refused(BadRequest, "SCHEMA_NOT_EMPTY", message):
        workspace.schemas.delete(schema)
    workspace.schemas.delete(schema, force=True)
    with refused(NotFound):
        workspace.tables.get(f"{schema}.t0")
