"""`workspace.catalogs`."""

import time
from collections.abc import Callable

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import BadRequest, InvalidParameterValue, NotFound, PermissionDenied
from databricks.sdk.service.catalog import CatalogIsolationMode, CatalogType

from expect import Sql, everything, pages, refused, unique
from server import Someone

CATALOGS = "/api/2.1/unity-catalog/catalogs"


def test_create_answers_the_new_catalog(workspace: WorkspaceClient) -> None:
    name = unique("catalog")
    created = workspace.catalogs.create(name, comment="for a test", properties={"team": "data"})
    assert (created.name, created.full_name, created.comment) == (name, name, "for a test")
    assert created.properties == {"team": "data"}
    assert created.catalog_type == CatalogType.MANAGED_CATALOG
    assert created.isolation_mode == CatalogIsolationMode.OPEN
    me = workspace.current_user.me().user_name
    assert (created.owner, created.created_by, created.updated_by) == (me, me, me)
    assert created.metastore_id == workspace.metastores.summary().metastore_id
    assert created.created_at is not None
    assert abs(time.time() * 1000 - created.created_at) < 60_000, "not in milliseconds"


def test_create_stores_the_name_in_lower_case(workspace: WorkspaceClient) -> None:
    name = unique("Catalog")
    assert workspace.catalogs.create(name).name == name.lower()
    assert workspace.catalogs.get(name.upper()).name == name.lower()


def test_create_twice_is_a_bad_request(workspace: WorkspaceClient, catalog: str) -> None:
    with refused(BadRequest, "CATALOG_ALREADY_EXISTS", f"Catalog '{catalog}' already exists"):
        workspace.catalogs.create(catalog)


def test_create_without_a_name_is_an_invalid_parameter(workspace: WorkspaceClient) -> None:
    message = (
        "Invalid input: RPC CreateCatalog Field managedcatalog.CatalogInfo.name: "
        'name "" is not a valid name. Valid names cannot contain spaces, periods, forward slashes,'
    )
    with refused(InvalidParameterValue, message=message):
        workspace.catalogs.create("")


def test_create_with_a_period_in_the_name_is_an_invalid_parameter(workspace: WorkspaceClient) -> None:
    with refused(InvalidParameterValue, message='name "a.b" is not a valid name.'):
        workspace.catalogs.create("a.b")


def test_create_without_the_privilege_is_denied(
    workspace: WorkspaceClient, someone: Callable[[], Someone]
) -> None:
    with refused(PermissionDenied, "PERMISSION_DENIED", "User does not have CREATE CATALOG on Metastore"):
        someone().client.catalogs.create(unique("catalog"))


def test_get_gives_what_create_gave(workspace: WorkspaceClient) -> None:
    created = workspace.catalogs.create(unique("catalog"), comment="kept")
    assert created.name is not None
    assert workspace.catalogs.get(created.name) == created


def test_get_of_a_missing_catalog_is_not_found(workspace: WorkspaceClient) -> None:
    with refused(NotFound, "CATALOG_DOES_NOT_EXIST", "Catalog 'nowhere' does not exist"):
        workspace.catalogs.get("nowhere")


def test_list_has_the_catalog_as_get_has_it(workspace: WorkspaceClient, catalog: str) -> None:
    listed = {found.name: found for found in everything(workspace.catalogs.list())}
    assert listed[catalog] == workspace.catalogs.get(catalog)


def test_list_has_the_system_catalog(workspace: WorkspaceClient) -> None:
    listed = {found.name: found for found in everything(workspace.catalogs.list())}
    assert listed["system"].catalog_type == CatalogType.SYSTEM_CATALOG
    assert listed["system"].owner == "System user"


def test_list_keeps_fields_that_are_false(workspace: WorkspaceClient, catalog: str) -> None:
    listed = {row["name"]: row for page in pages(workspace, CATALOGS, "catalogs") for row in page}
    assert listed[catalog]["browse_only"] is False
    assert listed[catalog]["securable_kind"] == "CATALOG_STANDARD"
    assert listed["system"]["securable_kind"] == "CATALOG_SYSTEM"


def test_list_comes_in_pages(workspace: WorkspaceClient) -> None:
    names = {workspace.catalogs.create(unique("catalog")).name for _ in range(3)}
    cut = pages(workspace, CATALOGS, "catalogs", max_results=2)
    assert len(cut) > 1
    assert all(len(page) <= 2 for page in cut)
    assert names <= {found.name for found in everything(workspace.catalogs.list(max_results=2))}


def test_list_refuses_a_negative_page(workspace: WorkspaceClient) -> None:
    with refused(InvalidParameterValue):
        everything(workspace.catalogs.list(max_results=-1))


def test_list_shows_users_only_what_they_may_use(
    workspace: WorkspaceClient, catalog: str, someone: Callable[[], Someone]
) -> None:
    user = someone()
    assert catalog not in {found.name for found in everything(user.client.catalogs.list())}


def test_update_changes_what_is_given_and_nothing_else(workspace: WorkspaceClient) -> None:
    created = workspace.catalogs.create(unique("catalog"), comment="old", properties={"a": "1"})
    assert created.name is not None
    updated = workspace.catalogs.update(created.name, comment="new")
    assert (updated.comment, updated.properties) == ("new", {"a": "1"})
    updated = workspace.catalogs.update(created.name, properties={"b": "2"})
    assert (updated.comment, updated.properties) == ("new", {"b": "2"})


def test_update_isolates_a_catalog(workspace: WorkspaceClient, catalog: str) -> None:
    isolated = CatalogIsolationMode.ISOLATED
    assert workspace.catalogs.update(catalog, isolation_mode=isolated).isolation_mode == isolated
    assert workspace.catalogs.get(catalog).isolation_mode == isolated


def test_update_renames_a_catalog(workspace: WorkspaceClient, catalog: str) -> None:
    renamed = unique("renamed")
    assert workspace.catalogs.update(catalog, new_name=renamed).name == renamed
    assert workspace.schemas.get(f"{renamed}.information_schema").catalog_name == renamed
    with refused(NotFound, "CATALOG_DOES_NOT_EXIST"):
        workspace.catalogs.get(catalog)


def test_update_gives_a_catalog_to_another_owner(
    workspace: WorkspaceClient, catalog: str, someone: Callable[[], Someone]
) -> None:
    user = someone()
    assert workspace.catalogs.update(catalog, owner=user.name).owner == user.name
    assert user.client.catalogs.get(catalog).owner == user.name


def test_update_to_an_unknown_owner_is_not_found(workspace: WorkspaceClient, catalog: str) -> None:
    with refused(NotFound, "PRINCIPAL_DOES_NOT_EXIST", "Could not find principal with name nobody"):
        workspace.catalogs.update(catalog, owner="nobody")


def test_delete_removes_a_catalog(workspace: WorkspaceClient, catalog: str) -> None:
    workspace.catalogs.delete(catalog, force=True)
    with refused(NotFound, "CATALOG_DOES_NOT_EXIST"):
        workspace.catalogs.get(catalog)


def test_delete_of_a_catalog_with_tables_needs_force(
    workspace: WorkspaceClient, catalog: str, schema: str, run: Sql
) -> None:
    run.tables(schema, 1)
    with refused(BadRequest, "CATALOG_NOT_EMPTY"):
        workspace.catalogs.delete(catalog)
    workspace.catalogs.delete(catalog, force=True)
    with refused(NotFound):
        workspace.tables.get(f"{schema}.t0")


def test_delete_of_a_missing_catalog_is_not_found(workspace: WorkspaceClient) -> None:
    with refused(NotFound, "CATALOG_DOES_NOT_EXIST"):
        workspace.catalogs.delete("nowhere", force=True)
