"""How the SDK logs in: tokens, and OAuth for machines (M2M).

M2M of the SDK 0.162: `GET /.well-known/databricks-config`, whose `oidc_endpoint` is mandatory for it (there
is no other way to the token endpoint), `GET {oidc_endpoint}/.well-known/oauth-authorization-server`, then
`POST {token_endpoint}` with HTTP Basic `client_id:client_secret` and the form
`grant_type=client_credentials&scope=all-apis`. Errors of the token endpoint are JSON with `error` and
`error_description`; the SDK shows them as a ValueError `{error}: {error_description}`.
"""

import pytest
import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import PermissionDenied

from expect import refused, unique
from server import Server


def discovery(server: Server) -> dict[str, str]:
    """What the SDK reads before it does anything else."""
    answer = requests.get(f"{server.url}/.well-known/databricks-config", timeout=10)
    assert answer.status_code == 200
    return answer.json()


def robot(workspace: WorkspaceClient) -> tuple[str, str]:
    """Client id and secret of a new service principal."""
    created = workspace.service_principals_v2.create(display_name=unique("robot"))
    assert created.id is not None and created.application_id is not None
    secret = workspace.service_principal_secrets_proxy.create(created.id)
    assert secret.id and secret.secret
    return created.application_id, secret.secret


def test_discovery_leads_to_the_token_endpoint(server: Server) -> None:
    found = discovery(server)
    assert found["workspace_id"].isdigit()
    assert found.get("oidc_endpoint") == f"{server.url}/oidc"
    metadata = requests.get(f"{server.url}/oidc/.well-known/oauth-authorization-server", timeout=10)
    assert metadata.status_code == 200
    endpoints = metadata.json()
    assert endpoints["token_endpoint"] == f"{server.url}/oidc/v1/token"
    assert endpoints["authorization_endpoint"] == f"{server.url}/oidc/v1/authorize"
    assert "client_credentials" in endpoints["grant_types_supported"]


def test_answers_name_the_workspace(server: Server) -> None:
    headers = {"Authorization": f"Bearer {server.admin_token}"}
    answer = requests.get(f"{server.url}/api/2.0/preview/scim/v2/Me", headers=headers, timeout=10)
    assert answer.headers["x-databricks-org-id"] == discovery(server)["workspace_id"]


def test_wrong_token_is_denied(server: Server) -> None:
    with refused(PermissionDenied, message="Invalid access token."):
        server.client(token="dapi-wrong").current_user.me()


def test_missing_token_is_unauthenticated(server: Server) -> None:
    answer = requests.get(f"{server.url}/api/2.1/unity-catalog/catalogs", timeout=10)
    assert answer.status_code == 401
    assert answer.json() == {
        "error_code": 401,
        "message": "Credential was not sent or was of an unsupported type for this API.",
    }
    assert answer.headers["www-authenticate"] == 'Bearer realm="DatabricksRealm"'


def test_service_principal_logs_in_with_its_secret(workspace: WorkspaceClient, server: Server) -> None:
    assert "oidc_endpoint" in discovery(server)
    client_id, secret = robot(workspace)
    client = server.client(client_id=client_id, client_secret=secret)
    assert client.config.auth_type == "oauth-m2m"
    assert client.current_user.me().user_name == client_id


def test_login_with_a_wrong_secret_fails(workspace: WorkspaceClient, server: Server) -> None:
    assert "oidc_endpoint" in discovery(server)
    client_id, _ = robot(workspace)
    with pytest.raises(ValueError, match="invalid_client"):
        server.client(client_id=client_id, client_secret="wrong").current_user.me()


def test_secrets_are_listed_without_their_value_and_deleted(
    workspace: WorkspaceClient, server: Server
) -> None:
    created = workspace.service_principals_v2.create(display_name=unique("robot"))
    assert created.id is not None and created.application_id is not None
    secret = workspace.service_principal_secrets_proxy.create(created.id)
    [listed] = workspace.service_principal_secrets_proxy.list(created.id)
    assert listed.id == secret.id
    assert secret.id is not None and secret.secret is not None
    workspace.service_principal_secrets_proxy.delete(created.id, secret.id)
    with pytest.raises(ValueError, match="invalid_client"):
        server.client(client_id=created.application_id, client_secret=secret.secret).current_user.me()


def test_token_endpoint_answers_an_expiring_token(workspace: WorkspaceClient, server: Server) -> None:
    endpoint = f"{server.url}/oidc/v1/token"
    form = {"grant_type": "client_credentials", "scope": "all-apis"}
    answer = requests.post(endpoint, form, auth=robot(workspace), timeout=10)
    assert answer.status_code == 200
    token = answer.json()
    assert (token["token_type"], token["scope"]) == ("Bearer", "all-apis")
    assert 0 < token["expires_in"] <= 3600
    with_token = server.client(token=token["access_token"])
    assert with_token.current_user.me().user_name


def test_token_endpoint_refuses_in_the_words_of_oauth(workspace: WorkspaceClient, server: Server) -> None:
    endpoint = f"{server.url}/oidc/v1/token"
    wrong = ("nobody", "wrong")
    answer = requests.post(endpoint, {"grant_type": "client_credentials"}, auth=wrong, timeout=10)
    assert answer.status_code in (400, 401)
    assert answer.json().get("error") == "invalid_client"
    assert answer.json().get("error_description")
    answer = requests.post(endpoint, {"grant_type": "password"}, auth=robot(workspace), timeout=10)
    assert (answer.status_code, answer.json().get("error")) == (400, "unsupported_grant_type")
