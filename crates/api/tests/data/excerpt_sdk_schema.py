"""Cuts sdk_schema.json out of a dump of the official SDK: python3 excerpt_sdk_schema.py DUMP > sdk_schema.json

The dump holds the endpoints, classes and enums of databricks-sdk for Python. The excerpt keeps the endpoints
below PATHS, the classes ROOTS and all that they refer to.
"""

import json
import re
import sys

PATHS = (
    "/api/2.0/fs",
    "/api/2.0/preview/scim/v2/Me",
    "/api/2.0/sql/history/queries",
    "/api/2.0/sql/statements",
    "/api/2.0/sql/warehouses",
    "/api/2.1/tag-policies",
) + tuple(
    "/api/2.1/unity-catalog/" + group
    for group in (
        "bindings",
        "catalogs",
        "constraints",
        "effective-permissions",
        "entity-tag-assignments",
        "external-locations",
        "functions",
        "metastore_summary",
        "models",
        "permissions",
        "policies",
        "schemas",
        "storage-credentials",
        "table-summaries",
        "tables",
        "validate-storage-credentials",
        "volumes",
        "workspace-bindings",
    )
)
ROOTS = [
    "catalog.EffectivePermissionsList",
    "catalog.GetMetastoreSummaryResponse",
    "catalog.GetPermissionsResponse",
    "catalog.GetWorkspaceBindingsResponse",
    "catalog.ListCatalogsResponse",
    "catalog.ListEntityTagAssignmentsResponse",
    "catalog.ListExternalLocationsResponse",
    "catalog.ListFunctionsResponse",
    "catalog.ListModelVersionsResponse",
    "catalog.ListPoliciesResponse",
    "catalog.ListRegisteredModelsResponse",
    "catalog.ListSchemasResponse",
    "catalog.ListStorageCredentialsResponse",
    "catalog.ListTableSummariesResponse",
    "catalog.ListTablesResponse",
    "catalog.ListVolumesResponseContent",
    "catalog.PermissionsChange",
    "catalog.TableExistsResponse",
    "catalog.UpdateCatalogWorkspaceBindingsResponse",
    "catalog.ValidateStorageCredentialResponse",
    "catalog.WorkspaceBinding",
    "files.ListDirectoryResponse",
    "iam.User",
    "sql.ListQueriesResponse",
    "sql.ListWarehousesResponse",
    "sql.QueryTag",
    "sql.StatementParameterListItem",
    "sql.StatementResponse",
]

with open(sys.argv[1]) as file:
    dump = json.load(file)
endpoints = [
    {key: endpoint[key] for key in ("api", "fn", "method", "path", "query", "body")}
    for endpoint in dump["endpoints"]
    if any(endpoint["path"] == path or endpoint["path"].startswith(path + "/") for path in PATHS)
]
classes, enums = {}, {}
waiting = list(ROOTS)
for endpoint in endpoints:
    module = endpoint["api"].split(".")[0]
    waiting += [f"{module}.{name}" for field in endpoint["body"] for name in re.findall(r"\w+", field[1])]
while waiting:
    name = waiting.pop()
    if name in dump["enums"]:
        enums[name] = dump["enums"][name]
    elif name in dump["classes"] and name not in classes:
        classes[name] = dump["classes"][name]
        module = name.split(".")[0]
        waiting += [f"{module}.{word}" for field in classes[name] for word in re.findall(r"\w+", field[1])]
excerpt = {
    "endpoints": {f"{e['method']} {e['path']}": {"query": [q[0] for q in e["query"]], "body": dict(e["body"])} for e in endpoints},
    "classes": {name: dict(classes[name]) for name in sorted(classes)},
    "enums": {name: sorted(enums[name]) for name in sorted(enums)},
}
json.dump(excerpt, sys.stdout, indent=1)
print()
