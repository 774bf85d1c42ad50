"""Makes random catalogs that hold everything a clone carries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.catalog import (
    CatalogIsolationMode,
    PermissionsChange,
    Privilege,
    SecurableType,
    VolumeType,
    WorkspaceBinding,
    WorkspaceBindingBindingType,
)

from expect import Sql
from fidelity.hostile import (
    CATALOG,
    COLUMNS,
    KEYS,
    NAMES,
    PATHS,
    constant,
    literal,
    pairs,
    quoted,
    some,
    text,
)
from fidelity.metric_views import definition
from fidelity.models import make_version
from fidelity.policies import NewPolicy
from fidelity.tables import NewTable

GRANTS = {
    "catalog": ("USE_CATALOG", "USE_SCHEMA", "SELECT", "CREATE_SCHEMA", "BROWSE", "MANAGE", "ALL_PRIVILEGES"),
    "schema": ("USE_SCHEMA", "SELECT", "CREATE_TABLE", "MODIFY", "EXECUTE", "READ_VOLUME", "ALL_PRIVILEGES"),
    "table": ("SELECT", "MODIFY", "APPLY_TAG", "MANAGE", "ALL_PRIVILEGES"),
    "view": ("SELECT", "APPLY_TAG", "MANAGE"),
    "materialized view": ("SELECT", "REFRESH", "MANAGE"),
    "volume": ("READ_VOLUME", "WRITE_VOLUME", "ALL_PRIVILEGES"),
    "function": ("EXECUTE", "MANAGE", "ALL_PRIVILEGES"),
    "model": ("EXECUTE", "MANAGE"),
}


@dataclass(frozen=True)
class Relation:
    """A table or view that others may read."""

    schema: str
    name: str
    columns: list[str]
    # The column that is the primary key, and its type.
    key: tuple[str, str] | None = None
    types: dict[str, str] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """Its name in texts, with a mark for the catalog."""
        return f"`{CATALOG}`.{quoted(self.schema, self.name)}"


@dataclass
class Maker:
    """Makes one catalog, the same one for the same seed."""

    workspace: WorkspaceClient
    run: Sql
    rng: Random
    catalog: str
    principals: Sequence[str]
    # Somebody who may read everything, and whom policies bind.
    reader: str
    # A group of whoever makes and clones the catalog, whom no policy binds.
    exempt: str
    # Whether materialized views are cloned.
    pipelines: bool
    # Where external tables and volumes are.
    storage: Path
    relations: list[Relation] = field(default_factory=list)
    functions: list[tuple[str, str]] = field(default_factory=list)
    # The texts of views and functions, with marks where they name the catalog.
    texts: list[str] = field(default_factory=list)
    owners: list[Callable[[], Any]] = field(default_factory=list)
    schemas: list[str] = field(default_factory=list)
    # Tags that are set.
    tags: list[tuple[str, str]] = field(default_factory=lambda: [("pii", "")])
    # Schemas and names of materialized views.
    materialized: list[tuple[str, str]] = field(default_factory=list)
    # The statements that made the foreign keys to a relation, by its place among the relations.
    foreign_keys: dict[int, list[str]] = field(default_factory=dict)
    # How many functions guard tables.
    guards: int = 0

    def make(self) -> None:
        """Makes the catalog and everything in it, and gives some of it away."""
        self.make_everything()
        self.give_away()

    def give_away(self) -> None:
        """Makes somebody else the owner of what is to be theirs."""
        for give_away in self.owners:
            give_away()

    def make_everything(self) -> None:
        """Makes the catalog and everything in it, for its maker."""
        self.make_catalog()
        for schema in self.names([name for name in NAMES if name != "default"], 1, 3):
            self.make_schema(schema)
        self.make_foreign_keys()
        self.make_policies(SecurableType.CATALOG)

    def make_catalog(self) -> None:
        self.workspace.catalogs.create(
            self.catalog, comment=self.maybe_text(), properties=self.properties() or None
        )
        self.decorate("CATALOG", "catalog")
        read = [Privilege(held) for held in ("USE_CATALOG", "USE_SCHEMA", "SELECT")]
        changes = [PermissionsChange(principal=self.reader, add=read)]
        self.workspace.grants.update("catalog", self.dotted(), changes=changes)
        update = self.workspace.catalogs.update
        self.owner(lambda owner: update(self.dotted(), owner=owner))
        if self.chance(0.3):
            update(self.dotted(), isolation_mode=CatalogIsolationMode.ISOLATED)
            kind = self.rng.choice(list(WorkspaceBindingBindingType))
            add = [WorkspaceBinding(workspace_id=4242, binding_type=kind)]
            self.workspace.workspace_bindings.update_bindings("catalog", self.dotted(), add=add)

    def make_schema(self, schema: str) -> None:
        self.workspace.schemas.create(
            schema, self.catalog, comment=self.maybe_text(), properties=self.properties() or None
        )
        self.schemas.append(schema)
        self.decorate("SCHEMA", "schema", schema)
        self.owner(lambda owner: self.workspace.schemas.update(self.dotted(schema), owner=owner))
        kinds = [self.make_table] * 3 + [self.make_view] * 2 + [self.make_function] * 2
        kinds += [self.make_metric_view, self.make_materialized_view]
        for name in self.names(NAMES, 1, 6):
            self.rng.choice(kinds)(schema, name)
        for name in self.names(NAMES, 0, 2):
            self.make_volume(schema, name)
        for name in self.names(NAMES, 0, 1):
            self.make_model(schema, f"m{name}"[:255])
        self.make_policies(SecurableType.SCHEMA, schema)

    def make_table(self, schema: str, name: str) -> None:
        new = NewTable(self.rng, self.text)
        location = f" LOCATION {literal(self.folder())}" if self.chance(0.2) else ""
        properties = new.properties | self.properties()
        table = quoted(self.catalog, schema, name)
        self.run(
            f"CREATE TABLE {table} ({new.columns_sql}){new.layout_sql}{location}{self.comment()}"
            f" TBLPROPERTIES ({pairs(properties)})"
        )
        for statement in new.changes(table):
            self.run(statement)
        if new.protected:
            self.protect(schema, table, new)
        self.relations.append(Relation(schema, name, new.names, new.key, new.types))
        self.decorate("TABLE", "table", schema, name)
        for column in some(self.rng, new.names, 2):
            self.run(f"ALTER TABLE {table} ALTER COLUMN {quoted(column)} SET TAGS ({pairs(self.one_tag())})")
        if self.chance(0.3):
            self.make_policies(SecurableType.TABLE, schema, name)
        self.owner(lambda owner: self.workspace.tables.update(self.dotted(schema, name), owner=owner))

    def protect(self, schema: str, table: str, new: NewTable) -> None:
        """Masks or a row filter, or both, that show administrators everything."""
        masked = some(self.rng, new.maskable, 2)
        for column in masked:
            more, using = "", ""
            if self.chance():
                more, using = ", y STRING", f" USING COLUMNS ({constant(self.text())})"
            body = "CASE WHEN is_member('admins') THEN x ELSE NULL END"
            mask = quoted(*self.guard(schema, f"x {new.types[column]}{more}", new.types[column], body))
            self.run(f"ALTER TABLE {table} ALTER COLUMN {quoted(column)} SET MASK {mask}{using}")
        if not masked or self.chance():
            column = self.rng.choice(new.maskable)
            body = "is_member('admins') OR x IS NULL"
            keep = quoted(*self.guard(schema, f"x {new.types[column]}", "BOOLEAN", body))
            self.run(f"ALTER TABLE {table} SET ROW FILTER {keep} ON ({quoted(column)})")

    def guard(self, schema: str, parameters: str, returns: str, body: str) -> tuple[str, str, str]:
        """The full name of a new function."""
        self.guards += 1
        function = (self.catalog, schema, f"guard'{self.guards}")
        head = f"CREATE FUNCTION {quoted(*function)}({parameters})"
        self.run(f"{head} RETURNS {returns} RETURN {self.written(body)}")
        return function

    def make_policies(self, kind: SecurableType, *on: str) -> None:
        """A policy on something, or none; its function is in any schema."""
        for name in self.names(NAMES, 0, 1):
            schema = self.rng.choice(self.schemas)
            new = NewPolicy(
                self.rng,
                self.text,
                lambda *function: ".".join(self.guard(schema, *function)),
                self.tags,
                self.principals,
                self.exempt,
            )
            self.workspace.policies.create_policy(new.on(kind, ".".join((self.catalog, *on)), name))

    def make_foreign_keys(self) -> None:
        """Lets tables point to keys of the same type, in any schema."""
        parents = [parent for parent in self.relations if parent.key]
        for child in self.relations:
            for parent in parents:
                own = [name for name, kind in child.types.items() if parent.key and kind == parent.key[1]]
                if not own or parent == child or not parent.key or self.chance():
                    continue
                name = f"fk_{self.relations.index(child)}_{self.relations.index(parent)}"
                statement = (
                    f"ALTER TABLE {quoted(self.catalog, child.schema, child.name)} ADD CONSTRAINT {name} FOREIGN"
                    f" KEY ({quoted(own[0])}) REFERENCES {quoted(self.catalog, parent.schema, parent.name)}"
                    f" ({quoted(parent.key[0])})"
                )
                self.run(statement)
                self.foreign_keys.setdefault(self.relations.index(parent), []).append(statement)

    def make_view(self, schema: str, name: str) -> None:
        query, columns = self.query(schema)
        listed = ""
        if self.chance():
            columns, listed = self.listed(len(columns))
        mode = self.rng.choice(("", "", " WITH SCHEMA BINDING", " WITH SCHEMA COMPENSATION"))
        view = quoted(self.catalog, schema, name)
        text = self.written(query)
        self.run(
            f"CREATE VIEW {view}{listed}{self.described()}{mode} AS {text}",
            catalog=self.catalog,
            schema=schema,
        )
        self.relations.append(Relation(schema, name, list(columns)))
        self.decorate_view("VIEW", schema, name, columns)

    def make_materialized_view(self, schema: str, name: str) -> None:
        query, columns = self.query(schema)
        listed = ""
        # The result is a table without column mapping.
        if self.chance() or not set(columns) <= {*COLUMNS, "f", "n", "w", "x", "y"}:
            columns, listed = self.listed(len(columns))
        self.run(
            f"CREATE MATERIALIZED VIEW {quoted(self.catalog, schema, name)}{listed}{self.described()}"
            f" AS {self.written(query)}",
            catalog=self.catalog,
            schema=schema,
        )
        self.materialized.append((schema, name))
        # What reads one is left out with it.
        if self.pipelines:
            self.relations.append(Relation(schema, name, list(columns)))
        self.decorate_view("MATERIALIZED VIEW", schema, name, columns)

    def make_metric_view(self, schema: str, name: str) -> None:
        """A view that no other reads."""
        if not self.relations:
            return
        read = self.rng.choice(self.relations)
        text = definition(self.rng, self.text, read.reference, self.rng.choice(read.columns))
        self.run(
            f"CREATE VIEW {quoted(self.catalog, schema, name)} WITH METRICS LANGUAGE YAML"
            f" AS $body${self.written(text)}$body$"
        )
        self.decorate_view("VIEW", schema, name, [])

    def listed(self, number: int) -> tuple[list[str], str]:
        """Names for columns, and how they are listed."""
        columns = [f"{self.rng.choice('abc')}{index}`'" for index in range(number)]
        return columns, f" ({', '.join(quoted(column) + self.comment() for column in columns)})"

    def described(self) -> str:
        """A comment and properties, if any."""
        properties = self.properties()
        return self.comment() + (f" TBLPROPERTIES ({pairs(properties)})" if properties else "")

    def decorate_view(self, keyword: str, schema: str, name: str, columns: Sequence[str]) -> None:
        """What a view gets that is there."""
        self.decorate(keyword, keyword.lower(), schema, name)
        for column in some(self.rng, columns, 1):
            for key in self.one_tag():
                view = quoted(self.catalog, schema, name)
                self.run(f"SET TAG ON COLUMN {view}.{quoted(column)} {quoted(key)} = {quoted(key)}")
        self.owner(lambda owner: self.workspace.tables.update(self.dotted(schema, name), owner=owner))

    def query(self, schema: str) -> tuple[str, list[str]]:
        """A query with marks for the catalog, and its columns."""
        words = f"SELECT {literal(self.text())} AS w, 1 AS n"
        own = quoted(self.catalog)
        if self.functions and self.chance():
            function = f"`{CATALOG}`.{quoted(*self.rng.choice(self.functions))}"
            return f"SELECT {function}(1) AS f -- {own}.s.f(1)\n, 2 AS n", ["f", "n"]
        if not self.relations:
            return words, ["w", "n"]
        read = self.rng.choice(self.relations)
        column = quoted(self.rng.choice(read.columns))
        choices = [
            (f"SELECT * FROM {read.reference}", read.columns),
            (f"SELECT {own}.{column} AS x FROM {read.reference} AS {own}", ["x"]),
            (f"SELECT {read.reference}.{column} AS x /* {own}.s */ FROM {read.reference}", ["x"]),
            (f"WITH {own} AS ({words}) SELECT {own}.w, t.{column} AS y FROM {own}, {read.reference} t", ["w", "y"]),
            (f"{words} UNION ALL SELECT 'x', count(*) FROM {read.reference}", ["w", "n"]),
        ]
        if read.schema == schema:
            choices.append((f"SELECT {column} AS x FROM {quoted(read.name)} WHERE 1 = 1", ["x"]))
        return self.rng.choice(choices)

    def make_function(self, schema: str, name: str) -> None:
        function = quoted(self.catalog, schema, name)
        sure = self.rng.choice(("", " DETERMINISTIC", " NOT DETERMINISTIC"))
        head = f"CREATE FUNCTION {function}(x INT DEFAULT 1{self.comment()})"
        kind = self.rng.choice(("sql", "sql", "table", "python"))
        if kind == "python":
            body = f"\n# {CATALOG}\nit = {self.text()!r}\nreturn it + str(x) + '$'\n".replace(CATALOG, self.catalog)
            self.texts.append(body)
            self.run(f"{head} RETURNS STRING LANGUAGE PYTHON{sure}{self.comment()} AS $body${body}$body$")
        elif kind == "table":
            query = self.written(f"SELECT 1, {literal(self.text())}")
            columns = f"a INT{self.comment()}, `b'` STRING"
            self.run(f"{head} RETURNS TABLE ({columns}){self.comment()} RETURN {query}")
        else:
            body = self.written(self.expression())
            self.run(f"{head} RETURNS STRING LANGUAGE SQL{sure}{self.comment()} RETURN {body}")
        if kind != "table":
            self.functions.append((schema, name))
        self.grant("function", schema, name)
        self.owner(lambda owner: self.workspace.functions.update(self.dotted(schema, name), owner=owner))

    def expression(self) -> str:
        text = literal(self.text())
        choices = [f"concat(CAST(x AS STRING), {text})"]
        if self.functions:
            choices.append(f"{text} || `{CATALOG}`.{quoted(*self.rng.choice(self.functions))}(x)")
        if self.relations:
            choices.append(f"(SELECT CAST(count(*) AS STRING) FROM {self.rng.choice(self.relations).reference})")
        return self.rng.choice(choices)

    def make_volume(self, schema: str, name: str) -> None:
        external = self.chance(0.3)
        folder = self.folder() if external else None
        kind = VolumeType.EXTERNAL if external else VolumeType.MANAGED
        self.workspace.volumes.create(
            self.catalog, schema, name, kind, comment=self.maybe_text(), storage_location=folder
        )
        # Files of external volumes are somebody else's: they stay where they are.
        for path in [] if external else some(self.rng, PATHS, 4):
            content = self.rng.randbytes(self.rng.randint(0, 3000))
            self.workspace.files.upload(f"/Volumes/{self.catalog}/{schema}/{name}/{path}", BytesIO(content))
        self.decorate("VOLUME", "volume", schema, name)
        self.owner(lambda owner: self.workspace.volumes.update(self.dotted(schema, name), owner=owner))

    def make_model(self, schema: str, name: str) -> None:
        models = self.workspace.registered_models
        models.create(
            catalog_name=self.catalog, schema_name=schema, name=name, comment=self.maybe_text()
        )
        # Choices of their own: what else a seed makes does not hang on them.
        rng = Random(f"{schema}.{name}")
        for _ in range(rng.randint(0, 2)):
            comment = text(rng)
            files = {path: rng.randbytes(rng.randint(0, 3000)) for path in ["MLmodel", *some(rng, PATHS, 2)]}
            alias = rng.choice(["champion", "newest"])
            make_version(self.workspace, f"{self.catalog}.{schema}.{name}", comment, files, alias)
        self.grant("model", schema, name)
        self.owner(lambda owner: models.update(self.dotted(schema, name), owner=owner))

    def chance(self, probability: float = 0.5) -> bool:
        return self.rng.random() < probability

    def names(self, choices: Sequence[str], least: int, most: int) -> list[str]:
        """Different names, and now and then that of the catalog."""
        return self.rng.sample((*choices, self.catalog), self.rng.randint(least, most))

    def text(self) -> str:
        return text(self.rng).replace(CATALOG, self.catalog)

    def maybe_text(self) -> str | None:
        return self.text() if self.chance() else None

    def comment(self) -> str:
        return f" COMMENT {literal(self.text())}" if self.chance(0.4) else ""

    def properties(self) -> dict[str, str]:
        return {f"p{index}.{key}": self.text() for index, key in enumerate(some(self.rng, KEYS, 2))}

    def one_tag(self) -> dict[str, str]:
        return self.tagged([self.rng.choice(KEYS)])

    def tagged(self, keys: Sequence[str]) -> dict[str, str]:
        tags = {key: self.text() if self.chance() else "" for key in keys}
        self.tags += tags.items()
        return tags

    def written(self, text: str) -> str:
        """A text as it is written in this catalog; remembered with its marks."""
        self.texts.append(text)
        return text.replace(f"`{CATALOG}`", quoted(self.catalog))

    def folder(self) -> str:
        """The URL of a new folder."""
        folder = self.storage / f"{len(list(self.storage.iterdir()))}"
        folder.mkdir()
        return folder.as_uri()

    def decorate(self, keyword: str, kind: str, *name: str) -> None:
        """Tags and grants."""
        if tags := self.tagged(some(self.rng, KEYS, 3)):
            self.run(f"ALTER {keyword} {quoted(self.catalog, *name)} SET TAGS ({pairs(tags)})")
        self.grant(kind, *name)

    def grant(self, kind: str, *name: str) -> None:
        changes = [
            PermissionsChange(
                principal=principal,
                add=[Privilege(held) for held in self.rng.sample(GRANTS[kind], self.rng.randint(1, 2))],
            )
            for principal in some(self.rng, self.principals, 2)
        ]
        if changes:
            path = {"view": "table", "materialized view": "table", "model": "function"}.get(kind, kind)
            self.workspace.grants.update(path, self.dotted(*name), changes=changes)

    def owner(self, give_to: Callable[[str], Any]) -> None:
        """Somebody else's at the end, now and then."""
        if self.chance(0.3):
            owner = self.rng.choice(self.principals)
            self.owners.append(lambda: give_to(owner))

    def dotted(self, *name: str) -> str:
        """A full name as paths of REST take it; the SDK does not encode it."""
        return quote(".".join((self.catalog, *name)), safe="")
