"""`workspace.grants`: direct and effective privileges."""

from collections.abc import Callable

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import DatabricksError, InvalidParameterValue, NotFound, PermissionDenied
from databricks.sdk.service.catalog import PermissionsChange, Privilege, SecurableType

from expect import Sql, everything, refused
from server import Someone

PERMISSIONS = "/api/2.1/unity-catalog/permissions"


def change(
    workspace: WorkspaceClient,
    securable: tuple[str, str],
    principal: str,
    add: list[Privilege] | None = None,
    remove: list[Privilege] | None = None,
) -> dict[str, set[Privilege]]:
    """Adds and removes privileges; who holds which then."""
    changes = [PermissionsChange(principal=principal, add=add, remove=remove)]
    answer = workspace.grants.update(*securable, changes=changes)
    return {one.principal or "": set(one.privileges or []) for one in answer.privilege_assignments or []}


def held(workspace: WorkspaceClient, securable: tuple[str, str]) -> dict[str, set[Privilege]]:
    found = workspace.grants.get(*securable).privilege_assignments or []
    return {one.principal or "": set(one.privileges or []) for one in found}


def test_securable_without_grants_answers_an_empty_object(workspace: WorkspaceClient, catalog: str) -> None:
    assert workspace.api_client.do("GET", f"{PERMISSIONS}/catalog/{catalog}") == {}
    assert held(workspace, ("catalog", catalog)) == {}


def test_update_adds_and_removes(
    workspace: WorkspaceClient, catalog: str, someone: Callable[[], Someone]
) -> None:
    user, on = someone().name, ("catalog", catalog)
    both = [Privilege.USE_CATALOG, Privilege.CREATE_SCHEMA]
    assert change(workspace, on, user, add=both) == {user: set(both)}
    assert change(workspace, on, user, remove=[Privilege.CREATE_SCHEMA]) == {user: {Privilege.USE_CATALOG}}
    assert held(workspace, on) == {user: {Privilege.USE_CATALOG}}
    assert change(workspace, on, user, remove=[Privilege.USE_CATALOG]) == {}


def test_update_that_changes_nothing_succeeds(
    workspace: WorkspaceClient, catalog: str, someone: Callable[[], Someone]
) -> None:
    user, on = someone().name, ("catalog", catalog)
    change(workspace, on, user, add=[Privilege.USE_CATALOG])
    assert change(workspace, on, user, add=[Privilege.USE_CATALOG]) == {user: {Privilege.USE_CATALOG}}
    assert change(workspace, on, user, remove=[Privilege.CREATE_SCHEMA]) == {user: {Privilege.USE_CATALOG}}


def test_update_can_leave_out_the_answer(
    workspace: WorkspaceClient, catalog: str, someone: Callable[[], Someone]
) -> None:
    user = someone().name
    changes = [PermissionsChange(principal=user, add=[Privilege.USE_CATALOG])]
    answer = workspace.grants.update("catalog", catalog, changes=changes, omit_permissions_in_response=True)
    assert not answer.privilege_assignments
    assert held(workspace, ("catalog", catalog)) == {user: {Privilege.USE_CATALOG}}


def test_update_refuses_to_add_and_remove_the_same(
    workspace: WorkspaceClient, catalog: str, someone: Callable[[], Someone]
) -> None:
    user, same = someone().name, [Privilege.USE_CATALOG]
    message = f"Duplicate privileges to add and delete for principal {user}."
    with refused(InvalidParameterValue, message=message):
        change(workspace, ("catalog", catalog), user, add=same, remove=same)


def test_update_for_an_unknown_principal_is_not_found(workspace: WorkspaceClient, catalog: str) -> None:
    message = "Could not find principal with name nobody"
    with refused(NotFound, "PRINCIPAL_DOES_NOT_EXIST", message):
        change(workspace, ("catalog", catalog), "nobody", add=[Privilege.USE_CATALOG])


def test_update_with_a_privilege_of_other_securables_is_refused(
    workspace: WorkspaceClient, catalog: str, someone: Callable[[], Someone]
) -> None:
    message = "Privilege ACCESS is not applicable to this entity [CATALOG/CATALOG_STANDARD]"
    with refused(DatabricksError, message=message):
        change(workspace, ("catalog", catalog), someone().name, add=[Privilege.ACCESS])


def test_update_by_someone_who_may_not_manage_is_denied(
    workspace: WorkspaceClient, catalog: str, someone: Callable[[], Someone]
) -> None:
    user = someone()
    change(workspace, ("catalog", catalog), user.name, add=[Privilege.USE_CATALOG])
    with refused(PermissionDenied, "PERMISSION_DENIED"):
        change(user.client, ("catalog", catalog), user.name, add=[Privilege.CREATE_SCHEMA])


def test_update_grants_on_every_securable_of_a_schema(
    workspace: WorkspaceClient, schema: str, run: Sql, someone: Callable[[], Someone]
) -> None:
    user = someone().name
    run.tables(schema, 1)
    run(f"CREATE VIEW {schema}.v AS SELECT a FROM {schema}.t0")
    run(f"CREATE VOLUME {schema}.files")
    run(f"CREATE FUNCTION {schema}.f() RETURNS INT RETURN 1")
    for kind, name, privilege in [
        ("schema", schema, Privilege.USE_SCHEMA),
        ("table", f"{schema}.t0", Privilege.MODIFY),
        ("table", f"{schema}.v", Privilege.SELECT),
        ("volume", f"{schema}.files", Privilege.READ_VOLUME),
        ("function", f"{schema}.f", Privilege.EXECUTE),
    ]:
        assert change(workspace, (kind, name), user, add=[privilege]) == {user: {privilege}}


def test_get_can_be_asked_for_one_principal(
    workspace: WorkspaceClient, catalog: str, someone: Callable[[], Someone]
) -> None:
    first, second = someone().name, someone().name
    for user in (first, second):
        change(workspace, ("catalog", catalog), user, add=[Privilege.USE_CATALOG])
    answer = workspace.grants.get("catalog", catalog, principal=second)
    assert [one.principal for one in answer.privilege_assignments or []] == [second]


def test_get_of_a_missing_securable_is_not_found(workspace: WorkspaceClient, schema: str) -> None:
    with refused(NotFound, "CATALOG_DOES_NOT_EXIST"):
        workspace.grants.get("catalog", "nowhere")
    with refused(NotFound, "TABLE_DOES_NOT_EXIST"):
        workspace.grants.get("table", f"{schema}.nowhere")


def test_get_refuses_pages_too_small_for_one_assignment(workspace: WorkspaceClient, catalog: str) -> None:
    with refused(InvalidParameterValue):
        workspace.grants.get("catalog", catalog, max_results=149)


def test_effective_tells_where_a_privilege_comes_from(
    workspace: WorkspaceClient, catalog: str, schema: str, run: Sql, someone: Callable[[], Someone]
) -> None:
    user = someone().name
    [table] = run.tables(schema, 1)
    change(workspace, ("catalog", catalog), user, add=[Privilege.SELECT])
    change(workspace, ("table", table), user, add=[Privilege.SELECT, Privilege.MODIFY])
    answer = workspace.grants.get_effective("table", table, principal=user)
    [assignment] = answer.privilege_assignments or []
    origins = {
        (one.privilege, one.inherited_from_type, one.inherited_from_name)
        for one in assignment.privileges or []
    }
    assert origins == {
        (Privilege.SELECT, None, None),
        (Privilege.MODIFY, None, None),
        (Privilege.SELECT, SecurableType.CATALOG, catalog),
    }


def test_effective_leaves_out_what_the_securable_cannot_carry(
    workspace: WorkspaceClient, catalog: str, schema: str, run: Sql, someone: Callable[[], Someone]
) -> None:
    user = someone().name
    [table] = run.tables(schema, 1)
    change(workspace, ("catalog", catalog), user, add=[Privilege.USE_CATALOG, Privilege.SELECT])
    answer = workspace.grants.get_effective("table", table, principal=user)
    [assignment] = answer.privilege_assignments or []
    assert {one.privilege for one in assignment.privileges or []} == {Privilege.SELECT}


def test_list_pages_through_assignments(
    workspace: WorkspaceClient, catalog: str, someone: Callable[[], Someone]
) -> None:
    user = someone().name
    change(workspace, ("catalog", catalog), user, add=[Privilege.USE_CATALOG])
    listed = everything(workspace.grants.list("catalog", catalog))
    assert [(one.principal, one.privileges) for one in listed] == [(user, [Privilege.USE_CATALOG])]
    with refused(InvalidParameterValue):
        everything(workspace.grants.list("catalog", catalog, page_size=1))


def test_list_effective_has_inherited_privileges(
    workspace: WorkspaceClient, catalog: str, schema: str, someone: Callable[[], Someone]
) -> None:
    user = someone().name
    change(workspace, ("catalog", catalog), user, add=[Privilege.USE_SCHEMA])
    listed = everything(workspace.grants.list_effective("schema", schema, principal=user))
    assert [one.principal for one in listed] == [user]
