"""Versions of models, which MLflow makes and the SDK does not."""

from io import BytesIO
from urllib.parse import quote

from databricks.sdk import WorkspaceClient

MLFLOW = "/api/2.0/mlflow/unity-catalog/model-versions"


def make_version(workspace: WorkspaceClient, full_name: str, comment: str, files: dict[str, bytes], alias: str) -> None:
    """A version as MLflow makes it, and an alias of it."""
    body = {"name": full_name, "source": "dbfs:/runs/1", "run_id": "r", "description": comment}
    begun = workspace.api_client.do("POST", f"{MLFLOW}/create", body=body)
    assert isinstance(begun, dict)
    number = begun["model_version"]["version"]
    for path, content in files.items():
        folder = full_name.replace(".", "/")
        workspace.files.upload(f"/Models/{folder}/{number}/{path}", BytesIO(content))
    workspace.api_client.do("POST", f"{MLFLOW}/finalize", body={"name": full_name, "version": number})
    workspace.registered_models.set_alias(quote(full_name, safe=""), alias, int(number))
