"""`workspace.volumes`."""

from collections.abc import Callable
from pathlib import Path

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError, InvalidParameterValue, NotFound
from databricks.sdk.service.catalog import AwsIamRoleRequest, VolumeType

from expect import everything, pages, refused, unique
from server import Someone

VOLUMES = "/api/2.1/unity-catalog/volumes"
MANAGED = VolumeType.MANAGED


def test_create_answers_the_new_volume(workspace: WorkspaceClient, catalog: str, schema: str) -> None:
    created = workspace.volumes.create(catalog, "sales", "Files", MANAGED, comment="c")
    assert (created.catalog_name, created.schema_name, created.name) == (catalog, "sales", "files")
    assert created.full_name == f"{schema}.files"
    assert (created.volume_type, created.comment) == (MANAGED, "c")
    assert created.owner == workspace.current_user.me().user_name
    assert created.volume_id and created.storage_location and created.metastore_id
    assert workspace.volumes.read(f"{schema}.files") == created


def test_create_twice_is_refused(workspace: WorkspaceClient, catalog: str, schema: str) -> None:
    workspace.volumes.create(catalog, "sales", "files", MANAGED)
    with refused(DatabricksError, message="already exists"):
        workspace.volumes.create(catalog, "sales", "files", MANAGED)


def test_create_of_a_managed_volume_at_a_location_is_an_invalid_parameter(
    workspace: WorkspaceClient, catalog: str, schema: str
) -> None:
    with refused(InvalidParameterValue, message="CreateVolume storage_location can not be provided."):
        workspace.volumes.create(catalog, "sales", "files", MANAGED, storage_location="file:///tmp/v")


def test_create_in_a_missing_schema_is_not_found(workspace: WorkspaceClient, catalog: str) -> None:
    with refused(NotFound, "SCHEMA_DOES_NOT_EXIST", f"Schema '{catalog}.nowhere' does not exist"):
        workspace.volumes.create(catalog, "nowhere", "files", MANAGED)


def test_create_makes_an_external_volume_at_an_external_location(
    workspace: WorkspaceClient, catalog: str, schema: str, tmp_path: Path
) -> None:
    credential = workspace.storage_credentials.create(
        unique("credential"), aws_iam_role=AwsIamRoleRequest(role_arn="arn:aws:iam::0:role/local")
    )
    assert credential.name is not None
    location = workspace.external_locations.create(unique("location"), tmp_path.as_uri(), credential.name)
    assert location.url is not None
    created = workspace.volumes.create(
        catalog, "sales", "outside", VolumeType.EXTERNAL, storage_location=f"{location.url}/outside"
    )
    assert created.volume_type == VolumeType.EXTERNAL
    assert created.storage_location == f"{tmp_path.as_uri()}/outside"


def test_read_of_a_missing_volume_is_not_found(workspace: WorkspaceClient, schema: str) -> None:
    with refused(NotFound, message=f"Volume '{schema}.nowhere' does not exist."):
        workspace.volumes.read(f"{schema}.nowhere")


def test_list_comes_in_pages(workspace: WorkspaceClient, catalog: str, schema: str) -> None:
    for index in range(5):
        workspace.volumes.create(catalog, "sales", f"v{index}", MANAGED)
    query = {"catalog_name": catalog, "schema_name": "sales"}
    cut = pages(workspace, VOLUMES, "volumes", max_results=2, **query)
    assert all(len(page) <= 2 for page in cut)
    listed = everything(workspace.volumes.list(catalog, "sales", max_results=2))
    assert sorted(found.name or "" for found in listed) == ["v0", "v1", "v2", "v3", "v4"]


def test_update_changes_comment_owner_and_name(
    workspace: WorkspaceClient, catalog: str, schema: str, someone: Callable[[], Someone]
) -> None:
    workspace.volumes.create(catalog, "sales", "files", MANAGED)
    user = someone()
    workspace.volumes.update(f"{schema}.files", comment="new", owner=user.name)
    found = workspace.volumes.read(f"{schema}.files")
    assert (found.comment, found.owner) == ("new", user.name)
    assert workspace.volumes.update(f"{schema}.files", new_name="renamed").name == "renamed"
    with refused(NotFound):
        workspace.volumes.read(f"{schema}.files")


def test_delete_removes_a_volume(workspace: WorkspaceClient, catalog: str, schema: str) -> None:
    workspace.volumes.create(catalog, "sales", "files", MANAGED)
    workspace.volumes.delete(f"{schema}.files")
    with refused(NotFound):
        workspace.volumes.read(f"{schema}.files")
    with refused(NotFound):
        workspace.volumes.delete(f"{schema}.files")


def test_a_schema_with_a_volume_is_not_empty(workspace: WorkspaceClient, catalog: str, schema: str) -> None:
    workspace.volumes.create(catalog, "sales", "files", MANAGED)
    message = "The schema has 0 tables(s), 0 functions(s), 1 volumes(s)"
    with refused(DatabricksError, "SCHEMA_NOT_EMPTY", message):
        workspace.schemas.delete(schema)
