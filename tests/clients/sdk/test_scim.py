"""`workspace.users_v2`, `groups_v2`, `service_principals_v2`: SCIM, whose fields are in camel case.

The SDK's lists ask for `startIndex` 1, then for 1 + the number of items it has, until a page has no
`Resources`. A server that ignores `startIndex` makes them endless.
"""

from collections.abc import Callable
from uuid import UUID

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound, PermissionDenied, ResourceConflict
from databricks.sdk.service.iam import (
    ComplexValue,
    ListSortOrder,
    Name,
    Patch,
    PatchOp,
    PatchSchema,
    User,
)

from expect import everything, refused, unique
from server import Someone

PATCH = [PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP]
USERS = "/api/2.0/preview/scim/v2/Users"


@pytest.fixture
def user(workspace: WorkspaceClient) -> User:
    """A user."""
    return workspace.users_v2.create(user_name=f"{unique('user')}@example.com", display_name="Ada")


def test_user_is_created_with_an_id(workspace: WorkspaceClient) -> None:
    name = f"{unique('user')}@example.com"
    full = Name(given_name="Ada", family_name="Lovelace")
    created = workspace.users_v2.create(user_name=name, display_name="Ada L.", name=full, external_id="7")
    assert (created.user_name, created.display_name, created.external_id) == (name, "Ada L.", "7")
    assert created.active is True
    assert created.id is not None and created.id.isdigit()
    assert created.name == full
    assert [email.value for email in created.emails or []] == [name]
    assert workspace.users_v2.get(created.id) == created


def test_user_that_exists_is_a_conflict(workspace: WorkspaceClient, user: User) -> None:
    with refused(ResourceConflict):
        workspace.users_v2.create(user_name=user.user_name)


def test_missing_user_is_not_found(workspace: WorkspaceClient) -> None:
    with refused(NotFound):
        workspace.users_v2.get("999999999999")


def test_users_are_all_listed_in_pages(workspace: WorkspaceClient) -> None:
    prefix = unique("page")
    names = {f"{prefix}{index}@example.com" for index in range(5)}
    for name in names:
        workspace.users_v2.create(user_name=name)
    listed = everything(workspace.users_v2.list(count=2))
    assert names <= {found.user_name for found in listed}
    assert len(listed) == len({found.id for found in listed}), "a user came twice"


def test_page_of_users_tells_where_it_is(workspace: WorkspaceClient, user: User) -> None:
    page = workspace.api_client.do("GET", USERS, query={"startIndex": 2, "count": 1})
    assert isinstance(page, dict)
    assert page["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:ListResponse"]
    assert (page["startIndex"], page["itemsPerPage"], len(page["Resources"])) == (2, 1, 1)
    assert page["totalResults"] > 2
    beyond = workspace.api_client.do("GET", USERS, query={"startIndex": 100_000})
    assert isinstance(beyond, dict)
    assert not beyond.get("Resources")


@pytest.mark.parametrize(
    "filter",
    ['userName eq "{0}@example.com"', 'userName sw "{0}"', 'userName co "{0}"', 'displayName eq "{0}"'],
)
def test_users_are_filtered(workspace: WorkspaceClient, filter: str) -> None:
    name = unique("filtered")
    workspace.users_v2.create(user_name=f"{name}@example.com", display_name=name)
    listed = everything(workspace.users_v2.list(filter=filter.format(name)))
    assert [found.display_name for found in listed] == [name]


def test_users_are_filtered_by_two_conditions(workspace: WorkspaceClient) -> None:
    prefix = unique("both")
    for index in range(2):
        workspace.users_v2.create(user_name=f"{prefix}{index}@example.com", display_name=f"{prefix}")
    condition = f'displayName eq "{prefix}" and userName ne "{prefix}0@example.com"'
    listed = everything(workspace.users_v2.list(filter=condition))
    assert [found.user_name for found in listed] == [f"{prefix}1@example.com"]


def test_users_are_sorted(workspace: WorkspaceClient) -> None:
    prefix = unique("sorted")
    names = [f"{prefix}{index}@example.com" for index in (1, 0, 2)]
    for name in names:
        workspace.users_v2.create(user_name=name)
    listed = workspace.users_v2.list(
        filter=f'userName sw "{prefix}"', sort_by="userName", sort_order=ListSortOrder.DESCENDING
    )
    assert [found.user_name for found in everything(listed)] == sorted(names, reverse=True)


def test_users_are_listed_with_the_attributes_asked_for(workspace: WorkspaceClient, user: User) -> None:
    query = {"filter": f'userName eq "{user.user_name}"', "attributes": "id,userName"}
    page = workspace.api_client.do("GET", USERS, query=query)
    assert isinstance(page, dict)
    [found] = page["Resources"]
    assert set(found) - {"schemas"} == {"id", "userName"}


def test_user_is_patched(workspace: WorkspaceClient, user: User) -> None:
    assert user.id is not None
    operations = [
        Patch(op=PatchOp.REPLACE, path="displayName", value="Grace"),
        Patch(op=PatchOp.REPLACE, path="active", value=False),
    ]
    workspace.users_v2.patch(user.id, operations=operations, schemas=PATCH)
    found = workspace.users_v2.get(user.id)
    assert (found.display_name, found.active, found.user_name) == ("Grace", False, user.user_name)


def test_user_is_updated(workspace: WorkspaceClient, user: User) -> None:
    assert user.id is not None
    workspace.users_v2.update(user.id, user_name=user.user_name, display_name="Grace", active=True)
    assert workspace.users_v2.get(user.id).display_name == "Grace"


def test_user_is_deleted(workspace: WorkspaceClient, user: User) -> None:
    assert user.id is not None
    workspace.users_v2.delete(user.id)
    with refused(NotFound):
        workspace.users_v2.get(user.id)


def test_users_are_made_by_administrators_alone(
    workspace: WorkspaceClient, someone: Callable[[], Someone]
) -> None:
    with refused(PermissionDenied):
        someone().client.users_v2.create(user_name=f"{unique('user')}@example.com")


def test_group_is_created_with_its_members(workspace: WorkspaceClient, user: User) -> None:
    name = unique("group")
    created = workspace.groups_v2.create(display_name=name, members=[ComplexValue(value=user.id)])
    assert created.id is not None
    assert (created.display_name, [one.value for one in created.members or []]) == (name, [user.id])
    assert [one.display for one in workspace.groups_v2.get(created.id).members or []] == ["Ada"]
    assert user.id is not None
    assert name in {one.display for one in workspace.users_v2.get(user.id).groups or []}


def test_group_that_exists_is_a_conflict(workspace: WorkspaceClient) -> None:
    name = workspace.groups_v2.create(display_name=unique("group")).display_name
    with refused(ResourceConflict):
        workspace.groups_v2.create(display_name=name)


def test_members_of_a_group_come_and_go_by_patches(workspace: WorkspaceClient, user: User) -> None:
    group = workspace.groups_v2.create(display_name=unique("group")).id
    assert group is not None
    add = Patch(op=PatchOp.ADD, path="members", value=[{"value": user.id}])
    workspace.groups_v2.patch(group, operations=[add], schemas=PATCH)
    assert [one.value for one in workspace.groups_v2.get(group).members or []] == [user.id]
    remove = Patch(op=PatchOp.REMOVE, path=f'members[value eq "{user.id}"]')
    workspace.groups_v2.patch(group, operations=[remove], schemas=PATCH)
    assert not workspace.groups_v2.get(group).members


def test_group_may_hold_groups(workspace: WorkspaceClient) -> None:
    inner = workspace.groups_v2.create(display_name=unique("inner"))
    outer = workspace.groups_v2.create(display_name=unique("outer"), members=[ComplexValue(value=inner.id)])
    assert inner.id is not None
    assert [one.value for one in workspace.groups_v2.get(inner.id).groups or []] == [outer.id]


def test_groups_are_listed_filtered_and_in_pages(workspace: WorkspaceClient) -> None:
    prefix = unique("listed")
    names = {workspace.groups_v2.create(display_name=f"{prefix}{index}").display_name for index in range(3)}
    assert names <= {found.display_name for found in everything(workspace.groups_v2.list(count=2))}
    one = everything(workspace.groups_v2.list(filter=f'displayName eq "{prefix}1"'))
    assert [found.display_name for found in one] == [f"{prefix}1"]


def test_group_is_renamed_and_deleted(workspace: WorkspaceClient) -> None:
    group = workspace.groups_v2.create(display_name=unique("group")).id
    assert group is not None
    renamed = unique("renamed")
    workspace.groups_v2.update(group, display_name=renamed)
    assert workspace.groups_v2.get(group).display_name == renamed
    workspace.groups_v2.delete(group)
    with refused(NotFound):
        workspace.groups_v2.get(group)


def test_service_principal_gets_an_application_id(workspace: WorkspaceClient) -> None:
    created = workspace.service_principals_v2.create(display_name="robot")
    assert (created.display_name, created.active) == ("robot", True)
    assert UUID(created.application_id)
    assert created.id is not None
    assert workspace.service_principals_v2.get(created.id) == created


def test_service_principals_are_listed_filtered(workspace: WorkspaceClient) -> None:
    created = workspace.service_principals_v2.create(display_name=unique("robot"))
    everyone = everything(workspace.service_principals_v2.list(count=2))
    assert created.id in {found.id for found in everyone}
    condition = f'applicationId eq "{created.application_id}"'
    [found] = everything(workspace.service_principals_v2.list(filter=condition))
    assert found.id == created.id


def test_service_principal_is_patched_updated_and_deleted(workspace: WorkspaceClient) -> None:
    created = workspace.service_principals_v2.create(display_name="robot")
    assert created.id is not None
    patch = Patch(op=PatchOp.REPLACE, path="displayName", value="patched")
    workspace.service_principals_v2.patch(created.id, operations=[patch], schemas=PATCH)
    assert workspace.service_principals_v2.get(created.id).display_name == "patched"
    workspace.service_principals_v2.update(
        created.id, application_id=created.application_id, display_name="updated", active=False
    )
    found = workspace.service_principals_v2.get(created.id)
    assert (found.display_name, found.active) == ("updated", False)
    workspace.service_principals_v2.delete(created.id)
    with refused(NotFound):
        workspace.service_principals_v2.get(created.id)
