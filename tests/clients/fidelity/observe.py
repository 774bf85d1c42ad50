"""What the platform tells of a catalog, in a form in which two catalogs can be compared.

Everything is read by the official SDK and from `information_schema`. Kept is all that is answered, but for what
two catalogs cannot share: ids, times, who made what, and where files are. The catalog's own name becomes a mark.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from databricks.sdk import WorkspaceClient

from expect import Sql
from fidelity.hostile import CATALOG, literal, quoted

# A facet of an object, and what it is.
Facets = dict[str, Any]

OF_THE_COPY = {
    "created_at",
    "created_by",
    "updated_at",
    "updated_by",
    "created",
    "last_altered",
    "last_altered_by",
    "table_id",
    "schema_id",
    "function_id",
    "volume_id",
    "storage_location",
    "storage_path",
    "grantor",
    # A statement that writes rows moves it without a word to the metastore.
    "delta.identity.highWaterMark",
    # Of the files: a copy whose rows are written anew has its own.
    "delta.columnMapping.physicalName",
}
# What a copy notes of itself.
NOTES = "clxs.copy"
# The session in which a view was made; what its names are in it is compared by what the view reads, and by its rows.
SESSION = "view.catalogAndNamespace."
# The query of a view whose `*` stands for more columns than it shows.
OF_NAMED_COLUMNS = re.compile(r"SELECT `.*` FROM \(\n(.*)\n\)", re.DOTALL)
# Columns of an information schema and fields of the SDK that hold the name of a catalog or a full name.
CATALOGS = {"catalog_name", "unique_constraint_catalog"}
FULL_NAMES = {
    "full_name",
    "parent_table",
    "table_full_name",
    "function_full_name",
    "function_name",
    "filter_name",
    "mask_name",
    "on_securable_fullname",
}

RELATIONS = {
    "catalogs": "catalog_name",
    "schemata": "catalog_name",
    "tables": "table_catalog",
    "columns": "table_catalog",
    "views": "table_catalog",
    "routines": "routine_catalog",
    "parameters": "specific_catalog",
    "routine_columns": "specific_catalog",
    "volumes": "volume_catalog",
    "table_constraints": "constraint_catalog",
    "check_constraints": "constraint_catalog",
    "key_column_usage": "constraint_catalog",
    "referential_constraints": "constraint_catalog",
    "constraint_column_usage": "constraint_catalog",
    "constraint_table_usage": "constraint_catalog",
    "row_filters": "table_catalog",
    "column_masks": "table_catalog",
    "catalog_tags": "catalog_name",
    "schema_tags": "catalog_name",
    "table_tags": "catalog_name",
    "column_tags": "catalog_name",
    "volume_tags": "catalog_name",
    "catalog_privileges": "catalog_name",
    "schema_privileges": "catalog_name",
    "table_privileges": "table_catalog",
    "volume_privileges": "volume_catalog",
    "routine_privileges": "routine_catalog",
}


@dataclass(frozen=True)
class Observer:
    """Reads one catalog."""

    workspace: WorkspaceClient
    run: Sql
    catalog: str
    # The texts of views and functions, with marks where they name the catalog.
    texts: list[str]
    # Statements of somebody whom guards and policies bind.
    reader: Sql
    # Schemas and names of tables that are not looked at.
    without: Sequence[tuple[str, str]] = ()

    def everything(self) -> dict[str, Facets]:
        """All objects with their facets, and the relations of the information schema."""
        found = {f"{kind} {name}": facets for kind, name, facets in self.objects()}
        for relation, key in RELATIONS.items():
            found[f"information_schema {relation}"] = {"rows": self.relation(relation, key)}
        return found

    def objects(self) -> Iterator[tuple[str, str, Facets]]:
        catalog = self.workspace.catalogs.get(self.path())
        bindings = self.workspace.workspace_bindings.get_bindings("catalog", self.path())
        extra = {"bindings": sorted(str(binding.as_dict()) for binding in bindings)}
        extra |= self.policies("catalog")
        yield "catalog", "", self.facets(catalog) | self.common("catalog") | extra | {"name": CATALOG}
        for schema in self.workspace.schemas.list(self.catalog):
            name = schema.name or ""
            if name == "information_schema":
                continue
            policies = self.policies("schema", name)
            yield "schema", name, self.facets(schema) | self.common("schema", name) | policies
            yield from self.inside(name)

    def inside(self, schema: str) -> Iterator[tuple[str, str, Facets]]:
        for table in self.workspace.tables.list(self.catalog, schema):
            if (schema, table.name) in self.without:
                continue
            yield "table", f"{schema}.{table.name}", self.table(schema, table.name or "")
        for function in self.workspace.functions.list(self.catalog, schema):
            path = (schema, function.name or "")
            facets = self.facets(self.workspace.functions.get(self.path(*path)))
            yield "function", ".".join(path), facets | self.grants("function", *path)
        for volume in self.workspace.volumes.list(self.catalog, schema):
            path = (schema, volume.name or "")
            facets = self.facets(self.workspace.volumes.read(self.path(*path)))
            files = {"files": dict(self.files(f"/Volumes/{self.catalog}/{schema}/{volume.name}"))}
            yield "volume", ".".join(path), facets | self.common("volume", *path) | files
        for model in self.workspace.registered_models.list(catalog_name=self.catalog, schema_name=schema):
            path = (schema, model.name or "")
            facets = self.facets(self.workspace.registered_models.get(self.path(*path)))
            yield "model", ".".join(path), facets | self.grants("function", *path) | self.aliases(*path)
            yield from self.versions(*path)

    def aliases(self, schema: str, model: str) -> Facets:
        found = self.workspace.registered_models.get(self.path(schema, model), include_aliases=True)
        return {"aliases": {alias.alias_name: alias.version_num for alias in found.aliases or []}}

    def versions(self, schema: str, model: str) -> Iterator[tuple[str, str, Facets]]:
        for version in self.workspace.model_versions.list(self.path(schema, model)):
            files = dict(self.files(f"/Models/{self.catalog}/{schema}/{model}/{version.version}"))
            facets = {"status": str(version.status), "comment": version.comment, "run": version.run_id}
            yield "version", f"{schema}.{model}/{version.version}", facets | {"files": files}

    def table(self, schema: str, name: str) -> Facets:
        found = self.workspace.tables.get(self.path(schema, name))
        facets = self.facets(found) | self.common("table", schema, name)
        for column in found.columns or []:
            tags = self.tags("columns", schema, name, column.name or "")
            facets |= {f"tags of {column.name}": tags}
        table = quoted(self.catalog, schema, name)
        # Whoever owns a view may not be allowed to read what it reads.
        facets["rows"] = self.seen_by(self.run, table)
        facets["rows for a reader"] = self.seen_by(self.reader, table)
        if not found.view_definition:
            facets |= self.policies("table", schema, name)
            assert isinstance(facets["rows"], list), facets["rows"]
            detail = self.run.result(f"DESCRIBE DETAIL {table}")
            facets["detail"] = [row[7:9] + [self.moved(json.loads(row[11]))] + row[12:] for row in rows_of(detail)]
        return facets

    def seen_by(self, somebody: Sql, table: str) -> list[str] | str:
        """The rows of a table, or why it cannot be read."""
        read = somebody.submit(f"SELECT * FROM {table}")
        if read.status and read.status.error:
            error = read.status.error.message or ""
            names = "|".join(map(re.escape, (self.catalog, quoted(self.catalog))))
            return re.sub(rf"(?<!\.)({names})(?=\.|'[. ])", CATALOG, error)
        return sorted(map(str, rows_of(read)))

    def policies(self, kind: str, *name: str) -> Facets:
        """The policies on something, whose principals have no order."""
        found = {}
        for policy in self.workspace.policies.list_policies(kind, self.path(*name)):
            facets = self.facets(policy)
            del facets["id"]
            principals = ("to_principals", "except_principals")
            found[policy.name] = facets | {key: sorted(facets.get(key, ())) for key in principals}
        return {"policies": found}

    def common(self, kind: str, *name: str) -> Facets:
        """What all but functions and models have."""
        return self.grants(kind, *name) | {"tags": self.tags(f"{kind}s", *name)}

    def grants(self, kind: str, *name: str) -> Facets:
        answer = self.workspace.grants.get(kind, self.path(*name))
        assignments = [assignment.as_dict() for assignment in answer.privilege_assignments or []]
        return {"grants": {one["principal"]: sorted(one["privileges"]) for one in assignments}}

    def tags(self, kind: str, *name: str) -> dict[str, str]:
        assigned = self.workspace.entity_tag_assignments.list(kind, self.path(*name))
        return {tag.tag_key: tag.tag_value or "" for tag in assigned}

    def files(self, folder: str) -> Iterator[tuple[str, bytes]]:
        for entry in self.workspace.files.list_directory_contents(folder):
            path = entry.path or ""
            if entry.is_directory:
                yield from self.files(path.removesuffix("/"))
            else:
                contents = self.workspace.files.download(path).contents
                assert contents is not None
                within = path.removeprefix("/Volumes/").removeprefix("/Models/")
                yield within.removeprefix(f"{self.catalog}/"), contents.read()

    def relation(self, name: str, key: str) -> list[str]:
        catalog = literal(self.catalog)
        answer = self.run.result(f"SELECT * FROM system.information_schema.{name} WHERE {key} = {catalog}")
        columns = [column.name or "" for column in answer.manifest.schema.columns]
        rows = (dict(zip(columns, row, strict=True)) for row in rows_of(answer))
        kept = (row for row in rows if self.is_compared(row))
        moved = [self.moved(row) for row in kept]
        return sorted(json.dumps(row, sort_keys=True, ensure_ascii=False) for row in moved)

    def is_compared(self, row: dict[str, Any]) -> bool:
        table = (row.get("table_schema") or row.get("schema_name"), row.get("table_name"))
        return "information_schema" not in row.values() and table not in self.without

    def facets(self, info: Any) -> Facets:
        moved = self.moved(info.as_dict())
        assert isinstance(moved, dict)
        return moved

    def moved(self, value: Any, field: str = "") -> Any:
        """A value without what only this catalog has."""
        if isinstance(value, dict):
            kept = {
                key: inner
                for key, inner in value.items()
                if key not in OF_THE_COPY and not key.startswith((NOTES, SESSION))
            }
            return {key: self.moved(inner, key) for key, inner in kept.items()}
        if isinstance(value, list):
            return [self.moved(inner, field) for inner in value]
        if field in CATALOGS or field.endswith("_catalog"):
            return CATALOG if value == self.catalog else value
        if field == "type_json":
            return self.moved(json.loads(value))
        if field in FULL_NAMES and isinstance(value, str):
            return CATALOG + value.removeprefix(self.catalog) if self.owns(value) else value
        if field in ("view_definition", "routine_definition"):
            return self.unmarked(value)
        return value

    def owns(self, full_name: str) -> bool:
        return full_name.split(".")[0] == self.catalog

    def unmarked(self, text: str | None) -> str | None:
        """The text with its marks, when it is one that was written, moved to this catalog."""
        if text and (named := OF_NAMED_COLUMNS.fullmatch(text)):
            text = named[1]
        for written in self.texts:
            if text and text.strip() == written.replace(f"`{CATALOG}`", quoted(self.catalog)).strip():
                return written.strip()
        return text

    def path(self, *name: str) -> str:
        """A full name as paths of REST take it; the SDK does not encode it."""
        return quote(".".join((self.catalog, *name)), safe="")


def rows_of(answer: Any) -> list[list[str]]:
    """The rows of a statement."""
    return (answer.result and answer.result.data_array) or []


def differences(source: dict[str, Facets], copy: dict[str, Facets]) -> Iterable[str]:
    """What one catalog has and the other has not, facet by facet."""
    for name in sorted(source.keys() | copy.keys()):
        if name not in copy or name not in source:
            yield f"{name!r}: only in the {'source' if name in source else 'copy'}"
            continue
        ours, theirs = source[name], copy[name]
        for facet in sorted(ours.keys() | theirs.keys()):
            if ours.get(facet) != theirs.get(facet):
                yield f"{name!r}: {facet}\n    source: {ours.get(facet)!r}\n    copy:   {theirs.get(facet)!r}"
