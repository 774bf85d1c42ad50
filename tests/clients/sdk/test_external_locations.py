"""`workspace.storage_credentials` and `workspace.external_locations`, on folders of this machine."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError, InvalidParameterValue, NotFound
from databricks.sdk.service.catalog import (
    AwsIamRoleRequest,
    ColumnInfo,
    ColumnTypeName,
    DataSourceFormat,
    IsolationMode,
    PermissionsChange,
    Privilege,
    TableType,
)

from expect import Sql, everything, refused, unique
from server import Someone

ROLE = AwsIamRoleRequest(role_arn="arn:aws:iam::000000000000:role/local")


@pytest.fixture
def credential(workspace: WorkspaceClient) -> str:
    """The name of a storage credential."""
    return workspace.storage_credentials.create(unique("credential"), aws_iam_role=ROLE).name or ""


@pytest.fixture
def location(workspace: WorkspaceClient, credential: str, tmp_path: Path) -> str:
    """The name of an external location at the test's folder."""
    created = workspace.external_locations.create(unique("location"), tmp_path.as_uri(), credential)
    return created.name or ""


def test_create_answers_the_new_credential(workspace: WorkspaceClient) -> None:
    name = unique("credential")
    created = workspace.storage_credentials.create(name, aws_iam_role=ROLE, comment="c", read_only=True)
    assert (created.name, created.comment, created.read_only) == (name, "c", True)
    assert created.aws_iam_role is not None
    assert created.aws_iam_role.role_arn == ROLE.role_arn
    assert created.id and created.metastore_id and created.created_at
    assert created.isolation_mode == IsolationMode.ISOLATION_MODE_OPEN
    assert workspace.storage_credentials.get(name) == created
    assert name in {one.name for one in everything(workspace.storage_credentials.list())}


def test_create_of_an_existing_credential_is_refused(workspace: WorkspaceClient, credential: str) -> None:
    with refused(DatabricksError, "STORAGE_CREDENTIAL_ALREADY_EXISTS"):
        workspace.storage_credentials.create(credential, aws_iam_role=ROLE)


def test_update_changes_a_credential(
    workspace: WorkspaceClient, credential: str, someone: Callable[[], Someone]
) -> None:
    user = someone().name
    updated = workspace.storage_credentials.update(credential, comment="new", owner=user)
    assert (updated.comment, updated.owner) == ("new", user)


def test_delete_of_a_used_credential_needs_force(
    workspace: WorkspaceClient, credential: str, location: str
) -> None:
    with refused(DatabricksError):
        workspace.storage_credentials.delete(credential)
    workspace.storage_credentials.delete(credential, force=True)
    with refused(NotFound, "STORAGE_CREDENTIAL_DOES_NOT_EXIST"):
        workspace.storage_credentials.get(credential)


def test_create_answers_the_new_location(workspace: WorkspaceClient, credential: str, tmp_path: Path) -> None:
    name = unique("location")
    url = tmp_path.as_uri()
    created = workspace.external_locations.create(name, f"{url}/", credential, comment="c")
    assert (created.name, created.credential_name, created.comment) == (name, credential, "c")
    assert created.url == url, "the slash at the end is removed"
    assert created.credential_id == workspace.storage_credentials.get(credential).id
    assert workspace.external_locations.get(name) == created
    assert name in {one.name for one in everything(workspace.external_locations.list())}


def test_create_of_a_location_without_a_credential_is_not_found(
    workspace: WorkspaceClient, tmp_path: Path
) -> None:
    with refused(NotFound, "STORAGE_CREDENTIAL_DOES_NOT_EXIST"):
        workspace.external_locations.create(unique("location"), tmp_path.as_uri(), "nowhere")


def test_create_of_an_existing_location_is_refused(
    workspace: WorkspaceClient, credential: str, location: str, tmp_path: Path
) -> None:
    with refused(DatabricksError, "EXTERNAL_LOCATION_ALREADY_EXISTS"):
        workspace.external_locations.create(location, (tmp_path / "other").as_uri(), credential)


def test_create_of_an_overlapping_location_is_refused(
    workspace: WorkspaceClient, credential: str, location: str, tmp_path: Path
) -> None:
    with refused(InvalidParameterValue, message="overlap"):
        workspace.external_locations.create(unique("inside"), (tmp_path / "a").as_uri(), credential)


def test_update_changes_a_location(
    workspace: WorkspaceClient, location: str, someone: Callable[[], Someone]
) -> None:
    user, renamed = someone().name, unique("renamed")
    updated = workspace.external_locations.update(location, comment="new", owner=user, read_only=True)
    assert (updated.comment, updated.owner, updated.read_only) == ("new", user, True)
    assert workspace.external_locations.update(location, new_name=renamed).name == renamed


def test_privileges_are_granted_on_locations_and_credentials(
    workspace: WorkspaceClient, credential: str, location: str, someone: Callable[[], Someone]
) -> None:
    user = someone().name
    for kind, name, privilege in [
        ("external_location", location, Privilege.READ_FILES),
        ("storage_credential", credential, Privilege.CREATE_EXTERNAL_LOCATION),
    ]:
        change = PermissionsChange(principal=user, add=[privilege])
        workspace.grants.update(kind, name, changes=[change])
        [held] = workspace.grants.get(kind, name).privilege_assignments or []
        assert (held.principal, held.privileges) == (user, [privilege])


def test_delete_removes_a_location(workspace: WorkspaceClient, location: str) -> None:
    workspace.external_locations.delete(location)
    with refused(NotFound, "EXTERNAL_LOCATION_DOES_NOT_EXIST"):
        workspace.external_locations.get(location)


def test_external_table_is_registered_by_rest_and_read_by_sql(
    workspace: WorkspaceClient, schema: str, location: str, tmp_path: Path, run: Sql
) -> None:
    folder = tmp_path / "prices"
    folder.mkdir()
    pa.parquet.write_table(pa.table({"a": pa.array([1, 2], pa.int32())}), folder / "part-0.parquet")
    kind = '{"name":"a","type":"integer","nullable":true,"metadata":{}}'
    column = ColumnInfo(name="a", type_text="int", type_name=ColumnTypeName.INT, type_json=kind, position=0)
    catalog, within = schema.split(".")
    created = workspace.tables.create(
        name="prices",
        catalog_name=catalog,
        schema_name=within,
        table_type=TableType.EXTERNAL,
        data_source_format=DataSourceFormat.PARQUET,
        storage_location=folder.as_uri(),
        columns=[column],
    )
    assert (created.table_type, created.storage_location) == (TableType.EXTERNAL, folder.as_uri())
    assert run(f"SELECT sum(a) FROM {schema}.prices") == [["3"]]
