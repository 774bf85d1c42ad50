"""`workspace.registered_models` and `workspace.model_versions`.

The SDK makes no versions: MLflow does, at `/api/2.0/mlflow/unity-catalog/model-versions`.
"""

from collections.abc import Callable

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError, NotFound
from databricks.sdk.service.catalog import PermissionsChange, Privilege

from expect import everything, pages, refused
from server import Someone

MODELS = "/api/2.1/unity-catalog/models"


def create(workspace: WorkspaceClient, schema: str, name: str = "churn") -> str:
    catalog, within = schema.split(".")
    model = workspace.registered_models.create(
        catalog_name=catalog, schema_name=within, name=name, comment="c"
    )
    assert (model.full_name, model.comment) == (f"{schema}.{name}", "c")
    return f"{schema}.{name}"


def test_create_answers_the_new_model(workspace: WorkspaceClient, schema: str) -> None:
    name = create(workspace, schema)
    found = workspace.registered_models.get(name)
    assert (found.catalog_name, found.schema_name, found.name) == (*schema.split("."), "churn")
    assert found.owner == workspace.current_user.me().user_name
    assert found.created_at and found.metastore_id and found.storage_location


def test_create_twice_is_refused(workspace: WorkspaceClient, schema: str) -> None:
    create(workspace, schema)
    with refused(DatabricksError, message="already exists"):
        create(workspace, schema)


def test_create_in_a_missing_schema_is_not_found(workspace: WorkspaceClient, catalog: str) -> None:
    with refused(NotFound, "SCHEMA_DOES_NOT_EXIST"):
        create(workspace, f"{catalog}.nowhere")


def test_get_of_a_missing_model_is_not_found(workspace: WorkspaceClient, schema: str) -> None:
    with refused(NotFound):
        workspace.registered_models.get(f"{schema}.nowhere")


def test_list_comes_in_pages(workspace: WorkspaceClient, catalog: str, schema: str) -> None:
    names = [create(workspace, schema, f"m{index}") for index in range(3)]
    query = {"catalog_name": catalog, "schema_name": "sales", "max_results": 1}
    assert max(map(len, pages(workspace, MODELS, "registered_models", **query))) == 1
    listed = workspace.registered_models.list(catalog_name=catalog, schema_name="sales", max_results=1)
    assert sorted(found.full_name or "" for found in everything(listed)) == names


def test_update_changes_comment_owner_and_name(
    workspace: WorkspaceClient, schema: str, someone: Callable[[], Someone]
) -> None:
    name, user = create(workspace, schema), someone()
    workspace.registered_models.update(name, comment="new", owner=user.name)
    found = workspace.registered_models.get(name)
    assert (found.comment, found.owner) == ("new", user.name)
    workspace.registered_models.update(name, new_name="renamed")
    assert workspace.registered_models.get(f"{schema}.renamed").name == "renamed"


def test_privileges_on_models_are_those_of_functions(
    workspace: WorkspaceClient, schema: str, someone: Callable[[], Someone]
) -> None:
    name, user = create(workspace, schema), someone()
    change = PermissionsChange(principal=user.name, add=[Privilege.EXECUTE])
    workspace.grants.update("function", name, changes=[change])
    [held] = workspace.grants.get("function", name).privilege_assignments or []
    assert (held.principal, held.privileges) == (user.name, [Privilege.EXECUTE])


def test_new_model_has_no_versions(workspace: WorkspaceClient, schema: str) -> None:
    name = create(workspace, schema)
    assert everything(workspace.model_versions.list(name)) == []
    with refused(NotFound):
        workspace.model_versions.get(name, 1)


def test_alias_of_a_missing_version_is_not_found(workspace: WorkspaceClient, schema: str) -> None:
    name = create(workspace, schema)
    with refused(NotFound):
        workspace.registered_models.set_alias(name, "champion", 1)
    with refused(NotFound):
        workspace.model_versions.get_by_alias(name, "champion")


def test_delete_removes_a_model(workspace: WorkspaceClient, schema: str) -> None:
    name = create(workspace, schema)
    workspace.registered_models.delete(name)
    with refused(NotFound):
        workspace.registered_models.get(name)
