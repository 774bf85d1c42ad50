"""`workspace.registered_models` and `workspace.model_versions`.

The SDK makes no versions: MLflow does, at `/api/2.0/mlflow/unity-catalog/model-versions`, as `with_versions` does here.
"""

from collections.abc import Callable
from io import BytesIO

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError, NotFound
from databricks.sdk.service.catalog import ModelVersionInfoStatus, PermissionsChange, Privilege

from expect import everything, pages, refused
from server import Someone

MODELS = "/api/2.1/unity-catalog/models"
MLFLOW = "/api/2.0/mlflow/unity-catalog/model-versions"


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


def with_versions(workspace: WorkspaceClient, schema: str, versions: int) -> str:
    """A model with versions that are ready."""
    name = create(workspace, schema)
    for number in range(1, versions + 1):
        body = {"name": name, "source": f"dbfs:/runs/{number}"}
        made = workspace.api_client.do("POST", f"{MLFLOW}/create", body=body)
        assert isinstance(made, dict) and made["model_version"]["version"] == str(number)
        body = {"name": name, "version": str(number)}
        workspace.api_client.do("POST", f"{MLFLOW}/finalize", body=body)
    return name


def test_version_that_mlflow_made_is_ready(workspace: WorkspaceClient, schema: str) -> None:
    name = with_versions(workspace, schema, 1)
    found = workspace.model_versions.get(name, 1)
    assert (found.version, found.status, found.source) == (1, ModelVersionInfoStatus.READY, "dbfs:/runs/1")
    assert (f"{found.catalog_name}.{found.schema_name}.{found.model_name}") == name
    assert found.storage_location and found.created_by


def test_versions_come_in_pages(workspace: WorkspaceClient, schema: str) -> None:
    name = with_versions(workspace, schema, 3)
    listed = everything(workspace.model_versions.list(name, max_results=1))
    assert sorted(found.version or 0 for found in listed) == [1, 2, 3]


def test_files_of_a_version_are_reached_as_by_mlflow(workspace: WorkspaceClient, schema: str) -> None:
    name = create(workspace, schema)
    begun = workspace.api_client.do("POST", f"{MLFLOW}/create", body={"name": name, "source": "dbfs:/runs/1"})
    assert isinstance(begun, dict) and begun["model_version"]["status"] == "PENDING_REGISTRATION"
    folder = f"/Models/{name.replace('.', '/')}/1"
    for _ in range(2):
        workspace.files.upload(f"{folder}/data/model.pkl", BytesIO(b"weights"), overwrite=True)
    workspace.api_client.do("POST", f"{MLFLOW}/finalize", body={"name": name, "version": "1"})
    workspace.files.get_directory_metadata(f"{folder}/data")
    [entry] = workspace.files.list_directory_contents(f"{folder}/data")
    assert (entry.path, entry.is_directory, entry.file_size) == (f"{folder}/data/model.pkl", False, 7)
    contents = workspace.files.download(f"{folder}/data/model.pkl").contents
    assert contents is not None and contents.read() == b"weights"
    with refused(DatabricksError):
        workspace.files.upload(f"{folder}/data/model.pkl", BytesIO(b"others"), overwrite=True)
    with refused(NotFound):
        workspace.files.get_directory_metadata(f"{folder}/none")


def test_comment_of_a_version_changes(workspace: WorkspaceClient, schema: str) -> None:
    name = with_versions(workspace, schema, 1)
    workspace.model_versions.update(name, 1, comment="good")
    assert workspace.model_versions.get(name, 1).comment == "good"


def test_alias_moves_from_version_to_version(workspace: WorkspaceClient, schema: str) -> None:
    name = with_versions(workspace, schema, 2)
    for number in (1, 2):
        workspace.registered_models.set_alias(name, "champion", number)
        assert workspace.model_versions.get_by_alias(name, "champion").version == number
    [alias] = workspace.registered_models.get(name, include_aliases=True).aliases or []
    assert (alias.alias_name, alias.version_num) == ("champion", 2)
    workspace.registered_models.delete_alias(name, "champion")
    with refused(NotFound):
        workspace.model_versions.get_by_alias(name, "champion")


def test_deleted_version_takes_its_aliases_along(workspace: WorkspaceClient, schema: str) -> None:
    name = with_versions(workspace, schema, 1)
    workspace.registered_models.set_alias(name, "champion", 1)
    workspace.model_versions.delete(name, 1)
    assert everything(workspace.model_versions.list(name)) == []
    assert not workspace.registered_models.get(name, include_aliases=True).aliases


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
